// SPDX-License-Identifier: BSL-1.0
//
// What tests/peers/run lets the library do: asks each server on its command line and prints, one
// line for each request, the status and length of the answer, or the code of the error:
//
//     peers_driver [OPTION...] [-- METHOD URL [BYTES]]...
//
// Options hold for all requests, which share a client for each origin: --ca FILE, --cert FILE,
// --key FILE, --proxy TEXT, --first-byte MS, --attempts N, --pause MS (between requests),
// --together (all at once). METHOD "JOB" runs a job at that base URL.

#include <inferpp/modzy.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace modzy = inferpp::modzy;

namespace {

struct request {
    std::string method;
    std::string url;
    std::size_t bytes = 0;
    std::string line; ///< what is printed of it
};

struct arguments {
    modzy::options options;
    std::vector<request> requests;
    int attempts = 1;
    std::chrono::milliseconds pause{0};
    bool together = false;
};

arguments parse(int count, char** values)
{
    arguments out;
    out.options.api_key = inferpp::secret{"prefix.0123456789abcdef"};
    out.options.retry.base = std::chrono::milliseconds{1};
    out.options.retry.cap = std::chrono::milliseconds{2};
    std::vector<std::string> const words(values + 1, values + count);
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string const& name = words[i];
        if (name == "--together") {
            out.together = true;
            continue;
        }
        std::string const& value = words.at(++i);
        if (name == "--ca") {
            out.options.tls.ca_file = value;
        } else if (name == "--cert") {
            out.options.tls.certificate_file = value;
        } else if (name == "--key") {
            out.options.tls.private_key_file = value;
        } else if (name == "--proxy") {
            out.options.proxy = inferpp::proxy_options::parse(value).value();
        } else if (name == "--first-byte") {
            out.options.limits.first_byte = std::chrono::milliseconds{std::stol(value)};
        } else if (name == "--pause") {
            out.pause = std::chrono::milliseconds{std::stol(value)};
        } else if (name == "--attempts") {
            out.attempts = std::stoi(value);
        } else if (name == "--") {
            request asked;
            asked.method = value;
            asked.url = words.at(++i);
            if (i + 1 < words.size() && !words[i + 1].starts_with("--"))
                asked.bytes = std::stoul(words[++i]);
            out.requests.push_back(std::move(asked));
        } else {
            throw std::runtime_error{"unknown option " + name};
        }
    }
    return out;
}

asio::awaitable<void> run_job(modzy::client client, request& asked)
{
    modzy::text_job job{"ed542963de", "1.0.1"};
    job.sources["a"]["input.txt"] = "I love it";
    auto work = client.run(job, {.deadline = std::chrono::seconds{20},
                                 .min_interval = std::chrono::milliseconds{2},
                                 .max_interval = std::chrono::milliseconds{20}});
    auto const done = co_await inferpp::as_result(std::move(work));
    asked.line = done ? "job " + std::to_string(done->results.size())
                      : "error " + done.error().what();
}

asio::awaitable<void> ask(modzy::client client, request& asked, int attempts)
{
    inferpp::http::request message{asked.method, asked.url.substr(asked.url.find('/', 8) + 1)};
    message.body.assign(asked.bytes, 'x');
    auto const got = co_await inferpp::as_result(client.raw(message, {.max_attempts = attempts}));
    if (got) {
        asked.line = std::to_string(got->status) + ' ' + std::to_string(got->body.size());
        if (auto const wait = got->headers.find("Retry-After"))
            asked.line += " retry-after=" + std::string{*wait};
    } else {
        asked.line = "error " + got.error().what();
    }
}

} // namespace

int main(int count, char** values)
try {
    arguments with = parse(count, values);
    asio::io_context context{1};
    std::map<std::string, std::shared_ptr<modzy::client>> clients;
    for (request& asked : with.requests) {
        bool const job = asked.method == "JOB";
        std::string const base = job ? asked.url : asked.url.substr(0, asked.url.find('/', 8));
        auto& client = clients[base];
        if (!client) {
            with.options.base_url = base;
            client = std::make_shared<modzy::client>(context.get_executor(), with.options);
        }
        asio::co_spawn(context,
                       job ? run_job(*client, asked) : ask(*client, asked, with.attempts),
                       [](std::exception_ptr e) {
                           if (e)
                               std::rethrow_exception(e);
                       });
        if (!with.together) {
            context.restart();
            context.run();
            std::this_thread::sleep_for(with.pause);
        }
    }
    context.restart();
    context.run();
    for (request const& asked : with.requests)
        std::printf("%s\n", asked.line.c_str());
    return 0;
}
catch (std::exception const& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
