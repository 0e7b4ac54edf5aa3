// SPDX-License-Identifier: BSL-1.0
//
// A server on loopback that sends scripted bytes, right or wrong.

#ifndef INFERPP_TESTS_SUPPORT_RAW_SERVER_HPP
#define INFERPP_TESTS_SUPPORT_RAW_SERVER_HPP

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace support {

/// What a raw server does on one connection.
struct raw_script {
    enum class end { close, reset, hang };

    raw_script() = default;
    /// Answers so many requests, each with one of these texts, then closes.
    explicit raw_script(std::vector<std::string> texts, end how = end::close)
        : answers(std::move(texts)), at_end(how)
    {
    }

    std::vector<std::string> answers; ///< sent after each request
    end at_end = end::close;          ///< what follows the last answer
    bool read_requests = true;        ///< false: sends the answers at once, reads nothing
    std::size_t piece = 0;            ///< sends pieces of so many bytes; 0: all at once
    std::chrono::milliseconds pause{0}; ///< between two pieces
};

/// Listens on a free port of 127.0.0.1; each connection gets the next script, then the last again.
class raw_server {
public:
    using tcp = boost::asio::ip::tcp;

    raw_server(boost::asio::io_context& context, std::vector<raw_script> scripts)
        : state_(std::make_shared<state>(context, std::move(scripts)))
    {
        boost::asio::co_spawn(context, accept_all(state_), boost::asio::detached);
    }
    raw_server(boost::asio::io_context& context, raw_script script)
        : raw_server(context, std::vector<raw_script>{std::move(script)})
    {
    }
    raw_server(boost::asio::io_context& context, std::string answer)
        : raw_server(context, raw_script{{std::move(answer)}})
    {
    }
    raw_server(raw_server const&) = delete;
    raw_server& operator=(raw_server const&) = delete;
    ~raw_server()
    {
        boost::system::error_code ignored;
        state_->acceptor.close(ignored);
    }

    std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
    std::size_t connections() const { return state_->accepted; }

    /// The requests, header and body, as they arrived.
    std::vector<std::string> const& requests() const { return state_->requests; }

    /// Connections that the other side has closed.
    std::size_t closed_by_peer() const { return state_->closed_by_peer; }

private:
    struct state {
        state(boost::asio::io_context& context, std::vector<raw_script> with)
            : acceptor(context, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}),
              scripts(std::move(with))
        {
        }
        tcp::acceptor acceptor;
        std::vector<raw_script> scripts;
        std::size_t accepted = 0;
        std::size_t closed_by_peer = 0;
        std::vector<std::string> requests;
    };

    static constexpr auto as_values = boost::asio::as_tuple(boost::asio::deferred);

    static boost::asio::awaitable<void> accept_all(std::shared_ptr<state> self)
    {
        while (true) {
            tcp::socket socket{self->acceptor.get_executor()};
            auto const [code] = co_await self->acceptor.async_accept(socket, as_values);
            if (code)
                co_return;
            std::size_t const index = std::min(self->accepted, self->scripts.size() - 1);
            ++self->accepted;
            boost::asio::co_spawn(self->acceptor.get_executor(),
                                  serve(self, std::move(socket), self->scripts[index]),
                                  boost::asio::detached);
        }
    }

    static boost::asio::awaitable<void> serve(std::shared_ptr<state> self, tcp::socket socket,
                                              raw_script script)
    {
        std::string buffer;
        for (std::string const& answer : script.answers) {
            if (script.read_requests) {
                bool const got = co_await read_request(*self, socket, buffer);
                if (!got) {
                    ++self->closed_by_peer;
                    co_return;
                }
            }
            std::size_t const piece = script.piece == 0 ? answer.size() : script.piece;
            for (std::size_t at = 0; at < answer.size(); at += piece) {
                if (at > 0) {
                    boost::asio::steady_timer timer{socket.get_executor(), script.pause};
                    co_await timer.async_wait(as_values);
                }
                std::size_t const count = std::min(piece, answer.size() - at);
                auto const [code, written] = co_await boost::asio::async_write(
                    socket, boost::asio::buffer(answer.data() + at, count), as_values);
                if (code || written != count) {
                    ++self->closed_by_peer;
                    co_return;
                }
            }
        }
        if (script.at_end == raw_script::end::hang) {
            char byte = 0;
            while (true) {
                auto const [code, got] =
                    co_await socket.async_read_some(boost::asio::buffer(&byte, 1), as_values);
                if (code || got == 0)
                    break;
            }
            ++self->closed_by_peer;
        }
        if (script.at_end == raw_script::end::reset) {
            boost::system::error_code ignored;
            socket.set_option(boost::asio::socket_base::linger{true, 0}, ignored);
        }
    }

    static boost::asio::awaitable<bool> read_request(state& self, tcp::socket& socket,
                                                     std::string& buffer)
    {
        auto const [code, size] = co_await boost::asio::async_read_until(
            socket, boost::asio::dynamic_buffer(buffer), "\r\n\r\n", as_values);
        if (code)
            co_return false;
        std::size_t body = 0;
        std::string const name = "Content-Length: ";
        auto const at = buffer.find(name);
        if (at < size)
            std::from_chars(buffer.data() + at + name.size(), buffer.data() + size, body);
        while (buffer.size() < size + body) {
            char chunk[4096];
            auto const [broken, got] =
                co_await socket.async_read_some(boost::asio::buffer(chunk), as_values);
            if (broken)
                co_return false;
            buffer.append(chunk, got);
        }
        self.requests.push_back(buffer.substr(0, size + body));
        buffer.erase(0, size + body);
        co_return true;
    }

    std::shared_ptr<state> state_;
};

} // namespace support

#endif
