// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_REDIRECT_IPP
#define INFERPP_CODEC_IMPL_REDIRECT_IPP

#include <inferpp/codec/redirect.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

// RFC 3986 section 5.2.4. The path begins with a slash.
inline std::string remove_dot_segments(std::string_view path)
{
    std::string out;
    while (!path.empty()) {
        auto const end = (std::min)(path.find('/', 1), path.size());
        std::string_view const segment = path.substr(0, end);
        bool const last = end == path.size();
        if (segment == "/..") {
            out.erase((std::min)(out.rfind('/'), out.size()));
            if (last)
                out += '/';
        } else if (segment == "/.") {
            if (last)
                out += '/';
        } else {
            out += segment;
        }
        path.remove_prefix(end);
    }
    return out.empty() ? "/" : out;
}

} // namespace detail

INFERPP_DECL result<url> resolve_reference(url const& base, std::string_view reference)
{
    reference = reference.substr(0, reference.find('#'));
    auto const colon = reference.find(':');
    bool const has_scheme =
        colon != std::string_view::npos && colon < reference.find_first_of("/?");
    std::string text;
    if (has_scheme) {
        text = reference;
    } else if (reference.starts_with("//")) {
        text = (base.origin.tls ? "https:" : "http:") + std::string{reference};
    } else {
        auto const mark = (std::min)(reference.find('?'), reference.size());
        std::string_view const path = reference.substr(0, mark);
        std::string whole = base.path;
        if (path.starts_with('/'))
            whole = path;
        else if (!path.empty())
            whole = base.path.substr(0, base.path.rfind('/') + 1).append(path);
        text = base.origin.to_string() + whole;
        if (path.empty() && mark == reference.size() && !base.query.empty())
            text += '?' + base.query;
        text += reference.substr(mark);
    }
    auto resolved = parse_url(text);
    if (resolved)
        resolved->path = detail::remove_dot_segments(resolved->path);
    return resolved;
}

INFERPP_DECL result<redirect_target> follow_redirect(int status, std::string_view method,
                                                     url const& from, std::string_view location)
{
    auto const refuse = [](std::string why) {
        return error{errc::redirect_refused, "the redirect is not followed: " + why};
    };
    if (!is_redirect(status))
        return refuse("its status is no redirect");
    if (location.empty())
        return refuse("it has no Location, or more than one");
    auto const to = resolve_reference(from, location);
    if (!to)
        return refuse(to.error().info().message);
    bool const reads = method == "GET" || method == "HEAD";
    redirect_target target;
    target.to = *to;
    target.method = method;
    target.same_origin = to->origin == from.origin;
    if (status == 303)
        target.method = method == "HEAD" ? "HEAD" : "GET";
    else if (status <= 302 && !reads)
        return refuse("it would turn the request into another");
    else
        target.keep_body = !reads && method != "DELETE";
    if (from.origin.tls && !to->origin.tls)
        return refuse("it leads from https to http");
    if (!target.same_origin && target.method != "GET" && target.method != "HEAD")
        return refuse("it would give the request to another origin");
    if (target.same_origin && to->target() == from.target() && target.method == method)
        return refuse("it leads to itself");
    return target;
}

} // namespace inferpp::inline INFERPP_ABI

#endif
