// SPDX-License-Identifier: BSL-1.0
//
// Where a batch stands: the jobs of its parts, of which some may not exist yet.

#ifndef INFERPP_PROVIDERS_BEDROCK_BATCH_STATE_HPP
#define INFERPP_PROVIDERS_BEDROCK_BATCH_STATE_HPP

#include <inferpp/client/job_status.hpp>
#include <inferpp/providers/bedrock/batch_store.hpp>
#include <inferpp/providers/bedrock/jobs.hpp>
#include <inferpp/providers/bedrock/provider.hpp>
#include <inferpp/providers/bedrock/s3/provider.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// Where a batch stands.
struct batch_state {
    batch_state() = default;

    std::uint64_t records = 0;
    bool stopped = false; ///< no further job will be created
    /// The job of each part, in order; empty: not created yet.
    std::vector<std::optional<model_invocation_job>> jobs;
};

/// The portable status of a batch: that of its jobs together. One of which some jobs have results
/// has succeeded in part.
INFERPP_DECL job_status describe(batch_state const& batch);

/// What all requests about a batch are made from: its run, and the folder that it lies in.
struct batch_request {
    using provider = bedrock::provider;

    INFERPP_DECL explicit batch_request(job_ref const& batch);

    std::string run_id;
    std::string folder;
    std::string owner; ///< the account that the bucket must belong to; empty: any
    std::uint64_t parts = 0;
    std::uint64_t records = 0;

    /// The context of its `job_ref`.
    INFERPP_DECL std::string context() const;

    INFERPP_DECL result<void> validate() const;
};

/// Looks for the jobs of a batch, and creates those that are missing: after a restart, or because
/// the account had too many jobs. One request, as long as none is missing.
struct get_batch : batch_request {
    using response = batch_state;
    static constexpr operation_info info{.name = "get_batch"};
    using batch_request::batch_request;

    INFERPP_DECL static boost::asio::awaitable<batch_state> perform(client with, get_batch op,
                                                                    call_options call);
};

/// Stops the jobs of a batch, and the batch from creating more.
/// A process that is creating one at this very moment may still do so.
struct stop_batch : batch_request {
    using response = batch_state; ///< as it was found
    static constexpr operation_info info{.name = "stop_batch"};
    using batch_request::batch_request;

    INFERPP_DECL static boost::asio::awaitable<batch_state> perform(client with, stop_batch op,
                                                                    call_options call);
};

// Not part of the public interface:

/// S3 with what the client has: its options, its credentials, its connections.
INFERPP_DECL s3::client storage_of(client const& with);

INFERPP_DECL batch_store store_of(client const& with, batch_request const& about);

/// The jobs of a batch, by their names.
INFERPP_DECL boost::asio::awaitable<batch_state> find_jobs(client with, batch_request about,
                                                           call_options call);

/// The same, and what is missing of the batch is created, if it was not stopped.
/// @param plan empty: to be read
INFERPP_DECL boost::asio::awaitable<batch_state> look_after(client with, batch_store store,
                                                            batch_request about,
                                                            std::optional<stored_plan> plan,
                                                            call_options call);

/// The plan of a batch that has one. @throws failure
INFERPP_DECL boost::asio::awaitable<stored_plan> get_plan(batch_store store, batch_request about);

static_assert(!fragile_temporary<get_batch> && !fragile_temporary<stop_batch>);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/batch_state.ipp>
#endif

#endif
