// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_CHANNEL_IPP
#define INFERPP_NET_IMPL_CHANNEL_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/net/channel.hpp>
#include <inferpp/net/timed_socket.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/ssl/verify_context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/core/ignore_unused.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI::detail {

inline constexpr auto as_values = boost::asio::as_tuple(boost::asio::deferred);

using ssl_stream = boost::asio::ssl::stream<timed_socket>;

/// By pointers, since a stream of Asio's is better not moved.
struct channel {
    channel() = default;
    channel(channel const&) = delete;
    channel& operator=(channel const&) = delete;
    ~channel()
    {
        // Without it OpenSSL takes the session for one that must not be resumed.
        if (secured)
            SSL_set_shutdown(secured->native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    }

    timed_socket& socket() noexcept { return secured ? secured->next_layer() : *plain; }

    origin to;
    std::shared_ptr<tls_context> tls;
    std::unique_ptr<timed_socket> plain; ///< one of the two
    std::unique_ptr<ssl_stream> secured;
};

INFERPP_DECL void channel_deleter::operator()(channel* gone) const noexcept
{
    std::default_delete<channel>{}(gone);
}

/// One phase of an exchange: what its failure is called.
struct phase_limit {
    std::string_view phase;
    clock::duration limit;
    errc on_limit;   ///< when the phase takes too long
    errc on_failure; ///< when the connection breaks
};

/// Sets the time limit of the next operations; the socket is closed when it passes. Returns whether
/// it is the call's deadline that comes first.
inline bool arm(timed_socket& socket, phase_limit const& phase, clock::time_point deadline)
{
    auto const limit = saturating_add(std::chrono::steady_clock::now(), phase.limit);
    bool const deadline_first = deadline < limit;
    socket.expires_at(deadline_first ? deadline : limit);
    return deadline_first;
}

/// What an operation's code says, where the socket was not closed by its time limit.
inline error_code seen_by(timed_socket const& socket, error_code code)
{
    return code && socket.expired() ? error_code{boost::beast::error::timeout} : code;
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

// --- TLS -----------------------------------------------------------------------------------------

inline bool expect_host(SSL* ssl, std::string host)
{
    if (host.ends_with('.')) // right for the name server, never in a certificate
        host.pop_back();
    error_code code;
    boost::asio::ip::make_address(host, code);
    if (!code)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
    SSL_set_hostflags(ssl,
                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    return SSL_set1_host(ssl, host.c_str()) == 1 &&
           SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data()) == 1;
}

inline std::string date_of(ASN1_TIME const* time)
{
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return "?";
    std::array<char, 16> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
    return text.data();
}

/// What a refused certificate says of itself.
inline std::string certificate_facts(X509* shown)
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
           date_of(X509_get0_notBefore(shown)) + " to " + date_of(X509_get0_notAfter(shown)) + ')';
}

/// A server that wanted another certificate of ours says so by an alert, in TLS 1.3 only after the
/// handshake has ended on our side. It has then read nothing of the request.
/// @return whether that is what happened; the error then says the cure
inline bool blame_client_certificate(SSL* ssl, error& e, error_code code)
{
    if (code.category() != boost::asio::error::get_ssl_category())
        return false;
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

inline error handshake_error(channel& on, error_code code, phase_limit const& phase,
                             bool deadline_first, std::string const& facts)
{
    // A connection that breaks says nothing about certificates: it may be repeated.
    bool const broken = code == boost::asio::error::eof ||
                        code == boost::asio::error::connection_reset ||
                        code == boost::asio::error::broken_pipe ||
                        code == boost::asio::ssl::error::stream_truncated;
    phase_limit const named{phase.phase, phase.limit, phase.on_limit,
                            broken ? errc::connect_failed : phase.on_failure};
    error e = connection_error(code, named, deadline_first, sent_state::no, on.to);
    SSL* const ssl = on.secured->native_handle();
    long const verdict = SSL_get_verify_result(ssl);
    if (e == errc::tls_failed && verdict != X509_V_OK)
        e.edit().message = "the certificate of " + on.to.to_string() +
                           " was refused: " + X509_verify_cert_error_string(verdict) + facts +
                           "; check the host name, or name its authority in tls.ca_file";
    else if (e == errc::tls_failed)
        blame_client_certificate(ssl, e, code);
    return e;
}

inline boost::asio::awaitable<result<void>> shake_hands(channel& on, limits const& bounds,
                                                        clock::time_point deadline)
{
    phase_limit const phase{"tls", bounds.tls, errc::tls_timeout, errc::tls_failed};
    SSL* const ssl = on.secured->native_handle();
    if (!expect_host(ssl, on.to.host)) {
        error e{errc::tls_failed, "the host name can't be used for TLS"};
        e.edit().phase = phase.phase;
        co_return e;
    }
    on.tls->offer_session(on.to, ssl);
    // OpenSSL forgets a certificate that it refuses: look at it while it is verified.
    auto const facts = std::make_shared<std::string>();
    on.secured->set_verify_callback([facts](bool good, boost::asio::ssl::verify_context& seen) {
        if (!good && facts->empty())
            *facts = certificate_facts(X509_STORE_CTX_get0_cert(seen.native_handle()));
        return good;
    });
    bool const deadline_first = arm(on.socket(), phase, deadline);
    auto const [code] =
        co_await on.secured->async_handshake(boost::asio::ssl::stream_base::client, as_values);
    if (code)
        co_return handshake_error(on, seen_by(on.socket(), code), phase, deadline_first, *facts);
    co_return result<void>{};
}

// --- proxies -------------------------------------------------------------------------------------

inline std::string connect_request(origin const& to, proxy_options const& through)
{
    std::string const host = to.host.find(':') == std::string::npos ? to.host : '[' + to.host + ']';
    std::string request = "CONNECT " + host + ':' + std::to_string(to.port) +
                          " HTTP/1.1\r\nHost: " + host + ':' + std::to_string(to.port) + "\r\n";
    if (!through.user.empty()) {
        std::string const pair = through.user + ':' + std::string{through.password.reveal()};
        request += "Proxy-Authorization: Basic ";
        append_base64(pair, request);
        request += "\r\n";
    }
    return request += "\r\n";
}

/// Asks a proxy for a tunnel to an origin.
inline boost::asio::awaitable<result<void>> open_tunnel(timed_socket& socket, origin const& to,
                                                        proxy_options const& through,
                                                        limits const& bounds,
                                                        clock::time_point deadline)
{
    phase_limit const phase{"proxy", bounds.connect, errc::connect_timeout, errc::connect_failed};
    std::string const request = connect_request(to, through);
    bool const deadline_first = arm(socket, phase, deadline);
    auto const [write_code, written] =
        co_await boost::asio::async_write(socket, boost::asio::buffer(request), as_values);
    boost::ignore_unused(written);
    if (write_code)
        co_return connection_error(seen_by(socket, write_code), phase, deadline_first,
                                   sent_state::no, to);

    boost::beast::flat_buffer buffer{(std::max<std::size_t>)(bounds.header_bytes, 65536) + 1024};
    boost::beast::http::response_parser<boost::beast::http::empty_body> parser;
    parser.skip(true);
    parser.header_limit(
        static_cast<std::uint32_t>((std::min<std::size_t>)(bounds.header_bytes, 0x7fffffff)));
    auto const [read_code, got] =
        co_await boost::beast::http::async_read_header(socket, buffer, parser, as_values);
    boost::ignore_unused(got);
    if (read_code) {
        error e =
            connection_error(seen_by(socket, read_code), phase, deadline_first, sent_state::no, to);
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

INFERPP_DECL boost::asio::awaitable<result<channel_ptr>> open_channel(
    boost::asio::ip::tcp::socket socket, origin const& to, proxy_options const* through,
    std::shared_ptr<tls_context> tls, limits const& bounds, clock::time_point deadline)
{
    error_code ignored;
    socket.set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
    socket.set_option(boost::asio::socket_base::keep_alive{true}, ignored);
    auto stream = std::make_unique<timed_socket>(std::move(socket));
    if (through != nullptr) {
        auto const opened = co_await open_tunnel(*stream, to, *through, bounds, deadline);
        if (!opened)
            co_return opened.error();
    }
    channel_ptr made{std::make_unique<channel>().release()};
    made->to = to;
    if (!to.tls) {
        made->plain = std::move(stream);
        co_return made;
    }
    made->tls = std::move(tls);
    made->secured = std::make_unique<ssl_stream>(std::move(*stream), made->tls->context());
    auto const shaken = co_await shake_hands(*made, bounds, deadline);
    if (!shaken)
        co_return shaken.error();
    co_return made;
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
