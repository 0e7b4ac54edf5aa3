// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_BATCH_STORE_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_BATCH_STORE_IPP

#include <inferpp/core/as_result.hpp>
#include <inferpp/providers/bedrock/batch_store.hpp>
#include <inferpp/providers/bedrock/s3/objects.hpp>
#include <inferpp/providers/bedrock/s3/reader.hpp>

#include <algorithm>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

INFERPP_DECL bool is_run_id(std::string_view text) noexcept
{
    constexpr std::size_t shortest = 8;
    constexpr std::size_t longest = 40;
    return text.size() >= shortest && text.size() <= longest &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
           });
}

inline std::string numbered(std::string_view start, std::size_t part)
{
    std::string const digits = std::to_string(part + 1);
    return std::string{start} + std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') +
           digits;
}

INFERPP_DECL std::string name_of_part(std::string_view run_id, std::size_t part)
{
    return numbered("batch-" + std::string{run_id} + '-', part);
}

INFERPP_DECL create_model_invocation_job job_of_part(stored_plan const& plan, std::size_t part)
{
    s3_input input{plan.parts[part].input_uri};
    input.s3_bucket_owner = plan.s3_bucket_owner;
    s3_output output{plan.output_uri};
    output.s3_bucket_owner = plan.s3_bucket_owner;
    output.s3_encryption_key_id = plan.s3_encryption_key_id;
    create_model_invocation_job request{name_of_part(plan.run_id, part), plan.role_arn,
                                        plan.model_id, std::move(input), std::move(output)};
    request.client_request_token = numbered(plan.run_id + '-', part);
    request.model_invocation_type = plan.model_invocation_type;
    request.timeout_duration_in_hours = plan.timeout_duration_in_hours;
    request.tags = plan.tags;
    request.vpc_config = plan.vpc_config;
    return request;
}

INFERPP_DECL batch_store::batch_store(s3::client with, s3_uri folder, std::string_view run_id,
                                      std::string owner)
    : client_(std::move(with)),
      run_(folder / run_id),
      owner_(std::move(owner))
{
}

INFERPP_DECL s3_uri batch_store::input(std::string_view attempt, std::size_t part) const
{
    return run_ / "input" / attempt / (numbered("part-", part) + ".jsonl");
}

INFERPP_DECL boost::asio::awaitable<std::optional<std::string>> batch_store::read(
    s3_uri which) const
{
    constexpr std::size_t most = 64UL << 20; // a plan of 10,000 jobs has 2 MB
    s3::read_object open{std::move(which)};
    open.expected_bucket_owner = owner_;
    auto object = co_await as_result(client_.send(open));
    std::optional<std::string> text;
    if (object)
        text = co_await object->read_rest(most);
    else if (object.error() != condition::not_found ||
             object.error().info().server_code == "NoSuchBucket")
        throw failure{object.error()};
    co_return text;
}

INFERPP_DECL boost::asio::awaitable<bool> batch_store::create(s3_uri which, std::string text) const
{
    s3::put_object put{std::move(which), bytes{std::move(text)}};
    put.content_type = "application/json";
    put.expected_bucket_owner = owner_;
    put.only_if_absent = true;
    auto const written = co_await as_result(client_.send(put));
    if (written)
        co_return true;
    // Another process was faster, or this one, and the answer was lost.
    constexpr int precondition_failed = 412;
    constexpr int conflict = 409;
    int const status = written.error().info().http_status;
    if (status != precondition_failed && status != conflict)
        throw failure{written.error()};
    co_return false;
}

INFERPP_DECL boost::asio::awaitable<std::optional<stored_plan>> batch_store::find_plan() const
{
    auto const text = co_await read(run_ / "plan.json");
    std::optional<stored_plan> plan;
    if (text) {
        plan = decode_json<stored_plan>(*text).value();
        if (plan->version != 1)
            throw failure{error{errc::bad_schema, (run_ / "plan.json").str() +
                                                      " is of a later version of this library"}};
    }
    co_return plan;
}

INFERPP_DECL boost::asio::awaitable<stored_plan> batch_store::commit(stored_plan plan) const
{
    std::string text;
    encode_json(plan, text).value();
    bool const first = co_await create(run_ / "plan.json", std::move(text));
    if (first)
        co_return plan;
    auto found = co_await find_plan();
    if (!found)
        throw failure{error{errc::bad_schema, (run_ / "plan.json").str() +
                                                  " is there when it is written, and is not when "
                                                  "it is read"}};
    co_return std::move(*found);
}

INFERPP_DECL boost::asio::awaitable<void> batch_store::mark_stopped() const
{
    co_await create(run_ / "stopped.json", "{}");
}

INFERPP_DECL boost::asio::awaitable<bool> batch_store::is_stopped() const
{
    auto const found = co_await read(run_ / "stopped.json");
    co_return found.has_value();
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
