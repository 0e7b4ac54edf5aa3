// SPDX-License-Identifier: BSL-1.0
//
// A large file to Modzy, beside a plain copy of the same file through a socket:
//
//     bench_upload [MIB] [PART_MIB]      by default 1024 MiB in parts of 4 MiB
//
// The simulator and the sink of the copy are processes of their own, so that memory and CPU are the
// client's. Ends with 1 when the SHA-256 that the model saw is not that of the file, when progress
// does not reach the end, or when the client takes more than 64 MiB (not under a sanitizer).

#include <inferpp/modzy.hpp>
#include <inferpp/testing/modzy_simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <openssl/evp.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <unistd.h>
#include <vector>

#include "support/child_process.hpp"

namespace asio = boost::asio;
namespace modzy = inferpp::modzy;
using tcp = asio::ip::tcp;

namespace {

constexpr std::uint64_t mib = 1024 * 1024;

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

void serve_sink(support::child_process::tell_function const& tell)
{
    asio::io_context context{1};
    tcp::acceptor acceptor{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    tell(std::to_string(acceptor.local_endpoint().port()));
    tcp::socket socket = acceptor.accept();
    std::vector<char> buffer(256 * 1024);
    boost::system::error_code code;
    while (!code)
        socket.read_some(asio::buffer(buffer), code);
}

// Bytes that no two parts share, so that their order shows. Returns the SHA-256.
std::string make_file(std::filesystem::path const& path, std::uint64_t size)
{
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    if (file == nullptr)
        std::abort();
    EVP_MD_CTX* const hash = EVP_MD_CTX_new();
    EVP_DigestInit_ex(hash, EVP_sha256(), nullptr);
    std::vector<std::uint64_t> block(mib / sizeof(std::uint64_t));
    std::uint64_t next = 1;
    for (std::uint64_t done = 0; done < size; done += mib) {
        for (std::uint64_t& word : block)
            word = next += 0x9e3779b97f4a7c15ULL;
        EVP_DigestUpdate(hash, block.data(), mib);
        if (std::fwrite(block.data(), 1, mib, file) != mib)
            std::abort();
    }
    std::fclose(file);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_DigestFinal_ex(hash, digest.data(), &length);
    EVP_MD_CTX_free(hash);
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        std::array<char, 3> two{};
        std::snprintf(two.data(), two.size(), "%02x", static_cast<unsigned>(digest[i]));
        text += two.data();
    }
    return text;
}

void copy_plainly(std::filesystem::path const& path, std::string const& port)
{
    asio::io_context context{1};
    tcp::socket socket{context};
    socket.connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(port))});
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    std::vector<char> buffer(64 * 1024);
    while (std::size_t const got = std::fread(buffer.data(), 1, buffer.size(), file))
        asio::write(socket, asio::buffer(buffer.data(), got));
    std::fclose(file);
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
    std::filesystem::path const path =
        std::filesystem::temp_directory_path() /
        ("inferpp_upload_" + std::to_string(static_cast<long>(::getpid())));
    std::string const expected = make_file(path, size);

    support::child_process const sink{serve_sink};
    support::child_process const platform{serve_modzy};
    support::measured const plain = support::measure([&] { copy_plainly(path, sink.line()); });

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
    std::filesystem::remove(path);
    if (error)
        std::rethrow_exception(error);

    auto const report = [size](char const* what, support::measured const& m) {
        double const megabytes = static_cast<double>(size) / 1e6;
        std::printf("%-34s %7.0f MB/s, %.2f s, CPU of the sender %.2f s\n", what,
                    megabytes / m.seconds, m.seconds, m.cpu);
    };
    std::printf("%llu MiB, parts of %llu MiB\n", static_cast<unsigned long long>(size / mib),
                static_cast<unsigned long long>(part / mib));
    report("plain copy through a socket", plain);
    report("file job, whose server hashes it", ours);
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
