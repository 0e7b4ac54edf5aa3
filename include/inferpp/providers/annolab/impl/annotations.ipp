// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_ANNOTATIONS_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_ANNOTATIONS_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/annolab/annotations.hpp>

#include <set>

namespace inferpp::inline INFERPP_ABI::annolab {

INFERPP_DECL result<void> create_annotation_type::validate() const
{
    if (auto const given = check_project(); !given)
        return given;
    return check_given("type_name", type_name);
}

INFERPP_DECL result<void> create_layer::validate() const
{
    if (auto const given = check_project(); !given)
        return given;
    return check_given("layer_name", layer_name);
}

// What an annotation lacks, or has wrong; empty for nothing.
inline std::string fault_of(new_annotation const& item, bool needs_source)
{
    if (item.type.empty())
        return "type is empty; give the name or id of an annotation type";
    if (item.offsets && (item.offsets->begin < 0 || item.offsets->end < item.offsets->begin))
        return "offsets must be two positions in the text, the smaller one first";
    if (item.end_page && !item.page)
        return "end_page needs page";
    if (item.page && item.end_page && *item.end_page < *item.page)
        return "end_page is before page";
    if (needs_source && item.project.value_or("").empty())
        return "project is empty";
    if (needs_source && item.source.value_or("").empty())
        return "source is empty";
    return {};
}

INFERPP_DECL result<void> create_annotation::validate() const
{
    if (std::string fault = fault_of(*this, true); !fault.empty())
        return refuse(std::move(fault));
    if (layer.value_or("").empty())
        return refuse("layer is empty");
    return {};
}

// Annotations that one request takes.
inline result<void> check_annotations(std::vector<new_annotation> const& annotations,
                                      bool need_source)
{
    if (annotations.empty())
        return refuse("annotations is empty");
    if (annotations.size() > create_annotations::most)
        return refuse("annotations has " + std::to_string(annotations.size()) +
                      "; the platform takes 1 to " + std::to_string(create_annotations::most) +
                      " in a request, so send several");
    std::set<std::string_view> keys;
    for (std::size_t i = 0; i < annotations.size(); ++i) {
        std::string fault = fault_of(annotations[i], need_source);
        auto const& key = annotations[i].client_id;
        if (fault.empty() && key && !keys.insert(*key).second)
            fault = "client_id '" + inferpp::detail::printable(*key, 64) + "' is there twice";
        if (!fault.empty())
            return refuse("annotations[" + std::to_string(i) + "]: " + fault);
    }
    return {};
}

INFERPP_DECL std::optional<std::int64_t> created_annotations::find(
    std::string_view client_id) const noexcept
{
    for (annotation const& each : items)
        if (each.client_id == client_id)
            return each.id;
    return std::nullopt;
}

INFERPP_DECL result<created_annotations> created_annotations::decode(http::response&& answer)
{
    auto read = decode_json<std::vector<annotation>>(answer.body);
    if (!read)
        return read.error();
    created_annotations made;
    made.items = std::move(*read);
    return made;
}

INFERPP_DECL result<void> create_annotations::validate() const
{
    return check_annotations(annotations, true);
}

INFERPP_DECL result<void> annotate_source::validate() const
{
    if (auto const given = check_path(); !given)
        return given;
    if (auto const valid = check_annotations(annotations, false); !valid)
        return valid;
    return check_relations(relations, false);
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
