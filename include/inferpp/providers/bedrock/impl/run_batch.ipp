// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_RUN_BATCH_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_RUN_BATCH_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/providers/bedrock/run_batch.hpp>
#include <inferpp/providers/bedrock/s3/upload.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock {

INFERPP_DECL std::string run_batch::job_context(std::string folder, batch_receipt const& receipt)
{
    batch_request about{job_ref{receipt.run_id}};
    about.folder = std::move(folder);
    about.owner = receipt.bucket_owner;
    about.parts = receipt.parts;
    about.records = receipt.records;
    return about.context();
}

INFERPP_DECL boost::asio::awaitable<batch_plan> run_batch::plan() const
{
    validate().value();
    batch_plan planned;
    planned.most_output_tokens = 0;
    std::uint64_t input_bytes = 0;
    batch_splitter splitter{records.open(), limits};
    while (true) {
        bool const more = co_await splitter.next_part();
        if (!more)
            break;
        while (true) {
            batch_line const* const line = co_await splitter.next_line();
            if (line == nullptr)
                break;
            input_bytes += line->input_bytes;
            if (line->most_output_tokens == 0)
                planned.most_output_tokens.reset();
            else if (planned.most_output_tokens)
                *planned.most_output_tokens += line->most_output_tokens;
        }
        batch_part part;
        part.records = splitter.records();
        part.bytes = splitter.bytes();
        planned.records += part.records;
        planned.bytes += part.bytes;
        planned.parts.push_back(std::move(part));
    }
    constexpr std::uint64_t bytes_of_token = 4;
    planned.input_tokens = (input_bytes + bytes_of_token - 1) / bytes_of_token;
    co_return planned;
}

// All of a batch but its parts.
inline stored_plan plan_of(run_batch const& batch)
{
    stored_plan plan;
    plan.run_id = batch.run_id;
    plan.role_arn = batch.role_arn;
    plan.model_id = batch.model_id;
    plan.model_invocation_type = batch.model_invocation_type;
    plan.timeout_duration_in_hours = batch.timeout_duration_in_hours;
    plan.tags = batch.tags;
    plan.vpc_config = batch.vpc_config;
    plan.s3_encryption_key_id = batch.s3_encryption_key_id;
    plan.s3_bucket_owner = batch.s3_bucket_owner;
    plan.output_uri = (batch.folder / batch.run_id / "output/").str();
    return plan;
}

INFERPP_DECL result<void> run_batch::validate() const
{
    if (!is_run_id(run_id))
        return detail::refuse("run_id must be 8 to 40 letters and digits");
    if (auto const valid = bedrock::validate(limits); !valid)
        return valid;
    if (folder.empty())
        return detail::refuse("folder is empty; set it to s3://bucket/folder/");
    // The rest is checked as each job will be.
    stored_plan plan = plan_of(*this);
    batch_part part;
    part.input_uri = (folder / run_id / "input/0123456789abcdef/part-00001.jsonl").str();
    plan.parts.push_back(std::move(part));
    return job_of_part(plan, 0).validate();
}

// The lines of a part as a body, made while it is sent.
class part_body final : public http::body_source {
public:
    part_body(batch_splitter& lines, std::uint64_t before,
              std::function<void(std::uint64_t)> const& on_record)
        : lines_(lines),
          before_(before),
          on_record_(on_record)
    {
    }

    std::optional<std::uint64_t> size() const override { return std::nullopt; }

    boost::asio::awaitable<result<std::size_t>> read(std::span<char> into) override
    {
        std::size_t filled = 0;
        error failed;
        try {
            while (filled < into.size()) {
                if (rest_.empty()) {
                    batch_line const* const line = co_await lines_.next_line();
                    if (line == nullptr)
                        break;
                    rest_ = line->text;
                    if (on_record_)
                        on_record_(before_ + lines_.records());
                }
                std::size_t const count = (std::min)(rest_.size(), into.size() - filled);
                std::memcpy(into.data() + filled, rest_.data(), count);
                rest_.remove_prefix(count);
                filled += count;
            }
        }
        catch (boost::system::system_error const&) {
            failed = current_error();
        }
        if (failed.code())
            co_return failed;
        co_return filled;
    }

    result<void> rewind() override { return detail::refuse("the records of a part are made once"); }

private:
    batch_splitter& lines_;
    std::uint64_t before_;
    std::function<void(std::uint64_t)> const& on_record_;
    std::string_view rest_; ///< of the line that is sent
};

inline boost::asio::awaitable<stored_plan> upload_records(batch_store store, run_batch const& op,
                                                          call_options call)
{
    stored_plan plan = plan_of(op);
    std::string const attempt = random_hex(8);
    std::uint64_t uploaded = 0;
    batch_splitter splitter{op.records.open(), op.limits};
    while (true) {
        bool const more = co_await splitter.next_part();
        if (!more)
            break;
        s3_uri const to = store.input(attempt, plan.parts.size());
        std::shared_ptr<http::body_source> body =
            std::make_shared<part_body>(splitter, uploaded, op.on_record);
        s3::upload upload{to, std::move(body)};
        upload.content_type = "application/jsonl";
        upload.expected_bucket_owner = op.s3_bucket_owner.value_or("");
        co_await store.client().send(upload, call);
        batch_part part;
        part.input_uri = to.str();
        part.records = splitter.records();
        part.bytes = splitter.bytes();
        uploaded += part.records;
        plan.parts.push_back(std::move(part));
    }
    co_return co_await store.commit(std::move(plan));
}

INFERPP_DECL boost::asio::awaitable<batch_receipt> run_batch::perform(client with, run_batch op,
                                                                      call_options call)
{
    batch_store const store{storage_of(with), op.folder, op.run_id,
                            op.s3_bucket_owner.value_or("")};
    auto found = co_await store.find_plan();
    if (!found)
        found = co_await upload_records(store, op, call);
    batch_receipt receipt;
    receipt.run_id = op.run_id;
    receipt.bucket_owner = found->s3_bucket_owner.value_or("");
    receipt.parts = found->parts.size();
    for (batch_part const& part : found->parts)
        receipt.records += part.records;
    batch_request const about{job_ref{op.run_id, job_context(op.job_context(), receipt)}};
    co_await look_after(with, store, about, std::move(found), call);
    co_return receipt;
}

INFERPP_DECL batch_records unfinished_records(client with, job_ref batch,
                                              std::vector<record_outcome> which)
{
    return batch_records{
        [with = std::move(with), batch = std::move(batch), which = std::move(which)] {
            auto outputs = std::make_shared<std::optional<event_stream<batch_output>>>();
            auto next = [with, batch, which,
                         outputs]() -> boost::asio::awaitable<std::optional<batch_record>> {
                std::optional<batch_record> record;
                if (!*outputs) {
                    read_batch const read{batch};
                    auto opened = co_await with.stream(read);
                    outputs->emplace(std::move(opened));
                }
                while (true) {
                    auto const output = co_await (*outputs)->next();
                    if (!output)
                        break;
                    if (std::find(which.begin(), which.end(), output->outcome) == which.end())
                        continue;
                    record = output->to_record();
                    break;
                }
                co_return record;
            };
            return make_stream<batch_record>(std::move(next));
        }};
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
