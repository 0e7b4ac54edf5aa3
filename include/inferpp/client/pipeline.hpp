// SPDX-License-Identifier: BSL-1.0
//
// The way of every request: deadline -> { authorise -> log -> transport -> classify -> retry }.
// No template, so that it is compiled once. Not part of the public interface.

#ifndef INFERPP_CLIENT_PIPELINE_HPP
#define INFERPP_CLIENT_PIPELINE_HPP

#include <inferpp/client/options.hpp>
#include <inferpp/client/provider.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace inferpp::inline INFERPP_ABI::detail {

class pipeline {
public:
    /// @throws failure for options out of range and an unusable transport
    INFERPP_DECL pipeline(boost::asio::any_io_executor executor,
                          std::shared_ptr<inferpp::provider const> platform,
                          client_options options);

    /// Sends a request and reads the answer whole. An answer with another status than 2xx is an
    /// error, unless `any_status`.
    INFERPP_DECL boost::asio::awaitable<result<http::response>> execute(
        result<http::request> message, operation_info info, call_options call,
        bool any_status = false);

    /// Sends a request and gives the answer once its header is there; the status is a 2xx.
    INFERPP_DECL boost::asio::awaitable<result<incoming>> open(result<http::request> message,
                                                               operation_info info,
                                                               call_options call);

    /// Sends a request to a URL that the server gave, and reads the answer whole. Credentials go
    /// along to the configured origin alone.
    INFERPP_DECL boost::asio::awaitable<result<http::response>> execute_at(std::string address,
                                                                           http::request message,
                                                                           operation_info info,
                                                                           call_options call);

    /// The same, with the answer given once its header is there.
    INFERPP_DECL boost::asio::awaitable<result<incoming>> open_at(std::string address,
                                                                  http::request message,
                                                                  operation_info info,
                                                                  call_options call);

    /// Opens a WebSocket at a URL of the caller's. Nothing is repeated, and no credentials go
    /// along.
    INFERPP_DECL boost::asio::awaitable<result<std::unique_ptr<websocket>>> open_websocket(
        std::string address, http::request upgrade, operation_info info, call_options call);

    /// Adds provider and operation to an error that arose outside of these.
    INFERPP_DECL error complete(error e, operation_info const& info) const;

    boost::asio::any_io_executor const& executor() const noexcept { return executor_; }
    inferpp::provider const& platform() const noexcept { return *platform_; }
    inferpp::clock& clock() const noexcept { return *options_.clock; }
    client_options const& options() const noexcept { return options_; }
    inferpp::limits const& limits() const noexcept { return options_.limits; }
    logger const& log() const noexcept { return options_.log; }

    /// From 0 up to but not including 1. May be called from any thread.
    INFERPP_DECL double random() noexcept;

private:
    struct attempt;

    INFERPP_DECL result<attempt> begin(result<http::request> message, operation_info const& info,
                                       call_options const& call) const;
    INFERPP_DECL result<attempt> begin_given(std::string_view address, http::request message,
                                             operation_info const& info,
                                             call_options const& call) const;
    INFERPP_DECL boost::asio::awaitable<result<incoming>> open_begun(result<attempt> state);
    INFERPP_DECL boost::asio::awaitable<result<std::unique_ptr<websocket>>> upgrade_to_websocket(
        attempt state);
    INFERPP_DECL boost::asio::awaitable<result<http::response>> read_whole(attempt state);
    INFERPP_DECL boost::asio::awaitable<result<incoming>> read_head(attempt state);
    INFERPP_DECL static bool is_answer(attempt const& state, error const& failed);
    INFERPP_DECL boost::asio::awaitable<result<void>> run(attempt& state);
    INFERPP_DECL boost::asio::awaitable<error> try_once(attempt& state);
    INFERPP_DECL error judge(attempt& state, result<std::string> body) const;
    INFERPP_DECL bool adapt(attempt& state) const;
    INFERPP_DECL error redirect(attempt& state) const;
    INFERPP_DECL provider_services services(attempt const& state) const;
    INFERPP_DECL error refused(http::request const& message, http::response const& answer) const;
    INFERPP_DECL error refused_within(http::request const& message,
                                      http::response const& answer) const;
    INFERPP_DECL std::optional<std::chrono::milliseconds> decide(attempt& state, error& failed);
    INFERPP_DECL void log_request(attempt const& state) const;
    INFERPP_DECL void report(attempt const& state, error const* failed,
                             std::optional<std::chrono::milliseconds> again) const;

    boost::asio::any_io_executor executor_;
    boost::asio::any_io_executor strand_; ///< where work is done; empty unless `thread_safe`
    std::shared_ptr<inferpp::provider const> platform_;
    client_options options_;
    inferpp::limits held_limits_; ///< those of calls that are held until their work is done
    retry_budget budget_;
    bool private_addresses_ = false;
    std::atomic<std::uint64_t> random_state_;
};

} // namespace inferpp::inline INFERPP_ABI::detail

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/client/impl/pipeline.ipp>
#endif

#endif
