// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_IMPL_PIPELINE_IPP
#define INFERPP_CLIENT_IMPL_PIPELINE_IPP

#include <inferpp/client/pipeline.hpp>
#include <inferpp/client/run_on.hpp>
#include <inferpp/client/server_message.hpp>
#include <inferpp/codec/redirect.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/net/address_filter.hpp>
#include <inferpp/net/https_transport.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

namespace inferpp::inline INFERPP_ABI::detail {

/// One call: what it sends, how far it has come, and what it has read.
struct pipeline::attempt {
    http::request message;
    url to; ///< where the request goes now; redirects change it
    operation_info info;
    clock::time_point deadline;
    inferpp::limits const* bounds = nullptr;
    int max_attempts = 1;
    bool any_status = false;
    bool whole = true;  ///< read the body too
    bool given = false; ///< the URL is one that the server gave
    bool credentials = true;
    bool adapted = false;

    int number = 0;
    int redirects = 0;
    clock::time_point started;
    incoming head;
    http::response answer;
};

/// The body of an answer whose reader lives on the client's strand.
class strand_body final : public body_reader {
public:
    strand_body(boost::asio::any_io_executor strand, std::unique_ptr<body_reader> inner)
        : strand_(std::move(strand)),
          inner_(std::move(inner))
    {
    }
    strand_body(strand_body const&) = delete;
    strand_body& operator=(strand_body const&) = delete;
    ~strand_body() override
    {
        boost::asio::post(strand_, [gone = std::move(inner_)] {});
    }

    boost::asio::awaitable<result<std::string_view>> read_some(clock::duration idle,
                                                               clock::time_point deadline) override
    {
        return run_on(strand_, inner_->read_some(idle, deadline));
    }

private:
    boost::asio::any_io_executor strand_;
    std::unique_ptr<body_reader> inner_;
};

/// A WebSocket that lives on the client's strand.
class strand_websocket final : public websocket {
public:
    strand_websocket(boost::asio::any_io_executor strand, std::unique_ptr<websocket> inner)
        : strand_(std::move(strand)),
          inner_(std::move(inner))
    {
    }
    strand_websocket(strand_websocket const&) = delete;
    strand_websocket& operator=(strand_websocket const&) = delete;
    ~strand_websocket() override
    {
        boost::asio::post(strand_, [gone = std::move(inner_)] {});
    }

    boost::asio::awaitable<result<std::optional<websocket_message>>> read() override
    {
        return run_on(strand_, inner_->read());
    }
    boost::asio::awaitable<result<void>> write(websocket_message const& message) override
    {
        return run_on(strand_, inner_->write(message));
    }
    boost::asio::awaitable<void> close() override { co_await run_on(strand_, close_on_strand()); }

private:
    boost::asio::awaitable<bool> close_on_strand()
    {
        co_await inner_->close();
        co_return true;
    }

    boost::asio::any_io_executor strand_;
    std::unique_ptr<websocket> inner_;
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

inline bool names_private_address(std::string const& host)
{
    error_code code;
    auto const address = boost::asio::ip::make_address(host, code);
    return code ? host == "localhost" : !is_public_address(address);
}

INFERPP_DECL pipeline::pipeline(boost::asio::any_io_executor executor,
                                std::shared_ptr<inferpp::provider const> platform,
                                client_options options)
    : executor_(std::move(executor)),
      platform_(std::move(platform)),
      options_(std::move(options)),
      budget_(options_.retry)
{
    std::random_device seed;
    random_state_ = std::uint64_t{seed()} << 32 | seed();
    validate(options_).value();
    held_limits_ = options_.limits;
    held_limits_.first_byte = std::chrono::years{100}; // the deadline comes first
    if (options_.user_agent.empty())
        options_.user_agent = default_user_agent();
    if (options_.thread_safe)
        strand_ = boost::asio::make_strand(executor_);
    if (!options_.transport)
        options_.transport = make_https_transport(strand_ ? strand_ : executor_, options_);
    if (!options_.clock)
        options_.clock = real_clock();
    origin const& home = platform_->base().origin;
    private_addresses_ =
        options_.allow_private_addresses.value_or(names_private_address(home.host));
    options_.transport->prepare(home).value();

    // Wrong credentials show now and not with the first request.
    http::request probe;
    probe.headers.set("User-Agent", options_.user_agent);
    platform_->authorize(probe);
    http::validate(probe).value();
}

// splitmix64: good enough for jitter, and one atomic word.
INFERPP_DECL double pipeline::random() noexcept
{
    std::uint64_t z = random_state_.fetch_add(0x9e3779b97f4a7c15ULL, std::memory_order_relaxed);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    z ^= z >> 31;
    return static_cast<double>(z >> 11) * 0x1p-53;
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

INFERPP_DECL result<pipeline::attempt> pipeline::begin(result<http::request> message,
                                                       operation_info const& info,
                                                       call_options const& call) const
{
    if (!message)
        return complete(message.error(), info);
    if (result<void> const valid = validate(call); !valid)
        return complete(valid.error(), info);
    attempt state;
    state.message = std::move(*message);
    http::request& request = state.message;
    std::string_view const below =
        info.root.empty() ? std::string_view{platform_->base().path} : platform_->root(info.root);
    request.target = join_target(below, request.target);
    if (!request.headers.find("Accept"))
        request.headers.set("Accept", "application/json");
    request.headers.set("User-Agent", options_.user_agent);
    if (result<void> const valid = http::validate(request); !valid)
        return complete(valid.error(), info);
    state.to.origin = platform_->base().origin;
    platform_->locate(request, state.to.origin);
    state.info = info;
    state.bounds = info.held ? &held_limits_ : &options_.limits;
    auto const whole = info.held ? options_.limits.held : options_.limits.total;
    state.deadline = saturating_add(options_.clock->now(), call.timeout.value_or(whole));
    state.max_attempts = call.max_attempts.value_or(options_.retry.max_attempts);
    return state;
}

INFERPP_DECL result<pipeline::attempt> pipeline::begin_given(std::string_view address,
                                                             http::request message,
                                                             operation_info const& info,
                                                             call_options const& call) const
{
    // Some platforms end their URLs with a line end.
    auto to = parse_url(trim(address));
    if (!to)
        return complete(to.error(), info);
    origin const& home = platform_->base().origin;
    if (home.tls && !to->origin.tls)
        return complete(error{errc::invalid_argument,
                              "the server gave a URL of http, which is not asked from a client "
                              "of https"},
                        info);
    message.target = "/";
    message.headers.set("Accept", "*/*");
    auto state = begin(std::move(message), info, call);
    if (!state)
        return state;
    state->message.target = to->target();
    state->credentials = to->origin == home;
    state->to = std::move(*to);
    state->given = true;
    return state;
}

INFERPP_DECL boost::asio::awaitable<result<http::response>> pipeline::execute(
    result<http::request> message, operation_info info, call_options call, bool any_status)
{
    auto state = begin(std::move(message), info, call);
    if (!state)
        co_return state.error();
    state->any_status = any_status;
    if (!strand_)
        co_return co_await read_whole(std::move(*state));
    co_return co_await run_on(strand_, read_whole(std::move(*state)));
}

INFERPP_DECL boost::asio::awaitable<result<http::response>> pipeline::execute_at(
    std::string address, http::request message, operation_info info, call_options call)
{
    auto state = begin_given(address, std::move(message), info, call);
    if (!state)
        co_return state.error();
    if (!strand_)
        co_return co_await read_whole(std::move(*state));
    co_return co_await run_on(strand_, read_whole(std::move(*state)));
}

INFERPP_DECL boost::asio::awaitable<result<incoming>> pipeline::open(result<http::request> message,
                                                                     operation_info info,
                                                                     call_options call)
{
    return open_begun(begin(std::move(message), info, call));
}

INFERPP_DECL boost::asio::awaitable<result<incoming>> pipeline::open_at(std::string address,
                                                                        http::request message,
                                                                        operation_info info,
                                                                        call_options call)
{
    return open_begun(begin_given(address, std::move(message), info, call));
}

INFERPP_DECL boost::asio::awaitable<result<incoming>> pipeline::open_begun(result<attempt> state)
{
    if (!state)
        co_return state.error();
    state->whole = false;
    if (!strand_)
        co_return co_await read_head(std::move(*state));
    auto head = co_await run_on(strand_, read_head(std::move(*state)));
    if (head && head->body)
        head->body = std::make_unique<strand_body>(strand_, std::move(head->body));
    co_return head;
}

INFERPP_DECL boost::asio::awaitable<result<http::response>> pipeline::read_whole(attempt state)
{
    auto const done = co_await run(state);
    if (!done)
        co_return done.error();
    co_return std::move(state.answer);
}

INFERPP_DECL boost::asio::awaitable<result<incoming>> pipeline::read_head(attempt state)
{
    auto const done = co_await run(state);
    if (!done)
        co_return done.error();
    co_return std::move(state.head);
}

INFERPP_DECL boost::asio::awaitable<result<std::unique_ptr<websocket>>> pipeline::open_websocket(
    std::string address, http::request upgrade, operation_info info, call_options call)
{
    // A URL of ws is one of http in everything but its name.
    if (address.starts_with("ws://") || address.starts_with("wss://"))
        address.replace(0, 2, "http");
    auto const to = parse_url(address);
    if (!to)
        co_return complete(to.error(), info);
    auto state = begin(std::move(upgrade), info, call);
    if (!state)
        co_return state.error();
    state->to = *to;
    state->message.target = to->target();
    state->message.headers.erase("Accept");
    log_request(*state);
    auto work = upgrade_to_websocket(std::move(*state));
    if (strand_)
        work = run_on(strand_, std::move(work));
    auto opened = co_await std::move(work);
    if (!opened)
        co_return complete(opened.error(), info);
    if (strand_)
        opened = std::make_unique<strand_websocket>(strand_, std::move(*opened));
    co_return opened;
}

INFERPP_DECL boost::asio::awaitable<result<std::unique_ptr<websocket>>> pipeline::
    upgrade_to_websocket(attempt state)
{
    co_return co_await options_.transport->open_websocket(state.to.origin, state.message,
                                                          *state.bounds, state.deadline);
}

// Whether an error is what a caller who takes any status asked for. Credentials that could not be
// had have an HTTP status for a code too, without any answer.
INFERPP_DECL bool pipeline::is_answer(attempt const& state, error const& failed)
{
    return state.any_status && failed.code().category() == http_category() &&
           failed.info().http_status != 0;
}

INFERPP_DECL boost::asio::awaitable<result<void>> pipeline::run(attempt& state)
{
    while (true) {
        ++state.number;
        state.started = options_.clock->now();
        error failed = co_await try_once(state);
        if (!failed.code()) {
            budget_.on_success();
            report(state, nullptr, std::nullopt);
            co_return result<void>{};
        }
        auto const delay = decide(state, failed);
        report(state, &failed, delay);
        if (!delay) {
            if (is_answer(state, failed))
                co_return result<void>{};
            co_return complete(final_error(state.info.repeat, std::move(failed)), state.info);
        }
        error_code stopped;
        try {
            stopped =
                co_await options_.clock->sleep_until(saturating_add(options_.clock->now(), *delay));
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

// Sends the request, follows its redirects, reads the answer. Returns no error, or what went wrong.
INFERPP_DECL boost::asio::awaitable<error> pipeline::try_once(attempt& state)
{
    sent_state sent = sent_state::no; // when an exception comes
    // Asio throws from any co_await of a cancelled coroutine.
    try {
        while (true) {
            auto const now = options_.clock->calendar();
            if (state.credentials && !platform_->is_ready(now)) {
                auto const with = services(state);
                auto const renewed = co_await platform_->make_ready(with);
                if (!renewed)
                    co_return renewed.error();
            }
            if (state.credentials)
                platform_->sign(state.message, state.to.origin, options_.clock->calendar());
            state.message.public_address_only = state.given && !private_addresses_ &&
                                                !(state.to.origin == platform_->base().origin);
            log_request(state);
            auto head = co_await options_.transport->open(state.to.origin, state.message,
                                                          *state.bounds, state.deadline);
            if (!head)
                co_return head.error();
            sent = sent_state::yes;
            state.head = std::move(*head);
            if (is_redirect(state.head.status) && !state.any_status) {
                if (adapt(state))
                    continue;
                error stray = redirect(state);
                if (stray.code())
                    co_return stray;
                continue;
            }
            if (is_success(state.head.status) && !state.whole)
                co_return error{};
            auto body = co_await read_body(state.head, *state.bounds, state.deadline);
            error failed = judge(state, std::move(body));
            if (!failed.code() || !adapt(state))
                co_return std::move(failed);
        }
    }
    catch (boost::system::system_error const&) {
        error failed = current_error();
        failed.edit().sent = sent;
        co_return failed;
    }
}

// Takes an answer in. Returns no error, or what the answer or its body is.
INFERPP_DECL error pipeline::judge(attempt& state, result<std::string> body) const
{
    state.answer.status = state.head.status;
    state.answer.headers = std::move(state.head.headers);
    if (body)
        state.answer.body = std::move(*body);
    if (!is_success(state.head.status)) // also when the explanation could not be read
        return refused(state.message, state.answer);
    if (!body) {
        error failed = std::move(body).error();
        failed.edit().http_status = state.answer.status;
        return failed;
    }
    if (state.any_status || state.given) // it is not for us to understand
        return {};
    return refused_within(state.message, state.answer);
}

// Whether the platform has changed the request so that it is worth sending again at once.
INFERPP_DECL bool pipeline::adapt(attempt& state) const
{
    if (state.adapted || !state.credentials || is_success(state.head.status))
        return false;
    http::response refusal; // of a redirect, whose body is not read
    bool const has_body = !is_redirect(state.head.status);
    refusal.status = state.head.status;
    refusal.headers = has_body ? state.answer.headers : state.head.headers;
    refusal.body = has_body ? state.answer.body : std::string{};
    state.adapted =
        platform_->adapt(refusal, options_.clock->calendar(), state.message, state.to.origin);
    if (!state.adapted || (state.message.source && !state.message.source->rewind()))
        return false;
    state.head.body.reset();
    return true;
}

INFERPP_DECL provider_services pipeline::services(attempt const& state) const
{
    return provider_services{strand_ ? strand_ : executor_,
                             *options_.transport,
                             *options_.clock,
                             options_.limits,
                             options_.log,
                             state.deadline};
}

// Points the request to where the answer leads. Returns no error, or why it is not followed.
INFERPP_DECL error pipeline::redirect(attempt& state) const
{
    constexpr int most = 5;
    int const status = state.head.status;
    state.head.body.reset();
    std::size_t found = 0;
    std::string location;
    for (auto const& field : state.head.headers)
        if (iequals(field.name, "Location")) {
            ++found;
            location = field.value;
        }
    url from;
    from.origin = state.to.origin;
    auto const mark = (std::min)(state.message.target.find('?'), state.message.target.size());
    from.path = state.message.target.substr(0, mark);
    from.query = state.message.target.substr((std::min)(mark + 1, state.message.target.size()));
    auto const next =
        follow_redirect(status, state.message.method, from, found == 1 ? location : "");
    error e;
    if (!next)
        e = next.error();
    else if (++state.redirects > most)
        e = error{errc::redirect_refused, "the server redirects more than 5 times"};
    else if (!state.given && !next->same_origin)
        e = error{errc::redirect_refused, "the server redirects to " + next->to.origin.to_string() +
                                              ", which is not the configured one"};
    else if (next->keep_body && state.message.source && !state.message.source->rewind())
        e = error{errc::redirect_refused,
                  "the redirect is not followed: the request's body can't be read again"};
    if (e.code()) {
        e.edit().http_status = status;
        e.edit().sent = sent_state::yes;
        e.edit().phase = "redirect";
        return e;
    }
    state.to = next->to;
    state.message.method = next->method;
    state.message.target = next->to.target();
    if (!next->keep_body) {
        state.message.body.clear();
        state.message.source.reset();
        state.message.headers.erase("Content-Type");
    }
    // Once left, the configured origin is not given credentials again: the way there is not ours.
    if (!next->same_origin && state.credentials) {
        state.credentials = false;
        http::headers harmless;
        for (auto const& field : state.message.headers)
            if (iequals(field.name, "Accept") || iequals(field.name, "User-Agent"))
                harmless.add(field.name, field.value);
        state.message.headers = std::move(harmless);
    }
    return {};
}

// Whether and when the request is sent again.
INFERPP_DECL std::optional<std::chrono::milliseconds> pipeline::decide(attempt& state,
                                                                       error& failed)
{
    failed.edit().attempts = state.number;
    retry_options retry = options_.retry;
    retry.max_attempts = state.max_attempts;
    auto const left =
        std::chrono::floor<std::chrono::milliseconds>(state.deadline - options_.clock->now());
    bool const may = may_repeat(state.info.repeat, failed);
    bool const affordable = !may || budget_.on_failure();
    auto delay = next_retry_delay(retry, state.info.repeat, failed, state.number, left, random());
    if (delay && !affordable) {
        delay.reset();
        auto& message = failed.edit().message;
        message = (message.empty() ? failed.code().message() : message) +
                  "; not repeated, because too many calls fail (retry.budget)";
    }
    if (delay && state.message.source) {
        if (auto const again = state.message.source->rewind(); !again)
            delay.reset();
    }
    return delay;
}

// A wait in milliseconds, or in one of the forms of Retry-After.
inline std::optional<std::chrono::milliseconds> asked_wait(http::headers const& headers,
                                                           sys_milliseconds now)
{
    for (std::string_view const name :
         {"retry-after-ms", "x-ms-retry-after-ms", "x-amz-retry-after"}) {
        auto const value = headers.find(name);
        if (!value)
            continue;
        std::int64_t count = 0;
        auto const end = std::from_chars(value->data(), value->data() + value->size(), count);
        if (end.ec == std::errc{} && end.ptr == value->data() + value->size() && count >= 0)
            return std::chrono::milliseconds{count};
    }
    if (auto const value = headers.find("Retry-After"))
        return parse_retry_after(*value, now);
    return std::nullopt;
}

INFERPP_DECL error pipeline::refused(http::request const& message,
                                     http::response const& answer) const
{
    error e{error_code{platform_->meaning(answer), http_category()}};
    auto& info = e.edit();
    info.http_status = answer.status;
    info.sent = sent_state::yes;
    platform_->read_error(answer, info);
    bound_server_message(info, message);
    info.retry_after = asked_wait(answer.headers, options_.clock->calendar());
    if (auto const wanted = answer.headers.find("x-should-retry"))
        if (*wanted == "true" || *wanted == "false")
            info.should_retry = *wanted == "true";
    return e;
}

INFERPP_DECL error pipeline::refused_within(http::request const& message,
                                            http::response const& answer) const
{
    error e = platform_->find_refusal(answer);
    if (!e.code())
        return e;
    auto& info = e.edit();
    info.http_status = answer.status;
    info.sent = sent_state::yes;
    bound_server_message(info, message);
    if (!info.retry_after)
        info.retry_after = asked_wait(answer.headers, options_.clock->calendar());
    return e;
}

INFERPP_DECL void pipeline::log_request(attempt const& state) const
{
    if (!options_.log.enabled(log_level::debug))
        return;
    std::string line{platform_->name()};
    line.append(" ").append(state.info.name).append(" > ").append(state.message.method).append(" ");
    line += state.to.origin.to_string() + redacted_url(state.message.target);
    line += " (" + std::to_string(state.message.body.size()) + " bytes)";
    for (auto const& field : state.message.headers)
        line += ' ' + field.name + ": " + (is_loggable_header(field.name) ? field.value : "***");
    options_.log.write(log_level::debug, line);
}

INFERPP_DECL void pipeline::report(attempt const& state, error const* failed,
                                   std::optional<std::chrono::milliseconds> again) const
{
    // A caller who takes any status does not call one a failure.
    bool const taken = failed == nullptr || is_answer(state, *failed);
    log_level const level = again   ? log_level::warning
                            : taken ? log_level::debug
                                    : log_level::error;
    if (!options_.on_attempt && !options_.log.enabled(level))
        return;
    auto const took =
        std::chrono::floor<std::chrono::milliseconds>(options_.clock->now() - state.started);
    if (options_.on_attempt) {
        attempt_report told;
        told.operation = state.info.name;
        told.number = state.number;
        told.status = failed != nullptr ? failed->info().http_status : state.answer.status;
        told.failure = failed;
        told.took = took;
        told.repeated_in = again;
        options_.on_attempt(told);
    }
    if (!options_.log.enabled(level))
        return;
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
