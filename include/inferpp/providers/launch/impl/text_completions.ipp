// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_TEXT_COMPLETIONS_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_TEXT_COMPLETIONS_IPP

#include <inferpp/providers/launch/text_completions.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

/// Writes a prompt, whichever it is.
struct prompt_writer {
    explicit prompt_writer(json_writer& to) : out(to) {}

    template <class Prompt>
    void operator()(Prompt const& one) const
    {
        write_json(one, out);
    }

    json_writer& out;
};

INFERPP_DECL void text_prompt::to_json(json_writer& out) const
{
    std::visit(prompt_writer{out}, value);
}

INFERPP_DECL result<std::optional<text_completion>> text_completion::from_sse(
    sse_event_view const& event)
{
    auto const document = read_llm_event(event);
    if (!document)
        return document.error();
    auto read = decode_value<text_completion>(*document);
    if (!read)
        return read.error();
    return std::optional<text_completion>{std::move(*read)};
}

INFERPP_DECL result<void> text_completion_settings::check() const
{
    constexpr std::int64_t most_logprobs = 5;
    constexpr std::int64_t most_tries = 20;
    if (auto const valid = check_sampling(); !valid)
        return valid;
    return first_error({check_count("logprobs", logprobs, 0, most_logprobs),
                        check_count("best_of", best_of, 0, most_tries)});
}

INFERPP_DECL result<void> sync_text_completion::validate() const
{
    return first_error({check_given("model", model), check()});
}

INFERPP_DECL result<void> stream_text_completion::validate() const
{
    return first_error({check_given("model", model), check()});
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
