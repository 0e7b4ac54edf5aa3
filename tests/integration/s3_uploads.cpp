// SPDX-License-Identifier: BSL-1.0
//
// Uploads to S3 of all sizes and from all sources, and what may go wrong with them.

#include <inferpp/codec/digest.hpp>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/made_source.hpp"
#include "support/s3_world.hpp"

using namespace inferpp;
using support::contains;
using support::storing::world;
namespace s3 = bedrock::s3;

namespace {

constexpr std::size_t part_size = 5 * 1024 * 1024;

std::string bytes_of(std::size_t size)
{
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<char>(i * 31 % 251 + i / 65536);
    return out;
}

std::shared_ptr<support::made_source> made(std::string content, bool tells_size = false)
{
    std::optional<std::uint64_t> size;
    if (tells_size)
        size = content.size();
    return std::make_shared<support::made_source>(std::move(content), size, 100'000);
}

s3::upload request(file_input content)
{
    s3::upload put{"s3://bucket/in/records.jsonl", std::move(content)};
    put.part_bytes = part_size;
    return put;
}

std::string stored(world& here)
{
    return here.simulator->storage().content("bucket", "in/records.jsonl");
}

/// Until nothing of an upload is left at the server.
void wait_for_abort(world& here)
{
    support::run_until(here.context, [&] { return here.simulator->open_uploads() == 0; });
    CHECK(here.simulator->count("DELETE", "uploadId=") == 1);
    CHECK(here.simulator->storage().find("bucket", "in/records.jsonl") == nullptr);
}

testing::fault failing(std::string method, std::string target, int status, std::string_view code)
{
    testing::fault wrong = testing::s3_simulator::error_fault(status, code, "as the test wants it");
    wrong.method = std::move(method);
    wrong.target = std::move(target);
    return wrong;
}

testing::fault cutting(std::string method, std::string target, std::size_t after = 0)
{
    testing::fault wrong;
    wrong.method = std::move(method);
    wrong.target = std::move(target);
    wrong.cut_after = after;
    return wrong;
}

} // namespace

TEST_CASE("s3: what is not larger than a part goes up in one request")
{
    for (std::size_t const size : {std::size_t{0}, std::size_t{1}, part_size}) {
        CAPTURE(size);
        world here;
        std::string const content = bytes_of(size);
        auto put = request(bytes{content});
        put.content_type = "application/jsonl";
        auto const receipt = here.run(here.client().send(put));
        CHECK(receipt.parts == 0);
        CHECK(receipt.size == size);
        CHECK(stored(here) == content);
        auto const* const object = here.simulator->storage().find("bucket", "in/records.jsonl");
        CHECK(object->content_type == "application/jsonl");
        CHECK(object->etag == receipt.etag);
        CHECK(here.simulator->ledger().size() == 1);
        // Over http all of it is signed.
        auto const& headers = here.simulator->ledger()[0].request.headers;
        CHECK(headers.find("X-Amz-Content-Sha256") == sha256_hex(content));
    }
}

TEST_CASE("s3: what is larger goes up in parts, from memory, a file and a generator")
{
    // At the seams of parts, and between them.
    for (std::size_t const size : {part_size + 1, 2 * part_size, 2 * part_size + 12345}) {
        std::string const content = bytes_of(size);
        auto const file = std::filesystem::temp_directory_path() / ("inferpp_s3_" + random_hex(8));
        std::ofstream{file, std::ios::binary} << content;
        for (file_input const& from :
             {file_input{bytes{content}}, file_input{file}, file_input{made(content)},
              file_input{made(content, true)}}) {
            world here;
            std::uint64_t told = 0;
            auto put = request(from);
            put.server_side_encryption = "AES256";
            put.progress = [&told](std::uint64_t sent, std::optional<std::uint64_t>) {
                told = sent;
            };
            auto const receipt = here.run(here.client().send(put));
            CHECK(receipt.parts == static_cast<int>((size + part_size - 1) / part_size));
            CHECK(receipt.size == size);
            CHECK(told == size);
            CHECK(stored(here) == content);
            auto const about =
                here.run(here.client().send(s3::head_object{"s3://bucket/in/records.jsonl"}));
            CHECK(about.crc32 == receipt.crc32);
            CHECK(about.server_side_encryption == "AES256");
            CHECK(here.simulator->open_uploads() == 0);
        }
        std::filesystem::remove(file);
    }
}

TEST_CASE("s3: a generator whose size is that of a part is one object, and not two parts")
{
    world here;
    auto const receipt = here.run(here.client().send(request(made(bytes_of(part_size)))));
    CHECK(receipt.parts == 1);
    CHECK(stored(here) == bytes_of(part_size));
}

TEST_CASE("s3: parts that fail in passing are sent again, and no others")
{
    world here;
    std::string const content = bytes_of(3 * part_size);
    here.simulator->inject(failing("PUT", "partNumber=2", 503, "SlowDown"));
    here.simulator->inject(cutting("PUT", "partNumber=2"));
    here.simulator->inject(failing("PUT", "partNumber=3", 400, "RequestTimeout"));
    here.simulator->inject(cutting("POST", "uploads"));
    here.run(here.client().send(request(bytes{content})));
    CHECK(stored(here) == content);
    CHECK(here.simulator->count("PUT", "partNumber=1") == 1);
    CHECK(here.simulator->count("PUT", "partNumber=2") == 3);
    CHECK(here.simulator->count("PUT", "partNumber=3") == 2);
}

TEST_CASE("s3: an upload that fails is given up, and its parts with it")
{
    world here;
    here.simulator->inject(failing("PUT", "partNumber=2", 403, "AccessDenied"));
    error const e = here.error_of(here.client().send(request(bytes{bytes_of(3 * part_size)})));
    CHECK(e == condition::forbidden);
    CHECK(e.info().server_code == "AccessDenied");
    wait_for_abort(here);
}

TEST_CASE("s3: an upload that is cancelled is given up, at whatever part it was")
{
    for (char const* const where : {"partNumber=1", "partNumber=2", "uploadId="}) {
        CAPTURE(where);
        world here;
        testing::fault slow;
        slow.method = contains(where, "part") ? "PUT" : "POST";
        slow.target = where;
        slow.refuse = true;
        slow.stall_after = 0;
        here.simulator->inject(slow);
        auto const client = here.client();
        support::started<s3::upload_receipt> work{
            here.context, client.send(request(bytes{bytes_of(2 * part_size)}))};
        support::run_until(here.context, [&] {
            return here.simulator->count(slow.method, where) == 1 || work.done();
        });
        work.cancel();
        auto const ended = work.finish();
        REQUIRE(!ended);
        CHECK(ended.error() == condition::cancelled);
        wait_for_abort(here);
    }
}

TEST_CASE("s3: whichever of its requests is lost, an upload makes its object or leaves none")
{
    std::string const content = bytes_of(part_size + 1);
    struct step {
        char const* method;
        char const* target;
    };
    for (step const& lost : {step{"POST", "uploads"}, step{"PUT", "partNumber=1"},
                             step{"PUT", "partNumber=2"}, step{"POST", "uploadId="}})
        for (bool const takes_effect : {false, true})
            for (int const attempts : {1, 3}) {
                CAPTURE(lost.method);
                CAPTURE(lost.target);
                CAPTURE(takes_effect);
                CAPTURE(attempts);
                world here;
                here.options.retry.max_attempts = attempts;
                testing::fault wrong = cutting(lost.method, lost.target);
                wrong.refuse = !takes_effect;
                here.simulator->inject(wrong);
                auto const ended = support::run(
                    here.context, as_result(here.client().send(request(bytes{content}))));
                // The last answer alone may be missed, if the object is there.
                bool const is_last = contains(lost.target, "uploadId=");
                CHECK(ended.has_value() == (attempts > 1 || (is_last && takes_effect)));
                CHECK(stored(here) == (ended ? content : std::string{}));
                // One that nobody knows of has no parts.
                bool const unknown = contains(lost.target, "uploads") && takes_effect;
                support::run_until(here.context, [&] {
                    return here.simulator->open_uploads() == (unknown ? 1 : 0);
                });
            }
}

TEST_CASE("s3: the end of an upload may be late, lost or refused within its answer")
{
    world here;
    std::string const content = bytes_of(part_size + 1);
    here.simulator->inject(failing("POST", "uploadId=", 200, "InternalError"));
    here.run(here.client().send(request(bytes{content})));
    CHECK(here.simulator->count("POST", "uploadId=") == 2);
    CHECK(stored(here) == content);

    // The answer is lost; asked again, the server knows of no such upload. The object is there.
    world lost;
    lost.simulator->inject(cutting("POST", "uploadId="));
    auto put = request(bytes{content});
    put.only_if_absent = true;
    auto const receipt = lost.run(lost.client().send(put));
    CHECK(receipt.etag == lost.simulator->storage().find("bucket", "in/records.jsonl")->etag);
    CHECK(lost.simulator->count("HEAD", "records.jsonl") == 1);
    CHECK(lost.simulator->count("DELETE", "uploadId=") == 0);

    // The same where it is another object than what was sent.
    world other;
    testing::fault refused = cutting("POST", "uploadId=");
    refused.refuse = true;
    other.simulator->inject(refused);
    other.simulator->inject(failing("POST", "uploadId=", 404, "NoSuchUpload"));
    other.simulator->storage().put("bucket", "in/records.jsonl", "other");
    error const e = other.error_of(other.client().send(request(bytes{content})));
    CHECK(e.info().server_code == "NoSuchUpload");
    CHECK(stored(other) == "other");
}

TEST_CASE("s3: a small object that must be new is written once, though the answer is lost")
{
    world here;
    here.simulator->inject(cutting("PUT", "records.jsonl"));
    auto put = request(bytes{"content"});
    put.only_if_absent = true;
    auto const receipt = here.run(here.client().send(put));
    CHECK(receipt.size == 7);
    CHECK(here.simulator->count("PUT", "records.jsonl") == 2); // the second was refused with 412
    CHECK(stored(here) == "content");

    error const e = here.error_of(here.client().send(put));
    CHECK(e == condition::conflict);
    CHECK(e.info().attempts == 1);
}

TEST_CASE("s3: a source that fails, lies or throws ends the upload, and leaves nothing")
{
    auto const size = 2 * part_size;
    auto const failing_at = [&](std::size_t at) {
        auto source = made(bytes_of(size));
        source->fail_at = at;
        return source;
    };
    for (std::size_t const at : {part_size, part_size + 100'000}) {
        world here;
        error const e = here.error_of(here.client().send(request(failing_at(at))));
        CHECK(contains(e.what(), "the tape is torn"));
        if (here.simulator->count("POST", "uploads") == 1)
            wait_for_abort(here);
    }
    world here;
    CHECK(contains(here.error_of(here.client().send(request(failing_at(0)))).what(),
                   "the tape is torn"));
    CHECK(here.simulator->ledger().empty());

    auto throwing = made(bytes_of(size));
    throwing->throw_at = part_size + 1;
    CHECK_THROWS_AS(here.run(here.client().send(request(throwing))), std::runtime_error);
    wait_for_abort(here);

    for (std::uint64_t const claimed : {std::uint64_t{size} - 1, std::uint64_t{size} + 1}) {
        world liar;
        auto source = std::make_shared<support::made_source>(bytes_of(size), claimed, 100'000);
        error const e = liar.error_of(liar.client().send(request(source)));
        CHECK(e == errc::invalid_argument);
        CHECK(contains(e.what(), "has changed its size"));
        wait_for_abort(liar);
    }
}

TEST_CASE("s3: uploads that can't be are refused before anything is sent")
{
    world here;
    auto const client = here.client();
    auto const error_of = [&](s3::upload put) { return here.error_of(client.send(put)); };
    auto small = request(bytes{"x"});
    small.part_bytes = part_size - 1;
    CHECK(contains(error_of(small).what(), "part_bytes must be from 5 MiB to 1 GiB"));
    CHECK(contains(error_of(request(std::filesystem::path{"/no/such/file"})).what(),
                   "/no/such/file"));
    CHECK(contains(error_of(request(std::shared_ptr<http::body_source>{})).what(), "null"));
    CHECK(contains(error_of(s3::upload{"s3://bucket", bytes{"x"}}).what(),
                   "object must name an object"));
    auto keyed = request(bytes{"x"});
    keyed.kms_key_id = "alias/k";
    CHECK(contains(error_of(keyed).what(), "needs a server_side_encryption"));
    auto owned = request(bytes{"x"});
    owned.expected_bucket_owner = "me";
    CHECK(contains(error_of(owned).what(), "twelve digits"));
    s3::put_object const unknown{"s3://bucket/key", made("x")};
    CHECK(contains(here.error_of(client.send(unknown)).what(), "use s3::upload"));
    s3::put_object const nothing{"s3://bucket/key", std::shared_ptr<http::body_source>{}};
    CHECK(contains(here.error_of(client.send(nothing)).what(), "source is null"));
    CHECK(here.simulator->ledger().empty());
}
