// SPDX-License-Identifier: BSL-1.0
//
// A large file to S3 and back, beside a plain copy of the same file through a socket:
//
//     bench_s3_upload [MIB] [PART_MIB]      by default 1024 MiB in parts of 8 MiB
//
// The simulator and the sink of the copy are processes of their own, so that memory and CPU are the
// client's. Ends with 1 when what arrived, or came back, is not the file, when progress does not
// reach the end, or when the client takes more than 64 MiB (not under a sanitizer).

#include <inferpp/bedrock.hpp>
#include <inferpp/testing/s3_simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "support/large_file.hpp"

namespace asio = boost::asio;
namespace bedrock = inferpp::bedrock;
namespace s3 = bedrock::s3;
using support::mib;

namespace {

void serve_s3(support::child_process::tell_function const& tell)
{
    asio::io_context context{1};
    inferpp::testing::s3_simulator_options options;
    options.ledger_bytes = 0;
    options.storage = std::make_shared<inferpp::testing::s3_storage>();
    options.storage->buckets["bucket"];
    options.storage->keep_content = false;
    inferpp::testing::s3_simulator simulator{context.get_executor(), options};
    tell(simulator.base_url());
    context.run();
}

struct outcome {
    std::uint32_t crc32 = 0;
    std::uint64_t progress = 0;
    std::uint64_t read = 0;
};

asio::awaitable<void> upload(s3::client client, std::filesystem::path path, std::uint64_t part,
                             outcome& out)
{
    s3::upload put{"s3://bucket/large", path};
    put.part_bytes = part;
    put.progress = [&out](std::uint64_t sent, std::optional<std::uint64_t>) {
        out.progress = sent;
    };
    auto const made = co_await client.send(put); // S3 has compared the checksum of the whole
    out.crc32 = made.crc32;
}

// The simulator has kept no content: what is measured is the way, and not what comes.
asio::awaitable<void> download(s3::client client, outcome& out)
{
    s3::get_object const get{"s3://bucket/large"};
    auto body = co_await client.send(get);
    while (true) {
        std::string_view const piece = co_await body.read();
        if (piece.empty())
            break;
        out.read += piece.size();
    }
}

} // namespace

int main(int count, char** values)
{
    std::uint64_t const size = (count > 1 ? std::stoull(values[1]) : 1024) * mib;
    std::uint64_t const part = (count > 2 ? std::stoull(values[2]) : 8) * mib;
    inferpp::crc32 checksum;
    support::large_file const file{"inferpp_s3_upload", size,
                                   [&](std::string_view piece) { checksum.add(piece); }};
    support::child_process const sink{support::serve_sink};
    support::child_process const storage{serve_s3};
    support::measured const plain =
        support::measure([&] { support::copy_plainly(file.path, sink.line()); });

    outcome seen;
    auto const run = [&](auto work) {
        std::exception_ptr error;
        support::measured const took = support::measure([&] {
            asio::io_context context{1};
            bedrock::options options;
            options.region = "us-east-1";
            options.s3_endpoint = storage.line();
            options.credentials =
                bedrock::static_credentials(bedrock::credentials{"test", inferpp::secret{"test"}});
            asio::co_spawn(context, work(s3::client{context.get_executor(), options}),
                           [&](std::exception_ptr e) { error = e; });
            context.run();
        });
        if (error)
            std::rethrow_exception(error);
        return took;
    };
    support::measured const up =
        run([&](s3::client client) { return upload(std::move(client), file.path, part, seen); });
    support::measured const down =
        run([&](s3::client client) { return download(std::move(client), seen); });

    std::printf("%llu MiB, parts of %llu MiB\n", static_cast<unsigned long long>(size / mib),
                static_cast<unsigned long long>(part / mib));
    support::report_speed("plain copy through a socket", size, plain);
    support::report_speed("upload, which S3 hashes too", size, up);
    support::report_speed("download", size, down);
    std::printf("ratio %.2f; peak memory of the client %llu MiB\n", up.seconds / plain.seconds,
                static_cast<unsigned long long>(support::peak_memory()));
    if (seen.crc32 != checksum.value() || seen.progress != size || seen.read != size) {
        std::printf("WRONG: CRC-32 %08x of %08x, %llu bytes sent, %llu read\n", seen.crc32,
                    checksum.value(), static_cast<unsigned long long>(seen.progress),
                    static_cast<unsigned long long>(seen.read));
        return 1;
    }
    if (!support::sanitized && support::peak_memory() > 64) {
        std::printf("WRONG: more than 64 MiB of memory\n");
        return 1;
    }
    return 0;
}
