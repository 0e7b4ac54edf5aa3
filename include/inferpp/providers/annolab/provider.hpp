// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_PROVIDER_HPP
#define INFERPP_PROVIDERS_ANNOLAB_PROVIDER_HPP

#include <inferpp/client/client.hpp>
#include <inferpp/codec/zip_reader.hpp>
#include <inferpp/core/secret.hpp>

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::annolab {

/**
 * @brief How to reach AnnoLab, or a server of one's own, beside what every client can be told.
 *
 * *Source*: docs.annolab.ai, "Model Inferences"; wire notes 1.
 */
struct options : client_options {
    options() = default;

    /// The platform's address, with or without the "/v1" that all its routes begin with.
    std::string base_url = "https://api.annolab.ai";

    /// Must not be empty.
    secret api_key;

    /// Whether inferences lie at "/v1/model/infer/batch", as on older servers, and not at
    /// "/v1/infer/batch".
    bool older_inference_path = false;

    /// Bounds of what is taken from the archives that exports give.
    zip_limits archives;

    /**
     * @brief Options from the environment: `ANNOLAB_API_KEY`, and `ANNOLAB_BASE_URL` where it is
     *        set.
     * @throws failure `invalid_argument` when `ANNOLAB_API_KEY` is missing or empty
     */
    INFERPP_DECL static options from_env();
};

/// Credentials, base URL and errors of AnnoLab.
class provider final : public inferpp::provider {
public:
    using options = annolab::options;

    /// @throws failure `invalid_argument`, naming the option
    INFERPP_DECL explicit provider(options const& with);

    std::string_view name() const noexcept override { return "annolab"; }
    url const& base() const noexcept override { return base_; }
    /// Where inferences lie: the only root beside the base.
    std::string_view root(std::string_view) const noexcept override { return inference_root_; }
    INFERPP_DECL void authorize(http::request& message) const override;
    INFERPP_DECL void read_error(http::response const& answer,
                                 error::particulars& info) const override;

    zip_limits const& archives() const noexcept { return archives_; }

    /// A URL that the platform gave, which may be relative to its address.
    /// @throws failure `bad_schema` when it is none
    INFERPP_DECL std::string absolute(std::string_view given) const;

private:
    url base_;
    std::string inference_root_;
    secret authorization_;
    zip_limits archives_;
};

/// A message of the platform: a text, or a list of such. Empty for anything else.
INFERPP_DECL std::string message_text(boost::json::value const& message);

/// A client of AnnoLab; see `basic_client` for its verbs.
using client = basic_client<provider>;

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/provider.ipp>
#endif

#endif
