// SPDX-License-Identifier: BSL-1.0
//
// Launch's operations through a client: waiting for endpoints, uploads that keep the credentials
// at home, the older root, and what streams become of.

#include <inferpp/launch.hpp>
#include <inferpp/testing/fake_transport.hpp>
#include <inferpp/testing/manual_clock.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "unit/providers/launch_requests.hpp"
#include "unit/support.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct world {
    explicit world(std::string base = {})
    {
        if (!base.empty())
            options.base_url = std::move(base);
        options.api_key = secret{"KEY"};
        options.transport = transport;
    }

    /// Runs `work(client)`.
    template <class Work>
    auto run(Work work)
    {
        asio::io_context context{1};
        launch::client client{context.get_executor(), options};
        auto done = asio::co_spawn(context, work(client), asio::use_future);
        context.run();
        return done.get();
    }

    http::request const& request(std::size_t index) const
    {
        REQUIRE(transport->requests().size() > index);
        return transport->requests()[index];
    }

    std::shared_ptr<testing::fake_transport> transport =
        std::make_shared<testing::fake_transport>();
    launch::options options;
};

poll_options quickly()
{
    poll_options poll;
    poll.deadline = 5s;
    poll.min_interval = 1ms;
    poll.max_interval = 1ms;
    return poll;
}

launch::create_model_endpoint some_endpoint()
{
    launch::create_model_endpoint op{"my endpoint", "bun_1", launch::endpoint_type::sync};
    op.labels = {{"team", "t"}, {"product", "p"}};
    return op;
}

std::string endpoints(std::string_view status, std::string_view reason = "null")
{
    return R"({"model_endpoints":[{"id":"end_1","name":"my endpoint","status":")" +
           std::string{status} + R"(","status_reason":)" + std::string{reason} + "}]}";
}

asio::awaitable<std::pair<std::string, std::string>> make_endpoint(launch::client client)
{
    auto const op = some_endpoint();
    auto const making = co_await client.submit(op);
    auto const made = co_await making.result(quickly());
    co_return std::pair<std::string, std::string>{making.id(), made.id};
}

asio::awaitable<error> fail_to_make_endpoint(launch::client client)
{
    auto const op = some_endpoint();
    auto const making = co_await client.submit(op);
    auto const made = co_await as_result(making.result(quickly()));
    co_return made.error();
}

asio::awaitable<std::string> upload_input(launch::client client)
{
    launch::upload_batch_input const upload{bytes{"id,url\r\n"}};
    auto const done = co_await client.send(upload);
    co_return done.location;
}

asio::awaitable<error> upload_to(launch::client client, std::string address)
{
    auto const done = co_await as_result(client.upload(std::move(address), bytes{"x"}));
    co_return done ? error{} : done.error();
}

} // namespace

TEST_CASE("launch: making an endpoint lasts until it is ready")
{
    world w;
    w.transport->reply(200, R"({"endpoint_creation_task_id":"t"})")
        .reply(200, R"({"model_endpoints":[]})") // not yet listed
        .reply(200, endpoints("UPDATE_PENDING"))
        .reply(200, endpoints("UPDATE_IN_PROGRESS"))
        .reply(200, endpoints("READY"));
    auto const [id, made] = w.run(make_endpoint);
    CHECK(id == "my endpoint");
    CHECK(made == "end_1");
    CHECK(w.request(0).method == "POST");
    CHECK(w.request(0).target == "/v1/launch/v1/model-endpoints");
    CHECK(w.request(1).target == "/v1/launch/v1/model-endpoints?name=my%20endpoint");
    CHECK(w.request(1).headers.find("Authorization") == "Basic S0VZOg==");
}

TEST_CASE("launch: an endpoint that can't be made fails with the platform's reason")
{
    world w;
    w.transport->reply(200, R"({"endpoint_creation_task_id":"t"})")
        .reply(200, endpoints("UPDATE_FAILED", "\"no GPU left\""));
    // Where the result may tell why, it is not asked for: the status has.
    auto const failed = w.run(fail_to_make_endpoint);
    CHECK(failed == errc::job_failed);
    CHECK(failed.info().job_id == "my endpoint");
    CHECK(failed.info().server_message == "no GPU left");
    CHECK(w.transport->left() == 0);
}

TEST_CASE("launch: an update lasts until the endpoint is ready again")
{
    world w;
    w.transport->reply(200, R"({"endpoint_creation_task_id":"t"})")
        .reply(200, R"({"id":"end_1","name":"e","status":"READY"})");
    auto const ready = w.run([](launch::client client) -> asio::awaitable<bool> {
        launch::update_model_endpoint change{"end_1"};
        change.max_workers = 2;
        auto const changed = co_await client.run(change, quickly());
        co_return changed.status == launch::endpoint_status::ready;
    });
    CHECK(ready);
    CHECK(w.request(0).method == "PUT");
    CHECK(w.request(0).body == R"({"max_workers":2})");
    CHECK(w.request(1).target == "/v1/launch/v1/model-endpoints/end_1");
}

TEST_CASE("launch: what can't be valid is refused before any I/O, also with several requests")
{
    world w;
    auto const failed = w.run([](launch::client client) -> asio::awaitable<error> {
        auto op = some_endpoint();
        op.labels.clear();
        auto const made = co_await as_result(client.submit(op));
        co_return made.error();
    });
    CHECK(failed == errc::invalid_argument);
    CHECK(failed.info().operation == "create_model_endpoint");
    CHECK(w.transport->requests().empty());
}

TEST_CASE("launch: the input of a batch job is uploaded without our credentials")
{
    struct {
        std::string base;
        std::string target;
    } const cases[] = {
        {"https://api.scale.com/v1/launch", "/v1/hosted_inference/batch_task_input_upload"},
        {"https://api.scale.com/v1/launch/", "/v1/hosted_inference/batch_task_input_upload"},
        {"http://localhost:5000", "/v1/hosted_inference/batch_task_input_upload"},
        {"https://proxy.example/scale/v1/launch",
         "/scale/v1/hosted_inference/batch_task_input_upload"},
        {"https://proxy.example/scale", "/scale/v1/hosted_inference/batch_task_input_upload"},
    };
    for (auto const& [base, target] : cases) {
        CAPTURE(base);
        world w{base};
        w.transport
            ->reply(200, R"({"signedUrl":"https://b.storage.example/k?sig=a%2Fb","bucket":"b",)"
                         R"("key":"k"})")
            .reply(200, "");
        CHECK(w.run(upload_input) == "s3://b/k");
        CHECK(w.request(0).target == target);
        CHECK(w.request(0).body == "{}");
        CHECK(w.request(0).headers.find("Authorization") == "Basic S0VZOg==");
        CHECK(w.request(1).method == "PUT");
        CHECK(w.request(1).target == "/k?sig=a%2Fb");
        CHECK(w.request(1).body == "id,url\r\n");
        CHECK(!w.request(1).headers.find("Authorization"));
        CHECK(!w.request(1).headers.find("Content-Type"));
        CHECK(w.request(1).public_address_only == base.starts_with("https"));
    }
}

TEST_CASE("client: an upload is repeated, refused and redirected as a download is")
{
    auto const to = [](std::string address) {
        return [address](launch::client client) { return upload_to(client, address); };
    };
    http::headers elsewhere;
    elsewhere.set("Location", "https://other.example/k");
    http::headers near;
    near.set("Location", "/moved");

    world repeated;
    repeated.options.retry.base = 1ms;
    repeated.transport->reply(503, "").reply(200, "");
    CHECK(!repeated.run(to("https://storage.example/k")).code());
    CHECK(repeated.request(1).body == "x");

    world refused;
    refused.transport->reply(403, "<Error>Denied</Error>");
    auto const denied = refused.run(to("https://storage.example/k?signature=secret"));
    CHECK(denied == condition::forbidden);
    CHECK(denied.info().operation == "upload");
    CHECK(!unit::contains(denied.what(), "secret"));

    world moved;
    moved.transport->reply(307, "", near).reply(200, "");
    CHECK(!moved.run(to("https://storage.example/k")).code());
    CHECK(moved.request(1).target == "/moved");
    CHECK(moved.request(1).method == "PUT");
    CHECK(moved.request(1).body == "x");

    world strayed;
    strayed.transport->reply(307, "", elsewhere);
    CHECK(strayed.run(to("https://storage.example/k")) == errc::redirect_refused);

    world plain;
    CHECK(plain.run(to("http://storage.example/k")) == errc::invalid_argument);
    CHECK(plain.run(to("ftp://storage.example/k")) == errc::invalid_argument);
    CHECK(plain.transport->requests().empty());

    world home;
    home.transport->reply(200, "");
    CHECK(!home.run(to("https://api.scale.com/upload/k")).code());
    CHECK(home.request(0).headers.find("Authorization") == "Basic S0VZOg==");
    CHECK(home.request(0).target == "/upload/k");
}

TEST_CASE("launch: the logs of a creation come from the older root")
{
    world w;
    w.transport->reply(200, R"({"content":"pulling"})");
    auto const content = w.run([](launch::client client) -> asio::awaitable<std::string> {
        launch::get_creation_logs const ask{"a/b"};
        auto const logs = co_await client.send(ask);
        co_return logs.content;
    });
    CHECK(content == "pulling");
    CHECK(w.request(0).target == "/v1/hosted_inference/endpoints/creation_logs/a%2Fb");
}

TEST_CASE("launch: jobs are cancelled, or too late")
{
    struct {
        std::string_view answer;
        cancel_outcome outcome;
    } const cases[] = {
        {R"({"success":true})", cancel_outcome::accepted},
        {R"({"success":false})", cancel_outcome::too_late},
    };
    for (auto const& [answer, outcome] : cases) {
        world w;
        w.transport->reply(200, std::string{answer}).reply(200, std::string{answer});
        auto const seen = w.run([](launch::client client)
                                    -> asio::awaitable<std::pair<cancel_outcome, cancel_outcome>> {
            auto const docker = client.attach<launch::create_docker_job>("ft-1");
            auto const first = co_await docker.cancel();
            auto const tune = client.attach<launch::create_fine_tune>("ft-2");
            auto const second = co_await tune.cancel();
            co_return std::pair<cancel_outcome, cancel_outcome>{first, second};
        });
        CHECK(seen.first == outcome);
        CHECK(seen.second == outcome);
        CHECK(w.request(0).target == "/v1/launch/v1/docker-image-batch-jobs/ft-1");
        CHECK(w.request(0).body == R"({"cancel":true})");
        CHECK(w.request(1).target == "/v1/launch/v1/llm/fine-tunes/ft-2/cancel");
        CHECK(w.request(1).body.empty());
    }
}

TEST_CASE("launch: a batch job runs to its result, and past its time")
{
    auto const run = [](launch::client client) -> asio::awaitable<result<std::string>> {
        launch::create_batch_job op{"bun_1", "s3://b/in"};
        op.labels = {{"team", "t"}, {"product", "p"}};
        auto const done = co_await as_result(client.run(op, quickly()));
        if (!done)
            co_return done.error();
        co_return done->result.value_or("");
    };
    world good;
    good.transport->reply(200, R"({"job_id":"bat_1"})")
        .reply(200, R"({"status":"PENDING","result":null,"duration":"PT0S"})")
        .reply(200, R"({"status":"SUCCESS","result":"s3://b/out","duration":"PT9S"})");
    CHECK(good.run(run).value() == "s3://b/out");
    world late;
    late.transport->reply(200, R"({"job_id":"bat_1"})")
        .reply(200, R"({"status":"TIMEOUT","result":null,"duration":3.5})");
    auto const expired = late.run(run);
    REQUIRE(expired.has_error());
    CHECK(expired.error() == errc::job_expired);
    CHECK(expired.error().info().job_id == "bat_1");
}

TEST_CASE("launch: a chat is streamed, and an error before the stream is one of HTTP")
{
    auto const talk = [](launch::client client) -> asio::awaitable<result<std::string>> {
        launch::chat_request const request{"llama", "Hi"};
        auto stream = co_await as_result(client.stream(request));
        if (!stream)
            co_return stream.error();
        std::string text;
        while (auto const chunk = co_await stream->next())
            text += chunk->text();
        co_return text;
    };
    http::headers typed;
    typed.set("Content-Type", "text/event-stream; charset=utf-8");
    world good;
    good.transport->reply(200, "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\r\n\r\n",
                          typed);
    CHECK(good.run(talk).value() == "Hello");
    CHECK(good.request(0).headers.find("Accept") == "text/event-stream, */*;q=0.1");
    world gone;
    gone.transport->reply(410, R"({"detail":"The endpoint is deprecated."})");
    auto const refused = gone.run(talk);
    REQUIRE(refused.has_error());
    CHECK(refused.error().info().http_status == 410);
    CHECK(refused.error().info().server_message == "The endpoint is deprecated.");
    CHECK(gone.transport->requests().size() == 1);
}

namespace {

// A prediction with every member, as it is posted to each kind of endpoint.
std::vector<http::request> predictions()
{
    launch::endpoint_request<> asked{"end_1"};
    asked.args = {{"text", "I love it"}, {"count", 2}};
    asked.return_pickled = true;
    asked.callback_url = "https://me.example/done";
    asked.callback_auth = launch::basic_auth{"user", secret{"password"}};
    asked.timeout_seconds = std::chrono::seconds{30};
    asked.num_retries = 2;
    asked.destination_path = "/predict";
    auto const call = asked.encode();
    launch::endpoint_request<> other{"end_1"};
    other.url = "https://files.example/a.png";
    other.callback_url = "https://me.example/done";
    other.callback_auth = launch::mtls_auth{"certificate", secret{"key"}};
    auto const by_url = other.encode();
    using json = boost::json::value;
    launch::post_sync_task<json> const sync{"end_1", call};
    launch::post_async_task const async{"end_1", by_url};
    launch::post_streaming_task<json> const stream{"end_1", call};
    launch::get_task<> const poll{"5f0c"};
    return {detail::encode_operation(sync).value(), detail::encode_operation(async).value(),
            detail::encode_operation(stream).value(), detail::encode_operation(poll).value()};
}

void write_request(std::ostream& out, std::string name, http::request const& message)
{
    auto const mark = message.target.find('?');
    boost::json::object line;
    line["operation"] = name;
    line["method"] = message.method;
    line["path"] = '/' + message.target.substr(0, mark);
    line["query"] = mark == std::string::npos ? std::string{} : message.target.substr(mark + 1);
    line["body"] = nullptr;
    if (!message.body.empty())
        line["body"] = parse_json(message.body).value();
    out << boost::json::serialize(line) << '\n';
}

} // namespace

// For the validator of tests/interop: one request of each operation, as JSON lines.
TEST_CASE("launch: requests are written to the file that $INFERPP_DUMP_REQUESTS names")
{
    auto requests = unit::launch_resource_requests();
    for (auto& one : unit::launch_llm_requests())
        requests.push_back(std::move(one));
    CHECK(requests.size() > 60);
    char const* const path = std::getenv("INFERPP_DUMP_REQUESTS");
    if (path == nullptr)
        return;
    std::ofstream out{path, std::ios::binary};
    for (auto const& message : predictions())
        write_request(out, std::string{"prediction"}, message);
    for (auto const& [name, message, target, body] : requests) {
        if (!message.target.starts_with("v1/") && !message.target.starts_with("v2/"))
            continue; // the older root has no OpenAPI document
        write_request(out, std::string{name}, message);
    }
    CHECK(out.good());
}
