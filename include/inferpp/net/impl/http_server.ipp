// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_HTTP_SERVER_IPP
#define INFERPP_NET_IMPL_HTTP_SERVER_IPP

#include <inferpp/net/http_server.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

struct http_server::listener : std::enable_shared_from_this<listener> {
    using tcp = boost::asio::ip::tcp;
    static constexpr auto as_values = boost::asio::as_tuple(boost::asio::deferred);

    listener(boost::asio::any_io_executor const& executor, http_server_options with, handler fn)
        : options(std::move(with)),
          answer(std::make_shared<handler const>(std::move(fn))),
          acceptor(executor),
          pause(executor)
    {
    }

    void listen()
    {
        error_code code;
        auto const refuse = [&](char const* what) {
            throw failure{error{errc::invalid_argument, std::string{"http_server: "} + what + ' ' +
                                                            options.address + ':' +
                                                            std::to_string(options.port) +
                                                            (code ? ": " + code.message() : "")}};
        };
        auto const address = boost::asio::ip::make_address(options.address, code);
        if (code)
            refuse("options.address must be an IP address, not");
        if (options.max_connections < 1 || options.max_connections > 65536)
            refuse("options.max_connections must be 1 to 65536, for");
        if (options.request_time.count() < 1 || options.idle_time.count() < 1)
            refuse("options.request_time and options.idle_time must be at least 1 ms, for");
        tcp::endpoint const place{address, options.port};
        acceptor.open(place.protocol(), code);
        if (!code)
            acceptor.set_option(tcp::acceptor::reuse_address{true}, code);
        if (!code)
            acceptor.bind(place, code);
        if (!code)
            acceptor.listen(boost::asio::socket_base::max_listen_connections, code);
        if (code)
            refuse("can't listen on");
    }

    static boost::asio::awaitable<void> accept(std::shared_ptr<listener> self)
    {
        while (!self->stopped) {
            if (self->streams.size() >= self->options.max_connections) {
                co_await self->wait(std::chrono::hours{24}); // until a connection ends
                continue;
            }
            auto [code, socket] = co_await self->acceptor.async_accept(as_values);
            if (self->stopped)
                break;
            if (code) // such as: no descriptors are left
                co_await self->wait(std::chrono::milliseconds{100});
            else
                boost::asio::co_spawn(self->acceptor.get_executor(), serve(self, std::move(socket)),
                                      boost::asio::detached);
        }
    }

    boost::asio::awaitable<void> wait(std::chrono::steady_clock::duration time)
    {
        pause.expires_after(time);
        co_await pause.async_wait(as_values);
    }

    static boost::asio::awaitable<void> serve(std::shared_ptr<listener> self, tcp::socket socket)
    {
        boost::beast::tcp_stream stream{std::move(socket)};
        listed const place{*self, stream};
        boost::beast::flat_buffer buffer;
        after next = after::go_on;
        while (next == after::go_on && !self->stopped) {
            auto const taken = co_await take(*self, stream, buffer);
            next = taken;
        }
        error_code ignored;
        stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
        // Closed with something unread, the connection would be reset and the answer lost.
        stream.expires_after((std::min)(self->options.request_time, longest_rest));
        std::size_t const most = buffer.size() + longest_size;
        for (std::size_t rest = 0; next == after::drain && rest < most;) {
            buffer.clear();
            auto const [code, count] =
                co_await stream.async_read_some(buffer.prepare(4096), as_values);
            rest += count;
            if (code || self->stopped)
                break;
        }
    }

    // What comes after a request: another one, the end, or the end behind what is still sent.
    enum class after { go_on, close, drain };
    static constexpr std::chrono::milliseconds longest_rest{2'000};
    static constexpr std::size_t longest_size = 1UL << 20;

    /// A connection among those that `stop` closes.
    struct listed {
        listed(listener& by, boost::beast::tcp_stream& stream) : by_(by), stream_(stream)
        {
            by_.streams.insert(&stream_);
        }
        listed(listed const&) = delete;
        listed& operator=(listed const&) = delete;
        ~listed()
        {
            by_.streams.erase(&stream_);
            by_.pause.cancel();
        }

    private:
        listener& by_;
        boost::beast::tcp_stream& stream_;
    };

    // One request and its answer.
    static boost::asio::awaitable<after> take(listener& self, boost::beast::tcp_stream& stream,
                                              boost::beast::flat_buffer& buffer)
    {
        namespace beast_http = boost::beast::http;
        beast_http::request_parser<beast_http::string_body> parser;
        parser.header_limit(static_cast<std::uint32_t>(self.options.header_bytes));
        parser.body_limit(self.options.body_bytes);
        stream.expires_after(self.options.idle_time);
        auto const [head, read] =
            co_await beast_http::async_read_header(stream, buffer, parser, as_values);
        error_code code = head;
        std::size_t count = read;
        if (!code && !parser.is_done()) {
            stream.expires_after(self.options.request_time);
            std::tie(code, count) =
                co_await beast_http::async_read(stream, buffer, parser, as_values);
        }
        int const refused = refusal(code);
        if (self.stopped || (code && refused == 0))
            co_return after::close;

        http::response answered;
        answered.status = refused;
        if (!code)
            answered = self.ask(parser.get());
        if (answered.status < 200 || answered.status > 599) // 0, if it was never set
            answered.status = 500;
        bool const keep = !code && parser.keep_alive();
        beast_http::response<beast_http::string_body> message{
            static_cast<beast_http::status>(answered.status), parser.get().version()};
        for (auto const& field : answered.headers)
            message.insert(field.name, field.value);
        message.body() = std::move(answered.body);
        message.keep_alive(keep);
        message.prepare_payload();
        stream.expires_after(self.options.request_time);
        std::tie(code, count) = co_await beast_http::async_write(stream, message, as_values);
        if (code)
            co_return after::close;
        co_return keep ? after::go_on : after::drain;
    }

    // The status for a request that can't be taken; 0: nobody is there to be told.
    static int refusal(error_code const& code) noexcept
    {
        namespace beast_http = boost::beast::http;
        if (code == beast_http::error::body_limit)
            return 413;
        if (code == beast_http::error::header_limit)
            return 431;
        bool const gone =
            code == beast_http::error::end_of_stream || code == beast_http::error::partial_message;
        bool const garbled = code.category() ==
                             beast_http::make_error_code(beast_http::error::bad_method).category();
        return garbled && !gone ? 400 : 0;
    }

    template <class Message>
    http::response ask(Message const& message)
    {
        http::request request{{message.method_string().data(), message.method_string().size()},
                              std::string{message.target()}};
        for (auto const& field : message)
            request.headers.add({field.name_string().data(), field.name_string().size()},
                                {field.value().data(), field.value().size()});
        request.body = message.body();
        http::response failed;
        failed.status = 500;
        try {
            auto const held = answer; // it may stop or destroy the server, and itself
            return (*held)(request);
        }
        catch (...) { // whatever it is, it ends no more than this request
            return failed;
        }
    }

    void stop() noexcept
    {
        stopped = true;
        answer = nullptr;
        error_code ignored;
        acceptor.close(ignored);
        pause.cancel();
        for (boost::beast::tcp_stream* const stream : streams)
            stream->socket().close(ignored);
    }

    http_server_options options;
    std::shared_ptr<handler const> answer; ///< null: stopped
    tcp::acceptor acceptor;
    boost::asio::steady_timer pause;
    std::set<boost::beast::tcp_stream*> streams;
    bool stopped = false;
};

INFERPP_DECL http_server::http_server(boost::asio::any_io_executor executor,
                                      http_server_options options, handler answer)
    : listener_(std::make_shared<listener>(executor, std::move(options), std::move(answer)))
{
    listener_->listen();
    boost::asio::co_spawn(executor, listener::accept(listener_), boost::asio::detached);
}

INFERPP_DECL http_server::~http_server()
{
    listener_->stop();
}

INFERPP_DECL std::uint16_t http_server::port() const noexcept
{
    error_code ignored;
    return listener_->acceptor.local_endpoint(ignored).port();
}

INFERPP_DECL void http_server::stop() noexcept
{
    listener_->stop();
}

} // namespace inferpp::inline INFERPP_ABI

#endif
