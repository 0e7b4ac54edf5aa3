// SPDX-License-Identifier: BSL-1.0
//
// Records become lines of files, as many as one job may have.

#ifndef INFERPP_PROVIDERS_BEDROCK_BATCH_PARTS_HPP
#define INFERPP_PROVIDERS_BEDROCK_BATCH_PARTS_HPP

#include <inferpp/core/result.hpp>
#include <inferpp/providers/bedrock/batch_records.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

/**
 * @brief What one job may have. The platform's quotas depend on the model and on the account; see
 *        "Service Quotas" in the console. *Source*: wire notes 6.3.
 */
struct batch_limits {
    std::uint64_t min_records = 100;         ///< of a job; at least 1
    std::uint64_t max_records = 50'000;      ///< of a job; at least twice `min_records`
    std::uint64_t max_bytes = 1'000'000'000; ///< of a job's file; at least 1,000,000
};
static_assert(std::is_trivially_copyable_v<batch_limits>);

/// @return `invalid_argument` that names the member and its legal range
INFERPP_DECL result<void> validate(batch_limits const& limits);

/// What one job takes.
struct batch_part {
    batch_part() = default;

    std::string input_uri; ///< "s3://bucket/folder/run/input/.../part-00001.jsonl"; empty in a plan
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(batch_part, (), (input_uri, records, bytes))

constexpr json_rules json_rules_of(batch_part const*) noexcept
{
    return json_rules{naming::camel_case};
}

/// A record as it is sent.
struct batch_line {
    batch_line() = default;

    std::string id;
    std::string text; ///< with its line end
    std::uint64_t input_bytes = 0;
    std::uint64_t most_output_tokens = 0; ///< 0: the record does not say
};

/// @param place of the record in the batch, from 1 on
/// @return `invalid_argument`, naming the record
INFERPP_DECL result<batch_line> line_of(batch_record record, std::uint64_t place);

/**
 * @brief Cuts records into parts that are legal jobs, looking ahead for as many records as a job
 *        must have, so that the last part is one too.
 */
class batch_splitter {
public:
    INFERPP_DECL batch_splitter(event_stream<batch_record> records, batch_limits limits);

    /// Whether there is another part; its lines are next. Also to be called before the first part.
    /// @throws failure `invalid_argument` for records that can't be sent, and where they are too
    /// few
    INFERPP_DECL boost::asio::awaitable<bool> next_part();

    /// The next line of the part; null at its end. Valid until the next call.
    INFERPP_DECL boost::asio::awaitable<batch_line const*> next_line();

    /// Of the part, so far.
    std::uint64_t records() const noexcept { return records_; }
    std::uint64_t bytes() const noexcept { return bytes_; }

private:
    INFERPP_DECL boost::asio::awaitable<void> look_ahead();
    INFERPP_DECL bool is_full() const noexcept;

    event_stream<batch_record> source_;
    batch_limits limits_;
    std::deque<batch_line> ahead_;
    std::uint64_t ahead_bytes_ = 0;
    std::uint64_t place_ = 0;
    batch_line line_;
    std::unordered_set<std::string> ids_; ///< of the part
    std::uint64_t records_ = 0;
    std::uint64_t bytes_ = 0;
    bool drained_ = false;
};

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/batch_parts.ipp>
#endif

#endif
