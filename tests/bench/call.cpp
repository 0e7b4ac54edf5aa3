// SPDX-License-Identifier: BSL-1.0
//
// What one small JSON call costs: a hand-written Beast loop, inferpp, and libcurl's multi interface
// against one server in one run, at 1, 16 and 64 calls in flight, plain and over TLS.
//
// The server is a process of its own, so that CPU is the client's. Ratios are to the Beast loop.
// Last, the memory of a thousand idle TLS connections.

#include <inferpp/inferpp.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>

#include "../support/certificates.hpp"

#if defined(INFERPP_BENCH_CURL)
#include <curl/curl.h>
#endif

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <malloc.h>
#include <new>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

std::size_t allocations = 0;

} // namespace

// Counts what the client allocates; frames of coroutines come from aligned_alloc and are not in it.
// Not inlined, or the compiler sees free() meet a pointer of operator new.
[[gnu::noinline]] void* operator new(std::size_t size)
{
    ++allocations;
    if (void* const p = std::malloc(size))
        return p;
    throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* p) noexcept
{
    std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept
{
    std::free(p);
}

namespace {

// --- the call: a small struct there, a small struct back
// -------------------------------------------

struct answer {
    std::string id;
    std::string status;
    std::uint64_t total = 0;
    double score = 0;
};
BOOST_DESCRIBE_STRUCT(answer, (), (id, status, total, score))

struct platform;

struct options : inferpp::client_options {
    options() = default;
    std::string base_url;
};

struct platform final : inferpp::provider {
    using options = ::options;
    explicit platform(options const& with) : base_(inferpp::parse_url(with.base_url, false).value())
    {
    }
    std::string_view name() const noexcept override { return "bench"; }
    inferpp::url const& base() const noexcept override { return base_; }
    void authorize(inferpp::http::request& message) const override
    {
        message.headers.set("Authorization", "Bearer 0123456789abcdef");
    }
    void read_error(inferpp::http::response const&, inferpp::error::particulars&) const override {}

private:
    inferpp::url base_;
};

struct question {
    using provider = platform;
    using response = answer;
    static constexpr inferpp::operation_info info{.name = "ask", .method = "POST"};
    question() = default;
    static std::string target() { return "v1/ask"; }

    std::string model;
    std::string text;
    std::uint64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(question, (), (model, text, count))

constexpr char const* reply_text =
    R"({"id":"job-0123456789","status":"COMPLETED","total":3,"score":0.75})";

// --- the server
// ------------------------------------------------------------------------------------

template <class Stream>
asio::awaitable<void> serve(Stream stream)
{
    if constexpr (!std::same_as<Stream, tcp::socket>)
        co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
    beast::flat_buffer buffer;
    while (true) {
        http::request<http::string_body> request;
        co_await http::async_read(stream, buffer, request, asio::use_awaitable);
        http::response<http::string_body> response{http::status::ok, 11};
        response.set(http::field::content_type, "application/json");
        response.body() = reply_text;
        response.prepare_payload();
        co_await http::async_write(stream, response, asio::use_awaitable);
    }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, asio::ssl::context* tls)
{
    while (true) {
        tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
        socket.set_option(tcp::no_delay{true});
        if (tls == nullptr) {
            asio::co_spawn(acceptor.get_executor(), serve(std::move(socket)), asio::detached);
        } else {
            asio::ssl::stream<tcp::socket> stream{std::move(socket), *tls};
            asio::co_spawn(acceptor.get_executor(), serve(std::move(stream)), asio::detached);
        }
    }
}

struct server {
    pid_t pid = 0;
    std::uint16_t port = 0;
};

server start_server(support::identity const* identity)
{
    asio::io_context context{1};
    tcp::acceptor acceptor{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    server made;
    made.port = acceptor.local_endpoint().port();
    context.notify_fork(asio::io_context::fork_prepare);
    made.pid = fork();
    if (made.pid != 0) {
        context.notify_fork(asio::io_context::fork_parent);
        return made;
    }
    context.notify_fork(asio::io_context::fork_child);
    asio::ssl::context tls{asio::ssl::context::tls_server};
    if (identity != nullptr) {
        tls.use_certificate_chain(asio::buffer(identity->certificate));
        tls.use_private_key(asio::buffer(identity->key), asio::ssl::context::pem);
    }
    asio::co_spawn(context, accept(acceptor, identity == nullptr ? nullptr : &tls), asio::detached);
    context.run();
    std::_Exit(0);
}

// --- the three clients
// -----------------------------------------------------------------------------

struct job {
    std::string url;
    std::uint16_t port = 0;
    std::string authority; ///< PEM; empty: plain
    std::size_t in_flight = 1;
    std::size_t calls = 0;
};

template <class Stream>
asio::awaitable<void> beast_calls(Stream& stream, std::size_t calls, std::size_t& good)
{
    beast::flat_buffer buffer;
    for (std::size_t i = 0; i < calls; ++i) {
        http::request<http::string_body> request{http::verb::post, "/v1/ask", 11};
        request.set(http::field::host, "127.0.0.1");
        request.set(http::field::authorization, "Bearer 0123456789abcdef");
        request.set(http::field::accept, "application/json");
        request.set(http::field::user_agent, "bench");
        request.set(http::field::content_type, "application/json");
        boost::json::object body;
        body["model"] = "ed542963de";
        body["text"] = "I love it";
        body["count"] = 3;
        request.body() = boost::json::serialize(body);
        request.prepare_payload();
        beast::get_lowest_layer(stream).expires_after(std::chrono::seconds{30});
        co_await http::async_write(stream, request, asio::use_awaitable);
        http::response<http::string_body> response;
        beast::get_lowest_layer(stream).expires_after(std::chrono::seconds{30});
        co_await http::async_read(stream, buffer, response, asio::use_awaitable);
        auto const value = boost::json::parse(response.body());
        answer read;
        read.id = boost::json::value_to<std::string>(value.at("id"));
        read.status = boost::json::value_to<std::string>(value.at("status"));
        read.total = boost::json::value_to<std::uint64_t>(value.at("total"));
        read.score = boost::json::value_to<double>(value.at("score"));
        good += read.total == 3;
    }
}

asio::awaitable<void> beast_worker(job const& what, asio::ssl::context& tls, std::size_t& good)
{
    auto const executor = co_await asio::this_coro::executor;
    tcp::endpoint const endpoint{asio::ip::address_v4::loopback(), what.port};
    std::size_t const calls = what.calls / what.in_flight;
    if (what.authority.empty()) {
        beast::tcp_stream stream{executor};
        co_await stream.async_connect(endpoint, asio::use_awaitable);
        stream.socket().set_option(tcp::no_delay{true});
        co_await beast_calls(stream, calls, good);
    } else {
        asio::ssl::stream<beast::tcp_stream> stream{executor, tls};
        co_await beast::get_lowest_layer(stream).async_connect(endpoint, asio::use_awaitable);
        beast::get_lowest_layer(stream).socket().set_option(tcp::no_delay{true});
        co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
        co_await beast_calls(stream, calls, good);
    }
}

std::size_t with_beast(job const& what)
{
    asio::io_context context{1};
    asio::ssl::context tls{asio::ssl::context::tls_client};
    if (!what.authority.empty()) {
        tls.add_certificate_authority(asio::buffer(what.authority));
        tls.set_verify_mode(asio::ssl::verify_peer);
    }
    std::size_t good = 0;
    for (std::size_t i = 0; i < what.in_flight; ++i)
        asio::co_spawn(context, beast_worker(what, tls, good), [](std::exception_ptr e) {
            if (e)
                std::rethrow_exception(e);
        });
    context.run();
    return good;
}

asio::awaitable<void> inferpp_worker(inferpp::basic_client<platform> client, std::size_t calls,
                                     std::size_t& good)
{
    for (std::size_t i = 0; i < calls; ++i) {
        question ask;
        ask.model = "ed542963de";
        ask.text = "I love it";
        ask.count = 3;
        answer const read = co_await client.send(ask);
        good += read.total == 3;
    }
}

std::size_t with_inferpp(job const& what)
{
    asio::io_context context{1};
    options with;
    with.base_url = what.url;
    with.tls.ca_pem = what.authority;
    with.max_idle = what.in_flight;
    inferpp::basic_client<platform> const client{context.get_executor(), with};
    std::size_t good = 0;
    for (std::size_t i = 0; i < what.in_flight; ++i)
        asio::co_spawn(context, inferpp_worker(client, what.calls / what.in_flight, good),
                       [](std::exception_ptr e) {
                           if (e)
                               std::rethrow_exception(e);
                       });
    context.run();
    return good;
}

#if defined(INFERPP_BENCH_CURL)
struct transfer {
    CURL* easy = nullptr;
    curl_slist* headers = nullptr;
    std::string request;
    std::string response;
};

std::size_t keep(char* data, std::size_t size, std::size_t count, void* into)
{
    static_cast<std::string*>(into)->append(data, size * count);
    return size * count;
}

void prepare(transfer& t, job const& what, curl_blob& authority)
{
    t.response.clear();
    boost::json::object body;
    body["model"] = "ed542963de";
    body["text"] = "I love it";
    body["count"] = 3;
    t.request = boost::json::serialize(body);
    curl_easy_setopt(t.easy, CURLOPT_POSTFIELDS, t.request.c_str());
    curl_easy_setopt(t.easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(t.request.size()));
    boost::ignore_unused(what, authority);
}

std::size_t with_curl(job const& what)
{
    CURLM* const multi = curl_multi_init();
    std::vector<transfer> transfers(what.in_flight);
    curl_blob authority{const_cast<char*>(what.authority.data()), what.authority.size(),
                        CURL_BLOB_NOCOPY};
    std::string const url = what.url + "/v1/ask";
    for (transfer& t : transfers) {
        t.easy = curl_easy_init();
        for (char const* const line :
             {"Authorization: Bearer 0123456789abcdef", "Accept: application/json",
              "Content-Type: application/json"})
            t.headers = curl_slist_append(t.headers, line);
        curl_easy_setopt(t.easy, CURLOPT_URL, url.c_str());
        curl_easy_setopt(t.easy, CURLOPT_HTTPHEADER, t.headers);
        curl_easy_setopt(t.easy, CURLOPT_WRITEFUNCTION, keep);
        curl_easy_setopt(t.easy, CURLOPT_WRITEDATA, &t.response);
        curl_easy_setopt(t.easy, CURLOPT_PRIVATE, &t);
        curl_easy_setopt(t.easy, CURLOPT_TIMEOUT_MS, 30000L);
        curl_easy_setopt(t.easy, CURLOPT_NOSIGNAL, 1L);
        if (!what.authority.empty())
            curl_easy_setopt(t.easy, CURLOPT_CAINFO_BLOB, &authority);
        prepare(t, what, authority);
        curl_multi_add_handle(multi, t.easy);
    }
    std::size_t good = 0;
    std::size_t started = what.in_flight;
    std::size_t const all = what.calls / what.in_flight * what.in_flight;
    int running = 1;
    while (good < all) {
        curl_multi_perform(multi, &running);
        int left = 0;
        while (CURLMsg* const message = curl_multi_info_read(multi, &left)) {
            if (message->msg != CURLMSG_DONE)
                continue;
            if (message->data.result != CURLE_OK) {
                std::fprintf(stderr, "curl: %s\n", curl_easy_strerror(message->data.result));
                std::exit(1);
            }
            CURL* const easy = message->easy_handle;
            transfer* t = nullptr;
            curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
            auto const value = boost::json::parse(t->response);
            good += boost::json::value_to<std::uint64_t>(value.at("total")) == 3;
            curl_multi_remove_handle(multi, easy);
            if (started < all) {
                ++started;
                prepare(*t, what, authority);
                curl_multi_add_handle(multi, easy);
            }
        }
        if (good < all)
            curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    }
    for (transfer& t : transfers) {
        curl_easy_cleanup(t.easy);
        curl_slist_free_all(t.headers);
    }
    curl_multi_cleanup(multi);
    return good;
}
#endif

// --- measuring
// -------------------------------------------------------------------------------------

struct cost {
    double cpu = 1e9;  ///< microseconds a call
    double wall = 1e9; ///< microseconds a call
    double allocations = 0;
};

double cpu_seconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto const seconds = [](timeval t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The best of three, because what disturbs only ever adds.
cost measure(std::function<std::size_t(job const&)> const& client, job const& what)
{
    cost best;
    for (int round = 0; round < 3; ++round) {
        std::size_t const before = allocations;
        double const cpu = cpu_seconds();
        auto const start = std::chrono::steady_clock::now();
        std::size_t const good = client(what);
        std::chrono::duration<double> const wall = std::chrono::steady_clock::now() - start;
        if (good != what.calls / what.in_flight * what.in_flight) {
            std::fprintf(stderr, "%zu of %zu calls were good\n", good, what.calls);
            std::exit(1);
        }
        double const calls = static_cast<double>(good);
        best.cpu = std::min(best.cpu, (cpu_seconds() - cpu) / calls * 1e6);
        best.wall = std::min(best.wall, wall.count() / calls * 1e6);
        best.allocations = static_cast<double>(allocations - before) / calls;
    }
    return best;
}

void print(char const* name, cost const& c, cost const& floor)
{
    std::printf("    %-18s cpu %7.1f us (%.2f x)  wall %7.1f us (%.2f x)  operator new %5.1f\n",
                name, c.cpu, c.cpu / floor.cpu, c.wall, c.wall / floor.wall, c.allocations);
}

void print_idle_memory(server const& secure, std::string const& authority)
{
    constexpr std::size_t connections = 1000;
    options with;
    with.base_url = "https://127.0.0.1:" + std::to_string(secure.port);
    with.tls.ca_pem = authority;
    with.max_connections = connections;
    with.max_idle = connections;
    asio::io_context context{1};
    inferpp::basic_client<platform> const client{context.get_executor(), with};
    auto const in_use = [] {
        struct mallinfo2 const info = mallinfo2();
        return info.uordblks + info.hblkhd;
    };
    std::size_t const before = in_use();
    std::size_t good = 0;
    for (std::size_t i = 0; i < connections; ++i)
        asio::co_spawn(context, inferpp_worker(client, 1, good), [](std::exception_ptr e) {
            if (e)
                std::rethrow_exception(e);
        });
    context.run();
    std::printf("  %zu idle TLS connections: %.1f KiB each\n", good,
                static_cast<double>(in_use() - before) / 1024 / connections);
}

} // namespace

// call [CALLS] [CLIENT]: CLIENT is beast, inferpp or curl alone, for a profiler; plain, 1 in
// flight.
int main(int count, char** values)
{
    std::size_t const calls =
        count > 1 ? static_cast<std::size_t>(std::strtoull(values[1], nullptr, 10)) : 20'000;
    std::string const only = count > 2 ? values[2] : "";
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4096);
    setrlimit(RLIMIT_NOFILE, &files);
    support::authority const authority;
    support::identity const identity = authority.issue("localhost", "IP:127.0.0.1");
    server const plain = start_server(nullptr);
    server const secure = start_server(&identity);
    for (server const* const s : {&plain, &secure}) {
        bool const tls = s == &secure;
        if (!only.empty() && tls)
            break;
        for (std::size_t const in_flight : {1, 16, 64}) {
            if (!only.empty() && in_flight != 1)
                break;
            job what;
            what.port = s->port;
            what.url = (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(s->port);
            what.authority = tls ? authority.pem() : "";
            what.in_flight = in_flight;
            what.calls = calls;
            if (only == "beast" || only == "inferpp") {
                std::size_t const good = only == "beast" ? with_beast(what) : with_inferpp(what);
                std::printf("%s: %zu calls\n", only.c_str(), good);
                continue;
            }
            std::printf("  %s, %zu in flight\n", tls ? "TLS" : "plain", in_flight);
            cost const floor = measure(with_beast, what);
            print("Beast loop", floor, floor);
            print("inferpp", measure(with_inferpp, what), floor);
#if defined(INFERPP_BENCH_CURL)
            print("libcurl multi", measure(with_curl, what), floor);
#endif
        }
    }
    if (only.empty())
        print_idle_memory(secure, authority.pem());
    for (server const* const s : {&plain, &secure}) {
        kill(s->pid, SIGKILL);
        waitpid(s->pid, nullptr, 0);
    }
}
