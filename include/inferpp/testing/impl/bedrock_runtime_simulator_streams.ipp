// SPDX-License-Identifier: BSL-1.0
//
// The event streams of the simulated runtime. See bedrock_runtime_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_BEDROCK_RUNTIME_SIMULATOR_STREAMS_IPP
#define INFERPP_TESTING_IMPL_BEDROCK_RUNTIME_SIMULATOR_STREAMS_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/crc32.hpp>
#include <inferpp/testing/bedrock_runtime_simulator.hpp>

#include <array>

namespace inferpp::inline INFERPP_ABI::testing {

// A message of the framing, by its table; it shares nothing with the codec but the checksum.
// *Source*: wire notes 3
inline void append_number(std::string& out, std::uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>((number >> shift) & 0xff);
}

inline std::uint32_t checksum_of(std::string_view data)
{
    crc32 sum;
    sum.add(data);
    return sum.value();
}

inline std::string framed_message(
    std::initializer_list<std::pair<std::string_view, std::string_view>> headers,
    std::string_view payload)
{
    std::string block;
    for (auto const& [name, text] : headers) {
        block += static_cast<char>(name.size());
        block += name;
        block += static_cast<char>(7); // a string
        block += static_cast<char>(text.size() >> 8);
        block += static_cast<char>(text.size() & 0xff);
        block += text;
    }
    std::string out;
    append_number(out, static_cast<std::uint32_t>(16 + block.size() + payload.size()));
    append_number(out, static_cast<std::uint32_t>(block.size()));
    append_number(out, checksum_of(out));
    out += block;
    out += payload;
    append_number(out, checksum_of(out));
    return out;
}

/// Sends the events one after the other, whole or in pieces.
class bedrock_runtime_simulator::platform::stream final : public answer_stream {
public:
    stream(rendered what, std::size_t piece_size, std::chrono::milliseconds pause)
        : what_(std::move(what)),
          piece_size_(piece_size),
          pause_(pause)
    {
    }

    stream_step next() override
    {
        stream_step step;
        if (index_ == what_.events.size()) {
            step.what = what_.ends;
            step.data = what_.half;
            return step;
        }
        std::string_view const event = what_.events[index_];
        if (at_ == 0)
            step.wait = pause_;
        step.data = event.substr(at_, piece_size_ != 0 ? piece_size_ : event.size());
        at_ += step.data.size();
        if (at_ == event.size()) {
            at_ = 0;
            ++index_;
        }
        return step;
    }

private:
    rendered what_;
    std::size_t piece_size_;
    std::chrono::milliseconds pause_;
    std::size_t index_ = 0;
    std::size_t at_ = 0;
};

INFERPP_DECL std::string bedrock_runtime_simulator::platform::event(std::string_view type,
                                                                    object payload) const
{
    // As many letters as the payload's size happens to say, as the platform's seem to be.
    constexpr std::string_view letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    if (options.padding) {
        std::size_t const size = boost::json::serialize(payload).size();
        payload["p"] = letters.substr(0, 1 + size * 7 % letters.size());
    }
    return framed_message(
        {{":event-type", type}, {":content-type", "application/json"}, {":message-type", "event"}},
        boost::json::serialize(payload));
}

// Pieces of a text: words with the blanks before them.
inline std::vector<std::string> pieces_of(std::string_view text)
{
    std::vector<std::string> pieces;
    while (!text.empty()) {
        auto const blank = text.find(' ', 1);
        pieces.emplace_back(text.substr(0, blank));
        text.remove_prefix(pieces.back().size());
    }
    return pieces;
}

INFERPP_DECL void bedrock_runtime_simulator::platform::block_events(
    std::size_t index, value const& block, std::vector<std::string>& out) const
{
    auto const delta = [&](object what) {
        out.push_back(event("contentBlockDelta",
                            object{{"contentBlockIndex", index}, {"delta", std::move(what)}}));
    };
    auto const start = [&](std::string_view kind, object what) {
        out.push_back(
            event("contentBlockStart", object{{"contentBlockIndex", index},
                                              {"start", object{{kind, std::move(what)}}}}));
    };
    auto const& member = member_of(block);
    if (member.key() == "text") {
        for (std::string const& piece : pieces_of(member.value().as_string()))
            delta(object{{"text", piece}});
    } else if (member.key() == "toolUse") {
        object begin = member.value().as_object();
        std::string const input = boost::json::serialize(begin.at("input"));
        begin.erase("input");
        start("toolUse", std::move(begin));
        constexpr std::size_t fragment = 8;
        for (std::size_t at = 0; at < input.size(); at += fragment)
            delta(object{{"toolUse", object{{"input", input.substr(at, fragment)}}}});
    } else if (member.key() == "reasoningContent") {
        auto const& thought = member_of(member.value());
        if (thought.key() == "reasoningText") {
            for (std::string const& piece : pieces_of(thought.value().at("text").as_string()))
                delta(object{{"reasoningContent", object{{"text", piece}}}});
            if (auto const* const mark = thought.value().as_object().if_contains("signature"))
                delta(object{{"reasoningContent", object{{"signature", *mark}}}});
        } else {
            delta(object{{"reasoningContent", object{{thought.key(), thought.value()}}}});
        }
    } else {
        delta(object{{member.key(), member.value()}}); // a kind of a later version
    }
    out.push_back(event("contentBlockStop", object{{"contentBlockIndex", index}}));
}

INFERPP_DECL std::vector<std::string> bedrock_runtime_simulator::platform::converse_events(
    bedrock_model_call const& call, bedrock_model_reply const& reply) const
{
    std::vector<std::string> events;
    events.push_back(event("messageStart", object{{"role", "assistant"}}));
    for (std::size_t i = 0; i < reply.content.size(); ++i)
        block_events(i, reply.content[i], events);
    events.push_back(event("messageStop", object{{"stopReason", reply.stop_reason}}));
    events.push_back(event("metadata", object{{"usage", usage_of(call, reply)},
                                              {"metrics", object{{"latencyMs", 10}}}}));
    return events;
}

INFERPP_DECL std::vector<std::string> bedrock_runtime_simulator::platform::chunk_events(
    bedrock_model_call const& call, bedrock_model_reply const& reply) const
{
    std::vector<value> chunks = reply.chunks;
    if (chunks.empty())
        chunks.push_back(reply.body);
    object const usage = usage_of(call, reply);
    // The model's last words come with what it has cost, if they can hold it.
    if (chunks.back().is_object())
        chunks.back().get_object()["amazon-bedrock-invocationMetrics"] =
            object{{"inputTokenCount", usage.at("inputTokens")},
                   {"outputTokenCount", usage.at("outputTokens")},
                   {"invocationLatency", 10},
                   {"firstByteLatency", 5}};
    std::vector<std::string> events;
    for (value const& each : chunks) {
        std::string content;
        append_base64(boost::json::serialize(each), content);
        events.push_back(event("chunk", object{{"bytes", content}}));
    }
    return events;
}

INFERPP_DECL bedrock_runtime_simulator::platform::rendered bedrock_runtime_simulator::platform::
    render(bedrock_model_reply const& reply, std::vector<std::string> events) const
{
    using kind = bedrock_stream_fault::kind;
    bedrock_stream_fault const& fault = reply.fault;
    rendered made;
    made.events = std::move(events);
    std::size_t const at = (std::min)(fault.after, made.events.size());
    std::string const next = at < made.events.size() ? made.events[at] : std::string{};
    auto const here = made.events.begin() + static_cast<std::ptrdiff_t>(at);
    if (fault.what == kind::unknown) {
        made.events.insert(here, event("laterEvent", object{{"later", true}}));
        return made;
    }
    if (fault.what == kind::none)
        return made;
    made.events.erase(here, made.events.end());
    switch (fault.what) {
    case kind::exception:
        made.events.push_back(
            framed_message({{":exception-type", fault.type},
                            {":content-type", "application/json"},
                            {":message-type", "exception"}},
                           boost::json::serialize(object{{"message", fault.message}})));
        break;
    case kind::error:
        made.events.push_back(framed_message({{":error-code", fault.type},
                                              {":error-message", fault.message},
                                              {":message-type", "error"}},
                                             {}));
        break;
    case kind::damage:
        made.events.push_back(next);
        if (!next.empty())
            made.events.back()[next.size() / 2] ^= 1;
        break;
    case kind::cut:
        made.ends = stream_step::kind::cut;
        made.half = next.substr(0, next.size() / 2);
        break;
    case kind::stall: made.ends = stream_step::kind::stall; break;
    case kind::end:
    case kind::none:
    case kind::unknown: break;
    }
    return made;
}

INFERPP_DECL simulated_answer bedrock_runtime_simulator::platform::start(
    bedrock_model_reply const& reply, std::vector<std::string> events) const
{
    simulated_answer answer;
    answer.status = 200;
    answer.headers.set("Content-Type", "application/vnd.amazon.eventstream");
    answer.stream =
        std::make_unique<stream>(render(reply, std::move(events)), options.piece_size, reply.pause);
    return answer;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/bedrock_runtime_simulator_async.ipp>
#endif

#endif
