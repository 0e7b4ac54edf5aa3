// SPDX-License-Identifier: BSL-1.0
//
// What guardrails find. *Source*: the shapes of the runtime

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_ASSESSMENTS_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_ASSESSMENTS_HPP

#include <inferpp/providers/bedrock/runtime/reasoning_findings.hpp>
#include <inferpp/providers/bedrock/runtime/shape.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// What a guardrail has done about what it has found.
enum class filter_action { unknown, none, blocked, anonymized };
BOOST_DESCRIBE_ENUM(filter_action, unknown, none, blocked, anonymized)

constexpr json_rules json_rules_of(filter_action const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// How sure a guardrail is, and how strict.
enum class filter_strength { unknown, none, low, medium, high };
BOOST_DESCRIBE_ENUM(filter_strength, unknown, none, low, medium, high)

constexpr json_rules json_rules_of(filter_strength const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// Kinds of data about persons and machines.
enum class pii_type {
    unknown,
    address,
    age,
    aws_access_key,
    aws_secret_key,
    ca_health_number,
    ca_social_insurance_number,
    credit_debit_card_cvv,
    credit_debit_card_expiry,
    credit_debit_card_number,
    driver_id,
    email,
    international_bank_account_number,
    ip_address,
    license_plate,
    mac_address,
    name,
    password,
    phone,
    pin,
    swift_code,
    uk_national_health_service_number,
    uk_national_insurance_number,
    uk_unique_taxpayer_reference_number,
    url,
    username,
    us_bank_account_number,
    us_bank_routing_number,
    us_individual_tax_identification_number,
    us_passport_number,
    us_social_security_number,
    vehicle_identification_number
};
BOOST_DESCRIBE_ENUM(pii_type, unknown, address, age, aws_access_key, aws_secret_key,
                    ca_health_number, ca_social_insurance_number, credit_debit_card_cvv,
                    credit_debit_card_expiry, credit_debit_card_number, driver_id, email,
                    international_bank_account_number, ip_address, license_plate, mac_address, name,
                    password, phone, pin, swift_code, uk_national_health_service_number,
                    uk_national_insurance_number, uk_unique_taxpayer_reference_number, url,
                    username, us_bank_account_number, us_bank_routing_number,
                    us_individual_tax_identification_number, us_passport_number,
                    us_social_security_number, vehicle_identification_number)

constexpr json_rules json_rules_of(pii_type const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// A topic that is not to be spoken of.
struct topic_finding : shape {
    topic_finding() = default;

    std::string name;
    std::string type; ///< "DENY"
    word<filter_action> action;
    std::optional<bool> detected; ///< also where nothing was done about it
};
BOOST_DESCRIBE_STRUCT(topic_finding, (), (name, type, action, detected))

/// Topics that were found.
struct topic_assessment : shape {
    topic_assessment() = default;

    std::vector<topic_finding> topics;
};
BOOST_DESCRIBE_STRUCT(topic_assessment, (), (topics))

/// What a text may not be.
enum class content_filter_type {
    unknown,
    insults,
    hate,
    sexual,
    violence,
    misconduct,
    prompt_attack
};
BOOST_DESCRIBE_ENUM(content_filter_type, unknown, insults, hate, sexual, violence, misconduct,
                    prompt_attack)

constexpr json_rules json_rules_of(content_filter_type const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// Content of a kind that is filtered.
struct content_finding : shape {
    content_finding() = default;

    word<content_filter_type> type;
    word<runtime::filter_strength> confidence;
    std::optional<word<runtime::filter_strength>> filter_strength;
    word<filter_action> action;
    std::optional<bool> detected; ///< also where nothing was done about it
};
BOOST_DESCRIBE_STRUCT(content_finding, (), (type, confidence, filter_strength, action, detected))

/// Content that was found.
struct content_assessment : shape {
    content_assessment() = default;

    std::vector<content_finding> filters;
};
BOOST_DESCRIBE_STRUCT(content_assessment, (), (filters))

/// A word of a list.
struct word_finding : shape {
    word_finding() = default;

    std::string match;
    std::optional<std::string> type; ///< of the platform's list: "PROFANITY"
    word<filter_action> action;
    std::optional<bool> detected; ///< also where nothing was done about it
};
BOOST_DESCRIBE_STRUCT(word_finding, (), (match, type, action, detected))

/// Words that were found.
struct word_assessment : shape {
    word_assessment() = default;

    std::vector<word_finding> custom_words;
    std::vector<word_finding> managed_word_lists;
};
BOOST_DESCRIBE_STRUCT(word_assessment, (), (custom_words, managed_word_lists))

/// Something about a person or a machine.
struct pii_finding : shape {
    pii_finding() = default;

    std::string match;
    word<pii_type> type;
    word<filter_action> action;
    std::optional<bool> detected; ///< also where nothing was done about it
};
BOOST_DESCRIBE_STRUCT(pii_finding, (), (match, type, action, detected))

/// What fits an expression of the guardrail's.
struct regex_finding : shape {
    regex_finding() = default;

    std::string name;
    std::string match;
    std::string regex;
    word<filter_action> action;
    std::optional<bool> detected; ///< also where nothing was done about it
};
BOOST_DESCRIBE_STRUCT(regex_finding, (), (name, match, regex, action, detected))

/// Sensitive information that was found.
struct sensitive_information_assessment : shape {
    sensitive_information_assessment() = default;

    std::vector<pii_finding> pii_entities;
    std::vector<regex_finding> regexes;
};
BOOST_DESCRIBE_STRUCT(sensitive_information_assessment, (), (pii_entities, regexes))

/// What an answer is measured by.
enum class grounding_type { unknown, grounding, relevance };
BOOST_DESCRIBE_ENUM(grounding_type, unknown, grounding, relevance)

constexpr json_rules json_rules_of(grounding_type const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// How well an answer is founded on its sources.
struct grounding_finding : shape {
    grounding_finding() = default;

    word<grounding_type> type;
    double threshold = 0; ///< 0 to 1
    double score = 0;     ///< 0 to 1
    word<filter_action> action;
    std::optional<bool> detected; ///< also where nothing was done about it
};
BOOST_DESCRIBE_STRUCT(grounding_finding, (), (type, threshold, score, action, detected))

/// How well an answer is founded.
struct grounding_assessment : shape {
    grounding_assessment() = default;

    std::vector<grounding_finding> filters;
};
BOOST_DESCRIBE_STRUCT(grounding_assessment, (), (filters))

/// What is billed, in units of each policy.
struct guardrail_usage : shape {
    guardrail_usage() = default;

    std::int64_t topic_policy_units = 0;
    std::int64_t content_policy_units = 0;
    std::int64_t word_policy_units = 0;
    std::int64_t sensitive_information_policy_units = 0;
    std::int64_t sensitive_information_policy_free_units = 0;
    std::int64_t contextual_grounding_policy_units = 0;
    std::int64_t content_policy_image_units = 0;
    std::int64_t automated_reasoning_policy_units = 0;
    std::int64_t automated_reasoning_policies = 0;
};
BOOST_DESCRIBE_STRUCT(guardrail_usage, (),
                      (topic_policy_units, content_policy_units, word_policy_units,
                       sensitive_information_policy_units, sensitive_information_policy_free_units,
                       contextual_grounding_policy_units, content_policy_image_units,
                       automated_reasoning_policy_units, automated_reasoning_policies))

/// How much was looked at.
struct coverage : shape {
    coverage() = default;

    std::int64_t guarded = 0;
    std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(coverage, (), (guarded, total))

/// How much was looked at.
struct guardrail_coverage : shape {
    guardrail_coverage() = default;

    std::optional<coverage> text_characters;
    std::optional<coverage> images;
};
BOOST_DESCRIBE_STRUCT(guardrail_coverage, (), (text_characters, images))

/// What a guardrail has taken.
struct guardrail_metrics : shape {
    guardrail_metrics() = default;

    std::optional<std::chrono::milliseconds> guardrail_processing_latency;
    std::optional<guardrail_usage> usage;
    std::optional<runtime::guardrail_coverage> guardrail_coverage;
};
BOOST_DESCRIBE_STRUCT(guardrail_metrics, (),
                      (guardrail_processing_latency, usage, guardrail_coverage))

/// Who wants a guardrail.
enum class guardrail_origin { unknown, request, account_enforced, organization_enforced };
BOOST_DESCRIBE_ENUM(guardrail_origin, unknown, request, account_enforced, organization_enforced)

constexpr json_rules json_rules_of(guardrail_origin const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// Whose a guardrail is.
enum class guardrail_ownership { unknown, self, cross_account };
BOOST_DESCRIBE_ENUM(guardrail_ownership, unknown, self, cross_account)

constexpr json_rules json_rules_of(guardrail_ownership const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// Which guardrail it was.
struct applied_guardrail : shape {
    applied_guardrail() = default;

    std::string guardrail_id;
    std::string guardrail_version;
    std::string guardrail_arn;
    std::vector<word<runtime::guardrail_origin>> guardrail_origin;
    std::optional<word<runtime::guardrail_ownership>> guardrail_ownership;
};
BOOST_DESCRIBE_STRUCT(applied_guardrail, (),
                      (guardrail_id, guardrail_version, guardrail_arn, guardrail_origin,
                       guardrail_ownership))

/// What a guardrail has found; a policy that it does not have is empty.
struct guardrail_assessment : shape {
    guardrail_assessment() = default;

    std::optional<topic_assessment> topic_policy;
    std::optional<content_assessment> content_policy;
    std::optional<word_assessment> word_policy;
    std::optional<sensitive_information_assessment> sensitive_information_policy;
    std::optional<grounding_assessment> contextual_grounding_policy;
    std::optional<reasoning_assessment> automated_reasoning_policy;
    std::optional<guardrail_metrics> invocation_metrics;
    std::optional<applied_guardrail> applied_guardrail_details;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(guardrail_assessment, (),
                      (topic_policy, content_policy, word_policy, sensitive_information_policy,
                       contextual_grounding_policy, automated_reasoning_policy, invocation_metrics,
                       applied_guardrail_details, more))

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
