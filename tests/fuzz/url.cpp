// SPDX-License-Identifier: BSL-1.0
//
// URLs, references and redirects: what is accepted is plain, and reads the same when it is written.

#include <inferpp/codec/redirect.hpp>
#include <inferpp/codec/url.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace inferpp;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

bool is_plain(std::string_view text)
{
    for (char const c : text)
        if (c <= ' ' || c >= 127)
            return false;
    return true;
}

void check(url const& read)
{
    require(!read.origin.host.empty());
    require(is_plain(read.origin.host) && is_plain(read.path) && is_plain(read.query));
    require(read.origin.port != 0);
    require(read.path.empty() || read.path.front() == '/');
    for (char const c : read.origin.host)
        require(c != '/' && c != '@' && c != '\\' && c != '%' && c != '?' && c != '#');
    std::string written = read.origin.to_string() + read.path;
    if (!read.query.empty())
        written += '?' + read.query;
    auto const again = parse_url(written);
    require(again.has_value());
    require(again->origin == read.origin && again->path == read.path && again->query == read.query);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    if (auto const read = parse_url(text))
        check(*read);
    if (auto const read = parse_url(text, false)) {
        check(*read);
        require(read->query.empty());
    }
    static url const base = parse_url("https://api.test:8443/v1/jobs/x?a=b").value();
    if (auto const read = resolve_reference(base, text))
        check(*read);
    for (int const status : {301, 302, 303, 307, 308})
        for (char const* const method : {"GET", "POST"}) {
            auto const to = follow_redirect(status, method, base, text);
            if (!to)
                continue;
            check(to->to);
            require(to->to.origin.tls); // never from https to http
            require(to->same_origin == (to->to.origin == base.origin));
        }
    if (auto const decoded = percent_decode(text)) {
        std::string coded;
        append_percent_encoded(*decoded, coded);
        require(is_plain(coded));
        require(percent_decode(coded) == *decoded);
    }
    target_builder built;
    built.path(text).query("q", text);
    require(is_plain(built.str()));
    return 0;
}
