// SPDX-License-Identifier: BSL-1.0
//
// The Modzy simulator's results, votes and inferences, against the wire notes (3, 4.3).

#include <inferpp/codec/base64.hpp>

#include "integration/modzy_simulator.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace modzy_wire;

namespace {

/// A model that gives JSON and a file.
testing::modzy_simulator_options with_files()
{
    testing::modzy_simulator_options with;
    with.model = [](testing::modzy_model_input const& input) {
        if (input.input_key == "bad")
            return testing::modzy_model_output::failed("no");
        testing::modzy_model_output output;
        output.outputs["results.json"] = json::array{1, 2};
        output.raw["results.wav"].data = std::string{"RIFF\0\xff", 6};
        output.raw["results.wav"].media_type = "audio/wav";
        return output;
    };
    return with;
}

std::string two_inputs(wire& world)
{
    return text(world
                    .submit(R"({"model":{"identifier":"m","version":"1"},"input":{"type":"text",)"
                            R"("sources":{"an input":{"i":"hello"},"bad":{"i":"x"}}}})")
                    .at("jobIdentifier"));
}

} // namespace

TEST_CASE("an output that is no JSON is named by a URL, with a line end, and served there (3.1)")
{
    wire world{with_files()};
    auto const id = two_inputs(world);
    CHECK(world.ask("GET", "results/" + id + "/an%20input/results.wav").status == 404);
    world.time->advance(1h);
    auto const results = world.get("results/" + id);
    auto const& good = results.at("results").at("an input").as_object();
    CHECK(json::serialize(good.at("results.json")) == "[1,2]");
    CHECK(text(good.at("results.wav")) ==
          world.simulator->base_url() + "/results/" + id + "/an%20input/results.wav\n");
    for (std::string const& target :
         {"results/" + id + "/an%20input/results.wav",
          "results/" + id + "/datasource/an%20input/output/results.wav"}) {
        auto const answer = world.ask("GET", target);
        CHECK(answer.status == 200);
        CHECK(answer.headers.find("Content-Type") == "audio/wav");
        CHECK(answer.body == std::string{"RIFF\0\xff", 6});
    }
    auto const answer = world.ask("GET", "results/" + id + "/an%20input/results.json");
    CHECK(answer.headers.find("Content-Type") == "application/json");
    CHECK(answer.body == "[1,2]");
    world.refused(404, "GET", "results/" + id + "/an%20input/other");
    world.refused(404, "GET", "results/" + id + "/other/results.wav");
    world.refused(404, "GET", "results/" + id + "/bad/results.wav");
}

TEST_CASE("the URL of an output may be on another host")
{
    auto with = with_files();
    with.public_url = "https://modzy.example";
    wire world{with};
    auto const id = two_inputs(world);
    world.time->advance(1h);
    CHECK(text(world.get("results/" + id).at("results").at("an input").at("results.wav")) ==
          "https://modzy.example/api/results/" + id + "/an%20input/results.wav\n");
}

TEST_CASE("the result of one input (R2) appears when it is done")
{
    auto with = with_files();
    with.queue_time = 10s;
    with.input_time = 10s;
    wire world{with};
    auto const id = two_inputs(world);
    world.refused(404, "GET", "results/" + id + "/datasource/an%20input");
    world.time->advance(20s);
    auto const result = world.get("results/" + id + "/datasource/an%20input");
    check_members(result, {"job", "inputName", "startTime", "updateTime", "endTime", "explained",
                           "engine", "queueTime", "inputFetchingTime", "outputUploadingTime",
                           "modelLatency", "inputCompletedTime", "accessKey", "inputSize",
                           "useLegacyDatasourceJSON", "result", "voting"});
    CHECK(text(result.at("inputName")) == "an input");
    CHECK(result.at("inputSize").to_number<int>() == 5);
    CHECK(result.at("endTime").to_number<std::int64_t>() -
              result.at("startTime").to_number<std::int64_t>() ==
          10'000);
    CHECK(result.at("job").at("finished").as_bool() == false);
    CHECK(result.at("result").as_object().contains("results.json"));
    world.refused(404, "GET", "results/" + id + "/datasource/bad");
    world.time->advance(10s);
    auto const failed = world.get("results/" + id + "/datasource/bad");
    CHECK(text(failed.at("error")) == "no");
    CHECK(!failed.contains("result"));
    CHECK(failed.at("job").at("failedInputCount").to_number<int>() == 1);
}

TEST_CASE("a vote for a result is given, changed and taken back (R5)")
{
    wire world{with_files()};
    auto const id = two_inputs(world);
    std::string const base = "results/" + id + '/';
    world.refused(404, "POST", base + "upvote/an%20input");
    world.time->advance(1h);
    auto const vote = [&] { return text(world.get(base + "vote/an%20input").at("vote")); };
    auto const counts = [&] {
        auto const results = world.get("results/" + id);
        return json::serialize(results.at("results").at("an input").at("voting"));
    };
    CHECK(vote() == "NO_VOTES");
    CHECK(world.ask("POST", base + "upvote/an%20input").status == 200);
    CHECK(vote() == "UP");
    CHECK(counts() == R"({"up":1,"down":0})");
    CHECK(world.ask("POST", base + "downvote/an%20input").status == 200);
    CHECK(vote() == "DOWN");
    CHECK(counts() == R"({"up":0,"down":1})");
    CHECK(world.ask("DELETE", base + "vote/an%20input").status == 200);
    CHECK(vote() == "NO_VOTES");
    CHECK(counts() == R"({"up":0,"down":0})");
    world.refused(404, "POST", base + "upvote/unknown");
    world.refused(404, "POST", base + "vote/an%20input");
    world.refused(404, "DELETE", base + "upvote/an%20input");
}

TEST_CASE("older servers spell the times of results in another way (3.1)")
{
    auto with = with_files();
    with.older_spelling = true;
    with.queue_time = 10s;
    with.input_time = 10s;
    wire world{with};
    auto const id = two_inputs(world);
    world.time->advance(1h);
    auto const results = world.get("results/" + id);
    CHECK(results.at("jobQueueTime").to_number<int>() == 10'000);
    CHECK(results.at("jobProcessedTime").to_number<int>() == 20'000);
    CHECK(results.at("jobElapsedTime").to_number<int>() == 30'000);
    CHECK(!results.contains("initialQueueTime"));
    auto const& good = results.at("results").at("an input").as_object();
    CHECK(good.at("elapsedTime").to_number<int>() == 10'000);
    for (char const* const name : {"inputFetching", "modelLatency", "queueTime"})
        CHECK(!good.contains(name));
}

TEST_CASE("the times of current results add up")
{
    auto with = with_files();
    with.queue_time = 10s;
    with.input_time = 10s;
    with.omit_empty_outcomes = false;
    wire world{with};
    auto const id = two_inputs(world);
    world.time->advance(15s);
    auto results = world.get("results/" + id);
    CHECK(results.at("results").as_object().empty()); // both are there, though empty
    CHECK(results.at("failures").as_object().empty());
    CHECK(!results.contains("startingResultSummarizing"));
    world.time->advance(1h);
    results = world.get("results/" + id);
    CHECK(results.at("initialQueueTime").to_number<int>() == 10'000);
    CHECK(results.at("averageModelLatency").to_number<double>() == 10'000.0);
    CHECK(results.at("totalModelLatency").to_number<double>() == 20'000.0);
    CHECK(results.at("elapsedTime").to_number<int>() == 30'000);
    CHECK(text(results.at("startingResultSummarizing")) == "2030-01-01T00:00:30.000+00:00");
}

TEST_CASE("dates may be mixed: short fractions, both forms of offset, a null (6.3)")
{
    auto with = with_files();
    with.mixed_dates = true;
    wire world{with};
    world.time->advance(1500ms);
    auto const id = two_inputs(world);
    world.time->advance(1h);
    auto const job = world.get("jobs/" + id);
    CHECK(text(job.at("createdAt")) == "2030-01-01T00:00:01.500+00:00");
    CHECK(text(job.at("submittedAt")) == "2030-01-01T00:00:01.5+0000");
    auto const results = world.get("results/" + id);
    auto const& good = results.at("results").at("an input").as_object();
    CHECK(good.at("updateTime").is_null());
    CHECK(text(good.at("endTime")) == "2030-01-01T00:00:01.540+0000");
}

TEST_CASE("the image model explains by a mask as run lengths, and as a file (3.3)")
{
    wire world;
    std::string const model = R"({"model":{"identifier":"e3f73163d3","version":"0.0.1"},)";
    std::string const input =
        R"("input":{"type":"text","sources":{"a":{"image":"x"},"b":{"image":""}}}})";
    auto const plain = text(world.submit(model + input).at("jobIdentifier"));
    auto const receipt = world.submit(model + R"("explain":true,)" + input);
    CHECK(receipt.at("imageClassificationModel").as_bool());
    auto const id = text(receipt.at("jobIdentifier"));
    world.time->advance(1h);
    auto const results = world.get("results/" + id);
    CHECK(results.at("explained").as_bool());
    CHECK(results.at("failures").as_object().contains("b"));
    auto const& data = results.at("results").at("a").at("results.json").at("data").as_object();
    CHECK(data.at("result").at("classPredictions").as_array().size() == 3);
    auto const& explanation = data.at("explanation").as_object();
    auto const height = explanation.at("dimensions").at("height").to_number<std::size_t>();
    auto const width = explanation.at("dimensions").at("width").to_number<std::size_t>();
    // The run lengths, column by column, are the file, row by row.
    std::string mask(height * width, '\0');
    std::size_t at = 0;
    bool on = false;
    for (auto const& run : explanation.at("maskRLE").as_array()[0].as_array()) {
        for (auto left = run.to_number<std::size_t>(); left > 0; --left, ++at)
            mask[at % height * width + at / height] = on ? '\xff' : '\0';
        on = !on;
    }
    CHECK(at == mask.size());
    auto const file = world.ask("GET", "results/" + id + "/a/mask.pgm");
    CHECK(file.headers.find("Content-Type") == "image/x-portable-graymap");
    CHECK(file.body == "P5\n6 4\n255\n" + mask);

    auto const unexplained = world.get("results/" + plain);
    CHECK(!unexplained.at("explained").as_bool());
    auto const& good = unexplained.at("results").at("a").as_object();
    CHECK(good.at("results.json").at("data").at("explanation").is_null());
    CHECK(!good.contains("mask.pgm"));
}

TEST_CASE("a model without the feature does not explain (3.3), and unknown ones may be refused")
{
    testing::modzy_simulator_options with;
    with.models[0].features.clear();
    with.unknown_models = false;
    wire world{with};
    auto const receipt = world.submit(submission(R"("explain":true,)"));
    CHECK(!receipt.at("explain").as_bool());
    world.refused(404, "POST", "jobs", R"({"model":{"identifier":"m","version":"1"}})");
    world.refused(404, "POST", "jobs", R"({"model":{"identifier":"ed542963de","version":"9"}})");
    world.refused(
        404, "POST", "inferences",
        R"({"model":{"identifier":"m","version":"1"},"inputs":[{"key":"a","text":"b"}]})");
}

TEST_CASE("data keys and sizes that a listed version rules out may fail their input (2.2, 8.4)")
{
    testing::modzy_simulator_options with;
    with.check_inputs = true;
    with.models[0].versions[1].inputs[0].maximum_size = 4;
    wire world{with};
    auto const id = text(
        world
            .submit(R"({"model":{"identifier":"ed542963de","version":"1.0.1"},"input":{"type":)"
                    R"("text","sources":{"good":{"input.txt":"1234"},"key":{"i.txt":"1"},)"
                    R"("size":{"input.txt":"12345"}}}})")
            .at("jobIdentifier"));
    world.time->advance(1h);
    auto const results = world.get("results/" + id);
    CHECK(results.at("results").as_object().contains("good"));
    auto const& failures = results.at("failures").as_object();
    CHECK(text(failures.at("key").at("error")).find("i.txt") != std::string::npos);
    CHECK(text(failures.at("size").at("error")).find("4 bytes") != std::string::npos);
}

TEST_CASE("an inference (4.3) goes from QUEUED to COMPLETE, with redacted inputs")
{
    auto with = with_files();
    with.queue_time = 10s;
    with.input_time = 10s;
    with.storage.objects["b/k"] = "hello";
    with.storage.credentials["AK"] = "a secret key";
    wire world{with};
    auto const answer =
        world.ask("POST", "inferences",
                  R"({"model":{"identifier":"ed542963de","version":"1.0.1"},"inputs":[)"
                  R"({"key":"t","text":"hello"},{"key":"d","data":"aGVsbG8="},)"
                  R"({"key":"s","s3":{"region":"r","bucket":"b","path":"k","accessKeyId":"AK",)"
                  R"("accessKeySecret":"a secret key"}},{"key":"z","azure":{"storageAccount":"AK",)"
                  R"("storageAccountKey":"a secret key","container":"b","path":"/k"}}],)"
                  R"("tags":{"env":"prod"},"explain":true})");
    CHECK(answer.status == 200);
    auto one = json::parse(answer.body).as_object();
    auto const id = text(one.at("identifier"));
    CHECK(id.size() == std::string{"inference-"}.size() + 27);
    CHECK(text(one.at("status")) == "QUEUED");
    CHECK(text(one.at("submittedAt")) == "2030-01-01T00:00:00.000Z");
    CHECK(text(one.at("model").at("name")) == "Sentiment Analysis");
    CHECK(text(one.at("tags").at("env")) == "prod");
    CHECK(one.at("explain").as_bool());
    CHECK(!one.contains("result"));
    CHECK(answer.body.find("a secret key") == std::string::npos);
    auto const& inputs = one.at("inputs").as_array();
    REQUIRE(inputs.size() == 4);
    for (auto const& [index, form] :
         {std::pair{0, "text"}, std::pair{1, "data"}, std::pair{2, "s3"}, std::pair{3, "azure"}}) {
        auto const& seen = inputs[static_cast<std::size_t>(index)].at(form);
        CHECK(seen.at("sizeInBytes").to_number<int>() == 5);
        CHECK(text(seen.at("sha256Digest")).starts_with("2cf24dba"));
    }
    CHECK(text(inputs[2].at("s3").at("bucket")) == "b");
    CHECK(text(inputs[3].at("azure").at("path")) == "/k");

    auto const status = [&] {
        one = world.get("inferences/" + id);
        return text(one.at("status"));
    };
    world.time->advance(10s);
    CHECK(status() == "FETCHING");
    world.time->advance(10s);
    CHECK(status() == "IN_PROGRESS");
    world.time->advance(10s);
    CHECK(status() == "COMPLETE");
    CHECK(text(one.at("completedAt")) == "2030-01-01T00:00:30.000Z");
    CHECK(text(one.at("elapsedTime")) == "30.000s");
    auto const& outputs = one.at("result").at("outputs").as_object();
    CHECK(decode_base64(text(outputs.at("results.json").at("data"))) == "[1,2]");
    CHECK(text(outputs.at("results.json").at("contentType")).empty());
    CHECK(text(outputs.at("results.wav").at("contentType")) == "audio/wav");
    CHECK(world.simulator->inferences() == 1);
    CHECK(world.simulator->jobs() == 0);
}

TEST_CASE("an inference fails without a text, and a wrong one is refused")
{
    wire world;
    std::string const start = R"({"model":{"identifier":"m","version":"1"})";
    auto const bad = json::parse(
        world.ask("POST", "inferences", start + R"(,"inputs":[{"key":"a","text":""}]})").body);
    world.time->advance(1h);
    auto const failed = world.get("inferences/" + text(bad.at("identifier")));
    CHECK(text(failed.at("status")) == "FAILED");
    CHECK(!failed.contains("result"));
    world.refused(404, "GET", "inferences/unknown");
    for (std::string const& body : std::vector<std::string>{
             "x", "{}", start + "}", start + R"(,"inputs":[]})", start + R"(,"inputs":["x"]})",
             start + R"(,"inputs":[{"text":"x"}]})", start + R"(,"inputs":[{"key":"a"}]})",
             start + R"(,"inputs":[{"key":"a","text":"x","data":"eA=="}]})",
             start + R"(,"inputs":[{"key":"a","data":"no base64"}]})",
             start + R"(,"inputs":[{"key":"a","text":1}]})",
             start + R"(,"inputs":[{"key":"a","s3":{"bucket":"b"}}]})",
             start + R"(,"inputs":[{"key":"a","s3":{"bucket":"b","path":"p","accessKeyId":"a",)"
                     R"("accessKeySecret":"b","region":"r","endpoint":"e"}}]})"}) {
        CAPTURE(body);
        world.refused(400, "POST", "inferences", body);
    }
}
