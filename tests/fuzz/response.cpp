// SPDX-License-Identifier: BSL-1.0
//
// What a server may say: the first byte chooses the method, the second the size of the pieces in
// which the rest arrives, which is then the end of the connection.

#include <inferpp/net/connection.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

using namespace inferpp;
namespace asio = boost::asio;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

limits bounds_of_test()
{
    limits bounds;
    bounds.header_bytes = 4096;
    return bounds;
}

asio::awaitable<void> talk(asio::ip::tcp::socket socket, std::string method, std::size_t sent)
{
    origin to;
    to.tls = false;
    to.host = "h.test";
    limits const bounds = bounds_of_test();
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    auto way =
        co_await detail::open_channel(std::move(socket), to, nullptr, nullptr, bounds, deadline);
    require(way.has_value());
    auto const made = detail::speak_http(std::move(*way));
    http::request const message{method, "/x"};
    std::size_t received = 0;
    for (int i = 0; i < 3; ++i) {
        auto const answered = co_await made->exchange(message, bounds, deadline);
        if (!answered) {
            auto const code = answered.error();
            require(code == errc::truncated || code == errc::bad_http ||
                    code == errc::header_too_large || code == errc::write_failed);
            for (char const c : code.what())
                require(c >= ' ' && c < 127);
            co_return;
        }
        auto const head = made->head();
        require(head.status >= 200 && head.status < 1000);
        bool ended = made->at_end();
        while (!ended) {
            auto const got = co_await made->read_some(std::chrono::seconds{60}, deadline);
            if (!got) {
                require(got.error() == errc::truncated || got.error() == errc::bad_http ||
                        got.error() == errc::header_too_large);
                require(!made->reusable());
                co_return;
            }
            received += got->size();
            require(received <= sent);
            ended = got->empty();
        }
        require(made->at_end());
        if (!made->reusable())
            co_return;
        made->rest();
        made->is_quiet();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size < 2)
        return 0;
    constexpr std::array<char const*, 3> methods{"GET", "HEAD", "POST"};
    std::string const method = methods[data[0] % methods.size()];
    std::size_t const piece = data[1] == 0 ? size : data[1];
    std::string_view rest{reinterpret_cast<char const*>(data) + 2, size - 2};
    std::size_t const sent = rest.size();

    std::array<int, 2> ends{};
    require(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    bool done = false;
    {
        asio::io_context context{1};
        asio::ip::tcp::socket socket{context, asio::ip::tcp::v4(), ends[0]};
        asio::co_spawn(context, talk(std::move(socket), method, sent),
                       [&done](std::exception_ptr e) {
                           require(!e);
                           done = true;
                       });
        while (!rest.empty()) {
            auto const count = std::min(piece, rest.size());
            if (::send(ends[1], rest.data(), count, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
                break; // the client has hung up
            rest.remove_prefix(count);
            context.poll();
        }
        ::shutdown(ends[1], SHUT_WR);
        context.restart();
        context.run_for(std::chrono::seconds{5});
        require(done); // it never hangs
    }
    ::close(ends[1]);
    return 0;
}
