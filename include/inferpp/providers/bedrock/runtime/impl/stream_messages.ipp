// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_STREAM_MESSAGES_IPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_IMPL_STREAM_MESSAGES_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/net/http.hpp>
#include <inferpp/providers/bedrock/aws_error.hpp>
#include <inferpp/providers/bedrock/runtime/stream_messages.hpp>

#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

// The status that each exception has where it answers a request. Others are failures of the server.
inline int status_of_exception(std::string_view type) noexcept
{
    struct known {
        std::string_view type;
        int status;
    };
    constexpr known all[] = {
        {"ValidationException", 400},       {"AccessDeniedException", 403},
        {"ResourceNotFoundException", 404}, {"ModelTimeoutException", 408},
        {"ModelNotReadyException", 429},    {"ServiceUnavailableException", 503},
    };
    for (known const& each : all)
        if (each.type == type)
            return each.status;
    return 500;
}

inline error told_in_stream(std::string type, std::string_view message, std::string_view details)
{
    constexpr std::size_t most_message = 4UL << 10;
    constexpr std::size_t most_details = 16UL << 10;
    constexpr std::size_t most_code = 256;
    error e{error_code{meaning_of(type, status_of_exception(type)), http_category()},
            "the stream ends with " + detail::printable(type, most_code)};
    auto& info = e.edit();
    info.should_retry = is_worth_repeating(type);
    info.server_code = type.substr(0, most_code);
    info.server_message = message.substr(0, most_message);
    if (details.size() <= most_details)
        info.server_details = details;
    info.http_status = 200;
    info.sent = sent_state::yes;
    return e;
}

// The member's name in camelCase is that of the exception but for its first letter.
inline error told_as_exception(std::string_view name, std::string_view payload)
{
    std::string type{name};
    if (!type.empty() && type[0] >= 'a' && type[0] <= 'z')
        type[0] = static_cast<char>(type[0] - 'a' + 'A');
    http::response told;
    told.body = payload;
    std::string const message = read_aws_error(told).message;
    return told_in_stream(std::move(type), message, payload);
}

INFERPP_DECL result<std::optional<stream_message>> stream_messages::next()
{
    auto const got = decoder_.next();
    if (!got)
        return got.error();
    if (*got == nullptr)
        return std::optional<stream_message>{};
    aws_event const& event = **got;
    std::string_view const kind = event.text(":message-type");
    if (kind == "event") {
        stream_message const made{event.text(":event-type"), event.payload};
        if (made.type.empty())
            return error{errc::bad_content, "an event of the stream does not say which"};
        return std::optional<stream_message>{made};
    }
    if (kind == "exception")
        return told_as_exception(event.text(":exception-type"), event.payload);
    if (kind == "error")
        return told_in_stream(std::string{event.text(":error-code")}, event.text(":error-message"),
                              {});
    return error{errc::bad_content, "a message of the stream is no event, exception or error"};
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
