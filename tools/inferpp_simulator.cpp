// SPDX-License-Identifier: BSL-1.0
//
// Serves a simulated platform on loopback until SIGTERM, for clients in any language:
//
//     inferpp_simulator PLATFORM [--port N] [--api-key KEY]
//
// The first line printed is the platform's base URL.

#include <inferpp/core/error.hpp>
#include <inferpp/testing/modzy_simulator.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

namespace {

constexpr char const* usage =
    "usage: inferpp_simulator PLATFORM [--port N] [--api-key KEY]\n"
    "  PLATFORM       modzy\n"
    "  --port N       listen on 127.0.0.1:N; default: a free port\n"
    "  --api-key KEY  the only key that is good; default: any key that is not empty\n";

struct arguments {
    std::string platform;
    std::uint16_t port = 0;
    std::string api_key;
};

// Whether the command line makes sense.
bool parse(int count, char** values, arguments& out)
{
    if (count < 2)
        return false;
    out.platform = values[1];
    for (int i = 2; i < count; i += 2) {
        std::string_view const name = values[i];
        if (i + 1 == count)
            return false;
        std::string_view const value = values[i + 1];
        if (name == "--port") {
            auto const end = std::from_chars(value.data(), value.data() + value.size(), out.port);
            if (end.ec != std::errc{} || end.ptr != value.data() + value.size())
                return false;
        } else if (name == "--api-key" && !value.empty()) {
            out.api_key = value;
        } else {
            return false;
        }
    }
    return out.platform == "modzy";
}

} // namespace

int main(int count, char** values)
{
    arguments with;
    if (count == 2 && std::string_view{values[1]} == "--help") {
        std::fputs(usage, stdout);
        return 0;
    }
    if (!parse(count, values, with)) {
        std::fputs(usage, stderr);
        return 2;
    }
    try {
        boost::asio::io_context context{1};
        inferpp::testing::modzy_simulator_options options;
        options.port = with.port;
        options.api_key = with.api_key;
        inferpp::testing::modzy_simulator simulator{context.get_executor(), options};
        boost::asio::signal_set signals{context, SIGTERM, SIGINT};
        signals.async_wait([&simulator](boost::system::error_code, int) { simulator.stop(); });
        std::printf("%s\n", simulator.base_url().c_str());
        std::fflush(stdout);
        context.run();
        return 0;
    }
    catch (std::exception const& e) {
        std::fprintf(stderr, "inferpp_simulator: %s\n", e.what());
        return 1;
    }
}
