// SPDX-License-Identifier: BSL-1.0
//
// What several operations of Bedrock's control plane have in common.

#ifndef INFERPP_PROVIDERS_BEDROCK_TYPES_HPP
#define INFERPP_PROVIDERS_BEDROCK_TYPES_HPP

#include <inferpp/codec/json.hpp>
#include <inferpp/codec/json_union.hpp>
#include <inferpp/codec/timestamp.hpp>
#include <inferpp/net/http.hpp>

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock {

/**
 * @brief A date and time as the platform writes it: "2024-08-08T15:19:26Z".
 *
 * Read from text with fraction and offset, and from seconds since 1970 as a number. A text in
 * another form is no error, and is kept. *Source*: wire notes 1.7
 */
class date_time {
public:
    date_time() = default;

    /// In UTC, with milliseconds only where there are some.
    INFERPP_DECL explicit date_time(sys_milliseconds time);

    /// As it stands on the wire; empty when there was none.
    std::string const& text() const noexcept { return value_.text(); }

    /// In UTC; empty when there was none, or in a form that is not known.
    std::optional<sys_milliseconds> const& time() const noexcept { return value_.time(); }

    INFERPP_DECL static result<date_time> from_json(boost::json::value const& value);
    void to_json(json_writer& out) const { out.string(text()); }

private:
    explicit date_time(timestamp value) : value_(std::move(value)) {}

    timestamp value_;
};

/// What the lines of a job's input are.
enum class invocation_type {
    unknown,
    invoke_model, ///< bodies of InvokeModel, as each model wants them; the default
    converse,     ///< bodies of Converse, the same for all models
};
BOOST_DESCRIBE_ENUM(invocation_type, unknown, invoke_model, converse)

constexpr json_rules json_rules_of(invocation_type const*) noexcept
{
    return json_rules{naming::pascal_case};
}

/// The form of a job's input.
enum class input_format { unknown, jsonl };
BOOST_DESCRIBE_ENUM(input_format, unknown, jsonl)

constexpr json_rules json_rules_of(input_format const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// Where a job's input lies in S3.
struct s3_input {
    s3_input() = default;

    /// @param uri "s3://bucket/key.jsonl", or a folder, "s3://bucket/folder/", for all files in it
    explicit s3_input(std::string uri) : s3_uri(std::move(uri)) {}

    std::string s3_uri; ///< at most 1024 characters
    std::optional<word<input_format>> s3_input_format;
    std::optional<std::string> s3_bucket_owner; ///< the account that the bucket must belong to
};
BOOST_DESCRIBE_STRUCT(s3_input, (), (s3_uri, s3_input_format, s3_bucket_owner))

constexpr json_rules json_rules_of(s3_input const*) noexcept
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// Where a job's output goes in S3.
struct s3_output {
    s3_output() = default;

    /// @param uri "s3://bucket/folder/"; the files then lie in a folder there that has the job's id
    explicit s3_output(std::string uri) : s3_uri(std::move(uri)) {}

    std::string s3_uri;                              ///< at most 1024 characters
    std::optional<std::string> s3_encryption_key_id; ///< of KMS: an id, an alias or the ARN of one
    std::optional<std::string> s3_bucket_owner;      ///< the account that the bucket must belong to
};
BOOST_DESCRIBE_STRUCT(s3_output, (), (s3_uri, s3_encryption_key_id, s3_bucket_owner))

constexpr json_rules json_rules_of(s3_output const*) noexcept
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// Where a job's input lies; there may be other places one day.
struct job_input : json_union<job_input, alternative<"s3_input_data_config", s3_input>> {
    using json_union::json_union;
};
constexpr json_rules json_rules_of(job_input const*) noexcept
{
    return json_rules{naming::camel_case};
}

/// Where a job's output goes; there may be other places one day.
struct job_output : json_union<job_output, alternative<"s3_output_data_config", s3_output>> {
    using json_union::json_union;
};
constexpr json_rules json_rules_of(job_output const*) noexcept
{
    return json_rules{naming::camel_case};
}

/// The private network that a job reads and writes its data through.
struct vpc_config {
    vpc_config() = default;

    std::vector<std::string> subnet_ids;         ///< 1 to 16
    std::vector<std::string> security_group_ids; ///< 1 to 5
};
BOOST_DESCRIBE_STRUCT(vpc_config, (), (subnet_ids, security_group_ids))

constexpr json_rules json_rules_of(vpc_config const*) noexcept
{
    return json_rules{naming::camel_case};
}

/// A note on a resource.
struct tag {
    tag() = default;
    tag(std::string k, std::string v) : key(std::move(k)), value(std::move(v)) {}

    std::string key;   ///< 1 to 128 characters: letters, digits, blanks and ._:/=+@-
    std::string value; ///< at most 256 of these
};
BOOST_DESCRIBE_STRUCT(tag, (), (key, value))

/// Refuses tags that the platform does. @param member of the request
INFERPP_DECL result<void> check_tags(std::string_view member, std::vector<tag> const& tags);

/// Refuses parameters of a page that the platform does. @param goes_round as `turn_page` has it
INFERPP_DECL result<void> check_page(std::optional<int> const& max_results,
                                     std::optional<std::string> const& next_token, bool goes_round);

/**
 * @brief Makes a request one for the next page.
 * @param given      the token in the answer; empty: there is none
 * @param goes_round set where that is the token of the page before
 * @return whether there is one
 */
INFERPP_DECL bool turn_page(std::optional<std::string>& next_token, std::string const& given,
                            bool& goes_round);

/// An answer that says nothing but that it is done: an empty body, or an empty object.
struct done {
    done() = default;

    INFERPP_DECL static result<done> decode(http::response&& answer);
};

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/types.ipp>
#endif

#endif
