// SPDX-License-Identifier: BSL-1.0
//
// Who has signed a request to a simulated service of Amazon's, and whether rightly.

#ifndef INFERPP_TESTING_AWS_VERIFIER_HPP
#define INFERPP_TESTING_AWS_VERIFIER_HPP

#include <inferpp/codec/http_date.hpp>
#include <inferpp/testing/simulator.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing {

/// A key that is good at a simulated service.
struct aws_key {
    aws_key() = default;
    aws_key(std::string id, std::string key, std::string token = {})
        : access_key(std::move(id)),
          secret_key(std::move(key)),
          session_token(std::move(token))
    {
    }

    std::string access_key;
    std::string secret_key;
    std::string session_token;               ///< empty: the key must come without one
    std::optional<sys_milliseconds> expires; ///< then it is refused as expired
};

/// An error of a service of Amazon's.
struct aws_refusal {
    aws_refusal(int s, std::string t, std::string m)
        : status(s),
          type(std::move(t)),
          message(std::move(m))
    {
    }

    int status;
    std::string type;
    std::string message;
};

/**
 * @brief Checks signatures of version 4, in a header or in the query of a presigned URL.
 *
 * It shares no code with what signs in this library but the hash: both are written from the notes,
 * and have to agree by these. *Source*: wire notes 4.
 */
class aws_verifier {
public:
    /// @param tolerance how far the request's time may be from the service's
    explicit aws_verifier(std::vector<aws_key> keys,
                          std::chrono::milliseconds tolerance = std::chrono::minutes{5})
        : keys_(std::move(keys)),
          tolerance_(tolerance)
    {
    }

    /// One more key.
    void add(aws_key key) { keys_.push_back(std::move(key)); }

    /**
     * @brief What is wrong with a request; nothing if it is signed rightly.
     * @param service "bedrock"; of "s3" the path is signed as it is sent
     * @param region  the only one that is good; empty: any
     */
    INFERPP_DECL std::optional<aws_refusal> check(simulated_request const& request,
                                                  std::string_view service, std::string_view region,
                                                  sys_milliseconds now) const;

    /// The region that a request is signed for, rightly or not; empty where it is not signed.
    INFERPP_DECL static std::string region_of(simulated_request const& request);

private:
    std::vector<aws_key> keys_;
    std::chrono::milliseconds tolerance_;
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/aws_verifier.ipp>
#endif

#endif
