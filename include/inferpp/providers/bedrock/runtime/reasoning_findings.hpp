// SPDX-License-Identifier: BSL-1.0
//
// What automated reasoning, a policy of guardrails, says about a text. *Source*: the shapes of the
// runtime

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_REASONING_FINDINGS_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_REASONING_FINDINGS_HPP

#include <inferpp/providers/bedrock/runtime/shape.hpp>

#include <optional>
#include <string>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// A statement in logic, and in words.
struct reasoning_statement : shape {
    reasoning_statement() = default;

    std::string logic;            ///< at most 1000 characters
    std::string natural_language; ///< at most 1000 characters
};
BOOST_DESCRIBE_STRUCT(reasoning_statement, (), (logic, natural_language))

/// What a text says, in logic.
struct reasoning_translation : shape {
    reasoning_translation() = default;

    std::vector<reasoning_statement> premises;
    std::vector<reasoning_statement> claims;
    std::vector<text_piece> untranslated_premises;
    std::vector<text_piece> untranslated_claims;
    double confidence = 0; ///< 0 to 1
};
BOOST_DESCRIBE_STRUCT(reasoning_translation, (),
                      (premises, claims, untranslated_premises, untranslated_claims, confidence))

/// A case in which statements hold.
struct reasoning_scenario : shape {
    reasoning_scenario() = default;

    std::vector<reasoning_statement> statements;
};
BOOST_DESCRIBE_STRUCT(reasoning_scenario, (), (statements))

/// A rule of a policy.
struct reasoning_rule : shape {
    reasoning_rule() = default;

    std::string identifier;
    std::string policy_version_arn;
};
BOOST_DESCRIBE_STRUCT(reasoning_rule, (), (identifier, policy_version_arn))

/// What is odd about a translation.
enum class logic_warning_type { unknown, always_false, always_true };
BOOST_DESCRIBE_ENUM(logic_warning_type, unknown, always_false, always_true)

constexpr json_rules json_rules_of(logic_warning_type const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// What is odd about a translation.
struct logic_warning : shape {
    logic_warning() = default;

    word<logic_warning_type> type;
    std::vector<reasoning_statement> premises;
    std::vector<reasoning_statement> claims;
};
BOOST_DESCRIBE_STRUCT(logic_warning, (), (type, premises, claims))

/// The claims follow from the rules.
struct valid_finding : shape {
    valid_finding() = default;

    std::optional<reasoning_translation> translation;
    std::optional<reasoning_scenario> claims_true_scenario;
    std::vector<reasoning_rule> supporting_rules;
    std::optional<runtime::logic_warning> logic_warning;
};
BOOST_DESCRIBE_STRUCT(valid_finding, (),
                      (translation, claims_true_scenario, supporting_rules, logic_warning))

/// The claims contradict the rules.
struct invalid_finding : shape {
    invalid_finding() = default;

    std::optional<reasoning_translation> translation;
    std::vector<reasoning_rule> contradicting_rules;
    std::optional<runtime::logic_warning> logic_warning;
};
BOOST_DESCRIBE_STRUCT(invalid_finding, (), (translation, contradicting_rules, logic_warning))

/// The claims may be true, and may be false.
struct satisfiable_finding : shape {
    satisfiable_finding() = default;

    std::optional<reasoning_translation> translation;
    std::optional<reasoning_scenario> claims_true_scenario;
    std::optional<reasoning_scenario> claims_false_scenario;
    std::optional<runtime::logic_warning> logic_warning;
};
BOOST_DESCRIBE_STRUCT(satisfiable_finding, (),
                      (translation, claims_true_scenario, claims_false_scenario, logic_warning))

/// The premises contradict each other, or the rules.
struct impossible_finding : shape {
    impossible_finding() = default;

    std::optional<reasoning_translation> translation;
    std::vector<reasoning_rule> contradicting_rules;
    std::optional<runtime::logic_warning> logic_warning;
};
BOOST_DESCRIBE_STRUCT(impossible_finding, (), (translation, contradicting_rules, logic_warning))

/// One of the ways in which a text may be meant.
struct translation_option : shape {
    translation_option() = default;

    std::vector<reasoning_translation> translations;
};
BOOST_DESCRIBE_STRUCT(translation_option, (), (translations))

/// The text may be meant in several ways.
struct ambiguous_finding : shape {
    ambiguous_finding() = default;

    std::vector<translation_option> options;
    std::vector<reasoning_scenario> difference_scenarios;
};
BOOST_DESCRIBE_STRUCT(ambiguous_finding, (), (options, difference_scenarios))

/// The text is more than can be checked.
struct too_complex_finding : shape {
    too_complex_finding() = default;
};
BOOST_DESCRIBE_STRUCT(too_complex_finding, (), ())

/// Nothing in the text can be checked.
struct no_translations_finding : shape {
    no_translations_finding() = default;
};
BOOST_DESCRIBE_STRUCT(no_translations_finding, (), ())

/// What comes of checking a text against the rules of a policy.
struct reasoning_finding : shape,
                           json_union<reasoning_finding, alternative<"valid", valid_finding>,
                                      alternative<"invalid", invalid_finding>,
                                      alternative<"satisfiable", satisfiable_finding>,
                                      alternative<"impossible", impossible_finding>,
                                      alternative<"translation_ambiguous", ambiguous_finding>,
                                      alternative<"too_complex", too_complex_finding>,
                                      alternative<"no_translations", no_translations_finding>> {
    using json_union::json_union;
};

/// What automated reasoning says.
struct reasoning_assessment : shape {
    reasoning_assessment() = default;

    std::vector<reasoning_finding> findings;
};
BOOST_DESCRIBE_STRUCT(reasoning_assessment, (), (findings))

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#endif
