#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Seconds and memory to compile one user file in both modes, and, for scale, a file that only
includes what a hand-written Beast HTTPS client needs. Run it on an idle machine:

    tests/bench/compile.py [--compiler g++] [--flags "-O0 -g"]
"""

import argparse
import os
import pathlib
import resource
import subprocess
import tempfile

INCLUDE = pathlib.Path(__file__).resolve().parents[2] / "include"

USER = """
#include <inferpp/modzy.hpp>
namespace asio = boost::asio;
namespace modzy = inferpp::modzy;
asio::awaitable<void> classify(std::string text)
{
    modzy::client client{co_await asio::this_coro::executor, modzy::options::from_env()};
    modzy::embedded_job request{"ed542963de", "0.0.27"};
    request.sources["my-input"]["input.txt"] = inferpp::bytes{text};
    auto job = co_await client.submit(request);
    auto results = co_await job.result({.deadline = std::chrono::minutes{5}});
}
"""

BEAST = """
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast.hpp>
#include <boost/beast/ssl.hpp>
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
asio::awaitable<void> call(asio::ssl::context& context, std::string host, std::string body)
{
    auto executor = co_await asio::this_coro::executor;
    asio::ip::tcp::resolver resolver{executor};
    auto found = co_await resolver.async_resolve(host, "443", asio::use_awaitable);
    asio::ssl::stream<beast::tcp_stream> stream{executor, context};
    co_await beast::get_lowest_layer(stream).async_connect(found, asio::use_awaitable);
    co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
    http::request<http::string_body> request{http::verb::post, "/", 11};
    request.body() = body;
    request.prepare_payload();
    co_await http::async_write(stream, request, asio::use_awaitable);
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    co_await http::async_read(stream, buffer, response, asio::use_awaitable);
}
"""


def measure(compiler, flags, text):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "user.cpp"
        source.write_text(text)
        command = [compiler, "-std=c++20", f"-I{INCLUDE}", *flags, "-c", str(source), "-o",
                   str(source.with_suffix(".o"))]
        # In a child of its own, because the peak of all children so far is all that is told.
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            status = subprocess.run(command, env={**os.environ, "CCACHE_DISABLE": "1"}).returncode
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            os.write(write, f"{status} {used.ru_utime + used.ru_stime} {used.ru_maxrss}".encode())
            os._exit(0)
        os.close(write)
        os.waitpid(child, 0)
        status, seconds, kilobytes = os.read(read, 100).decode().split()
        os.close(read)
        if status != "0":
            raise SystemExit("the file does not compile")
        return float(seconds), int(kilobytes) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--flags", default="-O0 -g")
    arguments = parser.parse_args()
    flags = arguments.flags.split()
    print(f"one user file, {arguments.compiler} {arguments.flags}, CPU seconds and peak memory")
    beast = measure(arguments.compiler, flags, BEAST)
    for name, text, extra in (
        ("hand-written Beast HTTPS", None, []),
        ("inferpp, header-only", USER, []),
        ("inferpp, separate compilation", USER, ["-DINFERPP_SEPARATE_COMPILATION"]),
    ):
        seconds, megabytes = beast if text is None else measure(
            arguments.compiler, flags + extra, text)
        print(f"  {name:32} {seconds:6.1f} s {megabytes:7.0f} MB  ({seconds / beast[0]:.2f} x)")


if __name__ == "__main__":
    main()
