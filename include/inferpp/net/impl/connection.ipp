// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_CONNECTION_IPP
#define INFERPP_NET_IMPL_CONNECTION_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/net/connection.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/ssl/verify_context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/core/ignore_unused.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::detail {

inline constexpr auto as_values = boost::asio::as_tuple(boost::asio::deferred);

using ssl_stream = boost::asio::ssl::stream<boost::beast::tcp_stream>;
using response_parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;

/// One phase of an exchange: what its failure is called.
struct phase_limit {
    std::string_view phase;
    clock::duration limit;
    errc on_limit;   ///< when the phase takes too long
    errc on_failure; ///< when the connection breaks
};

/// Sets the time limit of the next operations; the socket is closed when it passes. Returns whether
/// it is the call's deadline that comes first.
inline bool arm(boost::beast::tcp_stream& socket, phase_limit const& phase,
                clock::time_point deadline)
{
    auto const limit = saturating_add(std::chrono::steady_clock::now(), phase.limit);
    bool const deadline_first = deadline < limit;
    socket.expires_at(deadline_first ? deadline : limit);
    return deadline_first;
}

inline error connection_error(error_code code, phase_limit const& phase, bool deadline_first,
                              sent_state sent, origin const& to)
{
    using boost::beast::http::error;
    static boost::system::error_category const& http_parser =
        boost::beast::http::make_error_code(error::bad_version).category();
    errc kind = phase.on_failure;
    if (code == boost::asio::error::operation_aborted)
        kind = errc::cancelled;
    else if (code == boost::beast::error::timeout)
        kind = deadline_first ? errc::deadline_exceeded : phase.on_limit;
    else if (code == error::header_limit || code == error::buffer_overflow)
        kind = errc::header_too_large;
    else if (code == error::end_of_stream || code == error::partial_message)
        kind = errc::truncated;
    else if (code.category() == http_parser)
        kind = errc::bad_http;
    else if (code.category() == boost::asio::error::get_ssl_category())
        kind = errc::tls_failed; // an alert, or a record that is no TLS
    inferpp::error e{kind};
    auto& info = e.edit();
    info.phase = phase.phase;
    info.sent = sent;
    info.message = make_error_code(kind).message() + " (" + to.to_string() + ')';
    if (kind == errc::tls_failed)
        info.message = "TLS with " + to.to_string() + " failed: " + code.message();
    if (kind != errc::cancelled)
        info.cause = code;
    return e;
}

inline error framing_error(errc kind, std::string message, sent_state sent)
{
    error e{kind, std::move(message)};
    e.edit().phase = "read header";
    e.edit().sent = sent;
    return e;
}

/// The head of a request as text. Beast's serializer walks a list of buffers for each field, which
/// costs more than all the rest of sending a small request.
/// @param length of the body; empty: it is sent in chunks
inline std::string request_head(origin const& to, http::request const& message,
                                std::optional<std::uint64_t> length)
{
    std::string const host = to.authority();
    std::size_t size = message.method.size() + message.target.size() + host.size() + 64;
    for (auto const& field : message.headers)
        size += field.name.size() + field.value.size() + 4;
    std::string head;
    head.reserve(size);
    head.append(message.method).append(" ").append(message.target).append(" HTTP/1.1\r\nHost: ");
    head.append(host).append("\r\n");
    for (auto const& field : message.headers)
        head.append(field.name).append(": ").append(field.value).append("\r\n");
    bool const reads =
        message.method == "GET" || message.method == "HEAD" || message.method == "DELETE";
    if (!length)
        head += "Transfer-Encoding: chunked\r\n";
    else if (*length > 0 || !reads)
        head.append("Content-Length: ").append(std::to_string(*length)).append("\r\n");
    return head.append("\r\n");
}

inline std::string_view to_view(boost::beast::string_view text) noexcept
{
    return {text.data(), text.size()};
}

template <class Stream>
class stream_connection final : public connection {
public:
    static constexpr bool is_tls = std::same_as<Stream, ssl_stream>;

    template <class... Args>
    explicit stream_connection(origin to, std::shared_ptr<tls_context> tls, Args&&... args)
        : to_(std::move(to)),
          tls_(std::move(tls)),
          stream_(std::forward<Args>(args)...)
    {
    }

    ~stream_connection() override
    {
        // Without it OpenSSL takes the session for one that must not be resumed.
        if constexpr (is_tls)
            SSL_set_shutdown(stream_.native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    }

    boost::asio::awaitable<result<void>> shake_hands(limits const& bounds,
                                                     clock::time_point deadline)
    {
        phase_limit const phase{"tls", bounds.tls, errc::tls_timeout, errc::tls_failed};
        if (!expect_host(to_.host)) {
            error e{errc::tls_failed, "the host name can't be used for TLS"};
            e.edit().phase = phase.phase;
            co_return e;
        }
        tls_->offer_session(to_, stream_.native_handle());
        // OpenSSL forgets a certificate that it refuses: look at it while it is verified.
        stream_.set_verify_callback([this](bool good, boost::asio::ssl::verify_context& seen) {
            if (!good && facts_.empty())
                facts_ = certificate_facts(X509_STORE_CTX_get0_cert(seen.native_handle()));
            return good;
        });
        bool const deadline_first = arm(socket(), phase, deadline);
        auto const [code] =
            co_await stream_.async_handshake(boost::asio::ssl::stream_base::client, as_values);
        if (code)
            co_return handshake_error(code, phase, deadline_first);
        co_return result<void>{};
    }

    boost::asio::awaitable<result<void>> exchange(http::request const& message,
                                                  limits const& bounds,
                                                  clock::time_point deadline) override
    {
        parser_.reset();
        result<void> sent;
        if (message.source)
            sent = co_await send_source(message, bounds, deadline);
        else
            sent = co_await send_memory(message, bounds, deadline);
        // A server may refuse a large request, and close, before it has read it all.
        bool const maybe_answered = !sent && sent.error() == errc::write_failed &&
                                    sent.error().info().sent == sent_state::maybe;
        if (!sent && !maybe_answered)
            co_return sent;
        broken_ = maybe_answered;
        auto received = co_await receive_header(message, bounds, deadline);
        if (!received && maybe_answered)
            co_return sent;
        co_return received;
    }

    incoming head() const override
    {
        incoming out;
        auto const& head = parser_->get();
        out.status = static_cast<int>(head.result_int());
        for (auto const& field : head)
            out.headers.add(to_view(field.name_string()), to_view(field.value()));
        if (auto const length = parser_->content_length())
            out.content_length = *length;
        return out;
    }

    boost::asio::awaitable<result<std::size_t>> read_some(std::span<char> into,
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
                bool const deadline_first = arm(socket(), phase, deadline);
                auto const [broken, got] =
                    co_await stream_.async_read_some(buffer_.prepare(room()), as_values);
                buffer_.commit(got);
                code = broken;
                if (broken == boost::asio::error::eof)
                    parser_->put_eof(code);
                if (code)
                    co_return connection_error(code, phase, deadline_first, sent_state::yes, to_);
            } else if (code && code != boost::beast::http::error::need_buffer) {
                co_return connection_error(code, phase, false, sent_state::yes, to_);
            }
            // What is no body: sizes and extensions of chunks, trailers. Beast bounds each of them,
            // but not their sum.
            payload_ += into.size() - body.size;
            if (wire_ - payload_ > overhead_limit_ + 16 * payload_)
                co_return framing_error(
                    errc::bad_http, "the answer's chunks hold little but framing", sent_state::yes);
        }
        co_return into.size() - body.size;
    }

    bool at_end() const noexcept override { return parser_->is_done(); }

    bool reusable() const noexcept override
    {
        // Trailers were merged into the fields and may say anything of the framing.
        return !broken_ && parser_ && parser_->is_done() && parser_->keep_alive() &&
               buffer_.size() == 0 && parser_->get().result_int() != 421 &&
               field_count() == fields_;
    }

    void rest() noexcept override
    {
        socket().expires_never();
        constexpr std::size_t usual = 8192;
        if (buffer_.capacity() > usual) // grown by a large body
            buffer_.shrink_to_fit();
    }

    bool is_quiet() noexcept override
    {
        auto& tcp = socket().socket();
        char byte = 0;
#if defined(MSG_DONTWAIT)
        // One system call instead of two: this is on the way of every request.
        return ::recv(tcp.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
               (errno == EAGAIN || errno == EWOULDBLOCK);
#else
        error_code code;
        tcp.non_blocking(true, code);
        if (code)
            return false;
        tcp.receive(boost::asio::buffer(&byte, 1), boost::asio::socket_base::message_peek, code);
        return code == boost::asio::error::would_block || code == boost::asio::error::try_again;
#endif
    }

private:
    // Beast's own loop around the parser would do, were it not for an assertion of Beast 1.81 that
    // fails on "0 CR LF CR": the end of an empty chunked body of which one byte is missing.
    error_code parse_body()
    {
        std::string_view const unread{static_cast<char const*>(buffer_.data().data()),
                                      buffer_.size()};
        if (unread.empty() || (unread == "0\r\n\r" && parser_->chunked()))
            return boost::beast::http::error::need_more;
        error_code code;
        std::size_t const used = parser_->put(buffer_.data(), code);
        buffer_.consume(used);
        wire_ += used;
        if (code == boost::beast::http::error::need_more && room() == 0)
            return boost::beast::http::error::buffer_overflow;
        return code;
    }

    // What may still be read into the buffer.
    std::size_t room() const noexcept
    {
        return (std::min<std::size_t>)(65536, buffer_.max_size() - buffer_.size());
    }

    boost::beast::tcp_stream& socket() noexcept
    {
        return boost::beast::get_lowest_layer(stream_);
    }

    std::size_t field_count() const noexcept
    {
        return static_cast<std::size_t>(
            std::distance(parser_->get().begin(), parser_->get().end()));
    }

    boost::asio::awaitable<result<void>> send_memory(http::request const& message,
                                                     limits const& bounds,
                                                     clock::time_point deadline)
    {
        std::string head = request_head(to_, message, message.body.size());
        std::string_view body = message.body;
        // A small request goes out at once, in one segment and one TLS record.
        constexpr std::size_t record = 16384;
        if (head.size() + body.size() <= record) {
            head += body;
            body = {};
        }
        sent_state sent = sent_state::no;
        auto written = co_await send(head, sent, bounds, deadline);
        if (written && !body.empty())
            written = co_await send(body, sent, bounds, deadline);
        co_return written;
    }

    boost::asio::awaitable<result<void>> send_source(http::request const& message,
                                                     limits const& bounds,
                                                     clock::time_point deadline)
    {
        auto const total = message.source->size();
        std::string text = request_head(to_, message, total);
        sent_state sent = sent_state::no;
        auto written = co_await send(text, sent, bounds, deadline);
        std::vector<char> piece(65536);
        std::uint64_t done = 0;
        while (written) {
            auto const got = co_await message.source->read(piece);
            if (!got)
                co_return source_error(got.error(), sent);
            done += *got;
            if (total && (done > *total || (*got == 0 && done < *total)))
                co_return source_error(
                    error{errc::invalid_argument, "the body has another size than it said"}, sent);
            std::string_view data{piece.data(), *got};
            if (!total) { // a chunk; that of no bytes is the last
                text = chunk(data);
                data = text;
            }
            if (!data.empty())
                written = co_await send(data, sent, bounds, deadline);
            if (written && message.progress && *got > 0)
                message.progress(done, total);
            if (*got == 0)
                break;
        }
        co_return written;
    }

    static std::string chunk(std::string_view data)
    {
        std::array<char, 20> size{};
        auto const end = std::to_chars(size.data(), size.data() + size.size(), data.size(), 16).ptr;
        std::string text{size.data(), end};
        return text.append("\r\n").append(data).append("\r\n");
    }

    // Writes all of it. `sent` says whether the server can have seen something of the request.
    boost::asio::awaitable<result<void>> send(std::string_view data, sent_state& sent,
                                              limits const& bounds, clock::time_point deadline)
    {
        phase_limit const phase{"write", bounds.write_idle, errc::write_timeout,
                                errc::write_failed};
        while (!data.empty()) {
            bool const deadline_first = arm(socket(), phase, deadline);
            auto const [code, written] = co_await stream_.async_write_some(
                boost::asio::buffer(data.data(), data.size()), as_values);
            // A TLS engine may have sent part of a record that it does not count.
            if (written > 0 || (is_tls && code))
                sent = sent_state::maybe;
            if (code)
                co_return connection_error(code, phase, deadline_first, sent, to_);
            data.remove_prefix(written);
        }
        co_return result<void>{};
    }

    static error source_error(error e, sent_state sent)
    {
        e.edit().phase = "read the request's body";
        e.edit().sent = sent;
        return e;
    }

    boost::asio::awaitable<result<void>> receive_header(http::request const& message,
                                                        limits const& bounds,
                                                        clock::time_point deadline)
    {
        // Informational answers come before the real one; a server may send a few.
        constexpr int informational = 5;
        phase_limit const phase{"read header", bounds.first_byte, errc::first_byte_timeout,
                                errc::truncated};
        bool const deadline_first = arm(socket(), phase, deadline);
        for (int i = 0; i <= informational; ++i) {
            parser_.emplace();
            parser_->skip(message.method == "HEAD");
            parser_->header_limit(static_cast<std::uint32_t>(
                (std::min<std::size_t>)(bounds.header_bytes, 0x7fffffff)));
            parser_->body_limit(boost::none); // counted where the body is read
            buffer_.max_size((std::max<std::size_t>)(bounds.header_bytes, 65536) + 1024);
            auto const [code, got] = co_await boost::beast::http::async_read_header(
                stream_, buffer_, *parser_, as_values);
            boost::ignore_unused(got);
            if (code)
                co_return header_error(code, phase, deadline_first, got > 0);
            unsigned const status = parser_->get().result_int();
            if (status / 100 != 1) {
                begin_body(bounds);
                co_return check_framing();
            }
            if (status == 101)
                co_return framing_error(errc::bad_http, "the server switched protocols unasked",
                                        sent_state::maybe);
        }
        co_return framing_error(errc::bad_http, "the server sent too many informational answers",
                                sent_state::maybe);
    }

    /// @param begun whether a status line was read
    error header_error(error_code code, phase_limit const& phase, bool deadline_first, bool begun)
    {
        error e = connection_error(code, phase, deadline_first, sent_state::maybe, to_);
        if (e == errc::tls_failed && blame_client_certificate(e, code))
            e.edit().sent = sent_state::no;
        std::string_view const seen{static_cast<char const*>(buffer_.data().data()),
                                    buffer_.size()};
        // Too short for a line of HTTP, and none: another protocol.
        constexpr std::string_view http = "HTTP/1.";
        if (e == errc::truncated && !begun && !seen.empty() &&
            !http.starts_with(seen.substr(0, http.size())))
            e = connection_error(boost::beast::http::error::bad_version, phase, false,
                                 sent_state::maybe, to_);
        if (e == errc::bad_http && !seen.empty()) {
            e.edit().message += "; it sent \"" + printable(seen, 64) + '"';
        }
        return e;
    }

    void begin_body(limits const& bounds)
    {
        fields_ = field_count();
        wire_ = 0;
        payload_ = 0;
        overhead_limit_ = bounds.header_bytes;
        if constexpr (is_tls)
            tls_->keep_session(to_, stream_.native_handle());
        auto const keep = parser_->get()[boost::beast::http::field::keep_alive];
        promised = parse_keep_alive(to_view(keep));
    }

    // "timeout=5, max=100": a second less, because the server counts from an earlier moment.
    static std::optional<std::chrono::milliseconds> parse_keep_alive(std::string_view value)
    {
        constexpr std::string_view name = "timeout=";
        auto const at = value.find(name);
        if (at == std::string_view::npos)
            return std::nullopt;
        value.remove_prefix(at + name.size());
        unsigned seconds = 0;
        auto const end = std::from_chars(value.data(), value.data() + value.size(), seconds);
        if (end.ec != std::errc{} || seconds > 86400)
            return std::nullopt;
        return std::chrono::seconds{seconds} - std::chrono::seconds{seconds > 0 ? 1 : 0};
    }

    // Beast 1.81 hands over bodies in codings that it does not decode.
    result<void> check_framing()
    {
        auto const& head = parser_->get();
        if (head.result_int() < 100)
            return framing_error(errc::bad_http, "the answer's status is no status",
                                 sent_state::maybe);
        auto const codings = head.equal_range(boost::beast::http::field::transfer_encoding);
        for (auto field = codings.first; field != codings.second; ++field)
            if (!iequals(trim(to_view(field->value())), "chunked") || head.version() != 11 ||
                std::next(codings.first) != codings.second)
                return framing_error(errc::bad_http,
                                     "the answer has a transfer coding other than chunked",
                                     sent_state::maybe);
        return {};
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

    error handshake_error(error_code code, phase_limit const& phase, bool deadline_first)
    {
        // A connection that breaks says nothing about certificates: it may be repeated.
        bool const broken = code == boost::asio::error::eof ||
                            code == boost::asio::error::connection_reset ||
                            code == boost::asio::error::broken_pipe ||
                            code == boost::asio::ssl::error::stream_truncated;
        phase_limit const named{phase.phase, phase.limit, phase.on_limit,
                                broken ? errc::connect_failed : phase.on_failure};
        error e = connection_error(code, named, deadline_first, sent_state::no, to_);
        long const verdict = SSL_get_verify_result(stream_.native_handle());
        if (e == errc::tls_failed && verdict != X509_V_OK)
            e.edit().message = "the certificate of " + to_.to_string() +
                               " was refused: " + X509_verify_cert_error_string(verdict) + facts_ +
                               "; check the host name, or name its authority in tls.ca_file";
        else if (e == errc::tls_failed)
            blame_client_certificate(e, code);
        return e;
    }

    // A server that wanted another certificate of ours says so by an alert, in TLS 1.3 only after
    // the handshake has ended on our side. It has then read nothing of the request.
    bool blame_client_certificate(error& e, error_code code)
    {
        if constexpr (!is_tls) {
            boost::ignore_unused(e, code);
            return false;
        } else {
            if (code.category() != boost::asio::error::get_ssl_category())
                return false;
            SSL* const ssl = stream_.native_handle();
            int const alert =
                ERR_GET_REASON(static_cast<unsigned long>(code.value())) - SSL_AD_REASON_OFFSET;
            bool const about_certificates =
                (alert >= SSL_AD_BAD_CERTIFICATE && alert <= SSL_AD_CERTIFICATE_UNKNOWN) ||
                alert == SSL_AD_UNKNOWN_CA || alert == SSL_AD_ACCESS_DENIED ||
                alert == SSL_AD_DECRYPT_ERROR || alert == SSL_AD_CERTIFICATE_REQUIRED;
            // In TLS 1.2 a missing one is just a failed handshake.
            bool const unspecified =
                alert == SSL_AD_HANDSHAKE_FAILURE && SSL_get0_peer_CA_list(ssl) != nullptr;
            if (!about_certificates && !unspecified)
                return false;
            e.edit().message += SSL_get_certificate(ssl) == nullptr
                                    ? "; the server asks for a client certificate: set "
                                      "tls.certificate_file and tls.private_key_file"
                                    : "; the server refused our client certificate: check "
                                      "tls.certificate_file";
            return true;
        }
    }

    // What the refused certificate says of itself.
    static std::string certificate_facts(X509* shown)
    {
        if (shown == nullptr)
            return {};
        std::string names;
        auto* const list = static_cast<GENERAL_NAMES*>(
            X509_get_ext_d2i(shown, NID_subject_alt_name, nullptr, nullptr));
        for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
            GENERAL_NAME const* const name = sk_GENERAL_NAME_value(list, i);
            if (name->type != GEN_DNS)
                continue;
            std::string_view const text{
                reinterpret_cast<char const*>(ASN1_STRING_get0_data(name->d.dNSName)),
                static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName))};
            names.append(names.empty() ? "" : ", ").append(printable(text, 64));
        }
        GENERAL_NAMES_free(list);
        return " (it is for " + (names.empty() ? "no host name" : names) + ", valid " +
               date_of(X509_get0_notBefore(shown)) + " to " + date_of(X509_get0_notAfter(shown)) +
               ')';
    }

    static std::string date_of(ASN1_TIME const* time)
    {
        std::tm parts{};
        if (ASN1_TIME_to_tm(time, &parts) != 1)
            return "?";
        std::array<char, 16> text{};
        std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
        return text.data();
    }

    origin to_;
    std::shared_ptr<tls_context> tls_;
    Stream stream_;
    std::optional<response_parser> parser_;
    boost::beast::flat_buffer buffer_;
    std::size_t fields_ = 0;    ///< in the header
    std::uint64_t wire_ = 0;    ///< bytes of the body as it came
    std::uint64_t payload_ = 0; ///< of them, what is body
    std::uint64_t overhead_limit_ = 0;
    std::string facts_; ///< of a refused certificate
    bool broken_ = false;
};

/// Asks a proxy for a tunnel to an origin.
inline boost::asio::awaitable<result<void>> open_tunnel(boost::beast::tcp_stream& stream,
                                                        origin const& to,
                                                        proxy_options const& through,
                                                        limits const& bounds,
                                                        clock::time_point deadline)
{
    phase_limit const phase{"proxy", bounds.connect, errc::connect_timeout, errc::connect_failed};
    std::string const host = to.host.find(':') == std::string::npos ? to.host : '[' + to.host + ']';
    std::string request = "CONNECT " + host + ':' + std::to_string(to.port) +
                          " HTTP/1.1\r\nHost: " + host + ':' + std::to_string(to.port) + "\r\n";
    if (!through.user.empty()) {
        std::string const pair = through.user + ':' + std::string{through.password.reveal()};
        request += "Proxy-Authorization: Basic ";
        append_base64(pair, request);
        request += "\r\n";
    }
    request += "\r\n";
    bool const deadline_first = arm(stream, phase, deadline);
    auto const [write_code, written] =
        co_await boost::asio::async_write(stream, boost::asio::buffer(request), as_values);
    boost::ignore_unused(written);
    if (write_code)
        co_return connection_error(write_code, phase, deadline_first, sent_state::no, to);

    boost::beast::flat_buffer buffer{(std::max<std::size_t>)(bounds.header_bytes, 65536) + 1024};
    boost::beast::http::response_parser<boost::beast::http::empty_body> parser;
    parser.skip(true);
    parser.header_limit(
        static_cast<std::uint32_t>((std::min<std::size_t>)(bounds.header_bytes, 0x7fffffff)));
    auto const [read_code, got] =
        co_await boost::beast::http::async_read_header(stream, buffer, parser, as_values);
    boost::ignore_unused(got);
    if (read_code) {
        error e = connection_error(read_code, phase, deadline_first, sent_state::no, to);
        if (e == errc::truncated)
            e = connection_error(boost::asio::error::connection_reset, phase, false, sent_state::no,
                                 to);
        co_return e;
    }
    int const status = static_cast<int>(parser.get().result_int());
    if (status / 100 != 2) {
        error e{errc::proxy_refused,
                "the proxy " + through.host + " answered CONNECT with status " +
                    std::to_string(status) +
                    (status == 407 ? "; check proxy.user and proxy.password" : "")};
        e.edit().http_status = status;
        e.edit().phase = "proxy";
        co_return e;
    }
    if (buffer.size() > 0) {
        error e{errc::bad_http, "the proxy sent something before the tunnel was used"};
        e.edit().phase = "proxy";
        co_return e;
    }
    co_return result<void>{};
}

INFERPP_DECL boost::asio::awaitable<result<std::unique_ptr<connection>>> establish(
    boost::asio::ip::tcp::socket socket, origin const& to, proxy_options const* through,
    std::shared_ptr<tls_context> tls, limits const& bounds, clock::time_point deadline)
{
    error_code ignored;
    socket.set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
    socket.set_option(boost::asio::socket_base::keep_alive{true}, ignored);
    boost::beast::tcp_stream stream{std::move(socket)};
    if (through != nullptr) {
        auto const opened = co_await open_tunnel(stream, to, *through, bounds, deadline);
        if (!opened)
            co_return opened.error();
    }
    if (!to.tls)
        co_return std::make_unique<stream_connection<boost::beast::tcp_stream>>(to, nullptr,
                                                                                std::move(stream));
    boost::asio::ssl::context& context = tls->context();
    auto secured = std::make_unique<stream_connection<ssl_stream>>(to, std::move(tls),
                                                                   std::move(stream), context);
    auto const shaken = co_await secured->shake_hands(bounds, deadline);
    if (!shaken)
        co_return shaken.error();
    co_return std::unique_ptr<connection>{std::move(secured)};
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
