// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_LINK_IPP
#define INFERPP_CODEC_IMPL_LINK_IPP

#include <inferpp/codec/link.hpp>
#include <inferpp/core/text.hpp>

namespace inferpp::inline INFERPP_ABI {

// Where a quoted value ends; a backslash takes its meaning from the character behind it.
inline std::size_t end_of_quoted(std::string_view text) noexcept
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"')
            return i;
        i += text[i] == '\\' ? 1 : 0;
    }
    return std::string_view::npos;
}

// One parameter "name=value" or "name" is cut off the front; a quoted value may hold anything.
inline bool cut_parameter(std::string_view& rest, std::string_view& name, std::string_view& value)
{
    rest = detail::trim(rest);
    if (!rest.starts_with(';'))
        return false;
    rest.remove_prefix(1);
    auto const end = rest.find_first_of("=;,");
    name = detail::trim(rest.substr(0, end));
    value = {};
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
    if (!rest.starts_with('='))
        return true;
    rest.remove_prefix(1);
    rest = detail::trim(rest);
    bool const quoted = rest.starts_with('"');
    if (quoted)
        rest.remove_prefix(1);
    auto const stop = quoted ? end_of_quoted(rest) : rest.find_first_of(";,");
    value = detail::trim(rest.substr(0, stop));
    if (quoted && stop == std::string_view::npos)
        return false;
    rest.remove_prefix(stop == std::string_view::npos ? rest.size() : stop + (quoted ? 1 : 0));
    return true;
}

// A value of "rel" is a list separated by blanks.
inline bool lists_relation(std::string_view list, std::string_view relation) noexcept
{
    while (!list.empty()) {
        auto const end = list.find(' ');
        if (detail::iequals(list.substr(0, end), relation))
            return true;
        list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    }
    return false;
}

INFERPP_DECL bool link_has_relation(std::string_view header, std::string_view relation) noexcept
{
    while (true) {
        header = detail::trim(header);
        while (header.starts_with(',')) // empty elements of a list count as nothing
            header = detail::trim(header.substr(1));
        auto const end = header.find('>');
        if (!header.starts_with('<') || end == std::string_view::npos)
            return false;
        header.remove_prefix(end + 1);
        std::string_view name;
        std::string_view value;
        bool seen = false; // of several "rel" the first counts
        while (cut_parameter(header, name, value)) {
            if (seen || !detail::iequals(name, "rel"))
                continue;
            if (lists_relation(value, relation))
                return true;
            seen = true;
        }
        if (!header.starts_with(','))
            return false;
        header.remove_prefix(1);
    }
}

} // namespace inferpp::inline INFERPP_ABI

#endif
