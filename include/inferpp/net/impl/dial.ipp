// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_DIAL_IPP
#define INFERPP_NET_IMPL_DIAL_IPP

#include <inferpp/net/dial.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/core/ignore_unused.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace inferpp::inline INFERPP_ABI::detail {

using tcp = boost::asio::ip::tcp;

INFERPP_DECL std::vector<tcp::endpoint> interleave_families(std::vector<tcp::endpoint> addresses)
{
    if (addresses.empty())
        return addresses;
    bool const first = addresses.front().address().is_v6();
    std::vector<tcp::endpoint> others;
    std::erase_if(addresses, [&](tcp::endpoint const& e) {
        bool const other = e.address().is_v6() != first;
        if (other)
            others.push_back(e);
        return other;
    });
    std::vector<tcp::endpoint> mixed;
    mixed.reserve(addresses.size() + others.size());
    for (std::size_t i = 0; i < (std::max)(addresses.size(), others.size()); ++i) {
        if (i < addresses.size())
            mixed.push_back(addresses[i]);
        if (i < others.size())
            mixed.push_back(others[i]);
    }
    return mixed;
}

/// Attempts to connect, shared by the coroutine that waits and the handlers of the attempts.
struct race : std::enable_shared_from_this<race> {
    race(boost::asio::any_io_executor const& executor, std::vector<tcp::endpoint> to)
        : addresses(std::move(to)),
          causes(addresses.size()),
          wake(executor)
    {
        for (std::size_t i = 0; i < addresses.size(); ++i)
            sockets.emplace_back(executor);
    }

    void start_next()
    {
        std::size_t const index = started++;
        ++running;
        sockets[index].async_connect(
            addresses[index],
            [self = shared_from_this(), index](error_code code) { self->ended(index, code); });
    }

    void ended(std::size_t index, error_code code)
    {
        --running;
        causes[index] = code;
        if (!code && !winner)
            winner = index;
        news = true;
        wake.cancel();
    }

    /// Whether another attempt may begin now.
    bool may_start(clock::time_point now, clock::time_point next) const noexcept
    {
        return started < addresses.size() && running < 4 && (running == 0 || now >= next);
    }

    void close_all() noexcept
    {
        error_code ignored;
        for (auto& socket : sockets)
            socket.close(ignored);
    }

    std::vector<tcp::endpoint> addresses;
    std::vector<tcp::socket> sockets;
    std::vector<error_code> causes;
    boost::asio::steady_timer wake;
    std::size_t started = 0;
    std::size_t running = 0;
    std::optional<std::size_t> winner;
    bool news = false; ///< the timer was cancelled by an attempt and not by the caller
};

/// Ends the attempts when the coroutine ends, however it does.
class race_guard {
public:
    explicit race_guard(race& over) noexcept : over_(over) {}
    race_guard(race_guard const&) = delete;
    race_guard& operator=(race_guard const&) = delete;
    ~race_guard() { over_.close_all(); }

private:
    race& over_;
};

inline error dial_error(race const& over, std::string const& name, bool timed_out)
{
    std::string tried;
    for (std::size_t i = 0; i < over.started; ++i) {
        tried.append(tried.empty() ? "" : ", ").append(over.addresses[i].address().to_string());
        bool const pending = timed_out && !over.causes[i];
        tried.append(": ").append(pending ? "no answer" : over.causes[i].message());
    }
    error e{timed_out ? errc::connect_timeout : errc::connect_failed,
            "no connection to " + name + (timed_out ? " in time (" : " (") + tried +
                (timed_out ? "); check the network or raise limits.connect"
                           : "); check host, port and firewall")};
    e.edit().phase = "connect";
    if (over.started > 0)
        e.edit().cause = over.causes[over.started - 1];
    return e;
}

INFERPP_DECL boost::asio::awaitable<result<tcp::socket>> dial(boost::asio::any_io_executor executor,
                                                              std::vector<tcp::endpoint> addresses,
                                                              std::string name,
                                                              clock::time_point until)
{
    constexpr std::chrono::milliseconds head_start{250};
    auto const over = std::make_shared<race>(executor, interleave_families(std::move(addresses)));
    race_guard const guard{*over};
    auto next = (clock::time_point::min)();
    while (!over->winner) {
        auto const now = std::chrono::steady_clock::now();
        if (now >= until)
            co_return dial_error(*over, name, true);
        if (over->may_start(now, next)) {
            over->start_next();
            next = now + head_start;
            continue;
        }
        if (over->running == 0)
            co_return dial_error(*over, name, false);
        bool const more = over->started < over->addresses.size() && over->running < 4;
        over->news = false;
        over->wake.expires_at(more ? (std::min)(next, until) : until);
        auto const [code] =
            co_await over->wake.async_wait(boost::asio::as_tuple(boost::asio::deferred));
        if (code && !over->news) {
            error e{errc::cancelled};
            e.edit().phase = "connect";
            co_return e;
        }
    }
    co_return std::move(over->sockets[*over->winner]);
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
