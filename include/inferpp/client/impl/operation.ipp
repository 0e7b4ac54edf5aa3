// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_IMPL_OPERATION_IPP
#define INFERPP_CLIENT_IMPL_OPERATION_IPP

#include <inferpp/client/operation.hpp>
#include <inferpp/codec/url.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

namespace inferpp::inline INFERPP_ABI::detail {

// A value as it stands in a URL: text without its quotes, a list separated by commas.
inline void append_url_text(boost::json::value const& value, std::string& out)
{
    if (value.is_string()) {
        out.append(value.get_string().data(), value.get_string().size());
    } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.get_array().size(); ++i) {
            if (i > 0)
                out += ',';
            append_url_text(value.get_array()[i], out);
        }
    } else {
        out += boost::json::serialize(value);
    }
}

// The member's value for a URL; nothing for an empty optional.
inline result<std::optional<std::string>> url_text(void const* op, json_member const& member)
{
    void const* const place = member.address(const_cast<void*>(op));
    if (member.type->is_empty != nullptr && member.type->is_empty(place))
        return std::optional<std::string>{};
    std::string json;
    json_writer out{json};
    member.type->write(place, out);
    if (out.failed()) {
        out.error_in('.' + member.wire);
        return encode_error(out);
    }
    auto const parsed = parse_json(json);
    if (!parsed)
        return parsed.error();
    std::string text;
    append_url_text(*parsed, text);
    return std::optional<std::string>{std::move(text)};
}

inline json_member const* find_member(std::span<json_member const> members, std::string_view name)
{
    for (json_member const& member : members)
        if (member.name == name)
            return &member;
    return nullptr;
}

// The route with its names replaced.
inline result<std::string> fill_route(std::string_view route, void const* op,
                                      std::span<json_member const> members)
{
    std::string target;
    while (true) {
        auto const open = route.find('{');
        target += route.substr(0, open);
        if (open == std::string_view::npos)
            return target;
        auto const close = route.find('}', open);
        std::string_view const name = route.substr(open + 1, close - open - 1);
        route.remove_prefix((std::min)(close, route.size() - 1) + 1);
        json_member const* const member = find_member(members, name);
        if (member == nullptr)
            return error{errc::invalid_argument,
                         "the operation has no described member " + std::string{name}};
        auto const text = url_text(op, *member);
        if (!text)
            return text.error();
        // A server, or a proxy before it, would resolve the dots.
        if (!*text || (*text)->empty() || **text == "." || **text == "..")
            return error{errc::invalid_argument,
                         std::string{name} +
                             " can't be part of a URL: it is empty, \".\" or \"..\""};
        append_percent_encoded(**text, target);
    }
}

inline bool is_in_route(std::string_view route, std::string_view name)
{
    auto const at = route.find(name);
    for (auto found = at; found != std::string_view::npos; found = route.find(name, found + 1))
        if (found > 0 && route[found - 1] == '{' && route.substr(found + name.size(), 1) == "}")
            return true;
    return false;
}

INFERPP_DECL result<void> encode_members(operation_info const& info, void const* op,
                                         std::span<json_member const> members, bool with_body,
                                         http::request& message)
{
    auto target = fill_route(info.route, op, members);
    if (!target)
        return target.error();
    message.target = std::move(*target);
    bool const all = info.route.find('{') == std::string_view::npos;
    if (with_body) {
        json_writer out{message.body};
        if (all) {
            write_object(op, members, out);
        } else {
            out.begin_object();
            for (json_member const& member : members)
                if (!is_in_route(info.route, member.name))
                    write_member(op, member, out);
            out.end_object();
        }
        if (out.failed())
            return encode_error(out);
        return {};
    }
    char mark = message.target.find('?') == std::string::npos ? '?' : '&';
    for (json_member const& member : members) {
        if (member.unknowns || (!all && is_in_route(info.route, member.name)))
            continue;
        auto const text = url_text(op, member);
        if (!text)
            return text.error();
        if (!*text)
            continue;
        message.target += std::exchange(mark, '&');
        append_percent_encoded(member.wire, message.target);
        message.target += '=';
        append_percent_encoded(**text, message.target);
    }
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
