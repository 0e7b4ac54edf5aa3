// SPDX-License-Identifier: BSL-1.0
//
// A proxy on loopback that opens tunnels to one port, whatever host it is asked for.

#ifndef INFERPP_TESTS_SUPPORT_TUNNEL_PROXY_HPP
#define INFERPP_TESTS_SUPPORT_TUNNEL_PROXY_HPP

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace support {

class tunnel_proxy {
public:
    using tcp = boost::asio::ip::tcp;

    /// @param answer to CONNECT
    /// @param piece  bytes of it sent at once; 0: all
    tunnel_proxy(boost::asio::io_context& context, std::uint16_t to,
                 std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n",
                 std::size_t piece = 0)
        : state_(std::make_shared<state>(context, to))
    {
        state_->answer = std::move(answer);
        state_->piece = piece == 0 ? state_->answer.size() : piece;
        boost::asio::co_spawn(context, accept_all(state_), boost::asio::detached);
    }
    tunnel_proxy(tunnel_proxy const&) = delete;
    tunnel_proxy& operator=(tunnel_proxy const&) = delete;
    ~tunnel_proxy()
    {
        boost::system::error_code ignored;
        state_->acceptor.close(ignored);
        for (auto const& socket : state_->sockets)
            socket->close(ignored);
    }

    std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }
    std::size_t connections() const { return state_->requests.size(); }

    /// The CONNECT requests as they arrived.
    std::vector<std::string> const& requests() const { return state_->requests; }

    /// What went through the tunnels from clients to the server.
    std::string const& sent_through() const { return state_->up; }

private:
    struct state {
        state(boost::asio::io_context& context, std::uint16_t port)
            : acceptor(context, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}),
              to(boost::asio::ip::address_v4::loopback(), port)
        {
        }
        tcp::acceptor acceptor;
        tcp::endpoint to;
        std::string answer;
        std::size_t piece = 1;
        std::vector<std::string> requests;
        std::string up;
        std::vector<std::shared_ptr<tcp::socket>> sockets;
    };

    static constexpr auto as_values = boost::asio::as_tuple(boost::asio::deferred);

    static boost::asio::awaitable<void> accept_all(std::shared_ptr<state> self)
    {
        while (true) {
            auto const socket = std::make_shared<tcp::socket>(self->acceptor.get_executor());
            auto const [code] = co_await self->acceptor.async_accept(*socket, as_values);
            if (code)
                co_return;
            self->sockets.push_back(socket);
            boost::asio::co_spawn(self->acceptor.get_executor(), serve(self, socket),
                                  boost::asio::detached);
        }
    }

    static boost::asio::awaitable<void> serve(std::shared_ptr<state> self,
                                              std::shared_ptr<tcp::socket> from)
    {
        std::string buffer;
        auto const [code, size] = co_await boost::asio::async_read_until(
            *from, boost::asio::dynamic_buffer(buffer), "\r\n\r\n", as_values);
        if (code)
            co_return;
        self->requests.push_back(buffer.substr(0, size));
        self->up += buffer.substr(size); // a client that does not wait for the answer
        auto const to = std::make_shared<tcp::socket>(self->acceptor.get_executor());
        auto const [refused] = co_await to->async_connect(self->to, as_values);
        if (refused)
            co_return;
        self->sockets.push_back(to);
        boost::system::error_code ignored;
        from->set_option(tcp::no_delay{true}, ignored);
        for (std::size_t at = 0; at < self->answer.size(); at += self->piece) {
            auto const part = self->answer.substr(at, self->piece);
            co_await boost::asio::async_write(*from, boost::asio::buffer(part), as_values);
        }
        boost::asio::co_spawn(self->acceptor.get_executor(), copy(self, to, from, false),
                              boost::asio::detached);
        co_await copy(self, from, to, true);
    }

    static boost::asio::awaitable<void> copy(std::shared_ptr<state> self,
                                             std::shared_ptr<tcp::socket> from,
                                             std::shared_ptr<tcp::socket> to, bool up)
    {
        char chunk[8192];
        while (true) {
            auto const [code, got] =
                co_await from->async_read_some(boost::asio::buffer(chunk), as_values);
            if (code)
                break;
            if (up)
                self->up.append(chunk, got);
            auto const [failed, written] =
                co_await boost::asio::async_write(*to, boost::asio::buffer(chunk, got), as_values);
            if (failed || written != got)
                break;
        }
        boost::system::error_code ignored;
        from->close(ignored);
        to->close(ignored);
    }

    std::shared_ptr<state> state_;
};

} // namespace support

#endif
