// SPDX-License-Identifier: BSL-1.0
//
// What the runtime's two streams have in common: messages, and failures that are told inside of a
// stream, whose HTTP status was 200. Not part of the public interface.

#ifndef INFERPP_PROVIDERS_BEDROCK_RUNTIME_STREAM_MESSAGES_HPP
#define INFERPP_PROVIDERS_BEDROCK_RUNTIME_STREAM_MESSAGES_HPP

#include <inferpp/codec/aws_event_stream.hpp>
#include <inferpp/core/result.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock::runtime {

/// An event as it lies in the decoder. Valid until the decoder's next call.
struct stream_message {
    std::string_view type; ///< "contentBlockDelta"
    std::string_view payload;
};

/**
 * @brief Cuts a stream into its events, and turns what it tells of failures into errors.
 *
 * Of an exception the error has the code that the same answer to a request would have, with
 * `server_code` ("ThrottlingException"), the message, and all of the exception as
 * `server_details`. *Source*: wire notes 2.6
 */
class stream_messages {
public:
    /// @param payload_limit bytes of one event
    explicit stream_messages(std::size_t payload_limit) noexcept : decoder_(payload_limit) {}

    result<void> feed(std::string_view data) { return decoder_.feed(data); }
    INFERPP_DECL result<std::optional<stream_message>> next();
    result<void> finish() const { return decoder_.finish(); }

private:
    aws_event_decoder decoder_;
};

} // namespace inferpp::inline INFERPP_ABI::bedrock::runtime

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/runtime/impl/stream_messages.ipp>
#endif

#endif
