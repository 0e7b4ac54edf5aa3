// SPDX-License-Identifier: BSL-1.0
//
// Predictions on a scripted transport: what is sent, byte by byte, and what is refused before.

#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/launch_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace support::launching;
namespace json = boost::json;

namespace {

struct shape {
    shape() = default;
    int x = 0;
    std::optional<std::string> y;
};
BOOST_DESCRIBE_STRUCT(shape, (), (x, y))

std::string const done = R"({"status":"SUCCESS","result":{"result":"{\"y\": 1}"},)"
                         R"("traceback":null,"status_code":200})";

template <class Request>
std::string body_of(Request const& request)
{
    fake_world world;
    world.transport->reply(200, done);
    (void)world.run(world.client().send(request));
    return world.request(0).body;
}

template <class Request>
void check_refused(Request const& request, std::string_view part)
{
    CAPTURE(part);
    fake_world world;
    auto const client = world.client();
    for (error const& e :
         {world.error_of(client.send(request)), world.error_of(client.submit(request)),
          world.error_of(client.stream(request))}) {
        CHECK(e == errc::invalid_argument);
        CHECK(support::contains(e.what(), part));
        CHECK(e.info().sent == sent_state::no);
        CHECK(e.info().provider == "launch");
    }
    CHECK(world.requests() == 0);
}

std::string const id{endpoint_id};

} // namespace

TEST_CASE("a prediction's request, as the wire notes have it")
{
    fake_world world;
    world.options.api_key = secret{"KEY"};
    world.transport->reply(200, done);
    auto request = ask(id, {{"y", 1}});
    request.timeout_seconds = 30s;
    request.num_retries = 2;
    auto const answer = world.run(world.client().send(request));
    CHECK(answer.value() == json::parse(R"({"y":1})"));
    auto const& sent = world.request(0);
    CHECK(sent.method == "POST");
    CHECK(sent.target == "/v1/launch/v1/sync-tasks?model_endpoint_id=" + id);
    CHECK(sent.headers.find("Authorization") == "Basic S0VZOg==");
    CHECK(sent.headers.find("Content-Type") == "application/json");
    CHECK(sent.headers.find("Accept") == "application/json");
    CHECK(json::parse(sent.body) ==
          json::parse(R"({"args":{"y":1},"return_pickled":false,"timeout_seconds":30,)"
                      R"("num_retries":2})"));
}

TEST_CASE("each verb has its route, and a stream says what it wants")
{
    fake_world world;
    auto const client = world.client();
    world.transport->reply(200, receipt());
    auto const request = ask(id, {{"prompt", "hi"}});
    CHECK(world.run(client.submit(request)).id() == "t1");
    CHECK(world.request(0).target == "/v1/launch/v1/async-tasks?model_endpoint_id=" + id);
    world.transport->reply(200, "data: " + done + "\r\n\r\n", [] {
        http::headers headers;
        headers.add("Content-Type", "text/event-stream; charset=utf-8");
        return headers;
    }());
    auto stream = world.run(client.stream(request));
    CHECK(world.run(stream.collect(9)).size() == 1);
    CHECK(world.request(1).target == "/v1/launch/v1/streaming-tasks?model_endpoint_id=" + id);
    CHECK(world.request(1).headers.find("Accept") == "text/event-stream, */*;q=0.1");
    world.transport->reply(200, task("PENDING"));
    CHECK(world.run(client.attach<launch::endpoint_request<>>("a/b c").status()).word == "PENDING");
    CHECK(world.request(2).method == "GET");
    CHECK(world.request(2).target == "/v1/launch/v1/async-tasks/a%2Fb%20c");
    CHECK(world.request(2).body.empty());
}

TEST_CASE("golden bodies: what is not set is left out, return_pickled always goes along")
{
    launch::endpoint_request<shape> typed{id};
    typed.args.emplace().x = 2;
    CHECK(json::parse(body_of(typed)) == json::parse(R"({"args":{"x":2},"return_pickled":false})"));
    typed.args->y = "hello";
    typed.callback_url = "https://me.example/cb";
    typed.callback_auth = launch::basic_auth{"user", secret{"pw"}};
    CHECK(json::parse(body_of(typed)) ==
          json::parse(R"({"return_pickled":false,"args":{"x":2,"y":"hello"},)"
                      R"("callback_url":"https://me.example/cb","callback_auth":)"
                      R"({"kind":"basic","username":"user","password":"pw"}})"));
    typed.callback_auth = launch::mtls_auth{"CERT", secret{"PEM KEY"}};
    CHECK(json::parse(body_of(typed)).at("callback_auth") ==
          json::parse(R"({"kind":"mtls","cert":"CERT","key":"PEM KEY"})"));

    launch::endpoint_request<> by_url{id};
    by_url.url = "s3://bucket/input";
    by_url.return_pickled = true;
    by_url.destination_path = "/v1/\"odd\"";
    by_url.timeout_seconds = 1500ms;
    CHECK(json::parse(body_of(by_url)) ==
          json::parse(R"({"url":"s3://bucket/input","return_pickled":true,"timeout_seconds":1.5,)"
                      R"("destination_path":"/v1/\"odd\""})"));
    launch::endpoint_request<> pickled{id};
    pickled.cloudpickle = "s3://bucket/args.pkl";
    CHECK(json::parse(body_of(pickled)) ==
          json::parse(R"({"cloudpickle":"s3://bucket/args.pkl","return_pickled":false})"));
    launch::endpoint_request<> anything{id};
    anything.args = json::value{1, nullptr, "x"};
    CHECK(json::parse(body_of(anything)).at("args") == json::parse(R"([1,null,"x"])"));
}

TEST_CASE("how the platform proves itself is read as it is written")
{
    for (char const* const text : {R"({"kind":"basic","username":"u","password":"p"})",
                                   R"({"kind":"mtls","cert":"c","key":"k"})"}) {
        auto const read = decode_json<launch::callback_auth>(text);
        REQUIRE(read.has_value());
        std::string written;
        CHECK(encode_json(*read, written).has_value());
        CHECK(json::parse(written) == json::parse(text));
    }
}

TEST_CASE("exactly one of args, url and cloudpickle")
{
    launch::endpoint_request<> request{id};
    check_refused(request, "args, url and cloudpickle");
    request.args = json::object{};
    request.url = "u";
    check_refused(request, "args, url and cloudpickle");
    request.url.reset();
    request.cloudpickle = "c";
    check_refused(request, "args, url and cloudpickle");
    request.args.reset();
    request.url = "u";
    check_refused(request, "args, url and cloudpickle");
}

TEST_CASE("what can't be valid is refused by name before anything is sent")
{
    auto request = ask(id);
    for (double const seconds : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
        request.timeout_seconds = std::chrono::duration<double>{seconds};
        check_refused(request, "timeout_seconds");
    }
    request.timeout_seconds =
        std::chrono::duration<double>{std::numeric_limits<double>::infinity()};
    check_refused(request, "");
    request.timeout_seconds.reset();
    request.callback_auth = launch::basic_auth{"u", secret{"p"}};
    check_refused(request, "callback_url");
    check_refused(ask(""), "endpoint");
    auto header = ask(id);
    header.extra_headers.emplace_back("X-Good", "bad\r\nX-Evil: 1");
    check_refused(header, "X-Good");
}

TEST_CASE("extra headers go along, and never in the place of the credentials")
{
    fake_world world;
    world.transport->reply(200, done);
    auto request = ask(id);
    request.extra_headers.emplace_back("X-Trace", "abc");
    request.extra_headers.emplace_back("Authorization", "Bearer somebody else");
    (void)world.run(world.client().send(request));
    CHECK(world.request(0).headers.find("X-Trace") == "abc");
    CHECK(support::contains(*world.request(0).headers.find("Authorization"), "Basic "));
}

TEST_CASE("a name is looked up once, escaped, and remembered by all copies of the client")
{
    fake_world world;
    auto const client = world.client();
    std::string const name = "my model/2?&=%\"";
    world.transport->reply(200, R"({"model_endpoints":[{"id":"end_other","name":"other"},)"
                                R"({"id":"end_1","name":"my model/2?&=%\"","unknown":1}]})");
    for (int i = 0; i < 3; ++i)
        world.transport->reply(200, done);
    auto const copy = client;
    (void)world.run(client.send(ask(name)));
    (void)world.run(copy.send(ask(name)));
    (void)world.run(launch::client{copy}.send(ask(name)));
    CHECK(world.requests() == 4);
    CHECK(world.request(0).method == "GET");
    CHECK(world.request(0).target ==
          "/v1/launch/v1/model-endpoints?name=my%20model%2F2%3F%26%3D%25%22");
    for (std::size_t const i : {1U, 2U, 3U})
        CHECK(world.request(i).target == "/v1/launch/v1/sync-tasks?model_endpoint_id=end_1");
    CHECK(world.transport->left() == 0);
}

TEST_CASE("a name that the platform does not know any more is looked up again, once")
{
    for (int const verb : {0, 1, 2}) {
        CAPTURE(verb);
        fake_world world;
        auto const client = world.client();
        auto const call = [&]() -> error {
            auto const request = ask("m");
            return verb == 0   ? world.error_of(client.send(request))
                   : verb == 1 ? world.error_of(client.submit(request))
                               : world.error_of(client.stream(request));
        };
        std::string const good = verb == 1 ? receipt() : done;
        std::string const gone = R"({"detail":"The specified endpoint could not be found."})";
        world.transport->reply(200, found("m", "end_1")).reply(200, good);
        CHECK(!call().code());
        world.transport->reply(404, gone).reply(200, found("m", "end_2")).reply(200, good);
        CHECK(!call().code());
        CHECK(world.requests() == 5);
        CHECK(support::contains(world.request(4).target, "=end_2"));
        // Gone for good: one more look, and the platform's word.
        world.transport->reply(404, gone).reply(200, found("m", "end_3")).reply(404, gone);
        auto const e = call();
        CHECK(e == condition::not_found);
        CHECK(e.info().http_status == 404);
        CHECK(support::contains(e.info().server_message, "could not be found"));
        world.transport->reply(200, R"({"model_endpoints":[]})");
        auto const unknown = call();
        CHECK(unknown == condition::not_found);
        CHECK(unknown.info().sent == sent_state::no);
        CHECK(support::contains(unknown.what(), "'m'"));
        CHECK(world.transport->left() == 0);
    }
}

TEST_CASE("an id is used as it is, and a 404 for it is the last word")
{
    fake_world world;
    world.transport->reply(404, R"({"detail":"The specified endpoint could not be found."})");
    auto const e = world.error_of(world.client().send(ask(id)));
    CHECK(e == condition::not_found);
    CHECK(world.requests() == 1);
    for (char const* const name :
         {"end_short", "END_0123456789abcdefghij", "end_0123456789abcdefghi-"}) {
        world.transport->reply(200, R"({"model_endpoints":[]})");
        CHECK(world.error_of(world.client().send(ask(name))) == condition::not_found);
    }
    CHECK(world.requests() == 4);
}

TEST_CASE("no secret is in a log line or an error")
{
    fake_world world;
    std::vector<std::string> lines;
    world.options.log = logger{
        log_level::debug, [&lines](log_level, std::string_view line) { lines.emplace_back(line); }};
    auto request = ask(id);
    request.callback_url = "https://me.example/cb?token=hidden-in-url";
    request.callback_auth = launch::basic_auth{"user", secret{"hidden-password"}};
    world.transport->reply(400, R"({"detail":"wrong key )" + std::string{launch_key} + R"("})");
    auto const e = world.error_of(world.client().send(request));
    lines.push_back(e.what());
    lines.push_back(e.info().raw_body);
    CHECK(lines.size() > 2);
    for (auto const& line : lines)
        for (std::string_view const hidden :
             {"hidden-password", "hidden-in-url", "bGl2ZV8wMTIz", "live_0123"}) {
            CAPTURE(line);
            CHECK(!support::contains(line, hidden));
        }
}
