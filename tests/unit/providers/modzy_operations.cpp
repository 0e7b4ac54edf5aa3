// SPDX-License-Identifier: BSL-1.0
//
// The requests of Modzy, byte for byte (wire notes 2.1 to 2.3).

#include <inferpp/codec/base64.hpp>
#include <inferpp/modzy.hpp>

#include "unit/support.hpp"

#include <boost/json/parse.hpp>

#include <chrono>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

using namespace inferpp;
using namespace std::chrono_literals;

namespace {

modzy::text_job text_job()
{
    modzy::text_job op{"ed542963de", "1.0.1"};
    op.sources["happy"]["input.txt"] = "I love it";
    op.sources["angry"]["input.txt"] = "I hate it";
    return op;
}

modzy::embedded_job embedded_job()
{
    modzy::embedded_job op{"ed542963de", "0.0.27"};
    op.sources["my-input"]["input.txt"] = bytes{"hello"};
    return op;
}

template <class Op>
http::request encoded(Op const& op)
{
    auto message = detail::encode_operation(op);
    REQUIRE_MESSAGE(message.has_value(), (message ? std::string{} : message.error().what()));
    return std::move(*message);
}

template <class Op>
struct bad_request {
    std::function<void(Op&)> change;
    std::string message;
};

template <class Op>
void check_refused(Op const& good, std::vector<bad_request<Op>> const& cases)
{
    CHECK(detail::encode_operation(good).has_value());
    for (auto const& [change, message] : cases) {
        Op op = good;
        change(op);
        auto const refused = detail::encode_operation(op);
        REQUIRE_MESSAGE(refused.has_error(), message);
        CHECK(refused.error() == errc::invalid_argument);
        CHECK_MESSAGE(unit::contains(refused.error().what(), message), refused.error().what());
    }
}

template <class Op>
std::vector<bad_request<Op>> bad_job_requests()
{
    std::vector<bad_request<Op>> cases{
        {[](Op& o) { o.model.clear(); }, "model is empty"},
        {[](Op& o) { o.timeout = 0ms; }, "timeout must be at least 1 ms"},
        {[](Op& o) { o.timeout = -1ms; }, "timeout must be at least 1 ms"},
        {[](Op& o) { o.sources.clear(); }, "sources is empty"},
        {[](Op& o) { o.sources[""]["input.txt"] = {}; }, "sources has an empty input key"},
        {[](Op& o) { o.sources["x\n"]; }, "sources['x\\x0a'] is empty"},
        {[](Op& o) { o.sources["x"][""] = {}; }, "sources['x'] has an empty data key"},
    };
    for (auto const* version :
         {"", "1", "1.0", "1.0.", ".1.0", "1..0", "1.0.1.2", "v1.0.1", "1.0.x", " 1.0.1", "1.0.1 ",
          "1.0.1-", "1.0.1+", "1.0.1-a b", "1.0.1-\xc3\xa9", "latest", "1,0,1", "-1.0.1"})
        cases.push_back(
            {[version](Op& o) { o.version = version; }, "version must be a semantic version"});
    return cases;
}

} // namespace

static_assert(job_operation<modzy::text_job> && job_operation<modzy::embedded_job>);
static_assert(operation_of<modzy::get_job, modzy::provider> &&
              operation_of<modzy::get_results, modzy::provider> &&
              operation_of<modzy::cancel_job, modzy::provider>);
static_assert(modzy::text_job::info.repeat == idempotency::unsafe);
static_assert(modzy::embedded_job::info.repeat == idempotency::unsafe);
static_assert(modzy::get_job::info.repeat == idempotency::safe);
static_assert(!std::is_aggregate_v<modzy::embedded_input>);

TEST_CASE("modzy: a text job is written as the wire notes have it")
{
    auto const message = encoded(text_job());
    CHECK(message.method == "POST");
    CHECK(message.target == "jobs");
    CHECK(message.headers.size() == 1);
    CHECK(message.headers.find("Content-Type") == "application/json");
    CHECK(message.body ==
          R"({"model":{"identifier":"ed542963de","version":"1.0.1"},"explain":false,)"
          R"("input":{"type":"text","sources":{"angry":{"input.txt":"I hate it"},)"
          R"("happy":{"input.txt":"I love it"}}}})");
}

TEST_CASE("modzy: an embedded job is written with its bytes as data URLs")
{
    auto op = embedded_job();
    CHECK(encoded(op).body ==
          R"({"model":{"identifier":"ed542963de","version":"0.0.27"},"explain":false,)"
          R"("input":{"type":"embedded","sources":{"my-input":{"input.txt":)"
          R"("data:application/octet-stream;base64,aGVsbG8="}}}})");

    op.explain = true;
    op.timeout = 60s;
    op.sources.clear();
    op.sources["my-input"]["input.txt"] = {bytes{"hello"}, "text/plain"};
    CHECK(encoded(op).body ==
          R"({"model":{"identifier":"ed542963de","version":"0.0.27"},"explain":true,)"
          R"("timeout":60000,"input":{"type":"embedded","sources":{"my-input":{"input.txt":)"
          R"("data:text/plain;base64,aGVsbG8="}}}})");
}

TEST_CASE("modzy: several sources, several data keys, empty data and parameters of a type")
{
    modzy::embedded_job op{"ed542963de", "1.0.1-rc.1+build.5"};
    op.sources["a"]["image"] = {bytes{std::string_view{"\0\xff", 2}}, "image/png"};
    op.sources["a"]["config.json"] = {bytes{"{}"}, "application/json;charset=utf-8"};
    op.sources["b"]["image"] = bytes{};
    CHECK(encoded(op).body ==
          R"({"model":{"identifier":"ed542963de","version":"1.0.1-rc.1+build.5"},"explain":false,)"
          R"("input":{"type":"embedded","sources":{"a":{)"
          R"("config.json":"data:application/json;charset=utf-8;base64,e30=",)"
          R"("image":"data:image/png;base64,AP8="},)"
          R"("b":{"image":"data:application/octet-stream;base64,"}}}})");
}

TEST_CASE("modzy: keys are any text in UTF-8")
{
    modzy::embedded_job op{"ed542963de", "1.0.1"};
    op.sources["caf\xc3\xa9 \"1\"\n"]["\xe2\x82\xac.txt"] = bytes{"x"};
    CHECK(unit::contains(encoded(op).body, "{\"caf\xc3\xa9 \\\"1\\\"\\n\":{\"\xe2\x82\xac.txt\":"
                                           "\"data:application/octet-stream;base64,eA==\"}}"));
    modzy::text_job text{"ed542963de", "1.0.1"};
    text.sources["\xf0\x9f\x98\x80"]["input.txt"] = "\xc3\xa9\0";
    CHECK(
        unit::contains(encoded(text).body, "{\"\xf0\x9f\x98\x80\":{\"input.txt\":\"\xc3\xa9\"}}"));
}

TEST_CASE("modzy: text and keys that are no UTF-8 are refused with their place")
{
    auto text = text_job();
    text.sources["happy"]["input.txt"] = "caf\xe9";
    auto const refused = detail::encode_operation(text);
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::invalid_argument);
    CHECK(unit::contains(refused.error().what(), "send binary data as bytes"));
    CHECK(unit::contains(refused.error().info().json_path, ".happy.input.txt"));

    auto embedded = embedded_job();
    embedded.sources["\xff"]["input.txt"] = bytes{"x"};
    CHECK(detail::encode_operation(embedded).error() == errc::invalid_argument);
    embedded = embedded_job();
    embedded.sources["my-input"]["\xff"] = bytes{"x"};
    CHECK(detail::encode_operation(embedded).error() == errc::invalid_argument);
}

TEST_CASE("modzy: the longest of timeouts is written whole")
{
    auto op = text_job();
    op.timeout = std::chrono::milliseconds::max();
    CHECK(unit::contains(encoded(op).body, R"("timeout":9223372036854775807,)"));
    op.timeout = 1ms;
    CHECK(unit::contains(encoded(op).body, R"("timeout":1,)"));
}

TEST_CASE("modzy: large inputs become valid JSON that holds them exactly")
{
    std::string data;
    for (int i = 0; i < 5'000'000; ++i)
        data += static_cast<char>(i * 31 >> 4);
    modzy::embedded_job op{"ed542963de", "1.0.1"};
    op.sources["a"]["b"] = bytes{data};
    op.sources["c"]["d"] = bytes{"small"};
    auto const body = parse_json(encoded(op).body);
    REQUIRE(body.has_value());
    auto const& sources = body->at("input").at("sources");
    auto const url = parse_data_url(std::string_view{sources.at("a").at("b").as_string()});
    REQUIRE(url.has_value());
    bool const same = url->data == data;
    CHECK(same);
    CHECK(url->media_type == "application/octet-stream");
    CHECK(sources.at("c").at("d") == "data:application/octet-stream;base64,c21hbGw=");
}

TEST_CASE("modzy: requests that can't be valid are refused, naming the member")
{
    check_refused(text_job(), bad_job_requests<modzy::text_job>());
    check_refused(embedded_job(), bad_job_requests<modzy::embedded_job>());

    std::vector<bad_request<modzy::embedded_job>> types;
    for (auto const* type : {"", "png", "image/", "/png", "image/png, text/plain", "image/p ng",
                             "image/\"png\"", "image/png\\", "image/png\n", "image/p\xc3\xa9",
                             " image/png", "image/\x7f", "text/plain; charset=utf-8"})
        types.push_back(
            {[type](modzy::embedded_job& o) { o.sources["in"]["a.png"].media_type = type; },
             "sources['in']['a.png'].media_type must be a media type"});
    check_refused(embedded_job(), types);

    for (auto const* version : {"0.0.0", "1.0.1", "10.20.30", "1.0.1-alpha", "1.0.1+build",
                                "1.0.1-rc.1+5-x", "999999999999.0.0"}) {
        auto op = text_job();
        op.version = version;
        CHECK_MESSAGE(detail::encode_operation(op).has_value(), version);
    }
}

TEST_CASE("modzy: the other operations address a job by its identifier")
{
    CHECK(encoded(modzy::get_job{"2700725a-9c84"}).target == "jobs/2700725a-9c84");
    CHECK(encoded(modzy::get_job{"2700725a-9c84"}).method == "GET");
    CHECK(encoded(modzy::get_job{"2700725a-9c84"}).headers.size() == 0);
    CHECK(encoded(modzy::cancel_job{"2700725a-9c84"}).target == "jobs/2700725a-9c84");
    CHECK(encoded(modzy::cancel_job{"2700725a-9c84"}).method == "DELETE");
    CHECK(encoded(modzy::cancel_job{"2700725a-9c84"}).body.empty());
    CHECK(encoded(modzy::get_results{"2700725a-9c84"}).target == "results/2700725a-9c84");
    CHECK(encoded(modzy::get_results{"2700725a-9c84"}).method == "GET");
    CHECK(encoded(modzy::get_job{"../models"}).target == "jobs/..%2Fmodels");
    CHECK(encoded(modzy::get_results{"a/b?c#d e"}).target == "results/a%2Fb%3Fc%23d%20e");
    for (auto const* id : {"", ".", ".."}) {
        CHECK(detail::encode_operation(modzy::get_job{id}).error() == errc::invalid_argument);
        CHECK(detail::encode_operation(modzy::cancel_job{id}).error() == errc::invalid_argument);
        CHECK(detail::encode_operation(modzy::get_results{id}).error() == errc::invalid_argument);
    }
}
