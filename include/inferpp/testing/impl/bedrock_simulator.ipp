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
#include <inferpp/testing/bedrock_service.hpp>
#include <inferpp/testing/bedrock_simulator.hpp>

#include <boost/json/array.hpp>

#include <algorithm>
#include <map>
#include <optional>
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

struct bedrock_simulator::platform : bedrock_service {
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
        : bedrock_service(with),
          options(std::move(with))
    {
    }

    bedrock_simulator_options options;
    std::vector<std::unique_ptr<job>> jobs; ///< oldest first
    std::vector<bedrock_processed_record> processed;

    // --- here ------------------------------------------------------------------------------------

    INFERPP_DECL http::response serve(simulated_request const& request);
    INFERPP_DECL http::response route(simulated_request const& request);

    // --- _checks: what is sent; they throw an aws_refusal ---------------------------------------

    INFERPP_DECL void check_location(object const& from, std::string_view name,
                                     std::string_view alternative) const;
    INFERPP_DECL void check_create(object const& body) const;
    INFERPP_DECL void check_strings(object const& from, std::string_view name, std::size_t least,
                                    std::size_t most) const;

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

INFERPP_DECL fault bedrock_simulator::error_fault(int status, std::string_view type,
                                                  std::string_view message, bedrock_error_form form)
{
    return bedrock_fault(status, type, message, form);
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
    bedrock_service::stamp(answer);
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
    platform_->accept(std::move(key));
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
