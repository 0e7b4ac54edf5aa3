// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_FRAMING_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_FRAMING_IPP

#include <inferpp/providers/decthings/framing.hpp>
#include <inferpp/providers/decthings/varint.hpp>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL void attachments::add(shared_bytes content)
{
    blob& added = blobs_.emplace_back();
    added.size = content.size();
    added.pieces.push_back(std::move(content));
}

INFERPP_DECL void attachments::add(std::span<tensor const> tensors)
{
    blob& added = blobs_.emplace_back();
    for (tensor const& one : tensors) {
        std::string header;
        one.append_header(header);
        added.size += header.size() + one.data().size();
        added.pieces.emplace_back(std::move(header));
        added.pieces.push_back(one.data());
    }
}

INFERPP_DECL result<framed_request> frame_request(std::string prefix, std::string_view json,
                                                  attachments const& with)
{
    constexpr std::size_t most = 255;
    if (with.size() > most)
        return error{errc::invalid_argument,
                     "a request carries at most 255 pieces of data, and this one has " +
                         std::to_string(with.size())};
    framed_request framed;
    std::string text = std::move(prefix);
    text += static_cast<char>(with.size());
    append_varint(json.size(), text);
    for (attachments::blob const& one : with.blobs())
        append_varint(one.size, text);
    text += json;
    // Of what is larger, not to copy it is worth a piece of its own.
    constexpr std::size_t small = 16384;
    bool first = true;
    auto const flush = [&] {
        if (std::exchange(first, false))
            framed.head = std::move(text);
        else if (!text.empty())
            framed.rest.emplace_back(std::move(text));
        text.clear();
    };
    for (attachments::blob const& one : with.blobs())
        for (shared_bytes const& piece : one.pieces) {
            if (piece.size() <= small) {
                text += piece.view();
                continue;
            }
            flush();
            framed.rest.push_back(piece);
        }
    flush();
    return framed;
}

inline error malformed_answer(std::string why)
{
    error e{errc::bad_schema, "the answer " + std::move(why)};
    e.edit().phase = "decode";
    return e;
}

/// Takes a length and so many bytes off the front; `at` is moved behind them.
inline bool take_sized(shared_bytes const& from, std::size_t& at, shared_bytes& taken)
{
    std::string_view rest = from.view().substr(at);
    auto const size = take_varint(rest);
    if (!size || *size > rest.size())
        return false;
    taken = from.part(from.size() - rest.size(), static_cast<std::size_t>(*size));
    at = from.size() - rest.size() + taken.size();
    return true;
}

INFERPP_DECL result<shared_bytes> blob_reader::next()
{
    shared_bytes taken;
    std::size_t at = 0;
    if (rest_.empty())
        return malformed_answer("has only " + std::to_string(given_) +
                                " pieces of data, fewer than its JSON says");
    if (!take_sized(rest_, at, taken))
        return malformed_answer("ends inside of piece of data " + std::to_string(given_));
    rest_ = rest_.part(at);
    ++given_;
    return taken;
}

INFERPP_DECL result<void> blob_reader::finish() const
{
    if (!rest_.empty())
        return malformed_answer("goes on behind its " + std::to_string(given_) +
                                " pieces of data, which are all that its JSON names");
    return {};
}

INFERPP_DECL result<framed_answer> split_answer(shared_bytes const& body)
{
    shared_bytes json;
    std::size_t at = 0;
    if (!take_sized(body, at, json))
        return malformed_answer(body.empty() ? "is empty; check the base URL"
                                             : "is shorter than the length of its JSON says; "
                                               "check the base URL");
    framed_answer split;
    split.json = json.view();
    split.blobs = blob_reader{body.part(at)};
    return split;
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
