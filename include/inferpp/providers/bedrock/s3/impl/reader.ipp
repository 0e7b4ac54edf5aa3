// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_IMPL_READER_IPP
#define INFERPP_PROVIDERS_BEDROCK_S3_IMPL_READER_IPP

#include <inferpp/core/as_result.hpp>
#include <inferpp/providers/bedrock/s3/reader.hpp>
#include <inferpp/providers/bedrock/s3/target.hpp>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

constexpr char const* object_changed =
    "the object has changed while it was read; read it from its beginning";

inline error reader_error(error_code code, std::string message)
{
    error e{code, std::move(message)};
    e.edit().provider = "bedrock_s3";
    e.edit().operation = "read_object";
    e.edit().sent = sent_state::yes;
    return e;
}

// Whether the answer is of the place that was asked for, and of the same object.
INFERPP_DECL void object_reader::check_answer() const
{
    object_info const now = object_info::from(body_.headers());
    auto const range = parse_content_range(header_text(body_.headers(), "Content-Range"));
    bool const placed = ask_.offset == 0
                            ? body_.status() == 200
                            : body_.status() == 206 && range && range->first == ask_.offset;
    if (!placed)
        throw failure{reader_error(errc::bad_http, "the server did not send the part that was "
                                                   "asked for; does it know ranges?")};
    if (resumed_ > 0 && (now.etag != info_.etag || (size_ && now.size != *size_))) {
        throw failure{reader_error(error_code{412, http_category()}, object_changed)};
    }
}

INFERPP_DECL boost::asio::awaitable<void> object_reader::open()
{
    auto opened = co_await as_result(with_->send(ask_, call_));
    if (!opened) {
        error refused = opened.error();
        if (resumed_ > 0 && refused == condition::conflict)
            refused.edit().message = object_changed;
        throw failure{std::move(refused)};
    }
    body_ = std::move(*opened);
    check_answer();
}

INFERPP_DECL void object_reader::check_whole() const
{
    if (begun_at_ == 0 && info_.crc32 && checksum_.value() != *info_.crc32)
        throw failure{reader_error(errc::bad_content, "the object is damaged: it is not what its "
                                                      "CRC-32 says; read it again")};
}

INFERPP_DECL boost::asio::awaitable<std::string_view> object_reader::read()
{
    constexpr std::uint64_t worth_a_break = 1024 * 1024;
    while (with_) {
        auto const got = co_await as_result(body_.read());
        if (got && !got->empty()) {
            ask_.offset += got->size();
            checksum_.add(*got);
            credit_ += got->size();
            if (credit_ >= worth_a_break) {
                credit_ = 0;
                ++allowed_;
            }
            co_return *got;
        }
        if (size_ ? ask_.offset == *size_ : got.has_value()) {
            check_whole();
            co_return std::string_view{};
        }
        error broken = got ? error{errc::truncated} : got.error();
        bool const may_go_on =
            broken == errc::truncated || broken == errc::idle_timeout || broken == errc::tls_failed;
        if (!may_go_on || info_.etag.empty() || allowed_ == 0)
            throw failure{std::move(broken)};
        --allowed_;
        ++resumed_;
        ask_.if_match = info_.etag;
        co_await open();
    }
    co_return std::string_view{};
}

INFERPP_DECL boost::asio::awaitable<std::string> object_reader::read_rest(std::size_t most)
{
    std::string all;
    while (true) {
        std::string_view const piece = co_await read();
        if (piece.empty())
            co_return all;
        if (piece.size() > most - all.size())
            throw failure{reader_error(errc::body_too_large, "the object has more than " +
                                                                 std::to_string(most) +
                                                                 " bytes; read it piece by piece")};
        all += piece;
    }
}

INFERPP_DECL boost::asio::awaitable<object_reader> read_object::perform(client with,
                                                                        read_object request,
                                                                        call_options call)
{
    object_reader reader;
    reader.with_ = std::move(with);
    reader.ask_.object = std::move(request.object);
    reader.ask_.expected_bucket_owner = std::move(request.expected_bucket_owner);
    reader.ask_.offset = request.offset;
    reader.ask_.if_match = std::move(request.if_match);
    reader.call_ = call;
    reader.begun_at_ = request.offset;
    co_await reader.open();
    reader.info_ = object_info::from(reader.body_.headers());
    if (reader.body_.size())
        reader.size_ = reader.info_.size;
    co_return reader;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#endif
