// SPDX-License-Identifier: BSL-1.0
//
// A large tensor to Decthings and back, beside the same bytes through a plain socket and memcpy:
//
//     bench_tensor [MIB]      by default 256
//
// The far ends are processes of their own, so that memory and CPU are the client's. Ends with 1
// when other elements come back, or when the client takes much more memory than the tensor and the
// answer: what is sent is copied into the send buffer alone, what is received once, into the body
// that the tensor in the answer shares (not checked under a sanitizer).

#include <inferpp/decthings.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/child_process.hpp"

namespace asio = boost::asio;
namespace decthings = inferpp::decthings;
using tcp = asio::ip::tcp;

namespace {

constexpr std::uint64_t mib = 1024 * 1024;

/// A number before data, in 9 bytes.
std::string long_number(std::uint64_t value)
{
    std::string text{"\xff"};
    for (int shift = 56; shift >= 0; shift -= 8)
        text += static_cast<char>((value >> shift) & 0xff);
    return text;
}

/// Gives the blob of each request back: the output of an evaluation. By hand, with as little work
/// as can be, so that the client is what is measured.
void serve_model(support::child_process::tell_function const& tell)
{
    asio::io_context context{1};
    tcp::acceptor acceptor{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    tell(std::to_string(acceptor.local_endpoint().port()));
    constexpr std::string_view json =
        R"({"result":{"success":{"durations":{"total":1,"evaluate":1},"executedOnLauncher":)"
        R"({"type":"temporaryLauncher","spec":{"cpus":1,"memoryMebibytes":512}},)"
        R"("output":[{"name":"x"}]}}})";
    while (true) {
        tcp::socket socket = acceptor.accept();
        std::string head;
        boost::system::error_code code;
        std::size_t const end =
            asio::read_until(socket, asio::dynamic_buffer(head), "\r\n\r\n", code);
        if (code)
            continue;
        std::size_t const field = head.find("Content-Length: ");
        if (field == std::string::npos)
            std::abort();
        std::uint64_t const size = std::stoull(head.substr(field + 16));
        std::string body = head.substr(end);
        std::size_t const begun = body.size();
        body.resize(static_cast<std::size_t>(size));
        asio::read(socket, asio::buffer(body.data() + begun, body.size() - begun));
        // One blob, whose size stands in 5 bytes behind the JSON's in 1 or 3; it ends the body.
        std::size_t at = 1;
        at += body[at] == '\xfd' ? 3 : 1;
        std::uint64_t blob = 0;
        for (std::size_t i = 1; i <= 4; ++i)
            blob = blob * 256 + static_cast<unsigned char>(body[at + i]);
        std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
                             "Connection: close\r\nContent-Length: ";
        std::string front{static_cast<char>(json.size())};
        front.append(json).append(long_number(blob));
        answer.append(std::to_string(front.size() + blob)).append("\r\n\r\n").append(front);
        asio::write(socket, asio::buffer(answer));
        asio::write(socket, asio::buffer(body.data() + (body.size() - blob), blob));
    }
}

/// Reads so many bytes, and then writes as many.
void serve_plainly(support::child_process::tell_function const& tell, std::uint64_t size)
{
    asio::io_context context{1};
    tcp::acceptor acceptor{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    tell(std::to_string(acceptor.local_endpoint().port()));
    tcp::socket socket = acceptor.accept();
    std::vector<char> all(static_cast<std::size_t>(size));
    asio::read(socket, asio::buffer(all));
    asio::write(socket, asio::buffer(all));
}

void copy_plainly(std::vector<float> const& numbers, std::string const& port)
{
    asio::io_context context{1};
    tcp::socket socket{context};
    socket.connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(port))});
    asio::write(socket, asio::buffer(numbers));
    std::vector<char> piece(64 * 1024); // what comes is seen, and not kept
    std::uint64_t left = numbers.size() * sizeof(float);
    while (left > 0)
        left -= socket.read_some(asio::buffer(piece));
}

std::vector<float> make_numbers(std::uint64_t size)
{
    std::vector<float> numbers(static_cast<std::size_t>(size / sizeof(float)));
    std::uint32_t next = 1;
    for (float& number : numbers)
        number = static_cast<float>(next = next * 1664525 + 1013904223);
    return numbers;
}

asio::awaitable<decthings::tensor> there_and_back(decthings::client client, decthings::tensor x)
{
    decthings::evaluate ask{"model"};
    ask.params.emplace_back("x", std::move(x));
    auto const answer = co_await client.send(ask, {.timeout = std::chrono::minutes{5}});
    co_return answer.value().at("x");
}

} // namespace

int main(int count, char** values)
{
    std::uint64_t const size = (count > 1 ? std::stoull(values[1]) : 256) * mib;
    support::child_process const plain_end{
        [size](support::child_process::tell_function const& tell) { serve_plainly(tell, size); }};
    support::child_process const platform{serve_model};

    auto numbers = make_numbers(size);
    auto const plain = support::measure([&] { copy_plainly(numbers, plain_end.line()); });

    // The tensor takes the numbers over.
    decthings::tensor const sent{std::move(numbers), {size / mib, mib / sizeof(float)}};
    std::uint64_t const before = support::peak_memory();
    std::optional<decthings::tensor> received;
    std::exception_ptr error;
    auto const ours = support::measure([&] {
        asio::io_context context{1};
        decthings::options options;
        options.base_url = "http://127.0.0.1:" + platform.line() + "/v0";
        options.limits.body_bytes = static_cast<std::size_t>(size + mib);
        decthings::client client{context.get_executor(), options};
        asio::co_spawn(context, there_and_back(client, sent),
                       [&](std::exception_ptr e, decthings::tensor x) {
                           error = e;
                           received = std::move(x);
                       });
        context.run();
    });
    if (error)
        std::rethrow_exception(error);
    std::uint64_t const peak = support::peak_memory();

    bool const same = *received == sent;
    double sum = 0;
    auto const reading = support::measure([&] {
        for (float const number : received->view<float>())
            sum += static_cast<double>(number);
    });
    received.reset();
    std::vector<char> copy(static_cast<std::size_t>(size), 'x'); // its pages are there
    auto const copying =
        support::measure([&] { std::memcpy(copy.data(), sent.data().view().data(), copy.size()); });

    auto const report = [](char const* what, std::uint64_t bytes, support::measured const& m) {
        std::printf("%-38s %7.0f MB/s, %.3f s, CPU of the client %.3f s\n", what,
                    static_cast<double>(bytes) / 1e6 / m.seconds, m.seconds, m.cpu);
    };
    std::printf("a tensor of %llu MiB\n", static_cast<unsigned long long>(size / mib));
    report("memcpy", size, copying);
    report("out and back through a plain socket", 2 * size, plain);
    report("out and back as a tensor", 2 * size, ours);
    report("reading it, number by number", size, reading);
    std::printf("ratio to the plain socket %.2f; the sum %g; peak memory of the client %llu MiB, "
                "%llu before the call\n",
                ours.seconds / plain.seconds, sum, static_cast<unsigned long long>(peak),
                static_cast<unsigned long long>(before));
    if (!same || copy[0] != sent.data().view()[0]) {
        std::printf("WRONG: it came back changed\n");
        return 1;
    }
    if (!support::sanitized && peak > before + size / mib + 16) {
        std::printf("WRONG: more memory than the answer needs\n");
        return 1;
    }
    return 0;
}
