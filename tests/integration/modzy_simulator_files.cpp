// SPDX-License-Identifier: BSL-1.0
//
// What comes into the Modzy simulator, against the wire notes (2.1 to 2.5): chunks and storages.

#include "integration/modzy_simulator.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace modzy_wire;

namespace {

constexpr char const* open_job = R"({"model":{"identifier":"m","version":"1.0.0"}})";

/// Uploads by hand.
struct uploads : wire {
    explicit uploads(testing::modzy_simulator_options with = {}) : wire(std::move(with))
    {
        id = text(submit(open_job).at("jobIdentifier"));
    }
    http::response chunk(std::string const& to, std::string body, std::string const& type)
    {
        http::request message{"POST", "jobs/" + id + '/' + to};
        message.headers.set("Content-Type", type);
        message.body = std::move(body);
        return run(client().raw(message));
    }
    http::response chunk(std::string const& to, std::string const& data)
    {
        return chunk(to,
                     "--xyz\r\nContent-Disposition: form-data; name=\"input\"; "
                     "filename=\"any\"\r\nContent-Type: text/plain\r\n\r\n" +
                         data + "\r\n--xyz--\r\n",
                     "multipart/form-data; boundary=xyz");
    }
    json::object close(std::string const& body = {})
    {
        auto const answer = ask("POST", "jobs/" + id + "/close", body);
        CHECK(answer.status == 202);
        return json::parse(answer.body).as_object();
    }
    json::object results()
    {
        time->advance(1h);
        return get("results/" + id);
    }
    std::string id;
};

json::object seen(json::object const& results, char const* input, char const* item)
{
    return results.at("results")
        .at(input)
        .at("results.json")
        .at("data")
        .at("result")
        .at(item)
        .as_object();
}

constexpr char const* sha256_of_hello =
    "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

std::string with_input(std::string const& input)
{
    return R"({"model":{"identifier":"m","version":"1.0.0"},"input":)" + input + '}';
}

testing::modzy_simulator_options with_storage()
{
    testing::modzy_simulator_options with;
    with.storage.objects["bucket/dir/a.txt"] = "hello";
    with.storage.objects["bucket/dir/b/c.txt"] = "other";
    with.storage.objects["bucket/directory"] = "not in dir";
    with.storage.rows = {{{"input.txt", "hello"}}, {{"input.txt", "second"}, {"more", "x"}}};
    with.storage.credentials = {{"AK", "SK"}, {"acct", "k=="}, {"u", "p"}};
    return with;
}

} // namespace

TEST_CASE("chunks go to the end of their item in the order in which they come (2.4)")
{
    uploads world;
    for (char const* const piece : {"he", "", "l", "lo"}) {
        auto const answer = world.chunk("an%20input/data%2Fkey", piece);
        CHECK(answer.status == 202);
        CHECK(json::parse(answer.body).as_object().empty());
    }
    CHECK(world.chunk("an%20input/two", "x").status == 202);
    CHECK(world.chunk("other/empty", "").status == 202);
    CHECK(text(world.get("jobs/" + world.id).at("status")) == "OPEN");
    check_error(world.get("results/" + world.id, 404), 404, "Not Found");

    auto const receipt = world.close("{}");
    CHECK(text(receipt.at("jobIdentifier")) == world.id);
    CHECK(text(receipt.at("status")) == "SUBMITTED");
    CHECK(receipt.at("totalInputs").to_number<int>() == 2);
    CHECK(receipt.at("inputByteAmount").to_number<int>() == 6);
    CHECK(text(receipt.at("jobInputs").at("identifier").as_array()[0]) == "an input");

    auto const results = world.results();
    CHECK(text(seen(results, "an input", "data/key").at("sha256")) == sha256_of_hello);
    CHECK(seen(results, "an input", "data/key").at("size").to_number<int>() == 5);
    CHECK(seen(results, "an input", "two").at("size").to_number<int>() == 1);
    CHECK(results.at("failures").as_object().contains("other")); // the model wants no empty item
}

TEST_CASE("a chunk may come in any form that a vendor's SDK sends (2.4)")
{
    std::string const headers = "\r\nContent-Disposition: form-data; name=\"input\"\r\n\r\n";
    struct form {
        char const* type;
        std::string body;
    };
    for (form const& one : {
             // Python, Go, JavaScript
             form{"multipart/form-data; boundary=b", "--b" + headers + "hello\r\n--b--\r\n"},
             // Java
             form{"multipart/mixed;boundary=\"b\"", "--b" + headers + "hello\r\n--b--"},
             form{"Multipart/Form-Data; charset=x; BOUNDARY=\"b c\"",
                  "--b c" + headers + "hello\r\n--b c--\r\n"},
             // A preamble, an epilogue, other parts, an unquoted name.
             form{"multipart/mixed; boundary=b",
                  "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nno\r\n--b"
                  "\r\ncontent-disposition: form-data; filename=\"f\"; name=input\r\n"
                  "Content-Type: image/png\r\n\r\nhello\r\n--b--\r\nepilogue"},
         }) {
        CAPTURE(one.type);
        uploads world;
        CHECK(world.chunk("i/d", one.body, one.type).status == 202);
        world.close();
        auto const item = seen(world.results(), "i", "d");
        CHECK(text(item.at("sha256")) == sha256_of_hello);
        CHECK(text(item.at("mediaType")) == "application/octet-stream");
    }
}

TEST_CASE("content may look like a delimiter without being one")
{
    uploads world;
    std::string const data = "\r\n--xy\r\n\r\n--\r--xyz\r\n--xY";
    CHECK(world.chunk("i/d", data).status == 202);
    CHECK(world.close().at("inputByteAmount").to_number<std::size_t>() == data.size());
}

TEST_CASE("a chunk that can't be understood is refused with 400 and leaves nothing")
{
    uploads world;
    std::string const good = "--b\r\nContent-Disposition: form-data; name=\"input\"\r\n\r\nx";
    struct form {
        char const* type;
        std::string body;
    };
    for (form const& one : {
             form{"application/json", "{}"},
             form{"multipart/form-data", good + "\r\n--b--"},
             form{"multipart/form-data; boundary=b", ""},
             form{"multipart/form-data; boundary=b", "hello"},
             form{"multipart/form-data; boundary=b", good},
             form{"multipart/form-data; boundary=other", good + "\r\n--b--"},
             form{"multipart/form-data; boundary=b", "--b\r\nContent-Disp"},
             form{"multipart/form-data; boundary=b", "--b--\r\n"},
             form{"multipart/form-data; boundary=b",
                  "--b\r\nContent-Disposition: form-data; name=\"inputs\"\r\n\r\nx\r\n--b--"},
         }) {
        CAPTURE(one.type);
        CAPTURE(one.body);
        auto const answer = world.chunk("i/d", one.body, one.type);
        CHECK(answer.status == 400);
        check_error(json::parse(answer.body).as_object(), 400, "Bad Request");
    }
    CHECK(world.chunk("%FF/d", "x").status == 400);
    CHECK(world.ask("POST", "jobs/unknown/i/d").status == 404);
    CHECK(world.ask("POST", "jobs/" + world.id + "/i/d/e").status == 404);
    CHECK(world.close().at("totalInputs").to_number<int>() == 0);
}

TEST_CASE("features (2.5) are limits: of a chunk's size, of chunks, of inputs")
{
    testing::modzy_simulator_options with;
    with.chunk_limit = "8i";
    with.max_chunks = 3;
    with.max_inputs = 2;
    uploads world{with};
    auto const features = world.get("jobs/features");
    CHECK(text(features.at("inputChunkMaximumSize")) == "8i");
    CHECK(features.at("maximumInputChunks").to_number<int>() == 3);
    CHECK(features.at("maximumInputsPerJob").to_number<int>() == 2);

    CHECK(world.chunk("a/d", "12345678").status == 202);
    auto const answer = world.chunk("a/d", "123456789");
    CHECK(answer.status == 413);
    CHECK(json::parse(answer.body).at("statusCode").to_number<int>() == 413);
    CHECK(world.chunk("a/d", "1").status == 202);
    CHECK(world.chunk("a/d", "2").status == 202);
    CHECK(world.chunk("a/d", "3").status == 400); // the fourth
    CHECK(world.chunk("a/e", "3").status == 202); // another item
    CHECK(world.chunk("b/d", "1").status == 202);
    CHECK(world.chunk("c/d", "1").status == 400); // the third input
    CHECK(world.close().at("inputByteAmount").to_number<int>() == 12);

    world.refused(400, "POST", "jobs",
                  with_input(R"({"type":"text","sources":{"a":{},"b":{},"c":{}}})"));
}

TEST_CASE("a chunk's limit has the units of the notes (2.5)")
{
    for (auto const& [limit, bytes] : std::vector<std::pair<std::string, std::size_t>>{
             {"7", 7}, {"7i", 7}, {"2K", 2000}, {"2k", 2000}, {"1.5Ki", 1536}, {"2KB", 2048}}) {
        CAPTURE(limit);
        testing::modzy_simulator_options with;
        with.chunk_limit = limit;
        uploads world{with};
        CHECK(world.chunk("a/d", std::string(bytes, 'x')).status == 202);
        CHECK(world.chunk("a/d", std::string(bytes + 1, 'x')).status == 413);
    }
    testing::modzy_simulator_options with;
    with.chunk_limit = "much";
    uploads world{with};
    CHECK(world.chunk("a/d", std::string(3'000'000, 'x')).status == 202);
}

TEST_CASE("only an open job takes chunks, and it is closed once")
{
    uploads world;
    CHECK(world.chunk("a/d", "x").status == 202);
    world.close();
    CHECK(world.chunk("a/d", "x").status == 400);
    world.refused(400, "POST", "jobs/" + world.id + "/close");
    world.refused(404, "POST", "jobs/unknown/close");
    CHECK(world.results().at("inputSize").to_number<int>() == 1);

    uploads cancelled;
    CHECK(cancelled.chunk("a/d", "x").status == 202);
    CHECK(cancelled.ask("DELETE", "jobs/" + cancelled.id).status == 202);
    CHECK(cancelled.chunk("a/d", "x").status == 400);
    cancelled.refused(400, "POST", "jobs/" + cancelled.id + "/close");
    auto const results = cancelled.results();
    CHECK(results.at("finished").as_bool());
    CHECK(results.at("elapsedTime").to_number<int>() == 0);
}

TEST_CASE("a job that is closed without inputs completes with none")
{
    uploads world;
    CHECK(world.close().at("totalInputs").to_number<int>() == 0);
    CHECK(world.results().at("finished").as_bool());
    CHECK(text(world.get("jobs/" + world.id).at("status")) == "COMPLETED");
}

TEST_CASE("a job's life begins when it is closed")
{
    testing::modzy_simulator_options with;
    with.queue_time = 10s;
    with.input_time = 10s;
    uploads world{with};
    world.time->advance(1h);
    CHECK(world.chunk("a/d", "x").status == 202);
    world.close();
    auto const job = world.get("jobs/" + world.id);
    CHECK(text(job.at("status")) == "SUBMITTED");
    CHECK(text(job.at("createdAt")) == "2030-01-01T00:00:00.000+00:00");
    CHECK(text(job.at("submittedAt")) == "2030-01-01T01:00:00.000+00:00");
    world.time->advance(15s);
    CHECK(text(world.get("jobs/" + world.id).at("status")) == "IN_PROGRESS");
    world.time->advance(5s);
    CHECK(text(world.get("jobs/" + world.id).at("status")) == "COMPLETED");
}

TEST_CASE("of an item over kept_bytes a model sees size and digest, and the ledger drops bodies")
{
    testing::modzy_simulator_options with;
    with.kept_bytes = 4;
    with.ledger_bytes = 1000;
    with.max_input_bytes = 5;
    std::vector<testing::modzy_model_input> inputs;
    with.model = [&](testing::modzy_model_input const& input) {
        inputs.push_back(input);
        return testing::modzy_digest_model(input);
    };
    uploads world{with};
    CHECK(world.chunk("a/small", "hell").status == 202);
    for (char const* const piece : {"hel", "lo"})
        CHECK(world.chunk("a/large", piece).status == 202);
    CHECK(world.chunk("b/d", "123456").status == 202);
    world.close();
    REQUIRE(inputs.size() == 1);
    CHECK(inputs[0].data["small"].data == "hell");
    CHECK(inputs[0].data["small"].size == 4);
    CHECK(inputs[0].data["large"].data.empty());
    CHECK(inputs[0].data["large"].size == 5);
    CHECK(inputs[0].data["large"].sha256 == sha256_of_hello);
    auto const results = world.results();
    CHECK(text(results.at("failures").at("b").at("error")).find("maximum") != std::string::npos);

    CHECK(world.chunk("x/y", std::string(2000, 'x')).status == 400);
    CHECK(world.chunk("x/y", std::string(700, 'x')).status == 400);
    auto const& ledger = world.simulator->ledger();
    std::size_t kept = 0;
    for (auto const& entry : ledger)
        kept += entry.request.body.size();
    CHECK(kept <= 1000);
    CHECK(ledger.back().request.body.size() > 700);
    CHECK(ledger.back().body_size == ledger.back().request.body.size());
    CHECK(ledger[ledger.size() - 2].request.body.empty());
    CHECK(ledger[ledger.size() - 2].body_size > 2000);
}

TEST_CASE("inputs come from S3, Azure and StorageGRID (2.2), and fail alone")
{
    wire world{with_storage()};
    std::string const s3 = R"("accessKeyID":"AK","secretAccessKey":"SK",)";
    std::string const items = R"("sources":{"a":{"d":{"bucket":"bucket","key":"/dir/a.txt"}},)"
                              R"("gone":{"d":{"bucket":"bucket","key":"x"}},)"
                              R"("odd":{"d":"text"},"none":{}}})";
    std::string const blobs =
        R"("sources":{"a":{"d":{"container":"bucket","filePath":"dir/a.txt"}},)"
        R"("gone":{"d":{"container":"other","filePath":"dir/a.txt"}},"odd":{"d":1},"none":[]}})";
    for (std::string const& input : std::vector<std::string>{
             R"({"type":"aws-s3","region":"us-east-1",)" + s3 + items,
             R"({"type":"storage-grid","endpoint":"https://grid.example",)" + s3 + items,
             R"({"type":"azureblob","storageAccount":"acct","storageAccountKey":"k==",)" + blobs}) {
        CAPTURE(input);
        auto const receipt = world.submit(with_input(input));
        CHECK(receipt.at("totalInputs").to_number<int>() == 4);
        auto const id = text(receipt.at("jobIdentifier"));
        world.time->advance(1h);
        auto const results = world.get("results/" + id);
        CHECK(text(seen(results, "a", "d").at("sha256")) == sha256_of_hello);
        CHECK(results.at("failures").as_object().size() == 3);
        CHECK(text(world.get("jobs/" + id).at("status")) == "COMPLETED");
    }
}

TEST_CASE("every file of an S3 folder becomes an input (2.2)")
{
    wire world{with_storage()};
    for (char const* const folder : {"dir", "/dir/"}) {
        auto const receipt = world.submit(
            with_input(R"({"type":"aws-s3-folder","accessKeyID":"AK","secretAccessKey":"SK",)"
                       R"("region":"r","sources":{"all":{"d":{"bucket":"bucket","key":")" +
                       std::string{folder} + R"("}},"none":{"d":{"bucket":"b","key":"c"}}}})"));
        CHECK(json::serialize(receipt.at("jobInputs").at("identifier")) ==
              R"(["all-1","all-2","none"])");
        world.time->advance(1h);
        auto const results = world.get("results/" + text(receipt.at("jobIdentifier")));
        CHECK(text(seen(results, "all-1", "d").at("sha256")) == sha256_of_hello);
        CHECK(results.at("failures").as_object().contains("none"));
    }
}

TEST_CASE("every row of a JDBC query becomes an input, with its columns as data keys (2.2)")
{
    wire world{with_storage()};
    std::string const rest = R"("driver":"org.postgresql.Driver","query":"select 1"})";
    std::string const jdbc = R"({"type":"jdbc","url":"jdbc:postgresql://h:5432/db",)";
    auto const receipt =
        world.submit(with_input(jdbc + R"("username":"u","password":"p",)" + rest));
    CHECK(json::serialize(receipt.at("jobInputs").at("identifier")) == R"(["row1-1","row2-1"])");
    auto const bad = world.submit(with_input(jdbc + R"("username":"u","password":"x",)" + rest));
    world.time->advance(1h);
    auto const results = world.get("results/" + text(receipt.at("jobIdentifier")));
    CHECK(text(seen(results, "row1-1", "input.txt").at("sha256")) == sha256_of_hello);
    CHECK(seen(results, "row2-1", "more").at("size").to_number<int>() == 1);
    CHECK(world.get("results/" + text(bad.at("jobIdentifier"))).contains("failures"));
}

TEST_CASE("wrong credentials fail the input, missing ones the submission")
{
    wire world{with_storage()};
    std::string const source = R"("sources":{"a":{"d":{"bucket":"bucket","key":"dir/a.txt"}}}})";
    for (char const* const type : {"aws-s3", "aws-s3-folder"}) {
        std::string const start = R"({"type":")" + std::string{type} + R"(","region":"r",)";
        auto const id =
            text(world
                     .submit(with_input(start + R"("accessKeyID":"AK","secretAccessKey":"no",)" +
                                        source))
                     .at("jobIdentifier"));
        world.time->advance(1h);
        auto const results = world.get("results/" + id);
        CHECK(text(results.at("failures").at("a").at("error")).find("credentials") !=
              std::string::npos);
        world.refused(400, "POST", "jobs",
                      with_input(start + R"("secretAccessKey":"SK",)" + source));
    }
    CHECK(world.simulator->jobs() == 2);
}
