// SPDX-License-Identifier: BSL-1.0
//
// A TLS server on loopback that answers from a script and breaks the rules where it is told to.

#ifndef INFERPP_TESTS_SUPPORT_TLS_SERVER_HPP
#define INFERPP_TESTS_SUPPORT_TLS_SERVER_HPP

#include "support/certificates.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <openssl/ssl.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace support {

/// What a TLS server does on each connection.
struct tls_script {
    enum class end {
        notify, ///< close_notify, then FIN
        cut,    ///< FIN without close_notify
        reset,
        hang, ///< waits for the other side, and never answers its close_notify
    };

    tls_script() = default;
    /// Answers so many requests, each with one of these texts.
    explicit tls_script(std::vector<std::string> texts, end how = end::hang)
        : answers(std::move(texts)), at_end(how)
    {
    }

    std::vector<std::string> answers;
    end at_end = end::hang;
    std::function<void(SSL_CTX*)> configure;   ///< before the first connection
    std::function<void(SSL*)> before_answer;   ///< once the request is there
    std::string raw_after;                     ///< sent below TLS, after the answers
};

class tls_server {
public:
    using tcp = boost::asio::ip::tcp;

    tls_server(boost::asio::io_context& context, identity const& who, tls_script script)
        : state_(std::make_shared<state>(context, std::move(script)))
    {
        namespace ssl = boost::asio::ssl;
        SSL_CTX* const native = state_->tls.native_handle();
        SSL_CTX_set_security_level(native, 0); // so that it can use what clients must refuse
        state_->tls.use_certificate_chain(boost::asio::buffer(who.certificate));
        state_->tls.use_private_key(boost::asio::buffer(who.key), ssl::context::pem);
        unsigned char const id[] = "test";
        SSL_CTX_set_session_id_context(native, id, sizeof id);
        if (state_->script.configure)
            state_->script.configure(native);
        boost::asio::co_spawn(context, accept_all(state_), boost::asio::detached);
    }
    tls_server(tls_server const&) = delete;
    tls_server& operator=(tls_server const&) = delete;
    ~tls_server()
    {
        boost::system::error_code ignored;
        state_->acceptor.close(ignored);
    }

    std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }
    std::size_t connections() const { return state_->accepted; }
    std::size_t handshakes() const { return state_->handshakes; } ///< that succeeded
    std::size_t resumed() const { return state_->resumed; }
    std::size_t closed_by_peer() const { return state_->closed_by_peer; }
    std::vector<std::string> const& requests() const { return state_->requests; }
    /// The server names that clients asked for; "-" where there was none.
    std::vector<std::string> const& names() const { return state_->names; }

private:
    using stream = boost::asio::ssl::stream<tcp::socket>;

    struct state {
        state(boost::asio::io_context& context, tls_script with)
            : acceptor(context, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}),
              tls(boost::asio::ssl::context::tls_server), script(std::move(with))
        {
        }
        tcp::acceptor acceptor;
        boost::asio::ssl::context tls;
        tls_script script;
        std::size_t accepted = 0;
        std::size_t handshakes = 0;
        std::size_t resumed = 0;
        std::size_t closed_by_peer = 0;
        std::vector<std::string> requests;
        std::vector<std::string> names;
    };

    static constexpr auto as_values = boost::asio::as_tuple(boost::asio::deferred);

    static boost::asio::awaitable<void> accept_all(std::shared_ptr<state> self)
    {
        while (true) {
            tcp::socket socket{self->acceptor.get_executor()};
            auto const [code] = co_await self->acceptor.async_accept(socket, as_values);
            if (code)
                co_return;
            ++self->accepted;
            boost::asio::co_spawn(self->acceptor.get_executor(), serve(self, std::move(socket)),
                                  boost::asio::detached);
        }
    }

    static boost::asio::awaitable<void> serve(std::shared_ptr<state> self, tcp::socket socket)
    {
        stream secured{std::move(socket), self->tls};
        SSL* const ssl = secured.native_handle();
        auto const [shaken] =
            co_await secured.async_handshake(boost::asio::ssl::stream_base::server, as_values);
        if (shaken)
            co_return;
        ++self->handshakes;
        self->resumed += SSL_session_reused(ssl) == 1 ? 1 : 0;
        char const* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
        self->names.emplace_back(name != nullptr ? name : "-");
        std::string buffer;
        for (std::string const& answer : self->script.answers) {
            auto const [code, size] = co_await boost::asio::async_read_until(
                secured, boost::asio::dynamic_buffer(buffer), "\r\n\r\n", as_values);
            if (code) {
                ++self->closed_by_peer;
                co_return;
            }
            self->requests.push_back(buffer.substr(0, size));
            buffer.clear(); // bodies are small and come along
            if (self->script.before_answer)
                self->script.before_answer(ssl);
            auto const [broken, written] =
                co_await boost::asio::async_write(secured, boost::asio::buffer(answer), as_values);
            if (broken || written != answer.size()) {
                ++self->closed_by_peer;
                co_return;
            }
        }
        if (!self->script.raw_after.empty())
            co_await boost::asio::async_write(
                secured.next_layer(), boost::asio::buffer(self->script.raw_after), as_values);
        boost::system::error_code ignored;
        switch (self->script.at_end) {
        case tls_script::end::notify:
            co_await secured.async_shutdown(as_values);
            break;
        case tls_script::end::cut:
            secured.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
            break;
        case tls_script::end::reset:
            secured.next_layer().set_option(boost::asio::socket_base::linger{true, 0}, ignored);
            co_return;
        case tls_script::end::hang:
            break;
        }
        char bytes[4096];
        while (true) {
            auto const [code, got] = co_await secured.next_layer().async_read_some(
                boost::asio::buffer(bytes), as_values);
            if (code || got == 0)
                break;
        }
        ++self->closed_by_peer;
    }

    std::shared_ptr<state> state_;
};

/// Hands bytes on between a client and a server on loopback, and cuts what the server sends.
class cutting_proxy {
public:
    using tcp = boost::asio::ip::tcp;

    /// @param after so many bytes of the server @param reset with RST instead of FIN
    cutting_proxy(boost::asio::io_context& context, std::uint16_t to, std::size_t after, bool reset)
        : state_(std::make_shared<state>(context))
    {
        state_->to = to;
        state_->left = after;
        state_->reset = reset;
        boost::asio::co_spawn(context, accept(state_), boost::asio::detached);
    }
    cutting_proxy(cutting_proxy const&) = delete;
    cutting_proxy& operator=(cutting_proxy const&) = delete;
    ~cutting_proxy()
    {
        boost::system::error_code ignored;
        state_->acceptor.close(ignored);
    }
    std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }
    bool has_cut() const { return state_->cut; }

private:
    struct state {
        explicit state(boost::asio::io_context& context)
            : acceptor(context, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}),
              client(context), server(context)
        {
        }
        tcp::acceptor acceptor;
        tcp::socket client;
        tcp::socket server;
        std::uint16_t to = 0;
        std::size_t left = 0;
        bool reset = false;
        bool cut = false;
    };

    static constexpr auto as_values = boost::asio::as_tuple(boost::asio::deferred);

    static boost::asio::awaitable<void> accept(std::shared_ptr<state> self)
    {
        auto const [code] = co_await self->acceptor.async_accept(self->client, as_values);
        if (code)
            co_return;
        tcp::endpoint const target{boost::asio::ip::address_v4::loopback(), self->to};
        auto const [failed] = co_await self->server.async_connect(target, as_values);
        if (failed)
            co_return;
        boost::asio::co_spawn(self->acceptor.get_executor(), to_server(self),
                              boost::asio::detached);
        boost::asio::co_spawn(self->acceptor.get_executor(), to_client(self),
                              boost::asio::detached);
    }

    static boost::asio::awaitable<void> to_server(std::shared_ptr<state> self)
    {
        std::vector<char> bytes(16384);
        while (true) {
            auto const [code, got] =
                co_await self->client.async_read_some(boost::asio::buffer(bytes), as_values);
            if (code)
                break;
            auto const [broken, written] = co_await boost::asio::async_write(
                self->server, boost::asio::buffer(bytes.data(), got), as_values);
            if (broken || written != got)
                break;
        }
        boost::system::error_code ignored;
        self->server.close(ignored);
    }

    static boost::asio::awaitable<void> to_client(std::shared_ptr<state> self)
    {
        std::vector<char> bytes(16384);
        while (self->left > 0) {
            auto const [code, got] =
                co_await self->server.async_read_some(boost::asio::buffer(bytes), as_values);
            if (code)
                co_return;
            std::size_t const count = std::min(got, self->left);
            self->left -= count;
            auto const [broken, written] = co_await boost::asio::async_write(
                self->client, boost::asio::buffer(bytes.data(), count), as_values);
            if (broken || written != count)
                co_return;
        }
        self->cut = true;
        boost::system::error_code ignored;
        if (self->reset)
            self->client.set_option(boost::asio::socket_base::linger{true, 0}, ignored);
        self->client.close(ignored);
    }

    std::shared_ptr<state> state_;
};

} // namespace support

#endif
