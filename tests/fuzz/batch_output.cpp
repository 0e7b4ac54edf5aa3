// SPDX-License-Identifier: BSL-1.0
//
// The lines of a batch's files: what is read can be sent again and is the same, and the text of an
// input that is taken over as it stands means what a JSON parser says.

#include <inferpp/codec/ndjson.hpp>
#include <inferpp/providers/bedrock/batch_parts.hpp>
#include <inferpp/providers/bedrock/read_batch.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace inferpp;

namespace fuzzed {

void require(bool good)
{
    if (!good)
        std::abort();
}

void send_again(bedrock::batch_record const& record, boost::json::value const& input)
{
    auto const line = bedrock::line_of(record, 1);
    if (!line)
        return; // no object, or with a modelId
    require(line->text.find('\n') == line->text.size() - 1);
    auto const read = parse_json(line->text);
    require(read.has_value());
    require(read->at("modelInput") == input);
    if (!record.record_id.empty())
        require(read->at("recordId").as_string() == record.record_id);
}

void check(std::string const& line)
{
    if (auto const record = bedrock::record_of_line(line)) {
        auto const parsed = parse_json(line);
        require(parsed.has_value());
        send_again(*record, parsed->at("modelInput"));
    }
    if (auto const output = bedrock::read_output(line))
        require(output->outcome != bedrock::record_outcome::missing);
}

} // namespace fuzzed

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size == 0)
        return 0;
    std::size_t const piece = 1U + data[0];
    std::string_view rest{reinterpret_cast<char const*>(data) + 1, size - 1};
    ndjson_decoder lines{4096};
    while (!rest.empty()) {
        auto const fed = lines.feed(rest.substr(0, piece));
        rest.remove_prefix((std::min)(piece, rest.size()));
        while (auto const line = lines.next())
            fuzzed::check(*line);
        if (!fed)
            return 0;
    }
    lines.finish();
    while (auto const line = lines.next())
        fuzzed::check(*line);
    return 0;
}
