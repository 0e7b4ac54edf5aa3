// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_RUN_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_RUN_IPP

#include <inferpp/providers/decthings/run.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL std::string run_failure::to_string() const
{
    std::string text = code.text();
    if (at)
        text += " at " + at->text();
    if (exit_code)
        text += ", exit code " + std::to_string(*exit_code);
    if (signal)
        text += ", signal " + *signal;
    if (oom)
        text += ", out of memory";
    if (reason)
        text += " (" + reason->text() + ')';
    for (auto const* const more : {&exception_details, &details})
        if (*more)
            text += ": " + **more;
    constexpr std::size_t most = 4096;
    text.resize((std::min)(text.size(), most));
    return text;
}

INFERPP_DECL error run_failure::to_error() const
{
    errc kind = errc::job_failed;
    if (code == run_failure_code::cancelled)
        kind = errc::job_cancelled;
    else if (code == run_failure_code::max_duration_exceeded)
        kind = errc::job_expired;
    error e{kind};
    e.edit().provider = "decthings";
    e.edit().server_message = to_string();
    e.edit().sent = sent_state::yes;
    return e;
}

INFERPP_DECL result<chosen_outcome> choose_outcome(boost::json::value const& value)
{
    struct name {
        std::string_view wire;
        bool success;
    };
    constexpr name names[] = {
        {"success", true},
        {"failed", false},
        {"createModelSuccess", true},
        {"createModelFailed", false},
        {"evaluationSuccess", true}, // what the vendor's clients look for in old evaluations
        {"evaluationFailed", false},
    };
    auto const* const object = value.if_object();
    if (object == nullptr)
        return error{errc::bad_schema, "expected an object"};
    boost::json::object const* found = nullptr;
    chosen_outcome chosen;
    for (name const& one : names) {
        auto const* const member = object->if_contains(one.wire);
        auto const* const content = member != nullptr ? member->if_object() : nullptr;
        if (content == nullptr)
            continue;
        if (found != nullptr && chosen.success != one.success)
            return error{errc::bad_schema, "there is both a success and a failure"};
        if (found == nullptr) {
            found = content;
            chosen.name = one.wire;
            chosen.success = one.success;
        }
    }
    if (found == nullptr)
        return error{errc::bad_schema, "there is neither a success nor a failure"};
    chosen.content = *found;
    // Evaluations have it beside the others.
    if (auto const* const total = found->if_contains("totalDuration"))
        if (auto* const durations = chosen.content["durations"].if_object())
            durations->insert({{"total", *total}});
    return chosen;
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
