// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_MODZY_IMPL_MODELS_IPP
#define INFERPP_PROVIDERS_MODZY_IMPL_MODELS_IPP

#include <inferpp/codec/url.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/modzy/models.hpp>

namespace inferpp::inline INFERPP_ABI::modzy {

INFERPP_DECL result<void> version_request::validate() const
{
    if (!is_semantic_version(version))
        return refuse("version must be a semantic version such as \"1.0.1\", not '" +
                      inferpp::detail::printable(version, 64) + '\'');
    return {};
}

INFERPP_DECL result<void> set_engine_limits::validate() const
{
    if (processing.minimum_parallel_capacity < 0)
        return refuse("processing.minimum_parallel_capacity must be at least 0");
    if (processing.maximum_parallel_capacity < processing.minimum_parallel_capacity)
        return refuse("processing.maximum_parallel_capacity must be at least "
                      "processing.minimum_parallel_capacity");
    return version_request::validate();
}

INFERPP_DECL result<void> get_tagged_models::validate() const
{
    if (tags.empty())
        return refuse("tags is empty; give the identifiers of tags, see list_tags");
    for (std::string const& tag : tags)
        if (tag.empty() || tag.find(',') != std::string::npos)
            return refuse("tags holds one that is empty or has a comma");
    if (tags.size() == 1 && (tags[0] == "." || tags[0] == "..")) // that would be another route
        return refuse("tags holds one that is \".\" or \"..\"");
    return {};
}

// The commas stay commas: the platform splits the segment before it decodes it.
INFERPP_DECL std::string get_tagged_models::target() const
{
    std::string target = "models/tags/";
    for (std::size_t i = 0; i < tags.size(); ++i) {
        if (i > 0)
            target += ',';
        append_percent_encoded(tags[i], target);
    }
    return target;
}

} // namespace inferpp::inline INFERPP_ABI::modzy

#endif
