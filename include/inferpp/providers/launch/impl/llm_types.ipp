// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_LLM_TYPES_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_LLM_TYPES_IPP

#include <inferpp/providers/launch/llm_types.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

inline std::optional<int> status_in(boost::json::value const* value)
{
    if (value == nullptr)
        return std::nullopt;
    auto const read = decode_value<int>(*value);
    return read ? std::optional<int>{*read} : std::nullopt;
}

INFERPP_DECL result<stream_failure> stream_failure::from_json(boost::json::value const& value)
{
    stream_failure read;
    read.status_code = status_in(member(value, "status_code"));
    if (!read.status_code)
        read.status_code = status_in(member(value, "code"));
    boost::json::value const* const content = member(value, "content");
    boost::json::value const* text = member(value, "message");
    if (content != nullptr) {
        text = member(*content, "error");
        if (auto const* const when = member(*content, "timestamp"))
            read.timestamp = text_of(*when);
        if (text == nullptr)
            text = content;
    }
    read.message = text_of(text != nullptr ? *text : value);
    return read;
}

INFERPP_DECL error stream_failure::to_error() const
{
    error e{errc::job_failed,
            "the model has failed" +
                (status_code ? " (status " + std::to_string(*status_code) + ')' : std::string{})};
    constexpr std::size_t most = 4096;
    e.edit().server_message = message.substr(0, most);
    e.edit().http_status = status_code.value_or(0);
    e.edit().sent = sent_state::yes;
    return e;
}

INFERPP_DECL result<boost::json::value> read_llm_event(sse_event_view const& event)
{
    auto document = parse_json(event.data);
    if (!document)
        return document;
    auto const* const failed = member(*document, "error");
    if (failed == nullptr || failed->is_null())
        return document;
    auto const told = stream_failure::from_json(*failed);
    if (!told)
        return told.error();
    error e = told->to_error();
    if (auto const* const id = member(*document, "request_id"))
        e.edit().request_id = text_of(*id);
    return e;
}

INFERPP_DECL result<void> openai_sampling::check_sampling() const
{
    constexpr std::int64_t most_answers = 128;
    return first_error({check_range("temperature", temperature, 0, 2),
                        check_range("top_p", top_p, 0, 1), check_count("n", n, 1, most_answers),
                        check_count("max_tokens", max_tokens, 0), check_count("top_k", top_k, -1),
                        check_range("frequency_penalty", frequency_penalty, -2, 2),
                        check_range("presence_penalty", presence_penalty, -2, 2)});
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
