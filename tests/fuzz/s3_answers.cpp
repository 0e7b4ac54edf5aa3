// SPDX-License-Identifier: BSL-1.0
//
// Answers of S3 and names of places in it: whatever comes, it is read or refused.

#include <inferpp/providers/bedrock/s3/listing.hpp>
#include <inferpp/providers/bedrock/s3/multipart.hpp>
#include <inferpp/providers/bedrock/s3/target.hpp>
#include <inferpp/providers/bedrock/s3/uri.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace inferpp;
namespace s3 = bedrock::s3;

namespace fuzzed {

void require(bool good)
{
    if (!good)
        std::abort();
}

template <class Response>
result<Response> read(std::string const& body)
{
    http::response answer;
    answer.status = 200;
    answer.body = body;
    auto read = Response::decode(std::move(answer));
    require(read || read.error() == errc::bad_content);
    return read;
}

} // namespace fuzzed

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    using fuzzed::require;
    std::string const input{reinterpret_cast<char const*>(data), size};
    if (auto const page = fuzzed::read<s3::object_page>(input))
        for (auto const& each : page->objects)
            require(!each.key.empty());
    if (auto const page = fuzzed::read<s3::part_page>(input))
        for (auto const& each : page->parts)
            require(each.number >= 1 && each.number <= 10'000);
    if (auto const begun = fuzzed::read<s3::multipart_upload>(input))
        require(!begun->upload_id.empty());
    http::response made;
    made.body = input;
    auto const completed = s3::complete_multipart_upload::decode(std::move(made));
    require(completed || completed.error() == errc::bad_content);
    if (auto const range = s3::parse_content_range(input))
        require(range->first < range->size);
    if (auto const checksum = s3::parse_checksum(input))
        require(s3::checksum_text(*checksum) == input);
    if (auto const uri = bedrock::s3_uri::parse(input)) {
        require(bedrock::s3_uri::parse(uri->str()).value() == *uri);
        s3::s3_target const target{*uri};
        require(target.str().starts_with(uri->bucket() + '/'));
        for (char const c : target.str())
            require(c > 0x20 && c < 0x7f && c != '?' && c != '#');
    }
    return 0;
}
