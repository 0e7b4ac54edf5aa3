// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_SOURCES_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_SOURCES_IPP

#include <inferpp/providers/annolab/sources.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

INFERPP_DECL result<void> get_source::validate() const
{
    return check_ids("source", {source});
}

INFERPP_DECL result<void> source_path_request::check_path() const
{
    if (auto const given = check_project_name(); !given)
        return given;
    if (auto const given = check_given("directory", directory); !given)
        return given;
    return check_given("source", source);
}

INFERPP_DECL result<void> create_text_source::validate() const
{
    if (auto const given = check_project(); !given)
        return given;
    return check_given("source_name", source_name);
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
