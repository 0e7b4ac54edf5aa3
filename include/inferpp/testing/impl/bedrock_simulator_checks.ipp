// SPDX-License-Identifier: BSL-1.0
//
// What the simulated Bedrock checks of what it is sent: the patterns of its service model, as they
// stand there. See bedrock_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_BEDROCK_SIMULATOR_CHECKS_IPP
#define INFERPP_TESTING_IMPL_BEDROCK_SIMULATOR_CHECKS_IPP

#include <inferpp/testing/bedrock_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

namespace detail::bedrock_patterns {

// That of the model, [a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9\+\-\.]){0,63}, takes exponential time.
constexpr char const* job_name = R"([a-zA-Z0-9][a-zA-Z0-9+.-]*)";
constexpr char const* role = R"(arn:aws(-[^:]+)?:iam::([0-9]{12})?:role/.+)";
constexpr char const* token = R"([a-zA-Z0-9]{1,256}(-*[a-zA-Z0-9]){0,256})";
constexpr char const* model =
    R"((arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:(([0-9]{12}:custom-model/[a-z0-9-]{1,63}[.]{1}[a-z0-9-:]{1,63}/[a-z0-9]{12}$)|(:foundation-model/([a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.]?[a-z0-9-]{1,63})([:][a-z0-9-]{1,63}){0,2})|(([0-9a-zA-Z][_-]?)+)$)|([0-9]{12}:(inference-profile|application-inference-profile)/[a-zA-Z0-9-:.]+$)))|([a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.]?[a-z0-9-]{1,63})([:][a-z0-9-]{1,63}){0,2})|(([0-9a-zA-Z][_-]?)+))";
constexpr char const* s3_uri =
    R"(s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](?:/[-!_*'().a-z0-9A-Z]+(?:/[-!_*'().a-z0-9A-Z]+)*)?/?)";
constexpr char const* kms_key =
    R"((arn:aws(-[^:]+)?:kms:[a-zA-Z0-9-]*:[0-9]{12}:((key/[a-zA-Z0-9-]{36})|(alias/[a-zA-Z0-9-_/]+)))|([a-zA-Z0-9-]{36})|(alias/[a-zA-Z0-9-_/]+))";
constexpr char const* vpc_item = R"([-0-9a-zA-Z]+)";
constexpr char const* identifier =
    R"(((arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:model-invocation-job/)?[a-z0-9]{12}))";

} // namespace detail::bedrock_patterns

// A union with its one alternative, which lies in S3.
INFERPP_DECL void bedrock_simulator::platform::check_location(object const& from,
                                                              std::string_view name,
                                                              std::string_view alternative) const
{
    namespace patterns = detail::bedrock_patterns;
    std::string const member{name};
    value const* const found = from.if_contains(name);
    if (found == nullptr || !found->is_object())
        invalid("Value at '" + member + "' failed to satisfy constraint: Member must not be null");
    auto const& choice = found->get_object();
    value const* const s3 = choice.if_contains(alternative);
    if (choice.size() != 1 || s3 == nullptr || !s3->is_object())
        invalid("Value at '" + member + "' must have exactly one of: " + std::string{alternative});
    auto const& location = s3->get_object();
    text(location, "s3Uri", true, 1, 1024, patterns::s3_uri);
    text(location, "s3BucketOwner", false, 0, 12, patterns::account);
    text(location, "s3EncryptionKeyId", false, 1, 2048, patterns::kms_key);
    std::string const format = text(location, "s3InputFormat", false, 0, 64);
    if (!format.empty() && format != "JSONL")
        invalid("Value at '" + member + ".s3InputFormat' must be one of: [JSONL]");
}

INFERPP_DECL void bedrock_simulator::platform::check_strings(object const& from,
                                                             std::string_view name,
                                                             std::size_t least,
                                                             std::size_t most) const
{
    value const* const found = from.if_contains(name);
    std::string const member{name};
    if (found == nullptr || !found->is_array() || found->get_array().size() < least ||
        found->get_array().size() > most)
        invalid("Value at '" + member +
                "' failed to satisfy constraint: Member must have length "
                "between " +
                std::to_string(least) + " and " + std::to_string(most));
    for (value const& item : found->get_array()) {
        object one;
        one["member"] = item;
        text(one, "member", true, 0, 32, detail::bedrock_patterns::vpc_item);
    }
}

INFERPP_DECL void bedrock_simulator::platform::check_create(object const& body) const
{
    namespace patterns = detail::bedrock_patterns;
    text(body, "jobName", true, 1, 63, patterns::job_name);
    text(body, "roleArn", true, 0, 2048, patterns::role);
    text(body, "clientRequestToken", false, 1, 256, patterns::token);
    text(body, "modelId", true, 1, 2048, patterns::model);
    check_location(body, "inputDataConfig", "s3InputDataConfig");
    check_location(body, "outputDataConfig", "s3OutputDataConfig");
    check_tags(body, false);
    if (value const* const network = body.if_contains("vpcConfig")) {
        if (!network->is_object())
            invalid("Value at 'vpcConfig' is no structure");
        check_strings(network->get_object(), "subnetIds", 1, 16);
        check_strings(network->get_object(), "securityGroupIds", 1, 5);
    }
    if (value const* const hours = body.if_contains("timeoutDurationInHours")) {
        if (!hours->is_int64() || hours->get_int64() < 24 || hours->get_int64() > 168)
            invalid("Value at 'timeoutDurationInHours' failed to satisfy constraint: Member must "
                    "have value between 24 and 168");
    }
    std::string const type = text(body, "modelInvocationType", false, 0, 64);
    if (!type.empty() && type != "InvokeModel" && type != "Converse")
        invalid("Value at 'modelInvocationType' must be one of: [InvokeModel, Converse]");
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/bedrock_simulator_jobs.ipp>
#endif

#endif
