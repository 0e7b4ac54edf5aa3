// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_BATCH_STATE_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_BATCH_STATE_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/core/as_result.hpp>
#include <inferpp/providers/bedrock/batch_state.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

// What the token of a batch holds beside its run.
struct batch_context {
    batch_context() = default;

    std::string folder;
    std::uint64_t parts = 0;
    std::uint64_t records = 0;
    std::string owner;
};
BOOST_DESCRIBE_STRUCT(batch_context, (), (folder, parts, records, owner))

INFERPP_DECL batch_request::batch_request(job_ref const& batch) : run_id(batch.id)
{
    if (auto read = decode_json<batch_context>(batch.context)) {
        folder = std::move(read->folder);
        owner = std::move(read->owner);
        parts = read->parts;
        records = read->records;
    }
}

INFERPP_DECL std::string batch_request::context() const
{
    batch_context context;
    context.folder = folder;
    context.owner = owner;
    context.parts = parts;
    context.records = records;
    std::string text;
    encode_json(context, text).value();
    return text;
}

INFERPP_DECL result<void> batch_request::validate() const
{
    if (!is_run_id(run_id) || parts == 0 || !s3_uri::parse(folder))
        return detail::refuse(
            "too little is known of the batch; attach to it with the resume token "
            "of its job, or submit it again with its run_id");
    return {};
}

INFERPP_DECL s3::client storage_of(client const& with)
{
    options shared = with.platform().made_from();
    static_cast<client_options&>(shared) = with.options();
    shared.credentials = with.platform().credentials();
    return s3::client{with.get_executor(), std::move(shared)};
}

INFERPP_DECL batch_store store_of(client const& with, batch_request const& op)
{
    return batch_store{storage_of(with), s3_uri{op.folder}, op.run_id, op.owner};
}

INFERPP_DECL boost::asio::awaitable<batch_state> find_jobs(client with, batch_request about,
                                                           call_options call)
{
    batch_state state;
    state.records = about.records;
    state.jobs.resize(about.parts);
    std::map<std::string, std::size_t, std::less<>> places;
    for (std::size_t i = 0; i < about.parts; ++i)
        places.emplace(name_of_part(about.run_id, i), i);
    list_model_invocation_jobs listing;
    listing.name_contains = "batch-" + about.run_id + '-';
    listing.max_results = 1000;
    auto jobs = with.pages(listing, call);
    while (true) {
        auto job = co_await jobs.next();
        if (!job)
            co_return state;
        if (auto const place = places.find(job->job_name); place != places.end())
            state.jobs[place->second] = std::move(*job);
    }
}

// Creates the jobs that are missing, as many as the account may have now.
inline boost::asio::awaitable<void> create_missing(client with, stored_plan const& plan,
                                                   batch_state& state, call_options call)
{
    for (std::size_t i = 0; i < plan.parts.size() && i < state.jobs.size(); ++i) {
        if (state.jobs[i])
            continue;
        create_model_invocation_job const request = job_of_part(plan, i);
        auto const created = co_await as_result(with.send(request, call));
        if (created) {
            model_invocation_job job;
            job.job_arn = created->job_arn;
            job.job_name = request.job_name;
            job.status = job_state::submitted;
            state.jobs[i] = std::move(job);
            continue;
        }
        error const& refused = created.error();
        // There is a job of this name, which the listing does not show yet.
        if (refused == condition::conflict)
            continue;
        if (refused.info().server_code == "ServiceQuotaExceededException")
            co_return;
        throw failure{refused};
    }
}

inline bool has_all(batch_state const& state) noexcept
{
    return std::all_of(state.jobs.begin(), state.jobs.end(),
                       [](auto const& job) { return job.has_value(); });
}

INFERPP_DECL boost::asio::awaitable<stored_plan> get_plan(batch_store store, batch_request about)
{
    auto plan = co_await store.find_plan();
    if (!plan || plan->parts.size() != about.parts)
        throw failure{error{errc::bad_schema, "there is no plan of the batch " + about.run_id +
                                                  " in " + about.folder + "; was it deleted?"}};
    co_return std::move(*plan);
}

INFERPP_DECL boost::asio::awaitable<batch_state> look_after(client with, batch_store store,
                                                            batch_request about,
                                                            std::optional<stored_plan> plan,
                                                            call_options call)
{
    auto state = co_await find_jobs(with, about, call);
    if (has_all(state))
        co_return state;
    state.stopped = co_await store.is_stopped();
    if (state.stopped)
        co_return state;
    if (!plan)
        plan = co_await get_plan(store, about);
    co_await create_missing(with, *plan, state, call);
    co_return state;
}

INFERPP_DECL boost::asio::awaitable<batch_state> get_batch::perform(client with, get_batch op,
                                                                    call_options call)
{
    return look_after(with, store_of(with, op), op, std::nullopt, call);
}

INFERPP_DECL boost::asio::awaitable<batch_state> stop_batch::perform(client with, stop_batch op,
                                                                     call_options call)
{
    // First, so that nobody creates another one meanwhile.
    co_await store_of(with, op).mark_stopped();
    auto state = co_await find_jobs(with, op, call);
    state.stopped = true;
    for (auto const& job : state.jobs) {
        if (!job || is_terminal(bedrock::describe(*job).phase))
            continue;
        cancel_model_invocation_job const stop{job->job_arn};
        co_await with.send(stop, call);
    }
    co_return state;
}

INFERPP_DECL job_status describe(batch_state const& batch)
{
    job_counters counters;
    std::map<std::string, std::size_t> words;
    std::array<std::size_t, 8> phases{};
    auto const seen = [&](phase which) -> std::size_t& {
        return phases[static_cast<std::size_t>(which)];
    };
    std::string reason;
    for (std::size_t i = 0; i < batch.jobs.size(); ++i) {
        job_status one = batch.jobs[i]   ? bedrock::describe(*batch.jobs[i])
                         : batch.stopped ? job_status{phase::cancelled, "NotCreated"}
                                         : job_status{phase::queued, "NotCreated"};
        ++seen(one.phase);
        ++words[one.word];
        if (one.counters) {
            counters.completed += one.counters->completed;
            counters.failed += one.counters->failed;
        }
        if (reason.empty() && !one.reason.empty())
            reason = (batch.jobs.size() > 1 ? "job " + std::to_string(i + 1) + " of " +
                                                  std::to_string(batch.jobs.size()) + ": "
                                            : std::string{}) +
                     one.reason;
    }
    job_status all;
    for (auto const& [word, count] : words)
        all.word += (all.word.empty() ? "" : ", ") + word +
                    (batch.jobs.size() > 1 ? " " + std::to_string(count) : std::string{});
    all.reason = std::move(reason);
    counters.total = (std::max)(batch.records, counters.completed + counters.failed);
    counters.pending = counters.total - counters.completed - counters.failed;
    all.counters = counters;
    if (counters.total > 0)
        all.progress = static_cast<double>(counters.total - counters.pending) /
                       static_cast<double>(counters.total);
    std::size_t const open = seen(phase::queued) + seen(phase::running) + seen(phase::unknown);
    if (open == batch.jobs.size() && seen(phase::queued) == open)
        all.phase = phase::queued;
    else if (open > 0)
        all.phase = phase::running;
    else if (seen(phase::succeeded) == batch.jobs.size())
        all.phase = phase::succeeded;
    else if (counters.completed > 0 ||
             seen(phase::succeeded) + seen(phase::partially_succeeded) > 0)
        all.phase = phase::partially_succeeded;
    else if (seen(phase::failed) > 0)
        all.phase = phase::failed;
    else
        all.phase = seen(phase::expired) > 0 ? phase::expired : phase::cancelled;
    return all;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
