// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_BATCH_PARTS_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_BATCH_PARTS_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/batch_parts.hpp>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

INFERPP_DECL result<void> validate(batch_limits const& limits)
{
    using detail::require;
    return detail::first_error(
        {require(limits.min_records >= 1, "limits.min_records must be at least 1"),
         require(limits.max_records / 2 >= limits.min_records,
                 "limits.max_records must be at least twice limits.min_records"),
         require(limits.max_bytes >= 1'000'000, "limits.max_bytes must be at least 1,000,000")});
}

// Eleven letters and digits, as the platform's older documentation wants them.
inline std::string made_id(std::uint64_t place)
{
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    std::string id(11, '0');
    for (auto at = id.rbegin(); place != 0 && at != id.rend(); ++at, place /= digits.size())
        *at = digits[place % digits.size()];
    return id;
}

// The most tokens that a record lets the model answer with, in the words of Converse and of the
// models' own bodies; 0 where it says nothing.
inline std::uint64_t most_output_tokens(boost::json::object const& input)
{
    for (char const* name : {"max_tokens", "maxTokens", "max_gen_len", "max_tokens_to_sample"})
        if (auto const* found = input.if_contains(name))
            if (found->is_int64() && found->get_int64() > 0)
                return static_cast<std::uint64_t>(found->get_int64());
    for (char const* name : {"inferenceConfig", "textGenerationConfig"})
        if (auto const* found = input.if_contains(name); found != nullptr && found->is_object())
            for (char const* inner : {"maxTokens", "max_new_tokens", "maxTokenCount"})
                if (auto const* most = found->get_object().if_contains(inner))
                    if (most->is_int64() && most->get_int64() > 0)
                        return static_cast<std::uint64_t>(most->get_int64());
    return 0;
}

INFERPP_DECL result<batch_line> line_of(batch_record record, std::uint64_t place)
{
    constexpr std::size_t longest_id = 256;
    auto const refuse_record = [&](std::string_view what) {
        std::string message = "records: record " + std::to_string(place);
        if (!record.record_id.empty())
            message += " (" + detail::printable(record.record_id, 64) + ')';
        return detail::refuse(message + std::string{what});
    };
    if (record.record_id.size() > longest_id)
        return refuse_record(" has an id of more than 256 bytes");

    // Only looked at; what is sent is the text.
    std::array<unsigned char, 4096> buffer; // not initialized
    boost::json::monotonic_resource memory{buffer.data(), buffer.size()};
    boost::json::error_code failed;
    boost::json::parse_options rules;
    rules.max_depth = 64;
    auto const input = boost::json::parse(record.model_input, failed, &memory, rules);
    if (failed || !input.is_object())
        return refuse_record(" has an input that is no JSON object");
    boost::json::object const& members = input.get_object();
    if (members.contains("modelId"))
        return refuse_record(
            " has a modelId, which the platform refuses; the batch names the model");

    batch_line line;
    line.id = record.record_id.empty() ? made_id(place) : std::move(record.record_id);
    line.most_output_tokens = most_output_tokens(members);
    line.text.reserve(record.model_input.size() + line.id.size() + 40);
    json_writer out{line.text};
    out.begin_object();
    out.key("recordId");
    out.string(line.id);
    out.key("modelInput");
    line.input_bytes = record.model_input.size();
    line.text += record.model_input;
    // Blanks of the input: in texts, JSON writes line ends as \n and \r.
    std::replace(line.text.begin(), line.text.end(), '\n', ' ');
    std::replace(line.text.begin(), line.text.end(), '\r', ' ');
    out.end_object();
    if (out.failed()) // as invalid UTF-8
        return detail::refuse("records: record " + std::to_string(place) +
                              " has an id that is no UTF-8");
    line.text += '\n';
    return line;
}

INFERPP_DECL batch_splitter::batch_splitter(event_stream<batch_record> records, batch_limits limits)
    : source_(std::move(records)),
      limits_(limits)
{
}

INFERPP_DECL boost::asio::awaitable<void> batch_splitter::look_ahead()
{
    while (!drained_ && ahead_.size() <= limits_.min_records) {
        auto record = co_await source_.next();
        if (!record) {
            drained_ = true;
            break;
        }
        ++place_;
        batch_line line = line_of(std::move(*record), place_).value();
        if (line.text.size() > limits_.max_bytes)
            throw failure{detail::refuse("records: record " + std::to_string(place_) + " has " +
                                         std::to_string(line.text.size()) +
                                         " bytes; a job's file may have " +
                                         std::to_string(limits_.max_bytes))};
        ahead_bytes_ += line.text.size();
        ahead_.push_back(std::move(line));
    }
}

// Whether the part ends before the next line. Until the source is drained there are more lines
// ahead than a job must have. Once it is, they are exactly as many the first time: then either all
// of them fit, or they become a part of their own.
INFERPP_DECL bool batch_splitter::is_full() const noexcept
{
    if (records_ < limits_.min_records)
        return false;
    if (!drained_)
        return records_ == limits_.max_records ||
               bytes_ + ahead_.front().text.size() > limits_.max_bytes;
    return ahead_.size() == limits_.min_records &&
           (records_ + ahead_.size() > limits_.max_records ||
            bytes_ + ahead_bytes_ > limits_.max_bytes);
}

INFERPP_DECL boost::asio::awaitable<bool> batch_splitter::next_part()
{
    records_ = 0;
    bytes_ = 0;
    ids_.clear();
    co_await look_ahead();
    if (ahead_.empty() && place_ > 0)
        co_return false;
    if (ahead_.size() < limits_.min_records)
        throw failure{detail::refuse(
            "records: there are " + std::to_string(ahead_.size()) + "; a job takes at least " +
            std::to_string(limits_.min_records) + " (limits.min_records)")};
    co_return true;
}

INFERPP_DECL boost::asio::awaitable<batch_line const*> batch_splitter::next_line()
{
    co_await look_ahead();
    if (ahead_.empty() || is_full())
        co_return nullptr;
    line_ = std::move(ahead_.front());
    ahead_.pop_front();
    ahead_bytes_ -= line_.text.size();
    ++records_;
    bytes_ += line_.text.size();
    if (bytes_ > limits_.max_bytes)
        throw failure{detail::refuse(
            "records: " + std::to_string(limits_.min_records) +
            " records, which a job must have, are over limits.max_bytes; the last one is " +
            detail::printable(line_.id, 64))};
    if (!ids_.insert(line_.id).second)
        throw failure{
            detail::refuse("records: two records have the id " + detail::printable(line_.id, 64))};
    co_return &line_;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
