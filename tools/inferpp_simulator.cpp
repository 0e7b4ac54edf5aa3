// SPDX-License-Identifier: BSL-1.0
//
// Serves a simulated platform on loopback until SIGTERM, for clients in any language:
//
//     inferpp_simulator PLATFORM [OPTION VALUE]...
//
// The first line printed is the platform's base URL.

#include <inferpp/codec/json.hpp>
#include <inferpp/core/error.hpp>
#include <inferpp/testing/modzy_simulator.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace testing = inferpp::testing;

constexpr char const* usage =
    "usage: inferpp_simulator PLATFORM [OPTION VALUE]...\n"
    "  PLATFORM           modzy\n"
    "  --port N           listen on 127.0.0.1:N; default: a free port\n"
    "  --api-key KEY      the only key that is good; default: any key that is not empty\n"
    "  --chunk-limit SIZE largest chunk of an upload, such as 64Ki; default: 1M\n"
    "  --max-inputs N     inputs in one job; default: 10000\n"
    "  --storage FOLDER   what jobs find in S3 and Azure: files at bucket/key; and in databases:\n"
    "                     rows.json, an array of objects with a text for each column\n";

template <class T>
bool parse_number(std::string_view text, T& out)
{
    auto const end = std::from_chars(text.data(), text.data() + text.size(), out);
    return end.ec == std::errc{} && end.ptr == text.data() + text.size();
}

std::string read_file(std::filesystem::path const& path)
{
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

testing::modzy_storage read_storage(std::filesystem::path const& folder)
{
    testing::modzy_storage storage;
    for (auto const& entry : std::filesystem::recursive_directory_iterator{folder})
        if (entry.is_regular_file())
            storage.objects[entry.path().lexically_relative(folder).generic_string()] =
                read_file(entry.path());
    auto const rows = storage.objects.find("rows.json");
    if (rows == storage.objects.end())
        return storage;
    auto decoded =
        inferpp::decode_json<std::vector<std::map<std::string, std::string>>>(rows->second);
    if (!decoded)
        throw inferpp::failure{decoded.error()};
    storage.rows = std::move(*decoded);
    storage.objects.erase(rows);
    return storage;
}

// Whether the command line makes sense.
bool parse(int count, char** values, testing::modzy_simulator_options& out)
{
    if (count < 2 || std::string_view{values[1]} != "modzy")
        return false;
    for (int i = 2; i < count; i += 2) {
        std::string_view const name = values[i];
        if (i + 1 == count)
            return false;
        std::string_view const value = values[i + 1];
        if (name == "--port") {
            if (!parse_number(value, out.port))
                return false;
        } else if (name == "--max-inputs") {
            if (!parse_number(value, out.max_inputs))
                return false;
        } else if (name == "--api-key" && !value.empty()) {
            out.api_key = value;
        } else if (name == "--chunk-limit" && !value.empty()) {
            out.chunk_limit = value;
        } else if (name == "--storage" && !value.empty()) {
            out.storage = read_storage(value);
        } else {
            return false;
        }
    }
    return true;
}

} // namespace

int main(int count, char** values)
{
    if (count == 2 && std::string_view{values[1]} == "--help") {
        std::fputs(usage, stdout);
        return 0;
    }
    try {
        testing::modzy_simulator_options options;
        options.kept_bytes = 0; // the models here look at sizes and digests alone
        if (!parse(count, values, options)) {
            std::fputs(usage, stderr);
            return 2;
        }
        boost::asio::io_context context{1};
        testing::modzy_simulator simulator{context.get_executor(), options};
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
