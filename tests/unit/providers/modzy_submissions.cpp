// SPDX-License-Identifier: BSL-1.0
//
// The submissions that name their inputs elsewhere, open jobs, chunks and inferences: bodies byte
// for byte (wire notes 2.1, 2.2, 2.4, 4.3), what is refused, and where secrets do not show.

#include <inferpp/modzy.hpp>
#include <inferpp/testing/fake_transport.hpp>

#include "unit/support.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view s3_secret = "hidden/s3+secret==";
constexpr std::string_view s3_id = "HIDDENACCESSKEYID";
constexpr std::string_view azure_key = "hidden-azure-key==";
constexpr std::string_view password = "hidden password";

modzy::s3_job s3_job()
{
    modzy::s3_job op{"ed542963de", "1.0.1"};
    op.access_key_id = secret{s3_id};
    op.secret_access_key = secret{s3_secret};
    op.region = "us-east-1";
    op.sources["i1"]["input.txt"] = {"b", "/path/file.txt"};
    return op;
}

modzy::storage_grid_job storage_grid_job()
{
    modzy::storage_grid_job op{"ed542963de", "1.0.1"};
    op.access_key_id = secret{s3_id};
    op.secret_access_key = secret{s3_secret};
    op.endpoint = "https://grid.example";
    op.sources["i1"]["input.txt"] = {"b", "k"};
    return op;
}

modzy::azure_job azure_job()
{
    modzy::azure_job op{"ed542963de", "1.0.1"};
    op.storage_account = "acct";
    op.storage_account_key = secret{azure_key};
    op.sources["i1"]["input.txt"] = {"c", "dir/f.txt"};
    return op;
}

modzy::jdbc_job jdbc_job()
{
    modzy::jdbc_job op{"ed542963de", "1.0.1"};
    op.url = "jdbc:postgresql://h:5432/db";
    op.username = "u";
    op.password = secret{password};
    op.query = "select d as \"input.txt\" from t";
    return op;
}

modzy::inference_s3 inference_s3()
{
    modzy::inference_s3 object;
    object.region = "us-east-1";
    object.bucket = "b";
    object.path = "p/f.txt";
    object.access_key_id = secret{s3_id};
    object.access_key_secret = secret{s3_secret};
    return object;
}

modzy::inference_azure inference_azure()
{
    modzy::inference_azure blob;
    blob.storage_account = "acct";
    blob.storage_account_key = secret{azure_key};
    blob.container = "c";
    blob.path = "p/f.txt";
    return blob;
}

modzy::inference_request inference_request()
{
    modzy::inference_request op{"ed542963de", "1.0.1"};
    op.inputs["input.txt"] = "hello";
    return op;
}

template <class Op>
http::request encoded(Op const& op)
{
    auto message = detail::encode_operation(op);
    REQUIRE_MESSAGE(message.has_value(), (message ? std::string{} : message.error().what()));
    return std::move(*message);
}

/// The envelope of the wire notes (2.1) around an `input`.
std::string submission(std::string const& input)
{
    return R"({"model":{"identifier":"ed542963de","version":"1.0.1"},"explain":false,"input":)" +
           input + '}';
}

template <class Op>
void check_submission(Op const& op, std::string const& body)
{
    auto const message = encoded(op);
    CHECK(message.method == "POST");
    CHECK(message.target == "jobs");
    CHECK(message.headers.size() == 1);
    CHECK(message.headers.find("Content-Type") == "application/json");
    CHECK(message.body == body);
}

template <class Op>
struct bad_request {
    std::function<void(Op&)> change;
    std::string message;
};

void check_hidden(std::string const& text)
{
    for (std::string_view const hidden : {s3_secret, s3_id, azure_key, password})
        CHECK_MESSAGE(!unit::contains(text, hidden), text);
}

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
        check_hidden(refused.error().what());
    }
}

template <class Op>
std::vector<bad_request<Op>> bad_models()
{
    return {
        {[](Op& o) { o.model.clear(); }, "model is empty"},
        {[](Op& o) { o.version = "latest"; }, "version must be a semantic version"},
        {[](Op& o) { o.timeout = 0ms; }, "timeout must be at least 1 ms"},
    };
}

template <class Op>
std::vector<bad_request<Op>> bad_sources()
{
    auto cases = bad_models<Op>();
    cases.push_back({[](Op& o) { o.sources.clear(); }, "sources is empty"});
    cases.push_back({[](Op& o) { o.sources[""] = o.sources["i1"]; },
                     "sources has an empty input key"});
    cases.push_back({[](Op& o) { o.sources["x"]; }, "sources['x'] is empty"});
    cases.push_back({[](Op& o) { o.sources["x"][""] = {}; }, "sources['x'] has an empty data key"});
    return cases;
}

template <class Op>
void check_as_job(Op const& op)
{
    static_assert(job_operation<Op> && operation_of<Op, modzy::provider>);
    static_assert(Op::info.repeat == idempotency::unsafe);
    static_assert(!fragile_temporary<Op>);
    Op all = op;
    all.explain = true;
    all.timeout = 60s;
    auto const body = encoded(all).body;
    CHECK(body.starts_with(R"({"model":{"identifier":"ed542963de","version":"1.0.1"},)"
                           R"("explain":true,"timeout":60000,"input":{)"));
}

/// All that a client says of a call: its log at the most talkative level, and its error.
template <class Op>
std::string told_of(Op const& op, std::function<void(testing::fake_transport&)> const& script)
{
    boost::asio::io_context context{1};
    auto const transport = std::make_shared<testing::fake_transport>();
    script(*transport);
    std::string told;
    modzy::options options;
    options.base_url = "https://modzy.test";
    options.api_key = secret{"prefix.0123456789"};
    options.transport = transport;
    options.retry.max_attempts = 1;
    options.log = logger{log_level::debug, [&](log_level, std::string_view line) {
                             told.append(line) += '\n';
                         }};
    modzy::client const client{context.get_executor(), options};
    auto done = boost::asio::co_spawn(context, client.send(op), boost::asio::use_future);
    context.run();
    try {
        done.get();
        told += "no error";
    }
    catch (failure const& e) {
        told.append(e.what()) += '\n';
        told.append(e.error().info().message).append(e.error().info().server_message);
    }
    return told;
}

} // namespace

TEST_CASE("modzy: a job on S3 is written with its credentials and objects (2.2)")
{
    std::string const rest = R"("accessKeyID":"HIDDENACCESSKEYID",)"
                             R"("secretAccessKey":"hidden/s3+secret==","region":"us-east-1",)"
                             R"("sources":{"i1":{"input.txt":)"
                             R"({"bucket":"b","key":"/path/file.txt"}}}})";
    auto op = s3_job();
    check_submission(op, submission(R"({"type":"aws-s3",)" + rest));
    op.folders = true;
    check_submission(op, submission(R"({"type":"aws-s3-folder",)" + rest));
    op.sources["i1"]["config.json"] = {"b2", "k\"2"};
    op.sources["i0"]["input.txt"] = {"b", "k"};
    CHECK(unit::contains(encoded(op).body,
                         R"("sources":{"i0":{"input.txt":{"bucket":"b","key":"k"}},)"
                         R"("i1":{"config.json":{"bucket":"b2","key":"k\"2"},"input.txt":)"));
    check_as_job(op);
}

TEST_CASE("modzy: a job on StorageGRID is written with its endpoint (2.2)")
{
    check_submission(storage_grid_job(),
                     submission(R"({"type":"storage-grid","accessKeyID":"HIDDENACCESSKEYID",)"
                                R"("secretAccessKey":"hidden/s3+secret==",)"
                                R"("endpoint":"https://grid.example",)"
                                R"("sources":{"i1":{"input.txt":{"bucket":"b","key":"k"}}}})"));
    check_as_job(storage_grid_job());
}

TEST_CASE("modzy: a job on Azure is written with its account and blobs (2.2)")
{
    check_submission(azure_job(), submission(R"({"type":"azureblob","storageAccount":"acct",)"
                                             R"("storageAccountKey":"hidden-azure-key==",)"
                                             R"("sources":{"i1":{"input.txt":)"
                                             R"({"container":"c","filePath":"dir/f.txt"}}}})"));
    check_as_job(azure_job());
}

TEST_CASE("modzy: a job on a database is written without sources (2.2)")
{
    check_submission(jdbc_job(),
                     submission(R"({"type":"jdbc","url":"jdbc:postgresql://h:5432/db",)"
                                R"("username":"u","password":"hidden password",)"
                                R"("driver":"org.postgresql.Driver",)"
                                R"("query":"select d as \"input.txt\" from t"})"));
    check_as_job(jdbc_job());
}

TEST_CASE("modzy: an open job is a submission without input (2.1)")
{
    modzy::open_job op{"ed542963de", "1.0.1"};
    check_submission(
        op, R"({"model":{"identifier":"ed542963de","version":"1.0.1"},"explain":false})");
    op.explain = true;
    op.timeout = 1500ms;
    check_submission(op, R"({"model":{"identifier":"ed542963de","version":"1.0.1"},)"
                         R"("explain":true,"timeout":1500})");
    check_refused(op, bad_models<modzy::open_job>());
}

TEST_CASE("modzy: a part of a file is a form with one part named input (2.4)")
{
    modzy::append_input const op{"j1", "my input/1", "in put\"?.bin",
                                 bytes{std::string_view{"\0\r\n\xff", 4}}};
    auto const message = encoded(op);
    CHECK(message.method == "POST");
    CHECK(message.target == "jobs/j1/my%20input%2F1/in%20put%22%3F.bin");
    CHECK(message.headers.size() == 1);
    auto const type = message.headers.find("Content-Type");
    REQUIRE(type.has_value());
    std::string const prefix = "multipart/form-data; boundary=";
    REQUIRE(type->starts_with(prefix));
    std::string const boundary{type->substr(prefix.size())};
    CHECK(message.body == "--" + boundary +
                              "\r\nContent-Disposition: form-data; name=\"input\"; "
                              "filename=\"in put%22?.bin\"\r\n"
                              "Content-Type: application/octet-stream\r\n\r\n" +
                              std::string{std::string_view{"\0\r\n\xff", 4}} + "\r\n--" +
                              boundary + "--\r\n");
    // An empty file too must arrive.
    modzy::append_input const empty{"j1", "i", "d", bytes{}};
    CHECK(unit::contains(encoded(empty).body, "octet-stream\r\n\r\n\r\n--"));
    for (auto const* odd : {"", ".", ".."}) {
        CAPTURE(odd);
        using append = modzy::append_input;
        for (auto const& [bad, name] : std::vector<std::pair<append, std::string>>{
                 {append{odd, "i", "d", bytes{}}, "job"},
                 {append{"j", odd, "d", bytes{}}, "input"},
                 {append{"j", "i", odd, bytes{}}, "data_key"}}) {
            auto const refused = detail::encode_operation(bad);
            REQUIRE(refused.has_error());
            CHECK(unit::contains(refused.error().what(), name + " can't be part of a URL"));
        }
    }
}

TEST_CASE("modzy: an inference is written with each form of input (4.3)")
{
    auto op = inference_request();
    auto const message = encoded(op);
    CHECK(message.method == "POST");
    CHECK(message.target == "inferences");
    CHECK(message.headers.size() == 1);
    CHECK(message.headers.find("Content-Type") == "application/json");
    std::string const model = R"({"model":{"identifier":"ed542963de","version":"1.0.1"},)";
    CHECK(message.body ==
          model + R"("inputs":[{"key":"input.txt","text":"hello"}],"explain":false})");

    op.tags["env"] = "prod";
    op.explain = true;
    CHECK(encoded(op).body == model + R"("inputs":[{"key":"input.txt","text":"hello"}],)"
                                      R"("tags":{"env":"prod"},"explain":true})");

    op = inference_request();
    op.inputs.clear();
    op.inputs["a"] = bytes{"hello"};
    op.inputs["b"] = inference_s3();
    auto elsewhere = inference_s3();
    elsewhere.region.reset();
    elsewhere.endpoint = "https://grid.example";
    op.inputs["c"] = elsewhere;
    op.inputs["d"] = inference_azure();
    op.inputs["e"] = std::string{};
    CHECK(encoded(op).body ==
          model + R"("inputs":[{"key":"a","data":"aGVsbG8="},)"
                  R"({"key":"b","s3":{"region":"us-east-1","bucket":"b","path":"p/f.txt",)"
                  R"("accessKeyId":"HIDDENACCESSKEYID","accessKeySecret":"hidden/s3+secret=="}},)"
                  R"({"key":"c","s3":{"endpoint":"https://grid.example","bucket":"b",)"
                  R"("path":"p/f.txt","accessKeyId":"HIDDENACCESSKEYID",)"
                  R"("accessKeySecret":"hidden/s3+secret=="}},)"
                  R"({"key":"d","azure":{"storageAccount":"acct",)"
                  R"("storageAccountKey":"hidden-azure-key==","container":"c",)"
                  R"("path":"p/f.txt"}},{"key":"e","text":""}],"explain":false})");
    op.inputs["e"] = "\xff";
    CHECK(detail::encode_operation(op).error() == errc::invalid_argument);
}

TEST_CASE("modzy: submissions that can't be valid are refused, naming the member and no secret")
{
    using s3 = modzy::s3_job;
    auto cases = bad_sources<s3>();
    cases.push_back({[](s3& o) { o.access_key_id = {}; }, "access_key_id is empty"});
    cases.push_back({[](s3& o) { o.secret_access_key = {}; }, "secret_access_key is empty"});
    cases.push_back({[](s3& o) { o.region.clear(); }, "region is empty"});
    cases.push_back({[](s3& o) { o.sources["i1"]["x"] = {"", "k"}; },
                     "sources['i1']['x'].bucket is empty"});
    cases.push_back({[](s3& o) { o.sources["i1"]["x"] = {"b", ""}; },
                     "sources['i1']['x'].key is empty"});
    cases.push_back({[](s3& o) { o.secret_access_key = secret{"\xff"}; }, "UTF-8"});
    check_refused(s3_job(), cases);

    using grid = modzy::storage_grid_job;
    auto grids = bad_sources<grid>();
    grids.push_back({[](grid& o) { o.access_key_id = {}; }, "access_key_id is empty"});
    grids.push_back({[](grid& o) { o.secret_access_key = {}; }, "secret_access_key is empty"});
    grids.push_back({[](grid& o) { o.sources["i1"]["x"] = {"", "k"}; },
                     "sources['i1']['x'].bucket is empty"});
    for (auto const* endpoint : {"", "grid.example", "http://grid.example", "https://", "ftp://g",
                                 "https://u:p@grid.example", "https://grid example"})
        grids.push_back({[endpoint](grid& o) { o.endpoint = endpoint; },
                         "endpoint must be a URL of https"});
    check_refused(storage_grid_job(), grids);

    using azure = modzy::azure_job;
    auto blobs = bad_sources<azure>();
    blobs.push_back({[](azure& o) { o.storage_account.clear(); }, "storage_account is empty"});
    blobs.push_back({[](azure& o) { o.storage_account_key = {}; }, "storage_account_key is empty"});
    blobs.push_back({[](azure& o) { o.sources["i1"]["x"] = {"", "p"}; },
                     "sources['i1']['x'].container is empty"});
    blobs.push_back({[](azure& o) { o.sources["i1"]["x"] = {"c", ""}; },
                     "sources['i1']['x'].file_path is empty"});
    check_refused(azure_job(), blobs);

    using jdbc = modzy::jdbc_job;
    auto rows = bad_models<jdbc>();
    for (auto const* url : {"", "postgresql://h/db", "https://h", " jdbc:x"})
        rows.push_back({[url](jdbc& o) { o.url = url; }, "url must be one of JDBC"});
    rows.push_back({[](jdbc& o) { o.driver.clear(); }, "driver is empty"});
    rows.push_back({[](jdbc& o) { o.query.clear(); }, "query is empty"});
    check_refused(jdbc_job(), rows);
    // Databases without users or passwords exist.
    auto open = jdbc_job();
    open.username.clear();
    open.password = {};
    CHECK(unit::contains(encoded(open).body, R"("username":"","password":"",)"));
}

TEST_CASE("modzy: inferences that can't be valid are refused, naming the member")
{
    using request = modzy::inference_request;
    std::vector<bad_request<request>> cases{
        {[](request& o) { o.model.identifier.clear(); }, "model.identifier is empty"},
        {[](request& o) { o.model.version = "1"; }, "model.version must be a semantic version"},
        {[](request& o) { o.inputs.clear(); }, "inputs is empty"},
        {[](request& o) { o.inputs[""] = "x"; }, "inputs has an empty key"},
        {[](request& o) {
             auto both = inference_s3();
             both.endpoint = "https://grid.example";
             o.inputs["x"] = both;
         },
         "inputs['x'] needs exactly one of endpoint and region"},
        {[](request& o) {
             auto neither = inference_s3();
             neither.region.reset();
             o.inputs["x\n"] = neither;
         },
         "inputs['x\\x0a'] needs exactly one of endpoint and region"},
    };
    check_refused(inference_request(), cases);
}

TEST_CASE("modzy: a file job is checked before any I/O, also that its files can be opened")
{
    using files = modzy::file_job;
    files op{"ed542963de", "1.0.1"};
    op.sources["i1"]["input.txt"] = bytes{"x"};
    CHECK(op.validate().has_value());
    auto cases = bad_sources<files>();
    cases.push_back({[](files& o) { o.part_bytes = 0; }, "part_bytes must be 1 to 1 GiB"});
    cases.push_back({[](files& o) { o.part_bytes = (1UL << 30) + 1; }, "part_bytes must be 1 to"});
    cases.push_back({[](files& o) { o.sources["i1"]["x"] = std::filesystem::path{"/no/such.wav"}; },
                     "/no/such.wav"});
    cases.push_back({[](files& o) {
                         o.sources["i1"]["x"] = std::shared_ptr<http::body_source>{};
                     },
                     "sources['i1']['x'] is a null body_source"});
    for (auto const& [change, message] : cases) {
        files bad = op;
        change(bad);
        auto const refused = bad.validate();
        REQUIRE_MESSAGE(refused.has_error(), message);
        CHECK(refused.error() == errc::invalid_argument);
        CHECK_MESSAGE(unit::contains(refused.error().what(), message), refused.error().what());
    }
    op.part_bytes = 1UL << 30;
    CHECK(op.validate().has_value());
}

TEST_CASE("modzy: secrets of a body are in no log line and no error, whatever happens")
{
    using transport = testing::fake_transport;
    std::vector<std::function<void(transport&)>> const scripts{
        [](transport& t) { t.reply(202, R"({"jobIdentifier":"j","identifier":"i","status":""})"); },
        [](transport& t) { t.reply(400, R"({"statusCode":400,"message":"no"})"); },
        [](transport& t) { t.reply(500, "<html>"); },
        [](transport& t) { t.reply(202, "no JSON"); },
        [](transport& t) { t.reply(202, "{}"); },
        [](transport& t) { t.fail(errc::truncated, sent_state::maybe); },
        [](transport& t) { t.fail(errc::connect_failed, sent_state::no); },
    };
    auto inference = inference_request();
    inference.inputs["s3"] = inference_s3();
    inference.inputs["azure"] = inference_azure();
    for (auto const& script : scripts) {
        check_hidden(told_of(s3_job(), script));
        check_hidden(told_of(storage_grid_job(), script));
        check_hidden(told_of(azure_job(), script));
        check_hidden(told_of(jdbc_job(), script));
        check_hidden(told_of(inference, script));
    }
    // So that the test itself is known to look at something.
    CHECK(unit::contains(told_of(s3_job(), scripts[1]), "modzy submit_s3 > POST"));
}
