// SPDX-License-Identifier: BSL-1.0
//
// Workflows: what the platform makes of a PDF in several tasks. They are started with the PDF, see
// `pdf_workflow` in pdf_sources.hpp.

#ifndef INFERPP_PROVIDERS_ANNOLAB_WORKFLOWS_HPP
#define INFERPP_PROVIDERS_ANNOLAB_WORKFLOWS_HPP

#include <inferpp/client/job_status.hpp>
#include <inferpp/providers/annolab/types.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

/// One task of a workflow.
struct workflow_task {
    workflow_task() = default;

    std::int64_t id = 0;
    std::string task_type;
    std::string task_name;
    std::string status;
    timestamp start_time;
    timestamp end_time;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(workflow_task, (),
                      (id, task_type, task_name, status, start_time, end_time, more))

/// A workflow that was started.
struct workflow_execution {
    workflow_execution() = default;

    std::int64_t id = 0;
    std::string workflow; ///< "aircraft_title", "land_title"
    std::string status;   ///< at its end "Completed", "PartialError", "Error" or "Cancelled"
    std::int64_t project_id = 0;
    timestamp start_time;
    timestamp end_time;
    timestamp created_at;
    std::vector<std::int64_t> source_ids;
    std::vector<workflow_task> tasks;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(workflow_execution, (),
                      (id, workflow, status, project_id, start_time, end_time, created_at,
                       source_ids, tasks, more))

constexpr json_rules json_rules_of(workflow_execution const*)
{
    return json_rules{naming::camel_case}.required("status");
}

/// The portable status of a workflow, with its tasks as counters.
INFERPP_DECL job_status describe(workflow_execution const& execution);

/// GET /v1/workflow/execution/{id}. *Source*: wire notes 4.11.
struct get_workflow_execution {
    using provider = annolab::provider;
    using response = workflow_execution;
    static constexpr operation_info info{.name = "get_workflow_execution",
                                         .route = "workflow/execution/{execution}"};

    /// @param id of the execution
    explicit get_workflow_execution(std::string id) : execution(std::move(id)) {}
    explicit get_workflow_execution(std::int64_t id) : execution(std::to_string(id)) {}

    std::string execution;
};
BOOST_DESCRIBE_STRUCT(get_workflow_execution, (), (execution))

static_assert(!fragile_temporary<get_workflow_execution>);

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/workflows.ipp>
#endif

#endif
