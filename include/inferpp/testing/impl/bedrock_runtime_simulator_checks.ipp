// SPDX-License-Identifier: BSL-1.0
//
// What the simulated runtime checks of conversations, by the shapes of its service model. See
// bedrock_runtime_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_BEDROCK_RUNTIME_SIMULATOR_CHECKS_IPP
#define INFERPP_TESTING_IMPL_BEDROCK_RUNTIME_SIMULATOR_CHECKS_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/testing/bedrock_runtime_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL boost::json::object const* bedrock_runtime_simulator::platform::find_object(
    object const& from, std::string_view name, bool required)
{
    value const* const found = from.if_contains(name);
    if (found == nullptr || found->is_null()) {
        if (required)
            invalid("Value at '" + std::string{name} + "' must not be null");
        return nullptr;
    }
    if (!found->is_object())
        throw aws_refusal{400, "SerializationException",
                          std::string{name} + " can not be converted to a structure"};
    return &found->get_object();
}

INFERPP_DECL boost::json::array const* bedrock_runtime_simulator::platform::find_array(
    object const& from, std::string_view name, std::size_t least, std::size_t most, bool required)
{
    value const* const found = from.if_contains(name);
    if (found == nullptr || found->is_null()) {
        if (required)
            invalid("Value at '" + std::string{name} + "' must not be null");
        return nullptr;
    }
    if (!found->is_array())
        throw aws_refusal{400, "SerializationException",
                          std::string{name} + " can not be converted to a list"};
    auto const& list = found->get_array();
    if (list.size() < least || list.size() > most)
        invalid("Value at '" + std::string{name} + "' must have length between " +
                std::to_string(least) + " and " + std::to_string(most));
    return &list;
}

INFERPP_DECL void bedrock_runtime_simulator::platform::check_word(
    object const& from, std::string_view name, bool required,
    std::initializer_list<std::string_view> words) const
{
    std::string const got = text(from, name, required, 0, 64);
    if (from.contains(name) && std::find(words.begin(), words.end(), got) == words.end())
        invalid("Value '" + got + "' at '" + std::string{name} +
                "' failed to satisfy constraint: Member must satisfy enum value set");
}

INFERPP_DECL void bedrock_runtime_simulator::platform::check_number(object const& from,
                                                                    std::string_view name,
                                                                    double low, double high)
{
    value const* const found = from.if_contains(name);
    if (found == nullptr || found->is_null())
        return;
    if (!found->is_number())
        throw aws_refusal{400, "SerializationException",
                          std::string{name} + " can not be converted to a number"};
    double const got = found->to_number<double>();
    if (!(got >= low && got <= high))
        invalid("Value at '" + std::string{name} + "' is out of its range");
}

INFERPP_DECL boost::json::object::value_type const& bedrock_runtime_simulator::platform::member_of(
    value const& from)
{
    if (!from.is_object() || from.get_object().size() != 1)
        throw aws_refusal{400, "SerializationException", "Unions must have exactly one member set"};
    return *from.get_object().begin();
}

INFERPP_DECL void bedrock_runtime_simulator::platform::check_invocation(
    simulated_request const& request) const
{
    namespace patterns = detail::bedrock_runtime_patterns;
    if (request.body.size() > 25'000'000)
        throw aws_refusal{413, "RequestEntityTooLargeException", "The body is too large."};
    object told;
    for (std::string_view const name :
         {"X-Amzn-Bedrock-Trace", "X-Amzn-Bedrock-GuardrailIdentifier",
          "X-Amzn-Bedrock-GuardrailVersion", "X-Amzn-Bedrock-PerformanceConfig-Latency",
          "X-Amzn-Bedrock-Service-Tier", "X-Amzn-Bedrock-Request-Metadata"})
        if (auto const given = request.headers.find(name))
            told[name] = *given;
    check_word(told, "X-Amzn-Bedrock-Trace", false, {"ENABLED", "DISABLED", "ENABLED_FULL"});
    text(told, "X-Amzn-Bedrock-GuardrailIdentifier", false, 0, 2048, patterns::guardrail);
    text(told, "X-Amzn-Bedrock-GuardrailVersion", false, 0, 8, patterns::guardrail_version);
    check_word(told, "X-Amzn-Bedrock-PerformanceConfig-Latency", false, {"standard", "optimized"});
    check_word(told, "X-Amzn-Bedrock-Service-Tier", false,
               {"priority", "default", "flex", "reserved"});
    text(told, "X-Amzn-Bedrock-Request-Metadata", false, 0, 8500);
}

// An image, a video, a sound or a document: a format, and a source with one member.
INFERPP_DECL void bedrock_runtime_simulator::platform::check_media(
    object const& block, std::initializer_list<std::string_view> formats) const
{
    check_word(block, "format", false, formats);
    find_object(block, "source", true);
    auto const& source = member_of(block.at("source"));
    if (source.key() == "bytes") {
        std::string const content = text(block.at("source").get_object(), "bytes", true, 1,
                                         (std::numeric_limits<std::size_t>::max)());
        if (!decode_base64(content))
            throw aws_refusal{400, "SerializationException", "bytes are no base64"};
    } else if (source.key() == "s3Location") {
        if (!source.value().is_object())
            invalid("Value at 's3Location' must be a structure");
        auto const& place = source.value().get_object();
        text(place, "uri", true, 1, 1024, detail::bedrock_runtime_patterns::s3_uri);
        text(place, "bucketOwner", false, 12, 12, detail::bedrock_patterns::account);
    } else if (source.key() != "text" && source.key() != "content") {
        throw aws_refusal{400, "SerializationException", "a source of that kind is not known"};
    }
}

INFERPP_DECL void bedrock_runtime_simulator::platform::check_block(value const& block) const
{
    namespace patterns = detail::bedrock_runtime_patterns;
    auto const& member = member_of(block);
    std::string_view const kind{member.key().data(), member.key().size()};
    auto const& whole = block.get_object();
    if (kind == "text") {
        text(whole, "text", true, 0, (std::numeric_limits<std::size_t>::max)());
        return;
    }
    object const& inner = *find_object(whole, kind, true);
    if (kind == "image") {
        text(inner, "format", true, 1, 64);
        check_media(inner, {"png", "jpeg", "gif", "webp"});
    } else if (kind == "document") {
        text(inner, "name", true, 1, 200);
        check_media(inner, {"pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"});
    } else if (kind == "video") {
        text(inner, "format", true, 1, 64);
        check_media(inner, {"mkv", "mov", "mp4", "webm", "flv", "mpeg", "mpg", "wmv", "three_gp"});
    } else if (kind == "audio") {
        text(inner, "format", true, 1, 64);
        check_media(inner, {"mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "mka",
                            "x-aac", "m4a", "mpeg", "mpga", "pcm", "webm"});
    } else if (kind == "toolUse") {
        text(inner, "toolUseId", true, 1, 64, patterns::tool_use_id);
        text(inner, "name", true, 1, 64, patterns::tool_name);
        if (!inner.contains("input"))
            invalid("Value at 'input' must not be null");
    } else if (kind == "toolResult") {
        text(inner, "toolUseId", true, 1, 64, patterns::tool_use_id);
        for (value const& each : *find_array(inner, "content", 0, 1'000, true))
            member_of(each);
        check_word(inner, "status", false, {"success", "error"});
    } else if (kind == "reasoningContent") {
        member_of(inner);
    } else if (kind == "cachePoint") {
        check_word(inner, "type", true, {"default"});
    } else if (kind != "guardContent" && kind != "citationsContent" && kind != "searchResult" &&
               kind != "toolAddition" && kind != "toolRemoval") {
        throw aws_refusal{400, "SerializationException",
                          "content of that kind is not known: " + std::string{kind}};
    }
}

INFERPP_DECL void bedrock_runtime_simulator::platform::check_messages(object const& body) const
{
    if (auto const* const messages = find_array(body, "messages", 0, 100'000))
        for (value const& each : *messages) {
            if (!each.is_object())
                throw aws_refusal{400, "SerializationException", "a message is a structure"};
            check_word(each.get_object(), "role", true, {"user", "assistant", "system"});
            for (value const& block : *find_array(each.get_object(), "content", 0, 100'000, true))
                check_block(block);
        }
    if (auto const* const system = find_array(body, "system", 0, 100'000))
        for (value const& each : *system) {
            auto const& member = member_of(each);
            if (member.key() == "text")
                text(each.get_object(), "text", true, 1, (std::numeric_limits<std::size_t>::max)());
        }
}

INFERPP_DECL void bedrock_runtime_simulator::platform::check_tools(object const& config) const
{
    namespace patterns = detail::bedrock_runtime_patterns;
    for (value const& each : *find_array(config, "tools", 1, 100'000, true)) {
        auto const& member = member_of(each);
        if (member.key() == "toolSpec") {
            object const& tool = *find_object(each.get_object(), "toolSpec", true);
            text(tool, "name", true, 1, 64, patterns::tool_name);
            text(tool, "description", false, 1, 1UL << 20);
            find_object(tool, "inputSchema", true);
            if (member_of(tool.at("inputSchema")).key() != "json")
                invalid("Value at 'inputSchema' must be json");
        } else if (member.key() == "systemTool") {
            text(*find_object(each.get_object(), "systemTool", true), "name", true, 1, 64,
                 patterns::tool_name);
        }
    }
    if (value const* const choice = config.if_contains("toolChoice"))
        if (auto const& member = member_of(*choice);
            member.key() != "auto" && member.key() != "any" && member.key() != "tool")
            invalid("Value at 'toolChoice' must be auto, any or tool");
}

INFERPP_DECL void bedrock_runtime_simulator::platform::check_conversation(object const& body) const
{
    namespace patterns = detail::bedrock_runtime_patterns;
    check_messages(body);
    if (object const* const inference = find_object(body, "inferenceConfig")) {
        check_number(*inference, "maxTokens", 1, 1e9);
        check_number(*inference, "temperature", 0, 1);
        check_number(*inference, "topP", 0, 1);
        find_array(*inference, "stopSequences", 0, 2500);
    }
    if (object const* const tools = find_object(body, "toolConfig"))
        check_tools(*tools);
    if (object const* const guardrail = find_object(body, "guardrailConfig")) {
        text(*guardrail, "guardrailIdentifier", false, 0, 2048, patterns::guardrail);
        text(*guardrail, "guardrailVersion", false, 0, 8, patterns::guardrail_version);
        check_word(*guardrail, "trace", false, {"enabled", "disabled", "enabled_full"});
        check_word(*guardrail, "streamProcessingMode", false, {"sync", "async"});
    }
    find_array(body, "additionalModelResponseFieldPaths", 0, 10);
    if (object const* const metadata = find_object(body, "requestMetadata")) {
        if (metadata->empty() || metadata->size() > 16)
            invalid("Value at 'requestMetadata' must have length between 1 and 16");
        for (auto const& each : *metadata) {
            std::string const name{each.key().data(), each.key().size()};
            if (name.empty() || !matches(name, patterns::metadata))
                invalid("Names in 'requestMetadata' must satisfy a regular expression");
            text(*metadata, name, true, 0, 256, patterns::metadata);
        }
    }
    if (object const* const performance = find_object(body, "performanceConfig"))
        check_word(*performance, "latency", false, {"standard", "optimized"});
    if (object const* const tier = find_object(body, "serviceTier"))
        check_word(*tier, "type", true, {"priority", "default", "flex", "reserved"});
    find_object(body, "outputConfig");
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/bedrock_runtime_simulator_streams.ipp>
#endif

#endif
