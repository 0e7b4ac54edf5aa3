// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_TYPES_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_TYPES_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/annolab/types.hpp>

#include <algorithm>
#include <array>

namespace inferpp::inline INFERPP_ABI::annolab {

INFERPP_DECL result<name_or_id> name_or_id::from_json(boost::json::value const& value)
{
    if (value.is_string())
        return name_or_id{std::string_view{value.get_string().data(), value.get_string().size()}};
    auto const id = decode_value<std::int64_t>(value);
    if (!id)
        return error{errc::bad_schema, "expected a name or an id"};
    return name_or_id{*id};
}

INFERPP_DECL void name_or_id::to_json(json_writer& out) const
{
    if (id_)
        out.number(*id_);
    else
        out.string(name_);
}

INFERPP_DECL project_request::project_request(project_ref in) : project(std::move(in.project))
{
    if (!in.group.empty())
        group = std::move(in.group);
}

INFERPP_DECL result<void> project_request::check_project() const
{
    if (project.empty())
        return refuse("project is empty; give its id, or the name of its group and its own");
    if (!project.id() && group.value_or("").empty())
        return refuse("group is empty; a project that is given by its name needs the name of the "
                      "group that owns it");
    return {};
}

INFERPP_DECL result<void> project_request::check_project_name() const
{
    if (auto const given = check_project(); !given)
        return given;
    if (project.id() || group.value_or("").empty())
        return refuse("this request takes a project by the names of its group and its own, and not "
                      "by its id");
    return {};
}

// A list of numbers, as many as there must be.
template <std::size_t Count, class T>
result<std::array<T, Count>> read_numbers(boost::json::value const& value)
{
    auto const read = decode_value<std::vector<T>>(value);
    if (!read || read->size() != Count)
        return error{errc::bad_schema, "expected " + std::to_string(Count) + " numbers"};
    std::array<T, Count> numbers{};
    std::copy(read->begin(), read->end(), numbers.begin());
    return numbers;
}

INFERPP_DECL result<text_range> text_range::from_json(boost::json::value const& value)
{
    auto const read = read_numbers<2, std::int64_t>(value);
    if (!read)
        return read.error();
    return text_range{(*read)[0], (*read)[1]};
}

INFERPP_DECL void text_range::to_json(json_writer& out) const
{
    out.begin_array();
    out.number(begin);
    out.number(end);
    out.end_array();
}

INFERPP_DECL result<box> box::from_json(boost::json::value const& value)
{
    auto const read = read_numbers<4, double>(value);
    if (!read)
        return read.error();
    return box{(*read)[0], (*read)[1], (*read)[2], (*read)[3]};
}

INFERPP_DECL void box::to_json(json_writer& out) const
{
    out.begin_array();
    for (double const each : {x1, y1, x2, y2})
        out.number(each);
    out.end_array();
}

INFERPP_DECL phase phase_of(std::string_view word) noexcept
{
    struct meaning {
        std::string_view word;
        phase means;
    };
    constexpr std::array<meaning, 22> words{{
        {"queued", phase::queued},
        {"pending", phase::queued},
        {"initalized", phase::queued}, // as exports say it
        {"initialized", phase::queued},
        {"created", phase::queued},
        {"started", phase::running},
        {"running", phase::running},
        {"processing", phase::running},
        {"inprogress", phase::running},
        {"in_progress", phase::running},
        {"finished", phase::succeeded},
        {"complete", phase::succeeded},
        {"completed", phase::succeeded},
        {"ready", phase::succeeded},
        {"partialerror", phase::partially_succeeded},
        {"partial_error", phase::partially_succeeded},
        {"errored", phase::failed},
        {"error", phase::failed},
        {"failed", phase::failed},
        {"cancelled", phase::cancelled},
        {"canceled", phase::cancelled},
        {"expired", phase::expired},
    }};
    auto const found = std::find_if(words.begin(), words.end(), [&](meaning const& each) {
        return inferpp::detail::iequals(each.word, word);
    });
    return found != words.end() ? found->means : phase::unknown;
}

INFERPP_DECL std::string id_text(std::int64_t id)
{
    return id > 0 ? std::to_string(id) : std::string{};
}

INFERPP_DECL result<void> check_ids(char const* name, std::vector<std::int64_t> const& ids)
{
    for (std::int64_t const id : ids)
        if (id < 1)
            return refuse(std::string{name} + " holds " + std::to_string(id) +
                          "; ids are positive numbers");
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
