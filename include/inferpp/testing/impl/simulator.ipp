// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_IMPL_SIMULATOR_IPP
#define INFERPP_TESTING_IMPL_SIMULATOR_IPP

#include <inferpp/codec/url.hpp>
#include <inferpp/testing/fault_proxy.hpp>
#include <inferpp/testing/simulator.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/core/ignore_unused.hpp>

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

    /// Sends an answer in the pieces that the fault asks for. Returns whether all of it went out.
    template <class Stream>
    static boost::asio::awaitable<bool> send(std::shared_ptr<server> self, Stream& stream,
                                             std::string_view text, fault const& wrong)
    {
        auto slice = wrong.slices.begin();
        for (std::size_t at = 0; at < text.size();) {
            if (at > 0)
                co_await detail::between_pieces(*self->options.clock, wrong.pause);
            std::size_t end = text.size();
            if (wrong.drip > 0)
                end = (std::min)(end, at + wrong.drip);
            while (slice != wrong.slices.end() && *slice <= at)
                ++slice;
            if (slice != wrong.slices.end())
                end = (std::min)(end, *slice);
            auto const [code, count] = co_await boost::asio::async_write(
                stream, boost::asio::buffer(text.data() + at, end - at), as_values);
            boost::ignore_unused(count);
            if (code)
                co_return false;
            at = end;
        }
        co_return true;
    }

    static boost::asio::awaitable<void> serve_plain(std::shared_ptr<server> self,
                                                    tcp::socket socket)
    {
        listed_socket const listed{*self, socket};
        co_await serve(self, socket, socket);
    }

    static boost::asio::awaitable<void> serve_tls(std::shared_ptr<server> self, tcp::socket socket)
    {
        boost::asio::ssl::stream<tcp::socket> stream{std::move(socket), *self->tls};
        listed_socket const listed{*self, stream.next_layer()};
        auto const [code] =
            co_await stream.async_handshake(boost::asio::ssl::stream_base::server, as_values);
        if (code)
            co_return;
        bool const polite = co_await serve(self, stream, stream.next_layer());
        if (polite)
            co_await stream.async_shutdown(as_values);
    }

    /// Serves one connection. Returns whether it ended in peace.
    template <class Stream>
    static boost::asio::awaitable<bool> serve(std::shared_ptr<server> self, Stream& stream,
                                              tcp::socket& socket)
    {
        error_code ignored;
        socket.set_option(tcp::no_delay{true}, ignored);
        boost::beast::flat_buffer buffer;
        while (self->owner != nullptr) {
            parser reading;
            reading.body_limit(self->options.body_bytes);
            auto const [head, first] =
                co_await boost::beast::http::async_read_header(stream, buffer, reading, as_values);
            error_code read = head;
            // Beast reads 512 bytes at once unless the buffer has room for more.
            constexpr std::size_t most = 65536;
            if (!read && reading.content_length().value_or(0) > most)
                buffer.reserve(most);
            if (!read && !reading.is_done()) {
                auto const [body, rest] =
                    co_await boost::beast::http::async_read(stream, buffer, reading, as_values);
                read = body;
                boost::ignore_unused(rest);
            }
            boost::ignore_unused(first);
            if (read == boost::beast::http::error::body_limit) {
                std::string const refusal = "HTTP/1.1 413 Payload Too Large\r\n"
                                            "Content-Length: 0\r\nConnection: close\r\n\r\n";
                co_await boost::asio::async_write(stream, boost::asio::buffer(refusal), as_values);
                co_return false;
            }
            if (read)
                co_return read == boost::beast::http::error::end_of_stream;
            bool const keep_alive = reading.keep_alive();
            simulated_request request = to_request(reading.release());
            std::size_t const line = self->enter(request);
            fault const wrong = self->take_fault(request);
            if (wrong.delay > std::chrono::milliseconds::zero())
                co_await self->options.clock->sleep_until(self->options.clock->now() + wrong.delay);
            if (self->owner == nullptr)
                break;

            http::response answer;
            if (wrong.status != 0) {
                answer.status = wrong.status;
                answer.body = wrong.body;
            } else if (!wrong.refuse) {
                answer = self->owner->answer(request);
            }
            for (auto const& field : wrong.headers)
                answer.headers.set(field.name, field.value);
            if (wrong.claimed_length)
                answer.headers.set("Content-Length", std::to_string(*wrong.claimed_length));
            bool const head_only = request.method == "HEAD";
            std::string text =
                wrong.refuse ? std::string{} : to_text(answer, keep_alive, head_only);
            bool const cut = wrong.refuse || wrong.cut_after || wrong.stall_after;
            if (wrong.cut_after)
                text.resize((std::min)(text.size(), *wrong.cut_after));
            if (wrong.stall_after)
                text.resize((std::min)(text.size(), *wrong.stall_after));
            self->ledger[line].status = cut ? 0 : answer.status;
            bool const written = co_await send(self, stream, text, wrong);
            if (wrong.half_close)
                socket.shutdown(tcp::socket::shutdown_send, ignored);
            if (written && (wrong.stall_after || wrong.half_close))
                co_await drain(socket);
            bool const missing = wrong.claimed_length && *wrong.claimed_length > answer.body.size();
            if (cut || wrong.reset || wrong.half_close || missing) {
                if (wrong.reset)
                    socket.set_option(boost::asio::socket_base::linger{true, 0}, ignored);
                socket.close(ignored);
                co_return false;
            }
            if (!written)
                co_return false;
            if (!keep_alive)
                co_return true;
        }
        co_return false;
    }

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

    static simulated_request to_request(
        boost::beast::http::request<boost::beast::http::string_body> message)
    {
        simulated_request request;
        request.method = {message.method_string().data(), message.method_string().size()};
        request.target = {message.target().data(), message.target().size()};
        for (auto const& field : message)
            request.headers.add({field.name_string().data(), field.name_string().size()},
                                {field.value().data(), field.value().size()});
        request.body = std::move(message.body());

        std::string_view rest = request.target;
        auto const mark = rest.find('?');
        std::string_view query = mark == std::string_view::npos ? "" : rest.substr(mark + 1);
        rest = rest.substr(0, mark);
        while (!rest.empty()) {
            rest.remove_prefix(1); // the slash
            auto const end = (std::min)(rest.find('/'), rest.size());
            request.path.push_back(percent_decode(rest.substr(0, end)).value_or(std::string{}));
            rest.remove_prefix(end);
        }
        while (!query.empty()) {
            auto const end = (std::min)(query.find('&'), query.size());
            std::string_view const pair = query.substr(0, end);
            auto const equals = (std::min)(pair.find('='), pair.size());
            auto const decode = [](std::string_view text) {
                std::string spaced{text};
                std::replace(spaced.begin(), spaced.end(), '+', ' ');
                return percent_decode(spaced).value_or(std::string{});
            };
            request.query.emplace_back(decode(pair.substr(0, equals)),
                                       decode(pair.substr((std::min)(equals + 1, pair.size()))));
            query.remove_prefix((std::min)(end + 1, query.size()));
        }
        return request;
    }

    static std::string to_text(http::response const& answer, bool keep_alive, bool head_only)
    {
        auto const reason = boost::beast::http::obsolete_reason(
            boost::beast::http::int_to_status(static_cast<unsigned>(answer.status)));
        std::string text = "HTTP/1.1 " + std::to_string(answer.status) + ' ' +
                           std::string{reason.data(), reason.size()} + "\r\n";
        for (auto const& field : answer.headers)
            text += field.name + ": " + field.value + "\r\n";
        if (answer.status != 204 && !answer.headers.find("Content-Length"))
            text += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
        if (!keep_alive)
            text += "Connection: close\r\n";
        text += "\r\n";
        return head_only ? text : text + answer.body;
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
    stop();
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

INFERPP_DECL void simulator::stop() noexcept
{
    server_->stop();
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

#endif
