// SPDX-License-Identifier: BSL-1.0
//
// AnnoLab's provider, and its answers, as the wire notes have them.

#include <inferpp/annolab.hpp>

#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/annolab_world.hpp"

using namespace inferpp;
using namespace support::annotating;
using support::contains;

namespace {

/// Sets a variable of the environment for a test.
class variable {
public:
    variable(char const* name, char const* value) : name_(name) { setenv(name, value, 1); }
    variable(variable const&) = delete;
    variable& operator=(variable const&) = delete;
    ~variable() { unsetenv(name_); }

private:
    char const* name_;
};

template <class T>
T decoded(std::string_view text)
{
    auto read = decode_json<T>(text);
    REQUIRE(read.has_value());
    return std::move(*read);
}

} // namespace

TEST_CASE("annolab: options come from the environment")
{
    unsetenv("ANNOLAB_BASE_URL");
    {
        variable const empty{"ANNOLAB_API_KEY", ""};
        CHECK_THROWS_WITH_AS(annolab::options::from_env(), doctest::Contains("ANNOLAB_API_KEY"),
                             failure);
    }
    variable const key{"ANNOLAB_API_KEY", "K"};
    auto read = annolab::options::from_env();
    CHECK(read.api_key.reveal() == "K");
    CHECK(read.base_url == "https://api.annolab.ai");
    variable const base{"ANNOLAB_BASE_URL", "https://on-prem.test/api"};
    CHECK(annolab::options::from_env().base_url == "https://on-prem.test/api");
}

TEST_CASE("annolab: requests lie below /v1, and carry the key in the platform's scheme")
{
    for (std::string const base : {"https://annolab.test", "https://annolab.test/",
                                   "https://annolab.test/v1", "https://annolab.test/v1/"}) {
        fake_world here;
        here.options.base_url = base;
        here.transport->reply(200, R"({"groups":[{"groupName":"a","isSingleUser":false},)"
                                   R"({"groupName":"me","isSingleUser":true}]})");
        auto const info = here.run(here.client().send(annolab::get_key_info{}));
        CHECK(info.own_group() == "me");
        CHECK(here.line(0) == "GET /v1/api-key/info");
        CHECK(here.request(0).headers.find("Authorization") == "Api-Key " + std::string{api_key});
    }
    fake_world below;
    below.options.base_url = "https://on-prem.test/annolab";
    below.transport->reply(200, R"({"groups":[]})");
    CHECK(below.run(below.client().send(annolab::get_key_info{})).own_group().empty());
    CHECK(below.line(0) == "GET /annolab/v1/api-key/info");
}

TEST_CASE("annolab: options that can't be right are refused by name")
{
    fake_world here;
    here.options.api_key = secret{};
    CHECK_THROWS_WITH_AS(here.client(), doctest::Contains("options.api_key"), failure);
    here.options.api_key = secret{"K"};
    here.options.base_url = "annolab.test";
    CHECK_THROWS_WITH_AS(here.client(), doctest::Contains("options.base_url"), failure);
    here.options.base_url = "https://annolab.test";
    here.options.archives.name_bytes = 0;
    CHECK_THROWS_WITH_AS(here.client(), doctest::Contains("archives.name_bytes"), failure);
    here.options.archives = {};
    here.options.archives.ratio = 0;
    CHECK_THROWS_WITH_AS(here.client(), doctest::Contains("ratio"), failure);
}

TEST_CASE("annolab: errors keep the platform's words and map to the portable conditions")
{
    struct {
        int status;
        std::string body;
        condition means;
        std::string_view message;
    } const cases[] = {
        {400, R"({"message":"Information about why creation failed"})", condition::invalid_argument,
         "Information about why creation failed"},
        {400, R"({"statusCode":400,"message":["name is short","group is empty"],"error":"Bad"})",
         condition::invalid_argument, "name is short; group is empty"},
        {401, R"({"message":"no"})", condition::unauthorized, "no"},
        {403, R"({"statusCode":403,"error":"Forbidden"})", condition::forbidden, "Forbidden"},
        {404, R"({"message":""})", condition::not_found, R"({"message":""})"},
        {409, R"({"message":"exists"})", condition::conflict, "exists"},
        {413, "<html>too large</html>", condition::invalid_argument, "<html>too large</html>"},
        {429, R"({"message":"slow down"})", condition::rate_limited, "slow down"},
        {500, "[]", condition::overloaded, "[]"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.body);
        fake_world here;
        http::headers id;
        id.set("X-Request-Id", "r1");
        here.transport->reply(each.status, each.body, id);
        auto const e =
            here.error_of(here.client().send(annolab::get_source{2}, {.max_attempts = 1}));
        CHECK(e == each.means);
        CHECK(e.info().server_message == each.message);
        CHECK(e.info().http_status == each.status);
        CHECK(e.info().request_id == "r1");
        CHECK(e.info().provider == "annolab");
        CHECK(e.info().operation == "get_source");
    }
    fake_world tells;
    tells.transport->reply(401, R"({"message":"wrong key )" + std::string{api_key} + R"("})");
    CHECK(tells.error_of(tells.client().send(annolab::get_source{2})).info().server_message ==
          "wrong key ***");
}

TEST_CASE("annolab: what would be done twice is not repeated, what changes nothing is")
{
    auto const requests_for = [](auto const& op) {
        fake_world here;
        here.transport->fail(errc::truncated, sent_state::maybe)
            .fail(errc::truncated, sent_state::maybe)
            .fail(errc::truncated, sent_state::maybe);
        auto const e = here.error_of(here.client().send(op));
        CHECK((e == condition::unknown_outcome) == (here.requests() == 1));
        return here.requests();
    };
    annolab::new_annotation item{"t"};
    item.project = 1;
    item.source = 1;
    annolab::new_relation relation{"r", 1, 2};
    relation.project = 1;
    CHECK(requests_for(inference()) == 1);
    CHECK(requests_for(annolab::create_project{"g", "p"}) == 1);
    CHECK(requests_for(annolab::create_directory{1, "d"}) == 1);
    CHECK(requests_for(annolab::create_layer{1, "l"}) == 1);
    CHECK(requests_for(annolab::create_annotation_type{1, "t"}) == 1);
    CHECK(requests_for(annolab::create_text_source{1, "s", "t"}) == 1);
    CHECK(requests_for(annolab::create_pdf{1, "d", "s"}) == 1);
    CHECK(requests_for(annolab::upload_pdf{1, "s", bytes{"x"}}) == 1);
    CHECK(requests_for(annolab::create_annotations{{item}}) == 1);
    CHECK(requests_for(annolab::create_relations{{relation}}) == 1);
    CHECK(requests_for(annolab::create_abstract{1, "a", {annolab::land_area{"TX", "T"}}}) == 1);
    CHECK(requests_for(annolab::create_relation{1, "r", 1, 2}) == 3);
    CHECK(requests_for(annolab::create_tags{1, {annolab::new_tag{"T"}}}) == 3);
    CHECK(requests_for(annolab::export_project{1}) == 3);
    CHECK(requests_for(annolab::init_pdf{1, "d", "s"}) == 3);
    CHECK(requests_for(annolab::find_abstract{1, "a"}) == 3);
    CHECK(requests_for(annolab::delete_source{1}) == 3);
}

TEST_CASE("annolab: a source, as the vendor's page shows it")
{
    auto const source = decoded<annolab::source_details>(
        R"({"id":2,"projectName":"My Project","projectId":1,"directoryName":"Uploads",
            "directoryId":1,"name":"REGISTRATION.pdf","sourceName":"REGISTRATION.pdf","type":"pdf",
            "text":"Example PDF Text","url":"https://download-example-url.pdf",
            "createdAt":"2023-05-22T20:32:02.633Z","tags":[{"domainEntityId":1,"typeName":
            "Airframe Inventory","attributes":[{"name":"Make","value":"CESSNA"},{"name":"Model",
            "value":"421C"}],"createdBy":{"id":58473,"email":"testuser@gmail.com",
            "username":"..."}}],"new":true})");
    CHECK(source.id == 2);
    CHECK(source.name == "REGISTRATION.pdf");
    CHECK(source.directory_name == "Uploads");
    CHECK(source.type == "pdf");
    CHECK(source.url == "https://download-example-url.pdf");
    CHECK(source.created_at.time().has_value());
    REQUIRE(source.tags.size() == 1);
    CHECK(source.tags[0].domain_entity_id == 1);
    CHECK(source.tags[0].attributes.at(1).value == "421C");
    CHECK(source.tags[0].created_by.value().id == 58473);
    CHECK(source.more.values.at("new").as_bool());
}

TEST_CASE("annolab: projects, layers, annotations and relations, as the vendor's pages show them")
{
    auto const project = decoded<annolab::project_details>(
        R"({"name":"P","id":22,"groupName":"me","groupId":3,"defaultDirectory":"Uploads"})");
    CHECK(project.id == 22);
    CHECK(project.group_name == "me");
    CHECK(project.default_directory == "Uploads");
    CHECK(decode_json<annolab::project_details>(R"({"name":"P"})").error() == errc::bad_schema);

    auto const layer = decoded<annolab::layer_details>(
        R"({"projectName":"New NER Project","projectId":1,"layerName":"NER Gold","id":5,
            "isGold":true,"description":null})");
    CHECK(layer.id == 5);
    CHECK(layer.is_gold);
    CHECK(layer.description.empty());

    auto const annotation = decoded<annolab::annotation>(
        R"({"id":44,"typeId":51,"typeName":"Place Name","layerId":5,"sourceId":145,"value":"...",
            "rawValue":"Athens","offsets":[0,5]})");
    CHECK(annotation.id == 44);
    CHECK(annotation.raw_value == "Athens");
    CHECK(annotation.offsets == annolab::text_range{0, 5});
    CHECK(decoded<annolab::annotation>(R"({"annotationId":7})").id == 7);
    CHECK(decode_json<annolab::annotation>(R"({"offsets":[0]})").error() == errc::bad_schema);

    auto const relation = decoded<annolab::relation>(
        R"({"id":72,"successorId":44,"predecessorId":12,"typeName":"Coreference","typeId":112,
            "value":""})");
    CHECK(relation.successor_id == 44);
    CHECK(relation.predecessor_id == 12);
}

TEST_CASE("annolab: annotations in bulk come back with their client ids")
{
    fake_world here;
    here.transport->reply(201, R"([{"id":5,"clientId":"b"},{"id":4,"clientId":"a"},{"id":3}])");
    annolab::new_annotation item{"t"};
    item.project = 1;
    item.source = 1;
    auto const made = here.run(here.client().send(annolab::create_annotations{{item, item, item}}));
    CHECK(made.items.size() == 3);
    CHECK(made.find("a") == 4);
    CHECK(made.find("b") == 5);
    CHECK(!made.find("c"));
}

TEST_CASE("annolab: tags come as a list, or as one inside an object, in pages")
{
    fake_world here;
    here.transport->reply(201, R"([{"typeName":"T","domainEntityId":9,"status":"Found"}])")
        .reply(201, R"({"count":1,"tags":[{"typeName":"T","domainEntityId":9}]})");
    annolab::create_tags const op{1, {annolab::new_tag{"T"}}};
    auto const list = here.run(here.client().send(op));
    CHECK(list.tags.at(0).status == "Found");
    CHECK(here.run(here.client().send(op)).tags.at(0).domain_entity_id == 9);

    std::string full = "[";
    for (int i = 0; i < 1'000; ++i)
        full += std::string{i > 0 ? "," : ""} + R"({"typeName":"T","domainEntityId":)" +
                std::to_string(i) + '}';
    full += ']';
    fake_world paged;
    paged.transport->reply(200, full).reply(200, R"([{"typeName":"last"}])");
    auto tags = paged.client().pages(annolab::list_tags{project()});
    std::size_t count = 0;
    while (auto const one = paged.run(tags.next()))
        ++count;
    CHECK(count == 1'001);
    CHECK(paged.requests() == 2);
    CHECK(paged.line(1) == "GET /v1/project/Company%20Name/My%20Project/tags");
    CHECK(paged.request(0).body == R"({"page":1})");
    CHECK(paged.request(1).body == R"({"page":2})");
}

TEST_CASE("annolab: instruments are searched by GET, and by POST where there is no such GET")
{
    std::string const first = R"({"page":1,"hasMorePages":true,"results":[{"id":1,"typeName":"Deed",
        "sourceReferenceId":2,"sourceName":"a.pdf","startPageNumber":1,"endPageNumber":2,
        "canonicalTags":[{"typeName":"T","tagType":"Instrument","annotationId":5}],
        "annotations":[{"annotationId":7,"typeName":"Grantor"}],"reviewedBy":null,
        "reviewedAt":null}]})";
    std::string const last = R"({"page":2,"hasMorePages":false,"results":[{"id":2}]})";
    auto const walk = [&](fake_world& here) {
        annolab::search_instruments search{project()};
        search.source_filter = "pdf";
        auto found = here.client().pages(search);
        std::vector<std::int64_t> ids;
        while (auto const one = here.run(found.next()))
            ids.push_back(one->id);
        return ids;
    };
    std::vector<std::int64_t> const both{1, 2};

    fake_world newer;
    newer.transport->reply(200, first).reply(200, last);
    CHECK(walk(newer) == both);
    CHECK(newer.line(1) == "GET /v1/instrument/search");
    CHECK(contains(newer.request(0).body, R"("projectOwner":"Company Name")"));
    CHECK(contains(newer.request(0).body, R"("page":1)"));
    CHECK(contains(newer.request(1).body, R"("page":2)"));

    for (int const status : {404, 405}) {
        fake_world older;
        older.transport->reply(status, R"({"message":"Cannot GET"})")
            .reply(201, first)
            .reply(201, last);
        CHECK(walk(older) == both);
        CHECK(older.line(0) == "GET /v1/instrument/search");
        CHECK(older.line(1) == "POST /v1/instrument/search");
        CHECK(older.line(2) == "POST /v1/instrument/search");
        CHECK(older.request(0).body == older.request(1).body);
        CHECK(older.requests() == 3);
    }

    fake_world none;
    none.transport->reply(404, R"({"message":"no such project"})")
        .reply(404, R"({"message":"Cannot POST"})");
    annolab::search_instruments const search{project()};
    auto found = none.client().pages(search);
    auto const e = none.error_of(found.next());
    CHECK(e == condition::not_found);
    CHECK(e.info().server_message == "no such project");
    CHECK(e.info().operation == "search_instruments");

    fake_world refused;
    refused.transport->reply(403, R"({"message":"Read"})");
    CHECK(refused.error_of(refused.client().send(search)) == condition::forbidden);
    CHECK(refused.requests() == 1);

    auto const one = decoded<annolab::instrument_page>(first).results.at(0);
    CHECK(one.annotations.at(0).id == 7);
    CHECK(one.canonical_tags.at(0).tag_type == "Instrument");
    CHECK(one.end_page_number == 2);
    CHECK(!one.reviewed_by);
}

TEST_CASE("annolab: a listing that claims to go on without giving anything has an end")
{
    fake_world here;
    here.transport->reply(200, R"({"page":1,"hasMorePages":true,"results":[]})");
    auto found = here.client().pages(annolab::search_instruments{project()});
    CHECK(!here.run(found.next()));
    fake_world stuck; // always page 1
    for (int i = 0; i < 3; ++i)
        stuck.transport->reply(201, R"({"page":1,"hasMorePages":true,"results":[{"id":1}]})");
    auto land = stuck.client().pages(annolab::search_land_instruments{1, 3});
    for (int i = 0; i < 3; ++i)
        CHECK(stuck.run(land.next()));
    std::set<std::string> bodies;
    for (std::size_t i = 0; i < 3; ++i)
        bodies.insert(stuck.request(i).body);
    CHECK(bodies.size() == 3);
}

TEST_CASE("annolab: a PDF goes up in three steps, the second without our key")
{
    std::string const receipt = R"({"projectName":"P","projectId":1,"directoryName":"Uploads",
        "directoryId":2,"sourceName":"deed.pdf","pendingSource":{"id":31,"status":"Created"}})";
    fake_world here;
    here.transport->reply(201, R"({"uploadUrl":"https://storage.test/x?signature=abc"})")
        .reply(200, "")
        .reply(201, receipt)
        .reply(200, R"({"pendingSourceId":31,"status":"Reading","finalSourceId":null})")
        .reply(200, R"({"pendingSourceId":31,"status":"Complete","finalSourceId":77})");
    annolab::create_pdf_source op{project(), "deed.pdf", bytes{"%PDF-1.7"}};
    op.directory = "Deeds";
    op.metadata = boost::json::object{{"k", 1}};
    op.ocr = true;
    op.more["sourceText"] = "text";
    auto const job = here.run(here.client().submit(op));
    CHECK(job.id() == "31");
    CHECK(!job.receipt()->execution_id);
    auto const read = here.run(job.result(patience()));
    CHECK(read.final_source_id == 77);

    CHECK(here.line(0) == "POST /v1/source/init-pdf");
    CHECK(contains(here.request(0).body, R"("metadata":{"k":1})"));
    CHECK(here.line(1) == "PUT /x?signature=abc");
    CHECK(here.request(1).headers.find("Content-Type") == "application/pdf");
    CHECK(!here.request(1).headers.find("Authorization"));
    CHECK(here.request(1).source->size() == 8);
    CHECK(here.line(2) == "POST /v1/source/create-pdf");
    CHECK(contains(here.request(2).body, R"("sourceText":"text")"));
    CHECK(contains(here.request(2).body, R"("directoryIdentifier":"Deeds")"));
    CHECK(contains(here.request(2).body, R"("ocr":true)"));
    CHECK(here.line(3) == "GET /v1/pending-source/31");
    for (std::size_t const with_key : {0U, 2U, 3U})
        CHECK(here.request(with_key).headers.find("Authorization").has_value());
}

TEST_CASE("annolab: a PDF that can't be uploaded is not read")
{
    fake_world here;
    here.transport->reply(201, R"({"uploadUrl":"https://storage.test/x"})").reply(403, "<Error/>");
    annolab::create_pdf_source const op{project(), "deed.pdf", bytes{"%PDF"}};
    auto const e = here.error_of(here.client().submit(op));
    CHECK(e == condition::forbidden);
    CHECK(here.requests() == 2);

    fake_world nowhere;
    nowhere.transport->reply(201, R"({"other":1})");
    CHECK(nowhere.error_of(nowhere.client().submit(op)) == errc::bad_schema);
    fake_world wrong;
    wrong.transport->reply(201, R"({"uploadUrl":"ftp://x"})");
    auto const no_url = wrong.error_of(wrong.client().submit(op));
    CHECK(no_url == errc::bad_schema);
    CHECK(no_url.info().provider == "annolab");
    fake_world plain;
    plain.transport->reply(201, R"({"uploadUrl":"http://storage.test/x"})");
    CHECK(plain.error_of(plain.client().submit(op)) == condition::invalid_argument);
    CHECK(plain.requests() == 1);
}

TEST_CASE("annolab: a source that can't be read, and one whose id never came")
{
    fake_world here;
    here.transport->reply(201, R"({"uploadUrl":"https://storage.test/x"})")
        .reply(200, "")
        .reply(201, R"({"pendingSource":{"pendingSourceId":31}})")
        .reply(200, R"({"pendingSourceId":31,"status":"Errored"})");
    annolab::create_pdf_source const op{project(), "deed.pdf", bytes{"%PDF"}};
    auto e = here.error_of(here.client().run(op, patience()));
    CHECK(e == errc::job_failed);
    CHECK(e.info().job_id == "31");

    fake_world without;
    without.transport->reply(201, R"({"uploadUrl":"https://storage.test/x"})")
        .reply(200, "")
        .reply(201, "{}");
    e = without.error_of(without.client().submit(op));
    CHECK(e == errc::bad_schema);
    CHECK(contains(e.what(), "no id"));
}

TEST_CASE("annolab: a workflow is a job that counts its tasks")
{
    fake_world here;
    here.transport->reply(201, R"({"uploadUrl":"https://storage.test/x"})")
        .reply(200, "")
        .reply(201, R"({"pendingSource":{"id":31},"executionId":9})")
        .reply(200, R"({"id":9,"workflow":"land_title","status":"Running","tasks":[
            {"id":1,"taskName":"Read","status":"Completed"},
            {"id":2,"taskName":"Title","status":"Running"}]})")
        .reply(200, R"({"id":9,"workflow":"land_title","status":"PartialError","sourceIds":[4],
            "tasks":[{"id":1,"taskName":"Read","status":"Completed"},
            {"id":2,"taskName":"Title","status":"Error"}]})");
    annolab::pdf_workflow const op{project(), "deed.pdf", bytes{"%PDF"}, "land_title"};
    auto const job = here.run(here.client().submit(op));
    CHECK(contains(here.request(2).body, R"("workflow":"land_title")"));
    auto const status = here.run(job.status());
    CHECK(status.phase == phase::running);
    CHECK(status.counters == job_counters{2, 1, 1, 0});
    CHECK(status.progress == 0.5);
    auto const done = here.run(job.result(patience()));
    CHECK(done.source_ids == std::vector<std::int64_t>{4});
    CHECK(here.line(3) == "GET /v1/workflow/execution/9");

    fake_world later;
    later.transport->reply(200, R"({"id":9,"status":"Error","tasks":[
        {"taskName":"Title","status":"Error"}]})");
    auto const e =
        later.error_of(later.client().attach<annolab::pdf_workflow>("9").result(patience()));
    CHECK(e == errc::job_failed);
    CHECK(e.info().server_message == "Title: Error");
}

TEST_CASE("annolab: an abstract is waited for by its id")
{
    fake_world here;
    here.transport->reply(201, R"({"uploadUrl":"https://storage.test/x"})")
        .reply(200, "")
        .reply(201, R"({"pendingSource":{"id":31},"executionId":9})")
        .reply(200, R"({"abstractId":3,"status":"PROCESSING",
            "counts":{"sources":4,"ready":1,"running":2,"failed":1},"blockers":{"31":{}}})")
        .reply(200, R"({"abstractId":3,"status":"READY","counts":{"sources":4,"ready":4}})");
    annolab::abstract_upload const op{project(), 3, "deed.pdf", bytes{"%PDF"}};
    auto const job = here.run(here.client().submit(op));
    CHECK(job.id() == "3");
    CHECK(contains(here.request(0).body, R"("abstractId":3)"));
    CHECK(contains(here.request(2).body, R"("abstractId":3)"));
    auto const status = here.run(job.status());
    CHECK(status.phase == phase::running);
    CHECK(status.counters == job_counters{4, 2, 1, 1});
    CHECK(here.run(job.result(patience())).status == "READY");
    CHECK(here.line(4) == "GET /v1/abstract/runsheet-status/3");
}
