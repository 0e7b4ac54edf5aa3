// SPDX-License-Identifier: BSL-1.0
//
// Written from the wire notes, not from the client's types: the two must agree by the notes alone.

#ifndef INFERPP_TESTING_IMPL_BEDROCK_SERVICE_IPP
#define INFERPP_TESTING_IMPL_BEDROCK_SERVICE_IPP

#include <inferpp/codec/digest.hpp>
#include <inferpp/codec/http_date.hpp>
#include <inferpp/testing/bedrock_service.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL http::response bedrock_error(int status, std::string_view type,
                                          std::string_view message, bedrock_error_form form)
{
    http::response answer;
    answer.status = status;
    answer.headers.set("Content-Type", "application/json");
    boost::json::object body;
    switch (form) {
    case bedrock_error_form::header_and_uri:
        answer.headers.set("x-amzn-ErrorType",
                           std::string{type} +
                               ":http://internal.amazon.com/coral/com.amazon.bedrock/");
        body["message"] = message;
        break;
    case bedrock_error_form::header:
        answer.headers.set("x-amzn-ErrorType", type);
        body["message"] = message;
        break;
    case bedrock_error_form::body_code:
        body["code"] = type;
        body["Message"] = message;
        break;
    case bedrock_error_form::body_type:
        body["__type"] = "com.amazon.bedrock#" + std::string{type};
        body["message"] = message;
        break;
    }
    answer.body = boost::json::serialize(body);
    return answer;
}

INFERPP_DECL fault bedrock_fault(int status, std::string_view type, std::string_view message,
                                 bedrock_error_form form)
{
    http::response const made = bedrock_error(status, type, message, form);
    fault wrong;
    wrong.status = status;
    wrong.body = made.body;
    wrong.headers = made.headers;
    return wrong;
}

INFERPP_DECL bedrock_service::bedrock_service(bedrock_service_options const& with)
    : with_(with),
      verifier_({aws_key{with.access_key, with.secret_key, with.session_token}},
                with.clock_tolerance)
{
}

INFERPP_DECL http::response bedrock_service::json(value const& body)
{
    http::response answer;
    answer.status = 200;
    answer.headers.set("Content-Type", "application/json");
    answer.body = boost::json::serialize(body);
    return answer;
}

INFERPP_DECL http::response bedrock_service::refuse(aws_refusal const& why) const
{
    return bedrock_error(why.status, why.type, why.message, with_.error_form);
}

INFERPP_DECL void bedrock_service::authorize(simulated_request const& request) const
{
    std::string_view const header = request.headers.find("Authorization").value_or("");
    constexpr std::string_view bearer = "Bearer ";
    if (header.starts_with(bearer)) {
        if (with_.bearer_key.empty() || header.substr(bearer.size()) != with_.bearer_key)
            throw aws_refusal{403, "AccessDeniedException",
                              "Authentication failed: Please make sure your API Key is valid."};
        return;
    }
    if (auto const wrong = verifier_.check(request, "bedrock", with_.region, today))
        throw *wrong;
}

INFERPP_DECL void bedrock_service::stamp(http::response& answer)
{
    answer.headers.set("x-amzn-RequestId",
                       "00000000-0000-4000-8000-" + std::to_string(100'000'000'000 + ++requests_));
    auto const seconds = std::chrono::floor<std::chrono::seconds>(today);
    answer.headers.set("Date", format_http_date(seconds));
}

INFERPP_DECL void bedrock_service::invalid(std::string message)
{
    throw aws_refusal{400, "ValidationException", std::move(message)};
}

INFERPP_DECL bool bedrock_service::matches(std::string const& text, char const* pattern) const
{
    auto const made = expressions_.try_emplace(pattern, pattern).first;
    return std::regex_match(text, made->second);
}

INFERPP_DECL bedrock_service::object bedrock_service::body_of(simulated_request const& request)
{
    boost::system::error_code code;
    auto parsed = boost::json::parse(request.body, code);
    if (code || !parsed.is_object())
        throw aws_refusal{400, "SerializationException", "The body is no JSON object."};
    return std::move(parsed.get_object());
}

INFERPP_DECL std::string bedrock_service::text(object const& from, std::string_view name,
                                               bool required, std::size_t least, std::size_t most,
                                               char const* pattern) const
{
    std::string const member{name};
    value const* const found = from.if_contains(name);
    if (found == nullptr || found->is_null()) {
        if (required)
            invalid("1 validation error detected: Value at '" + member +
                    "' failed to satisfy constraint: Member must not be null");
        return {};
    }
    if (!found->is_string())
        throw aws_refusal{400, "SerializationException",
                          member + " can not be converted to a String"};
    std::string const got{found->get_string().data(), found->get_string().size()};
    if (got.size() < least || got.size() > most)
        invalid("1 validation error detected: Value at '" + member +
                "' failed to satisfy constraint: Member must have length between " +
                std::to_string(least) + " and " + std::to_string(most));
    if (pattern != nullptr && !matches(got, pattern))
        invalid("1 validation error detected: Value at '" + member +
                "' failed to satisfy constraint: Member must satisfy regular expression pattern: " +
                pattern);
    return got;
}

INFERPP_DECL void bedrock_service::check_tags(object const& from, bool required) const
{
    value const* const found = from.if_contains("tags");
    if (found == nullptr && !required)
        return;
    if (found == nullptr || !found->is_array() || found->get_array().size() > 200)
        invalid("Value at 'tags' failed to satisfy constraint: Member must have length less than "
                "or equal to 200");
    for (value const& item : found->get_array()) {
        if (!item.is_object())
            invalid("Value at 'tags' has a member that is no structure");
        text(item.get_object(), "key", true, 1, 128, detail::bedrock_patterns::tag_text);
        text(item.get_object(), "value", true, 0, 256, detail::bedrock_patterns::tag_text);
    }
}

// Opaque to clients, full of what has to be encoded, and another one for each page.
inline std::string bedrock_page_token(std::size_t offset, std::size_t page)
{
    std::string const text = std::to_string(offset) + '/' + std::to_string(page);
    return "+/" + sha256_hex("page " + text).substr(0, 16) + '/' + text + "+==";
}

INFERPP_DECL std::size_t bedrock_service::offset_of(std::string const& token)
{
    std::size_t offset = 0;
    std::size_t page = 0;
    constexpr std::size_t start = 19;
    auto const slash = token.find('/', start);
    if (slash != std::string::npos) {
        std::from_chars(token.data() + start, token.data() + slash, offset);
        std::from_chars(token.data() + slash + 1, token.data() + token.size(), page);
    }
    if (token != bedrock_page_token(offset, page))
        invalid("The nextToken is not valid.");
    return offset;
}

INFERPP_DECL bedrock_service::page_request bedrock_service::read_page(
    simulated_request const& request, std::string_view sort_word) const
{
    page_request page;
    page.size = with_.page_size;
    for (auto const& [name, wanted] : request.query) {
        if (name == "maxResults") {
            int count = 0;
            auto const read = std::from_chars(wanted.data(), wanted.data() + wanted.size(), count);
            if (read.ec != std::errc{} || read.ptr != wanted.data() + wanted.size() || count < 1 ||
                count > 1000)
                invalid("Value at 'maxResults' must be between 1 and 1000");
            page.size = static_cast<std::size_t>(count);
        } else if (name == "nextToken") {
            page.offset = offset_of(wanted);
        } else if (name == "sortBy") {
            if (wanted != sort_word)
                invalid("Value at 'sortBy' must be one of: [" + std::string{sort_word} + "]");
        } else if (name == "sortOrder") {
            if (wanted != "Ascending" && wanted != "Descending")
                invalid("Value at 'sortOrder' must be one of: [Ascending, Descending]");
            page.ascending = wanted == "Ascending";
        }
    }
    return page;
}

INFERPP_DECL std::size_t bedrock_service::end_page(page_request const& page, std::size_t items,
                                                   object& answer)
{
    ++pages_;
    bool const nothing = with_.empty_page != 0 && pages_ % with_.empty_page == 0;
    std::size_t const end = (std::min)(nothing ? page.offset : page.offset + page.size, items);
    if (end < items)
        answer["nextToken"] = bedrock_page_token(end, pages_);
    return end;
}

INFERPP_DECL bool bedrock_service::fits_time(sys_milliseconds submitted, std::string_view filter,
                                             std::string const& wanted)
{
    if (filter != "submitTimeAfter" && filter != "submitTimeBefore")
        return true;
    auto const time = parse_iso8601(wanted);
    if (!time || !wanted.ends_with('Z'))
        invalid("Value at '" + std::string{filter} + "' is no date-time.");
    return filter == "submitTimeAfter" ? submitted > *time : submitted < *time;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
