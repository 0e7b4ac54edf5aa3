// SPDX-License-Identifier: BSL-1.0
//
// Inferences and their results through a client: what is sent where, and what becomes of broken
// answers.

#include <inferpp/annolab.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "support/annolab_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace support::annotating;
using support::contains;

namespace {

std::string two_annotations()
{
    return annotation(1, 4024, "Gold Set") + annotation(2, 4024, "Other Set") +
           annotation(3, 5853, "", "Sparta") + annotation(4, 999, "Gold Set");
}

/// A bracket around the answers of an export: what comes after the inference has ended.
void script_export(testing::fake_transport& transport)
{
    transport.reply(200, status("Finished"))
        .reply(201, std::string{export_started})
        .reply(200, R"({"status":"initalized"})")
        .reply(200, R"({"status":"started"})")
        .reply(200, export_finished())
        .reply(200, export_finished());
}

std::vector<std::string> pieces_of(std::string const& text, std::size_t size)
{
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < text.size(); at += size)
        pieces.push_back(text.substr(at, size));
    return pieces;
}

std::vector<std::string> values_of(annolab::predictions const& found)
{
    std::vector<std::string> values;
    for (auto const& each : found.annotations)
        values.push_back(each.value);
    return values;
}

std::vector<std::string> const athens_sparta{"Athens", "Sparta"};

/// The error of an inference whose archive is this.
error error_of_archive(std::string const& archive, limits const& bounds = {})
{
    fake_world here;
    here.options.limits = bounds;
    here.transport->reply(201, receipt());
    script_export(*here.transport);
    here.transport->reply(200, archive);
    auto const e = here.error_of(here.client().run(inference(), patience()));
    CHECK(here.transport->left() == 0);
    CHECK(e.info().provider == "annolab");
    CHECK(e.info().job_id == "12");
    CHECK(e.info().operation == "read_predictions");
    return e;
}

} // namespace

TEST_CASE("annolab: a result is what an export of the layer and the sources holds")
{
    fake_world here;
    here.transport->reply(201, receipt()).reply(200, status("Stapling"));
    script_export(*here.transport);
    here.transport->reply_in_pieces(200, pieces_of(archive(two_annotations()), 7));
    auto const job = here.run(here.client().submit(inference()));
    CHECK(job.id() == "12");
    CHECK(job.receipt()->output_layer_id == 12);
    auto const found = here.run(job.result(patience()));
    CHECK(values_of(found) == athens_sparta);
    CHECK(found.annotations[1].source_id == 5853);
    CHECK(found.annotations[1].type_name == "Place Name");
    CHECK(found.annotations[1].offsets == annolab::text_range{0, 6});
    CHECK(here.transport->left() == 0);

    CHECK(here.line(0) == "POST /v1/infer/batch");
    CHECK(here.line(1) == "GET /v1/infer/batch/12");
    CHECK(here.line(3) == "POST /v1/export/project");
    CHECK(here.request(3).body ==
          R"({"projectIdentifier":"My Project","groupName":"Company Name",)"
          R"("sourceIds":[4024,5853],"annotationLayerNames":["Gold Set"],)"
          R"("includeAnnotationTypes":false,"includeSources":false,"includeTextBounds":false})");
    CHECK(here.line(4) == "GET /v1/export/status/7");
    CHECK(here.line(8) == "GET /7?signature=abc");
    for (std::size_t i = 0; i < 8; ++i)
        CHECK(here.request(i).headers.find("Authorization").has_value());
    CHECK(!here.request(8).headers.find("Authorization"));
}

TEST_CASE("annolab: older servers have inferences elsewhere")
{
    fake_world here;
    here.options.older_inference_path = true;
    here.transport->reply(200, receipt()).reply(200, status("Complete"));
    auto const job = here.run(here.client().submit(inference()));
    CHECK(here.run(job.wait(patience())).phase == phase::succeeded);
    CHECK(here.line(0) == "POST /v1/model/infer/batch");
    CHECK(here.line(1) == "GET /v1/model/infer/batch/12");
}

TEST_CASE("annolab: a lost answer to an inference is not repeated")
{
    fake_world here;
    here.transport->fail(errc::truncated, sent_state::maybe);
    auto const e = here.error_of(here.client().run(inference(), patience()));
    CHECK(e == condition::unknown_outcome);
    CHECK(e.info().sent == sent_state::maybe);
    CHECK(here.requests() == 1);

    fake_world refused; // it has not done anything
    refused.transport->reply(429, R"({"message":"later"})").reply(201, receipt());
    CHECK(refused.run(refused.client().submit(inference())).id() == "12");
}

TEST_CASE("annolab: a word that is not known is kept, reported once, and ends at the deadline")
{
    fake_world here;
    here.transport->reply(201, receipt());
    for (int i = 0; i < 40; ++i)
        here.transport->reply(200, status("Stapling"));
    auto const job = here.run(here.client().submit(inference()));
    auto updates = job.updates(patience(5min));
    auto const first = here.run(updates.next());
    CHECK(first->phase == phase::unknown);
    CHECK(first->word == "Stapling");
    CHECK(first->raw->status == "Stapling");
    auto const e = here.error_of(updates.next());
    CHECK(e == errc::wait_timeout);
    CHECK(here.time->elapsed() >= 5min);
    CHECK(here.time->elapsed() < 6min);
}

TEST_CASE("annolab: an inference that failed, and one whose export did")
{
    fake_world here;
    here.transport->reply(201, receipt()).reply(200, status("Errored"));
    auto e = here.error_of(here.client().run(inference(), patience()));
    CHECK(e == errc::job_failed);
    CHECK(e.info().job_id == "12");
    CHECK(contains(e.what(), "Errored"));
    CHECK(here.requests() == 2);

    struct {
        std::string_view error;
        std::string_view reason;
    } const cases[] = {{R"("disk full")", "disk full"},
                       {R"(["a","b"])", "a; b"},
                       {R"({"code":5})", R"({"code":5})"}};
    for (auto const& each : cases) {
        fake_world other;
        other.transport->reply(201, receipt())
            .reply(200, status("Finished"))
            .reply(201, std::string{export_started})
            .reply(200, R"({"status":"errored","error":)" + std::string{each.error} + '}');
        e = other.error_of(other.client().run(inference(), patience()));
        CHECK(e == errc::job_failed);
        CHECK(e.info().server_message == each.reason);
        CHECK(e.info().job_id == "12");
    }
}

TEST_CASE("annolab: the resume token is enough for another process")
{
    fake_world here;
    here.transport->reply(201, receipt());
    annolab::infer_batch by_ids{{"Company Name", 22}, 7, {4024, 5853}, 12};
    auto const token = here.run(here.client().submit(by_ids)).resume_token();
    CHECK(!contains(token, api_key));

    fake_world other;
    script_export(*other.transport);
    other.transport->reply(200, archive(two_annotations()));
    auto const job = other.client().attach<annolab::infer_batch>(token);
    CHECK(job.id() == "12");
    CHECK(values_of(other.run(job.result(patience()))) == athens_sparta);
    // The names are those of the answer, since exports go by names.
    CHECK(contains(other.request(1).body, R"("projectIdentifier":"My Project")"));
    CHECK(contains(other.request(1).body, R"("annotationLayerNames":["Gold Set"])"));
}

TEST_CASE("annolab: an id alone gives the status, and says what the result lacks")
{
    fake_world here;
    here.transport->reply(200, status("Running"));
    auto const job = here.client().attach<annolab::infer_batch>("12");
    CHECK(here.run(job.status()).phase == phase::running);
    auto const e = here.error_of(job.result(patience()));
    CHECK(e == errc::invalid_argument);
    CHECK(e.info().job_id == "12");
    CHECK(contains(e.what(), "infer_batch::ref(id, project, layer)"));
    CHECK(here.requests() == 1); // and not after a long wait

    fake_world given;
    script_export(*given.transport);
    given.transport->reply(200, archive(two_annotations()));
    auto const ref = annolab::infer_batch::ref(12, project(), "Gold Set");
    auto const known = given.client().attach<annolab::infer_batch>(ref);
    auto const found = given.run(known.result(patience()));
    CHECK(found.annotations.size() == 3); // of all sources
    CHECK(!contains(given.request(1).body, "sourceIds"));

    fake_world nameless; // a layer by its id, of which the answer does not tell the name
    nameless.transport->reply(201, R"({"inferenceJobId":12,"status":"Queued"})");
    annolab::infer_batch const by_ids{{"Company Name", 22}, 7, {4024}, 12};
    CHECK(nameless.error_of(nameless.client().run(by_ids, patience())) == errc::invalid_argument);
}

TEST_CASE("annolab: the URLs of an export may be relative, and the key goes to nobody else")
{
    fake_world here;
    here.transport->reply(200, status("Finished"))
        .reply(201, R"({"exportStatusUrl":"/v1/export/status/7"})")
        .reply(200, export_finished("/files/7"))
        .reply(200, export_finished("/files/7"))
        .reply(200, archive(two_annotations()));
    auto const ref = annolab::infer_batch::ref(12, project(), "Gold Set", {4024, 5853});
    auto const job = here.client().attach<annolab::infer_batch>(ref);
    CHECK(values_of(here.run(job.result(patience()))) == athens_sparta);
    CHECK(here.line(2) == "GET /v1/export/status/7");
    CHECK(here.line(4) == "GET /files/7");

    fake_world elsewhere;
    elsewhere.transport->reply(200, status("Finished"))
        .reply(201, R"({"exportStatusUrl":"https://elsewhere.test/status"})")
        .reply(200, export_finished())
        .reply(200, export_finished())
        .reply(200, archive(two_annotations()));
    auto const there = elsewhere.client().attach<annolab::infer_batch>(ref);
    CHECK(values_of(elsewhere.run(there.result(patience()))) == athens_sparta);
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(elsewhere.request(i).headers.find("Authorization").has_value() == (i < 2));

    for (std::string const answer :
         {R"({"exportStatusUrl":""})", R"({"exportJob":{"status":"initalized"}})"}) {
        fake_world without;
        without.transport->reply(200, status("Finished")).reply(201, answer);
        auto const e =
            without.error_of(without.client().attach<annolab::infer_batch>(ref).result(patience()));
        CHECK(e == errc::bad_schema);
    }
    fake_world no_download;
    no_download.transport->reply(200, status("Finished"))
        .reply(201, std::string{export_started})
        .reply(200, R"({"status":"finished"})")
        .reply(200, R"({"status":"finished"})");
    auto const e = no_download.error_of(
        no_download.client().attach<annolab::infer_batch>(ref).result(patience()));
    CHECK(e == errc::bad_schema);
    CHECK(contains(e.what(), "gave no URL"));
}

TEST_CASE("annolab: a download that breaks off is begun anew")
{
    fake_world here;
    here.transport->reply(201, receipt());
    script_export(*here.transport);
    std::string const whole = archive(two_annotations());
    here.transport->reply_cut(200, {whole.substr(0, whole.size() / 2)})
        .reply(200, export_finished("https://files.test/7?signature=new"))
        .reply(200, whole);
    CHECK(values_of(here.run(here.client().run(inference(), patience()))) == athens_sparta);
    CHECK(here.line(here.requests() - 1) == "GET /7?signature=new");
}

TEST_CASE("annolab: an archive that is damaged, cut or no archive is an error at once")
{
    std::string const whole = archive(two_annotations());
    auto e = error_of_archive(whole.substr(0, whole.size() - 1));
    CHECK(e == errc::bad_content);
    CHECK(e.info().cause == make_error_code(errc::truncated));
    CHECK(error_of_archive("") == errc::bad_content);
    CHECK(error_of_archive("<html>moved</html>") == errc::bad_content);
    std::string damaged = whole;
    damaged[60] = static_cast<char>(damaged[60] ^ 1);
    e = error_of_archive(damaged);
    CHECK(e == condition::decode);
    CHECK(e.info().sent == sent_state::yes);
    CHECK(error_of_archive(whole + "x") == errc::bad_content);
}

TEST_CASE("annolab: an archive without annotations is no result, an empty list is one")
{
    testing::zip_writer other;
    other.add("My Project.layers.jsonl", "");
    auto const e = error_of_archive(other.finish());
    CHECK(e == errc::bad_content);
    CHECK(contains(e.what(), "no list of annotations"));
    CHECK(error_of_archive(testing::zip_writer{}.finish()) == errc::bad_content);

    fake_world here;
    here.transport->reply(201, receipt());
    script_export(*here.transport);
    here.transport->reply(200, archive(""));
    CHECK(here.run(here.client().run(inference(), patience())).annotations.empty());
}

TEST_CASE("annolab: an archive that has come to its end needs no end of its body")
{
    fake_world here;
    here.transport->reply(201, receipt());
    script_export(*here.transport);
    here.transport->reply_cut(200, {archive(two_annotations())});
    CHECK(values_of(here.run(here.client().run(inference(), patience()))) == athens_sparta);
    CHECK(here.transport->left() == 0);
}

TEST_CASE("annolab: a line that is no annotation is named")
{
    auto e = error_of_archive(archive(annotation(1, 4024, "Gold Set") + "{\"id\":}\n"));
    CHECK(e == errc::bad_json);
    CHECK(contains(e.what(), "line 2 of 'My Project.annotations.jsonl'"));
    e = error_of_archive(
        archive(R"({"id":1,"sourceId":"x","typeName":"t","layerName":"Gold Set"})"));
    CHECK(e == errc::bad_schema);
    CHECK(e.info().json_path == "$.sourceId");
    CHECK(contains(e.what(), "line 1"));
}

TEST_CASE("annolab: a result has a bound, a line too, and the archive as well")
{
    limits small;
    small.body_bytes = 300;
    auto e = error_of_archive(archive(two_annotations()), small);
    CHECK(e == errc::body_too_large);
    CHECK(contains(e.what(), "stream_predictions"));

    limits narrow;
    narrow.event_bytes = 1'024;
    e = error_of_archive(archive(annotation(1, 4024, "Gold Set", std::string(2'000, 'x'))), narrow);
    CHECK(e == errc::event_too_large);
    CHECK(contains(e.what(), "limits.event_bytes"));

    // Blanks without an end.
    testing::zip_writer bomb;
    bomb.add("My Project.annotations.jsonl", std::string(20'000'000, '\n'));
    e = error_of_archive(bomb.finish());
    CHECK(e == errc::body_too_large);
    CHECK(contains(e.what(), "zip_limits::ratio"));
}

TEST_CASE("annolab: predictions come one at a time, however many there are")
{
    fake_world here;
    here.options.limits.body_bytes = 300; // no bound here
    here.transport->reply(201, receipt()).reply(200, status("Running"));
    script_export(*here.transport);
    std::string lines;
    for (int i = 0; i < 500; ++i)
        lines += annotation(i, i % 2 == 0 ? 4024 : 1, "Gold Set");
    here.transport->reply_in_pieces(200, pieces_of(archive(lines), 100));
    auto const job = here.run(here.client().submit(inference()));
    annolab::stream_predictions const stream{job.ref(), patience()};
    auto predicted = here.run(here.client().stream(stream));
    std::size_t count = 0;
    while (auto const one = here.run(predicted.next())) {
        CHECK(one->id == static_cast<std::int64_t>(2 * count));
        ++count;
    }
    CHECK(count == 250);
    CHECK(here.transport->left() == 0);
}

TEST_CASE("annolab: a stream of predictions fails as its parts do")
{
    auto const script = [](fake_world& here) {
        here.transport->reply(200, status("Finished"))
            .reply(201, std::string{export_started})
            .reply(200, export_finished())
            .reply(200, export_finished());
    };
    auto const ref = annolab::infer_batch::ref(12, project(), "Gold Set");
    annolab::stream_predictions const op{ref, patience()};
    std::string const whole = archive(annotation(1, 4024, "Gold Set"));

    fake_world cut;
    script(cut);
    cut.transport->reply_cut(200, {whole.substr(0, whole.size() - 30)});
    auto stream = cut.run(cut.client().stream(op));
    CHECK(cut.run(stream.next())->id == 1);
    auto e = cut.error_of(stream.next());
    CHECK(e == condition::transport);
    CHECK(cut.error_of(stream.next()) == errc::closed);

    fake_world damaged;
    script(damaged);
    damaged.transport->reply(200, whole.substr(0, whole.size() - 1));
    auto broken = damaged.run(damaged.client().stream(op));
    CHECK(damaged.run(broken.next())->id == 1);
    e = damaged.error_of(broken.next());
    CHECK(e == errc::bad_content);
    CHECK(e.info().provider == "annolab");

    fake_world failed;
    failed.transport->reply(200, status("Errored"));
    CHECK(failed.error_of(failed.client().stream(op)) == errc::job_failed);
    fake_world forgot;
    CHECK(forgot.error_of(forgot.client().stream(annolab::stream_predictions{ref, {}})) ==
          condition::invalid_argument);
    CHECK(forgot.requests() == 0);
}

TEST_CASE("annolab: an export gives its records and files one at a time")
{
    testing::zip_writer zip;
    zip.add("Uploads/", "");
    zip.add("Uploads/deed.pdf", "%PDF content");
    zip.add("P.sources.jsonl",
            R"({"sourceId":5,"sourceName":"a","directoryName":"Uploads","type":"text",)"
            R"("text":"Athens"})"
            "\n");
    zip.add("P.text-bounds.jsonl", R"({"sourceId":5,"textBounds":[1]})");
    zip.add("P.annotations.jsonl", annotation(1, 5, "Gold Set"));
    zip.add("P.layers.jsonl", R"({"name":"Gold Set","isGoldSet":true,"description":"d"})");
    zip.add("P.relations.jsonl",
            R"({"predecessorId":1,"successorId":2,"typeName":"r","value":null})");
    zip.add("P.atntypes.jsonl", R"({"name":"t","color":"#fff","isRelation":false,)"
                                R"("isDocumentClassification":true,"category":null})");
    std::string const whole = zip.finish();

    for (bool const files : {true, false}) {
        fake_world here;
        here.transport->reply(200, whole);
        annolab::read_export op{"https://files.test/7"};
        op.files = files;
        auto stream = here.run(here.client().stream(op));
        auto const all = here.run(stream.collect(100));
        REQUIRE(all.size() == (files ? 8U : 6U));
        std::size_t at = 0;
        if (files) {
            auto const& piece = std::get<annolab::exported_file>(all[at++]);
            CHECK(piece.path == "Uploads/deed.pdf");
            CHECK(piece.data.view() == "%PDF content");
            CHECK(!piece.last);
            CHECK(std::get<annolab::exported_file>(all[at++]).last);
        }
        CHECK(std::get<annolab::exported_source>(all[at++]).text == "Athens");
        CHECK(std::get<annolab::exported_text_bounds>(all[at++]).text_bounds.is_array());
        CHECK(std::get<annolab::exported_annotation>(all[at++]).layer_name == "Gold Set");
        CHECK(std::get<annolab::exported_layer>(all[at++]).is_gold_set);
        CHECK(std::get<annolab::exported_relation>(all[at++]).successor_id == 2);
        CHECK(std::get<annolab::exported_type>(all[at++]).is_document_classification);
        CHECK(!here.request(0).headers.find("Authorization"));
    }
}

TEST_CASE("annolab: an export by itself is a job whose result says where the archive is")
{
    fake_world here;
    here.transport->reply(201, std::string{export_started})
        .reply(200, R"({"status":"started"})")
        .reply(200, export_finished());
    annolab::export_project const op{project()};
    auto const job = here.run(here.client().submit(op));
    auto const again = here.client().attach<annolab::export_project>(job.resume_token());
    CHECK(here.run(job.status()).phase == phase::running);
    auto const done = here.run(again.result(patience()));
    CHECK(done.download_url == "https://files.test/7?signature=abc");
}

TEST_CASE("annolab: an inference that is not found at first is asked for again")
{
    fake_world here;
    here.transport->reply(201, receipt())
        .reply(404, R"({"message":"no"})")
        .reply(500, "down")
        .reply(200, status("Finished"));
    auto const job = here.run(here.client().submit(inference()));
    CHECK(here.run(job.wait(patience())).phase == phase::succeeded);
    CHECK(here.run(job.cancel()) == cancel_outcome::unsupported);
    CHECK(here.requests() == 4);
}
