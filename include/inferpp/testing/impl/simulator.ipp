// SPDX-License-Identifier: BSL-1.0
//
// This file has the server's state. The others, included after it, have the rest: _connections,
// _streams, _websockets and _messages. Each includes the next, because a header has one.

#ifndef INFERPP_TESTING_IMPL_SIMULATOR_IPP
#define INFERPP_TESTING_IMPL_SIMULATOR_IPP

#include <inferpp/testing/simulator.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <exception>
#include <set>

namespace inferpp::inline INFERPP_ABI::testing {

struct simulator::server : std::enable_shared_from_this<server> {
    using tcp = boost::asio::ip::tcp;
    using parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    static constexpr auto as_values = boost::asio::as_tuple(boost::asio::deferred);

    server(boost::asio::any_io_executor on, simulator_options with)
        : executor(std::move(on)),
          options(std::move(with)),
          acceptor(executor)
    {
        if (!options.clock)
            options.clock = real_clock();
    }

    simulator* owner = nullptr; ///< null once it has stopped
    boost::asio::any_io_executor executor;
    simulator_options options;
    std::optional<boost::asio::ssl::context> tls;
    tcp::acceptor acceptor;
    std::uint16_t port = 0;
    std::set<tcp::socket*> open;
    std::vector<ledger_entry> ledger;
    std::size_t kept_bytes = 0;  ///< of the bodies in the ledger
    std::size_t oldest_body = 0; ///< the first line that may have one
    std::vector<fault> faults;
    std::deque<connection_fault> connection_faults;
    std::size_t accepted = 0;
    std::size_t requests = 0; ///< that are being answered
    std::size_t streams = 0;
    std::size_t websockets = 0;

    /// Keeps a socket in the list of open ones for as long as its session lives.
    class listed_socket {
    public:
        listed_socket(server& home, tcp::socket& socket) : home_(home), socket_(socket)
        {
            home_.open.insert(&socket_);
        }
        listed_socket(listed_socket const&) = delete;
        listed_socket& operator=(listed_socket const&) = delete;
        ~listed_socket() { home_.open.erase(&socket_); }

    private:
        server& home_;
        tcp::socket& socket_;
    };

    void listen()
    {
        error_code code;
        tcp::endpoint const endpoint{boost::asio::ip::address_v4::loopback(), options.port};
        acceptor.open(endpoint.protocol(), code);
        if (!code)
            acceptor.set_option(tcp::acceptor::reuse_address{true}, code);
        if (!code)
            acceptor.bind(endpoint, code);
        if (!code)
            acceptor.listen(boost::asio::socket_base::max_listen_connections, code);
        if (!code)
            port = acceptor.local_endpoint(code).port();
        if (code)
            throw failure{error{errc::invalid_argument, "the simulator can't listen on port " +
                                                            std::to_string(options.port) + ": " +
                                                            code.message()}};
        if (options.certificate_pem.empty())
            return;
        tls.emplace(boost::asio::ssl::context::tls_server);
        tls->use_certificate_chain(boost::asio::buffer(options.certificate_pem), code);
        if (!code)
            tls->use_private_key(boost::asio::buffer(options.private_key_pem),
                                 boost::asio::ssl::context::pem, code);
        if (code)
            throw failure{error{errc::invalid_argument,
                                "the simulator's certificate is unusable: " + code.message()}};
    }

    static boost::asio::awaitable<void> accept_all(std::shared_ptr<server> self)
    {
        while (self->owner != nullptr) {
            tcp::socket socket{self->executor};
            auto const [code] = co_await self->acceptor.async_accept(socket, as_values);
            if (code == boost::asio::error::operation_aborted || self->owner == nullptr)
                break;
            if (code)
                continue;
            ++self->accepted;
            if (!self->connection_faults.empty()) {
                connection_fault const wrong = self->connection_faults.front();
                self->connection_faults.pop_front();
                boost::asio::co_spawn(self->executor, fail(self, std::move(socket), wrong),
                                      [](std::exception_ptr) {});
            } else if (self->tls)
                boost::asio::co_spawn(self->executor, serve_tls(self, std::move(socket)),
                                      [](std::exception_ptr) {});
            else
                boost::asio::co_spawn(self->executor, serve_plain(self, std::move(socket)),
                                      [](std::exception_ptr) {});
        }
    }

    /// Reads and drops what comes: so many bytes, or all until the client closes.
    static boost::asio::awaitable<void> drain(tcp::socket& socket,
                                              std::size_t bytes = static_cast<std::size_t>(-1))
    {
        std::array<char, 4096> piece; // written before it is read
        while (bytes > 0) {
            auto const [code, got] = co_await socket.async_read_some(
                boost::asio::buffer(piece.data(), (std::min)(bytes, piece.size())), as_values);
            if (code)
                co_return;
            bytes -= got;
        }
    }

    static boost::asio::awaitable<void> fail(std::shared_ptr<server> self, tcp::socket socket,
                                             connection_fault wrong)
    {
        listed_socket const listed{*self, socket};
        co_await drain(socket, wrong.after_bytes);
        error_code ignored;
        if (wrong.how == connection_fault::end::reset) {
            socket.set_option(boost::asio::socket_base::linger{true, 0}, ignored);
            co_return;
        }
        if (wrong.how == connection_fault::end::close)
            socket.shutdown(tcp::socket::shutdown_send, ignored);
        co_await drain(socket); // closed with bytes unread, it would send RST
    }

    /// Counts something for as long as it lasts.
    class counted {
    public:
        explicit counted(std::size_t& what) : what_(what) { ++what_; }
        counted(counted const&) = delete;
        counted& operator=(counted const&) = delete;
        ~counted() { --what_; }

    private:
        std::size_t& what_;
    };

    // --- _connections: one connection ------------------------------------------------------------

    /// An answer on its way.
    struct sending {
        explicit sending(fault what) : wrong(std::move(what)) {}

        fault wrong;
        std::size_t done = 0; ///< bytes sent

        bool is_whole() const noexcept
        {
            return !wrong.cut_after && !wrong.stall_after && wrong.slices.empty() &&
                   wrong.drip == 0;
        }
        std::size_t limit() const noexcept
        {
            constexpr auto all = static_cast<std::size_t>(-1);
            return (std::min)(wrong.cut_after.value_or(all), wrong.stall_after.value_or(all));
        }
    };

    struct watch;
    class watching;

    INFERPP_DECL static boost::asio::awaitable<void> serve_plain(std::shared_ptr<server> self,
                                                                 tcp::socket socket);
    INFERPP_DECL static boost::asio::awaitable<void> serve_tls(std::shared_ptr<server> self,
                                                               tcp::socket socket);
    INFERPP_DECL static boost::asio::awaitable<void> close_idle(std::shared_ptr<server> self,
                                                                std::weak_ptr<tcp::socket*> which);
    template <class Stream>
    static boost::asio::awaitable<bool> serve(std::shared_ptr<server> self, Stream& stream,
                                              tcp::socket& socket);
    template <class Stream>
    static boost::asio::awaitable<bool> send(std::shared_ptr<server> self, Stream& stream,
                                             std::string_view text, sending& on_its_way);

    // --- _streams: answers that take time --------------------------------------------------------

    INFERPP_DECL static boost::asio::awaitable<bool> wait_for_client(
        std::shared_ptr<server> self, tcp::socket& socket, bool tls, inferpp::clock::time_point due,
        std::shared_ptr<held_answer> held);
    template <class Stream>
    static boost::asio::awaitable<bool> send_stream(std::shared_ptr<server> self, Stream& stream,
                                                    tcp::socket& socket,
                                                    std::unique_ptr<answer_stream> body,
                                                    sending& on_its_way);

    // --- _websockets -----------------------------------------------------------------------------

    template <class Stream>
    class websocket_session;
    template <class Stream>
    static boost::asio::awaitable<void> serve_websocket(
        std::shared_ptr<server> self, Stream& stream,
        boost::beast::http::request<boost::beast::http::string_body> upgrade,
        simulated_answer accepted);

    // --- _messages -------------------------------------------------------------------------------

    INFERPP_DECL static simulated_request to_request(
        boost::beast::http::request<boost::beast::http::string_body> message);
    INFERPP_DECL static std::string to_text(simulated_answer const& answer, bool keep_alive,
                                            bool head_only);

    /// Writes a request into the ledger. Returns its line.
    std::size_t enter(simulated_request& request)
    {
        std::string body = std::move(request.body);
        ledger_entry& entry = ledger.emplace_back();
        request.body.clear();
        entry.request = request;
        entry.body_size = body.size();
        if (body.size() <= options.ledger_bytes) {
            entry.request.body = body;
            kept_bytes += body.size();
        }
        for (; kept_bytes > options.ledger_bytes; ++oldest_body) {
            std::string dropped;
            dropped.swap(ledger[oldest_body].request.body); // clear() would keep the memory
            kept_bytes -= dropped.size();
        }
        request.body = std::move(body);
        return ledger.size() - 1;
    }

    fault take_fault(simulated_request const& request)
    {
        auto const found = std::find_if(faults.begin(), faults.end(), [&](fault const& f) {
            return (f.method.empty() || f.method == request.method) &&
                   request.target.find(f.target) != std::string::npos;
        });
        if (found == faults.end())
            return {};
        fault taken = std::move(*found);
        faults.erase(found);
        return taken;
    }

    void stop() noexcept
    {
        owner = nullptr;
        error_code ignored;
        acceptor.close(ignored);
        for (tcp::socket* const socket : open)
            socket->close(ignored);
    }
};

INFERPP_DECL simulator::simulator(boost::asio::any_io_executor executor, simulator_options options)
    : server_(std::make_shared<server>(std::move(executor), std::move(options)))
{
    server_->owner = this;
    server_->listen();
}

INFERPP_DECL simulator::~simulator()
{
    server_->stop();
}

INFERPP_DECL void simulator::start()
{
    boost::asio::co_spawn(server_->executor, server::accept_all(server_),
                          [](std::exception_ptr) {});
}

INFERPP_DECL std::string simulator::origin_url() const
{
    return (server_->tls ? "https://127.0.0.1:" : "http://127.0.0.1:") +
           std::to_string(server_->port);
}

INFERPP_DECL std::uint16_t simulator::port() const noexcept
{
    return server_->port;
}

INFERPP_DECL std::vector<ledger_entry> const& simulator::ledger() const noexcept
{
    return server_->ledger;
}

INFERPP_DECL std::size_t simulator::count(std::string_view method,
                                          std::string_view target) const noexcept
{
    return static_cast<std::size_t>(
        std::count_if(server_->ledger.begin(), server_->ledger.end(), [&](ledger_entry const& e) {
            return e.request.method == method && e.request.target.find(target) != std::string::npos;
        }));
}

INFERPP_DECL void simulator::inject(fault next)
{
    server_->faults.push_back(std::move(next));
}

INFERPP_DECL void simulator::inject(connection_fault next)
{
    server_->connection_faults.push_back(next);
}

INFERPP_DECL void simulator::clear_faults() noexcept
{
    server_->faults.clear();
    server_->connection_faults.clear();
}

INFERPP_DECL std::size_t simulator::connections() const noexcept
{
    return server_->accepted;
}

INFERPP_DECL std::size_t simulator::requests_in_progress() const noexcept
{
    return server_->requests;
}

INFERPP_DECL std::size_t simulator::streams_in_progress() const noexcept
{
    return server_->streams;
}

INFERPP_DECL std::size_t simulator::websockets() const noexcept
{
    return server_->websockets;
}

INFERPP_DECL void simulator::stop() noexcept
{
    server_->stop();
    stopped();
}

INFERPP_DECL http::response simulator::answer(simulated_request const&)
{
    http::response answer;
    answer.status = 404;
    return answer;
}

INFERPP_DECL simulated_answer simulator::respond(simulated_request& request)
{
    return answer(request);
}

INFERPP_DECL boost::asio::any_io_executor const& simulator::executor() const noexcept
{
    return server_->executor;
}

INFERPP_DECL std::shared_ptr<inferpp::clock> const& simulator::shared_clock() const noexcept
{
    return server_->options.clock;
}

INFERPP_DECL inferpp::clock& simulator::clock() const noexcept
{
    return *server_->options.clock;
}

INFERPP_DECL http::response simulator::json_answer(int status, std::string body)
{
    http::response answer;
    answer.status = status;
    answer.headers.set("Content-Type", "application/json");
    answer.body = std::move(body);
    return answer;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/simulator_connections.ipp>
#endif

#endif
