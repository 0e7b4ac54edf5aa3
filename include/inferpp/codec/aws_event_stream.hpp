// SPDX-License-Identifier: BSL-1.0
//
// Amazon's binary framing of event streams, `application/vnd.amazon.eventstream`.

#ifndef INFERPP_CODEC_AWS_EVENT_STREAM_HPP
#define INFERPP_CODEC_AWS_EVENT_STREAM_HPP

#include <inferpp/codec/http_date.hpp>
#include <inferpp/core/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace inferpp::inline INFERPP_ABI {

/// The value of a header of type 6: bytes of any content.
struct aws_event_bytes {
    std::string_view data;

    friend bool operator==(aws_event_bytes const&, aws_event_bytes const&) noexcept = default;
};

/// The value of a header of type 9.
using aws_event_uuid = std::array<unsigned char, 16>;

/// A header of a message. Its texts lie in the decoder's buffer, or where the encoder finds them.
struct aws_event_header {
    /// In the order of the wire's types, but for the two of a boolean.
    using value_type =
        std::variant<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, aws_event_bytes,
                     std::string_view, sys_milliseconds, aws_event_uuid>;

    std::string_view name; ///< 1 to 255 bytes
    value_type value;      ///< texts and bytes: at most 32,767
};

/// A message as it lies in the decoder. Valid until the decoder's next call.
struct aws_event {
    std::span<aws_event_header const> headers;
    std::string_view payload;

    /// The text of a header such as ":event-type"; empty when there is none, or it is no text.
    INFERPP_DECL std::string_view text(std::string_view name) const noexcept;
};

/**
 * @brief Cuts a byte stream into messages, however it is split.
 *
 * A push parser: `feed` bytes as they come, then take messages until there is none. Both checksums
 * are checked, the first before the lengths are believed; names of headers must differ. The time it
 * takes is linear in the input, and a message lies in memory once.
 *
 * @code
 * decoder.feed(bytes).value();
 * while (auto const message = decoder.next().value())
 *     use(message->text(":event-type"), message->payload);
 * @endcode
 *
 * *Source*: wire notes 3.
 */
class aws_event_decoder {
public:
    /// What all the headers of a message may have, in bytes.
    static constexpr std::size_t max_headers = 128UL << 10;
    /// What a payload may have, in bytes.
    static constexpr std::size_t max_payload = 24UL << 20;

    /// @param payload_limit bytes that one payload may have, at most `max_payload`
    explicit aws_event_decoder(std::size_t payload_limit = max_payload) noexcept
        : payload_limit_(payload_limit < max_payload ? payload_limit : max_payload)
    {
    }

    /// Takes more bytes. @return the error that `next` has given, if any
    INFERPP_DECL result<void> feed(std::string_view data);

    /**
     * @brief The next complete message.
     * @return null: more bytes are needed. `errc::event_too_large` as soon as a message is known to
     *         be, `errc::bad_content` for one that is damaged: both behind the messages before it,
     *         and then for ever
     */
    INFERPP_DECL result<aws_event const*> next();

    /// The body has ended. @return `errc::stream_truncated` inside a message
    INFERPP_DECL result<void> finish() const;

private:
    INFERPP_DECL result<aws_event const*> fail(error e);
    INFERPP_DECL result<void> read_headers(std::string_view block);

    std::size_t payload_limit_;
    std::string buffer_;
    std::size_t at_ = 0;      ///< the bytes before it are done with
    std::size_t checked_ = 0; ///< the length of the message at `at_`, once its prelude is checked
    std::vector<aws_event_header> headers_;
    aws_event event_;
    std::optional<error> failed_;
};

/**
 * @brief Appends a message.
 * @return `errc::invalid_argument` for a header or payload over the limits above
 */
INFERPP_DECL result<void> append_aws_event(std::span<aws_event_header const> headers,
                                           std::string_view payload, std::string& out);

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/aws_event_stream.ipp>
#endif

#endif
