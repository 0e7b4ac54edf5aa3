// SPDX-License-Identifier: BSL-1.0
//
// What a batch consists of: records, from a range, a file, or whatever makes them one by one.

#ifndef INFERPP_PROVIDERS_BEDROCK_BATCH_RECORDS_HPP
#define INFERPP_PROVIDERS_BEDROCK_BATCH_RECORDS_HPP

#include <inferpp/client/event_stream.hpp>
#include <inferpp/codec/json.hpp>

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

/**
 * @brief One record: a request to the model, and the name by which its result is known.
 *
 * *Source*: wire notes 6.1.
 */
struct batch_record {
    batch_record() = default;

    /// @param id    unique in the batch, which is checked within each job; results come in another
    ///              order. Empty: made from the record's place in the batch
    /// @param input the body of InvokeModel for the model, or, where the batch says so, that of
    ///              Converse, without the model's id: a described struct, or a JSON value
    /// @throws failure `invalid_argument` where it holds what JSON can't
    template <class T>
    batch_record(std::string id, T const& input) : record_id(std::move(id))
    {
        encode_json(input, model_input).value();
    }

    std::string record_id;   ///< at most 256 bytes
    std::string model_input; ///< the text of a JSON object
};

/**
 * @brief The records of a batch. They may be read several times: to plan, to upload, and again
 *        where an upload has broken off.
 *
 * @code
 * bedrock::batch_records some{std::vector<bedrock::batch_record>{...}};
 * bedrock::batch_records all{rows | std::views::transform(record_of)};
 * bedrock::batch_records file = bedrock::records_in_file("records.jsonl");
 * bedrock::batch_records made{[db] { return make_stream<bedrock::batch_record>(reader{db}); }};
 * @endcode
 *
 * Copies share the range. *Thread safety*: unsafe when shared.
 */
class batch_records {
public:
    /// @param range forward; kept as it is, so what a view looks at must outlive the batch
    template <std::ranges::forward_range Range>
        requires std::convertible_to<std::ranges::range_reference_t<Range>, batch_record> &&
            (!std::same_as<std::remove_cvref_t<Range>, batch_records>)batch_records(Range range)
            : batch_records([kept = std::make_shared<Range>(std::move(range))] {
                  return event_stream<batch_record>{std::make_unique<range_source<Range>>(kept)};
              })
        {
        }

        /// @param make gives the records from the first one on, each time it is called
        template <std::invocable Make>
            requires std::same_as<std::invoke_result_t<Make>, event_stream<batch_record>>
            batch_records(Make make) : make_(std::move(make))
            {
            }

            /// The records from the first one on.
            event_stream<batch_record> open() const
            {
                return make_();
            }

        private:
            template <class Range>
            class range_source final : public event_source<batch_record> {
            public:
                explicit range_source(std::shared_ptr<Range> range)
                    : range_(std::move(range)),
                      at_(std::ranges::begin(*range_))
                {
                }

                boost::asio::awaitable<result<std::optional<batch_record>>> next() override
                {
                    std::optional<batch_record> one;
                    if (at_ != std::ranges::end(*range_)) {
                        one.emplace(*at_);
                        ++at_;
                    }
                    co_return result<std::optional<batch_record>>{std::move(one)};
                }

            private:
                std::shared_ptr<Range> range_;
                std::ranges::iterator_t<Range> at_;
            };

            std::function<event_stream<batch_record>()> make_;
};

/**
 * @brief The records of a file of JSON lines, in the form in which the platform takes them:
 *        `{"recordId": "1", "modelInput": {...}}`.
 *
 * Reading blocks the thread for one piece of at most 64 KiB. A line that is no record is
 * `invalid_argument`, naming file and line.
 */
INFERPP_DECL batch_records records_in_file(std::filesystem::path file);

/// A line of such a file; not part of the public interface.
INFERPP_DECL result<batch_record> record_of_line(std::string_view line);

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/batch_records.ipp>
#endif

#endif
