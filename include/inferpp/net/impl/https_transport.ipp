// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_HTTPS_TRANSPORT_IPP
#define INFERPP_NET_IMPL_HTTPS_TRANSPORT_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/net/https_transport.hpp>
#include <inferpp/net/resolver.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/core/ignore_unused.hpp>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

inline constexpr auto as_values = boost::asio::as_tuple(boost::asio::deferred);

using ssl_stream = boost::asio::ssl::stream<boost::beast::tcp_stream>;
using response_parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;
using wire_request = boost::beast::http::request<boost::beast::http::span_body<char const>>;

/// One phase of an exchange: what its failure is called.
struct phase_limit {
    std::string_view phase;
    clock::duration limit;
    errc on_limit;   ///< when the phase takes too long
    errc on_failure; ///< when the connection breaks
};

inline error transport_error(error_code code, phase_limit const& phase, bool deadline_first,
                             sent_state sent, origin const& to)
{
    namespace http_error = boost::beast::http;
    errc kind = phase.on_failure;
    if (code == boost::asio::error::operation_aborted)
        kind = errc::cancelled;
    else if (code == boost::beast::error::timeout)
        kind = deadline_first ? errc::deadline_exceeded : phase.on_limit;
    else if (code == http_error::error::header_limit || code == http_error::error::buffer_overflow)
        kind = errc::header_too_large;
    else if (code == http_error::error::end_of_stream ||
             code == http_error::error::partial_message)
        kind = errc::truncated;
    else if (code.category() == http_error::make_error_code(http_error::error::bad_version).category())
        kind = errc::bad_http;
    error e{kind};
    auto& info = e.edit();
    info.phase = phase.phase;
    info.sent = sent;
    info.message = make_error_code(kind).message() + " (" + to.to_string() + ')';
    if (kind != errc::cancelled)
        info.cause = code;
    return e;
}

/// A connection to one origin: writes a request, reads the answer's header, then its body.
class connection {
public:
    virtual ~connection() = default;
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    virtual boost::beast::tcp_stream& socket() noexcept = 0;
    virtual boost::asio::awaitable<result<void>> shake_hands(origin const& to, limits const& bounds,
                                                             clock::time_point deadline) = 0;
    virtual boost::asio::awaitable<result<void>> exchange(origin const& to,
                                                          http::request const& message,
                                                          limits const& bounds,
                                                          clock::time_point deadline) = 0;
    virtual boost::asio::awaitable<result<std::size_t>> read_some(origin const& to,
                                                                  std::span<char> into,
                                                                  clock::duration idle,
                                                                  clock::time_point deadline) = 0;

    response_parser& parser() noexcept { return *parser_; }

    /// Whether the connection may carry another request after this answer.
    bool reusable() const noexcept
    {
        return parser_ && parser_->is_done() && parser_->keep_alive() && buffer_.size() == 0;
    }

    /// Whether the peer has neither closed the idle connection nor said anything on it.
    bool is_quiet()
    {
        auto& tcp = socket().socket();
        error_code code;
        tcp.non_blocking(true, code);
        if (code)
            return false;
        char byte = 0;
        tcp.receive(boost::asio::buffer(&byte, 1), boost::asio::socket_base::message_peek, code);
        return code == boost::asio::error::would_block || code == boost::asio::error::try_again;
    }

protected:
    connection() = default;

    std::optional<response_parser> parser_;
    boost::beast::flat_buffer buffer_;
};

inline wire_request make_wire_request(origin const& to, http::request const& message)
{
    wire_request wire;
    wire.method_string(message.method);
    wire.target(message.target);
    wire.version(11);
    wire.set(boost::beast::http::field::host, to.authority());
    for (auto const& field : message.headers)
        wire.insert(field.name, field.value);
    wire.body() = {message.body.data(), message.body.size()};
    if (!message.body.empty() || (message.method != "GET" && message.method != "DELETE"))
        wire.content_length(message.body.size());
    return wire;
}

template <class Stream>
class stream_connection final : public connection {
public:
    template <class... Args>
    explicit stream_connection(Args&&... args) : stream_(std::forward<Args>(args)...)
    {
    }

    boost::beast::tcp_stream& socket() noexcept override
    {
        return boost::beast::get_lowest_layer(stream_);
    }

    boost::asio::awaitable<result<void>> shake_hands(origin const& to, limits const& bounds,
                                                     clock::time_point deadline) override
    {
        if constexpr (std::same_as<Stream, ssl_stream>) {
            phase_limit const phase{"tls", bounds.tls, errc::tls_timeout, errc::tls_failed};
            if (!expect_host(to.host)) {
                error e{errc::tls_failed, "the host name can't be used for TLS"};
                e.edit().phase = phase.phase;
                co_return e;
            }
            bool const deadline_first = arm(phase, deadline);
            auto const [code] = co_await stream_.async_handshake(
                boost::asio::ssl::stream_base::client, as_values);
            if (code) {
                error e = transport_error(code, phase, deadline_first, sent_state::no, to);
                long const verdict = SSL_get_verify_result(stream_.native_handle());
                // A connection that breaks says nothing about certificates: it may be repeated.
                bool const broken = code == boost::asio::error::eof ||
                                    code == boost::asio::error::connection_reset ||
                                    code == boost::asio::ssl::error::stream_truncated;
                if (broken)
                    e = transport_error(code,
                                        {phase.phase, phase.limit, errc::tls_timeout,
                                         errc::connect_failed},
                                        deadline_first, sent_state::no, to);
                else if (e == errc::tls_failed && verdict != X509_V_OK)
                    e.edit().message = "the certificate of " + to.to_string() + " was refused: " +
                                       X509_verify_cert_error_string(verdict) +
                                       "; check the host name, or name its authority in "
                                       "tls.ca_file";
                else if (e == errc::tls_failed)
                    e.edit().message = "the TLS handshake with " + to.to_string() +
                                       " failed: " + code.message();
                co_return e;
            }
        }
        co_return result<void>{};
    }

    boost::asio::awaitable<result<void>> exchange(origin const& to, http::request const& message,
                                                  limits const& bounds,
                                                  clock::time_point deadline) override
    {
        sent_state sent = sent_state::no;
        {
            wire_request wire = make_wire_request(to, message);
            boost::beast::http::request_serializer<boost::beast::http::span_body<char const>>
                serializer{wire};
            phase_limit const phase{"write", bounds.write_idle, errc::write_timeout,
                                    errc::write_failed};
            while (!serializer.is_done()) {
                bool const deadline_first = arm(phase, deadline);
                auto const [code, written] =
                    co_await boost::beast::http::async_write_some(stream_, serializer, as_values);
                // A TLS engine may have sent part of a record that it does not count.
                if (written > 0 || (code && std::same_as<Stream, ssl_stream>))
                    sent = sent_state::maybe;
                if (code)
                    co_return transport_error(code, phase, deadline_first, sent, to);
            }
        }
        sent = sent_state::maybe;

        // Informational answers come before the real one; a server may send a few.
        constexpr int informational = 5;
        phase_limit const phase{"read header", bounds.first_byte, errc::first_byte_timeout,
                                errc::truncated};
        bool const deadline_first = arm(phase, deadline);
        for (int i = 0; i <= informational; ++i) {
            parser_.emplace();
            parser_->skip(message.method == "HEAD"); // it has no body, whatever its length says
            parser_->header_limit(static_cast<std::uint32_t>(
                std::min<std::size_t>(bounds.header_bytes, 0x7fffffff)));
            parser_->body_limit(boost::none); // counted where the body is read
            buffer_.max_size(std::max<std::size_t>(bounds.header_bytes, 65536) + 1024);
            auto const [code, got] = co_await boost::beast::http::async_read_header(
                stream_, buffer_, *parser_, as_values);
            boost::ignore_unused(got);
            if (code)
                co_return transport_error(code, phase, deadline_first, sent, to);
            auto const status = parser_->get().result_int();
            if (status / 100 != 1)
                co_return check_framing();
            if (status == 101)
                break;
        }
        co_return bad_http("the server sent 101 or too many informational answers");
    }

    boost::asio::awaitable<result<std::size_t>> read_some(origin const& to, std::span<char> into,
                                                          clock::duration idle,
                                                          clock::time_point deadline) override
    {
        phase_limit const phase{"read body", idle, errc::idle_timeout, errc::truncated};
        auto& body = parser_->get().body();
        body.data = into.data();
        body.size = into.size();
        body.more = true;
        while (body.size == into.size() && !parser_->is_done()) {
            error_code code = parse_body();
            if (code == boost::beast::http::error::need_more) {
                bool const deadline_first = arm(phase, deadline);
                auto const [broken, got] =
                    co_await stream_.async_read_some(buffer_.prepare(room()), as_values);
                buffer_.commit(got);
                code = broken;
                if (broken == boost::asio::error::eof)
                    parser_->put_eof(code);
                if (code)
                    co_return transport_error(code, phase, deadline_first, sent_state::yes, to);
            } else if (code && code != boost::beast::http::error::need_buffer) {
                co_return transport_error(code, phase, false, sent_state::yes, to);
            }
        }
        co_return into.size() - body.size;
    }

private:
    // Sets the time limit of the next operations. The socket is closed when it passes.
    // Returns whether it is the call's deadline that comes first.
    bool arm(phase_limit const& phase, clock::time_point deadline)
    {
        auto const limit = saturating_add(std::chrono::steady_clock::now(), phase.limit);
        bool const deadline_first = deadline < limit;
        socket().expires_at(deadline_first ? deadline : limit);
        return deadline_first;
    }

    // Beast's own loop around the parser would do, were it not for an assertion of Beast 1.81 that
    // fails on "0 CR LF CR": the end of an empty chunked body of which one byte is missing.
    error_code parse_body()
    {
        std::string_view const unread{static_cast<char const*>(buffer_.data().data()),
                                      buffer_.size()};
        if (unread.empty() || (unread == "0\r\n\r" && parser_->chunked()))
            return boost::beast::http::error::need_more;
        error_code code;
        buffer_.consume(parser_->put(buffer_.data(), code));
        if (code == boost::beast::http::error::need_more && room() == 0)
            return boost::beast::http::error::buffer_overflow;
        return code;
    }

    // What may still be read into the buffer.
    std::size_t room() const noexcept
    {
        return std::min<std::size_t>(65536, buffer_.max_size() - buffer_.size());
    }

    bool expect_host(std::string host)
    {
        if (host.ends_with('.')) // right for the name server, never in a certificate
            host.pop_back();
        SSL* const ssl = stream_.native_handle();
        error_code code;
        boost::asio::ip::make_address(host, code);
        if (!code)
            return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
        SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                   X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        return SSL_set1_host(ssl, host.c_str()) == 1 &&
               SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                        host.data()) == 1;
    }

    static error bad_http(std::string message)
    {
        error e{errc::bad_http, std::move(message)};
        e.edit().phase = "read header";
        e.edit().sent = sent_state::maybe;
        return e;
    }

    // Beast 1.81 hands over bodies in codings that it does not decode.
    result<void> check_framing()
    {
        auto const& head = parser_->get();
        auto const codings = head.equal_range(boost::beast::http::field::transfer_encoding);
        for (auto field = codings.first; field != codings.second; ++field) {
            std::string_view const coding{field->value().data(), field->value().size()};
            if (!iequals(trim(coding), "chunked") || head.version() != 11 ||
                std::next(codings.first) != codings.second)
                return bad_http("the answer has a transfer coding other than chunked");
        }
        return {};
    }

    Stream stream_;
};

/// Idle connections, the last used first.
class idle_connections {
public:
    idle_connections(std::size_t most, clock::duration timeout) noexcept
        : most_(most), timeout_(timeout)
    {
    }

    std::unique_ptr<connection> take(origin const& to)
    {
        auto const found = idle_.find(to);
        if (found == idle_.end())
            return nullptr;
        auto const oldest = std::chrono::steady_clock::now() - timeout_;
        auto& kept = found->second;
        std::erase_if(kept, [oldest](entry const& e) { return e.since < oldest; });
        while (!kept.empty()) {
            std::unique_ptr<connection> candidate = std::move(kept.back().held);
            kept.pop_back();
            if (candidate->is_quiet())
                return candidate;
        }
        idle_.erase(found);
        return nullptr;
    }

    void give(origin const& to, std::unique_ptr<connection> done)
    {
        done->socket().expires_never();
        auto& kept = idle_[to];
        kept.push_back(entry{std::move(done), std::chrono::steady_clock::now()});
        if (kept.size() > most_)
            kept.erase(kept.begin());
    }

private:
    struct entry {
        std::unique_ptr<connection> held;
        clock::time_point since;
    };
    std::size_t most_;
    clock::duration timeout_;
    std::map<origin, std::vector<entry>> idle_;
};

/// Lends a connection to the reader of one body; gives it back when the body has ended.
class lent_connection final : public body_reader {
public:
    lent_connection(std::unique_ptr<connection> lent, origin to,
                    std::shared_ptr<idle_connections> home) noexcept
        : lent_(std::move(lent)), to_(std::move(to)), home_(std::move(home))
    {
    }

    boost::asio::awaitable<result<std::size_t>> read_some(std::span<char> into,
                                                          clock::duration idle,
                                                          clock::time_point deadline) override
    {
        if (!lent_)
            co_return std::size_t{0};
        auto got = co_await lent_->read_some(to_, into, idle, deadline);
        if (!got)
            lent_.reset();
        else
            give_back_at_end();
        co_return got;
    }

    void give_back_at_end()
    {
        if (!lent_->parser().is_done())
            return;
        if (lent_->reusable())
            home_->give(to_, std::move(lent_));
        lent_.reset();
    }

    bool at_end() const noexcept { return !lent_; }

private:
    std::unique_ptr<connection> lent_;
    origin to_;
    std::shared_ptr<idle_connections> home_;
};

class https_transport_type final : public transport {
public:
    https_transport_type(boost::asio::any_io_executor executor, transport_options options)
        : executor_(std::move(executor)), options_(std::move(options)),
          idle_(std::make_shared<idle_connections>(options_.max_idle, options_.idle_timeout))
    {
        if (options_.idle_timeout <= std::chrono::milliseconds::zero())
            throw failure{error{errc::invalid_argument, "transport.idle_timeout must be positive"}};
        if (!options_.resolver)
            options_.resolver = system_resolver();
    }

    result<void> prepare(origin const& to) override
    {
        if (!to.tls || context_)
            return {};
        namespace ssl = boost::asio::ssl;
        ssl::context fresh{ssl::context::tls_client};
        error_code code;
        std::string_view what = "the system's certificate authorities";
        SSL_CTX_set_min_proto_version(fresh.native_handle(), TLS1_2_VERSION);
        tls_options const& tls = options_.tls;
        if (tls.ca_file.empty() && tls.ca_pem.empty()) {
            fresh.set_default_verify_paths(code);
        } else {
            if (!tls.ca_file.empty()) {
                what = "tls.ca_file";
                fresh.load_verify_file(tls.ca_file, code);
            }
            if (!code && !tls.ca_pem.empty()) {
                what = "tls.ca_pem";
                fresh.add_certificate_authority(boost::asio::buffer(tls.ca_pem), code);
            }
        }
        if (code) {
            error e{errc::invalid_argument,
                    std::string{what} + " could not be read: " + code.message()};
            e.edit().cause = code;
            return e;
        }
        fresh.set_verify_mode(tls.insecure_accept_any_certificate ? ssl::verify_none
                                                                  : ssl::verify_peer);
        context_.emplace(std::move(fresh));
        return {};
    }

    boost::asio::awaitable<result<incoming>> open(origin const& to, http::request const& message,
                                                  limits const& bounds,
                                                  clock::time_point deadline) override
    {
        // Asio throws from any co_await of a cancelled coroutine.
        sent_state sent = sent_state::no;
        try {
            if (auto const ready = prepare(to); !ready)
                co_return ready.error();
            std::unique_ptr<connection> used = idle_->take(to);
            while (true) {
                bool const reused = used != nullptr;
                sent = sent_state::no;
                if (!reused) {
                    auto fresh = co_await connect(to, bounds, deadline);
                    if (!fresh)
                        co_return fresh.error();
                    used = std::move(*fresh);
                }
                sent = sent_state::maybe;
                auto const exchanged = co_await used->exchange(to, message, bounds, deadline);
                if (exchanged)
                    break;
                used.reset();
                // The server closed the kept connection before anything of the request left.
                bool const again = reused && exchanged.error().info().sent == sent_state::no &&
                                   exchanged.error() == errc::write_failed;
                if (!again)
                    co_return exchanged.error();
            }
            co_return answer(std::move(used), to);
        }
        catch (boost::system::system_error const&) {
            error e = current_error();
            e.edit().sent = sent;
            co_return e;
        }
    }

private:
    boost::asio::awaitable<result<std::unique_ptr<connection>>> connect(origin const& to,
                                                                        limits const& bounds,
                                                                        clock::time_point deadline)
    {
        auto const resolve_until =
            saturating_add(std::chrono::steady_clock::now(), bounds.resolve);
        auto const addresses = co_await options_.resolver->resolve(
            to.host, to.port, std::min(resolve_until, deadline));
        if (!addresses) {
            error e = addresses.error();
            if (e == errc::resolve_timeout && deadline < resolve_until)
                e = transport_error(boost::beast::error::timeout,
                                    {"resolve", bounds.resolve, errc::resolve_timeout,
                                     errc::resolve_failed},
                                    true, sent_state::no, to);
            co_return e;
        }
        std::unique_ptr<connection> fresh;
        if (to.tls)
            fresh = std::make_unique<stream_connection<ssl_stream>>(
                boost::beast::tcp_stream{executor_}, *context_);
        else
            fresh = std::make_unique<stream_connection<boost::beast::tcp_stream>>(executor_);

        phase_limit const phase{"connect", bounds.connect, errc::connect_timeout,
                                errc::connect_failed};
        auto const connect_until =
            saturating_add(std::chrono::steady_clock::now(), bounds.connect);
        fresh->socket().expires_at(std::min(connect_until, deadline));
        std::string tried;
        error_code last;
        for (auto const& endpoint : *addresses) {
            auto const [code] = co_await fresh->socket().async_connect(endpoint, as_values);
            last = code;
            if (!code || code == boost::asio::error::operation_aborted ||
                code == boost::beast::error::timeout)
                break;
            tried.append(tried.empty() ? "" : ", ")
                .append(endpoint.address().to_string())
                .append(": ")
                .append(code.message());
            error_code ignored;
            fresh->socket().socket().close(ignored);
        }
        if (last) {
            error e = transport_error(last, phase, deadline < connect_until, sent_state::no, to);
            if (e == errc::connect_failed)
                e.edit().message = "no connection to " + to.to_string() + " (" + tried +
                                   "); check host, port and firewall";
            co_return e;
        }
        error_code ignored;
        fresh->socket().socket().set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
        auto const shaken = co_await fresh->shake_hands(to, bounds, deadline);
        if (!shaken)
            co_return shaken.error();
        co_return fresh;
    }

    result<incoming> answer(std::unique_ptr<connection> used, origin const& to)
    {
        incoming out;
        auto const& head = used->parser().get();
        out.status = static_cast<int>(head.result_int());
        for (auto const& field : head)
            out.headers.add({field.name_string().data(), field.name_string().size()},
                            {field.value().data(), field.value().size()});
        if (auto const length = used->parser().content_length())
            out.content_length = *length;
        auto reader = std::make_unique<lent_connection>(std::move(used), to, idle_);
        reader->give_back_at_end();
        if (!reader->at_end())
            out.body = std::move(reader);
        return out;
    }

    boost::asio::any_io_executor executor_;
    transport_options options_;
    std::shared_ptr<idle_connections> idle_;
    std::optional<boost::asio::ssl::context> context_;
};

} // namespace detail

INFERPP_DECL std::shared_ptr<transport> make_https_transport(boost::asio::any_io_executor executor,
                                                             transport_options options)
{
    return std::make_shared<detail::https_transport_type>(std::move(executor), std::move(options));
}

} // namespace inferpp::inline INFERPP_ABI

#endif
