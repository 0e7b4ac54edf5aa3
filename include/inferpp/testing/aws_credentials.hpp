// SPDX-License-Identifier: BSL-1.0
//
// The places where programs on Amazon's machines get their credentials, simulated: STS, the
// metadata service of an instance, that of a container, and IAM Identity Center.

#ifndef INFERPP_TESTING_AWS_CREDENTIALS_HPP
#define INFERPP_TESTING_AWS_CREDENTIALS_HPP

#include <inferpp/testing/aws_verifier.hpp>
#include <inferpp/testing/simulator.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing {

/// What all of them can be told.
struct aws_issuer_options : simulator_options {
    aws_issuer_options() = default;

    std::string account_id = "123456789012";
    std::chrono::milliseconds life = std::chrono::hours{1}; ///< of what is issued
    /// Told of each key that is issued: another simulator may then accept it.
    std::function<void(aws_key const&)> issued;
};

/// Makes keys of sessions. Each is another one.
class aws_issuer : public simulator {
public:
    /// Keys that were issued.
    std::size_t issued() const noexcept { return count_; }

    /// What is issued from now on lives so long; negative: it has expired already.
    void set_life(std::chrono::milliseconds life) noexcept { options_.life = life; }

protected:
    INFERPP_DECL aws_issuer(boost::asio::any_io_executor executor, aws_issuer_options options);

    /// @param least the life that was asked for
    INFERPP_DECL aws_key issue(std::optional<std::chrono::milliseconds> life = {});

    aws_issuer_options options_;

private:
    std::size_t count_ = 0;
};

/// Options of `sts_simulator`.
struct sts_options : aws_issuer_options {
    sts_options() = default;

    std::string region = "us-east-1";
    std::vector<aws_key> keys{aws_key{"test", "test"}}; ///< that may assume roles
    std::string web_identity = "web-identity-token";    ///< the only token that is good
    std::string external_id;                            ///< that roles want; empty: none
};

/// AssumeRole and AssumeRoleWithWebIdentity of STS. *Source*: wire notes 5.4
class sts_simulator final : public aws_issuer {
public:
    INFERPP_DECL explicit sts_simulator(boost::asio::any_io_executor executor,
                                        sts_options with = {});
    INFERPP_DECL ~sts_simulator() override;

    /// One more key that may assume roles.
    void accept(aws_key key) { verifier_.add(std::move(key)); }

private:
    INFERPP_DECL http::response answer(simulated_request const& request) override;
    INFERPP_DECL http::response refuse(aws_refusal const& why) const;

    sts_options with_;
    aws_verifier verifier_;
};

/// Options of `instance_metadata_simulator`.
struct instance_metadata_options : aws_issuer_options {
    instance_metadata_options() = default;

    std::string role = "batch"; ///< empty: the instance has none
    bool has_version_2 = true;  ///< otherwise it gives no tokens
    std::string code = "Success";
};

/// Version 2 of the metadata service of an EC2 instance. *Source*: wire notes 5.6
class instance_metadata_simulator final : public aws_issuer {
public:
    INFERPP_DECL explicit instance_metadata_simulator(boost::asio::any_io_executor executor,
                                                      instance_metadata_options with = {});
    INFERPP_DECL ~instance_metadata_simulator() override;

    /// The tokens that were given are good no more.
    void forget_tokens() noexcept { ++generation_; }

private:
    INFERPP_DECL http::response answer(simulated_request const& request) override;
    INFERPP_DECL std::string token() const;

    instance_metadata_options with_;
    std::size_t generation_ = 0;
};

/// Options of `container_simulator`.
struct container_options : aws_issuer_options {
    container_options() = default;

    std::string authorization; ///< the header that must come; empty: none
};

/// The credentials of a container, at any path. *Source*: wire notes 5.5
class container_simulator final : public aws_issuer {
public:
    INFERPP_DECL explicit container_simulator(boost::asio::any_io_executor executor,
                                              container_options with = {});
    INFERPP_DECL ~container_simulator() override;

private:
    INFERPP_DECL http::response answer(simulated_request const& request) override;

    container_options with_;
};

/// Options of `sso_simulator`.
struct sso_options : aws_issuer_options {
    sso_options() = default;

    std::string access_token = "access-1";   ///< the login
    std::string refresh_token = "refresh-1"; ///< good once, each time
    std::string client_id = "client";
    std::string client_secret = "client-secret";
    std::chrono::seconds token_life{28'800};
};

/// Both services of IAM Identity Center. *Source*: wire notes 5.7
class sso_simulator final : public aws_issuer {
public:
    INFERPP_DECL explicit sso_simulator(boost::asio::any_io_executor executor,
                                        sso_options with = {});
    INFERPP_DECL ~sso_simulator() override;

private:
    INFERPP_DECL http::response answer(simulated_request const& request) override;
    INFERPP_DECL http::response renew(simulated_request const& request);

    sso_options with_;
    std::size_t renewals_ = 1;
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/aws_credentials.ipp>
#endif

#endif
