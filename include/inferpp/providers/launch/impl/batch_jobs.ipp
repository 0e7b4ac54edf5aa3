// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_BATCH_JOBS_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_BATCH_JOBS_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/providers/launch/batch_jobs.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

// A field as Python's csv writes it: in quotes where it must be.
inline void append_csv_field(std::string_view text, std::string& out)
{
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    for (char const c : text) {
        if (c == '"')
            out += '"';
        out += c;
    }
    out += '"';
}

INFERPP_DECL std::string csv_of_urls(std::vector<std::pair<std::string, std::string>> const& urls)
{
    std::string csv = "id,url\r\n";
    for (auto const& [id, url] : urls) {
        append_csv_field(id, csv);
        csv += ',';
        append_csv_field(url, csv);
        csv += "\r\n";
    }
    return csv;
}

INFERPP_DECL std::string csv_of_urls(std::vector<std::string> const& urls)
{
    std::vector<std::pair<std::string, std::string>> rows;
    rows.reserve(urls.size());
    for (std::string const& url : urls)
        rows.emplace_back(std::to_string(rows.size()), url);
    return csv_of_urls(rows);
}

INFERPP_DECL std::string csv_of_json(std::vector<std::pair<std::string, std::string>> const& args)
{
    std::string csv = "id,args\r\n";
    for (auto const& [id, json] : args) {
        append_csv_field(id, csv);
        csv += ',';
        append_base64(json, csv);
        csv += "\r\n";
    }
    return csv;
}

INFERPP_DECL job_status describe(batch_job const& job)
{
    job_status told = describe(job.status);
    if (job.num_tasks_pending && job.num_tasks_completed) {
        job_counters counters;
        counters.pending = *job.num_tasks_pending;
        counters.completed = *job.num_tasks_completed;
        counters.total = counters.pending + counters.completed;
        if (counters.total > 0)
            told.progress =
                static_cast<double>(counters.completed) / static_cast<double>(counters.total);
        told.counters = counters;
    }
    return told;
}

INFERPP_DECL result<void> create_batch_job::validate() const
{
    batch_resources const& machines = resource_requests;
    if (timeout_seconds && !(timeout_seconds->count() > 0))
        return refuse("timeout_seconds must be more than 0");
    return first_error({check_given("model_bundle_id", model_bundle_id),
                        check_given("input_path", input_path), check_labels(labels),
                        check_count("resource_requests.gpus", machines.gpus, 0),
                        check_count("resource_requests.max_workers", machines.max_workers, 1),
                        check_count("resource_requests.per_worker", machines.per_worker, 1),
                        check_count("resource_requests.concurrent_requests_per_worker",
                                    machines.concurrent_requests_per_worker, 1)});
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
