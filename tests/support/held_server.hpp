// SPDX-License-Identifier: BSL-1.0
//
// A server on loopback that answers when the test says so.

#ifndef INFERPP_TESTS_SUPPORT_HELD_SERVER_HPP
#define INFERPP_TESTS_SUPPORT_HELD_SERVER_HPP

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace support {

/// An answer 200 with a body.
inline std::string ok_answer(std::string const& body = "{}", std::string const& more = {})
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more +
           "\r\n" + body;
}

/// Listens on a free port of 127.0.0.1, takes any number of connections, and keeps their requests.
class held_server {
public:
    using tcp = boost::asio::ip::tcp;

    /// A request that has arrived whole.
    struct arrival {
        std::size_t connection = 0;
        std::string text; ///< header and body
        bool answered = false;

        std::string method() const { return text.substr(0, text.find(' ')); }
        std::string target() const
        {
            auto const from = text.find(' ') + 1;
            return text.substr(from, text.find(' ', from) - from);
        }
        std::string body() const { return text.substr(text.find("\r\n\r\n") + 4); }
    };

    /// @param reply makes the answer to each request at once; null: the test calls `answer`
    explicit held_server(boost::asio::io_context& context,
                         std::function<std::string(arrival const&)> reply = nullptr)
        : state_(std::make_shared<state>(context, std::move(reply)))
    {
        boost::asio::co_spawn(context, accept_all(state_), boost::asio::detached);
    }
    held_server(held_server const&) = delete;
    held_server& operator=(held_server const&) = delete;
    ~held_server()
    {
        boost::system::error_code ignored;
        state_->acceptor.close(ignored);
        for (auto const& socket : state_->sockets)
            socket->close(ignored);
    }

    std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
    std::vector<arrival> const& arrivals() const { return state_->arrivals; }
    std::size_t connections() const { return state_->sockets.size(); }
    std::size_t closed_by_peer() const { return state_->closed_by_peer; }

    void answer(std::size_t index, std::string text = ok_answer())
    {
        arrival& which = state_->arrivals.at(index);
        which.answered = true;
        boost::asio::co_spawn(state_->acceptor.get_executor(),
                              send(state_, which.connection, std::move(text)),
                              boost::asio::detached);
    }

    /// Closes a connection from this side.
    void close(std::size_t connection, bool reset = false)
    {
        auto& socket = *state_->sockets.at(connection);
        boost::system::error_code ignored;
        if (reset)
            socket.set_option(boost::asio::socket_base::linger{true, 0}, ignored);
        socket.close(ignored);
    }

private:
    struct state {
        state(boost::asio::io_context& context, std::function<std::string(arrival const&)> with)
            : acceptor(context, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}),
              reply(std::move(with))
        {
        }
        tcp::acceptor acceptor;
        std::function<std::string(arrival const&)> reply;
        std::vector<std::shared_ptr<tcp::socket>> sockets;
        std::vector<arrival> arrivals;
        std::size_t closed_by_peer = 0;
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
            boost::asio::co_spawn(self->acceptor.get_executor(),
                                  serve(self, self->sockets.size() - 1), boost::asio::detached);
        }
    }

    static boost::asio::awaitable<void> send(std::shared_ptr<state> self, std::size_t connection,
                                             std::string text)
    {
        auto const socket = self->sockets[connection];
        co_await boost::asio::async_write(*socket, boost::asio::buffer(text), as_values);
    }

    static boost::asio::awaitable<void> serve(std::shared_ptr<state> self, std::size_t connection)
    {
        auto const socket = self->sockets[connection];
        std::string buffer;
        while (true) {
            auto const [code, size] = co_await boost::asio::async_read_until(
                *socket, boost::asio::dynamic_buffer(buffer), "\r\n\r\n", as_values);
            if (code)
                break;
            std::size_t body = 0;
            std::string const name = "Content-Length: ";
            auto const at = buffer.find(name);
            if (at < size)
                std::from_chars(buffer.data() + at + name.size(), buffer.data() + size, body);
            bool broken = false;
            while (!broken && buffer.size() < size + body) {
                char chunk[4096];
                auto const [failed, got] =
                    co_await socket->async_read_some(boost::asio::buffer(chunk), as_values);
                broken = static_cast<bool>(failed);
                buffer.append(chunk, got);
            }
            if (broken)
                break;
            arrival one;
            one.connection = connection;
            one.text = buffer.substr(0, size + body);
            buffer.erase(0, size + body);
            self->arrivals.push_back(one);
            if (!self->reply)
                continue;
            self->arrivals.back().answered = true;
            std::string const text = self->reply(one);
            auto const [failed, written] =
                co_await boost::asio::async_write(*socket, boost::asio::buffer(text), as_values);
            if (failed || written != text.size())
                break;
        }
        ++self->closed_by_peer;
        boost::system::error_code ignored;
        socket->close(ignored);
    }

    std::shared_ptr<state> state_;
};

} // namespace support

#endif
