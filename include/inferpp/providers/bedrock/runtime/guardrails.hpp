// SPDX-License-Identifier: BSL-1.0
//
// Guardrails without a model: what they say of a text or an image.

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_GUARDRAILS_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_GUARDRAILS_HPP

#include <inferpp/client/operation.hpp>
#include <inferpp/providers/bedrock/runtime/assessments.hpp>
#include <inferpp/providers/bedrock/runtime/guarded_content.hpp>
#include <inferpp/providers/bedrock/runtime/provider.hpp>
#include <inferpp/providers/bedrock/runtime/shape.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// Who has written a content: the user, or a model.
enum class guardrail_source { unknown, input, output };
BOOST_DESCRIBE_ENUM(guardrail_source, unknown, input, output)

constexpr json_rules json_rules_of(guardrail_source const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// What the assessments tell: where something was done, or all of it.
enum class output_scope { unknown, interventions, full };
BOOST_DESCRIBE_ENUM(output_scope, unknown, interventions, full)

constexpr json_rules json_rules_of(output_scope const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// Whether a guardrail has done something.
enum class guardrail_action { unknown, none, guardrail_intervened };
BOOST_DESCRIBE_ENUM(guardrail_action, unknown, none, guardrail_intervened)

constexpr json_rules json_rules_of(guardrail_action const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// What a guardrail says of a content.
struct guardrail_verdict : shape {
    guardrail_verdict() = default;

    word<guardrail_action> action;
    std::string action_reason;
    std::vector<text_piece> outputs; ///< the content as the guardrail would have it
    std::vector<guardrail_assessment> assessments;
    guardrail_usage usage;
    std::optional<runtime::guardrail_coverage> guardrail_coverage;
    unknown_members more;

    // The code that reads the many types of an assessment is compiled once.
    INFERPP_DECL static result<guardrail_verdict> decode(http::response&& answer);
};
BOOST_DESCRIBE_STRUCT(guardrail_verdict, (),
                      (action, action_reason, outputs, assessments, usage, guardrail_coverage,
                       more))

constexpr json_rules json_rules_of(guardrail_verdict const*) noexcept
{
    return json_rules{naming::camel_case}.required("action");
}

/**
 * @brief POST /guardrail/{id}/version/{version}/apply: what a guardrail says of a content.
 *
 * @code
 * runtime::apply_guardrail request{"gr1abc", "1", runtime::guardrail_source::input};
 * request.content.push_back(runtime::guarded_text{"How do I rob a bank?"});
 * auto verdict = co_await client.send(request);
 * if (verdict.action == runtime::guardrail_action::guardrail_intervened) ...
 * @endcode
 *
 * It is billed, so a call that may have arrived is not repeated. *Source*: wire notes 2.4.
 */
struct apply_guardrail : shape {
    using provider = runtime::provider;
    using response = guardrail_verdict;
    static constexpr operation_info info{
        .name = "apply_guardrail",
        .method = "POST",
        .route = "guardrail/{guardrail_identifier}/version/{guardrail_version}/apply",
        .repeat = idempotency::unsafe};

    /**
     * @param identifier lower-case letters and digits, or the guardrail's ARN
     * @param version    "DRAFT", or a number
     * @param from       who has written the content
     */
    apply_guardrail(std::string identifier, std::string version, word<guardrail_source> from)
        : guardrail_identifier(std::move(identifier)),
          guardrail_version(std::move(version)),
          source(std::move(from))
    {
    }

    std::string guardrail_identifier;
    std::string guardrail_version;
    word<guardrail_source> source;
    std::vector<guard_content> content; ///< at least one
    std::optional<word<runtime::output_scope>> output_scope;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(apply_guardrail, (),
                      (guardrail_identifier, guardrail_version, source, content, output_scope))

static_assert(!fragile_temporary<apply_guardrail>);

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/runtime/impl/guardrails.ipp>
#endif

#endif
