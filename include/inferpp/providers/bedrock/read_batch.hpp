// SPDX-License-Identifier: BSL-1.0
//
// The results of a batch, read from the files that its jobs have written.

#ifndef INFERPP_PROVIDERS_BEDROCK_READ_BATCH_HPP
#define INFERPP_PROVIDERS_BEDROCK_READ_BATCH_HPP

#include <inferpp/client/event_stream.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/providers/bedrock/batch_records.hpp>
#include <inferpp/providers/bedrock/batch_state.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// What became of a record.
enum class record_outcome {
    succeeded,
    failed,  ///< the model refused it, or could not answer it
    missing, ///< its job has ended without it, so it was not paid
};

/// A record with its result.
struct batch_output {
    batch_output() = default;

    std::string record_id;
    record_outcome outcome = record_outcome::missing;
    boost::json::value model_input;
    boost::json::value model_output; ///< of one that succeeded: InvokeModel's or Converse's answer
    std::string error_code;          ///< of another: the platform's, such as "400"
    std::string error_message;

    /// The output as a described struct. @throws failure `bad_schema`; for a record without an
    /// output `job_failed` with its error
    template <class T>
    T output_as() const
    {
        check_output();
        return decode_value<T>(model_output).value();
    }

    /// The record to be sent again.
    INFERPP_DECL batch_record to_record() const;

private:
    INFERPP_DECL void check_output() const;
};

/**
 * @brief The records of a batch with their results: first those that have one, in the order in
 *        which the platform wrote them, then those that are missing; part by part.
 *
 * @code
 * auto outputs = co_await client.stream(bedrock::read_batch{job.ref()});
 * @endcode
 *
 * For a batch that has ended, in whatever way; `job.result()` gives the same for one that has
 * results. The files are read while they are downloaded, and a download that breaks off goes on
 * where it was. A line of theirs may have `limits.event_bytes`, 1 MiB if left alone. At its end the
 * stream fails with `bad_content` where the platform's manifest counts other records than those
 * that were read.
 *
 * *Source*: wire notes 6.2.
 */
struct read_batch : batch_request {
    using event = batch_output;
    using response = event_stream<batch_output>;
    static constexpr operation_info info{.name = "read_batch"};
    using batch_request::batch_request;

    INFERPP_DECL static boost::asio::awaitable<event_stream<batch_output>> perform(
        client with, read_batch op, call_options call);
};

// Not part of the public interface:

/// A line of an output file. @return `bad_json`, `bad_schema`
INFERPP_DECL result<batch_output> read_output(std::string_view line);

static_assert(!fragile_temporary<read_batch>);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/read_batch.ipp>
#endif

#endif
