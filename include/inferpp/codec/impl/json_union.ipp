// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_JSON_UNION_IPP
#define INFERPP_CODEC_IMPL_JSON_UNION_IPP

#include <inferpp/codec/json_union.hpp>

namespace inferpp::inline INFERPP_ABI::detail {

INFERPP_DECL std::string one_of(std::span<std::string const> known)
{
    std::string text = "exactly one of ";
    for (std::string const& name : known)
        text.append(&name == known.data() ? "" : ", ").append(name);
    return text + " must be set";
}

// Members that are null say nothing, and "__type" is a note that some services add.
INFERPP_DECL boost::json::object::value_type const* find_alternative(
    boost::json::value const& from, std::span<std::string const> known, json_reader& where)
{
    if (!from.is_object()) {
        where.fail_kind("an object", from);
        return nullptr;
    }
    boost::json::object::value_type const* found = nullptr;
    for (auto const& member : from.get_object()) {
        if (member.value().is_null() || member.key() == "__type")
            continue;
        if (found != nullptr) {
            where.fail(one_of(known) + ", and there are several members");
            return nullptr;
        }
        found = &member;
    }
    if (found == nullptr)
        where.fail(one_of(known) + ", and there is none");
    return found;
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
