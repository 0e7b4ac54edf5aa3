// SPDX-License-Identifier: BSL-1.0
//
// How many requests a core signs in a second, with the hash of their bodies.
//
//   bench_signatures [COUNT]
//
// Each is signed at another second, as they would come; keys are derived once a day. The peer
// beside it, tests/bench/signatures_peer, runs npm's signer on the same requests.

#include <inferpp/providers/bedrock/signature.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace inferpp;

http::request small_get()
{
    http::request message{"GET", "/model-invocation-job/abcdefghij12"};
    message.headers.set("Accept", "application/json");
    message.headers.set("User-Agent", "inferpp/0.1.0");
    return message;
}

http::request post(std::size_t size)
{
    http::request message{"POST", "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse"};
    message.headers.set("Accept", "application/json");
    message.headers.set("Content-Type", "application/json");
    message.headers.set("User-Agent", "inferpp/0.1.0");
    message.body.assign(size, 'x');
    return message;
}

void measure(char const* name, http::request message, int count)
{
    origin to;
    to.host = "bedrock-runtime.us-east-1.amazonaws.com";
    bedrock::credentials const who{"AKIDEXAMPLE", secret{"secretkeyEXAMPLE"}};
    bedrock::signing_scope const scope{"us-east-1", "bedrock"};
    sigv4_keys keys;
    auto const start = std::chrono::steady_clock::now();
    std::size_t length = 0;
    for (int i = 0; i < count; ++i) {
        // 2024-08-01T00:00:00Z, and on
        sys_milliseconds const now{std::chrono::seconds{1'722'470'400 + i % 86'400}};
        bedrock::sign_request(message, to, scope, who, now, keys);
        length += message.headers.find("Authorization")->size();
    }
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - start;
    if (length == 0)
        std::abort();
    std::printf("  %-24s %8.0f signatures/s\n", name, count / took.count());
}

} // namespace

int main(int count, char** values)
{
    int const times = count > 1 ? std::atoi(values[1]) : 100'000;
    std::printf("inferpp\n");
    measure("GET", small_get(), times);
    measure("POST of 1 KiB", post(1024), times);
    measure("POST of 100 KiB", post(100 * 1024), times / 20);
}
