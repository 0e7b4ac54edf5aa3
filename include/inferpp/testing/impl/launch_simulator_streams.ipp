// SPDX-License-Identifier: BSL-1.0
//
// Server-sent events of the simulated Launch. See launch_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_STREAMS_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_STREAMS_IPP

#include <inferpp/testing/launch_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

/// Sends what was rendered, and the comments in between. It has no bytes of its own but a comment.
class launch_simulator::platform::stream final : public answer_stream {
public:
    stream(std::shared_ptr<rendered const> what, milliseconds after, milliseconds pings,
           sys_milliseconds began)
        : what_(std::move(what)),
          last_(after),
          pings_(pings),
          next_ping_(pings),
          began_(began)
    {
    }

    stream_step next() override
    {
        if (at_ == what_->pieces.size() && at_ > 0 && round_ + 1 < what_->repeat) {
            at_ = 0;
            ++round_;
        }
        bool const more = at_ < what_->pieces.size();
        launch_ending const ending = what_->ending;
        if (!more && ending == launch_ending::silence)
            return step(stream_step::kind::stall, last_, {});
        milliseconds const due = last_ + (more ? what_->pieces[at_].wait : milliseconds{0});
        bool const for_ever = !more && ending == launch_ending::pings;
        if (pings_ > milliseconds::zero() && (for_ever || next_ping_ < due)) {
            std::string date = format_iso8601(began_ + next_ping_).substr(0, 23) + "000";
            date[10] = ' ';
            ping_ = ": ping - " + date + "\r\n\r\n";
            milliseconds const when = next_ping_;
            next_ping_ += pings_;
            return step(stream_step::kind::piece, when, ping_);
        }
        if (for_ever)
            return step(stream_step::kind::stall, due, {});
        last_ = due;
        if (more)
            return step(stream_step::kind::piece, due, what_->pieces[at_++].data);
        if (ending == launch_ending::cut || ending == launch_ending::broken)
            return step(stream_step::kind::cut, due, what_->half);
        return step(stream_step::kind::end, due, {});
    }

private:
    stream_step step(stream_step::kind what, milliseconds when, std::string_view data)
    {
        stream_step made;
        made.what = what;
        made.wait = (std::max)(when, now_) - now_;
        made.data = data;
        now_ = (std::max)(when, now_);
        return made;
    }

    std::shared_ptr<rendered const> what_;
    std::size_t at_ = 0;
    std::size_t round_ = 0;
    milliseconds now_{0};
    milliseconds last_; ///< when the last event was due
    milliseconds pings_;
    milliseconds next_ping_;
    sys_milliseconds began_;
    std::string ping_;
};

INFERPP_DECL simulated_answer
launch_simulator::platform::start(std::shared_ptr<rendered const> what, milliseconds after)
{
    simulated_answer answer;
    answer.status = 200;
    answer.headers.add("Content-Type", "text/event-stream; charset=utf-8");
    answer.headers.add("Cache-Control", "no-cache");
    answer.headers.add("Connection", "keep-alive");
    answer.headers.add("X-Accel-Buffering", "no");
    answer.stream = std::make_unique<stream>(std::move(what), after, options.ping_interval, today);
    return answer;
}

/// The events of an outcome as they are sent. @param common what all payloads of a stream share
INFERPP_DECL std::shared_ptr<launch_simulator::platform::rendered const> launch_simulator::
    platform::render(launch_outcome const& outcome, envelope in, object const& common)
{
    // The same bytes for everybody, unless payloads carry an id.
    bool const shared = common.empty() && outcome.script != nullptr;
    if (shared && outcome.script == last_script && in == last_envelope)
        return last_rendered;
    auto made = std::make_shared<rendered>();
    auto const add = [&](launch_event const& event, std::size_t index, bool last) {
        auto text = render_event(event, in, common, index, last);
        if (!text.empty())
            made->pieces.push_back({event.wait, std::move(text)});
    };
    if (outcome.script) {
        auto const& events = outcome.script->events;
        bool over = false; // an error event is the last
        for (std::size_t i = 0; i < events.size() && !over; ++i) {
            add(events[i], i, i + 1 == events.size());
            over = events[i].what == launch_event::kind::failure;
        }
        made->repeat = over ? 1 : outcome.script->repeat;
        made->ending = over ? launch_ending::complete : outcome.script->ending;
        if (made->ending == launch_ending::done)
            made->pieces.push_back({milliseconds{0}, "data: [DONE]\r\n\r\n"});
        if (made->ending == launch_ending::cut) {
            // Within a member's name; at the end of a line it would be no cut.
            auto const half = launch_event::result("half of an event");
            auto const whole = render_event(half, in, common, events.size(), false);
            made->half = whole.substr(0, whole.size() / 2);
        }
    } else {
        add(launch_event::result(outcome.result), 0, true);
    }
    if (shared) {
        last_script = outcome.script;
        last_rendered = made;
        last_envelope = in;
    }
    return made;
}

INFERPP_DECL std::string launch_simulator::platform::render_event(launch_event const& event,
                                                                  envelope in, object const& common,
                                                                  std::size_t index,
                                                                  bool last) const
{
    using kind = launch_event::kind;
    if (event.what == kind::raw)
        return event.text;
    if (event.what == kind::comment)
        return ": " + event.text + "\r\n\r\n";
    bool const failed = event.what == kind::failure;
    std::string const text = event.value.is_string() ? detail::launch_text(event.value)
                                                     : detail::launch_dumps(event.value);
    if (in == envelope::task || in == envelope::task_text) {
        value result;
        if (!failed)
            result = object{{"result", in == envelope::task ? event.value : value(text)}};
        value traceback;
        if (failed && !event.text.empty())
            traceback = event.text;
        return sse(object{{"status", failed ? "FAILURE" : "SUCCESS"},
                          {"result", result},
                          {"traceback", traceback},
                          {"status_code", failed ? event.status : 200}});
    }
    object payload = common;
    if (in == envelope::completion_v1) {
        payload["output"] = nullptr;
        payload["error"] = nullptr;
        auto const prompt = payload.if_contains("prompt");
        value const tokens = prompt != nullptr && last ? *prompt : value{};
        payload.stable_erase("prompt");
        if (failed)
            payload["error"] = stream_error(event.status, event.text).at("error");
        else
            payload["output"] = {{"text", text},
                                 {"finished", last},
                                 {"num_prompt_tokens", tokens},
                                 {"num_completion_tokens", index + 1},
                                 {"token", nullptr}};
        return sse(payload);
    }
    if (failed)
        return sse(stream_error(event.status, event.text));
    auto const prompt = payload.if_contains("prompt");
    std::int64_t const prompt_tokens = prompt != nullptr ? prompt->get_int64() : -1;
    payload.stable_erase("prompt");
    object choice{{"index", 0}};
    if (in == envelope::chat) {
        object delta{{"content", text}};
        if (index == 0)
            delta["role"] = "assistant";
        choice["delta"] = std::move(delta);
    } else {
        choice["text"] = text;
    }
    // Nulls are left out, so only the last one has this.
    if (last)
        choice["finish_reason"] = "stop";
    payload["choices"] = array{std::move(choice)};
    if (last && prompt_tokens >= 0) {
        auto const completion = static_cast<std::int64_t>(index + 1);
        payload["usage"] = {{"prompt_tokens", prompt_tokens},
                            {"completion_tokens", completion},
                            {"total_tokens", prompt_tokens + completion}};
    }
    return sse(payload);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator_callbacks.ipp>
#endif

#endif
