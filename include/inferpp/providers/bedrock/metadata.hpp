// SPDX-License-Identifier: BSL-1.0
//
// Credentials that the machine itself gives: those of a container, and those of an EC2 instance.
// Not part of the public interface.

#ifndef INFERPP_PROVIDERS_BEDROCK_METADATA_HPP
#define INFERPP_PROVIDERS_BEDROCK_METADATA_HPP

#include <inferpp/codec/url.hpp>
#include <inferpp/providers/bedrock/credential_call.hpp>
#include <inferpp/providers/bedrock/credentials.hpp>
#include <inferpp/providers/bedrock/environment.hpp>
#include <inferpp/providers/bedrock/profile_files.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock {

/**
 * @brief The URL that a container's variables name for its credentials.
 * @return nothing without such variables; `invalid_argument` for a URL that no key may be sent to
 *
 * *Source*: wire notes 5.5.
 */
INFERPP_DECL result<std::optional<url>> container_address(environment const& from);

/// Credentials of a container. @param at of `container_address`
INFERPP_DECL boost::asio::awaitable<result<credentials>> container_credentials_at(
    provider_services with, url at, std::shared_ptr<environment const> from);

/**
 * @brief The base URL of the instance's metadata service, as variables or the profile say.
 * @return `invalid_argument` for settings that are none
 *
 * *Source*: wire notes 5.6.
 */
INFERPP_DECL result<url> instance_address(environment const& from, profile_files const& files,
                                          std::string_view profile);

/**
 * @brief Asks the metadata service of an EC2 instance, version 2 alone: version 1 gives the keys to
 *        whoever can make a process of the instance fetch a URL.
 *
 * What it gives although it has expired is used on, and so is what it gave before when it does not
 * answer any more: that is how Amazon wants its own failures to be bridged.
 *
 * Used by one fetch at a time.
 */
class instance_metadata {
public:
    explicit instance_metadata(std::shared_ptr<environment const> from) : from_(std::move(from)) {}

    /// Instances without a role, and machines without such a service, have none.
    INFERPP_DECL boost::asio::awaitable<result<source_answer>> load(provider_services with,
                                                                    url base);

private:
    INFERPP_DECL boost::asio::awaitable<result<credentials>> ask(provider_services with, url base);
    INFERPP_DECL boost::asio::awaitable<result<http::response>> get(provider_services with,
                                                                    url base, std::string path);
    INFERPP_DECL boost::asio::awaitable<result<void>> renew_token(provider_services with, url base);
    INFERPP_DECL credential_call call(url const& base, std::string method,
                                      std::string const& path) const;
    INFERPP_DECL static credentials bridged(credentials had, sys_milliseconds now);

    std::shared_ptr<environment const> from_;
    secret token_;
    sys_milliseconds token_until_{};
    std::optional<credentials> last_;
};

/// Whether the metadata service is switched off.
INFERPP_DECL bool is_instance_disabled(environment const& from);

/// Credentials as container, instance and programs write them. @param what of them, for errors
INFERPP_DECL result<credentials> read_json_credentials(std::string_view body, std::string_view what,
                                                       std::string_view token_name);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/metadata.ipp>
#endif

#endif
