// SPDX-License-Identifier: BSL-1.0
//
// A large file to Modzy, beside a plain copy of the same file through a socket:
//
//     bench_upload [MIB] [PART_MIB]      by default 1024 MiB in parts of 4 MiB
//
// The simulator and the sink of the copy are processes of their own, so that memory and CPU are the
// client's. Ends with 1 when the SHA-256 that the model saw is not that of the file, when progress
// does not reach the end, or when the client takes more than 64 MiB (not under a sanitizer).

#include <inferpp/codec/digest.hpp>
#include <inferpp/modzy.hpp>
#include <inferpp/testing/modzy_simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

#include "support/large_file.hpp"

namespace asio = boost::asio;
namespace modzy = inferpp::modzy;

namespace {

using support::mib;

void serve_modzy(support::child_process::tell_function const& tell)
{
    asio::io_context context{1};
    inferpp::testing::modzy_simulator_options options;
    options.chunk_limit = "64Mi";
    options.max_input_bytes = std::size_t{1} << 40;
    options.kept_bytes = 0;
    inferpp::testing::modzy_simulator simulator{context.get_executor(), options};
    tell(simulator.base_url());
    context.run();
}

// Submits the file. Returns what the model saw of it.
asio::awaitable<std::string> upload(modzy::client client, std::filesystem::path path,
                                    std::uint64_t part, std::uint64_t& progress)
{
    modzy::file_job request{"ed542963de", "1.0.1"};
    request.sources["large"]["input.bin"] = path;
    request.part_bytes = part;
    request.progress = [&progress](std::uint64_t sent, std::optional<std::uint64_t>) {
        progress = sent;
    };
    auto results = co_await client.run(request, {.deadline = std::chrono::minutes{5},
                                                 .min_interval = std::chrono::milliseconds{20}});
    auto const& output = *results.results.at("large").output();
    co_return std::string{output.at("data").at("result").at("input.bin").at("sha256").as_string()};
}

} // namespace

int main(int count, char** values)
{
    std::uint64_t const size = (count > 1 ? std::stoull(values[1]) : 1024) * mib;
    std::uint64_t const part = (count > 2 ? std::stoull(values[2]) : 4) * mib;
    inferpp::sha256 hash;
    support::large_file const file{"inferpp_upload", size,
                                   [&hash](std::string_view piece) { hash.add(piece); }};
    std::filesystem::path const& path = file.path;
    std::string const expected = inferpp::to_hex(hash.finish());

    support::child_process const sink{support::serve_sink};
    support::child_process const platform{serve_modzy};
    support::measured const plain =
        support::measure([&] { support::copy_plainly(path, sink.line()); });

    std::string seen;
    std::uint64_t progress = 0;
    std::exception_ptr error;
    support::measured const ours = support::measure([&] {
        asio::io_context context{1};
        modzy::options options;
        options.base_url = platform.line();
        options.api_key = inferpp::secret{"bench.key"};
        asio::co_spawn(context,
                       upload(modzy::client{context.get_executor(), options}, path, part, progress),
                       [&](std::exception_ptr e, std::string digest) {
                           error = e;
                           seen = std::move(digest);
                       });
        context.run();
    });
    if (error)
        std::rethrow_exception(error);

    std::printf("%llu MiB, parts of %llu MiB\n", static_cast<unsigned long long>(size / mib),
                static_cast<unsigned long long>(part / mib));
    support::report_speed("plain copy through a socket", size, plain);
    support::report_speed("file job, whose server hashes it", size, ours);
    std::printf("ratio %.2f; peak memory of the client %llu MiB\n", ours.seconds / plain.seconds,
                static_cast<unsigned long long>(support::peak_memory()));
    if (seen != expected || progress != size) {
        std::printf("WRONG: the model saw %s of %s, %llu bytes sent\n", seen.c_str(),
                    expected.c_str(), static_cast<unsigned long long>(progress));
        return 1;
    }
    if (!support::sanitized && support::peak_memory() > 64) {
        std::printf("WRONG: more than 64 MiB of memory\n");
        return 1;
    }
    return 0;
}
