// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_IMPL_FAULT_PROXY_IPP
#define INFERPP_TESTING_IMPL_FAULT_PROXY_IPP

#include <inferpp/testing/fault_proxy.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <boost/core/ignore_unused.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <exception>
#include <initializer_list>
#include <set>
#include <utility>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL boost::asio::awaitable<void> detail::between_pieces(clock& time,
                                                                 std::chrono::milliseconds pause)
{
    auto const executor = co_await boost::asio::this_coro::executor;
    if (pause > std::chrono::milliseconds::zero())
        co_await time.sleep_until(saturating_add(time.now(), pause));
    // One turn of the reactor sees what was sent, the next one completes the read.
    for (int turn = 0; turn < 4; ++turn)
        co_await boost::asio::post(executor, boost::asio::deferred);
}

struct fault_proxy::relay : std::enable_shared_from_this<relay> {
    using tcp = boost::asio::ip::tcp;
    static constexpr auto as_values = boost::asio::as_tuple(boost::asio::deferred);

    /// A connection of a client, and the one to the server that belongs to it.
    struct link {
        link(std::shared_ptr<relay> from, tcp::socket accepted, proxy_fault with)
            : home(std::move(from)),
              client(std::move(accepted)),
              server(home->executor),
              fault(std::move(with))
        {
            home->links.insert(this);
        }
        link(link const&) = delete;
        link& operator=(link const&) = delete;
        ~link() { home->links.erase(this); }

        /// Ends both ways. What still comes is read and dropped, because a socket that is closed
        /// with bytes unread sends RST.
        void cut()
        {
            error_code ignored;
            over = true;
            for (tcp::socket* const socket : {&client, &server}) {
                if (!fault.reset) {
                    socket->shutdown(tcp::socket::shutdown_send, ignored);
                    continue;
                }
                socket->set_option(boost::asio::socket_base::linger{true, 0}, ignored);
                socket->close(ignored);
            }
        }
        void close() noexcept
        {
            error_code ignored;
            over = true;
            client.close(ignored);
            server.close(ignored);
        }

        std::shared_ptr<relay> home;
        tcp::socket client;
        tcp::socket server;
        proxy_fault fault;
        bool over = false; ///< nothing passes any more
    };

    relay(boost::asio::any_io_executor on, std::uint16_t to, std::shared_ptr<clock> with)
        : executor(std::move(on)),
          acceptor(executor),
          target(boost::asio::ip::address_v4::loopback(), to),
          time(with ? std::move(with) : real_clock())
    {
        error_code code;
        tcp::endpoint const endpoint{boost::asio::ip::address_v4::loopback(), 0};
        acceptor.open(endpoint.protocol(), code);
        if (!code)
            acceptor.bind(endpoint, code);
        if (!code)
            acceptor.listen(boost::asio::socket_base::max_listen_connections, code);
        if (!code)
            port = acceptor.local_endpoint(code).port();
        if (code)
            throw failure{
                error{errc::invalid_argument, "the fault proxy can't listen: " + code.message()}};
    }

    static boost::asio::awaitable<void> accept_all(std::shared_ptr<relay> self)
    {
        while (!self->stopped) {
            tcp::socket socket{self->executor};
            auto const [code] = co_await self->acceptor.async_accept(socket, as_values);
            if (code == boost::asio::error::operation_aborted || self->stopped)
                break;
            if (code)
                continue;
            ++self->accepted;
            proxy_fault wrong;
            if (!self->faults.empty()) {
                wrong = std::move(self->faults.front());
                self->faults.pop_front();
            }
            auto made = std::make_shared<link>(self, std::move(socket), std::move(wrong));
            boost::asio::co_spawn(self->executor, begin(std::move(made)),
                                  [](std::exception_ptr) {});
        }
    }

    static boost::asio::awaitable<void> begin(std::shared_ptr<link> on)
    {
        relay& home = *on->home;
        auto const [code] = co_await on->server.async_connect(home.target, as_values);
        if (code || home.stopped)
            co_return on->close();
        error_code ignored;
        on->client.set_option(tcp::no_delay{true}, ignored);
        on->server.set_option(tcp::no_delay{true}, ignored);
        if (on->fault.to_server.cut_after == std::size_t{0} ||
            on->fault.to_client.cut_after == std::size_t{0})
            on->cut();
        auto to_server = pass(on, on->client, on->server, on->fault.to_server, home.to_server);
        boost::asio::co_spawn(home.executor, std::move(to_server), [](std::exception_ptr) {});
        co_await pass(on, on->server, on->client, on->fault.to_client, home.to_client);
    }

    /// Passes bytes on, one way, until their source ends.
    static boost::asio::awaitable<void> pass(std::shared_ptr<link> on, tcp::socket& from,
                                             tcp::socket& to, one_way_fault const& wrong,
                                             std::uint64_t& count)
    {
        relay& home = *on->home;
        std::size_t done = 0; // of the stream
        bool ended = false;   // this way
        bool stalled = false;
        std::array<char, 16384> buffer; // written before it is read
        while (true) {
            auto const [code, got] =
                co_await from.async_read_some(boost::asio::buffer(buffer), as_values);
            if (code && stalled)
                co_return; // the end does not pass either
            if (code == boost::asio::error::eof)
                break;
            if (code)
                co_return on->close();
            if (done == 0 && wrong.delay > std::chrono::milliseconds::zero())
                co_await home.time->sleep_until(saturating_add(home.time->now(), wrong.delay));
            if (wrong.flip_at && *wrong.flip_at >= done && *wrong.flip_at - done < got)
                buffer[*wrong.flip_at - done] ^= 1;
            std::size_t at = 0;
            while (at < got && !on->over && !ended) {
                std::size_t const size = next_piece(wrong, done, got - at);
                bool const split = size < got - at;
                if (size > 0) {
                    auto const [broken, written] = co_await boost::asio::async_write(
                        to, boost::asio::buffer(buffer.data() + at, size), as_values);
                    count += written;
                    if (broken) // what comes is dropped until its source ends too
                        on->over = true;
                }
                at += size;
                done += size;
                if (wrong.cut_after && done >= *wrong.cut_after && !on->over)
                    on->cut();
                if (wrong.half_close_after && done >= *wrong.half_close_after) {
                    error_code ignored;
                    to.shutdown(tcp::socket::shutdown_send, ignored);
                    ended = true;
                }
                if (wrong.stall_after && done >= *wrong.stall_after)
                    ended = stalled = true;
                if (split && !on->over && !ended)
                    co_await detail::between_pieces(*home.time, wrong.pause);
            }
        }
        error_code ignored;
        to.shutdown(tcp::socket::shutdown_send, ignored);
    }

    /// How many of the bytes that are there pass at once.
    static std::size_t next_piece(one_way_fault const& wrong, std::size_t done, std::size_t there)
    {
        std::size_t size = there;
        auto const stop_at = [&](std::size_t offset) {
            size = (std::min)(size, offset - (std::min)(offset, done));
        };
        for (auto const& offset : {wrong.cut_after, wrong.stall_after, wrong.half_close_after})
            if (offset)
                stop_at(*offset);
        auto const slice = std::upper_bound(wrong.slices.begin(), wrong.slices.end(), done);
        if (slice != wrong.slices.end())
            stop_at(*slice);
        return wrong.drip > 0 ? (std::min)(size, wrong.drip) : size;
    }

    void stop() noexcept
    {
        stopped = true;
        error_code ignored;
        acceptor.close(ignored);
        for (link* const each : links)
            each->close();
    }

    boost::asio::any_io_executor executor;
    tcp::acceptor acceptor;
    tcp::endpoint target;
    std::shared_ptr<clock> time;
    std::uint16_t port = 0;
    std::set<link*> links;
    std::deque<proxy_fault> faults;
    std::size_t accepted = 0;
    std::uint64_t to_server = 0;
    std::uint64_t to_client = 0;
    bool stopped = false;
};

INFERPP_DECL fault_proxy::fault_proxy(boost::asio::any_io_executor executor, std::uint16_t port,
                                      std::shared_ptr<clock> time)
    : relay_(std::make_shared<relay>(std::move(executor), port, std::move(time)))
{
    boost::asio::co_spawn(relay_->executor, relay::accept_all(relay_), [](std::exception_ptr) {});
}

INFERPP_DECL fault_proxy::~fault_proxy()
{
    stop();
}

INFERPP_DECL std::uint16_t fault_proxy::port() const noexcept
{
    return relay_->port;
}

INFERPP_DECL void fault_proxy::inject(proxy_fault next)
{
    relay_->faults.push_back(std::move(next));
}

INFERPP_DECL void fault_proxy::clear_faults() noexcept
{
    relay_->faults.clear();
}

INFERPP_DECL std::size_t fault_proxy::connections() const noexcept
{
    return relay_->accepted;
}

INFERPP_DECL std::size_t fault_proxy::open_connections() const noexcept
{
    return relay_->links.size();
}

INFERPP_DECL std::uint64_t fault_proxy::bytes_to_server() const noexcept
{
    return relay_->to_server;
}

INFERPP_DECL std::uint64_t fault_proxy::bytes_to_client() const noexcept
{
    return relay_->to_client;
}

INFERPP_DECL void fault_proxy::stop() noexcept
{
    relay_->stop();
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
