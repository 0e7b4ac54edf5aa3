// SPDX-License-Identifier: BSL-1.0
//
// Certificates for tests, made on the spot.

#ifndef INFERPP_TESTS_SUPPORT_CERTIFICATES_HPP
#define INFERPP_TESTS_SUPPORT_CERTIFICATES_HPP

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace support {

/// A certificate and its key as PEM.
struct identity {
    std::string certificate;
    std::string key;
};

/// An authority that issues certificates.
class authority {
public:
    authority() : key_(make_key()), certificate_(X509_new(), X509_free)
    {
        fill(certificate_.get(), "inferpp test authority", certificate_.get(), key_.get(), -1, 1);
        extend(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
        extend(certificate_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
        sign(certificate_.get());
    }

    std::string pem() const { return to_pem(certificate_.get()); }

    /// @param alternative_names such as "IP:127.0.0.1" or "DNS:localhost"; empty: only a CN
    /// @param from, until days from now
    identity issue(std::string const& common_name, std::string const& alternative_names,
                   int from = -1, int until = 1) const
    {
        key_pointer const key = make_key();
        std::unique_ptr<X509, decltype(&X509_free)> const leaf{X509_new(), X509_free};
        fill(leaf.get(), common_name, certificate_.get(), key.get(), from, until);
        extend(leaf.get(), NID_basic_constraints, "critical,CA:FALSE");
        if (!alternative_names.empty())
            extend(leaf.get(), NID_subject_alt_name, alternative_names);
        sign(leaf.get());
        identity made;
        made.certificate = to_pem(leaf.get());
        std::unique_ptr<BIO, decltype(&BIO_free)> const out{BIO_new(BIO_s_mem()), BIO_free};
        check(PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                       nullptr));
        made.key = text_of(out.get());
        return made;
    }

private:
    using key_pointer = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

    static void check(int good)
    {
        if (good <= 0)
            throw std::runtime_error{"OpenSSL could not make a certificate"};
    }

    static key_pointer make_key()
    {
        EVP_PKEY* raw = nullptr;
        std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> const context{
            EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nullptr), EVP_PKEY_CTX_free};
        check(EVP_PKEY_keygen_init(context.get()));
        check(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context.get(), NID_X9_62_prime256v1));
        check(EVP_PKEY_keygen(context.get(), &raw));
        return {raw, EVP_PKEY_free};
    }

    static void fill(X509* made, std::string const& common_name, X509* issuer, EVP_PKEY* key,
                     int from, int until)
    {
        static long serial = 1;
        check(X509_set_version(made, 2));
        check(ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial));
        constexpr long day = 24L * 60 * 60;
        X509_gmtime_adj(X509_getm_notBefore(made), from * day);
        X509_gmtime_adj(X509_getm_notAfter(made), until * day);
        check(X509_set_pubkey(made, key));
        check(X509_NAME_add_entry_by_txt(
            X509_get_subject_name(made), "CN", MBSTRING_ASC,
            reinterpret_cast<unsigned char const*>(common_name.c_str()), -1, -1, 0));
        check(X509_set_issuer_name(made, X509_get_subject_name(issuer)));
    }

    static void extend(X509* made, int nid, std::string const& value)
    {
        X509V3_CTX context;
        X509V3_set_ctx_nodb(&context);
        X509V3_set_ctx(&context, made, made, nullptr, nullptr, 0);
        std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> const extension{
            X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), X509_EXTENSION_free};
        check(extension != nullptr);
        check(X509_add_ext(made, extension.get(), -1));
    }

    void sign(X509* made) const { check(X509_sign(made, key_.get(), EVP_sha256())); }

    static std::string text_of(BIO* from)
    {
        char* data = nullptr;
        long const size = BIO_get_mem_data(from, &data);
        return {data, static_cast<std::size_t>(size)};
    }

    static std::string to_pem(X509* from)
    {
        std::unique_ptr<BIO, decltype(&BIO_free)> const out{BIO_new(BIO_s_mem()), BIO_free};
        check(PEM_write_bio_X509(out.get(), from));
        return text_of(out.get());
    }

    key_pointer key_;
    std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

} // namespace support

#endif
