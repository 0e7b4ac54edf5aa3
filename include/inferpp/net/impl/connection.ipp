// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_CONNECTION_IPP
#define INFERPP_NET_IMPL_CONNECTION_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/net/connection.hpp>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/core/ignore_unused.hpp>
#include <boost/optional/optional.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::detail {

/// Beast's parser tells of a body piece by piece; this leaves each where it was received.
struct piece_body {
    using value_type = std::string_view; ///< the last piece

    class reader {
    public:
        template <bool is_request, class Fields>
        reader(boost::beast::http::header<is_request, Fields>&, value_type& last) : last_(last)
        {
        }
        void init(boost::optional<std::uint64_t> const&, error_code& code) { code = {}; }
        template <class Buffers>
        std::size_t put(Buffers const& buffers, error_code& code)
        {
            code = {};
            boost::asio::const_buffer const piece{*boost::asio::buffer_sequence_begin(buffers)};
            last_ = {static_cast<char const*>(piece.data()), piece.size()};
            return piece.size();
        }
        void finish(error_code& code) { code = {}; }

    private:
        value_type& last_;
    };
};

using response_parser = boost::beast::http::response_parser<piece_body>;

inline error framing_error(errc kind, std::string message, sent_state sent)
{
    error e{kind, std::move(message)};
    e.edit().phase = "read header";
    e.edit().sent = sent;
    return e;
}

/// The head of a request as text. Beast's serializer walks a list of buffers for each field, which
/// costs more than all the rest of sending a small request.
/// @param length of the body; empty: it is sent in chunks
inline std::string request_head(origin const& to, http::request const& message,
                                std::optional<std::uint64_t> length)
{
    std::string const host = to.authority();
    std::size_t size = message.method.size() + message.target.size() + host.size() + 64;
    for (auto const& field : message.headers)
        size += field.name.size() + field.value.size() + 4;
    std::string head;
    head.reserve(size);
    head.append(message.method).append(" ").append(message.target).append(" HTTP/1.1\r\nHost: ");
    head.append(host).append("\r\n");
    for (auto const& field : message.headers)
        head.append(field.name).append(": ").append(field.value).append("\r\n");
    bool const reads =
        message.method == "GET" || message.method == "HEAD" || message.method == "DELETE";
    if (!length)
        head += "Transfer-Encoding: chunked\r\n";
    else if (*length > 0 || !reads)
        head.append("Content-Length: ").append(std::to_string(*length)).append("\r\n");
    return head.append("\r\n");
}

inline std::string_view to_view(boost::beast::string_view text) noexcept
{
    return {text.data(), text.size()};
}

template <class Stream>
class stream_connection final : public connection {
public:
    static constexpr bool is_tls = std::same_as<Stream, ssl_stream>;

    explicit stream_connection(channel_ptr on)
        : channel_(std::move(on)),
          to_(channel_->to),
          stream_(stream_of(*channel_))
    {
    }

    boost::asio::awaitable<result<void>> exchange(http::request const& message,
                                                  limits const& bounds,
                                                  clock::time_point deadline) override
    {
        parser_.reset();
        result<void> sent;
        if (message.source)
            sent = co_await send_source(message, bounds, deadline);
        else
            sent = co_await send_memory(message, bounds, deadline);
        // A server may refuse a large request, and close, before it has read it all.
        bool const maybe_answered = !sent && sent.error() == errc::write_failed &&
                                    sent.error().info().sent == sent_state::maybe;
        if (!sent && !maybe_answered)
            co_return sent;
        broken_ = maybe_answered;
        auto received = co_await receive_header(message, bounds, deadline);
        if (!received && maybe_answered)
            co_return sent;
        co_return received;
    }

    incoming head() const override
    {
        incoming out;
        auto const& head = parser_->get();
        out.status = static_cast<int>(head.result_int());
        for (auto const& field : head)
            out.headers.add(to_view(field.name_string()), to_view(field.value()));
        if (auto const length = parser_->content_length())
            out.content_length = *length;
        return out;
    }

    boost::asio::awaitable<result<std::string_view>> read_some(clock::duration idle,
                                                               clock::time_point deadline) override
    {
        phase_limit const phase{"read body", idle, errc::idle_timeout, errc::truncated};
        std::string_view& piece = parser_->get().body();
        piece = {};
        while (piece.empty() && !parser_->is_done()) {
            error_code code = parse_body();
            if (code == boost::beast::http::error::need_more) {
                bool const deadline_first = arm(socket(), phase, deadline);
                auto const [broken, got] =
                    co_await stream_.async_read_some(buffer_.prepare(room()), as_values);
                buffer_.commit(got);
                code = seen_by(socket(), broken);
                if (code == boost::asio::error::eof)
                    parser_->put_eof(code);
                if (code)
                    co_return connection_error(code, phase, deadline_first, sent_state::yes, to_);
            } else if (code) {
                co_return connection_error(code, phase, false, sent_state::yes, to_);
            }
            // What is no body: sizes and extensions of chunks, trailers. Beast bounds each of them,
            // but not their sum.
            payload_ += piece.size();
            if (wire_ - payload_ > overhead_limit_ + 16 * payload_)
                co_return framing_error(
                    errc::bad_http, "the answer's chunks hold little but framing", sent_state::yes);
        }
        co_return piece;
    }

    bool at_end() const noexcept override { return parser_->is_done(); }

    bool reusable() const noexcept override
    {
        // Trailers were merged into the fields and may say anything of the framing.
        return !broken_ && !channel_->socket().expired() && parser_ && parser_->is_done() &&
               parser_->keep_alive() && buffer_.size() == 0 && parser_->get().result_int() != 421 &&
               field_count() == fields_;
    }

    void rest() noexcept override
    {
        socket().expires_never();
        constexpr std::size_t usual = 8192;
        if (buffer_.capacity() > usual) // grown by a large body
            buffer_.shrink_to_fit();
    }

    bool is_quiet() noexcept override
    {
        auto& tcp = socket().next_layer();
        char byte = 0;
#if defined(MSG_DONTWAIT)
        // One system call instead of two: this is on the way of every request.
        return ::recv(tcp.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
               (errno == EAGAIN || errno == EWOULDBLOCK);
#else
        error_code code;
        tcp.non_blocking(true, code);
        if (code)
            return false;
        tcp.receive(boost::asio::buffer(&byte, 1), boost::asio::socket_base::message_peek, code);
        return code == boost::asio::error::would_block || code == boost::asio::error::try_again;
#endif
    }

private:
    // Beast's own loop around the parser would do, were it not for an assertion of Beast 1.81 that
    // fails on "0 CR LF CR": the end of an empty chunked body of which one byte is missing.
    error_code parse_body()
    {
        std::string_view const unread{static_cast<char const*>(buffer_.data().data()),
                                      buffer_.size()};
        if (unread.empty() || (unread == "0\r\n\r" && parser_->chunked()))
            return boost::beast::http::error::need_more;
        error_code code;
        std::size_t const used = parser_->put(buffer_.data(), code);
        buffer_.consume(used);
        wire_ += used;
        if (code == boost::beast::http::error::need_more && room() == 0)
            return boost::beast::http::error::buffer_overflow;
        return code;
    }

    // What may still be read into the buffer.
    std::size_t room() const noexcept
    {
        return (std::min<std::size_t>)(65536, buffer_.max_size() - buffer_.size());
    }

    timed_socket& socket() noexcept
    {
        return channel_->socket();
    }

    std::size_t field_count() const noexcept
    {
        return static_cast<std::size_t>(
            std::distance(parser_->get().begin(), parser_->get().end()));
    }

    boost::asio::awaitable<result<void>> send_memory(http::request const& message,
                                                     limits const& bounds,
                                                     clock::time_point deadline)
    {
        std::string head = request_head(to_, message, message.body.size());
        std::string_view body = message.body;
        // A small request goes out at once, in one segment and one TLS record.
        constexpr std::size_t record = 16384;
        if (head.size() + body.size() <= record) {
            head += body;
            body = {};
        }
        sent_state sent = sent_state::no;
        auto written = co_await send(head, sent, bounds, deadline);
        if (written && !body.empty())
            written = co_await send(body, sent, bounds, deadline);
        co_return written;
    }

    boost::asio::awaitable<result<void>> send_source(http::request const& message,
                                                     limits const& bounds,
                                                     clock::time_point deadline)
    {
        auto const total = message.source->size();
        std::string text = request_head(to_, message, total);
        sent_state sent = sent_state::no;
        auto written = co_await send(text, sent, bounds, deadline);
        std::vector<char> piece(65536);
        std::uint64_t done = 0;
        while (written) {
            auto const got = co_await message.source->read(piece);
            if (!got)
                co_return source_error(got.error(), sent);
            done += *got;
            if (total && (done > *total || (*got == 0 && done < *total)))
                co_return source_error(
                    error{errc::invalid_argument, "the body has another size than it said"}, sent);
            std::string_view data{piece.data(), *got};
            if (!total) { // a chunk; that of no bytes is the last
                text = chunk(data);
                data = text;
            }
            if (!data.empty())
                written = co_await send(data, sent, bounds, deadline);
            if (written && message.progress && *got > 0)
                message.progress(done, total);
            if (*got == 0)
                break;
        }
        co_return written;
    }

    static std::string chunk(std::string_view data)
    {
        std::array<char, 20> size{};
        auto const end = std::to_chars(size.data(), size.data() + size.size(), data.size(), 16).ptr;
        std::string text{size.data(), end};
        return text.append("\r\n").append(data).append("\r\n");
    }

    // Writes all of it. `sent` says whether the server can have seen something of the request.
    boost::asio::awaitable<result<void>> send(std::string_view data, sent_state& sent,
                                              limits const& bounds, clock::time_point deadline)
    {
        phase_limit const phase{"write", bounds.write_idle, errc::write_timeout,
                                errc::write_failed};
        while (!data.empty()) {
            bool const deadline_first = arm(socket(), phase, deadline);
            auto const [code, written] = co_await stream_.async_write_some(
                boost::asio::buffer(data.data(), data.size()), as_values);
            // A TLS engine may have sent part of a record that it does not count.
            if (written > 0 || (is_tls && code))
                sent = sent_state::maybe;
            if (code)
                co_return connection_error(seen_by(socket(), code), phase, deadline_first, sent,
                                           to_);
            data.remove_prefix(written);
        }
        co_return result<void>{};
    }

    static error source_error(error e, sent_state sent)
    {
        e.edit().phase = "read the request's body";
        e.edit().sent = sent;
        return e;
    }

    boost::asio::awaitable<result<void>> receive_header(http::request const& message,
                                                        limits const& bounds,
                                                        clock::time_point deadline)
    {
        // Informational answers come before the real one; a server may send a few.
        constexpr int informational = 5;
        phase_limit const phase{"read header", bounds.first_byte, errc::first_byte_timeout,
                                errc::truncated};
        bool const deadline_first = arm(socket(), phase, deadline);
        for (int i = 0; i <= informational; ++i) {
            parser_.emplace();
            parser_->skip(message.method == "HEAD");
            parser_->header_limit(static_cast<std::uint32_t>(
                (std::min<std::size_t>)(bounds.header_bytes, 0x7fffffff)));
            parser_->body_limit(boost::none); // counted where the body is read
            buffer_.max_size((std::max<std::size_t>)(bounds.header_bytes, 65536) + 1024);
            auto const [code, got] = co_await boost::beast::http::async_read_header(
                stream_, buffer_, *parser_, as_values);
            boost::ignore_unused(got);
            if (code)
                co_return header_error(seen_by(socket(), code), phase, deadline_first, got > 0);
            unsigned const status = parser_->get().result_int();
            if (status / 100 != 1) {
                begin_body(bounds);
                co_return check_framing();
            }
            if (status == 101)
                co_return framing_error(errc::bad_http, "the server switched protocols unasked",
                                        sent_state::maybe);
        }
        co_return framing_error(errc::bad_http, "the server sent too many informational answers",
                                sent_state::maybe);
    }

    /// @param begun whether a status line was read
    error header_error(error_code code, phase_limit const& phase, bool deadline_first, bool begun)
    {
        error e = connection_error(code, phase, deadline_first, sent_state::maybe, to_);
        if constexpr (is_tls)
            if (e == errc::tls_failed && blame_client_certificate(stream_.native_handle(), e, code))
                e.edit().sent = sent_state::no;
        std::string_view const seen{static_cast<char const*>(buffer_.data().data()),
                                    buffer_.size()};
        // Too short for a line of HTTP, and none: another protocol.
        constexpr std::string_view http = "HTTP/1.";
        if (e == errc::truncated && !begun && !seen.empty() &&
            !http.starts_with(seen.substr(0, http.size())))
            e = connection_error(boost::beast::http::error::bad_version, phase, false,
                                 sent_state::maybe, to_);
        if (e == errc::bad_http && !seen.empty()) {
            e.edit().message += "; it sent \"" + printable(seen, 64) + '"';
        }
        return e;
    }

    void begin_body(limits const& bounds)
    {
        fields_ = field_count();
        wire_ = 0;
        payload_ = 0;
        overhead_limit_ = bounds.header_bytes;
        if constexpr (is_tls)
            channel_->tls->keep_session(to_, stream_.native_handle());
        auto const keep = parser_->get()[boost::beast::http::field::keep_alive];
        promised = parse_keep_alive(to_view(keep));
    }

    // "timeout=5, max=100": a second less, because the server counts from an earlier moment.
    static std::optional<std::chrono::milliseconds> parse_keep_alive(std::string_view value)
    {
        constexpr std::string_view name = "timeout=";
        auto const at = value.find(name);
        if (at == std::string_view::npos)
            return std::nullopt;
        value.remove_prefix(at + name.size());
        unsigned seconds = 0;
        auto const end = std::from_chars(value.data(), value.data() + value.size(), seconds);
        if (end.ec != std::errc{} || seconds > 86400)
            return std::nullopt;
        return std::chrono::seconds{seconds} - std::chrono::seconds{seconds > 0 ? 1 : 0};
    }

    // Beast 1.81 hands over bodies in codings that it does not decode.
    result<void> check_framing()
    {
        auto const& head = parser_->get();
        if (head.result_int() < 100)
            return framing_error(errc::bad_http, "the answer's status is no status",
                                 sent_state::maybe);
        auto const codings = head.equal_range(boost::beast::http::field::transfer_encoding);
        for (auto field = codings.first; field != codings.second; ++field)
            if (!iequals(trim(to_view(field->value())), "chunked") || head.version() != 11 ||
                std::next(codings.first) != codings.second)
                return framing_error(errc::bad_http,
                                     "the answer has a transfer coding other than chunked",
                                     sent_state::maybe);
        return {};
    }

    static Stream& stream_of(channel& on)
    {
        if constexpr (is_tls)
            return *on.secured;
        else
            return *on.plain;
    }

    channel_ptr channel_;
    origin const& to_;
    Stream& stream_;
    std::optional<response_parser> parser_;
    boost::beast::flat_buffer buffer_;
    std::size_t fields_ = 0;    ///< in the header
    std::uint64_t wire_ = 0;    ///< bytes of the body as it came
    std::uint64_t payload_ = 0; ///< of them, what is body
    std::uint64_t overhead_limit_ = 0;
    bool broken_ = false;
};

INFERPP_DECL std::unique_ptr<connection> speak_http(channel_ptr on)
{
    if (on->secured)
        return std::make_unique<stream_connection<ssl_stream>>(std::move(on));
    return std::make_unique<stream_connection<timed_socket>>(std::move(on));
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
