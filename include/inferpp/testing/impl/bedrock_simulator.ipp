// SPDX-License-Identifier: BSL-1.0
//
// Written from the wire notes, not from the client's types: the two must agree by the notes alone.
// This file has the platform's state and its routes. The others, included after it, have the rest:
// _checks (of what is sent), _jobs, _lists (listings and tags), and _data (what jobs do in S3).
// Each includes the next, because a header has one.

#ifndef INFERPP_TESTING_IMPL_BEDROCK_SIMULATOR_IPP
#define INFERPP_TESTING_IMPL_BEDROCK_SIMULATOR_IPP

#include <inferpp/codec/digest.hpp>
#include <inferpp/codec/http_date.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/testing/aws_verifier.hpp>
#include <inferpp/testing/bedrock_simulator.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <regex>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing {

namespace detail {

/// A line of a job's input.
struct bedrock_record {
    bedrock_record() = default;

    std::string id;
    boost::json::object line;
    std::size_t file = 0;
};

/// What a job does in S3.
struct bedrock_work {
    bedrock_work() = default;

    std::vector<std::string> files; ///< of the input, below its folder
    std::vector<bedrock_record> records;
    std::vector<std::vector<std::string>> lines; ///< of the output of each file
    std::size_t next = 0;                        ///< record
    std::uint64_t success = 0;
    std::uint64_t error = 0;
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
};

} // namespace detail

struct bedrock_simulator::platform {
    using time_point = inferpp::clock::time_point;
    using object = boost::json::object;
    using value = boost::json::value;
    using record = detail::bedrock_record;
    using work = detail::bedrock_work;

    struct job {
        job() = default;

        std::string id;
        object request; ///< as it was sent
        bedrock_job_outcome outcome;
        time_point created;
        sys_milliseconds created_at;
        std::optional<time_point> stopped;
        std::map<std::string, std::string> tags;
        std::optional<work> data; ///< once the input is read
        bool done = false;        ///< nothing is left to do in S3
    };

    /// Where a job stands at a moment.
    struct state {
        state() = default;

        std::string word;
        bool ended = false;
        time_point since; ///< it came into this state then
        double done = 0;  ///< part of the records
    };

    explicit platform(bedrock_simulator_options with)
        : options(std::move(with)),
          verifier({aws_key{options.access_key, options.secret_key, options.session_token}},
                   options.clock_tolerance)
    {
    }

    bedrock_simulator_options options;
    aws_verifier verifier;
    std::vector<std::unique_ptr<job>> jobs; ///< oldest first
    std::vector<bedrock_processed_record> processed;
    std::size_t requests = 0;
    std::size_t pages = 0;
    mutable std::map<char const*, std::regex> expressions;
    time_point now; ///< when the request arrived
    sys_milliseconds today;

    // --- here ------------------------------------------------------------------------------------

    INFERPP_DECL http::response serve(simulated_request const& request);
    INFERPP_DECL http::response route(simulated_request const& request);
    INFERPP_DECL void authorize(simulated_request const& request) const;
    INFERPP_DECL http::response refuse(aws_refusal const& why) const;
    INFERPP_DECL static http::response json(value const& body);

    // --- _checks: what is sent; they throw an aws_refusal ---------------------------------------

    INFERPP_DECL static object body_of(simulated_request const& request);
    INFERPP_DECL std::string text(object const& from, std::string_view name, bool required,
                                  std::size_t least, std::size_t most,
                                  char const* pattern = nullptr) const;
    INFERPP_DECL void check_location(object const& from, std::string_view name,
                                     std::string_view alternative) const;
    INFERPP_DECL void check_create(object const& body) const;
    INFERPP_DECL void check_strings(object const& from, std::string_view name, std::size_t least,
                                    std::size_t most) const;
    INFERPP_DECL void check_tags(object const& from, bool required) const;
    /// Whether all of the text fits. Making an expression takes longer than using it.
    INFERPP_DECL bool matches(std::string const& text, char const* pattern) const;
    [[noreturn]] INFERPP_DECL static void invalid(std::string message);

    // --- _jobs -----------------------------------------------------------------------------------

    INFERPP_DECL http::response create(simulated_request const& request);
    INFERPP_DECL http::response stop(job& which) const;
    INFERPP_DECL job& find(std::string const& identifier) const;
    INFERPP_DECL std::string arn(job const& which) const;
    INFERPP_DECL state look(job const& which) const;
    INFERPP_DECL object describe(job const& which) const;
    INFERPP_DECL std::string stamp(job const& which, time_point at) const;

    // --- _lists ----------------------------------------------------------------------------------

    INFERPP_DECL http::response list(simulated_request const& request);
    INFERPP_DECL bool fits(job const& which, std::string_view filter,
                           std::string const& wanted) const;
    INFERPP_DECL std::size_t offset_of(std::string const& token) const;
    INFERPP_DECL static std::string token_of(std::size_t offset, std::size_t page);
    INFERPP_DECL http::response tag(simulated_request const& request, std::string_view verb);

    // --- _data: what jobs do in S3 ---------------------------------------------------------------

    INFERPP_DECL void advance();
    INFERPP_DECL void advance(job& which);
    INFERPP_DECL void read_input(job& which);
    INFERPP_DECL void read_file(work& into, s3_object const& file, std::string const& name) const;
    INFERPP_DECL void process(job& which, record const& one);
    INFERPP_DECL bedrock_record_result run_model(job const& which, record const& one) const;
    INFERPP_DECL void write_output(job& which);
    INFERPP_DECL static object location(job const& which, std::string_view config,
                                        std::string_view alternative);
};

// The body and headers of an error.
inline http::response bedrock_error(int status, std::string_view type, std::string_view message,
                                    bedrock_error_form form)
{
    http::response answer;
    answer.status = status;
    answer.headers.set("Content-Type", "application/json");
    boost::json::object body;
    switch (form) {
    case bedrock_error_form::header_and_uri:
        answer.headers.set("x-amzn-ErrorType",
                           std::string{type} +
                               ":http://internal.amazon.com/coral/com.amazon.bedrock/");
        body["message"] = message;
        break;
    case bedrock_error_form::header:
        answer.headers.set("x-amzn-ErrorType", type);
        body["message"] = message;
        break;
    case bedrock_error_form::body_code:
        body["code"] = type;
        body["Message"] = message;
        break;
    case bedrock_error_form::body_type:
        body["__type"] = "com.amazon.bedrock#" + std::string{type};
        body["message"] = message;
        break;
    }
    answer.body = boost::json::serialize(body);
    return answer;
}

INFERPP_DECL fault bedrock_simulator::error_fault(int status, std::string_view type,
                                                  std::string_view message, bedrock_error_form form)
{
    http::response const made = bedrock_error(status, type, message, form);
    fault wrong;
    wrong.status = status;
    wrong.body = made.body;
    wrong.headers = made.headers;
    return wrong;
}

INFERPP_DECL http::response bedrock_simulator::platform::json(value const& body)
{
    return json_answer(200, boost::json::serialize(body));
}

INFERPP_DECL http::response bedrock_simulator::platform::refuse(aws_refusal const& why) const
{
    return bedrock_error(why.status, why.type, why.message, options.error_form);
}

INFERPP_DECL void bedrock_simulator::platform::authorize(simulated_request const& request) const
{
    std::string_view const header = request.headers.find("Authorization").value_or("");
    constexpr std::string_view bearer = "Bearer ";
    if (header.starts_with(bearer)) {
        if (options.bearer_key.empty() || header.substr(bearer.size()) != options.bearer_key)
            throw aws_refusal{403, "AccessDeniedException",
                              "Authentication failed: Please make sure your API Key is valid."};
        return;
    }
    if (auto const wrong = verifier.check(request, "bedrock", options.region, today))
        throw *wrong;
}

INFERPP_DECL http::response bedrock_simulator::platform::route(simulated_request const& request)
{
    authorize(request);
    auto const& path = request.path;
    std::string const& method = request.method;
    if (path.size() == 1 && method == "POST") {
        if (path[0] == "model-invocation-job")
            return create(request);
        if (path[0] == "tagResource" || path[0] == "untagResource" ||
            path[0] == "listTagsForResource")
            return tag(request, path[0]);
    }
    if (path.size() == 1 && method == "GET" && path[0] == "model-invocation-jobs")
        return list(request);
    if (path.size() == 2 && method == "GET" && path[0] == "model-invocation-job")
        return json(describe(find(path[1])));
    if (path.size() == 3 && method == "POST" && path[0] == "model-invocation-job" &&
        path[2] == "stop")
        return stop(find(path[1]));
    throw aws_refusal{404, "UnknownOperationException", "There is no such operation."};
}

INFERPP_DECL http::response bedrock_simulator::platform::serve(simulated_request const& request)
{
    http::response answer;
    try {
        answer = route(request);
    }
    catch (aws_refusal const& why) {
        answer = refuse(why);
    }
    answer.headers.set("x-amzn-RequestId",
                       "00000000-0000-4000-8000-" + std::to_string(100'000'000'000 + ++requests));
    auto const seconds = std::chrono::floor<std::chrono::seconds>(today);
    answer.headers.set("Date", format_http_date(seconds));
    return answer;
}

INFERPP_DECL bedrock_simulator::bedrock_simulator(boost::asio::any_io_executor executor,
                                                  bedrock_simulator_options options)
    : simulator(std::move(executor), options),
      platform_(std::make_shared<platform>(std::move(options)))
{
    if (auto const& storage = platform_->options.storage)
        storage->refresh = [known = std::weak_ptr<platform>{platform_}, time = shared_clock()] {
            if (auto const here = known.lock()) {
                here->now = time->now();
                here->today = time->calendar();
                here->advance();
            }
        };
    start();
}

INFERPP_DECL bedrock_simulator::~bedrock_simulator()
{
    stop();
}

INFERPP_DECL std::string bedrock_simulator::base_url() const
{
    return origin_url();
}

INFERPP_DECL void bedrock_simulator::accept(aws_key key)
{
    platform_->verifier.add(std::move(key));
}

INFERPP_DECL std::size_t bedrock_simulator::jobs() const noexcept
{
    return platform_->jobs.size();
}

INFERPP_DECL std::vector<bedrock_processed_record> const& bedrock_simulator::processed()
    const noexcept
{
    return platform_->processed;
}

INFERPP_DECL std::size_t bedrock_simulator::times_processed(
    std::string_view record_id) const noexcept
{
    auto const& all = platform_->processed;
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](auto const& each) { return each.record_id == record_id; }));
}

INFERPP_DECL http::response bedrock_simulator::answer(simulated_request const& request)
{
    platform_->now = clock().now();
    platform_->today = clock().calendar();
    platform_->advance();
    return platform_->serve(request);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/bedrock_simulator_checks.ipp>
#endif

#endif
