// SPDX-License-Identifier: BSL-1.0
//
// The TLS settings of a client, built once and never changed. Not part of the public interface.

#ifndef INFERPP_NET_TLS_CONTEXT_HPP
#define INFERPP_NET_TLS_CONTEXT_HPP

#include <inferpp/codec/url.hpp>
#include <inferpp/core/result.hpp>
#include <inferpp/net/transport_options.hpp>

#include <memory>

namespace boost::asio::ssl {
class context;
} // namespace boost::asio::ssl
struct ssl_st;

namespace inferpp::inline INFERPP_ABI::detail {

class tls_context {
public:
    /// @return `errc::invalid_argument` that names the option or variable that is unusable
    INFERPP_DECL static result<std::shared_ptr<tls_context>> make(tls_options const& options);
    INFERPP_DECL ~tls_context();
    tls_context(tls_context const&) = delete;
    tls_context& operator=(tls_context const&) = delete;

    boost::asio::ssl::context& context() noexcept { return *context_; }

    /// Keeps the connection's session, so that the next handshake with this origin is short. The
    /// name was verified under these very settings, which is why sessions may be used here alone.
    INFERPP_DECL void keep_session(origin const& to, ssl_st* from);

    /// Offers the kept session, if there is one, for the handshake to come. Each is used once.
    INFERPP_DECL void offer_session(origin const& to, ssl_st* connection);

private:
    INFERPP_DECL tls_context();

    struct sessions;
    std::unique_ptr<boost::asio::ssl::context> context_;
    std::unique_ptr<sessions> sessions_;
};

} // namespace inferpp::inline INFERPP_ABI::detail

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/net/impl/tls_context.ipp>
#endif

#endif
