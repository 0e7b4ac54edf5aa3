// SPDX-License-Identifier: BSL-1.0
//
// What the simulated services of Bedrock have in common: who may ask, how they read and refuse, and
// how they list.

#ifndef INFERPP_TESTING_BEDROCK_SERVICE_HPP
#define INFERPP_TESTING_BEDROCK_SERVICE_HPP

#include <inferpp/testing/aws_verifier.hpp>
#include <inferpp/testing/simulator.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <regex>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::testing {

/// How errors tell their type. *Source*: wire notes 1.5
enum class bedrock_error_form {
    header_and_uri, ///< x-amzn-ErrorType: Type:http://internal.amazon.com/...
    header,         ///< x-amzn-ErrorType: Type
    body_code,      ///< {"code": "Type", "Message": ...}
    body_type,      ///< {"__type": "namespace#Type", "message": ...}
};

/// What all simulated services of Bedrock can be told.
struct bedrock_service_options : simulator_options {
    bedrock_service_options() = default;

    std::string access_key = "test";
    std::string secret_key = "test";
    std::string session_token; ///< that must come with the key
    std::string bearer_key;    ///< an API key that is good too; empty: none is
    std::string region = "us-east-1";
    std::string account_id = "123456789012";
    std::chrono::milliseconds clock_tolerance = std::chrono::minutes{5};
    bedrock_error_form error_form = bedrock_error_form::header_and_uri;
    std::size_t page_size = 100; ///< of listings that ask for none
    std::size_t empty_page = 3;  ///< each page of this number is empty, but names the next; 0: none
};

/// An error of a service of Bedrock.
INFERPP_DECL http::response bedrock_error(int status, std::string_view type,
                                          std::string_view message, bedrock_error_form form);

/// The same for `simulator::inject`.
INFERPP_DECL fault bedrock_fault(int status, std::string_view type, std::string_view message,
                                 bedrock_error_form form = bedrock_error_form::header_and_uri);

/// The part of a simulated service that both have. What is wrong with a request is thrown, as an
/// `aws_refusal`.
class bedrock_service {
public:
    using time_point = inferpp::clock::time_point;
    using object = boost::json::object;
    using value = boost::json::value;

    /// The page that a request to list asks for.
    struct page_request {
        page_request() = default;

        std::size_t size = 0;
        std::size_t offset = 0;
        bool ascending = false;
    };

    INFERPP_DECL explicit bedrock_service(bedrock_service_options const& with);

    /// One more key that is good.
    void accept(aws_key key) { verifier_.add(std::move(key)); }

    /// Refuses a request that is not signed, or not rightly.
    INFERPP_DECL void authorize(simulated_request const& request) const;
    INFERPP_DECL http::response refuse(aws_refusal const& why) const;
    /// What each answer has: an id and the time.
    INFERPP_DECL void stamp(http::response& answer);
    INFERPP_DECL static http::response json(value const& body);

    INFERPP_DECL static object body_of(simulated_request const& request);
    /// A text of that length and form, checked.
    INFERPP_DECL std::string text(object const& from, std::string_view name, bool required,
                                  std::size_t least, std::size_t most,
                                  char const* pattern = nullptr) const;
    INFERPP_DECL void check_tags(object const& from, bool required) const;
    /// Whether all of the text fits. Making an expression takes longer than using it.
    INFERPP_DECL bool matches(std::string const& text, char const* pattern) const;
    [[noreturn]] INFERPP_DECL static void invalid(std::string message);

    /// @param sort_word the only thing that it can be sorted by
    INFERPP_DECL page_request read_page(simulated_request const& request,
                                        std::string_view sort_word) const;
    /// Where the page ends, of so many items. Puts its token into the answer if there is more.
    INFERPP_DECL std::size_t end_page(page_request const& page, std::size_t items, object& answer);
    /// Whether a time of submission fits a filter; true of other filters.
    INFERPP_DECL static bool fits_time(sys_milliseconds submitted, std::string_view filter,
                                       std::string const& wanted);

    time_point now; ///< when the request arrived
    sys_milliseconds today;

private:
    INFERPP_DECL static std::size_t offset_of(std::string const& token);

    bedrock_service_options with_;
    aws_verifier verifier_;
    std::size_t requests_ = 0;
    std::size_t pages_ = 0;
    mutable std::map<char const*, std::regex> expressions_;
};

namespace detail::bedrock_patterns {

inline constexpr char const* tag_text = R"([a-zA-Z0-9\s._:/=+@-]*)";
inline constexpr char const* account = R"([0-9]{12})";

} // namespace detail::bedrock_patterns

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/bedrock_service.ipp>
#endif

#endif
