// SPDX-License-Identifier: BSL-1.0
//
// A large batch: records are made, uploaded, run and read back, beside a plain copy of the same
// bytes through a socket, there and back:
//
//     bench_batch [RECORDS] [MB]      by default 50,000 records of 200 MB
//
// Bedrock and S3 are simulated in a process of their own, so that memory and CPU are the client's.
// Ends with 1 when a record is missing, has another's result or was paid twice, or when the client
// takes more than 64 MiB (not under a sanitizer).

#include <inferpp/bedrock.hpp>
#include <inferpp/testing/bedrock_simulator.hpp>
#include <inferpp/testing/s3_simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/child_process.hpp"

namespace asio = boost::asio;
namespace bedrock = inferpp::bedrock;
namespace testing = inferpp::testing;
using tcp = asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

void serve_bedrock(support::child_process::tell_function const& tell)
{
    asio::io_context context{1};
    auto storage = std::make_shared<testing::s3_storage>();
    storage->buckets["bucket"];
    testing::s3_simulator_options files;
    files.storage = storage;
    files.ledger_bytes = 0;
    testing::s3_simulator s3{context.get_executor(), files};
    testing::bedrock_simulator_options with;
    with.storage = storage;
    with.min_records = 1;
    with.submitted = with.validating = with.scheduled = with.running = 1ms;
    testing::bedrock_simulator simulator{context.get_executor(), std::move(with)};
    tell(simulator.base_url() + ' ' + s3.base_url());
    context.run();
}

void serve_echo(support::child_process::tell_function const& tell)
{
    asio::io_context context{1};
    tcp::acceptor acceptor{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    tell(std::to_string(acceptor.local_endpoint().port()));
    tcp::socket socket = acceptor.accept();
    std::vector<char> buffer(256 * 1024);
    boost::system::error_code code;
    while (!code) {
        std::size_t const got = socket.read_some(asio::buffer(buffer), code);
        asio::write(socket, asio::buffer(buffer.data(), got), code);
    }
}

void copy_plainly(std::uint64_t size, std::string const& port)
{
    asio::io_context context{1};
    tcp::socket socket{context};
    socket.connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(port))});
    std::vector<char> buffer(64 * 1024, 'x');
    for (std::uint64_t done = 0; done < size; done += buffer.size()) {
        asio::write(socket, asio::buffer(buffer));
        asio::read(socket, asio::buffer(buffer));
    }
}

struct seen {
    std::vector<bool> records;
    std::uint64_t wrong = 0;
    std::uint64_t bytes = 0;
    std::uint64_t jobs = 0;
    std::chrono::duration<double> upload{};
    std::chrono::duration<double> read{};
};

// The number that a record is made from and that its result has to repeat.
std::uint64_t mark_of(std::uint64_t number)
{
    return number * 0x9e3779b97f4a7c15ULL >> 16U;
}

bedrock::batch_records make_records(std::uint64_t count, std::size_t each)
{
    return bedrock::batch_records{[=] {
        auto next = [=, n = std::uint64_t{
                            0}]() mutable -> asio::awaitable<std::optional<bedrock::batch_record>> {
            std::optional<bedrock::batch_record> record;
            if (n < count) {
                record.emplace();
                record->record_id = std::to_string(n);
                record->model_input = "{\"mark\":" + std::to_string(mark_of(n)) + ",\"text\":\"" +
                                      std::string(each, static_cast<char>('a' + n % 26)) + "\"}";
                ++n;
            }
            co_return record;
        };
        return inferpp::make_stream<bedrock::batch_record>(std::move(next));
    }};
}

asio::awaitable<void> run(bedrock::client client, bedrock::run_batch batch, seen& found)
{
    auto const begin = std::chrono::steady_clock::now();
    auto job = co_await client.submit(batch);
    found.jobs = job.receipt()->parts;
    found.upload = std::chrono::steady_clock::now() - begin;
    inferpp::poll_options const poll{.deadline = 10min, .min_interval = 10ms, .poll_timeout = 5min};
    co_await job.wait(poll);
    auto const ended = std::chrono::steady_clock::now();
    auto outputs = co_await job.result(poll);
    while (true) {
        auto const output = co_await outputs.next();
        if (!output)
            break;
        auto const number = std::stoull(output->record_id);
        bool const right =
            number < found.records.size() && !found.records[number] &&
            output->outcome == bedrock::record_outcome::succeeded &&
            output->model_input.at("mark").to_number<std::uint64_t>() == mark_of(number) &&
            output->model_output.at("echo").at("mark").to_number<std::uint64_t>() ==
                mark_of(number);
        if (right)
            found.records[number] = true;
        else
            ++found.wrong;
    }
    found.read = std::chrono::steady_clock::now() - ended;
}

} // namespace

int main(int count, char** values)
{
    std::uint64_t const records = count > 1 ? std::stoull(values[1]) : 50'000;
    std::uint64_t const bytes = (count > 2 ? std::stoull(values[2]) : 200) * 1'000'000;
    constexpr std::uint64_t around = 64; // of a line, beside its text

    support::child_process const echo{serve_echo};
    support::child_process const platform{serve_bedrock};
    support::measured const plain = support::measure([&] { copy_plainly(bytes, echo.line()); });

    bedrock::run_batch batch{"arn:aws:iam::123456789012:role/batch", "vendor.model-v1:0",
                             "s3://bucket/batches/",
                             make_records(records, bytes / records - around)};
    seen found;
    found.records.resize(records);
    std::exception_ptr error;
    support::measured const ours = support::measure([&] {
        asio::io_context context{1};
        bedrock::options options;
        options.region = "us-east-1";
        options.endpoint = platform.line().substr(0, platform.line().find(' '));
        options.s3_endpoint = platform.line().substr(platform.line().find(' ') + 1);
        options.credentials =
            bedrock::static_credentials(bedrock::credentials{"test", inferpp::secret{"test"}});
        options.limits.first_byte = 5min; // the simulator runs the whole job in one go
        options.limits.total = 10min;
        asio::co_spawn(context, run(bedrock::client{context.get_executor(), options}, batch, found),
                       [&](std::exception_ptr e) { error = e; });
        context.run();
    });
    if (error)
        std::rethrow_exception(error);

    double const megabytes = static_cast<double>(bytes) / 1e6;
    auto const report = [&](char const* what, double seconds) {
        std::printf("%-34s %7.0f MB/s, %.2f s\n", what, megabytes / seconds, seconds);
    };
    std::printf("%llu records, %.0f MB, %llu jobs\n", static_cast<unsigned long long>(records),
                megabytes, static_cast<unsigned long long>(found.jobs));
    report("plain copy there and back", plain.seconds);
    report("records made and uploaded", found.upload.count());
    report("results read (inputs and outputs)", found.read.count());
    std::printf("CPU of the client %.2f s (plain copy %.2f s); peak memory %llu MiB\n", ours.cpu,
                plain.cpu, static_cast<unsigned long long>(support::peak_memory()));
    std::uint64_t missing = 0;
    for (bool const one : found.records)
        missing += one ? 0 : 1;
    if (missing > 0 || found.wrong > 0) {
        std::printf("WRONG: %llu records are missing, %llu are wrong\n",
                    static_cast<unsigned long long>(missing),
                    static_cast<unsigned long long>(found.wrong));
        return 1;
    }
    if (!support::sanitized && support::peak_memory() > 64) {
        std::printf("WRONG: more than 64 MiB of memory\n");
        return 1;
    }
    return 0;
}
