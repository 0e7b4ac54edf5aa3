// SPDX-License-Identifier: BSL-1.0
//
// Each request as the wire notes have it, and the arguments that are refused before any I/O.

#include <inferpp/annolab.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unit/support.hpp"

using namespace inferpp;
namespace json = boost::json;

namespace {

annolab::project_ref by_name()
{
    return annolab::project_ref{"me", "My New Project"};
}

template <class Op>
void check_request(Op const& op, std::string_view line, std::string_view body = {})
{
    CAPTURE(line);
    auto const message = detail::encode_operation(op);
    REQUIRE(message.has_value());
    CHECK(message->method + ' ' + message->target == line);
    if (body.empty()) {
        CHECK(message->body.empty());
        return;
    }
    CHECK(message->headers.find("Content-Type") == "application/json");
    std::string const sent = json::serialize(json::parse(message->body));
    CAPTURE(sent);
    bool const same = json::parse(message->body) == json::parse(std::string{body});
    CHECK(same);
}

template <class Op>
void check_refused(Op const& op, std::string_view why)
{
    CAPTURE(why);
    error failed;
    if constexpr (composed_operation<Op> || composed_stream<Op>) {
        if (auto const valid = op.validate(); !valid)
            failed = valid.error();
    } else {
        failed = detail::encode_operation(op).error();
    }
    CHECK(failed == errc::invalid_argument);
    CHECK(unit::contains(failed.info().message, why));
}

} // namespace

TEST_CASE("annolab: an inference is asked for as the vendor's page does it")
{
    annolab::infer_batch const op{
        {"Company Name", "My Project"}, "Staple + Classify Documents", {4024, 5853}, "Gold Set"};
    check_request(op, "POST batch",
                  R"({"groupName":"Company Name","projectIdentifier":"My Project",
                      "sourceIds":[4024,5853],"modelIdentifier":"Staple + Classify Documents",
                      "outputLayerIdentifier":"Gold Set"})");
    CHECK(annolab::infer_batch::info.repeat == idempotency::unsafe);

    annolab::infer_batch const by_ids{{"Company Name", 22}, 7, {4024}, 12};
    check_request(by_ids, "POST batch",
                  R"({"groupName":"Company Name","projectIdentifier":22,"sourceIds":[4024],
                      "modelIdentifier":7,"outputLayerIdentifier":12})");
    check_request(annolab::get_inference{12}, "GET batch/12");
}

TEST_CASE("annolab: projects, directories and the API key")
{
    check_request(annolab::get_key_info{}, "GET api-key/info");
    annolab::create_project make{"Org", "My New Project"};
    make.is_public = true;
    check_request(make, "POST project/create",
                  R"({"name":"My New Project","groupName":"Org","isPublic":true})");
    check_request(annolab::get_project{by_name()}, "GET project/me/My%20New%20Project");
    check_request(annolab::get_project{22}, "GET project/22");
    check_request(annolab::get_project{annolab::project_ref{"me", "a/b"}}, "GET project/me/a%2Fb");
    check_request(annolab::create_directory{22, "Deeds"}, "POST directory/create",
                  R"({"projectIdentifier":22,"directoryName":"Deeds"})");
}

TEST_CASE("annolab: sources")
{
    check_request(annolab::get_source{2}, "GET source/2");
    check_request(annolab::delete_source{2}, "DELETE source/2");
    check_request(annolab::find_source{by_name(), "Uploads", "New Source"},
                  "GET source/me/My%20New%20Project/Uploads/New%20Source");
    check_request(annolab::delete_source_by_name{by_name(), "Uploads", "New Source"},
                  "DELETE source/me/My%20New%20Project/Uploads/New%20Source");
    annolab::create_text_source text{{"me", 22}, "New Source", "..."};
    check_request(
        text, "POST source/create-text",
        R"({"projectIdentifier":22,"groupName":"me","sourceName":"New Source","text":"..."})");
    text.directory = "Uploads";
    check_request(text, "POST source/create-text",
                  R"({"projectIdentifier":22,"groupName":"me","sourceName":"New Source",
                      "text":"...","directoryIdentifier":"Uploads"})");

    annolab::init_pdf init{{"me", 22}, "Uploads", "x.pdf"};
    init.metadata = json::object{{"k", 1}};
    check_request(init, "POST source/init-pdf",
                  R"({"projectIdentifier":22,"groupName":"me","directoryIdentifier":"Uploads",
                      "sourceName":"x.pdf","metadata":{"k":1}})");
    annolab::create_pdf create{{"me", 22}, "Uploads", "x.pdf"};
    create.ocr = false;
    check_request(create, "POST source/create-pdf",
                  R"({"projectIdentifier":22,"groupName":"me","directoryIdentifier":"Uploads",
                      "sourceIdentifier":"x.pdf","preprocessor":"none","ocr":false})");
    create.ocr.reset();
    create.workflow = "land_title";
    create.abstract_id = 3;
    create.more.values["sourceText"] = "text";
    check_request(create, "POST source/create-pdf",
                  R"({"projectIdentifier":22,"groupName":"me","directoryIdentifier":"Uploads",
                      "sourceIdentifier":"x.pdf","preprocessor":"none","workflow":"land_title",
                      "abstractId":3,"sourceText":"text"})");
    check_request(annolab::get_pending_source{5}, "GET pending-source/5");
}

TEST_CASE("annolab: a PDF in one request is a form")
{
    annolab::upload_pdf op{{"me", 22}, "deed.pdf", bytes{"%PDF"}};
    op.workflow = "aircraft_title";
    annolab::new_tag about{"Airframe"};
    about.attributes.emplace_back("Make", "CESSNA");
    op.tags.push_back(about);
    op.metadata = json::object{{"k", "v"}};
    auto const message = detail::encode_operation(op);
    REQUIRE(message.has_value());
    CHECK(message->method + ' ' + message->target == "POST source/upload-pdf");
    std::string const type{message->headers.find("Content-Type").value()};
    std::string const boundary = type.substr(type.find("boundary=") + 9);
    auto const part = [&](std::string_view head, std::string_view content) {
        return "--" + boundary + "\r\nContent-Disposition: form-data; name=" + std::string{head} +
               "\r\n\r\n" + std::string{content} + "\r\n";
    };
    CHECK(message->body ==
          part("\"projectIdentifier\"", "22") + part("\"groupName\"", "me") +
              part("\"sourceIdentifier\"", "deed.pdf") + part("\"workflow\"", "aircraft_title") +
              part("\"tags\"\r\nContent-Type: application/json",
                   R"([{"typeName":"Airframe","attributes":[{"name":"Make","value":"CESSNA"}]}])") +
              part("\"metadata\"\r\nContent-Type: application/json", R"({"k":"v"})") +
              part("\"file\"; filename=\"source.pdf\"\r\nContent-Type: application/pdf", "%PDF") +
              "--" + boundary + "--\r\n");
}

TEST_CASE("annolab: annotation types, layers, annotations and relations")
{
    annolab::create_annotation_type type{22, "Place Name"};
    type.color = "#fff";
    check_request(type, "POST annotation-type/create",
                  R"({"projectIdentifier":22,"typeName":"Place Name","color":"#fff",
                      "isRelation":false,"isDocumentClassification":false})");
    annolab::create_layer layer{22, "NER Gold"};
    layer.is_gold = true;
    layer.description = "d";
    check_request(
        layer, "POST layer/create",
        R"({"projectIdentifier":22,"layerName":"NER Gold","isGold":true,"description":"d"})");

    annolab::create_annotation one{"My Project", "Gold Set", 145, "Place Name"};
    one.offsets = annolab::text_range{0, 5};
    check_request(one, "POST annotation/create",
                  R"({"annoTypeIdentifier":"Place Name","projectIdentifier":"My Project",
                      "layerIdentifier":"Gold Set","sourceIdentifier":145,"offsets":[0,5],
                      "preventDuplication":true})");

    annolab::new_annotation first{"one"};
    first.client_id = "1";
    first.offsets = annolab::text_range{0, 10};
    first.value = "v";
    first.layer = "Gold Set";
    first.reviewed = true;
    annolab::new_annotation second{"two"};
    second.client_id = "2";
    second.bbox = annolab::box{1, 2, 3, 4};
    second.text_bounds =
        annolab::bounds{"Polygon", json::parse("[[[0,0],[1,0],[1,1],[0,0]]]").as_array()};
    second.page = 1;
    second.end_page = 2;
    annolab::annotate_source op{by_name(), "Uploads", "New Source"};
    op.annotations = {first, second};
    op.relations.emplace_back("rel", "1", "2");
    op.relations.back().value = "x";
    check_request(
        op, "POST source/me/My%20New%20Project/Uploads/New%20Source/annotations",
        R"({"annotations":[{"annoTypeIdentifier":"one","clientId":"1","offsets":[0,10],"value":"v",
            "layerIdentifier":"Gold Set","isReviewed":true},{"annoTypeIdentifier":"two",
            "clientId":"2","bbox":[1,2,3,4],"textBounds":{"type":"Polygon",
            "coordinates":[[[0,0],[1,0],[1,1],[0,0]]]},"pageNumber":1,"endPageNumber":2}],
            "relations":[{"predecessorId":"1","successorId":"2","annoTypeIdentifier":"rel",
            "value":"x"}],"preventDuplication":true})");

    first.project = 22;
    first.source = "New Source";
    first.directory = "Uploads";
    check_request(annolab::create_annotations{{first}}, "POST annotation/bulk-create",
                  R"({"annotations":[{"annoTypeIdentifier":"one","clientId":"1","offsets":[0,10],
                      "value":"v","layerIdentifier":"Gold Set","isReviewed":true,
                      "sourceIdentifier":"New Source","directoryIdentifier":"Uploads",
                      "projectIdentifier":22}],"preventDuplication":true})");

    check_request(annolab::create_relation{22, "Coreference", 12, 44}, "POST relation/create",
                  R"({"annoTypeIdentifier":"Coreference","projectIdentifier":22,
                      "predecessorId":12,"successorId":44,"value":""})");
    annolab::new_relation relation{"rel", 44, 45};
    relation.reviewed = false;
    relation.project = 22;
    check_request(annolab::create_relations{{relation}}, "POST relation/bulk-create",
                  R"({"relations":[{"predecessorId":"44","successorId":"45",
                      "annoTypeIdentifier":"rel","isReviewed":false,"projectIdentifier":22}],
                      "preventDuplication":true})");
}

TEST_CASE("annolab: tags, in a list whose name can be chosen")
{
    annolab::new_tag about{"Airframe Inventory"};
    about.attributes.emplace_back("Make", "CESSNA");
    annolab::create_tags create{by_name(), {about}};
    check_request(create, "POST tag",
                  R"({"projectIdentifier":"My New Project","groupName":"me","tags":[{"typeName":
                      "Airframe Inventory","attributes":[{"name":"Make","value":"CESSNA"}]}]})");
    annolab::delete_tags remove{22, {annolab::new_tag{"T"}}};
    remove.list_name = "canonicalTags";
    check_request(remove, "DELETE tag",
                  R"({"projectIdentifier":22,"canonicalTags":[{"typeName":"T","attributes":[]}]})");
    check_request(annolab::update_tag{1, about}, "POST tag/1",
                  R"({"typeName":"Airframe Inventory",
                      "attributes":[{"name":"Make","value":"CESSNA"}]})");
    check_request(annolab::delete_tag{1}, "DELETE tag/1");
    check_request(annolab::list_tags{by_name()}, "GET project/me/My%20New%20Project/tags",
                  R"({"page":1})");
}

TEST_CASE("annolab: exports, workflows and abstracts")
{
    annolab::export_project all{by_name()};
    all.include_annotation_types = true;
    all.include_sources = true;
    all.include_text_bounds = true;
    check_request(all, "POST export/project",
                  R"({"projectIdentifier":"My New Project","groupName":"me",
                      "includeAnnotationTypes":true,"includeSources":true,
                      "includeTextBounds":true})");
    all.source_ids = {4024};
    all.annotation_layer_names = {"Gold Set"};
    check_request(all, "POST export/project",
                  R"({"projectIdentifier":"My New Project","groupName":"me","sourceIds":[4024],
                      "annotationLayerNames":["Gold Set"],"includeAnnotationTypes":true,
                      "includeSources":true,"includeTextBounds":true})");
    annolab::export_instruments chosen{by_name()};
    chosen.tag_filter.emplace().include_types = {"Deed"};
    chosen.source_filter = "Test_PDF.pdf";
    chosen.include_files = true;
    check_request(chosen, "POST export/instruments",
                  R"({"projectOwner":"me","projectName":"My New Project","tagFilter":
                      {"includeTypes":["Deed"]},"sourceFilter":"Test_PDF.pdf",
                      "includeFiles":true})");

    check_request(annolab::get_workflow_execution{9}, "GET workflow/execution/9");

    annolab::land_area area{"TX", "Travis"};
    area.section = "1";
    check_request(annolab::create_abstract{{"me", 22}, "A", {area}}, "POST abstract/create",
                  R"({"projectIdentifier":22,"groupName":"me","name":"A",
                      "aois":[{"state":"TX","county":"Travis","section":"1"}]})");
    check_request(annolab::find_abstract{{"me", 22}, "A"}, "POST abstract/search",
                  R"({"projectIdentifier":22,"groupName":"me","name":"A"})");
    check_request(annolab::search_land_instruments{22, 3}, "POST abstract/land/instruments/search",
                  R"({"projectIdentifier":22,"abstractIdentifier":3,"page":1})");
    check_request(annolab::get_runsheet_status{3}, "GET abstract/runsheet-status/3");
}

TEST_CASE("annolab: arguments that can't be right are refused before any I/O, by name")
{
    annolab::infer_batch const good{{"Company", "P"}, "m", {1}, "l"};
    CHECK(good.validate());
    auto bad = good;
    bad.project = {};
    check_refused(bad, "project is empty");
    bad = good;
    bad.group.reset();
    check_refused(bad, "group is empty");
    check_refused(annolab::infer_batch{22, "m", {1}, "l"}, "group is empty");
    bad = good;
    bad.model = {};
    check_refused(bad, "model is empty");
    bad = good;
    bad.sources.clear();
    check_refused(bad, "sources is empty");
    bad.sources = {5, 0};
    check_refused(bad, "sources holds 0; ids are positive");
    bad = good;
    bad.layer = "";
    check_refused(bad, "layer is empty");

    check_refused(annolab::create_project{"Org", ""}, "name is empty");
    check_refused(annolab::create_project{"", "P"}, "group_name is empty");
    check_refused(annolab::get_project{annolab::project_ref{"", "P"}}, "group is empty");
    check_refused(annolab::create_directory{22, ""}, "directory_name is empty");
    check_refused(annolab::get_source{0}, "source holds 0");
    check_refused(annolab::find_source{22, "Uploads", "S"}, "not by its id");
    check_refused(annolab::find_source{by_name(), "", "S"}, "directory is empty");
    check_refused(annolab::find_source{by_name(), "..", "S"}, "directory can't be part of a URL");
    check_refused(annolab::create_text_source{22, "", "t"}, "source_name is empty");
    check_refused(annolab::create_pdf_source{22, "", bytes{"x"}}, "name is empty");
    check_refused(annolab::create_pdf_source{22, "x.pdf", std::filesystem::path{"/no/such.pdf"}},
                  "/no/such.pdf");
    check_refused(annolab::create_pdf_source{22, "x.pdf", std::shared_ptr<http::body_source>{}},
                  "null body_source");
    check_refused(annolab::pdf_workflow{22, "x.pdf", bytes{"x"}, ""}, "workflow is empty");
    check_refused(annolab::abstract_upload{22, 0, "x.pdf", bytes{"x"}}, "abstract_id holds 0");
    check_refused(annolab::upload_pdf{22, "x.pdf", bytes{}}, "content is empty");
    check_refused(annolab::create_annotation_type{22, ""}, "type_name is empty");
    check_refused(annolab::create_layer{22, ""}, "layer_name is empty");
    check_refused(annolab::create_annotation{"P", "", 1, "t"}, "layer is empty");
    annolab::create_annotation backwards{"P", "l", 1, "t"};
    backwards.offsets = annolab::text_range{5, 4};
    check_refused(backwards, "offsets");
    check_refused(annolab::create_annotations{}, "annotations is empty");
    annolab::new_annotation item{"t"};
    check_refused(annolab::create_annotations{{item}}, "annotations[0]: project is empty");
    item.project = 22;
    check_refused(annolab::create_annotations{{item}}, "annotations[0]: source is empty");
    item.source = 1;
    CHECK(annolab::create_annotations{std::vector(2'000, item)}.validate());
    check_refused(annolab::create_annotations{std::vector(2'001, item)},
                  "annotations has 2001; the platform takes 1 to 2000");
    item.client_id = "same";
    check_refused(annolab::create_annotations{{item, item}}, "annotations[1]: client_id 'same'");
    item.end_page = 2;
    check_refused(annolab::create_annotations{{item}}, "end_page needs page");
    check_refused(annolab::create_relation{22, "t", 0, 1}, "predecessor_id holds 0");
    check_refused(annolab::create_relations{{annolab::new_relation{"t", 1, 2}}},
                  "relations[0]: project is empty");
    check_refused(annolab::create_relations{{}}, "relations is empty");
    check_refused(annolab::create_tags{22, {}}, "tags is empty");
    check_refused(annolab::update_tag{1, annolab::new_tag{""}}, "type_name is empty");
    annolab::list_tags tags{by_name()};
    tags.page = 0;
    check_refused(tags, "page must be at least 1");
    check_refused(annolab::search_instruments{22}, "not by its id");
    check_refused(annolab::export_instruments{22}, "not by its id");
    annolab::export_project none{22};
    none.source_ids = {-1};
    check_refused(none, "source_ids holds -1");
    check_refused(annolab::read_export{""}, "download_url is empty");
    check_refused(annolab::create_abstract{22, "A", {}}, "aois is empty");
    check_refused(annolab::create_abstract{22, "A", {annolab::land_area{"TX", ""}}}, "county");
    check_refused(annolab::search_land_instruments{22, ""}, "abstract is empty");
    check_refused(annolab::stream_predictions{job_ref{}, {}}, "id of the job is empty");
    check_refused(annolab::stream_predictions{job_ref{"12"}, {}}, "infer_batch::ref");
}

TEST_CASE("annolab: a name stays a name and an id an id")
{
    CHECK(annolab::name_or_id{"12"} != annolab::name_or_id{12});
    CHECK(annolab::name_or_id{12}.id() == 12);
    CHECK(!annolab::name_or_id{"12"}.id());
    CHECK(annolab::name_or_id{12}.text() == annolab::name_or_id{"12"}.text());
    CHECK(annolab::name_or_id{}.empty());
    CHECK(!annolab::name_or_id{0}.empty());
    CHECK(decode_json<annolab::name_or_id>("12").value() == annolab::name_or_id{12});
    CHECK(decode_json<annolab::name_or_id>(R"("12")").value() == annolab::name_or_id{"12"});
    for (std::string_view const wrong : {"1.5", "true", "null", "[]", "99999999999999999999"})
        CHECK(decode_json<annolab::name_or_id>(wrong).error() == errc::bad_schema);
}

TEST_CASE("annolab: the words for states are known in any case, others are kept and not terminal")
{
    struct {
        std::string_view word;
        phase means;
    } const words[] = {
        {"Queued", phase::queued},
        {"QUEUED", phase::queued},
        {"initalized", phase::queued},
        {"started", phase::running},
        {"Running", phase::running},
        {"InProgress", phase::running},
        {"Finished", phase::succeeded},
        {"finished", phase::succeeded},
        {"Complete", phase::succeeded},
        {"Completed", phase::succeeded},
        {"READY", phase::succeeded},
        {"Errored", phase::failed},
        {"ERRORED", phase::failed},
        {"Error", phase::failed},
        {"Failed", phase::failed},
        {"PartialError", phase::partially_succeeded},
        {"Cancelled", phase::cancelled},
        {"Stapling", phase::unknown},
        {"", phase::unknown},
    };
    for (auto const& each : words) {
        CAPTURE(each.word);
        CHECK(annolab::phase_of(each.word) == each.means);
        annolab::inference_status status;
        status.status = each.word;
        CHECK(annolab::infer_batch::describe(status).phase == each.means);
        CHECK(annolab::infer_batch::describe(status).word == each.word);
    }
}
