// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_HTTP_IPP
#define INFERPP_NET_IMPL_HTTP_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/net/http.hpp>

#include <array>

namespace inferpp::inline INFERPP_ABI::http {

INFERPP_DECL void headers::set(std::string_view name, std::string_view value)
{
    std::string kept{value}; // the value may come from these very headers
    std::erase_if(fields_, [name](field const& f) { return detail::iequals(f.name, name); });
    fields_.emplace_back(name, kept);
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
        if (!detail::is_digit(c) && !(detail::ascii_lower(c) >= 'a' && detail::ascii_lower(c) <= 'z') &&
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
            return refuse("a header's name is no HTTP token: '" + detail::printable(field.name, 64) +
                          '\'');
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

} // namespace inferpp::inline INFERPP_ABI::http

#endif
