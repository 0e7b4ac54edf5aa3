// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_CREDENTIAL_CALL_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_CREDENTIAL_CALL_IPP

#include <inferpp/client/server_message.hpp>
#include <inferpp/providers/bedrock/aws_error.hpp>
#include <inferpp/providers/bedrock/credential_call.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

// One attempt. @return an answer of any status
inline boost::asio::awaitable<result<http::response>> exchange(provider_services with,
                                                               credential_call const& call,
                                                               limits const& bounds)
{
    auto head = co_await with.transport.open(call.to, call.message, bounds, with.deadline);
    if (!head)
        co_return head.error();
    http::response answer;
    answer.status = head->status;
    answer.headers = std::move(head->headers);
    auto body = co_await read_body(*head, bounds, with.deadline);
    if (!body)
        co_return body.error();
    answer.body = std::move(*body);
    co_return answer;
}

// The error of an answer that is no success.
inline error refused_call(credential_call const& call, http::response const& answer)
{
    aws_error const told = read_aws_error(answer);
    error e{error_code{meaning_of(told.type, answer.status), http_category()}};
    auto& info = e.edit();
    info.http_status = answer.status;
    info.sent = sent_state::yes;
    info.server_code = told.type;
    info.server_message = told.message;
    info.request_id = told.request_id;
    detail::bound_server_message(info, call.message);
    return e;
}

inline void log_call(logger const& log, credential_call const& call, std::string const& outcome)
{
    if (log.enabled(log_level::debug))
        log.write(log_level::debug, "credentials: " + call.what + ": " + call.message.method + ' ' +
                                        call.to.to_string() + redacted_url(call.message.target) +
                                        ": " + outcome);
}

INFERPP_DECL boost::asio::awaitable<result<http::response>> call_for_credentials(
    provider_services with, credential_call call)
{
    constexpr std::chrono::minutes worth_correcting{4};
    limits bounds = with.limits;
    bounds.body_bytes = (std::min)(bounds.body_bytes, std::size_t{1} << 20);
    if (call.limit)
        bounds.resolve = bounds.connect = bounds.tls = bounds.first_byte = bounds.idle =
            *call.limit;
    retry_options retry;
    retry.max_attempts = call.attempts;
    retry.base = std::chrono::milliseconds{200};
    retry.cap = std::chrono::milliseconds{2'000};
    retry.max_retry_after = std::chrono::milliseconds{10'000};
    std::chrono::milliseconds skew{0};
    std::random_device random;
    call.message.headers.set("User-Agent", "inferpp");
    for (int attempt = 1;; ++attempt) {
        if (call.sign)
            call.sign(call.message, with.clock.calendar() + skew);
        if (auto const valid = http::validate(call.message); !valid)
            co_return valid.error();
        auto answer = co_await exchange(with, call, bounds);
        if (answer && answer->status >= 200 && answer->status < 300) {
            log_call(with.log, call, std::to_string(answer->status));
            co_return answer;
        }
        error failed = answer ? refused_call(call, *answer) : answer.error();
        failed.edit().attempts = attempt;
        failed.edit().operation = call.what;
        log_call(with.log, call, failed.what());
        if (answer && may_be_skew(failed.info().server_code) && skew == skew.zero()) {
            auto const offset = clock_offset(answer->headers, with.clock.calendar());
            if (offset && abs(*offset) >= worth_correcting) {
                skew = *offset;
                --attempt;
                continue;
            }
        }
        auto const left =
            std::chrono::floor<std::chrono::milliseconds>(with.deadline - with.clock.now());
        auto const wait = next_retry_delay(retry, idempotency::safe, failed, attempt, left,
                                           random() / 4294967296.0);
        if (!wait || (call.may_be_nobody && failed.info().sent == sent_state::no))
            co_return failed;
        error_code const stopped =
            co_await with.clock.sleep_until(saturating_add(with.clock.now(), *wait));
        if (stopped)
            co_return error{errc::cancelled};
    }
}

INFERPP_DECL error no_credentials(std::string const& source, error const& reason)
{
    if (reason == condition::cancelled || reason == errc::deadline_exceeded)
        return reason;
    bool const may_pass = reason == condition::overloaded || reason == condition::rate_limited ||
                          reason == condition::transport || reason == condition::timeout;
    error e{error_code{may_pass ? 503 : 401, http_category()},
            "no credentials from " + source + ": " + reason.what()};
    e.edit().cause = reason.code();
    e.edit().phase = "credentials";
    e.edit().should_retry = false;
    return e;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
