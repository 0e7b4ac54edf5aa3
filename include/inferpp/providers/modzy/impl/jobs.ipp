// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_MODZY_IMPL_JOBS_IPP
#define INFERPP_PROVIDERS_MODZY_IMPL_JOBS_IPP

#include <inferpp/providers/modzy/jobs.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::modzy {

// The receipt has {"identifier": ["a", "b"]}, the details [{"identifier": "a"}, ...], and the
// vendor's documentation ["a", "b"].
INFERPP_DECL result<input_keys> input_keys::from_json(boost::json::value const& value)
{
    boost::json::value const* list = &value;
    if (value.is_object()) {
        list = value.get_object().if_contains("identifier");
        if (list == nullptr)
            return input_keys{};
    }
    if (list->is_null())
        return input_keys{};
    if (!list->is_array())
        return error{errc::bad_schema, "expected the keys of the inputs as an array"};
    input_keys read;
    for (boost::json::value const& entry : list->get_array()) {
        boost::json::value const* key = &entry;
        if (entry.is_object())
            key = entry.get_object().if_contains("identifier");
        if (key == nullptr || !key->is_string())
            return error{errc::bad_schema, "expected the key of an input as a string"};
        read.keys.emplace_back(key->get_string().data(), key->get_string().size());
    }
    return read;
}

INFERPP_DECL void input_keys::to_json(json_writer& out) const
{
    out.begin_array();
    for (std::string const& key : keys) {
        out.begin_object();
        out.key("identifier");
        out.string(key);
        out.end_object();
    }
    out.end_array();
}

INFERPP_DECL job_status describe(job_details const& job)
{
    job_status status{phase::unknown, job.status.text()};
    switch (job.status.value()) {
    case job_state::unknown: break;
    case job_state::open:
    case job_state::submitted:
    case job_state::pending: status.phase = phase::queued; break;
    case job_state::in_progress: status.phase = phase::running; break;
    case job_state::completed:
    case job_state::completed_with_error: {
        bool const some_failed = job.failed > 0 || job.status == job_state::completed_with_error;
        status.phase = !some_failed                          ? phase::succeeded
                       : job.completed > 0 || job.total == 0 ? phase::partially_succeeded
                                                             : phase::failed;
        break;
    }
    case job_state::canceled: status.phase = phase::cancelled; break;
    case job_state::timedout: status.phase = phase::expired; break;
    case job_state::error: status.phase = phase::failed; break;
    }
    if (job.total > 0) {
        status.counters = job_counters{job.total, job.pending, job.completed, job.failed};
        status.progress = (std::min)(1.0, static_cast<double>(job.completed + job.failed) /
                                              static_cast<double>(job.total));
    }
    return status;
}

INFERPP_DECL result<void> list_jobs::validate() const
{
    if (end_date && !start_date)
        return refuse("end_date needs a start_date");
    return {};
}

INFERPP_DECL result<void> get_job_history::validate() const
{
    if (end_date && !start_date)
        return refuse("end_date needs a start_date");
    return page_request::validate();
}

} // namespace inferpp::inline INFERPP_ABI::modzy

#endif
