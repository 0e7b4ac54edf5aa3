// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_TIMESTAMP_HPP
#define INFERPP_CODEC_TIMESTAMP_HPP

#include <inferpp/codec/http_date.hpp>
#include <inferpp/codec/json_writer.hpp>
#include <inferpp/core/result.hpp>

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief A date and time in a JSON answer: the server's text, and the time where it is ISO 8601.
 *
 * A text in another form is no error: servers change such things, and the text is kept.
 */
class timestamp {
public:
    timestamp() = default;
    explicit timestamp(std::string text) : text_(std::move(text)), time_(parse_iso8601(text_)) {}
    explicit timestamp(sys_milliseconds time) : text_(format_iso8601(time)), time_(time) {}

    /// As it stands on the wire; empty when there was none.
    std::string const& text() const noexcept { return text_; }

    /// In UTC; empty when there was none, or in a form that is not known.
    std::optional<sys_milliseconds> const& time() const noexcept { return time_; }

    INFERPP_DECL static result<timestamp> from_json(boost::json::value const& value);
    void to_json(json_writer& out) const { out.string(text_); }

private:
    std::string text_;
    std::optional<sys_milliseconds> time_;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/timestamp.ipp>
#endif

#endif
