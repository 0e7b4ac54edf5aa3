// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_TAGS_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_TAGS_IPP

#include <inferpp/client/checks.hpp>
#include <inferpp/providers/bedrock/patterns.hpp>
#include <inferpp/providers/bedrock/tags.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::bedrock {

inline result<void> check_resource(std::string const& arn)
{
    return detail::require(is_taggable(arn),
                           "resource_arn must be the ARN of a resource of Bedrock, "
                           "arn:aws:bedrock:<region>:<account>:<kind>/<id>, of 20 to 1011 "
                           "characters");
}

INFERPP_DECL result<void> tag_resource::validate() const
{
    return detail::first_error({check_resource(resource_arn), check_tags("tags", tags)});
}

INFERPP_DECL result<void> untag_resource::validate() const
{
    bool const fine = tag_keys.size() <= 200 &&
                      std::all_of(tag_keys.begin(), tag_keys.end(), [](std::string const& key) {
                          return !key.empty() && key.size() <= 128 && is_tag_text(key);
                      });
    return detail::first_error(
        {check_resource(resource_arn),
         detail::require(fine, "tag_keys must be at most 200 keys, each of 1 to 128 letters, "
                               "digits, blanks and ._:/=+@-")});
}

INFERPP_DECL result<void> list_tags_for_resource::validate() const
{
    return check_resource(resource_arn);
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
