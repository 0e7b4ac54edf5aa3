// SPDX-License-Identifier: BSL-1.0
//
// Written from the wire notes, not from the client's types: the two must agree by the notes alone.

#ifndef INFERPP_TESTING_IMPL_MODZY_SIMULATOR_IPP
#define INFERPP_TESTING_IMPL_MODZY_SIMULATOR_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/http_date.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/codec/json_writer.hpp>
#include <inferpp/testing/modzy_simulator.hpp>

#include <boost/beast/http/status.hpp>
#include <boost/json/value.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing {

inline std::string sha256_hex(std::string_view data)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha256(), nullptr);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

INFERPP_DECL modzy_model_output modzy_digest_model(modzy_model_input const& input)
{
    boost::json::object seen;
    boost::json::object shares;
    std::size_t total = 0;
    for (auto const& [key, item] : input.data)
        total += item.data.size();
    for (auto const& [key, item] : input.data) {
        if (item.data.empty())
            return modzy_model_output::failed("the item '" + key + "' is empty");
        boost::json::object one;
        one["size"] = item.data.size();
        one["sha256"] = sha256_hex(item.data);
        one["mediaType"] = item.media_type;
        seen[key] = std::move(one);
        shares[key] = static_cast<double>(item.data.size()) / static_cast<double>(total);
    }
    boost::json::object data;
    data["result"] = std::move(seen);
    data["explanation"] = nullptr;
    if (input.explain)
        data["explanation"] = std::move(shares);
    data["drift"] = nullptr;
    boost::json::object document;
    document["data"] = std::move(data);
    modzy_model_output output;
    output.outputs["results.json"] = std::move(document);
    return output;
}

struct modzy_simulator::platform {
    using time_point = inferpp::clock::time_point;

    struct job {
        struct input {
            std::string key;
            modzy_model_output outcome;
            time_point done;
        };
        std::string id;
        std::string model;
        std::string version;
        std::string access_key;
        bool explain = false;
        bool open = false; ///< without input: nothing will happen before it is closed
        std::optional<std::chrono::milliseconds> timeout;
        std::vector<input> inputs;
        time_point submitted;
        time_point started;
        time_point ended;
        sys_milliseconds submitted_at;
        std::optional<time_point> cancelled;
        std::size_t bytes = 0;
    };

    /// Where a job stands at a moment.
    struct state {
        std::string_view word;
        std::size_t completed = 0;
        std::size_t failed = 0;
        bool ended = false;
        time_point seen; ///< inputs done by then count
    };

    explicit platform(modzy_simulator_options with) : options(std::move(with)) {}

    modzy_simulator_options options;
    std::map<std::string, job> jobs;
    std::mt19937_64 random{std::random_device{}()};

    static state look(job const& which, time_point now)
    {
        state s;
        s.seen = now;
        if (which.open) {
            s.word = which.cancelled ? "CANCELED" : "OPEN";
            s.ended = which.cancelled.has_value();
            return s;
        }
        s.word = now < which.started ? "SUBMITTED"
                 : now < which.ended ? "IN_PROGRESS"
                                     : "COMPLETED";
        s.ended = now >= which.ended;
        std::optional<time_point> stopped;
        if (which.cancelled && *which.cancelled < which.ended) {
            s.word = "CANCELED";
            stopped = which.cancelled;
        }
        if (which.timeout && which.submitted + *which.timeout < which.ended &&
            which.submitted + *which.timeout <= now &&
            (!stopped || which.submitted + *which.timeout < *stopped)) {
            s.word = "TIMEDOUT";
            stopped = which.submitted + *which.timeout;
        }
        if (stopped) {
            s.seen = *stopped;
            s.ended = true;
        }
        for (auto const& input : which.inputs)
            if (input.done <= s.seen)
                ++(input.outcome.error.empty() ? s.completed : s.failed);
        return s;
    }

    std::string new_id()
    {
        std::array<char, 40> text{};
        auto const bits = [this](int n) {
            return static_cast<unsigned long long>(random() >> (64 - n));
        };
        std::snprintf(text.data(), text.size(), "%08llx-%04llx-4%03llx-a%03llx-%012llx", bits(32),
                      bits(16), bits(12), bits(12), bits(48));
        return text.data();
    }

    static http::response refuse(int status, std::string_view message)
    {
        auto const reason = boost::beast::http::obsolete_reason(
            boost::beast::http::int_to_status(static_cast<unsigned>(status)));
        std::string text;
        json_writer out{text};
        out.begin_object();
        out.key("statusCode");
        out.number(std::int64_t{status});
        out.key("status");
        out.string({reason.data(), reason.size()});
        out.key("message");
        out.string(message);
        out.key("reportErrorUrl");
        out.string("https://example.invalid/report");
        out.end_object();
        return json_answer(status, std::move(text));
    }

    /// The public part of the key that the request carries; nothing when it is not good.
    std::optional<std::string> credentials(simulated_request const& request) const
    {
        auto const header = request.headers.find("Authorization");
        constexpr std::string_view scheme = "ApiKey ";
        if (!header || !header->starts_with(scheme) || header->size() == scheme.size())
            return std::nullopt;
        std::string_view const key = header->substr(scheme.size());
        if (!options.api_key.empty() && key != options.api_key)
            return std::nullopt;
        return std::string{key.substr(0, key.find('.'))};
    }

    job* find(std::string const& id, time_point now)
    {
        auto const found = jobs.find(id);
        if (found == jobs.end() || now < found->second.submitted + options.not_found_for)
            return nullptr;
        return &found->second;
    }

    static std::string_view text_of(boost::json::object const& from, std::string_view name)
    {
        boost::json::value const* const value = from.if_contains(name);
        if (value == nullptr || !value->is_string())
            return {};
        return {value->get_string().data(), value->get_string().size()};
    }

    /// What the model makes of one input.
    modzy_model_output run(job const& which, std::string_view type, std::string const& key,
                           boost::json::value const& source, std::size_t& bytes) const
    {
        if (!source.is_object() || source.get_object().empty())
            return modzy_model_output::failed("the input has no data items");
        modzy_model_input input;
        input.model = which.model;
        input.version = which.version;
        input.input_key = key;
        input.explain = which.explain;
        for (auto const& member : source.get_object()) {
            std::string const data_key{member.key().data(), member.key().size()};
            if (!member.value().is_string())
                return modzy_model_output::failed("the item '" + data_key + "' is no text");
            std::string_view const text{member.value().get_string().data(),
                                        member.value().get_string().size()};
            auto& item = input.data[data_key];
            if (type == "text") {
                item.data = text;
                item.media_type = "text/plain";
            } else {
                auto decoded = parse_data_url(text);
                if (!decoded)
                    return modzy_model_output::failed("the item '" + data_key + "' is no data URL");
                item.data = std::move(decoded->data);
                item.media_type = std::move(decoded->media_type);
            }
            bytes += item.data.size();
            if (item.data.size() > options.max_input_bytes)
                return modzy_model_output::failed(
                    "the item '" + data_key + "' is larger than the model's maximum of " +
                    std::to_string(options.max_input_bytes) + " bytes");
        }
        return options.model(input);
    }

    http::response submit(simulated_request const& request, std::string const& access_key,
                          inferpp::clock const& time)
    {
        auto const parsed = parse_json(request.body);
        if (!parsed || !parsed->is_object())
            return refuse(400, "The body is no JSON object");
        boost::json::object const& body = parsed->get_object();
        boost::json::value const* const model = body.if_contains("model");
        if (model == nullptr || !model->is_object() ||
            text_of(model->get_object(), "identifier").empty() ||
            text_of(model->get_object(), "version").empty())
            return refuse(400, "model.identifier and model.version are required");

        job fresh;
        fresh.id = new_id();
        fresh.model = text_of(model->get_object(), "identifier");
        fresh.version = text_of(model->get_object(), "version");
        fresh.access_key = access_key;
        if (auto const* const explain = body.if_contains("explain"))
            fresh.explain =
                (explain->is_bool() && explain->get_bool()) || text_of(body, "explain") == "true";
        if (auto const* const timeout = body.if_contains("timeout");
            timeout != nullptr && timeout->is_int64())
            fresh.timeout = std::chrono::milliseconds{timeout->get_int64()};
        fresh.submitted = time.now();
        fresh.started = fresh.submitted + options.queue_time;
        fresh.ended = fresh.started;
        fresh.submitted_at = time.calendar();

        boost::json::value const* const input = body.if_contains("input");
        if (input == nullptr) {
            fresh.open = true;
        } else {
            if (!input->is_object())
                return refuse(400, "input must be an object");
            std::string_view const type = text_of(input->get_object(), "type");
            if (type != "text" && type != "embedded")
                return refuse(400, "input.type must be text or embedded in this simulator");
            boost::json::value const* const sources = input->get_object().if_contains("sources");
            if (sources == nullptr || !sources->is_object() || sources->get_object().empty())
                return refuse(400, "input.sources must have at least one input");
            std::size_t index = 0;
            for (auto const& source : sources->get_object()) {
                job::input one;
                one.key = {source.key().data(), source.key().size()};
                one.outcome = run(fresh, type, one.key, source.value(), fresh.bytes);
                one.done =
                    fresh.started + options.input_time *
                                        (1 + index++ / (std::max<std::size_t>)(1, options.engines));
                fresh.ended = (std::max)(fresh.ended, one.done);
                fresh.inputs.push_back(std::move(one));
            }
        }
        job const& kept = jobs[fresh.id] = std::move(fresh);
        return json_answer(202, receipt(kept));
    }

    static void write_model(json_writer& out, job const& which)
    {
        out.key("model");
        out.begin_object();
        out.key("identifier");
        out.string(which.model);
        out.key("version");
        out.string(which.version);
        out.key("name");
        out.string("Simulated model");
        out.end_object();
    }

    static void write_user(json_writer& out, job const& which)
    {
        out.key("user");
        out.begin_object();
        for (auto const& [name, value] :
             {std::pair{"identifier", "user-1"}, std::pair{"externalIdentifier", "ext-1"},
              std::pair{"firstName", "Ada"}, std::pair{"lastName", "Example"},
              std::pair{"email", "ada@example.invalid"}, std::pair{"status", "ACTIVE"},
              std::pair{"title", "Engineer"}}) {
            out.key(name);
            out.string(value);
        }
        out.key("accessKeys");
        out.begin_array();
        out.begin_object();
        out.key("prefix");
        out.string(which.access_key);
        out.key("isDefault");
        out.boolean(true);
        out.end_object();
        out.end_array();
        out.end_object();
    }

    static void write_common(json_writer& out, job const& which)
    {
        out.key("accountIdentifier");
        out.string("simulated-account");
        out.key("team");
        out.begin_object();
        out.key("identifier");
        out.string("team-1");
        out.end_object();
        out.key("submittedAt");
        out.string(format_iso8601(which.submitted_at));
    }

    std::string receipt(job const& which) const
    {
        std::string text;
        json_writer out{text};
        out.begin_object();
        write_model(out, which);
        if (!options.receipt_without_status) {
            out.key("status");
            out.string(which.open ? "OPEN" : "SUBMITTED");
        }
        out.key("totalInputs");
        out.number(std::uint64_t{which.inputs.size()});
        out.key("jobIdentifier");
        out.string(which.id);
        out.key("accessKey");
        out.string(which.access_key);
        out.key("explain");
        out.boolean(which.explain);
        out.key("jobType");
        out.string("batch");
        write_common(out, which);
        write_user(out, which);
        out.key("jobInputs");
        out.begin_object();
        out.key("identifier");
        out.begin_array();
        for (auto const& input : which.inputs)
            out.string(input.key);
        out.end_array();
        out.end_object();
        out.key("inputByteAmount");
        out.number(std::uint64_t{which.bytes});
        out.key("hoursDeleteInput");
        out.number(std::int64_t{24});
        out.key("imageClassificationModel");
        out.boolean(false);
        out.end_object();
        return text;
    }

    std::string details(job const& which, time_point now) const
    {
        state const s = look(which, now);
        auto const age = [&](time_point at) {
            return std::chrono::floor<std::chrono::milliseconds>(at - which.submitted);
        };
        std::string text;
        json_writer out{text};
        out.begin_object();
        out.key("jobIdentifier");
        out.string(which.id);
        out.key("submittedBy");
        out.string(which.access_key);
        write_common(out, which);
        write_model(out, which);
        out.key("status");
        out.string(s.word);
        out.key("createdAt");
        out.string(format_iso8601(which.submitted_at));
        out.key("updatedAt");
        out.string(format_iso8601(which.submitted_at + age((std::min)(now, s.seen))));
        out.key("total");
        out.number(std::uint64_t{which.inputs.size()});
        out.key("pending");
        out.number(std::uint64_t{which.inputs.size() - s.completed - s.failed});
        out.key("completed");
        out.number(std::uint64_t{s.completed});
        out.key("failed");
        out.number(std::uint64_t{s.failed});
        out.key("elapsedTime");
        out.number(std::int64_t{age((std::min)(now, which.ended)).count()});
        out.key("queueTime");
        out.number(std::int64_t{age((std::min)(now, which.started)).count()});
        write_user(out, which);
        out.key("jobInputs");
        out.begin_array();
        for (auto const& input : which.inputs) {
            out.begin_object();
            out.key("identifier");
            out.string(input.key);
            out.end_object();
        }
        out.end_array();
        out.key("explain");
        out.boolean(which.explain);
        out.key("hoursDeleteInput");
        out.number(std::int64_t{24});
        out.key("imageClassificationModel");
        out.boolean(false);
        if (which.timeout) {
            out.key("timeout");
            out.number(std::int64_t{which.timeout->count()});
        }
        out.key("inputByteAmount");
        out.number(std::uint64_t{which.bytes});
        out.end_object();
        return text;
    }

    /// The members that results and failures of an input have in common.
    void write_timing(json_writer& out, job const& which, job::input const& input) const
    {
        auto const started = (std::max)(which.started, input.done - options.input_time);
        // The offset without a colon, which the platform uses here and nowhere else.
        auto const stamp = [&](time_point at) {
            std::string text =
                format_iso8601(which.submitted_at +
                               std::chrono::floor<std::chrono::milliseconds>(at - which.submitted));
            text.replace(text.size() - 6, 6, "+0000");
            return text;
        };
        out.key("engine");
        out.string("model-batch-" + which.model + "-simulated");
        out.key("inputFetching");
        out.number(std::int64_t{1});
        out.key("outputUploading");
        out.null();
        out.key("modelLatency");
        out.number(static_cast<double>(options.input_time.count()));
        out.key("queueTime");
        out.number(std::int64_t{
            std::chrono::floor<std::chrono::milliseconds>(started - which.submitted).count()});
        for (auto const& [name, at] :
             {std::pair{"startTime", started}, std::pair{"updateTime", input.done},
              std::pair{"endTime", input.done}}) {
            out.key(name);
            out.string(stamp(at));
        }
    }

    http::response results(job const& which, time_point now) const
    {
        if (now < which.started && !which.cancelled)
            return refuse(404, "There are no results of this job yet");
        state const s = look(which, now);
        std::string text;
        json_writer out{text};
        out.begin_object();
        out.key("jobIdentifier");
        out.string(which.id);
        write_common(out, which);
        out.key("total");
        out.number(std::uint64_t{which.inputs.size()});
        out.key("completed");
        out.number(std::uint64_t{s.completed});
        out.key("failed");
        out.number(std::uint64_t{s.failed});
        out.key("finished");
        out.boolean(s.ended && now >= (std::min)(s.seen, which.ended) + options.results_lag);
        out.key("submittedByKey");
        out.string(which.access_key);
        out.key("explained");
        out.boolean(which.explain);
        out.key("initialQueueTime");
        out.number(std::int64_t{options.queue_time.count()});
        out.key("totalQueueTime");
        out.number(std::int64_t{options.queue_time.count()});
        out.key("averageModelLatency");
        out.number(static_cast<double>(options.input_time.count()));
        out.key("inputSize");
        out.number(std::uint64_t{which.bytes});
        // The platform leaves "results" and "failures" out when they are empty.
        if (s.completed > 0)
            write_outcomes(out, "results", which, s, true);
        if (s.failed > 0)
            write_outcomes(out, "failures", which, s, false);
        out.end_object();
        return json_answer(200, std::move(text));
    }

    void write_outcomes(json_writer& out, std::string_view name, job const& which, state const& s,
                        bool good) const
    {
        out.key(name);
        out.begin_object();
        for (auto const& input : which.inputs) {
            if (input.done > s.seen || input.outcome.error.empty() != good)
                continue;
            out.key(input.key);
            out.begin_object();
            out.key("status");
            out.string(good ? "SUCCESSFUL" : "FAILED");
            write_timing(out, which, input);
            if (!good) {
                out.key("error");
                out.string(input.outcome.error);
            } else {
                for (auto const& output : input.outcome.outputs) {
                    out.key({output.key().data(), output.key().size()});
                    out.value(output.value());
                }
                out.key("voting");
                out.begin_object();
                out.key("up");
                out.number(std::int64_t{0});
                out.key("down");
                out.number(std::int64_t{0});
                out.end_object();
            }
            out.end_object();
        }
        out.end_object();
    }
};

INFERPP_DECL modzy_simulator::modzy_simulator(boost::asio::any_io_executor executor,
                                              modzy_simulator_options options)
    : simulator(std::move(executor), options),
      platform_(std::make_unique<platform>(std::move(options)))
{
    start();
}

INFERPP_DECL modzy_simulator::~modzy_simulator()
{
    stop();
}

INFERPP_DECL std::string modzy_simulator::base_url() const
{
    return origin_url() + "/api";
}

INFERPP_DECL std::size_t modzy_simulator::jobs() const noexcept
{
    return platform_->jobs.size();
}

INFERPP_DECL http::response modzy_simulator::answer(simulated_request const& request)
{
    auto const& path = request.path;
    auto const key = platform_->credentials(request);
    if (!key)
        return platform::refuse(401, "The API key is missing or not valid");
    bool const is_job = path.size() == 3 && path[0] == "api" && path[1] == "jobs";
    bool const is_result = path.size() == 3 && path[0] == "api" && path[1] == "results";
    if (request.method == "POST" && path.size() == 2 && path[0] == "api" && path[1] == "jobs")
        return platform_->submit(request, *key, clock());
    if (request.method == "GET" && is_job && path[2] == "features")
        return json_answer(200, R"({"inputChunkMaximumSize":"1M","maximumInputChunks":200,)"
                                R"("maximumInputsPerJob":10000})");
    auto const now = clock().now();
    if (is_job || is_result) {
        platform::job* const found = platform_->find(path[2], now);
        if (found == nullptr)
            return platform::refuse(404, "There is no job " + path[2]);
        if (request.method == "GET")
            return is_job ? json_answer(200, platform_->details(*found, now))
                          : platform_->results(*found, now);
        if (request.method == "DELETE" && is_job) {
            if (!platform::look(*found, now).ended)
                found->cancelled = now;
            return json_answer(202, platform_->details(*found, now));
        }
    }
    return platform::refuse(404, "There is no " + request.method + " " + request.target);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
