// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_READ_BATCH_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_READ_BATCH_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/codec/ndjson.hpp>
#include <inferpp/core/as_result.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/read_batch.hpp>
#include <inferpp/providers/bedrock/s3/listing.hpp>
#include <inferpp/providers/bedrock/s3/reader.hpp>

#include <algorithm>
#include <deque>
#include <string_view>
#include <unordered_set>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// Why a record has no output.
struct record_error {
    record_error() = default;

    boost::json::value error_code; ///< a number, or a text
    std::string error_message;
};
BOOST_DESCRIBE_STRUCT(record_error, (), (error_code, error_message))

constexpr json_rules json_rules_of(record_error const*) noexcept
{
    return json_rules{naming::camel_case}.nothing_required();
}

/// A line of an input or an output file.
struct record_line {
    record_line() = default;

    std::string record_id;
    boost::json::value model_input;
    std::optional<boost::json::value> model_output;
    std::optional<record_error> error;
};
BOOST_DESCRIBE_STRUCT(record_line, (), (record_id, model_input, model_output, error))

constexpr json_rules json_rules_of(record_line const*) noexcept
{
    return json_rules{naming::camel_case}.required("record_id");
}

/// What "manifest.json.out" holds.
struct job_manifest {
    job_manifest() = default;

    std::optional<std::uint64_t> total_record_count;
    std::optional<std::uint64_t> success_record_count;
    std::optional<std::uint64_t> error_record_count;
};
BOOST_DESCRIBE_STRUCT(job_manifest, (),
                      (total_record_count, success_record_count, error_record_count))

constexpr json_rules json_rules_of(job_manifest const*) noexcept
{
    return json_rules{naming::camel_case};
}

INFERPP_DECL result<batch_output> read_output(std::string_view line)
{
    auto read = decode_json<record_line>(line);
    if (!read)
        return read.error();
    batch_output output;
    output.record_id = std::move(read->record_id);
    output.model_input = std::move(read->model_input);
    if (read->error) {
        output.outcome = record_outcome::failed;
        boost::json::value const& code = read->error->error_code;
        output.error_code = code.is_string() ? std::string{code.get_string()}
                            : code.is_null() ? std::string{}
                                             : boost::json::serialize(code);
        output.error_message = std::move(read->error->error_message);
    } else if (read->model_output) {
        output.outcome = record_outcome::succeeded;
        output.model_output = std::move(*read->model_output);
    } else {
        return error{errc::bad_schema, "an output has neither modelOutput nor error"};
    }
    return output;
}

INFERPP_DECL batch_record batch_output::to_record() const
{
    return batch_record{record_id, model_input};
}

INFERPP_DECL void batch_output::check_output() const
{
    if (outcome == record_outcome::succeeded)
        return;
    error e{errc::job_failed, "the record " + detail::printable(record_id, 64) + " has no output"};
    e.edit().server_code = error_code;
    e.edit().server_message = error_message;
    throw failure{std::move(e)};
}

// The lines of a file in S3.
class line_reader {
public:
    line_reader(s3::object_reader body, s3_uri which, std::size_t longest)
        : body_(std::move(body)),
          which_(std::move(which)),
          lines_(longest)
    {
    }

    /// The next line; nothing at the end. @throws failure
    boost::asio::awaitable<std::optional<std::string>> next()
    {
        while (true) {
            auto line = lines_.next();
            if (line || ended_)
                co_return line;
            std::string_view const piece = co_await body_.read();
            if (piece.empty()) {
                ended_ = true;
                lines_.finish();
            } else {
                lines_.feed(piece).value();
            }
        }
    }

    s3_uri const& which() const noexcept { return which_; }

private:
    s3::object_reader body_;
    s3_uri which_;
    ndjson_decoder lines_;
    bool ended_ = false;
};

// The records of a batch with their results.
class batch_outputs final : public event_source<batch_output> {
public:
    batch_outputs(batch_store store, stored_plan plan, batch_state state, std::size_t longest)
        : store_(std::move(store)),
          plan_(std::move(plan)),
          state_(std::move(state)),
          longest_(longest)
    {
    }

    boost::asio::awaitable<result<std::optional<batch_output>>> next() override
    {
        using event = std::optional<batch_output>;
        while (part_ < plan_.parts.size()) {
            if (!begun_)
                co_await begin_part();
            std::optional<batch_output> output;
            if (!missing_)
                output = co_await next_written();
            if (!output)
                output = co_await next_missing();
            if (output)
                co_return event{std::move(*output)};
            end_part();
        }
        if (mismatch_.code())
            co_return mismatch_;
        co_return event{};
    }

private:
    std::optional<model_invocation_job> const& job() const { return state_.jobs[part_]; }

    boost::asio::awaitable<void> begin_part()
    {
        begun_ = true;
        if (!job())
            co_return;
        std::string const& arn = job()->job_arn;
        s3_uri const folder = s3_uri{plan_.output_uri} / arn.substr(arn.rfind('/') + 1) / "";
        s3::list_objects listing{folder};
        listing.expected_bucket_owner = plan_.s3_bucket_owner.value_or("");
        auto files = store_.client().pages(listing);
        while (true) {
            auto const file = co_await files.next();
            if (!file)
                break;
            if (file->key.ends_with(".jsonl.out"))
                files_.emplace_back(folder.bucket(), file->key);
            else if (file->key.ends_with("/manifest.json.out"))
                manifest_ = s3_uri{folder.bucket(), file->key};
        }
    }

    boost::asio::awaitable<std::optional<batch_output>> next_written()
    {
        while (true) {
            if (!reader_) {
                if (files_.empty())
                    co_return std::optional<batch_output>{};
                s3_uri const which = std::move(files_.front());
                files_.pop_front();
                co_await open(which);
            }
            auto const line = co_await reader_->next();
            if (!line) {
                reader_.reset();
                continue;
            }
            auto output = read_output(*line);
            if (!output)
                throw_in_file(output.error());
            ++(output->outcome == record_outcome::succeeded ? succeeded_ : failed_);
            if (!seen_.insert(output->record_id).second)
                note("the record " + detail::printable(output->record_id, 64) + " has two outputs");
            co_return std::move(*output);
        }
    }

    // Behind what was written, the records of the input that are not there.
    boost::asio::awaitable<std::optional<batch_output>> next_missing()
    {
        if (!missing_) {
            missing_ = true;
            if (manifest_)
                co_await check_manifest();
            else if (job() && job()->status == job_state::completed)
                check_counts(job()->total_record_count, job()->success_record_count,
                             job()->error_record_count, "the job counts");
            if (seen_.size() < plan_.parts[part_].records) {
                s3_uri const which{plan_.parts[part_].input_uri};
                co_await open(which);
            }
        }
        while (reader_) {
            auto const line = co_await reader_->next();
            if (!line) {
                reader_.reset();
                break;
            }
            auto record = decode_json<record_line>(*line);
            if (!record)
                throw_in_file(record.error());
            if (seen_.contains(record->record_id))
                continue;
            batch_output output;
            output.record_id = std::move(record->record_id);
            output.model_input = std::move(record->model_input);
            output.error_code = job() ? job()->status.text() : "NotCreated";
            output.error_message = job() && !job()->message.empty()
                                       ? job()->message
                                       : "the job has ended without this record";
            co_return std::move(output);
        }
        co_return std::optional<batch_output>{};
    }

    void end_part()
    {
        ++part_;
        begun_ = false;
        missing_ = false;
        seen_.clear();
        manifest_.reset();
        succeeded_ = 0;
        failed_ = 0;
    }

    boost::asio::awaitable<void> open(s3_uri which)
    {
        s3::read_object read{which};
        read.expected_bucket_owner = plan_.s3_bucket_owner.value_or("");
        auto body = co_await store_.client().send(read);
        reader_.emplace(std::move(body), std::move(which), longest_);
    }

    boost::asio::awaitable<void> check_manifest()
    {
        s3::read_object open{*manifest_};
        open.expected_bucket_owner = plan_.s3_bucket_owner.value_or("");
        auto object = co_await store_.client().send(open);
        std::string const text = co_await object.read_rest();
        auto const counted = decode_json<job_manifest>(text);
        if (!counted)
            throw failure{
                error{errc::bad_content, manifest_->str() + ": " + counted.error().what()}};
        check_counts(counted->total_record_count, counted->success_record_count,
                     counted->error_record_count, "the manifest counts");
    }

    void check_counts(std::optional<std::uint64_t> total, std::optional<std::uint64_t> succeeded,
                      std::optional<std::uint64_t> failed, std::string_view who)
    {
        auto const check = [&](std::optional<std::uint64_t> counted, std::uint64_t found,
                               std::string_view what) {
            if (counted && *counted != found)
                note(std::string{who} + ' ' + std::to_string(*counted) + ' ' + std::string{what} +
                     ", there are " + std::to_string(found));
        };
        check(total, plan_.parts[part_].records, "records");
        check(succeeded, succeeded_, "records that succeeded");
        check(failed, failed_, "records that failed");
    }

    // The first of them is the error at the end of the stream, behind all that there is.
    void note(std::string const& what)
    {
        if (!mismatch_.code())
            mismatch_ = error{errc::bad_content, job()->job_arn + ": " + what};
    }

    [[noreturn]] void throw_in_file(error const& why) const
    {
        error e{errc::bad_content, reader_->which().str() + ": " + why.what()};
        throw failure{std::move(e)};
    }

    batch_store store_;
    stored_plan plan_;
    batch_state state_;
    std::size_t longest_;

    std::size_t part_ = 0;
    bool begun_ = false;
    bool missing_ = false;
    std::deque<s3_uri> files_;
    std::optional<s3_uri> manifest_;
    std::optional<line_reader> reader_;
    std::unordered_set<std::string> seen_;
    std::uint64_t succeeded_ = 0;
    std::uint64_t failed_ = 0;
    error mismatch_;
};

INFERPP_DECL boost::asio::awaitable<event_stream<batch_output>> read_batch::perform(
    client with, read_batch op, call_options call)
{
    auto state = co_await find_jobs(with, op, call);
    for (std::size_t i = 0; i < state.jobs.size(); ++i)
        if (state.jobs[i] && !is_terminal(bedrock::describe(*state.jobs[i]).phase))
            throw failure{detail::refuse("the batch " + op.run_id + " has not ended: its job " +
                                         std::to_string(i + 1) + " is " +
                                         detail::printable(state.jobs[i]->status.text(), 64))};
    batch_store const store = store_of(with, op);
    auto plan = co_await get_plan(store, op);
    co_return event_stream<batch_output>{std::make_unique<batch_outputs>(
        store, std::move(plan), std::move(state), with.options().limits.event_bytes)};
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
