// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_IMPL_PIPELINE_IPP
#define INFERPP_CLIENT_IMPL_PIPELINE_IPP

#include <inferpp/client/pipeline.hpp>
#include <inferpp/net/https_transport.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::detail {

/// One call: what it sends, how far it has come, and what it has read.
struct pipeline::attempt {
    http::request message;
    operation_info info;
    clock::time_point deadline;
    int max_attempts = 1;
    bool any_status = false;
    bool whole = true; ///< read the body too

    int number = 0;
    clock::time_point started;
    incoming head;
    http::response answer;
};

inline bool is_success(int status) noexcept
{
    return status >= 200 && status < 300;
}

inline std::string default_user_agent()
{
    return "inferpp/" + std::to_string(INFERPP_VERSION_MAJOR) + '.' +
           std::to_string(INFERPP_VERSION_MINOR) + '.' + std::to_string(INFERPP_VERSION_PATCH);
}

INFERPP_DECL pipeline::pipeline(boost::asio::any_io_executor executor,
                                std::shared_ptr<inferpp::provider const> platform,
                                client_options options)
    : executor_(std::move(executor)), platform_(std::move(platform)),
      options_(std::move(options)), generator_(std::random_device{}())
{
    validate(options_).value();
    if (options_.user_agent.empty())
        options_.user_agent = default_user_agent();
    if (!options_.transport)
        options_.transport = make_https_transport(executor_, options_);
    if (!options_.clock)
        options_.clock = real_clock();
    options_.transport->prepare(platform_->base().origin).value();

    // Wrong credentials show now and not with the first request.
    http::request probe;
    probe.headers.set("User-Agent", options_.user_agent);
    platform_->authorize(probe);
    http::validate(probe).value();
}

INFERPP_DECL double pipeline::random()
{
    return std::uniform_real_distribution<double>{0.0, 1.0}(generator_);
}

INFERPP_DECL error pipeline::complete(error e, operation_info const& info) const
{
    auto& particulars = e.edit();
    if (particulars.provider.empty())
        particulars.provider = platform_->name();
    if (particulars.operation.empty())
        particulars.operation = info.name;
    return e;
}

INFERPP_DECL result<void> pipeline::prepare(result<http::request>& message,
                                            call_options const& call)
{
    if (!message)
        return message.error();
    if (result<void> const valid = validate(call); !valid)
        return valid.error();
    message->target = join_target(platform_->base().path, message->target);
    if (!message->headers.find("Accept"))
        message->headers.set("Accept", "application/json");
    message->headers.set("User-Agent", options_.user_agent);
    return http::validate(*message);
}

INFERPP_DECL boost::asio::awaitable<result<http::response>> pipeline::execute(
    result<http::request> message, operation_info info, call_options call, bool any_status)
{
    if (result<void> const ready = prepare(message, call); !ready)
        co_return complete(ready.error(), info);
    attempt state;
    state.message = std::move(*message);
    state.info = info;
    state.deadline =
        saturating_add(options_.clock->now(), call.timeout.value_or(options_.limits.total));
    state.max_attempts = call.max_attempts.value_or(options_.retry.max_attempts);
    state.any_status = any_status;
    auto const done = co_await run(state);
    if (!done)
        co_return done.error();
    co_return std::move(state.answer);
}

INFERPP_DECL boost::asio::awaitable<result<incoming>> pipeline::open(result<http::request> message,
                                                                     operation_info info,
                                                                     call_options call)
{
    if (result<void> const ready = prepare(message, call); !ready)
        co_return complete(ready.error(), info);
    attempt state;
    state.message = std::move(*message);
    state.info = info;
    state.deadline =
        saturating_add(options_.clock->now(), call.timeout.value_or(options_.limits.total));
    state.max_attempts = call.max_attempts.value_or(options_.retry.max_attempts);
    state.whole = false;
    auto const done = co_await run(state);
    if (!done)
        co_return done.error();
    co_return std::move(state.head);
}

INFERPP_DECL boost::asio::awaitable<result<void>> pipeline::run(attempt& state)
{
    retry_options retry = options_.retry;
    retry.max_attempts = state.max_attempts;
    while (true) {
        ++state.number;
        state.started = options_.clock->now();
        error failed;
        sent_state sent = sent_state::no; // when an exception comes
        // Asio throws from any co_await of a cancelled coroutine.
        try {
            platform_->authorize(state.message);
            log_request(state);
            auto head = co_await options_.transport->open(platform_->base().origin, state.message,
                                                          options_.limits, state.deadline);
            if (!head) {
                failed = head.error();
            } else {
                sent = sent_state::yes;
                state.head = std::move(*head);
                bool const success = is_success(state.head.status);
                state.answer.status = state.head.status;
                if (success && !state.whole) {
                    log_outcome(state, nullptr, std::nullopt);
                    co_return result<void>{};
                }
                auto body = co_await read_body(state.head, options_.limits, state.deadline);
                state.answer.headers = std::move(state.head.headers);
                if (body)
                    state.answer.body = std::move(*body);
                if (!success) { // also when the explanation could not be read
                    failed = refused(state.message, state.answer);
                } else if (!body) {
                    failed = body.error();
                    failed.edit().http_status = state.answer.status;
                }
            }
        }
        catch (boost::system::system_error const&) {
            failed = current_error();
            failed.edit().sent = sent;
        }
        if (!failed.code()) {
            log_outcome(state, nullptr, std::nullopt);
            co_return result<void>{};
        }

        failed.edit().attempts = state.number;
        auto const left = std::chrono::floor<std::chrono::milliseconds>(state.deadline -
                                                                        options_.clock->now());
        auto const delay =
            next_retry_delay(retry, state.info.repeat, failed, state.number, left, random());
        log_outcome(state, &failed, delay);
        if (!delay) {
            if (state.any_status && failed.code().category() == http_category())
                co_return result<void>{};
            co_return complete(final_error(state.info.repeat, std::move(failed)), state.info);
        }
        error_code stopped;
        try {
            stopped = co_await options_.clock->sleep_until(options_.clock->now() + *delay);
        }
        catch (boost::system::system_error const&) {
            stopped = boost::asio::error::operation_aborted;
        }
        if (stopped) {
            error e{errc::cancelled};
            e.edit().cause = failed.code();
            e.edit().attempts = state.number;
            e.edit().sent = failed.info().sent;
            e.edit().phase = "wait before a retry";
            co_return complete(std::move(e), state.info);
        }
    }
}

inline void hide(std::string& text, std::string_view what)
{
    constexpr std::size_t shortest = 4; // less is no secret, and would be found everywhere
    if (what.size() < shortest)
        return;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 3))
        text.replace(at, what.size(), "***");
}

// Servers tell what they were sent, such as "wrong API key: ...", and what they tell is logged.
inline void hide_secrets(std::string& text, http::request const& message)
{
    for (auto const& field : message.headers)
        if (!is_loggable_header(field.name)) {
            std::string_view const value = field.value;
            hide(text, value);
            hide(text, value.substr(value.find(' ') + 1)); // without "ApiKey " or "Bearer "
        }
    if (auto const query = message.target.find('?'); query != std::string::npos)
        hide(text, std::string_view{message.target}.substr(query + 1));
}

INFERPP_DECL error pipeline::refused(http::request const& message,
                                     http::response const& answer) const
{
    error e{error_code{answer.status, http_category()}};
    auto& info = e.edit();
    info.http_status = answer.status;
    info.sent = sent_state::yes;
    platform_->read_error(answer, info);
    constexpr std::size_t most = 4096;
    info.server_message.resize(std::min(info.server_message.size(), 2 * most));
    hide_secrets(info.server_message, message);
    info.server_message.resize(std::min(info.server_message.size(), most));
    if (auto const wait = answer.headers.find("Retry-After"))
        info.retry_after = parse_retry_after(*wait, options_.clock->calendar());
    return e;
}

INFERPP_DECL void pipeline::log_request(attempt const& state) const
{
    if (!options_.log.enabled(log_level::debug))
        return;
    std::string line{platform_->name()};
    line.append(" ").append(state.info.name).append(" > ").append(state.message.method).append(" ");
    line += platform_->base().origin.to_string() + redacted_url(state.message.target);
    line += " (" + std::to_string(state.message.body.size()) + " bytes)";
    for (auto const& field : state.message.headers)
        line += ' ' + field.name + ": " + (is_loggable_header(field.name) ? field.value : "***");
    options_.log.write(log_level::debug, line);
}

INFERPP_DECL void pipeline::log_outcome(attempt const& state, error const* failed,
                                        std::optional<std::chrono::milliseconds> again) const
{
    log_level const level = failed == nullptr ? log_level::debug
                            : again           ? log_level::warning
                                              : log_level::error;
    if (!options_.log.enabled(level))
        return;
    auto const took = std::chrono::floor<std::chrono::milliseconds>(options_.clock->now() -
                                                                    state.started);
    std::string line{platform_->name()};
    line.append(" ").append(state.info.name).append(" < ");
    line += failed != nullptr ? failed->what() : std::to_string(state.answer.status);
    line += " after " + std::to_string(took.count()) + " ms";
    if (again)
        line += ", repeated in " + std::to_string(again->count()) + " ms";
    options_.log.write(level, line);
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
