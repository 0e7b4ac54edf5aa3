// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_SSE_IPP
#define INFERPP_CODEC_IMPL_SSE_IPP

#include <inferpp/codec/sse.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL sse_parser::sse_parser(sse_limits limits, std::string last_event_id)
    : limits_(limits),
      last_id_(std::move(last_event_id))
{
}

INFERPP_DECL result<void> sse_parser::feed(std::string_view data)
{
    if (exceeded_)
        return too_large();
    end_event();
    // Moved only when at least as much goes as stays, so that each byte is moved once on average.
    if (at_ > 0 && at_ >= buffer_.size() - at_) {
        keep_data();
        buffer_.erase(0, at_);
        lf_ -= (std::min)(lf_, at_);
        cr_ -= (std::min)(cr_, at_);
        at_ = 0;
    }
    buffer_.append(data);
    return {};
}

INFERPP_DECL result<sse_event_view const*> sse_parser::next_view()
{
    end_event();
    if (!mark_done_ && !skip_mark())
        return nullptr;
    while (!exceeded_) {
        if (skip_lf_ && at_ < buffer_.size()) {
            skip_lf_ = false;
            at_ += buffer_[at_] == '\n' ? 1U : 0U;
        }
        std::size_t const end = find_line_end();
        if (end == buffer_.size()) {
            look_at_partial_line();
            if (exceeded_)
                break;
            return nullptr;
        }
        std::string_view const line{buffer_.data() + at_, end - at_};
        skip_lf_ = buffer_[end] == '\r';
        at_ = end + 1;
        if (skipped_) {
            comments_ += skipped_ == field::comment ? 1U : 0U;
            skipped_.reset();
            continue;
        }
        if (!line.empty()) {
            take_line(read_line(line));
            continue;
        }
        if (has_id_) {
            last_id_.swap(id_);
            has_id_ = false;
        }
        taken_ = true;
        if (has_data_) {
            show_event();
            return &event_;
        }
        end_event();
    }
    return too_large();
}

INFERPP_DECL result<std::optional<sse_event>> sse_parser::next()
{
    auto const event = next_view();
    if (!event)
        return event.error();
    if (!*event)
        return std::optional<sse_event>{};
    return std::optional<sse_event>{sse_event{**event}};
}

INFERPP_DECL bool sse_parser::finish()
{
    end_event();
    bool const rest = at_ < buffer_.size() || has_data_ || has_id_ || !type_.empty();
    taken_ = true;
    end_event();
    has_id_ = false;
    buffer_.clear();
    at_ = lf_ = cr_ = 0;
    mark_done_ = skip_lf_ = false;
    skipped_.reset();
    return rest;
}

// The first LF or CR from `at_` on; the buffer's end where there is none.
INFERPP_DECL std::size_t sse_parser::find_line_end() noexcept
{
    char const* const text = buffer_.data();
    std::size_t const size = buffer_.size();
    auto const find = [text](char what, std::size_t from, std::size_t to) {
        void const* const found = std::memchr(text + from, what, to - from);
        return found ? static_cast<std::size_t>(static_cast<char const*>(found) - text) : to;
    };
    lf_ = (std::max)(lf_, at_);
    if (lf_ < size && text[lf_] != '\n')
        lf_ = find('\n', lf_, size);
    cr_ = (std::max)(cr_, at_);
    // Mostly there is none: look further than this line, but not so far that it leaves the cache.
    if (cr_ < lf_ && text[cr_] != '\r')
        cr_ = find('\r', cr_, (std::min)(size, (std::max)(lf_, cr_ + 4096)));
    return (std::min)(lf_, cr_);
}

// @return false: more bytes are needed to tell whether there is a byte order mark
INFERPP_DECL bool sse_parser::skip_mark() noexcept
{
    constexpr std::string_view mark = "\xef\xbb\xbf";
    std::string_view const start = std::string_view{buffer_}.substr(0, mark.size());
    if (start.size() < mark.size() && mark.starts_with(start))
        return false;
    mark_done_ = true;
    at_ = start == mark ? mark.size() : 0;
    return true;
}

INFERPP_DECL sse_parser::named_value sse_parser::read_line(std::string_view line) noexcept
{
    field name = field::unknown;
    std::size_t length = 0;
    auto const is = [&](field which, std::string_view text) {
        length = text.size();
        if (line.starts_with(text) && (line.size() == length || line[length] == ':'))
            name = which;
    };
    switch (line.front()) {
    case 'd': is(field::data, "data"); break;
    case 'e': is(field::event, "event"); break;
    case 'i': is(field::id, "id"); break;
    case 'r': is(field::retry, "retry"); break;
    case ':': name = field::comment; break;
    default: break;
    }
    named_value found;
    found.name = name;
    if (name == field::unknown || name == field::comment)
        return found;
    found.value = line.substr((std::min)(line.size(), length + 1));
    if (found.value.starts_with(' '))
        found.value.remove_prefix(1);
    return found;
}

INFERPP_DECL void sse_parser::take_line(named_value const& line)
{
    if (line.value.size() > limits_.line_bytes) {
        exceeded_ = limits_.line_bytes;
        return;
    }
    switch (line.name) {
    case field::data: take_data(line.value); break;
    case field::event: take_text(type_, line.value); break;
    case field::id:
        if (line.value.find('\0') == std::string_view::npos) {
            take_text(id_, line.value);
            has_id_ = true;
        }
        break;
    case field::retry: take_retry(line.value); break;
    case field::comment: ++comments_; break;
    case field::unknown: break;
    }
}

INFERPP_DECL void sse_parser::take_data(std::string_view value)
{
    std::size_t const before = !has_data_ ? 0 : (data_in_buffer_ ? data_size_ : data_.size()) + 1;
    if (before > limits_.event_bytes || value.size() > limits_.event_bytes - before) {
        exceeded_ = limits_.event_bytes;
    } else if (!has_data_) {
        has_data_ = data_in_buffer_ = true;
        data_at_ = static_cast<std::size_t>(value.data() - buffer_.data());
        data_size_ = value.size();
    } else {
        keep_data();
        data_.append(1, '\n').append(value);
    }
}

INFERPP_DECL void sse_parser::take_text(std::string& into, std::string_view value)
{
    into.assign(value);
    if (detail::valid_utf8_prefix(value) < value.size())
        into = detail::replace_invalid_utf8(value);
}

INFERPP_DECL void sse_parser::take_retry(std::string_view digits) noexcept
{
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), detail::is_digit))
        return;
    std::int64_t value = 0;
    for (char const c : digits)
        value = (std::min)(value * 10 + (c - '0'), std::int64_t{max_retry.count()});
    retry_ = std::chrono::milliseconds{value};
}

// What is in the buffer has no line end. A line of no use isn't kept, one of use has its limit.
INFERPP_DECL void sse_parser::look_at_partial_line()
{
    constexpr std::size_t longest_name = 6; // "event:"
    std::string_view const line = std::string_view{buffer_}.substr(at_);
    if (!skipped_ && !line.empty()) {
        named_value const start = read_line(line);
        if (start.name == field::comment ||
            (start.name == field::unknown && line.size() >= longest_name))
            skipped_ = start.name;
        else if (start.value.size() > limits_.line_bytes)
            exceeded_ = limits_.line_bytes;
    }
    if (skipped_)
        at_ = buffer_.size();
}

// The buffer is about to change.
INFERPP_DECL void sse_parser::keep_data()
{
    if (data_in_buffer_)
        data_.assign(buffer_, data_at_, data_size_);
    data_in_buffer_ = false;
}

// Forgets an event that was given out.
INFERPP_DECL void sse_parser::end_event()
{
    if (!taken_)
        return;
    taken_ = has_data_ = data_in_buffer_ = false;
    data_.clear();
    type_.clear();
}

// Member by member: a copy of a whole one waits for the members that were just written.
INFERPP_DECL void sse_parser::show_event()
{
    std::string_view data{data_};
    if (data_in_buffer_)
        data = std::string_view{buffer_}.substr(data_at_, data_size_);
    if (detail::valid_utf8_prefix(data) < data.size()) {
        data_ = detail::replace_invalid_utf8(data);
        data_in_buffer_ = false;
        data = data_;
    }
    event_.type = type_.empty() ? std::string_view{"message"} : std::string_view{type_};
    event_.data = data;
    event_.id = last_id_;
    event_.retry = retry_;
}

INFERPP_DECL error sse_parser::too_large() const
{
    return error{errc::event_too_large, "an event of the stream is over " +
                                            std::to_string(*exceeded_) +
                                            " bytes; raise limits.event_bytes"};
}

} // namespace inferpp::inline INFERPP_ABI

#endif
