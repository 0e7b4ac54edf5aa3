// SPDX-License-Identifier: BSL-1.0
//
// Not Boost.URL: its 1.81 wraps port 99999 to 34463 and takes "127.0.0.1%00.evil" for 127.0.0.1.

#ifndef INFERPP_CODEC_IMPL_URL_IPP
#define INFERPP_CODEC_IMPL_URL_IPP

#include <inferpp/codec/url.hpp>
#include <inferpp/core/text.hpp>

#include <charconv>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

inline bool is_unreserved(char c) noexcept
{
    return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

// Characters that may stand in a path or a query as they are, '%' with two digits included.
inline bool is_encoded_text(std::string_view text) noexcept
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (c == '%') {
            if (text.size() - i < 3 || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0)
                return false;
            i += 2;
        } else if (!is_unreserved(c) &&
                   std::string_view{"!$&'()*+,;=:@/?"}.find(c) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

inline bool is_ipv4_literal(std::string_view host) noexcept
{
    int parts = 0;
    while (!host.empty()) {
        auto const dot = host.find('.');
        std::string_view const part = host.substr(0, dot);
        int value = -1;
        auto const end = std::from_chars(part.data(), part.data() + part.size(), value);
        if (part.empty() || part.size() > 3 || end.ptr != part.data() + part.size() ||
            value > 255 || (part.size() > 1 && part[0] == '0'))
            return false;
        ++parts;
        if (dot == std::string_view::npos)
            return parts == 4;
        host.remove_prefix(dot + 1);
    }
    return false;
}

// Eight groups, of which one run of zeros may be left out and the last two may be written as IPv4.
inline bool is_ipv6_literal(std::string_view host) noexcept
{
    int groups = 0;
    bool gap = host.starts_with("::");
    if (gap)
        host.remove_prefix(2);
    while (!host.empty()) {
        auto const colon = host.find(':');
        std::string_view const group = host.substr(0, colon);
        bool const last = colon == std::string_view::npos;
        if (last && group.find('.') != std::string_view::npos) {
            if (!is_ipv4_literal(group))
                return false;
            groups += 2;
            break;
        }
        if (group.empty() || group.size() > 4)
            return false;
        for (char const c : group)
            if (hex_value(c) < 0)
                return false;
        ++groups;
        if (last)
            break;
        host.remove_prefix(colon + 1);
        if (host.empty())
            return false;
        if (host[0] == ':') {
            if (gap)
                return false;
            gap = true;
            host.remove_prefix(1);
        }
    }
    return gap ? groups < 8 : groups == 8;
}

// A host whose last label is a number is an address; getaddrinfo would take "127.1" or
// "2130706433" for one, which nobody means.
inline bool is_host(std::string_view host) noexcept
{
    if (host.empty() || host.size() > 253)
        return false;
    std::string_view rest = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
    std::string_view last;
    while (true) {
        auto const dot = rest.find('.');
        std::string_view const label = rest.substr(0, dot);
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-')
            return false;
        for (char const c : label)
            if (!is_digit(c) && !(ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') && c != '-' &&
                c != '_')
                return false;
        last = label;
        if (dot == std::string_view::npos)
            break;
        rest.remove_prefix(dot + 1);
    }
    bool const numeric =
        is_digit(last[0]) && (last.find_first_not_of("0123456789") == std::string_view::npos ||
                              last.starts_with("0x") || last.starts_with("0X"));
    return !numeric || is_ipv4_literal(host);
}

} // namespace detail

INFERPP_DECL std::string origin::authority() const
{
    std::string text = host.find(':') == std::string::npos ? host : '[' + host + ']';
    if (port != (tls ? 443 : 80))
        text += ':' + std::to_string(port);
    return text;
}

INFERPP_DECL std::string origin::to_string() const
{
    return (tls ? "https://" : "http://") + authority();
}

INFERPP_DECL result<url> parse_url(std::string_view text, bool allow_query)
{
    auto const colon = text.find("://");
    auto const refuse = [text, colon](std::string_view why) {
        // Neither what may be a password nor the query is shown.
        std::string shown;
        if (text.find('@') == std::string_view::npos)
            shown = detail::printable(text.substr(0, text.find_first_of("?#")), 128);
        else if (colon != std::string_view::npos)
            shown = detail::printable(text.substr(0, colon), 16) + "://***";
        else
            shown = "***";
        return error{errc::invalid_argument,
                     "the URL '" + shown + "' is not usable: " + std::string{why}};
    };
    url out;
    if (colon == std::string_view::npos)
        return refuse("it has no scheme; begin it with https://");
    if (detail::iequals(text.substr(0, colon), "https"))
        out.origin.tls = true;
    else if (detail::iequals(text.substr(0, colon), "http"))
        out.origin.tls = false;
    else
        return refuse("the scheme must be https or http");

    std::string_view rest = text.substr(colon + 3);
    auto const slash = rest.find_first_of("/?#");
    std::string_view authority = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash);
    if (authority.find('@') != std::string_view::npos)
        return refuse("it holds user information; pass credentials by their options");
    if (rest.find('#') != std::string_view::npos)
        return refuse("it has a fragment");

    std::string_view port;
    bool has_port = false;
    if (authority.starts_with('[')) {
        auto const close = authority.find(']');
        if (close == std::string_view::npos ||
            !detail::is_ipv6_literal(authority.substr(1, close - 1)))
            return refuse("the IPv6 address is malformed");
        out.origin.host = std::string{authority.substr(1, close - 1)};
        authority.remove_prefix(close + 1);
        if (!authority.empty() && authority[0] != ':')
            return refuse("the IPv6 address is malformed");
        has_port = !authority.empty();
        port = has_port ? authority.substr(1) : port;
    } else {
        auto const at = authority.find(':');
        has_port = at != std::string_view::npos;
        port = has_port ? authority.substr(at + 1) : port;
        out.origin.host = std::string{authority.substr(0, at)};
        if (!detail::is_host(out.origin.host))
            return refuse("the host must be a name of letters, digits, hyphens and dots, or an "
                          "IP address");
    }
    for (char& c : out.origin.host)
        c = detail::ascii_lower(c);

    out.origin.port = out.origin.tls ? 443 : 80;
    if (has_port) {
        unsigned value = 0;
        auto const end = std::from_chars(port.data(), port.data() + port.size(), value);
        if (port.empty() || port.size() > 5 || end.ec != std::errc{} ||
            end.ptr != port.data() + port.size() || value < 1 || value > 65535)
            return refuse("the port must be a number from 1 to 65535");
        out.origin.port = static_cast<std::uint16_t>(value);
    }

    auto const mark = rest.find('?');
    if (mark != std::string_view::npos) {
        if (!allow_query)
            return refuse("it has a query");
        out.query = std::string{rest.substr(mark + 1)};
        rest = rest.substr(0, mark);
    }
    out.path = rest.empty() ? "/" : std::string{rest};
    if (!detail::is_encoded_text(out.path) || !detail::is_encoded_text(out.query))
        return refuse("path and query may only hold characters that a URL allows; percent-encode "
                      "the others");
    return out;
}

INFERPP_DECL void append_percent_encoded(std::string_view text, std::string& out)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (char const c : text) {
        if (detail::is_unreserved(c)) {
            out += c;
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
}

INFERPP_DECL std::optional<std::string> percent_decode(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (text.size() - i < 3)
            return std::nullopt;
        int const high = detail::hex_value(text[i + 1]);
        int const low = detail::hex_value(text[i + 2]);
        if (high < 0 || low < 0)
            return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

INFERPP_DECL target_builder& target_builder::path(std::string_view segment)
{
    if (segment.empty() || segment == "." || segment == "..")
        valid_ = false;
    if (!path_.empty())
        path_ += '/';
    append_percent_encoded(segment, path_);
    return *this;
}

INFERPP_DECL target_builder& target_builder::query(std::string_view name, std::string_view value)
{
    query_ += query_.empty() ? '?' : '&';
    append_percent_encoded(name, query_);
    query_ += '=';
    append_percent_encoded(value, query_);
    return *this;
}

INFERPP_DECL std::string target_builder::str() const
{
    return valid_ ? path_ + query_ : std::string{};
}

INFERPP_DECL std::string join_target(std::string_view base_path, std::string_view target)
{
    while (base_path.ends_with('/'))
        base_path.remove_suffix(1);
    while (target.starts_with('/'))
        target.remove_prefix(1);
    std::string out{base_path};
    out += '/';
    return out.append(target);
}

} // namespace inferpp::inline INFERPP_ABI

#endif
