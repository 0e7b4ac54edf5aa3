// SPDX-License-Identifier: BSL-1.0
//
// Single checks of guardrails, without a guardrail.

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_GUARDRAIL_CHECKS_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_GUARDRAIL_CHECKS_HPP

#include <inferpp/client/operation.hpp>
#include <inferpp/providers/bedrock/runtime/assessments.hpp>
#include <inferpp/providers/bedrock/runtime/content.hpp>
#include <inferpp/providers/bedrock/runtime/provider.hpp>
#include <inferpp/providers/bedrock/runtime/shape.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// A message that is checked.
struct checked_message : shape {
    checked_message() = default;
    checked_message(word<runtime::role> from, std::string text) : role(std::move(from))
    {
        content.emplace_back(std::move(text));
    }

    word<runtime::role> role;
    std::vector<text_item> content; ///< at least one
};
BOOST_DESCRIBE_STRUCT(checked_message, (), (role, content))

/// Kinds of content that are looked for.
enum class harm { unknown, violence, hate, sexual, misconduct, insults };
BOOST_DESCRIBE_ENUM(harm, unknown, violence, hate, sexual, misconduct, insults)

constexpr json_rules json_rules_of(harm const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// Kinds of attacks that are looked for.
enum class prompt_attack { unknown, jailbreak, prompt_injection, prompt_leakage };
BOOST_DESCRIBE_ENUM(prompt_attack, unknown, jailbreak, prompt_injection, prompt_leakage)

constexpr json_rules json_rules_of(prompt_attack const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// One kind that is looked for.
template <class Kind>
struct check_category : shape {
    check_category() = default;
    check_category(word<Kind> which) : category(std::move(which)) {}

    word<Kind> category;

    BOOST_DESCRIBE_CLASS(check_category, (), (category), (), ())
};

/// The kinds that are looked for.
template <class Kind>
struct category_check : shape {
    category_check() = default;

    std::vector<check_category<Kind>> categories; ///< at least one, each once

    BOOST_DESCRIBE_CLASS(category_check, (), (categories), (), ())
};

/// Sensitive information that is looked for.
struct checked_entity : shape {
    checked_entity() = default;
    checked_entity(word<pii_type> which) : type(std::move(which)) {}

    word<pii_type> type;
};
BOOST_DESCRIBE_STRUCT(checked_entity, (), (type))

/// Sensitive information that is looked for.
struct sensitive_information_check : shape {
    sensitive_information_check() = default;

    std::vector<checked_entity> entities; ///< 1 to 31
};
BOOST_DESCRIBE_STRUCT(sensitive_information_check, (), (entities))

/// What is looked for: at least one of these.
struct guardrail_checks : shape {
    guardrail_checks() = default;

    std::optional<category_check<harm>> content_filter;
    std::optional<category_check<runtime::prompt_attack>> prompt_attack;
    std::optional<sensitive_information_check> sensitive_information;
};
BOOST_DESCRIBE_STRUCT(guardrail_checks, (), (content_filter, prompt_attack, sensitive_information))

/// How bad it is.
template <class Kind>
struct category_score : shape {
    category_score() = default;

    word<Kind> category;
    double severity_score = 0; ///< 0 to 1

    BOOST_DESCRIBE_CLASS(category_score, (), (category, severity_score), (), ())
};

/// How bad it is, by kind.
template <class Kind>
struct category_scores : shape {
    category_scores() = default;

    std::vector<category_score<Kind>> results;

    BOOST_DESCRIBE_CLASS(category_scores, (), (results), (), ())
};

/// Where something sensitive stands.
struct found_entity : shape {
    found_entity() = default;

    word<pii_type> type;
    double confidence_score = 0; ///< 0 to 1
    std::int64_t begin_offset = 0;
    std::int64_t end_offset = 0;
    std::int64_t message_index = 0;
    std::int64_t content_index = 0;
};
BOOST_DESCRIBE_STRUCT(found_entity, (),
                      (type, confidence_score, begin_offset, end_offset, message_index,
                       content_index))

/// The sensitive information that was found.
struct found_entities : shape {
    found_entities() = default;

    std::vector<found_entity> results;
    bool truncated = false; ///< there is more
};
BOOST_DESCRIBE_STRUCT(found_entities, (), (results, truncated))

/// What the checks have found; of one that was not asked for nothing.
struct check_results : shape {
    check_results() = default;

    std::optional<category_scores<harm>> content_filter;
    std::optional<category_scores<runtime::prompt_attack>> prompt_attack;
    std::optional<found_entities> sensitive_information;
};
BOOST_DESCRIBE_STRUCT(check_results, (), (content_filter, prompt_attack, sensitive_information))

/// What a check is billed for.
struct check_units : shape {
    check_units() = default;

    std::int64_t text_units = 0;
};
BOOST_DESCRIBE_STRUCT(check_units, (), (text_units))

/// What the checks are billed for.
struct check_usage : shape {
    check_usage() = default;

    std::optional<check_units> content_filter;
    std::optional<check_units> prompt_attack;
    std::optional<check_units> sensitive_information;
};
BOOST_DESCRIBE_STRUCT(check_usage, (), (content_filter, prompt_attack, sensitive_information))

/// The answer to an `invoke_guardrail_checks`.
struct check_answer : shape {
    check_answer() = default;

    check_results results;
    check_usage usage;
};
BOOST_DESCRIBE_STRUCT(check_answer, (), (results, usage))

constexpr json_rules json_rules_of(check_answer const*) noexcept
{
    return json_rules{naming::camel_case}.required("results");
}

/// POST /guardrail-checks/invoke: single checks of messages. It is billed, so a call that may have
/// arrived is not repeated. *Source*: wire notes 2.4
struct invoke_guardrail_checks : shape {
    using provider = runtime::provider;
    using response = check_answer;
    static constexpr operation_info info{.name = "invoke_guardrail_checks",
                                         .method = "POST",
                                         .route = "guardrail-checks/invoke",
                                         .repeat = idempotency::unsafe};

    invoke_guardrail_checks(std::vector<checked_message> what, guardrail_checks which)
        : messages(std::move(what)),
          checks(std::move(which))
    {
    }

    std::vector<checked_message> messages; ///< at least one
    guardrail_checks checks;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(invoke_guardrail_checks, (), (messages, checks))

static_assert(!fragile_temporary<invoke_guardrail_checks>);

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/runtime/impl/guardrail_checks.ipp>
#endif

#endif
