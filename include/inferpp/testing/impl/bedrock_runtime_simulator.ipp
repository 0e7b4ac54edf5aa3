// SPDX-License-Identifier: BSL-1.0
//
// Written from the wire notes, not from the client's types: the two must agree by the notes alone.
// This file has the platform's state and its routes. The others, included after it, have the rest:
// _checks (of conversations), _streams, _async and _guardrails. Each includes the next, because a
// header has one.

#ifndef INFERPP_TESTING_IMPL_BEDROCK_RUNTIME_SIMULATOR_IPP
#define INFERPP_TESTING_IMPL_BEDROCK_RUNTIME_SIMULATOR_IPP

#include <inferpp/testing/bedrock_runtime_simulator.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <initializer_list>
#include <limits>

namespace inferpp::inline INFERPP_ABI::testing {

namespace detail::bedrock_runtime_patterns {

inline constexpr char const* model =
    R"((arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:(([0-9]{12}:custom-model/[a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}/[a-z0-9]{12})|(:foundation-model/[a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.:]?[a-z0-9-]{1,63}))|([0-9]{12}:imported-model/[a-z0-9]{12})|([0-9]{12}:provisioned-model/[a-z0-9]{12})|([0-9]{12}:custom-model-deployment/[a-z0-9]{12})|([0-9]{12}:(inference-profile|application-inference-profile)/[a-zA-Z0-9-:.]+)))|([a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.:]?[a-z0-9-]{1,63}))|(([0-9a-zA-Z][_-]?)+)|([a-zA-Z0-9-:.]+)|((arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:prompt/[0-9a-zA-Z]{10}(?::[0-9]{1,5})?))|(arn:aws:sagemaker:[a-z0-9-]+:[0-9]{12}:endpoint/[a-zA-Z0-9-]+)|(arn:aws(-[^:]+)?:bedrock:([0-9a-z-]{1,20}):([0-9]{12}):(default-)?prompt-router/[a-zA-Z0-9-:.]+))";
inline constexpr char const* async_model = R"([a-zA-Z_\.\-/0-9:]+)";
inline constexpr char const* guardrail =
    R"((|([a-z0-9]+)|(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail/[a-z0-9]+)))";
inline constexpr char const* guardrail_version = R"((|([1-9][0-9]{0,7})|(DRAFT)))";
inline constexpr char const* invocation =
    R"(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:async-invoke/[a-z0-9]{12})";
inline constexpr char const* s3_uri = R"(s3://[a-z0-9][\.\-a-z0-9]{1,61}[a-z0-9](/.*)?)";
inline constexpr char const* kms_arn =
    R"(arn:aws(-[^:]+)?:kms:[a-zA-Z0-9-]*:[0-9]{12}:((key/[a-zA-Z0-9-]{36})|(alias/[a-zA-Z0-9-_/]+)))";
inline constexpr char const* tool_name = R"([a-zA-Z0-9_-]+)";
inline constexpr char const* tool_use_id = R"([a-zA-Z0-9_.:-]+)";
inline constexpr char const* metadata = R"([a-zA-Z0-9\s:_@$#=/+,-.]{0,256})";
inline constexpr char const* token = R"([!-~]*)";

} // namespace detail::bedrock_runtime_patterns

struct bedrock_runtime_simulator::platform : bedrock_service {
    struct invocation {
        invocation() = default;

        std::string id;
        object request;
        bedrock_async_outcome outcome;
        time_point created;
        sys_milliseconds created_at;
    };

    /// Sends what was rendered.
    class stream;

    /// The messages of a stream, and how it ends.
    struct rendered {
        rendered() = default;

        std::vector<std::string> events;
        stream_step::kind ends = stream_step::kind::end;
        std::string half; ///< sent before a cut
    };

    explicit platform(bedrock_runtime_simulator_options with)
        : bedrock_service(with),
          options(std::move(with))
    {
    }

    bedrock_runtime_simulator_options options;
    std::vector<std::unique_ptr<invocation>> invocations; ///< oldest first
    std::size_t calls = 0;

    // --- here ------------------------------------------------------------------------------------

    INFERPP_DECL simulated_answer serve(simulated_request const& request);
    INFERPP_DECL simulated_answer route(simulated_request const& request);
    INFERPP_DECL simulated_answer ask(simulated_request const& request, std::string const& model,
                                      std::string_view verb);
    INFERPP_DECL void check_model(std::string const& id) const;
    INFERPP_DECL bedrock_model_reply reply_to(bedrock_model_call const& call) const;
    INFERPP_DECL simulated_answer converse(bedrock_model_call const& call,
                                           bedrock_model_reply const& reply) const;
    INFERPP_DECL simulated_answer invoke(simulated_request const& request,
                                         bedrock_model_call const& call,
                                         bedrock_model_reply const& reply) const;
    INFERPP_DECL static std::int64_t words_in(value const& any);
    INFERPP_DECL static object usage_of(bedrock_model_call const& call,
                                        bedrock_model_reply const& reply);

    // --- _checks: they throw an aws_refusal ------------------------------------------------------

    INFERPP_DECL void check_invocation(simulated_request const& request) const;
    INFERPP_DECL void check_conversation(object const& body) const;
    INFERPP_DECL void check_messages(object const& body) const;
    INFERPP_DECL void check_block(value const& block) const;
    INFERPP_DECL void check_media(object const& block,
                                  std::initializer_list<std::string_view> formats) const;
    INFERPP_DECL void check_tools(object const& config) const;
    /// The object of that name; null if there is none.
    INFERPP_DECL static object const* find_object(object const& from, std::string_view name,
                                                  bool required = false);
    INFERPP_DECL static boost::json::array const* find_array(object const& from,
                                                             std::string_view name,
                                                             std::size_t least, std::size_t most,
                                                             bool required = false);
    INFERPP_DECL void check_word(object const& from, std::string_view name, bool required,
                                 std::initializer_list<std::string_view> words) const;
    INFERPP_DECL static void check_number(object const& from, std::string_view name, double low,
                                          double high);
    /// The one member of a union.
    INFERPP_DECL static boost::json::object::value_type const& member_of(value const& from);

    // --- _streams --------------------------------------------------------------------------------

    INFERPP_DECL simulated_answer start(bedrock_model_reply const& reply,
                                        std::vector<std::string> events) const;
    INFERPP_DECL rendered render(bedrock_model_reply const& reply,
                                 std::vector<std::string> events) const;
    INFERPP_DECL std::string event(std::string_view type, object payload) const;
    INFERPP_DECL std::vector<std::string> converse_events(bedrock_model_call const& call,
                                                          bedrock_model_reply const& reply) const;
    INFERPP_DECL void block_events(std::size_t index, value const& block,
                                   std::vector<std::string>& out) const;
    INFERPP_DECL std::vector<std::string> chunk_events(bedrock_model_call const& call,
                                                       bedrock_model_reply const& reply) const;

    // --- _async ----------------------------------------------------------------------------------

    INFERPP_DECL http::response start_async(simulated_request const& request);
    INFERPP_DECL http::response get_async(std::string const& arn) const;
    INFERPP_DECL http::response list_async(simulated_request const& request);
    INFERPP_DECL std::string arn(invocation const& which) const;
    INFERPP_DECL std::string word_of(invocation const& which) const;
    INFERPP_DECL object describe(invocation const& which) const;

    // --- _guardrails -----------------------------------------------------------------------------

    INFERPP_DECL http::response apply_guardrail(simulated_request const& request) const;
    INFERPP_DECL http::response check_guardrails(simulated_request const& request) const;
    INFERPP_DECL http::response count(simulated_request const& request) const;
    INFERPP_DECL object assess(std::string const& text) const;
};

INFERPP_DECL std::string bedrock_model_call::last_text() const
{
    std::string all;
    auto const* const messages =
        body.is_object() ? body.get_object().if_contains("messages") : nullptr;
    if (messages == nullptr || !messages->is_array() || messages->get_array().empty())
        return all;
    for (auto const& block : messages->get_array().back().at("content").as_array())
        if (auto const* const text = block.as_object().if_contains("text"))
            all.append(text->as_string().data(), text->as_string().size());
    return all;
}

INFERPP_DECL bedrock_model_reply bedrock_model_reply::says(std::string_view text)
{
    bedrock_model_reply made;
    made.content.push_back(boost::json::object{{"text", text}});
    return made;
}

INFERPP_DECL bedrock_model_reply bedrock_model_reply::invoked(boost::json::value body)
{
    bedrock_model_reply made;
    made.body = std::move(body);
    return made;
}

INFERPP_DECL bedrock_model_reply bedrock_model_reply::refuses(int status, std::string type,
                                                              std::string message)
{
    bedrock_model_reply made;
    made.refusal.emplace(status, std::move(type), std::move(message));
    return made;
}

INFERPP_DECL void bedrock_runtime_simulator::platform::check_model(std::string const& id) const
{
    if (id.empty() || id.size() > 2048 || !matches(id, detail::bedrock_runtime_patterns::model))
        invalid("The provided model identifier is invalid.");
}

INFERPP_DECL bedrock_model_reply
bedrock_runtime_simulator::platform::reply_to(bedrock_model_call const& call) const
{
    if (options.model)
        return options.model(call);
    return call.conversation ? bedrock_model_reply::says(call.last_text())
                             : bedrock_model_reply::invoked(call.body);
}

// A word is a token.
INFERPP_DECL std::int64_t bedrock_runtime_simulator::platform::words_in(value const& any)
{
    std::int64_t count = 0;
    if (any.is_string()) {
        bool inside = false;
        for (char const c : any.get_string()) {
            bool const letter = c != ' ' && c != '\n';
            count += letter && !inside;
            inside = letter;
        }
    } else if (any.is_array()) {
        for (value const& each : any.get_array())
            count += words_in(each);
    } else if (any.is_object()) {
        for (auto const& each : any.get_object())
            count += words_in(each.value());
    }
    return count;
}

INFERPP_DECL bedrock_runtime_simulator::platform::object bedrock_runtime_simulator::platform::
    usage_of(bedrock_model_call const& call, bedrock_model_reply const& reply)
{
    std::int64_t const in = reply.input_tokens.value_or(words_in(call.body));
    std::int64_t const out = reply.output_tokens.value_or(
        call.conversation ? words_in(value(reply.content)) : words_in(reply.body));
    return object{{"inputTokens", in}, {"outputTokens", out}, {"totalTokens", in + out}};
}

INFERPP_DECL simulated_answer bedrock_runtime_simulator::platform::converse(
    bedrock_model_call const& call, bedrock_model_reply const& reply) const
{
    if (call.streamed)
        return start(reply, converse_events(call, reply));
    object told;
    told["output"] = object{{"message", object{{"role", "assistant"}, {"content", reply.content}}}};
    told["stopReason"] = reply.stop_reason;
    told["usage"] = usage_of(call, reply);
    told["metrics"] = object{{"latencyMs", 10 + reply.delay.count()}};
    for (std::string_view const echoed : {"performanceConfig", "serviceTier"})
        if (auto const* const given = call.body.get_object().if_contains(echoed))
            told[echoed] = *given;
    return json(told);
}

INFERPP_DECL simulated_answer bedrock_runtime_simulator::platform::invoke(
    simulated_request const& request, bedrock_model_call const& call,
    bedrock_model_reply const& reply) const
{
    simulated_answer answer = call.streamed ? start(reply, chunk_events(call, reply))
                                            : simulated_answer{json(reply.body)};
    for (std::string_view const echoed :
         {"X-Amzn-Bedrock-PerformanceConfig-Latency", "X-Amzn-Bedrock-Service-Tier"})
        if (auto const given = request.headers.find(echoed))
            answer.headers.set(echoed, *given);
    if (call.streamed) {
        answer.headers.set("X-Amzn-Bedrock-Content-Type", "application/json");
        return answer;
    }
    object const usage = usage_of(call, reply);
    answer.headers.set("X-Amzn-Bedrock-Invocation-Latency",
                       std::to_string(10 + reply.delay.count()));
    answer.headers.set("X-Amzn-Bedrock-Input-Token-Count",
                       std::to_string(usage.at("inputTokens").as_int64()));
    answer.headers.set("X-Amzn-Bedrock-Output-Token-Count",
                       std::to_string(usage.at("outputTokens").as_int64()));
    return answer;
}

INFERPP_DECL simulated_answer bedrock_runtime_simulator::platform::ask(
    simulated_request const& request, std::string const& model, std::string_view verb)
{
    check_model(model);
    bedrock_model_call call;
    call.model_id = model;
    call.conversation = verb.starts_with("converse");
    call.streamed = verb.ends_with("stream");
    if (call.conversation) {
        object body = body_of(request);
        check_conversation(body);
        call.body = std::move(body);
    } else {
        check_invocation(request);
        boost::system::error_code code;
        call.body = boost::json::parse(request.body, code);
        if (code)
            invalid("Malformed input request, please reformat your input and try again.");
    }
    bedrock_model_reply reply = reply_to(call);
    if (reply.refusal)
        throw aws_refusal{*reply.refusal};
    // Only conversations tell a guardrail by a member; its verdict takes the model's place.
    if (call.conversation && call.body.get_object().contains("guardrailConfig") &&
        call.last_text().find(options.blocked_word) != std::string::npos) {
        reply = bedrock_model_reply::says("Sorry, the guardrail has blocked this.");
        reply.stop_reason = "guardrail_intervened";
    }
    ++calls;
    simulated_answer answer =
        call.conversation ? converse(call, reply) : invoke(request, call, reply);
    answer.delay = reply.delay;
    return answer;
}

INFERPP_DECL simulated_answer
bedrock_runtime_simulator::platform::route(simulated_request const& request)
{
    authorize(request);
    auto const& path = request.path;
    bool const post = request.method == "POST";
    if (post && path.size() == 3 && path[0] == "model") {
        for (std::string_view const verb :
             {"invoke", "invoke-with-response-stream", "converse", "converse-stream"})
            if (path[2] == verb)
                return ask(request, path[1], verb);
        if (path[2] == "count-tokens")
            return count(request);
        if (path[2] == "invoke-with-bidirectional-stream")
            throw aws_refusal{400, "ValidationException",
                              "The bidirectional stream is supported over HTTP/2 only."};
    }
    if (path.size() == 1 && path[0] == "async-invoke") {
        if (post)
            return start_async(request);
        if (request.method == "GET")
            return list_async(request);
    }
    if (request.method == "GET" && path.size() == 2 && path[0] == "async-invoke")
        return get_async(path[1]);
    if (post && path.size() == 5 && path[0] == "guardrail" && path[2] == "version" &&
        path[4] == "apply")
        return apply_guardrail(request);
    if (post && path.size() == 2 && path[0] == "guardrail-checks" && path[1] == "invoke")
        return check_guardrails(request);
    throw aws_refusal{404, "UnknownOperationException", "There is no such operation."};
}

INFERPP_DECL simulated_answer
bedrock_runtime_simulator::platform::serve(simulated_request const& request)
{
    simulated_answer answer;
    try {
        answer = route(request);
    }
    catch (aws_refusal const& why) {
        answer = refuse(why);
    }
    stamp(answer);
    return answer;
}

INFERPP_DECL bedrock_runtime_simulator::bedrock_runtime_simulator(
    boost::asio::any_io_executor executor, bedrock_runtime_simulator_options options)
    : simulator(std::move(executor), options),
      platform_(std::make_unique<platform>(std::move(options)))
{
    start();
}

INFERPP_DECL bedrock_runtime_simulator::~bedrock_runtime_simulator()
{
    stop();
}

INFERPP_DECL std::string bedrock_runtime_simulator::base_url() const
{
    return origin_url();
}

INFERPP_DECL void bedrock_runtime_simulator::accept(aws_key key)
{
    platform_->accept(std::move(key));
}

INFERPP_DECL std::size_t bedrock_runtime_simulator::calls() const noexcept
{
    return platform_->calls;
}

INFERPP_DECL std::size_t bedrock_runtime_simulator::async_invocations() const noexcept
{
    return platform_->invocations.size();
}

INFERPP_DECL simulated_answer bedrock_runtime_simulator::respond(simulated_request& request)
{
    platform_->now = clock().now();
    platform_->today = clock().calendar();
    return platform_->serve(request);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/bedrock_runtime_simulator_checks.ipp>
#endif

#endif
