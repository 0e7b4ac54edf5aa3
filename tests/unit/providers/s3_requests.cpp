// SPDX-License-Identifier: BSL-1.0
//
// What is sent to S3 and where, what its answers mean, and names of places in it.

#include <inferpp/bedrock.hpp>
#include <inferpp/testing/fake_transport.hpp>
#include <inferpp/testing/manual_clock.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "unit/support.hpp"

using namespace inferpp;
namespace asio = boost::asio;
namespace json = boost::json;
namespace s3 = bedrock::s3;
using bedrock::s3_uri;
using unit::contains;

namespace {

bedrock::options options(std::string region = "us-east-1")
{
    bedrock::options with;
    with.region = std::move(region);
    with.credentials = bedrock::static_credentials(
        bedrock::credentials{"AKIDEXAMPLE", secret{"secretkeyEXAMPLE"}});
    return with;
}

/// A client whose server is a script.
struct world {
    world() : transport(std::make_shared<testing::fake_transport>(time))
    {
        with.transport = transport;
        with.clock = time;
    }

    template <class Client = s3::client, class Op>
    auto send(Op op)
    {
        asio::io_context context{1};
        Client client{context.get_executor(), with};
        auto done = asio::co_spawn(context, as_result(client.send(op)), asio::use_future);
        context.run();
        return done.get();
    }

    std::string sent_to(std::size_t index) const
    {
        return transport->origins().at(index).to_string() + transport->requests().at(index).target;
    }
    std::string header(std::size_t index, std::string_view name) const
    {
        return std::string{transport->requests().at(index).headers.find(name).value_or("none")};
    }

    std::shared_ptr<testing::manual_clock> time = std::make_shared<testing::manual_clock>();
    std::shared_ptr<testing::fake_transport> transport;
    bedrock::options with = options();
};

http::headers headers(std::vector<std::pair<std::string, std::string>> const& those)
{
    http::headers made;
    for (auto const& [name, value] : those)
        made.add(name, value);
    return made;
}

std::string s3_error(std::string_view code, std::string_view more = {})
{
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + std::string{code} +
           "</Code><Message>m</Message>" + std::string{more} + "</Error>";
}

/// Where a request for an object of a bucket goes, without the object.
std::string address(bedrock::options const& with, std::string const& bucket)
{
    s3::provider const platform{with};
    http::request message{"GET", join_target(platform.base().path, bucket + "/key")};
    origin to = platform.base().origin;
    platform.locate(message, to);
    std::string const whole = to.to_string() + message.target;
    REQUIRE(whole.ends_with("/key"));
    return whole.substr(0, whole.size() - 4);
}

/// The headers of a row that an SDK adds for itself, or that are not signed.
bool is_own(std::string_view name)
{
    for (std::string_view const known :
         {"x-amz-user-agent", "user-agent", "amz-sdk-invocation-id", "amz-sdk-request",
          "x-amz-sdk-checksum-algorithm", "authorization", "x-amz-date", "host", "content-length"})
        if (detail::iequals(name, known))
            return true;
    return detail::iequals(name, "connection");
}

std::string without_id(std::string target)
{
    for (std::string_view const mark : {"?x-id=", "&x-id="})
        if (auto const at = target.find(mark); at != std::string::npos)
            target.erase(at);
    return target;
}

} // namespace

TEST_CASE("s3: a URI names a bucket and a key, or is refused")
{
    s3_uri const file{"s3://my-bucket/in/a b+\xc3\xa9.jsonl"};
    CHECK(file.bucket() == "my-bucket");
    CHECK(file.key() == "in/a b+\xc3\xa9.jsonl");
    CHECK(file.file_name() == "a b+\xc3\xa9.jsonl");
    CHECK(file.str() == "s3://my-bucket/in/a b+\xc3\xa9.jsonl");
    CHECK(s3_uri{"s3://my-bucket"}.key().empty());
    CHECK(s3_uri{"s3://my-bucket"} == s3_uri{"s3://my-bucket/"});
    CHECK((s3_uri{"s3://my-bucket"} / "a").str() == "s3://my-bucket/a");
    CHECK((s3_uri{"s3://my-bucket/in"} / "a").str() == "s3://my-bucket/in/a");
    CHECK((s3_uri{"s3://my-bucket/in/"} / "a").str() == "s3://my-bucket/in/a");
    CHECK(s3_uri{}.empty());
    for (char const* const wrong :
         {"", "bucket/key", "S3://bucket/key", "s3:/bucket", "s3://", "s3:///key", "s3://ab/key",
          "s3://Bucket/key", "s3://-bucket/key", "s3://bucket./key", "s3://bu_cket/key",
          "s3://bucket/\xff", "https://bucket.s3.amazonaws.com/key"}) {
        CAPTURE(wrong);
        auto const parsed = s3_uri::parse(wrong);
        REQUIRE(!parsed);
        CHECK(parsed.error() == errc::invalid_argument);
        CHECK_THROWS_AS(s3_uri{wrong}, failure);
    }
    std::string const longest = "s3://bucket/" + std::string(1024, 'k');
    CHECK(s3_uri::parse(longest).has_value());
    CHECK(!s3_uri::parse(longest + 'k'));
    CHECK_THROWS_AS(s3_uri{longest} / "k", failure);
    CHECK(!s3_uri::parse("s3://" + std::string(64, 'b')));
}

TEST_CASE("s3: a bucket stands in the host, or in the path where it can't")
{
    auto with = options();
    CHECK(address(with, "bucket") == "https://bucket.s3.us-east-1.amazonaws.com");
    CHECK(address(with, "bucket.with.dots") ==
          "https://s3.us-east-1.amazonaws.com/bucket.with.dots");
    with.path_style = true;
    CHECK(address(with, "bucket") == "https://s3.us-east-1.amazonaws.com/bucket");
    with.path_style = false;
    for (std::string_view const bare :
         {"http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000"}) {
        with.s3_endpoint = bare;
        CHECK(address(with, "bucket") == std::string{bare} + "/bucket");
    }
    with.s3_endpoint = "https://storage.example.com/prefix/";
    CHECK(address(with, "bucket") == "https://bucket.storage.example.com/prefix");
    with.path_style = true;
    CHECK(address(with, "bucket") == "https://storage.example.com/prefix/bucket");
}

TEST_CASE("s3: addresses are those of Amazon's own rules")
{
    auto const path = unit::shared_path("vectors/endpoint-vectors/s3-endpoint-tests.json");
    if (path.empty())
        return;
    auto const parsed = parse_json(unit::read_file(path));
    REQUIRE(parsed);
    int done = 0;
    for (auto const& one : parsed->at("testCases").as_array()) {
        auto const& given = one.at("params").as_object();
        auto const text = [&given](char const* name) {
            auto const* const found = given.if_contains(name);
            return found == nullptr ? std::string{} : std::string{found->as_string().c_str()};
        };
        auto const flag = [&given](char const* name) {
            auto const* const found = given.if_contains(name);
            return found != nullptr && found->as_bool();
        };
        std::string const bucket = text("Bucket");
        // Other kinds of buckets, the older endpoints, and what s3_uri refuses beforehand.
        if (bucket.empty() || contains(bucket, "--") || !s3_uri::parse("s3://" + bucket) ||
            flag("Accelerate") || flag("UseGlobalEndpoint") || flag("UseObjectLambdaEndpoint") ||
            flag("UseS3ExpressControlEndpoint") || text("Region") == "aws-global")
            continue;
        CAPTURE(json::serialize(given));
        auto with = options(text("Region"));
        with.use_fips = flag("UseFIPS");
        with.use_dualstack = flag("UseDualStack");
        with.path_style = flag("ForcePathStyle");
        with.s3_endpoint = text("Endpoint");
        auto const& wanted = one.at("expect").as_object();
        // What these rules refuse in all of China, the other services have.
        bool const no_fips =
            wanted.contains("error") &&
            contains(wanted.at("error").as_string(), "Partition does not support FIPS");
        if (no_fips)
            continue;
        if (wanted.contains("error")) {
            if (with.s3_endpoint.empty() || with.use_fips || with.use_dualstack ||
                contains(wanted.at("error").as_string(), "URI")) {
                CHECK_THROWS_AS(s3::provider{with}, failure);
                ++done;
            }
            continue;
        }
        CHECK(address(with, bucket) == wanted.at("endpoint").at("url").as_string().c_str());
        ++done;
    }
    CHECK(done == 38);
}

TEST_CASE("s3: requests are those that Amazon's own client sends")
{
    auto const path = unit::shared_path("vectors/bedrock-captured-requests.jsonl");
    if (path.empty())
        return;
    s3_uri const object{"my-bucket", "in put/a+b \xc3\xa9(1).jsonl"};
    s3_uri const other{"s3://my-bucket/k"};
    std::string const id = "UP+LOAD/ID=";
    std::map<std::int64_t, http::request> ours;
    auto const take = [&ours](std::int64_t row, auto const& op) {
        auto encoded = detail::encode_operation(op);
        REQUIRE(encoded.has_value());
        ours[row] = std::move(*encoded);
    };
    s3::put_object put{object, shared_bytes{"{\"recordId\":\"1\"}\n"}};
    put.content_type = "application/jsonl";
    take(1, put);
    s3::get_object get{object};
    get.count = 5;
    take(2, get);
    take(4, s3::head_object{object});
    s3::list_objects list{"s3://my-bucket/out/"};
    list.continuation_token = "1ueGcx+/=";
    list.delimiter = "/";
    list.max_keys = 5;
    list.start_after = "x";
    take(5, list);
    s3::create_multipart_upload create{other};
    create.content_type = "application/x-ndjson";
    take(6, create);
    take(7, s3::upload_part{other, id, 1, shared_bytes{"part1"}});
    take(8, s3::complete_multipart_upload{
                other, id, {s3::part{1, "\"abc\""}, s3::part{2, "\"def\""}}});
    take(9, s3::abort_multipart_upload{other, id});

    std::istringstream lines{unit::read_file(path)};
    int done = 0;
    for (std::string line; std::getline(lines, line);) {
        auto const row = parse_json(line).value();
        if (row.at("set").as_string() != "S3 operations")
            continue;
        auto const found = ours.find(row.at("n").as_int64());
        if (found == ours.end())
            continue;
        http::request const& sent = found->second;
        CAPTURE(line);
        CHECK(sent.method == row.at("method").as_string().c_str());
        CHECK('/' + sent.target == without_id(row.at("url").as_string().c_str()));
        for (auto const& [name, value] : row.at("headers").as_object()) {
            std::string_view const key{name.data(), name.size()};
            auto const ours_of = sent.headers.find(key);
            // Signing adds the hash of what has no body of its own.
            bool const is_default = value.as_string() == "application/octet-stream";
            if (is_own(key) || is_default || (!ours_of && key == "x-amz-content-sha256"))
                continue;
            CAPTURE(key);
            CHECK(ours_of.value_or("none") == std::string_view{value.as_string()});
        }
        if (row.at("method").as_string() == "POST")
            CHECK(sent.body == row.at("body").as_string().c_str());
        ++done;
    }
    CHECK(done == 8);
}

TEST_CASE("s3: a bucket elsewhere is asked there, and from then on at once")
{
    struct refusal {
        int status;
        bool in_header;
    };
    for (refusal const& how :
         {refusal{301, true}, refusal{307, true}, refusal{400, true}, refusal{400, false}}) {
        CAPTURE(how.status);
        world here;
        std::string const body =
            how.in_header ? std::string{}
                          : s3_error("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>");
        http::headers named;
        if (how.in_header)
            named.set("x-amz-bucket-region", "eu-west-1");
        here.transport->reply(how.status, body, named).reply(200, "").reply(200, "");
        s3::head_object const ask{"s3://bucket/key"};
        asio::io_context context{1};
        s3::client client{context.get_executor(), here.with};
        for (int i = 0; i < 2; ++i) {
            auto done = asio::co_spawn(context, as_result(client.send(ask)), asio::use_future);
            context.restart();
            context.run();
            CHECK(done.get().has_value());
        }
        CHECK(here.sent_to(0) == "https://bucket.s3.us-east-1.amazonaws.com/key");
        CHECK(here.sent_to(1) == "https://bucket.s3.eu-west-1.amazonaws.com/key");
        CHECK(here.sent_to(2) == here.sent_to(1));
        CHECK(contains(here.header(0, "Authorization"), "/us-east-1/s3/"));
        CHECK(contains(here.header(1, "Authorization"), "/eu-west-1/s3/"));
        CHECK(contains(here.header(2, "Authorization"), "/eu-west-1/s3/"));
    }
}

TEST_CASE("s3: a region that can't be one, or leads nowhere else, is not followed")
{
    for (char const* const region :
         {"", "us-east-1", "evil.example.com/", "a b", "eu-west-1\r\nX: y", "-"}) {
        CAPTURE(region);
        world here;
        here.transport->reply(400, s3_error("AuthorizationHeaderMalformed"),
                              headers({{"x-amz-bucket-region", region}}));
        auto const e = here.send(s3::head_object{"s3://bucket/key"});
        CHECK(!e);
        CHECK(here.transport->requests().size() == 1);
    }
    // A server that sends us round is followed once.
    world here;
    here.transport->reply(301, "", headers({{"x-amz-bucket-region", "eu-west-1"}}))
        .reply(301, "", headers({{"x-amz-bucket-region", "us-west-2"}}));
    CHECK(!here.send(s3::head_object{"s3://bucket/key"}));
    CHECK(here.transport->requests().size() == 2);
    // The host of an endpoint of one's own stays, and so do path style and the base path.
    world own;
    own.with.s3_endpoint = "https://storage.example.com/prefix";
    own.with.path_style = true;
    own.transport->reply(301, "", headers({{"x-amz-bucket-region", "eu-west-1"}})).reply(200, "");
    CHECK(own.send(s3::head_object{"s3://bucket/key"}).has_value());
    CHECK(own.sent_to(1) == "https://storage.example.com/prefix/bucket/key");
    CHECK(contains(own.header(1, "Authorization"), "/eu-west-1/s3/"));
}

TEST_CASE("s3: errors mean what they say, also those in an answer of 200")
{
    auto const error_of = [](int status, std::string body) {
        world here;
        here.with.retry.max_attempts = 1;
        here.transport->reply(status, std::move(body));
        s3::complete_multipart_upload const op{"s3://bucket/key", "id", {s3::part{1, "\"e\""}}};
        return here.send(op).error();
    };
    CHECK(error_of(200, s3_error("InternalError")) == condition::overloaded);
    CHECK(error_of(200, "  \n" + s3_error("SlowDown")) == condition::rate_limited);
    CHECK(error_of(200, s3_error("InternalError")).info().server_code == "InternalError");
    CHECK(error_of(200, "") == condition::decode); // it was cut off before it said anything
    CHECK(error_of(200, "<html/>") == condition::decode);
    CHECK(error_of(503, s3_error("SlowDown")) == condition::rate_limited);
    CHECK(error_of(400, s3_error("RequestTimeout")) == condition::timeout);
    CHECK(error_of(403, s3_error("SignatureDoesNotMatch")) == condition::unauthorized);
    CHECK(error_of(403, s3_error("AccessDenied")) == condition::forbidden);
    CHECK(error_of(404, s3_error("NoSuchUpload")) == condition::not_found);
}

TEST_CASE("s3: listings that are damaged or have no end are errors")
{
    auto const list = [](std::string inner) {
        world here;
        here.transport->reply(200, "<ListBucketResult xmlns=\"x\">" + std::move(inner) +
                                       "</ListBucketResult>");
        return here.send(s3::list_objects{"s3://bucket"});
    };
    CHECK(list("")->objects.empty());
    auto const page = list("<EncodingType>url</EncodingType><Contents><Key>a%2Fb+c%01</Key><Size>7"
                           "</Size><Other/></Contents><CommonPrefixes><Prefix>d%20/</Prefix>"
                           "</CommonPrefixes><IsTruncated>false</IsTruncated>");
    CHECK(page->objects.at(0).key == "a/b c\x01");
    CHECK(page->objects.at(0).size == 7);
    CHECK(page->folders.at(0) == "d /");
    // Without the word on it nothing is decoded.
    CHECK(list("<Contents><Key>a%2F+b</Key><Size>1</Size></Contents>")->objects.at(0).key ==
          "a%2F+b");
    for (char const* const wrong :
         {"<IsTruncated>true</IsTruncated>", "<Contents><Key>a</Key></Contents>",
          "<Contents><Size>1</Size></Contents>", "<Contents><Key>a</Key><Size>-1</Size></Contents>",
          "<EncodingType>url</EncodingType><Contents><Key>%2</Key><Size>1</Size></Contents>",
          "<Contents>"}) {
        CAPTURE(wrong);
        CHECK(list(wrong).error() == condition::decode);
    }
    world round;
    std::string const same = "<ListBucketResult><IsTruncated>true</IsTruncated>"
                             "<NextContinuationToken>t</NextContinuationToken></ListBucketResult>";
    round.transport->reply(200, same).reply(200, same);
    asio::io_context context{1};
    s3::client client{context.get_executor(), round.with};
    auto pages = client.pages(s3::list_objects{"s3://bucket"});
    auto done = asio::co_spawn(context, as_result(pages.next()), asio::use_future);
    context.run();
    CHECK(contains(done.get().error().what(), "the same page again and again"));
}

TEST_CASE("s3: what can't be sent is refused before, by name")
{
    auto const message = [](auto const& op) {
        auto const encoded = detail::encode_operation(op);
        return encoded ? std::string{} : encoded.error().info().message;
    };
    CHECK(contains(message(s3::get_object{"s3://bucket"}), "object must name an object"));
    s3::get_object none{"s3://bucket/key"};
    none.count = 0;
    CHECK(contains(message(none), "count must be at least 1"));
    none.offset = 2;
    none.count = (std::numeric_limits<std::uint64_t>::max)() - 1;
    CHECK(contains(message(none), "2^64"));
    s3::list_objects list{"s3://bucket"};
    list.max_keys = 1001;
    CHECK(contains(message(list), "max_keys must be from 1 to 1000"));
    CHECK(contains(message(s3::list_objects{s3_uri{}}), "prefix must name a bucket"));
    for (int const number : {0, 10'001})
        CHECK(contains(message(s3::upload_part{"s3://bucket/key", "id", number, {}}),
                       "number must be from 1 to 10,000"));
    CHECK(contains(message(s3::abort_multipart_upload{"s3://bucket/key", ""}), "upload_id"));
    using complete = s3::complete_multipart_upload;
    CHECK(contains(message(complete{"s3://bucket/key", "id", {}}), "parts"));
    CHECK(contains(
        message(complete{"s3://bucket/key", "id", {s3::part{2, "\"e\""}, s3::part{1, "\"e\""}}}),
        "rising numbers"));
    CHECK(contains(message(complete{"s3://bucket/key", "id", {s3::part{1, ""}}}), "etag"));
}

// For tests/interop, which signs them again with Amazon's own signer: what is sent to S3 and to the
// control plane, as JSON lines.
TEST_CASE("s3: signed requests are written to the file that $INFERPP_DUMP_SIGNED names")
{
    world here;
    for (int i = 0; i < 30; ++i)
        here.transport->reply(200, "");
    here.with.retry.max_attempts = 1;
    for (char const* const token : {"", "session/token+="}) {
        here.with.credentials = bedrock::static_credentials(
            bedrock::credentials{"AKIDEXAMPLE", secret{"secretkeyEXAMPLE"}, secret{token}});
        for (char const* const key :
             {"plain", "in put/a+b \xc3\xa9(1).jsonl", "a//b/../c", "~tilde-_.*'()!", "q?x=1&y"}) {
            s3::put_object put{s3_uri{"bucket", key}, shared_bytes{"content"}};
            put.content_type = "application/jsonl";
            here.send(put);
            here.send(s3::get_object{s3_uri{"bucket", key}});
        }
        s3::list_objects list{"s3://bucket.with.dots/a b+c/"};
        list.delimiter = "/";
        here.send(list);
        here.send(s3::complete_multipart_upload{
            "s3://bucket/key", "UP+LOAD/ID=", {s3::part{1, "\"abc\""}}});
        here.send<bedrock::client>(bedrock::get_model_invocation_job{
            "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghij12"});
        bedrock::list_model_invocation_jobs jobs;
        jobs.name_contains = "a+b";
        here.send<bedrock::client>(jobs);
        here.send<bedrock::client>(bedrock::stop_model_invocation_job{"abcdefghij12"});
    }
    CHECK(here.transport->requests().size() == 30);
    char const* const path = std::getenv("INFERPP_DUMP_SIGNED");
    if (path == nullptr)
        return;
    std::ofstream out{path, std::ios::binary};
    for (std::size_t i = 0; i < here.transport->requests().size(); ++i) {
        http::request const& message = here.transport->requests()[i];
        json::object fields;
        fields["host"] = here.transport->origins()[i].authority();
        for (auto const& field : message.headers)
            fields[field.name] = field.value;
        json::object line;
        line["method"] = message.method;
        line["target"] = message.target;
        line["headers"] = std::move(fields);
        line["body"] = message.source ? "content" : message.body;
        out << json::serialize(line) << '\n';
    }
    CHECK(out.good());
}
