// SPDX-License-Identifier: BSL-1.0
//
// Proxy rules and addresses: the first line is a host, the second a port, the rest a list.

#include <inferpp/net/address_filter.hpp>
#include <inferpp/net/proxy.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace inferpp;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    if (auto const read = proxy_options::parse(text)) {
        require(!read->host.empty() && read->port != 0);
        for (char const c : read->host)
            require(c > ' ' && c < 127 && c != '@' && c != '/');
    }
    auto const line = text.find('\n');
    std::string_view const host = text.substr(0, line);
    std::string_view const list = line == std::string_view::npos ? "" : text.substr(line + 1);
    bool const listed = bypasses_proxy(list, host, 443);
    require(list.find_first_not_of(", \t") != std::string_view::npos || !listed);
    require(bypasses_proxy("*", "any.test", 80));
    error_code code;
    auto const address = boost::asio::ip::make_address(host, code);
    if (!code && address.is_loopback())
        require(!is_public_address(address));
    return 0;
}
