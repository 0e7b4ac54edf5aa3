// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_TLS_CONTEXT_IPP
#define INFERPP_NET_IMPL_TLS_CONTEXT_IPP

#include <inferpp/net/tls_context.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI::detail {

struct session_deleter {
    void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};

struct tls_context::sessions {
    static constexpr std::size_t most = 256; ///< origins
    std::map<origin, std::unique_ptr<SSL_SESSION, session_deleter>> kept;
};

inline error tls_option_error(std::string_view what, error_code const& why)
{
    error e{errc::invalid_argument, std::string{what} + " could not be used: " + why.message()};
    e.edit().cause = why;
    return e;
}

inline bool is_not_empty(std::filesystem::path const& path)
{
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored)
               ? !std::filesystem::is_empty(path, ignored) && !ignored
               : std::filesystem::is_regular_file(path, ignored);
}

inline result<void> trust_system(boost::asio::ssl::context& context)
{
    error_code code;
    char const* const file = std::getenv(X509_get_default_cert_file_env());
    char const* const folder = std::getenv(X509_get_default_cert_dir_env());
    bool const named = (file != nullptr && *file != '\0') || (folder != nullptr && *folder != '\0');
    if (file != nullptr && *file != '\0') {
        context.load_verify_file(file, code);
        if (code)
            return tls_option_error("the file that SSL_CERT_FILE names", code);
    }
    if (folder != nullptr && *folder != '\0') {
        if (!is_not_empty(folder))
            return error{errc::invalid_argument,
                         "the folder that SSL_CERT_DIR names is missing or empty"};
        context.add_verify_path(folder, code);
        if (code)
            return tls_option_error("the folder that SSL_CERT_DIR names", code);
    }
    if (named)
        return {};

    // One bundle is enough; reading it takes 30 ms, so the folder is only asked where there is
    // none.
    std::array<std::string_view, 8> const bundles{
        X509_get_default_cert_file(),
        "/etc/ssl/certs/ca-certificates.crt",                // Debian, Alpine
        "/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora
        "/etc/ssl/ca-bundle.pem",                            // openSUSE
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // RHEL
        "/etc/ssl/cert.pem",                                 // Alpine, macOS
        "/opt/homebrew/etc/ca-certificates/cert.pem",
        "/usr/local/etc/ca-certificates/cert.pem"};
    for (std::string_view const bundle : bundles) {
        if (!is_not_empty(bundle))
            continue;
        context.load_verify_file(std::string{bundle}, code);
        if (!code)
            return {};
    }
    if (is_not_empty(X509_get_default_cert_dir())) {
        context.add_verify_path(X509_get_default_cert_dir(), code);
        if (!code)
            return {};
    }
    return error{errc::invalid_argument,
                 "no certificate authorities were found on this system; install the package "
                 "ca-certificates, or name some in tls.ca_file"};
}

inline result<void> trust_named(boost::asio::ssl::context& context, tls_options const& options)
{
    error_code code;
    if (!options.ca_file.empty()) {
        context.load_verify_file(options.ca_file, code);
        if (code)
            return tls_option_error("tls.ca_file", code);
    }
    if (!options.ca_pem.empty()) {
        context.add_certificate_authority(boost::asio::buffer(options.ca_pem), code);
        if (code)
            return tls_option_error("tls.ca_pem", code);
    }
    return {};
}

inline result<void> identify(boost::asio::ssl::context& context, tls_options const& options)
{
    if (options.certificate_file.empty() && options.private_key_file.empty())
        return {};
    error_code code;
    if (options.certificate_file.empty() || options.private_key_file.empty())
        return error{errc::invalid_argument,
                     "tls.certificate_file and tls.private_key_file belong together"};
    context.set_password_callback(
        [password = options.private_key_password](std::size_t,
                                                  boost::asio::ssl::context::password_purpose) {
            return std::string{password.reveal()};
        },
        code);
    context.use_certificate_chain_file(options.certificate_file, code);
    if (code)
        return tls_option_error("tls.certificate_file", code);
    context.use_private_key_file(options.private_key_file, boost::asio::ssl::context::pem, code);
    if (code)
        return tls_option_error("tls.private_key_file", code);
    if (SSL_CTX_check_private_key(context.native_handle()) != 1)
        return error{errc::invalid_argument,
                     "tls.private_key_file is not the key of tls.certificate_file"};
    return {};
}

INFERPP_DECL tls_context::tls_context()
    : context_(std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client)),
      sessions_(std::make_unique<sessions>())
{
}

INFERPP_DECL tls_context::~tls_context() = default;

INFERPP_DECL result<std::shared_ptr<tls_context>> tls_context::make(tls_options const& options)
{
    struct constructible : tls_context {};
    std::shared_ptr<tls_context> const made = std::make_shared<constructible>();
    boost::asio::ssl::context& context = *made->context_;
    SSL_CTX* const native = context.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_security_level(native, 2);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION);
    // Sessions are kept by us, for each origin.
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    bool const own = !options.ca_file.empty() || !options.ca_pem.empty();
    if (!options.insecure_accept_any_certificate || own) {
        if (auto const trusted = own ? trust_named(context, options) : trust_system(context);
            !trusted)
            return trusted.error();
    }
    if (auto const identified = identify(context, options); !identified)
        return identified.error();
    SSL_CTX_set_verify(native,
                       options.insecure_accept_any_certificate ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                       nullptr);
    return made;
}

INFERPP_DECL void tls_context::keep_session(origin const& to, ssl_st* from)
{
    std::unique_ptr<SSL_SESSION, session_deleter> session{SSL_get1_session(from)};
    if (!session || SSL_SESSION_is_resumable(session.get()) != 1)
        return;
    if (sessions_->kept.size() >= sessions::most)
        sessions_->kept.clear();
    sessions_->kept[to] = std::move(session);
}

INFERPP_DECL void tls_context::offer_session(origin const& to, ssl_st* connection)
{
    auto const found = sessions_->kept.find(to);
    if (found == sessions_->kept.end())
        return;
    SSL_set_session(connection, found->second.get());
    sessions_->kept.erase(found);
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
