// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_ORGANIZATIONS_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_ORGANIZATIONS_IPP

#include <inferpp/providers/decthings/organizations.hpp>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL result<pending_invites> pending_invites::from_json(boost::json::value const& value)
{
    pending_invites read;
    if (value.is_object()) {
        auto one = decode_value<invited_user>(value);
        if (!one)
            return one.error();
        read.users.push_back(std::move(*one));
        return read;
    }
    auto all = decode_value<std::vector<invited_user>>(value);
    if (!all)
        return all.error();
    read.users = std::move(*all);
    return read;
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
