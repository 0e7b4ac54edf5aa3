// SPDX-License-Identifier: BSL-1.0
//
// Where a batch keeps itself: the files of its run in S3, and the names of its jobs. Not part of
// the public interface.

#ifndef INFERPP_PROVIDERS_BEDROCK_BATCH_STORE_HPP
#define INFERPP_PROVIDERS_BEDROCK_BATCH_STORE_HPP

#include <inferpp/providers/bedrock/batch_parts.hpp>
#include <inferpp/providers/bedrock/jobs.hpp>
#include <inferpp/providers/bedrock/s3/provider.hpp>
#include <inferpp/providers/bedrock/s3/uri.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// What "plan.json" holds: all that the jobs are created from. It is written once, when the inputs
/// are there, and never changed.
struct stored_plan {
    stored_plan() = default;

    int version = 1;
    std::string run_id;
    std::string role_arn;
    std::string model_id;
    std::optional<word<invocation_type>> model_invocation_type;
    std::optional<std::chrono::hours> timeout_duration_in_hours;
    std::vector<tag> tags;
    std::optional<bedrock::vpc_config> vpc_config;
    std::optional<std::string> s3_encryption_key_id;
    std::optional<std::string> s3_bucket_owner;
    std::string output_uri;
    std::vector<batch_part> parts;
};
BOOST_DESCRIBE_STRUCT(stored_plan, (),
                      (version, run_id, role_arn, model_id, model_invocation_type,
                       timeout_duration_in_hours, tags, vpc_config, s3_encryption_key_id,
                       s3_bucket_owner, output_uri, parts))

constexpr json_rules json_rules_of(stored_plan const*) noexcept
{
    return json_rules{naming::camel_case}.required("run_id", "role_arn", "model_id", "output_uri",
                                                   "parts");
}

/// Whether it is 8 to 40 letters and digits.
INFERPP_DECL bool is_run_id(std::string_view text) noexcept;

/// "batch-<run>-00001". @param part from 0 on
INFERPP_DECL std::string name_of_part(std::string_view run_id, std::size_t part);

/// The request that creates the job of a part: the same each time, its token too.
INFERPP_DECL create_model_invocation_job job_of_part(stored_plan const& plan, std::size_t part);

/// The files of a run.
class batch_store {
public:
    /// @param owner the account that the bucket must belong to; empty: any
    INFERPP_DECL batch_store(s3::client with, s3_uri folder, std::string_view run_id,
                             std::string owner);

    /// @throws failure; nothing: there is none yet
    INFERPP_DECL boost::asio::awaitable<std::optional<stored_plan>> find_plan() const;

    /// Writes the plan, unless there is one already. @return the one that counts
    INFERPP_DECL boost::asio::awaitable<stored_plan> commit(stored_plan plan) const;

    INFERPP_DECL boost::asio::awaitable<void> mark_stopped() const;
    INFERPP_DECL boost::asio::awaitable<bool> is_stopped() const;

    /// An input file that no other attempt to upload the run writes to.
    INFERPP_DECL s3_uri input(std::string_view attempt, std::size_t part) const;

    s3::client const& client() const noexcept { return client_; }

private:
    INFERPP_DECL boost::asio::awaitable<std::optional<std::string>> read(s3_uri which) const;
    /// @return false: there is an object of that name already
    INFERPP_DECL boost::asio::awaitable<bool> create(s3_uri which, std::string text) const;

    s3::client client_;
    s3_uri run_;
    std::string owner_;
};

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/batch_store.ipp>
#endif

#endif
