// SPDX-License-Identifier: BSL-1.0
//
// The Modzy simulator's catalog of models, against the wire notes (4.1).

#include "integration/modzy_simulator.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace modzy_wire;

namespace {

/// The identifiers or versions that a list has, in its order.
std::string names(wire& world, std::string const& target, char const* member)
{
    std::string all;
    for (auto const& one : world.list(target))
        all += (all.empty() ? "" : " ") + text(one.at(member));
    return all;
}

testing::modzy_simulator_options with_third()
{
    testing::modzy_simulator_options with;
    testing::modzy_catalog_model third;
    third.identifier = "third00000";
    third.name = "Third";
    third.author = "Somebody";
    third.tags = {"Computer Vision"};
    third.last_active = "2029-01-01T00:00:00.000+00:00";
    third.expires = "2029-06-01T00:00:00.000+00:00";
    third.is_active = false;
    third.is_commercial = true;
    for (char const* const number : {"0.0.9", "0.0.10", "0.1.0"})
        third.versions.emplace_back(number);
    third.versions[0].is_active = false;
    third.versions[2].is_experimental = true;
    with.models.push_back(third);
    return with;
}

} // namespace

TEST_CASE("models are listed by filters, order and pages")
{
    wire world{with_third()};
    auto const models = world.list("models");
    REQUIRE(models.size() == 3);
    CHECK(json::serialize(models[1]) ==
          R"({"modelId":"ed542963de","latestVersion":"1.0.1","versions":["0.0.27","1.0.1"]})");
    for (auto const& [query, wanted] : std::vector<std::pair<std::string, std::string>>{
             {"", "e3f73163d3 ed542963de third00000"},
             {"modelId=ed542963de", "ed542963de"},
             {"modelId=ed", ""},
             {"name=SENTIMENT", "ed542963de"},
             {"author=some", "third00000"},
             {"createdByEmail=ada", "e3f73163d3 ed542963de third00000"},
             {"description=picture", "e3f73163d3"},
             {"isActive=True", "e3f73163d3 ed542963de"},
             {"isActive=false", "third00000"},
             {"isExpired=true", "third00000"},
             {"isRecommended=true", "ed542963de"},
             {"isCommercial=true", "third00000"},
             {"lastActiveDateTime=2028-01-01T00:00:00Z", "third00000"},
             {"expirationDateTime=2029-07-01T00:00:00Z", "third00000"},
             {"expirationDateTime=2029-05-01T00:00:00Z", ""},
             {"isActive=true&sort-by=name&per-page=20", "e3f73163d3 ed542963de"},
             {"sort-by=name&direction=DESC", "third00000 ed542963de e3f73163d3"},
             {"sort-by=latestVersion", "e3f73163d3 third00000 ed542963de"},
             {"sort-by=isRecommended,modelId&direction=DESC", "ed542963de third00000 e3f73163d3"},
             {"per-page=2&page=2", "third00000"},
         }) {
        CAPTURE(query);
        CHECK(names(world, "models?" + query, "modelId") == wanted);
    }
    CHECK(world.ask("GET", "models?per-page=1").headers.find("Link") ==
          '<' + world.simulator->base_url() + "/models?per-page=1&page=2>; rel=\"next\"");
    world.refused(400, "GET", "models?sort-by=modelid");
    world.refused(400, "GET", "models?lastActiveDateTime=x");
}

TEST_CASE("a model has details, latest versions, relatives")
{
    wire world{with_third()};
    auto const model = world.get("models/ed542963de");
    check_members(model, {"modelId", "latestVersion", "latestActiveVersion", "versions", "author",
                          "name", "description", "permalink", "features", "isActive",
                          "isRecommended", "isCommercial", "isExpired", "tags", "images",
                          "snapshotImages", "lastActiveDateTime", "createdByEmail", "visibility"});
    CHECK(text(model.at("features").as_array()[0].at("identifier")) == "built-in-explainability");
    CHECK(text(model.at("tags").as_array()[0].at("identifier")) == "language_and_text");
    check_members(model.at("images").as_array()[0].as_object(), {"url", "caption", "relationType"});
    CHECK(text(world.get("models/third00000").at("latestActiveVersion")) == "0.1.0");
    CHECK(world.get("models/third00000").at("isExpired").as_bool());
    world.refused(404, "GET", "models/unknown");

    auto const latest = world.list("models/latest");
    REQUIRE(latest.size() == 3);
    check_members(latest[2].as_object(),
                  {"identifier", "name", "author", "description", "longDescription",
                   "latestVersion", "activeVersions", "tags", "features", "images", "isActive",
                   "isAvailable", "isCommercial", "isExperimental", "isRecommended", "permalink",
                   "sourceType", "creationDateTime", "updateDateTime"});
    CHECK(json::serialize(latest[2].at("activeVersions")) == R"(["0.0.10","0.1.0"])");

    CHECK(names(world, "models/ed542963de/related-models", "identifier") == "e3f73163d3");
    CHECK(world.list("models/third00000/related-models").empty());
    world.refused(404, "GET", "models/unknown/related-models");
}

TEST_CASE("versions are listed by filters and order, and have details and samples")
{
    wire world{with_third()};
    std::string const base = "models/third00000/versions";
    for (auto const& [query, wanted] : std::vector<std::pair<std::string, std::string>>{
             {"", "0.0.9 0.0.10 0.1.0"},
             {"?isAvailable=true&isActive=true&sort-by=version&direction=DESC", "0.1.0 0.0.10"},
             {"?version=0.0.9", "0.0.9"},
             {"?isExperimental=True", "0.1.0"},
             {"?createdAt=2021-08-02", "0.0.9 0.0.10 0.1.0"},
             {"?updatedAt=2020", ""},
             {"?createdBy=nobody", ""},
             {"?status=active&per-page=1&page=3", "0.1.0"}}) {
        CAPTURE(query);
        CHECK(names(world, base + query, "version") == wanted);
    }
    CHECK(world.list(base)[0].as_object().size() == 1);

    auto const version = world.get("models/ed542963de/versions/1.0.1");
    check_members(version, {"version",
                            "createdAt",
                            "updatedAt",
                            "inputValidationSchema",
                            "createdBy",
                            "timeout",
                            "requirement",
                            "containerImage",
                            "loadStatus",
                            "runStatus",
                            "inputs",
                            "outputs",
                            "statistics",
                            "isActive",
                            "isAvailable",
                            "longDescription",
                            "technicalDetails",
                            "performanceSummary",
                            "sourceType",
                            "versionHistory",
                            "status",
                            "sampleInput",
                            "sampleOutput",
                            "processing",
                            "model"});
    auto const& input = version.at("inputs").as_array()[0].as_object();
    check_members(input, {"name", "acceptedMediaTypes", "maximumSize", "description"});
    check_members(version.at("outputs").as_array()[0].as_object(),
                  {"name", "mediaType", "maximumSize", "description"});

    auto const sample = world.get("models/ed542963de/versions/1.0.1/sample-input");
    auto const id = text(world.submit(json::serialize(sample)).at("jobIdentifier"));
    world.time->advance(1h);
    CHECK(world.get("results/" + id).at("completed").to_number<int>() == 1);
    CHECK(world.get("models/ed542963de/versions/1.0.1/sample-output").contains("data"));
    for (char const* const target :
         {"models/ed542963de/versions/9", "models/unknown/versions/1",
          "models/third00000/versions/0.0.9/sample-input", "models/ed542963de/versions/1.0.1/x",
          "models/ed542963de/versions/9/sample-input", "models/ed542963de/x"}) {
        CAPTURE(target);
        world.refused(404, "GET", target);
    }
}

TEST_CASE("the number of engines is changed in both forms of the request")
{
    wire world;
    std::string const version = "models/ed542963de/versions/1.0.1";
    auto const engines = [&] { return json::serialize(world.get(version).at("processing")); };
    CHECK(engines() == R"({"minimumParallelCapacity":0,"maximumParallelCapacity":1})");
    auto answer =
        world.ask("PATCH", version,
                  R"({"processing":{"minimumParallelCapacity":1,"maximumParallelCapacity":3}})");
    CHECK(answer.status == 200);
    CHECK(json::serialize(json::parse(answer.body).at("processing")) == engines());
    CHECK(engines() == R"({"minimumParallelCapacity":1,"maximumParallelCapacity":3})");
    answer = world.ask("PATCH", version + "/processing", R"({"maximumParallelCapacity":2})");
    CHECK(answer.status == 200);
    CHECK(engines() == R"({"minimumParallelCapacity":1,"maximumParallelCapacity":2})");
    CHECK(json::serialize(world.get("models/processing-engines")) ==
          R"({"minimumProcessingEnginesSum":1})");
    world.refused(400, "PATCH", version, R"({"maximumParallelCapacity":2})");
    world.refused(400, "PATCH", version + "/processing", R"({"maximumParallelCapacity":0})");
    world.refused(400, "PATCH", version + "/processing", R"({"minimumParallelCapacity":"1"})");
    world.refused(400, "PATCH", version + "/processing", "x");
    world.refused(404, "PATCH", "models/ed542963de/versions/9", "{}");
}

TEST_CASE("tags have models, and an unknown tag has none")
{
    wire world{with_third()};
    CHECK(names(world, "models/tags", "identifier") ==
          "language_and_text text_classification computer_vision image_classification");
    check_members(world.list("models/tags")[0].as_object(),
                  {"identifier", "name", "dataType", "isCategorical"});
    auto const wrapped = world.get("models/tags/computer_vision,language_and_text,unknown");
    CHECK(wrapped.at("tags").as_array().size() == 2);
    CHECK(wrapped.at("models").as_array().size() == 3);
    check_members(wrapped.at("models").as_array()[0].as_object(), {"identifier", "name", "tags"});
    CHECK(json::serialize(world.get("models/tags/unknown")) == R"({"tags":[],"models":[]})");
    CHECK(world.get("models/tags/count").at("count").to_number<int>() == 4);
}

TEST_CASE("requirements and resources tell about the account and the engines")
{
    testing::modzy_simulator_options with;
    with.queue_time = 10s;
    with.input_time = 10s;
    with.engines = 3;
    wire world{with};
    auto const requirement = world.list("models/requirements/account")[0].as_object();
    CHECK(text(requirement.at("status")) == "ACTIVE");
    CHECK(text(requirement.at("cpuAmount")) == "1000m");
    CHECK(text(requirement.at("memoryAmount")) == "2G");
    CHECK(requirement.contains("requirementId"));

    world.submit(submission());
    auto engines = world.list("resources/processing/engines");
    REQUIRE(engines.size() == 3); // versions
    auto const busy = [](json::value const& one) { return one.at("running").to_number<int>(); };
    check_members(engines[1].as_object(), {"identifier", "version", "failed", "queued",
                                           "spinningUp", "spinningDown", "running", "ready"});
    CHECK(text(engines[1].at("version")) == "1.0.1");
    CHECK(busy(engines[0]) == 0);
    CHECK(busy(engines[1]) == 2);
    CHECK(engines[1].at("ready").to_number<int>() == 1);
    auto const models = world.list("resources/processing/models");
    check_members(models[1].as_object(), {"identifier", "version", "deployedAt", "engines",
                                          "inputs", "jobs", "situations", "modelDeploymentState"});
    CHECK(models[1].at("inputs").at("queued").to_number<int>() == 2);
    CHECK(models[1].at("jobs").at("queued").to_number<int>() == 1);
    check_members(models[1].at("engines").as_array()[0].as_object(),
                  {"name", "createdAt", "ready", "conditions"});
    world.time->advance(1h);
    CHECK(busy(world.list("resources/processing/engines")[1]) == 0);
}
