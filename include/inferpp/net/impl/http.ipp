// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_HTTP_IPP
#define INFERPP_NET_IMPL_HTTP_IPP

#include <inferpp/core/file.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/net/http.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

namespace inferpp::inline INFERPP_ABI::http {

INFERPP_DECL void headers::set(std::string_view name, std::string_view value)
{
    std::string kept{value}; // the value may come from these very headers
    erase(name);
    fields_.emplace_back(name, kept);
}

INFERPP_DECL void headers::erase(std::string_view name)
{
    std::erase_if(fields_, [name](field const& f) { return detail::iequals(f.name, name); });
}

INFERPP_DECL std::optional<std::string_view> headers::find(std::string_view name) const noexcept
{
    for (field const& f : fields_)
        if (detail::iequals(f.name, name))
            return f.value;
    return std::nullopt;
}

// RFC 9110 section 5.6.2
inline bool is_token(std::string_view text) noexcept
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    for (char const c : text)
        if (!detail::is_digit(c) &&
            !(detail::ascii_lower(c) >= 'a' && detail::ascii_lower(c) <= 'z') &&
            marks.find(c) == std::string_view::npos)
            return false;
    return !text.empty();
}

inline bool is_field_value(std::string_view text) noexcept
{
    for (char const c : text)
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f')
            return false;
    return text.empty() || (text.front() != ' ' && text.front() != '\t' && text.back() != ' ' &&
                            text.back() != '\t');
}

INFERPP_DECL result<void> validate(request const& message)
{
    auto const refuse = [](std::string text) {
        return error{errc::invalid_argument, std::move(text)};
    };
    if (!is_token(message.method))
        return refuse("the method is no HTTP token");
    if (!message.target.starts_with('/'))
        return refuse("the target must begin with a slash; an identifier in it may be empty, "
                      "\".\" or \"..\"");
    for (char const c : message.target)
        if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f)
            return refuse("the target holds characters that must be percent-encoded");
    constexpr std::array<std::string_view, 4> ours{"Host", "Content-Length", "Transfer-Encoding",
                                                   "Connection"};
    for (auto const& field : message.headers) {
        if (!is_token(field.name))
            return refuse("a header's name is no HTTP token: '" +
                          detail::printable(field.name, 64) + '\'');
        for (std::string_view const name : ours)
            if (detail::iequals(field.name, name))
                return refuse("the header " + field.name + " is set by the transport");
        if (!is_field_value(field.value))
            return refuse("the value of the header " + field.name +
                          " holds control characters or begins or ends with a blank; does it come "
                          "from a file with a line end?");
    }
    return {};
}

INFERPP_DECL boost::asio::awaitable<result<std::string>> read_up_to(body_source& from,
                                                                    std::size_t size)
{
    std::string read(size, '\0');
    std::size_t filled = 0;
    while (filled < read.size()) {
        std::span<char> const rest{read.data() + filled, read.size() - filled};
        auto const got = co_await from.read(rest);
        if (!got)
            co_return got.error();
        if (*got == 0)
            break;
        filled += *got;
    }
    read.resize(filled);
    co_return result<std::string>{std::move(read)};
}

/// A file as a body.
class file_body_source final : public body_source {
public:
    explicit file_body_source(std::filesystem::path const& path)
        : path_(path),
          file_(inferpp::detail::open_file(path))
    {
        std::error_code code;
        auto const size = std::filesystem::file_size(path, code);
        if (!code) // a pipe has none
            size_ = size;
    }

    std::optional<std::uint64_t> size() const override { return size_; }

    boost::asio::awaitable<result<std::size_t>> read(std::span<char> into) override
    {
        std::size_t const got = std::fread(into.data(), 1, into.size(), file_.get());
        if (got == 0 && std::ferror(file_.get()) != 0)
            co_return inferpp::detail::file_error(path_, {errno, std::generic_category()});
        co_return got;
    }

    result<void> rewind() override
    {
        std::clearerr(file_.get());
        if (std::fseek(file_.get(), 0, SEEK_SET) != 0)
            return inferpp::detail::file_error(path_, {errno, std::generic_category()});
        return {};
    }

private:
    std::filesystem::path path_;
    inferpp::detail::file_handle file_;
    std::optional<std::uint64_t> size_;
};

INFERPP_DECL std::shared_ptr<body_source> file_body(std::filesystem::path const& path)
{
    return std::make_shared<file_body_source>(path);
}

/// Pieces of memory as a body.
class memory_body_source final : public body_source {
public:
    explicit memory_body_source(std::vector<shared_bytes> pieces) : pieces_(std::move(pieces))
    {
        for (shared_bytes const& piece : pieces_)
            size_ += piece.size();
    }

    std::optional<std::uint64_t> size() const override { return size_; }

    boost::asio::awaitable<result<std::size_t>> read(std::span<char> into) override
    {
        std::size_t filled = 0;
        while (filled < into.size() && piece_ < pieces_.size()) {
            std::string_view const rest = pieces_[piece_].view().substr(at_);
            std::size_t const count = (std::min)(rest.size(), into.size() - filled);
            if (count > 0) // memcpy takes no null pointer, not even for nothing
                std::memcpy(into.data() + filled, rest.data(), count);
            filled += count;
            at_ += count;
            if (count == rest.size()) {
                ++piece_;
                at_ = 0;
            }
        }
        co_return filled;
    }

    result<void> rewind() override
    {
        piece_ = 0;
        at_ = 0;
        return {};
    }

private:
    std::vector<shared_bytes> pieces_;
    std::uint64_t size_ = 0;
    std::size_t piece_ = 0; ///< that is read now
    std::size_t at_ = 0;    ///< in it
};

INFERPP_DECL std::shared_ptr<body_source> memory_body(std::vector<shared_bytes> pieces)
{
    return std::make_shared<memory_body_source>(std::move(pieces));
}

} // namespace inferpp::inline INFERPP_ABI::http

#endif
