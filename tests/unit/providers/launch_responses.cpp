// SPDX-License-Identifier: BSL-1.0
//
// What endpoints answer, unwrapped alike. The documents are those of the wire notes, 2.1 to 2.5.

#include <inferpp/providers/launch/predictions.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "unit/support.hpp"

using namespace inferpp;
namespace launch = inferpp::launch;
namespace json = boost::json;

namespace {

struct answer {
    answer() = default;
    int y = 0;
};
BOOST_DESCRIBE_STRUCT(answer, (), (y))

template <class Result = json::value>
result<launch::endpoint_response<Result>> task(std::string_view document)
{
    return launch::endpoint_response<Result>::from_json(json::parse(document));
}

/// An event whose data is this.
template <class Result = json::value>
result<std::optional<launch::endpoint_response<Result>>> event(std::string_view data)
{
    sse_event_view view;
    view.data = data;
    return launch::endpoint_response<Result>::from_sse(view);
}

std::string success(std::string_view result, std::string_view code = "200")
{
    return R"({"status":"SUCCESS","result":)" + std::string{result} +
           R"(,"traceback":null,"status_code":)" + std::string{code} + '}';
}

template <class T>
error thrown_by(launch::endpoint_response<T> const& response)
{
    try {
        (void)response.value();
        return {};
    }
    catch (failure const& e) {
        return e.error();
    }
}

} // namespace

TEST_CASE("the four envelopes of a result are unwrapped alike")
{
    for (std::string_view const envelope :
         {R"({"result":"{\"y\": 1}"})", R"({"result":{"y":1}})", R"({"y":1})"}) {
        CAPTURE(envelope);
        for (std::string_view const code : {"200", "null", "201"}) {
            auto const untyped = task(success(envelope, code)).value();
            CHECK(untyped.ok());
            CHECK(untyped.status == launch::task_status::success);
            CHECK(untyped.value() == json::parse(R"({"y":1})"));
            CHECK(untyped.result_as<answer>().value().y == 1);
            CHECK(untyped.body.is_null());
            CHECK(!untyped.result_url);
            CHECK(task<answer>(success(envelope, code)).value().value().y == 1);
        }
        CHECK(event<answer>(success(envelope)).value()->value().y == 1);
    }
    CHECK(event(success(R"({"result":{"y":1}})")).value()->value() == json::parse(R"({"y":1})"));
}

TEST_CASE("a pickled result is a URL, and no result")
{
    auto const url = R"({"result_url":"s3://bucket/tmp/hosted-model-inference-outputs/1.pkl"})";
    for (bool const streamed : {false, true}) {
        CAPTURE(streamed);
        auto const got = streamed ? *event<answer>(success(url)).value()
                                  : task<answer>(success(url, "null")).value();
        CHECK(got.ok());
        CHECK(got.result_url == "s3://bucket/tmp/hosted-model-inference-outputs/1.pkl");
        CHECK(!got.result);
        CHECK(thrown_by(got) == errc::job_failed);
    }
}

TEST_CASE("the documents of asynchronous tasks")
{
    auto const pending = task(
        R"({"task_id":"T","status":"PENDING","result":null,"traceback":null,"status_code":null})");
    CHECK(pending->task_id == "T");
    CHECK(!pending->ok());
    CHECK(pending->status == launch::task_status::pending);
    CHECK(launch::describe(*pending).phase == phase::queued);
    auto const started = task(R"({"task_id":"T","status":"STARTED","result":null})");
    CHECK(!started->ok());
    CHECK(launch::describe(*started).phase == phase::running);
    auto const done =
        task(R"({"task_id":"T","status":"SUCCESS","result":{"result":"7"},"traceback":null,)"
             R"("status_code":200})");
    CHECK(done->value() == json::value(7));
    CHECK(done->status_code == 200);
    CHECK(launch::describe(*done).phase == phase::succeeded);
    auto const pickled =
        task(R"({"task_id":"T","status":"SUCCESS","result":{"result_url":"s3://b/k.pkl"},)"
             R"("status_code":null})");
    CHECK(pickled->result_url == "s3://b/k.pkl");
    CHECK(!pickled->status_code);
    auto const undefined = task(R"({"task_id":"T","status":"UNDEFINED","result":null})");
    CHECK(!undefined->ok());
    CHECK(launch::describe(*undefined).phase == phase::expired);
}

TEST_CASE("FAILURE is no result, and its error has the traceback, the status and the task")
{
    auto const sync = task(
        R"({"status":"FAILURE","result":null,"traceback":"Traceback: boom","status_code":500})");
    CHECK(!sync->ok());
    CHECK(sync->traceback == "Traceback: boom");
    auto const e = thrown_by(*sync);
    CHECK(e == errc::job_failed);
    CHECK(e.info().server_message == "Traceback: boom");
    CHECK(unit::contains(e.info().message, "500"));
    CHECK(unit::contains(e.info().message, "FAILURE"));
    CHECK(e.info().sent == sent_state::yes);

    auto const lost =
        task(R"({"task_id":"T","status":"FAILURE","result":"Out of memory","traceback":null})");
    CHECK(thrown_by(*lost).info().server_message == "Out of memory");
    CHECK(thrown_by(*lost).info().job_id == "T");
    CHECK(launch::describe(*lost).phase == phase::failed);
    CHECK(launch::describe(*lost).reason == "Out of memory");

    auto const both =
        task(R"({"status":"FAILURE","result":"Out of memory","traceback":"Traceback ..."})");
    CHECK(both->traceback == "Traceback ...");
    CHECK(both->body == json::value("Out of memory"));
    CHECK(!task(R"({"status":"FAILURE","result":null})")->ok());
}

TEST_CASE("the text of an exception stays a text, also where it is JSON")
{
    for (std::string_view const text : {"42", "null", "\"x\"", "{\"a\":1}"}) {
        CAPTURE(text);
        json::object document{{"status", "FAILURE"}};
        document["result"] = text;
        auto const got = launch::endpoint_response<>::from_json(document).value();
        CHECK(thrown_by(got).info().server_message == text);
    }
}

TEST_CASE("a model that answers with an error is a response that is not ok")
{
    auto const refused = task<answer>(success(R"({"result":"{\"detail\": \"no\"}"})", "500"));
    REQUIRE(refused.has_value());
    CHECK(!refused->ok());
    CHECK(!refused->result);
    CHECK(refused->status == launch::task_status::success);
    CHECK(refused->status_code == 500);
    CHECK(refused->body == json::parse(R"({"detail":"no"})"));
    CHECK(unit::contains(thrown_by(*refused).info().server_message, "no"));
    CHECK(unit::contains(thrown_by(*refused).info().message, "500"));
    CHECK(launch::describe(*refused).phase == phase::succeeded); // the platform has done its part

    auto const raised = task<answer>(success(R"({"detail":{"traceback":"ValueError"}})", "null"));
    REQUIRE(raised.has_value());
    CHECK(!raised->ok());
    CHECK(raised->traceback == "ValueError");
    CHECK(thrown_by(*raised).info().server_message == "ValueError");
    auto const told = task(success(R"({"detail":"bad input"})", "null"));
    CHECK(!told->ok());
    CHECK(unit::contains(thrown_by(*told).info().server_message, "bad input"));
    CHECK(told->result_as<answer>().error() == errc::job_failed);
    CHECK(!task(success(R"({"result_url":"s3://b/k"})", "500"))->ok());
}

TEST_CASE("nulls and missing members are as good as each other")
{
    auto const bare = task(R"({"status":"SUCCESS"})");
    REQUIRE(bare.has_value());
    CHECK(bare->ok());
    CHECK(bare->value().is_null());
    CHECK(task(success(R"({"result":null})"))->value().is_null());
    CHECK(task<std::optional<int>>(success(R"({"result":"null"})"))->value() == std::nullopt);
    auto const more = task(R"({"status":"SUCCESS","result":{"result":"1"},"new_member":{"a":[]}})");
    CHECK(more->value() == json::value(1));
}

TEST_CASE("an unknown status word is kept and ends nothing")
{
    auto const odd = task(R"({"task_id":"T","status":"RETRYING","result":null})");
    REQUIRE(odd.has_value());
    CHECK(odd->status == launch::task_status::unknown);
    CHECK(odd->status.text() == "RETRYING");
    CHECK(!odd->ok());
    CHECK(launch::describe(*odd).phase == phase::unknown);
    CHECK(launch::describe(*odd).word == "RETRYING");
    CHECK(thrown_by(*odd) == errc::job_failed);
}

TEST_CASE("documents of a wrong shape say where")
{
    CHECK(task(R"({"result":{"result":"1"}})").error() == condition::decode);
    CHECK(task("[]").error() == condition::decode);
    CHECK(task(R"({"status":1})").error() == condition::decode);
    CHECK(task<answer>(success(R"({"result":"[1]"})")).error() == condition::decode);
    CHECK(event("{").error() == errc::bad_json);
    CHECK(event("[1,2]").error() == condition::decode);
}

TEST_CASE("tokens that look like JSON stay texts for whoever wants texts")
{
    for (std::string_view const token :
         {"42", "null", "true", "\"x\"", "{}", "[1]", " ", "", "-0.5", "a\"b"}) {
        CAPTURE(token);
        json::object inner;
        inner["result"] = token;
        json::object document{{"status", "SUCCESS"}};
        document["result"] = inner;
        auto const text = json::serialize(document);
        CHECK(event<std::string>(text).value()->value() == token);
        CHECK(event(text).value()->value() == json::value(token));
        if (token != "\"x\"") // in a task it is the JSON of x
            CHECK(task<std::string>(text)->value() == token);
        else
            CHECK(task<std::string>(text)->value() == "x");
    }
    CHECK(task(success(R"({"result":"42"})"))->value() == json::value(42));
    CHECK(task(success(R"({"result":"no json"})"))->value() == json::value("no json"));
    // Streams that serialise give JSON as text.
    CHECK(event<answer>(success(R"({"result":"{\"y\": 3}"})")).value()->value().y == 3);
    CHECK(event<int>(success(R"({"result":"42"})")).value()->value() == 42);
    CHECK(event<int>(success(R"({"result":42})")).value()->value() == 42);
}

TEST_CASE("an event of failure is an error, and a model's own [DONE] is passed over")
{
    auto const failed =
        event(R"({"status":"FAILURE","result":null,"traceback":"boom","status_code":503})");
    REQUIRE(failed.has_error());
    CHECK(failed.error() == errc::job_failed);
    CHECK(failed.error().info().server_message == "boom");
    CHECK(unit::contains(failed.error().info().message, "503"));
    CHECK(event(R"({"status":"FAILURE"})").error() == errc::job_failed);

    auto const done = success(R"({"result":"[DONE]"})");
    CHECK(!event<answer>(done).value());
    CHECK(!event(done).value());
    CHECK(!event<std::string>(done).value());
}

TEST_CASE("of a long traceback the end is told, which says what went wrong")
{
    json::object document{{"status", "FAILURE"}, {"result", nullptr}};
    document["traceback"] = "Traceback " + std::string(100'000, 'x') + " ValueError: the reason";
    auto const got = launch::endpoint_response<>::from_json(document).value();
    auto const e = got.to_error();
    CHECK(e.info().server_message.size() <= 4096);
    CHECK(e.info().server_message.ends_with("ValueError: the reason"));
    CHECK(got.traceback.starts_with("Traceback "));
}
