// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_WORKFLOWS_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_WORKFLOWS_IPP

#include <inferpp/providers/annolab/workflows.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

INFERPP_DECL job_status describe(workflow_execution const& execution)
{
    job_status status{phase_of(execution.status), execution.status};
    if (execution.tasks.empty())
        return status;
    job_counters counters;
    counters.total = execution.tasks.size();
    for (workflow_task const& task : execution.tasks) {
        phase const where = phase_of(task.status);
        if (where == phase::failed || where == phase::cancelled) {
            ++counters.failed;
            status.reason +=
                (status.reason.empty() ? "" : "; ") + task.task_name + ": " + task.status;
        } else {
            ++(is_terminal(where) ? counters.completed : counters.pending);
        }
    }
    status.counters = counters;
    status.progress = static_cast<double>(counters.total - counters.pending) /
                      static_cast<double>(counters.total);
    return status;
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
