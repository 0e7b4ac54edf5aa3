// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_TAGS_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_TAGS_IPP

#include <inferpp/codec/url.hpp>
#include <inferpp/providers/annolab/tags.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

INFERPP_DECL result<void> tag_list_request::validate() const
{
    if (auto const given = check_project(); !given)
        return given;
    if (auto const given = check_given("tags", tags); !given)
        return given;
    for (new_tag const& each : tags)
        if (auto const given = check_given("type_name", each.type_name); !given)
            return given;
    return check_given("list_name", list_name);
}

INFERPP_DECL result<void> tag_list_request::write_body(std::string& out) const
{
    json_writer writer{out};
    writer.begin_object();
    write_json_members(static_cast<project_request const&>(*this), writer);
    writer.key(list_name);
    write_json(tags, writer);
    writer.end_object();
    if (writer.failed())
        return inferpp::detail::encode_error(writer);
    return {};
}

// A list, or the first list that an object holds.
INFERPP_DECL result<tag_list> tag_list::decode(http::response&& answer)
{
    auto const parsed = parse_json(answer.body);
    if (!parsed)
        return parsed.error();
    boost::json::value const* found = &*parsed;
    if (parsed->is_object())
        for (auto const& member : parsed->get_object())
            if (member.value().is_array()) {
                found = &member.value();
                break;
            }
    auto read = decode_value<std::vector<tag>>(*found);
    if (!read)
        return read.error();
    tag_list list;
    list.tags = std::move(*read);
    return list;
}

INFERPP_DECL result<void> update_tag::validate() const
{
    return check_given("type_name", type_name);
}

INFERPP_DECL result<tag_page> tag_page::decode(http::response&& answer)
{
    auto read = decode_json<std::vector<tag>>(answer.body);
    if (!read)
        return read.error();
    tag_page page;
    page.items = std::move(*read);
    return page;
}

INFERPP_DECL result<void> list_tags::validate() const
{
    if (page < 1)
        return refuse("page must be at least 1");
    return check_project_name();
}

INFERPP_DECL std::string list_tags::target() const
{
    return target_builder{}
        .path("project")
        .path(group.value_or(""))
        .path(project.text())
        .path("tags")
        .str();
}

INFERPP_DECL result<void> list_tags::write_body(std::string& out) const
{
    json_writer writer{out};
    writer.begin_object();
    writer.key("page");
    writer.number(page);
    writer.end_object();
    return {};
}

INFERPP_DECL bool list_tags::advance(tag_page const& listed)
{
    constexpr std::size_t smallest_page = 1'000;
    if (listed.items.size() < smallest_page)
        return false;
    ++page;
    return true;
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
