// SPDX-License-Identifier: BSL-1.0
//
// Receiving what Launch posts when a task has succeeded.

#ifndef INFERPP_PROVIDERS_LAUNCH_CALLBACKS_HPP
#define INFERPP_PROVIDERS_LAUNCH_CALLBACKS_HPP

#include <inferpp/client/job.hpp>
#include <inferpp/net/http.hpp>
#include <inferpp/providers/launch/predictions.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::launch {

/**
 * @brief What a callback says, as the document that asking for the task would give.
 *
 * Read from the five shapes that the platform posts. *Source*: wire notes 5.
 */
struct callback {
    callback() = default;

    std::string task_id;         ///< empty: of a synchronous endpoint
    boost::json::value document; ///< see `endpoint_response::from_json`

    /// @return `bad_json` or `bad_schema` for what is no callback
    INFERPP_DECL static result<callback> parse(std::string_view body);
};

/// How callbacks are received.
struct callback_options {
    callback_options() = default;

    /// What the platform must prove itself with: what `endpoint_request::callback_auth` says.
    /// Empty: nobody is checked, which is for networks where nobody else can call.
    std::optional<basic_auth> auth;
    /// So many callbacks are remembered, at least 1: to know repeated ones, and for tasks that
    /// nobody expects yet.
    std::size_t kept = 10'000;
    /// Told of each new callback, before its job is; for tasks that other processes wait for. If it
    /// throws, the callback counts as not received, and the platform repeats it.
    std::function<void(callback const&)> on_callback;
};

/**
 * @brief Lets callbacks end the wait for their tasks at once. Polling goes on as the fallback, since
 *        tasks that fail send no callback, and callbacks get lost: the first signal wins.
 *
 * @code
 * launch::callback_receiver receiver{options};
 * inferpp::http_server server{executor, where, receiver.handler()}; // or a server of your own
 *
 * auto job = co_await client.submit(request); // with callback_url and callback_auth
 * receiver.expect(job);
 * auto result = co_await job.result({.deadline = 1h, .min_interval = 30s});
 * @endcode
 *
 * Repeated callbacks are answered like the first, and have no effect. *Thread safety*: all on the
 * client's executor, the waits for the jobs too, see `job::deliver`.
 */
class callback_receiver {
public:
    /// @throws failure `invalid_argument` for options out of range
    INFERPP_DECL explicit callback_receiver(callback_options options);

    /// Ends the wait for this job when its callback comes, or has come already.
    template <class Result>
    void expect(job<async_prediction<Result>> const& task)
    {
        expect(task.id(), [weak = weak_job<async_prediction<Result>>{task}](callback const* came) {
            auto const alive = weak.lock();
            if (alive && came != nullptr) {
                auto answer = endpoint_response<Result>::from_json(came->document);
                // What can't be read is asked for now, so that whoever waits gets the error.
                alive->deliver(answer ? std::move(*answer) : endpoint_response<Result>{});
            }
            return alive.has_value();
        });
    }

    /**
     * @brief Takes a request that came to the callback's URL.
     * @return the answer: 200, also for a repeated one; 401 for wrong credentials, compared in
     *         constant time; 405 for another method than POST; 400 for what is no callback
     */
    INFERPP_DECL http::response receive(http::request const& request);

    /// `receive` as a function, for `http_server`. The receiver must outlive it.
    std::function<http::response(http::request const&)> handler()
    {
        return [this](http::request const& request) { return receive(request); };
    }

private:
    /// Takes a callback, or null. Returns whether anybody still wants it.
    using listener = std::function<bool(callback const*)>;

    INFERPP_DECL void expect(std::string const& id, listener waits);
    INFERPP_DECL bool tell(callback const& came);
    INFERPP_DECL bool authorized(http::request const& request) const;

    callback_options options_;
    secret expected_; ///< the header's value
    std::multimap<std::string, listener> waits_;
    std::size_t sweep_at_ = 64; ///< so many waits are looked through for jobs that are gone
    /// What has come; with what it says, if nobody has been told yet.
    std::map<std::string, std::optional<callback>> came_;
    std::deque<std::string> order_; ///< of arrival
};

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/callbacks.ipp>
#endif

#endif
