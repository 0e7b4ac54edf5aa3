// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_MODZY_IMPL_TYPES_IPP
#define INFERPP_PROVIDERS_MODZY_IMPL_TYPES_IPP

#include <inferpp/codec/link.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/modzy/types.hpp>

namespace inferpp::inline INFERPP_ABI::modzy {

INFERPP_DECL result<void> page_request::validate() const
{
    if (page < 1)
        return refuse("page must be at least 1");
    if (per_page < 1 || per_page > 1000)
        return refuse("per_page must be 1 to 1000");
    if (direction && !inferpp::detail::iequals(*direction, "ASC") &&
        !inferpp::detail::iequals(*direction, "DESC"))
        return refuse("direction must be \"ASC\" or \"DESC\"");
    return {};
}

INFERPP_DECL bool links_to_next(http::headers const& headers) noexcept
{
    for (auto const& field : headers)
        if (inferpp::detail::iequals(field.name, "Link") && link_has_relation(field.value, "next"))
            return true;
    return false;
}

INFERPP_DECL bool is_semantic_version(std::string_view text) noexcept
{
    for (int part = 0; part < 3; ++part) {
        std::size_t digits = 0;
        while (digits < text.size() && inferpp::detail::is_digit(text[digits]))
            ++digits;
        if (digits == 0 || (part < 2 && (digits == text.size() || text[digits] != '.')))
            return false;
        text.remove_prefix(part < 2 ? digits + 1 : digits);
    }
    if (text.empty())
        return true;
    if ((text[0] != '-' && text[0] != '+') || text.size() == 1)
        return false;
    for (char const c : text)
        if (!inferpp::detail::is_digit(c) &&
            !(inferpp::detail::ascii_lower(c) >= 'a' && inferpp::detail::ascii_lower(c) <= 'z') &&
            c != '-' && c != '+' && c != '.')
            return false;
    return true;
}

} // namespace inferpp::inline INFERPP_ABI::modzy

#endif
