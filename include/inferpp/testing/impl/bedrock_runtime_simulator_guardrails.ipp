// SPDX-License-Identifier: BSL-1.0
//
// The guardrails and counts of the simulated runtime. See bedrock_runtime_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_BEDROCK_RUNTIME_SIMULATOR_GUARDRAILS_IPP
#define INFERPP_TESTING_IMPL_BEDROCK_RUNTIME_SIMULATOR_GUARDRAILS_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/testing/bedrock_runtime_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL bedrock_runtime_simulator::platform::object bedrock_runtime_simulator::platform::
    assess(std::string const& content) const
{
    boost::json::array words;
    if (content.find(options.blocked_word) != std::string::npos)
        words.push_back(
            object{{"match", options.blocked_word}, {"action", "BLOCKED"}, {"detected", true}});
    object found;
    if (!words.empty())
        found["wordPolicy"] =
            object{{"customWords", std::move(words)}, {"managedWordLists", boost::json::array{}}};
    return found;
}

INFERPP_DECL http::response bedrock_runtime_simulator::platform::apply_guardrail(
    simulated_request const& request) const
{
    namespace patterns = detail::bedrock_runtime_patterns;
    object named;
    named["guardrailIdentifier"] = request.path[1];
    named["guardrailVersion"] = request.path[3];
    text(named, "guardrailIdentifier", true, 0, 2048, patterns::guardrail);
    text(named, "guardrailVersion", true, 0, 8, patterns::guardrail_version);
    object const body = body_of(request);
    check_word(body, "source", true, {"INPUT", "OUTPUT"});
    check_word(body, "outputScope", false, {"INTERVENTIONS", "FULL"});
    std::string all;
    for (value const& each : *find_array(body, "content", 0, 1'000, true)) {
        auto const& member = member_of(each);
        if (member.key() == "image") {
            check_media(*find_object(each.get_object(), "image", true), {"png", "jpeg"});
        } else if (member.key() == "text") {
            all += text(*find_object(each.get_object(), "text", true), "text", true, 0, 1UL << 20) +
                   '\n';
        } else {
            throw aws_refusal{400, "SerializationException", "content of an unknown kind"};
        }
    }
    object assessment = assess(all);
    bool const intervenes = !assessment.empty();
    object told;
    object usage;
    for (std::string_view const unit :
         {"topicPolicyUnits", "contentPolicyUnits", "sensitiveInformationPolicyUnits",
          "sensitiveInformationPolicyFreeUnits", "contextualGroundingPolicyUnits"})
        usage[unit] = 0;
    usage["wordPolicyUnits"] = 1;
    told["usage"] = std::move(usage);
    told["action"] = intervenes ? "GUARDRAIL_INTERVENED" : "NONE";
    boost::json::array outputs;
    if (intervenes)
        outputs.push_back(object{{"text", "Sorry, the guardrail has blocked this."}});
    told["outputs"] = std::move(outputs);
    told["assessments"] = boost::json::array{std::move(assessment)};
    told["guardrailCoverage"] =
        object{{"textCharacters", object{{"guarded", all.size()}, {"total", all.size()}}}};
    return json(told);
}

INFERPP_DECL http::response bedrock_runtime_simulator::platform::check_guardrails(
    simulated_request const& request) const
{
    object const body = body_of(request);
    std::string all;
    for (value const& each : *find_array(body, "messages", 1, 100'000, true)) {
        if (!each.is_object())
            throw aws_refusal{400, "SerializationException", "a message is a structure"};
        check_word(each.get_object(), "role", true, {"user", "assistant", "system"});
        for (value const& block : *find_array(each.get_object(), "content", 1, 1'000, true)) {
            if (member_of(block).key() != "text")
                throw aws_refusal{400, "SerializationException", "content of an unknown kind"};
            all += text(block.get_object(), "text", true, 1, 1UL << 20) + '\n';
        }
    }
    double const score = all.find(options.blocked_word) != std::string::npos ? 1.0 : 0.0;
    object const& checks = *find_object(body, "checks", true);
    object results;
    object usage;
    for (std::string_view const check : {"contentFilter", "promptAttack"})
        if (object const* const wanted = find_object(checks, check)) {
            boost::json::array scores;
            for (value const& each : *find_array(*wanted, "categories", 1, 5, true))
                scores.push_back(
                    object{{"category", each.at("category")}, {"severityScore", score}});
            results[check] = object{{"results", std::move(scores)}};
            usage[check] = object{{"textUnits", 1}};
        }
    if (object const* const wanted = find_object(checks, "sensitiveInformation")) {
        boost::json::array found;
        auto const at = all.find(options.blocked_word);
        for (value const& each : *find_array(*wanted, "entities", 1, 31, true))
            if (at != std::string::npos)
                found.push_back(object{{"type", each.at("type")},
                                       {"confidenceScore", score},
                                       {"beginOffset", at},
                                       {"endOffset", at + options.blocked_word.size()},
                                       {"messageIndex", 0},
                                       {"contentIndex", 0}});
        results["sensitiveInformation"] =
            object{{"results", std::move(found)}, {"truncated", false}};
        usage["sensitiveInformation"] = object{{"textUnits", 1}};
    }
    if (results.empty())
        invalid("At least one check must be set");
    return json(object{{"results", std::move(results)}, {"usage", std::move(usage)}});
}

INFERPP_DECL http::response bedrock_runtime_simulator::platform::count(
    simulated_request const& request) const
{
    object named;
    named["modelId"] = request.path[1];
    text(named, "modelId", true, 1, 256, detail::bedrock_runtime_patterns::async_model);
    object const body = body_of(request);
    find_object(body, "input", true);
    auto const& input = member_of(body.at("input"));
    std::int64_t tokens = 0;
    if (input.key() == "converse") {
        object const& talk = *find_object(body.at("input").get_object(), "converse", true);
        check_messages(talk);
        tokens = words_in(value(talk));
    } else if (input.key() == "invokeModel") {
        object const& call = *find_object(body.at("input").get_object(), "invokeModel", true);
        auto const content = decode_base64(text(call, "body", true, 0, 40'000'000));
        if (!content)
            throw aws_refusal{400, "SerializationException", "body is no base64"};
        boost::system::error_code code;
        value const parsed = boost::json::parse(*content, code);
        tokens = code ? words_in(value(*content)) : words_in(parsed);
    } else {
        throw aws_refusal{400, "SerializationException", "input of an unknown kind"};
    }
    return json(object{{"inputTokens", tokens}});
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
