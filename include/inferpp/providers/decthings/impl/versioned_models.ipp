// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_VERSIONED_MODELS_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_VERSIONED_MODELS_IPP

#include <inferpp/providers/decthings/versioned_models.hpp>

namespace inferpp::inline INFERPP_ABI::decthings::versioned {

INFERPP_DECL result<void> model_source::check() const
{
    if (auto const* const code = std::get_if<code_source>(&from_))
        return check_given("options.language", code->language.text());
    if (auto const* const version = std::get_if<version_source>(&from_))
        return first_error({check_given("options.model_id", version->model_id),
                            check_given("options.version_id", version->version_id)});
    return check_given("options.model_id", std::get<duplicate_source>(from_).model_id);
}

INFERPP_DECL void model_source::to_json(json_writer& out) const
{
    constexpr std::string_view types[] = {"code", "basedOnModel", "duplicateExisting"};
    out.begin_object();
    out.key("type");
    out.string(types[from_.index()]);
    auto const write = [&](auto const& from) { write_json_members(from, out); };
    std::visit(write, from_);
    out.end_object();
}

} // namespace inferpp::inline INFERPP_ABI::decthings::versioned

#endif
