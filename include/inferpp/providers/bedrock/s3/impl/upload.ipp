// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_IMPL_UPLOAD_IPP
#define INFERPP_PROVIDERS_BEDROCK_S3_IMPL_UPLOAD_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/codec/crc32.hpp>
#include <inferpp/core/as_result.hpp>
#include <inferpp/providers/bedrock/s3/upload.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

INFERPP_DECL result<void> upload::validate() const
{
    constexpr std::uint64_t least = 5 * 1024 * 1024;
    constexpr std::uint64_t most = 1024 * 1024 * 1024;
    auto const valid = inferpp::detail::first_error(
        {check_object("object", object), check(),
         inferpp::detail::require(part_bytes >= least && part_bytes <= most,
                                  "part_bytes must be from 5 MiB to 1 GiB")});
    if (!valid)
        return valid;
    try {
        return inferpp::detail::require(content.open() != nullptr, "content is a null body_source");
    }
    catch (failure const& unreadable) {
        return unreadable.error();
    }
}

/// An upload on its way.
struct running_upload {
    running_upload(client client_, upload request_, call_options call_)
        : with(std::move(client_)),
          request(std::move(request_)),
          call(call_),
          source(request.content.open()),
          total(source->size())
    {
    }

    client with;
    upload request;
    call_options call;
    std::shared_ptr<http::body_source> source;
    std::optional<std::uint64_t> total;
    std::uint64_t done = 0;
    inferpp::crc32 whole;
    std::string id; ///< empty: not begun in parts
    std::vector<part> parts;
    bool at_end = false;
};

// How large the parts are.
inline std::uint64_t part_size(running_upload const& up) noexcept
{
    constexpr std::uint64_t most = max_parts_of_upload;
    std::uint64_t const needed = up.total ? (*up.total + most - 1) / most : 0;
    return (std::max)(up.request.part_bytes, needed);
}

// The next part; empty at the end.
inline boost::asio::awaitable<shared_bytes> read_next(running_upload& up)
{
    std::uint64_t const size = part_size(up);
    // One byte more than is left: it shows whether the source ends where it said, and small
    // contents don't need the memory of a whole part.
    bool const near_end = up.total && *up.total - up.done <= size;
    std::uint64_t const wanted = near_end ? *up.total - up.done + 1 : size;
    auto read = co_await http::read_up_to(*up.source, static_cast<std::size_t>(wanted));
    shared_bytes content{std::move(read.value())};
    up.at_end = content.size() < wanted;
    std::uint64_t const after = up.done + content.size();
    if (up.total && (after > *up.total || (up.at_end && after < *up.total)))
        throw failure{inferpp::detail::refuse("content has changed its size while it was sent")};
    up.whole.add(content.view());
    co_return content;
}

// What is told of one request is told of the whole.
inline http::progress_function part_progress(running_upload const& up)
{
    if (!up.request.progress)
        return {};
    return [&up](std::uint64_t sent, std::optional<std::uint64_t>) {
        up.request.progress(up.done + sent, up.total);
    };
}

// Whether a request may have done its work, though it was refused or its answer was lost.
inline bool may_be_done(error const& failed) noexcept
{
    if (failed == condition::cancelled || failed.info().sent == sent_state::no)
        return false;
    int const status = failed.info().http_status;
    return failed.info().attempts > 1 || status < 400 || status >= 500;
}

// Whether the object is there, as it was sent.
inline boost::asio::awaitable<std::optional<object_info>> find_made(running_upload& up)
{
    head_object ask{up.request.object};
    ask.expected_bucket_owner = up.request.expected_bucket_owner;
    auto const found = co_await as_result(up.with.send(ask, up.call));
    std::optional<object_info> made;
    if (found && found->size == up.done && found->crc32 == up.whole.value())
        made = *found;
    co_return made;
}

// Sends the request that makes the object. @param last what it brings
template <class Op>
boost::asio::awaitable<object_info> make_object(running_upload& up, Op const& op, std::size_t last)
{
    auto const made = co_await as_result(up.with.send(op, up.call));
    up.done += last;
    if (made)
        co_return *made;
    error const failed = made.error();
    if (may_be_done(failed)) {
        auto const found = co_await find_made(up);
        if (found)
            co_return *found;
    }
    throw failure{failed};
}

inline boost::asio::awaitable<object_info> put_whole(running_upload& up, shared_bytes content)
{
    put_object put{up.request.object, content};
    static_cast<write_options&>(put) = up.request;
    put.progress = part_progress(up);
    co_return co_await make_object(up, put, content.size());
}

inline boost::asio::awaitable<void> send_part(running_upload& up, shared_bytes content)
{
    int const number = static_cast<int>(up.parts.size()) + 1;
    if (number > max_parts_of_upload)
        throw failure{inferpp::detail::refuse(
            "content has more than 10,000 parts of part_bytes; raise part_bytes")};
    upload_part send{up.request.object, up.id, number, content};
    send.expected_bucket_owner = up.request.expected_bucket_owner;
    send.progress = part_progress(up);
    auto const sent = co_await up.with.send(send, up.call);
    up.parts.emplace_back(number, sent.etag);
    up.done += content.size();
}

inline boost::asio::awaitable<object_info> send_in_parts(running_upload& up, shared_bytes first)
{
    create_multipart_upload create{up.request.object};
    static_cast<write_options&>(create) = up.request;
    auto const begun = co_await up.with.send(create, up.call);
    up.id = begun.upload_id;
    for (shared_bytes next = std::move(first); !next.empty();) {
        co_await send_part(up, std::move(next));
        next = {};
        if (!up.at_end)
            next = co_await read_next(up);
    }
    complete_multipart_upload complete{up.request.object, up.id, up.parts};
    complete.expected_bucket_owner = up.request.expected_bucket_owner;
    complete.only_if_absent = up.request.only_if_absent;
    complete.crc32 = up.whole.value();
    complete.size = up.done;
    co_return co_await make_object(up, complete, 0);
}

inline boost::asio::awaitable<upload_receipt> run_upload(running_upload& up)
{
    shared_bytes first = co_await read_next(up);
    object_info made;
    if (up.at_end)
        made = co_await put_whole(up, std::move(first));
    else
        made = co_await send_in_parts(up, std::move(first));
    upload_receipt receipt;
    receipt.etag = std::move(made.etag);
    receipt.version_id = std::move(made.version_id);
    receipt.size = up.done;
    receipt.crc32 = up.whole.value();
    receipt.parts = static_cast<int>(up.parts.size());
    co_return receipt;
}

INFERPP_DECL boost::asio::awaitable<upload_receipt> upload::perform(client with, upload request,
                                                                    call_options call)
{
    running_upload up{std::move(with), std::move(request), call};
    std::exception_ptr failed; // perhaps from the caller's source
    try {
        co_return co_await run_upload(up);
    }
    catch (...) {
        failed = std::current_exception();
    }
    if (!up.id.empty()) {
        abort_multipart_upload abort{up.request.object, up.id};
        abort.expected_bucket_owner = up.request.expected_bucket_owner;
        call_options bounded;
        bounded.timeout = std::chrono::seconds{10};
        boost::asio::co_spawn(up.with.get_executor(), up.with.send(abort, bounded),
                              boost::asio::detached);
    }
    std::rethrow_exception(failed);
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#endif
