// SPDX-License-Identifier: BSL-1.0
//
// The simulated AnnoLab by itself, without any of our types: the requests are those that the
// vendor's SDK and page send, word for word, and the answers what these read.

#include <inferpp/net/https_transport.hpp>
#include <inferpp/testing/annolab_simulator.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/annolab_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using support::contains;
namespace json = boost::json;

namespace {

struct wire : support::annotating::simulated_world {
    explicit wire(testing::annolab_simulator_options with = {}) : simulated_world(std::move(with))
    {
        options.retry.max_attempts = 1;
    }
    http::response ask(std::string method, std::string target, std::string body = {})
    {
        http::request message{std::move(method), std::move(target)};
        if (!body.empty())
            message.headers.set("Content-Type", "application/json");
        message.body = std::move(body);
        return run(client().raw(message));
    }
    json::value post(std::string target, std::string body, int status = 201)
    {
        auto const answer = ask("POST", std::move(target), std::move(body));
        CAPTURE(answer.body);
        CHECK(answer.status == status);
        return json::parse(answer.body);
    }
    json::value get(std::string target, int status = 200)
    {
        auto const answer = ask("GET", std::move(target));
        CAPTURE(answer.body);
        CHECK(answer.status == status);
        return json::parse(answer.body);
    }
    void refused(int status, std::string method, std::string target, std::string body = {})
    {
        CAPTURE(target);
        CAPTURE(body);
        auto const answer = ask(std::move(method), std::move(target), std::move(body));
        CHECK(answer.status == status);
        CHECK(!json::parse(answer.body).at("message").as_string().empty());
    }
    /// A project with a text, a layer and a type, as the SDK makes them. Gives the text's id.
    std::int64_t prepare()
    {
        auto const project =
            post("project/create", R"({"name":"My Project","groupName":"me","isPublic":false})");
        std::string const id = std::to_string(project.at("id").as_int64());
        post("layer/create", R"({"projectIdentifier":)" + id +
                                 R"(,"layerName":"Gold Set","isGold":true,"description":null})");
        post("annotation-type/create",
             R"({"category":null,"projectIdentifier":)" + id +
                 R"(,"typeName":"Place Name","color":"#fff","isRelation":false,)"
                 R"("isDocumentClassification":false})");
        auto const source =
            post("source/create-text", R"({"projectIdentifier":)" + id +
                                           R"(,"groupName":"me","sourceName":"New Source",)"
                                           R"("text":"Athens is here"})");
        return source.at("id").as_int64();
    }
};

std::string text_of(json::value const& value)
{
    return {value.as_string().data(), value.as_string().size()};
}

void check_members(json::value const& value, std::vector<char const*> const& names)
{
    for (char const* const name : names) {
        CAPTURE(name);
        CHECK(value.as_object().contains(name));
    }
}

std::string inference(std::int64_t source,
                      std::string_view model = "\"Staple + Classify Documents\"")
{
    return R"({"groupName":"me","projectIdentifier":"My Project","sourceIds":[)" +
           std::to_string(source) + R"(],"modelIdentifier":)" + std::string{model} +
           R"(,"outputLayerIdentifier":"Gold Set"})";
}

} // namespace

TEST_CASE("annolab simulator: a key is needed, in the platform's scheme in any case")
{
    wire here;
    CHECK(here.get("api-key/info").at("groups").at(0).at("isSingleUser").as_bool());
    here.options.api_key = secret{"other"};
    here.refused(401, "GET", "api-key/info");

    http::request message{"GET", "/v1/api-key/info"};
    for (auto const& [value, status] : std::vector<std::pair<std::string, int>>{
             {"Api-key " + std::string{support::annotating::api_key}, 200},
             {"api-key " + std::string{support::annotating::api_key}, 200},
             {"Bearer " + std::string{support::annotating::api_key}, 401},
             {"Api-Key ", 401}}) {
        auto const transport = make_https_transport(here.context.get_executor(), {});
        auto const to = parse_url(here.simulator->base_url()).value();
        message.headers.set("Authorization", value);
        auto const answer = here.run(
            transport->open(to.origin, message, here.options.limits, (clock::time_point::max)()));
        CHECK(answer.value().status == status);
    }
}

TEST_CASE("annolab simulator: the vendor's page: an inference, its status by a GET with a body")
{
    testing::annolab_simulator_options with;
    with.queue_time = 1min;
    with.run_time = 1min;
    wire here{with};
    std::int64_t const source = here.prepare();
    for (std::string const path : {"infer/batch", "model/infer/batch"}) {
        auto const made = here.post(path, inference(source));
        check_members(made, {"inferenceJobId", "status", "projectName", "projectId",
                             "outputLayerName", "outputLayerId", "sourceIds"});
        CHECK(text_of(made.at("status")) == "Queued");
        std::string const job = path + '/' + std::to_string(made.at("inferenceJobId").as_int64());
        std::vector<std::string> words;
        for (int minute = 0; minute < 3; ++minute) {
            auto const answer = here.ask("GET", job, inference(source));
            CHECK(answer.status == 200);
            auto const status = json::parse(answer.body);
            CHECK(status.as_object().size() == 4);
            words.push_back(text_of(status.at("status")));
            here.time->advance(1min);
        }
        CHECK(words == std::vector<std::string>{"Queued", "Running", "Finished"});
    }
    CHECK(here.simulator->annotations() == 2);
    CHECK(here.simulator->inferences() == 2);
}

TEST_CASE("annolab simulator: identifiers are numbers or strings, and unknown ones are refused")
{
    wire here;
    std::int64_t const source = here.prepare();
    for (std::string_view const model : {"1", "\"1\"", "\"Staple + Classify Documents\""})
        here.post("infer/batch", inference(source, model));
    here.refused(404, "POST", "infer/batch", inference(source, "\"other\""));
    here.refused(404, "POST", "infer/batch", inference(999));
    here.refused(400, "POST", "infer/batch", inference(source, "true"));
    here.refused(400, "POST", "infer/batch", R"({"projectIdentifier":"My Project"})");
    here.refused(404, "POST", "infer/batch",
                 R"({"groupName":"other","projectIdentifier":"My Project"})");
    here.refused(400, "POST", "infer/batch", "no JSON");
    here.refused(404, "GET", "infer/batch/999");
    here.refused(400, "GET", "infer/batch/x");
    here.refused(404, "GET", "no/such/route");
    here.refused(404, "PATCH", "project/1");
    CHECK(here.simulator->inferences() == 3);
}

TEST_CASE("annolab simulator: names are given once, and groups are one's own")
{
    wire here;
    here.prepare();
    here.refused(409, "POST", "project/create", R"({"name":"My Project","groupName":"me"})");
    here.refused(409, "POST", "layer/create",
                 R"({"projectIdentifier":"My Project","layerName":"Gold Set"})");
    here.refused(409, "POST", "annotation-type/create",
                 R"({"projectIdentifier":"My Project","typeName":"Place Name"})");
    here.refused(409, "POST", "source/create-text",
                 R"({"projectIdentifier":"My Project","sourceName":"New Source","text":"t"})");
    here.refused(403, "POST", "project/create", R"({"name":"P","groupName":"others"})");
    here.refused(400, "POST", "project/create", R"({"groupName":"me"})");
    auto const found = here.get("project/me/My%20Project");
    check_members(found, {"name", "id", "groupName", "groupId", "defaultDirectory"});
    CHECK(here.get("project/" + std::to_string(found.at("id").as_int64())) == found);
}

TEST_CASE("annolab simulator: what the SDK sends and reads of sources, annotations and relations")
{
    wire here;
    std::int64_t const source = here.prepare();
    std::string const id = std::to_string(source);
    auto const read = here.get("source/" + id);
    CHECK(read == here.get("source/me/My%20Project/Uploads/New%20Source"));
    check_members(read, {"id", "projectName", "projectId", "directoryName", "directoryId", "name",
                         "sourceName", "type", "text", "createdAt", "tags"});
    CHECK(text_of(read.at("createdAt")).ends_with("Z"));

    auto const bulk = here.post(
        "annotation/bulk-create",
        R"({"annotations":[{"annoTypeIdentifier":"Place Name","clientId":"k1","offsets":[0,6],
            "layerIdentifier":"Gold Set","sourceIdentifier":)" +
            id +
            R"(,"projectIdentifier":"My Project"},{"annoTypeIdentifier":"Place Name",
            "clientId":"k2","sourceIdentifier":"New Source","projectIdentifier":"My Project"}],
            "preventDuplication":true})");
    REQUIRE(bulk.as_array().size() == 2);
    CHECK(text_of(bulk.at(0).at("clientId")) == "k1");
    CHECK(text_of(bulk.at(0).at("rawValue")) == "Athens");
    here.post("annotation-type/create",
              R"({"projectIdentifier":"My Project","typeName":"rel","isRelation":true})");
    std::string const first = std::to_string(bulk.at(0).at("id").as_int64());
    std::string const second = std::to_string(bulk.at(1).at("id").as_int64());
    auto const related =
        here.post("relation/bulk-create", R"({"relations":[{"predecessorId":")" + first +
                                              R"(","successorId":")" + second +
                                              R"(","annoTypeIdentifier":"rel","isReviewed":false,
                                       "projectIdentifier":"My Project"}]})");
    CHECK(related.as_array().size() == 1);
    here.refused(400, "POST", "relation/create",
                 R"({"annoTypeIdentifier":"Place Name","projectIdentifier":"My Project",
                     "predecessorId":)" +
                     first + R"(,"successorId":)" + second + '}');
    here.refused(404, "POST", "relation/create",
                 R"({"annoTypeIdentifier":"rel","projectIdentifier":"My Project",
                     "predecessorId":999,"successorId":)" +
                     second + '}');
    here.refused(400, "POST", "annotation/bulk-create", R"({"annotations":[]})");
    here.refused(400, "POST", "annotation/bulk-create",
                 R"({"annotations":[{"annoTypeIdentifier":"Place Name","offsets":[0],
                     "sourceIdentifier":)" +
                     id + R"(,"projectIdentifier":"My Project"}]})");

    auto const searched = here.ask("GET", "instrument/search",
                                   R"({"projectOwner":"me","projectName":"My Project","page":1})");
    CHECK(searched.status == 200);
    auto const page = json::parse(searched.body);
    CHECK(page.at("results").as_array().size() == 1);
    check_members(page.at("results").at(0),
                  {"id", "sourceReferenceId", "sourceName", "startPageNumber", "endPageNumber",
                   "typeName", "canonicalTags", "annotations", "reviewedBy", "reviewedAt"});
    CHECK(here.post("instrument/search",
                    R"({"projectOwner":"me","projectName":"My Project","page":1})") == page);
}

TEST_CASE("annolab simulator: files are had by their URLs alone, and credentials are refused there")
{
    wire here;
    here.prepare();
    auto const place =
        here.post("source/init-pdf", R"({"projectIdentifier":"My Project","groupName":"me",
                                         "directoryIdentifier":"Uploads","sourceName":"x.pdf",
                                         "metadata":null})");
    std::string const url = text_of(place.at("uploadUrl"));
    CHECK(url.starts_with("http://localhost:"));
    // Nothing was uploaded yet.
    std::string const create =
        R"({"projectIdentifier":"My Project","groupName":"me","directoryIdentifier":"Uploads",
            "sourceIdentifier":"x.pdf","preprocessor":"none","ocr":false})";
    here.refused(400, "POST", "source/create-pdf", create);

    http::headers type;
    type.set("Content-Type", "application/pdf");
    http::headers with_key = type;
    with_key.set("Authorization", "Api-Key x");
    auto const upload = [&](std::string to, http::headers headers) {
        return here.error_of(
            here.client().upload(std::move(to), bytes{"%PDF"}, std::move(headers)));
    };
    CHECK(upload(url, with_key).info().http_status == 400);
    CHECK(upload(url, http::headers{}).info().http_status == 403);
    CHECK(upload(url + "x", type).info().http_status == 403);
    CHECK(!upload(url, type).code());
    auto const made = here.post("source/create-pdf", create);
    check_members(made, {"projectName", "projectId", "directoryName", "directoryId", "sourceName",
                         "pendingSource"});
    CHECK(!made.as_object().contains("executionId"));
    check_members(made.at("pendingSource"),
                  {"pendingSourceId", "id", "name", "sourceType", "createdAt", "expiresAt",
                   "confirmedAt", "status", "finalSourceId"});
    here.time->advance(1s);
    auto const pending =
        here.get("pending-source/" + std::to_string(made.at("pendingSource").at("id").as_int64()));
    CHECK(text_of(pending.at("status")) == "Complete");
    CHECK(pending.at("finalSourceId").is_int64());
}

TEST_CASE("annolab simulator: an export, as the SDK asks for one")
{
    testing::annolab_simulator_options with;
    with.export_time = 2min;
    wire here{with};
    here.prepare();
    auto const made =
        here.post("export/project", R"({"projectIdentifier":"My Project","groupName":"me",
                              "includeAnnotationTypes":true,"includeSources":true,
                              "includeTextBounds":true})");
    CHECK(text_of(made.at("exportJob").at("status")) == "initalized");
    std::string const url = text_of(made.at("exportStatusUrl"));
    CHECK(url.starts_with(here.simulator->base_url() + "/v1/"));
    std::string const path = url.substr(url.find("/v1/") + 4);
    std::vector<std::string> words;
    json::value status;
    for (int minute = 0; minute < 3; ++minute) {
        status = here.get(path);
        words.push_back(text_of(status.at("status")));
        here.time->advance(1min);
    }
    CHECK(words == std::vector<std::string>{"initalized", "started", "finished"});
    std::string const download = text_of(status.at("downloadUrl"));
    auto const archive = here.run(here.client().download(download));
    CHECK(archive.headers.find("Content-Type") == "application/zip");
    CHECK(contains(archive.body, "My Project.annotations.jsonl"));
    CHECK(contains(archive.body, "My Project.atntypes.jsonl"));
    CHECK(contains(archive.body, std::string_view{"PK\x07\x08", 4})); // its sizes come behind
    CHECK(here.error_of(here.client().download(download + "x")).info().http_status == 403);
    here.refused(404, "POST", "export/project",
                 R"({"projectIdentifier":"My Project","annotationLayerNames":["other"]})");
}

TEST_CASE("annolab simulator: permissions are refused by their names")
{
    testing::annolab_simulator_options with;
    with.may_write = false;
    wire reader{with};
    auto const answer = reader.ask("POST", "project/create", R"({"name":"P"})");
    CHECK(answer.status == 403);
    CHECK(contains(answer.body, "Write"));
    with.may_write = true;
    with.may_read = false;
    wire writer{with};
    writer.prepare();
    writer.refused(403, "GET", "project/me/My%20Project");
    writer.refused(403, "POST", "export/project", R"({"projectIdentifier":"My Project"})");
    with.may_read = true;
    with.may_run = false;
    wire runner{with};
    auto const source = runner.prepare();
    CHECK(contains(runner.ask("POST", "infer/batch", inference(source)).body, "Model Run"));
}
