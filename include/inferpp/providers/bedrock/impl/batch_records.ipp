// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_BATCH_RECORDS_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_BATCH_RECORDS_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/codec/ndjson.hpp>
#include <inferpp/core/file.hpp>
#include <inferpp/providers/bedrock/batch_records.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock {

// Where a value of valid JSON ends that begins at `at`.
inline std::size_t end_of_value(std::string_view text, std::size_t at) noexcept
{
    std::size_t depth = 0;
    bool quoted = false;
    for (; at < text.size(); ++at) {
        char const c = text[at];
        if (quoted) {
            if (c == '\\')
                ++at;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']' || c == ',') {
            if (depth == 0)
                break;
            depth -= c == ',' ? 0 : 1;
        }
    }
    return at;
}

// Where the quoted text ends that begins at `at`: at its second quote.
inline std::size_t end_of_key(std::string_view text, std::size_t at) noexcept
{
    for (++at; text[at] != '"'; ++at)
        if (text[at] == '\\')
            ++at;
    return at;
}

// Whether a quoted text of JSON means these characters.
inline bool is_text(std::string_view quoted, std::string_view meant)
{
    if (quoted.find('\\') == std::string_view::npos)
        return quoted.substr(1, quoted.size() - 2) == meant;
    auto const parsed = parse_json(quoted);
    return parsed && parsed->is_string() && parsed->get_string() == meant;
}

// The text of a member of a valid JSON object, as it stands there: numbers keep their digits. The
// last one, if there are several, as parsers take it; empty: there is none.
inline std::string_view text_of_member(std::string_view object, std::string_view name)
{
    constexpr std::string_view blanks = " \t\r\n";
    std::string_view found;
    std::size_t at = object.find('{') + 1;
    while (true) {
        at = object.find('"', at);
        if (at == std::string_view::npos)
            return found;
        std::size_t const colon = end_of_key(object, at);
        std::string_view const key = object.substr(at, colon + 1 - at);
        std::size_t const begin = object.find_first_not_of(blanks, object.find(':', colon) + 1);
        std::size_t const end = end_of_value(object, begin);
        if (is_text(key, name))
            found = object.substr(begin, end - begin);
        at = end;
    }
}

INFERPP_DECL result<batch_record> record_of_line(std::string_view line)
{
    auto const parsed = parse_json(line);
    if (!parsed)
        return parsed.error();
    auto const* const members = parsed->if_object();
    if (members == nullptr || !members->contains("modelInput"))
        return detail::refuse("there is no modelInput");
    batch_record record;
    if (auto const* const id = members->if_contains("recordId")) {
        if (!id->is_string())
            return detail::refuse("recordId is no string");
        record.record_id = id->get_string();
    }
    record.model_input = text_of_member(line, "modelInput");
    return record;
}

class record_file final : public event_source<batch_record> {
public:
    explicit record_file(std::filesystem::path path) : path_(std::move(path)), lines_(longest) {}

    boost::asio::awaitable<result<std::optional<batch_record>>> next() override
    {
        using event = std::optional<batch_record>;
        if (!file_)
            file_ = detail::open_file(path_);
        while (true) {
            if (auto const line = lines_.next()) {
                ++number_;
                auto record = record_of_line(*line);
                if (!record)
                    co_return refuse_line(record.error());
                co_return event{std::move(*record)};
            }
            if (ended_)
                co_return event{};
            std::size_t const count = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
            if (std::ferror(file_.get()) != 0)
                co_return detail::refuse(path_.string() + " can't be read");
            if (count == 0) {
                ended_ = true;
                lines_.finish();
            } else if (auto const fed = lines_.feed({buffer_.data(), count}); !fed) {
                ++number_;
                co_return refuse_line(fed.error());
            }
        }
    }

private:
    static constexpr std::size_t longest = 256UL << 20; ///< bytes of a line

    error refuse_line(error const& why) const
    {
        return detail::refuse(path_.string() + ", record " + std::to_string(number_) + ": " +
                              why.what());
    }

    std::filesystem::path path_;
    detail::file_handle file_;
    ndjson_decoder lines_;
    std::vector<char> buffer_ = std::vector<char>(64UL << 10);
    std::uint64_t number_ = 0;
    bool ended_ = false;
};

INFERPP_DECL batch_records records_in_file(std::filesystem::path file)
{
    return batch_records{[path = std::move(file)] {
        return event_stream<batch_record>{std::make_unique<record_file>(path)};
    }};
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
