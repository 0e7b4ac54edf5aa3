// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_CONVERSE_FOLD_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_CONVERSE_FOLD_HPP

#include <inferpp/client/event_stream.hpp>
#include <inferpp/providers/bedrock/runtime/converse_stream.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/**
 * @brief Adds the events of a conversation up to the answer that `send` would have given.
 *
 * @code
 * runtime::converse_fold whole;
 * while (auto event = co_await stream.next()) {
 *     std::cout << event->text();
 *     whole.add(*event).value();
 * }
 * request.messages.push_back(*whole.answer().value().message());
 * @endcode
 *
 * It can be asked at any time, also after a stream that broke off: for what has come until then.
 */
class converse_fold {
public:
    /// What all the events may hold in bytes, some for each event added.
    static constexpr std::size_t default_limit = 64UL << 20;

    explicit converse_fold(std::size_t limit = default_limit) noexcept : left_(limit) {}

    /// @return `errc::body_too_large` over the limit: the event is then left out
    INFERPP_DECL result<void> add(converse_event const& event);

    /// @return `errc::bad_json` with the index of a block whose tool has no arguments that can be
    ///         read, as in a stream that broke off
    INFERPP_DECL result<converse_answer> answer() const;

private:
    // What has come of one block.
    struct block {
        block() = default;

        std::optional<tool_use_start> tool_use;
        std::optional<tool_result_start> tool_result;
        std::optional<image_start> image;
        std::string text; ///< or the arguments of a tool, or what the model has thought
        bool thought = false;
        std::optional<std::string> signature;
        std::optional<std::string> bytes; ///< encrypted, or of an image
        std::optional<s3_location> location;
        std::optional<error_block> error;
        std::vector<citation> citations;
        std::vector<tool_result_content> results;
    };

    INFERPP_DECL static std::size_t size_of(converse_event const& event) noexcept;
    INFERPP_DECL static void grow(block& which, block_delta const& by);
    INFERPP_DECL static result<content_block> finish(block const& from);

    std::size_t left_;
    word<runtime::role> role_ = role::assistant;
    std::map<std::int64_t, block> blocks_;
    message_stop end_;
    stream_metadata told_;
};

/**
 * @brief Reads a stream to its end and adds it up.
 * @param limit of `converse_fold`
 * @throws failure as the stream does; `errc::body_too_large`, and the stream is closed
 */
INFERPP_DECL boost::asio::awaitable<converse_answer> collect(
    event_stream<converse_event> stream, std::size_t limit = converse_fold::default_limit);

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/runtime/impl/converse_fold.ipp>
#endif

#endif
