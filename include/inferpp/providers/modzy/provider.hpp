// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_MODZY_PROVIDER_HPP
#define INFERPP_PROVIDERS_MODZY_PROVIDER_HPP

#include <inferpp/client/client.hpp>
#include <inferpp/core/secret.hpp>

#include <string>

namespace inferpp::inline INFERPP_ABI::modzy {

/**
 * @brief How to reach Modzy, beside what every client can be told.
 *
 * *Source*: docs.modzy.com, "authentication"; wire notes 1.1 and 1.2.
 */
struct options : client_options {
    options() = default;

    /// The platform's address, with or without the "/api" that all its routes begin with.
    std::string base_url = "https://app.modzy.com/api";

    /// `<prefix>.<body>`; must not be empty, unless there is a team.
    secret api_key;

    /// A team and its token, instead of an API key.
    std::string team_id;
    secret team_token;

    /**
     * @brief Options from the environment: `MODZY_API_KEY`, or `MODZY_TEAM_ID` and
     *        `MODZY_TEAM_TOKEN`; and `MODZY_BASE_URL` where it is set.
     * @throws failure `invalid_argument` when there is neither
     */
    INFERPP_DECL static options from_env();
};

/// Credentials, base URL and errors of Modzy.
class provider final : public inferpp::provider {
public:
    using options = modzy::options;

    /// @throws failure `invalid_argument`, naming the option
    INFERPP_DECL explicit provider(options const& with);

    std::string_view name() const noexcept override { return "modzy"; }
    url const& base() const noexcept override { return base_; }
    INFERPP_DECL void authorize(http::request& message) const override;
    INFERPP_DECL void read_error(http::response const& answer,
                                 error::particulars& info) const override;

private:
    url base_;
    std::string team_id_;
    secret authorization_;
};

/// A client of Modzy; see `basic_client` for its verbs.
using client = basic_client<provider>;

} // namespace inferpp::inline INFERPP_ABI::modzy

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/modzy/impl/provider.ipp>
#endif

#endif
