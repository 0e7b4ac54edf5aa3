// SPDX-License-Identifier: BSL-1.0
//
// Objects of S3, client against simulator.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/s3_world.hpp"

using namespace inferpp;
using bedrock::s3_uri;
using support::contains;
using support::storing::world;
namespace s3 = bedrock::s3;

namespace {

// What makes keys hard to address, to sign and to list.
constexpr std::string_view hard_keys[] = {"plain.jsonl",
                                          "in put/a+b \xc3\xa9(1).jsonl",
                                          "a//b",
                                          "/slash",
                                          "..",
                                          "a/../b/./c",
                                          "a%2Fb",
                                          "q?x=1&y#z",
                                          "~tilde-_.*'()!",
                                          "tab\tand\x01",
                                          "end/"};

} // namespace

TEST_CASE("s3: an object is written, described, read and deleted, whatever its key is")
{
    world here;
    auto const client = here.client();
    for (std::string_view const key : hard_keys) {
        CAPTURE(key);
        s3_uri const object{"bucket", std::string{key}};
        s3::put_object put{object, shared_bytes{"{\"recordId\":\"1\"}\n"}};
        put.content_type = "application/jsonl";
        auto const written = here.run(client.send(put));
        CHECK(written.etag == here.simulator->storage().find("bucket", key)->etag);
        CHECK(here.simulator->storage().content("bucket", key) == "{\"recordId\":\"1\"}\n");

        auto const about = here.run(client.send(s3::head_object{object}));
        CHECK(about.etag == written.etag);
        CHECK(about.size == 17);
        CHECK(about.content_type == "application/jsonl");
        CHECK(about.crc32 == 0xd01f7d8a); // 0B99ig==, as Amazon's own client has computed it
        CHECK(about.last_modified.has_value());

        auto body = here.run(client.send(s3::get_object{object}));
        CHECK(body.status() == 200);
        CHECK(here.read(body) == "{\"recordId\":\"1\"}\n");

        here.run(client.send(s3::delete_object{object}));
        CHECK(here.simulator->storage().find("bucket", key) == nullptr);
        here.run(client.send(s3::delete_object{object})); // it is as it was wanted
    }
}

TEST_CASE("s3: a part of an object is read, and none of another version")
{
    world here;
    auto const client = here.client();
    here.simulator->storage().put("bucket", "key", "0123456789");
    auto const part = [&](std::uint64_t offset, std::optional<std::uint64_t> count) {
        s3::get_object get{"s3://bucket/key"};
        get.offset = offset;
        get.count = count;
        auto body = here.run(client.send(get));
        CHECK(s3::object_info::from(body.headers()).size == 10);
        return here.read(body);
    };
    CHECK(part(0, 4) == "0123");
    CHECK(part(4, {}) == "456789");
    CHECK(part(8, 100) == "89");
    CHECK(part(9, 1) == "9");

    s3::get_object behind{"s3://bucket/key"};
    behind.offset = 10;
    error const e = here.error_of(client.send(behind));
    CHECK(e.code() == error_code{416, http_category()});
    CHECK(e.info().server_code == "InvalidRange");

    s3::get_object get{"s3://bucket/key"};
    get.if_match = here.simulator->storage().find("bucket", "key")->etag;
    here.run(client.send(get));
    here.simulator->storage().put("bucket", "key", "other");
    CHECK(here.error_of(client.send(get)) == condition::conflict);
}

TEST_CASE("s3: an object is not replaced where that is not wanted")
{
    world here;
    auto const client = here.client();
    s3::put_object put{"s3://bucket/key", shared_bytes{"first"}};
    put.only_if_absent = true;
    here.run(client.send(put));
    put.content = shared_bytes{"second"};
    error const e = here.error_of(client.send(put));
    CHECK(e == condition::conflict);
    CHECK(e.info().server_code == "PreconditionFailed");
    CHECK(here.simulator->storage().content("bucket", "key") == "first");
}

TEST_CASE("s3: errors have S3's names, and those of HEAD their status alone")
{
    world here;
    auto const client = here.client();
    error const e = here.error_of(client.send(s3::get_object{"s3://bucket/missing"}));
    CHECK(e == condition::not_found);
    CHECK(e.info().server_code == "NoSuchKey");
    CHECK(contains(e.info().server_message, "does not exist"));
    CHECK(e.info().request_id.starts_with("S3")); // both ids, which Amazon's people ask for
    CHECK(contains(e.info().request_id, "host+"));
    CHECK(e.info().provider == "bedrock_s3");
    error const bare = here.error_of(client.send(s3::head_object{"s3://bucket/missing"}));
    CHECK(bare == condition::not_found);
    CHECK(bare.info().server_code.empty());
    error const nowhere = here.error_of(client.send(s3::get_object{"s3://elsewhere/key"}));
    CHECK(nowhere.info().server_code == "NoSuchBucket");
    s3::head_object owned{"s3://bucket/key"};
    owned.expected_bucket_owner = "999999999999";
    CHECK(here.error_of(client.send(owned)) == condition::forbidden);
}

TEST_CASE("s3: keys of all kinds are listed in pages, each once")
{
    testing::s3_simulator_options with;
    with.page_size = 3;
    world here{std::move(with)};
    auto const client = here.client();
    std::set<std::string> wanted;
    for (std::string_view const key : hard_keys) {
        here.simulator->storage().put("bucket", std::string{key}, "x");
        wanted.emplace(key);
    }
    std::set<std::string> found;
    auto all = client.pages(s3::list_objects{"s3://bucket"});
    while (auto const each = here.run(all.next())) {
        CHECK(found.insert(each->key).second);
        CHECK(each->size == 1);
        CHECK(each->last_modified.time().has_value());
    }
    CHECK(found == wanted);
    CHECK(here.simulator->ledger().size() == 4);

    for (char const* const key : {"out/id/a.jsonl.out", "out/id/manifest.json.out", "out/b"})
        here.simulator->storage().put("bucket", key, "1");
    s3::list_objects folders{"s3://bucket/out/"};
    folders.delimiter = "/";
    auto const page = here.run(client.send(folders));
    CHECK(page.folders == std::vector<std::string>{"out/id/"});
    REQUIRE(page.objects.size() == 1);
    CHECK(page.objects[0].key == "out/b");
    s3::list_objects rest{"s3://bucket/out/"};
    rest.start_after = "out/id/a.jsonl.out";
    CHECK(here.run(client.send(rest)).objects[0].key == "out/id/manifest.json.out");
}

TEST_CASE("s3: an object is made of parts")
{
    testing::s3_simulator_options with;
    with.min_part_bytes = 4;
    world here{std::move(with)};
    auto const client = here.client();
    s3_uri const object{"s3://bucket/big"};
    auto const begun = here.run(client.send(s3::create_multipart_upload{object}));
    CHECK(here.simulator->open_uploads() == 1);
    std::vector<s3::part> parts;
    for (int number = 1; number <= 3; ++number) {
        s3::upload_part const send{object, begun.upload_id, number,
                                   shared_bytes{std::string(4, static_cast<char>('0' + number))}};
        parts.emplace_back(number, here.run(client.send(send)).etag);
    }
    s3::list_parts list{object, begun.upload_id};
    list.max_parts = 2;
    auto listed = client.pages(list);
    int count = 0;
    while (auto const each = here.run(listed.next())) {
        CHECK(each->number == ++count);
        CHECK(each->size == 4);
        CHECK(each->etag == parts[static_cast<std::size_t>(count) - 1].etag);
    }
    CHECK(count == 3);
    s3::complete_multipart_upload complete{object, begun.upload_id, parts};
    complete.size = 13;
    CHECK(here.error_of(client.send(complete)).info().server_code == "InvalidRequest");
    complete.size = 12;
    complete.crc32 = 1;
    CHECK(here.error_of(client.send(complete)).info().server_code == "BadDigest");
    complete.crc32.reset();
    auto const made = here.run(client.send(complete));
    CHECK(made.etag.ends_with("-3\""));
    CHECK(here.simulator->storage().content("bucket", "big") == "111122223333");
    CHECK(here.run(client.send(s3::head_object{object})).crc32 == made.crc32);
    CHECK(here.error_of(client.send(complete)).info().server_code == "NoSuchUpload");

    auto const other = here.run(client.send(s3::create_multipart_upload{object}));
    here.run(client.send(s3::abort_multipart_upload{object, other.upload_id}));
    CHECK(here.simulator->open_uploads() == 0);
}
