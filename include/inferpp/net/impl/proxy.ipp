// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_NET_IMPL_PROXY_IPP
#define INFERPP_NET_IMPL_PROXY_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/net/proxy.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <cstdlib>

namespace inferpp::inline INFERPP_ABI {
namespace detail {

inline std::string_view without_brackets(std::string_view host) noexcept
{
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    return host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
}

inline bool is_in_range(boost::asio::ip::address const& address, std::string_view range)
{
    error_code code;
    std::string const text{range};
    if (address.is_v4()) {
        auto const network = boost::asio::ip::make_network_v4(text, code);
        if (code)
            return false;
        auto const mask = network.netmask().to_uint();
        return (address.to_v4().to_uint() & mask) == (network.address().to_uint() & mask);
    }
    auto const network = boost::asio::ip::make_network_v6(text, code);
    if (code)
        return false;
    return boost::asio::ip::make_network_v6(address.to_v6(), network.prefix_length()).canonical() ==
           network.canonical();
}

// One entry of the list, trimmed.
inline bool entry_matches(std::string_view entry, std::string_view host, std::uint16_t port)
{
    if (entry == "*")
        return true;
    error_code code;
    auto const address = boost::asio::ip::make_address(std::string{host}, code);
    if (!code) {
        if (entry.find('/') != std::string_view::npos)
            return is_in_range(address, entry);
        auto const other =
            boost::asio::ip::make_address(std::string{without_brackets(entry)}, code);
        return !code && other == address;
    }
    if (auto const colon = entry.rfind(':'); colon != std::string_view::npos) {
        if (entry.substr(colon + 1) != std::to_string(port))
            return false;
        entry = entry.substr(0, colon);
    }
    entry = without_brackets(entry);
    if (entry.starts_with('.'))
        entry.remove_prefix(1);
    if (entry.empty() || host.size() < entry.size() ||
        !iequals(host.substr(host.size() - entry.size()), entry))
        return false;
    return host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.';
}

inline char const* environment(char const* upper, char const* lower) noexcept
{
    char const* value = std::getenv(upper);
    if (value == nullptr || *value == '\0')
        value = std::getenv(lower);
    return value == nullptr ? "" : value;
}

} // namespace detail

INFERPP_DECL bool bypasses_proxy(std::string_view bypass, std::string_view host, std::uint16_t port)
{
    host = detail::without_brackets(host);
    while (!bypass.empty()) {
        auto const end = (std::min)(bypass.find(','), bypass.size());
        std::string_view const entry = detail::trim(bypass.substr(0, end));
        if (!entry.empty() && detail::entry_matches(entry, host, port))
            return true;
        bypass.remove_prefix((std::min)(end + 1, bypass.size()));
    }
    return false;
}

INFERPP_DECL result<proxy_options> proxy_options::parse(std::string_view text)
{
    auto const refuse = [](char const* why) {
        return error{errc::invalid_argument, std::string{"the proxy's URL is not usable: "} + why};
    };
    proxy_options options;
    auto const scheme = text.find("://");
    if (scheme == std::string_view::npos)
        return refuse("it has no scheme; begin it with http://");
    auto const end = (std::min)(text.find_first_of("/?#", scheme + 3), text.size());
    auto const at = text.substr(0, end).rfind('@');
    std::string address{text};
    if (at != std::string_view::npos && at > scheme) {
        std::string_view const who = text.substr(scheme + 3, at - scheme - 3);
        auto const colon = (std::min)(who.find(':'), who.size());
        auto const user = percent_decode(who.substr(0, colon));
        auto const password = percent_decode(who.substr((std::min)(colon + 1, who.size())));
        if (!user || !password)
            return refuse("user or password are not percent-encoded properly");
        for (char const c : *user + *password)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
                return refuse("user or password hold control characters");
        options.user = *user;
        options.password = secret{*password};
        address = std::string{text.substr(0, scheme + 3)}.append(text.substr(at + 1));
    }
    auto const parsed = parse_url(address, false);
    if (!parsed || parsed->origin.tls || parsed->path != "/")
        return refuse("it must be http://[user:password@]host[:port]");
    options.host = parsed->origin.host;
    options.port = parsed->origin.port;
    return options;
}

INFERPP_DECL result<proxy_options> proxy_options::from_env()
{
    std::string_view const text = detail::environment("HTTPS_PROXY", "https_proxy");
    if (text.empty())
        return proxy_options{};
    auto options = parse(text.find("://") == std::string_view::npos ? "http://" + std::string{text}
                                                                    : std::string{text});
    if (options)
        options->bypass = detail::environment("NO_PROXY", "no_proxy");
    return options;
}

} // namespace inferpp::inline INFERPP_ABI

#endif
