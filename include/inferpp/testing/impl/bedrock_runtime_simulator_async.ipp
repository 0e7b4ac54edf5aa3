// SPDX-License-Identifier: BSL-1.0
//
// The asynchronous invocations of the simulated runtime. See bedrock_runtime_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_BEDROCK_RUNTIME_SIMULATOR_ASYNC_IPP
#define INFERPP_TESTING_IMPL_BEDROCK_RUNTIME_SIMULATOR_ASYNC_IPP

#include <inferpp/codec/digest.hpp>
#include <inferpp/codec/http_date.hpp>
#include <inferpp/testing/bedrock_runtime_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL std::string bedrock_runtime_simulator::platform::arn(invocation const& which) const
{
    return "arn:aws:bedrock:" + options.region + ':' + options.account_id + ":async-invoke/" +
           which.id;
}

INFERPP_DECL std::string bedrock_runtime_simulator::platform::word_of(invocation const& which) const
{
    bool const known = which.outcome.ends == "Completed" || which.outcome.ends == "Failed";
    return known && now < which.created + options.running ? "InProgress" : which.outcome.ends;
}

INFERPP_DECL bedrock_runtime_simulator::platform::object bedrock_runtime_simulator::platform::
    describe(invocation const& which) const
{
    std::string const word = word_of(which);
    bool const ended = word == "Completed" || word == "Failed";
    auto const last = which.created_at + (ended ? options.running : std::chrono::milliseconds{0});
    object told;
    told["invocationArn"] = arn(which);
    std::string const model = text(which.request, "modelId", true, 1, 256);
    told["modelArn"] = model.starts_with("arn:")
                           ? model
                           : "arn:aws:bedrock:" + options.region + "::foundation-model/" + model;
    for (std::string_view const name : {"clientRequestToken", "outputDataConfig"})
        if (value const* const found = which.request.if_contains(name))
            told[name] = *found;
    told["status"] = word;
    if (word == "Failed")
        told["failureMessage"] = which.outcome.message;
    told["submitTime"] = format_iso8601(which.created_at);
    told["lastModifiedTime"] = format_iso8601(last);
    if (ended)
        told["endTime"] = format_iso8601(last);
    return told;
}

INFERPP_DECL http::response bedrock_runtime_simulator::platform::start_async(
    simulated_request const& request)
{
    namespace patterns = detail::bedrock_runtime_patterns;
    object body = body_of(request);
    text(body, "modelId", true, 1, 256, patterns::async_model);
    if (!body.contains("modelInput"))
        invalid("Value at 'modelInput' must not be null");
    find_object(body, "outputDataConfig", true);
    if (member_of(body.at("outputDataConfig")).key() != "s3OutputDataConfig")
        invalid("Value at 'outputDataConfig' must be s3OutputDataConfig");
    object const& place =
        *find_object(body.at("outputDataConfig").get_object(), "s3OutputDataConfig", true);
    text(place, "s3Uri", true, 1, 1024, patterns::s3_uri);
    text(place, "kmsKeyId", false, 1, 2048, patterns::kms_arn);
    text(place, "bucketOwner", false, 12, 12, detail::bedrock_patterns::account);
    check_tags(body, false);
    std::string const token = text(body, "clientRequestToken", false, 1, 256, patterns::token);
    for (auto const& each : invocations)
        if (!token.empty() && text(each->request, "clientRequestToken", false, 1, 256) == token) {
            if (!(each->request == body))
                throw aws_refusal{400, "ConflictException",
                                  "The clientRequestToken was used with other parameters."};
            return json(object{{"invocationArn", arn(*each)}});
        }
    auto made = std::make_unique<invocation>();
    made->id = sha256_hex("async " + std::to_string(invocations.size())).substr(0, 12);
    made->created = now;
    made->created_at = today;
    if (options.async_outcome)
        made->outcome = options.async_outcome(body);
    made->request = std::move(body);
    invocations.push_back(std::move(made));
    return json(object{{"invocationArn", arn(*invocations.back())}});
}

// One that is not known is no valid one: there is no other error in the model.
INFERPP_DECL http::response bedrock_runtime_simulator::platform::get_async(
    std::string const& wanted) const
{
    if (wanted.size() > 2048 || !matches(wanted, detail::bedrock_runtime_patterns::invocation))
        invalid("Value at 'invocationArn' failed to satisfy constraint");
    for (auto const& each : invocations)
        if (arn(*each) == wanted)
            return json(describe(*each));
    invalid("The invocation could not be found.");
}

INFERPP_DECL http::response bedrock_runtime_simulator::platform::list_async(
    simulated_request const& request)
{
    page_request const page = read_page(request, "SubmissionTime");
    std::vector<invocation const*> chosen;
    for (auto const& each : invocations) {
        bool good = true;
        for (auto const& [name, wanted] : request.query) {
            if (name == "statusEquals" && wanted != "InProgress" && wanted != "Completed" &&
                wanted != "Failed")
                invalid("Value at 'statusEquals' is no status.");
            good = good && (name != "statusEquals" || word_of(*each) == wanted) &&
                   fits_time(each->created_at, name, wanted);
        }
        if (good)
            chosen.push_back(each.get());
    }
    if (!page.ascending)
        std::reverse(chosen.begin(), chosen.end());
    object told;
    boost::json::array summaries;
    std::size_t const end = end_page(page, chosen.size(), told);
    for (std::size_t i = page.offset; i < end; ++i)
        summaries.push_back(describe(*chosen[i]));
    told["asyncInvokeSummaries"] = std::move(summaries);
    return json(told);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/bedrock_runtime_simulator_guardrails.ipp>
#endif

#endif
