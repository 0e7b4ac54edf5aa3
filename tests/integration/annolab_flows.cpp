// SPDX-License-Identifier: BSL-1.0
//
// AnnoLab's client against the simulator, over loopback.

#include <inferpp/annolab.hpp>

#include <algorithm>
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

/// What stands in the ledger, without queries.
std::vector<std::string> lines_of(simulated_world const& here)
{
    std::vector<std::string> lines;
    for (auto const& entry : here.simulator->ledger()) {
        std::string const& target = entry.request.target;
        lines.push_back(entry.request.method + ' ' + target.substr(0, target.find('?')));
    }
    return lines;
}

bool has_credentials(testing::ledger_entry const& entry)
{
    return entry.request.headers.find("Authorization").has_value();
}

std::vector<std::string> values_of(annolab::predictions const& found)
{
    std::vector<std::string> values;
    for (auto const& each : found.annotations)
        values.push_back(each.value);
    return values;
}

std::vector<std::string> const names{"Ada", "Travis", "Byron"};
std::vector<std::string> const two_texts{"by Ada in Travis", "for Byron"};

} // namespace

TEST_CASE("annolab: a model is run on two sources, and its predictions come back")
{
    simulated_world here;
    auto const ids = here.populate(two_texts);
    auto const job = here.run(here.client().submit(here.inference(ids)));
    CHECK(here.run(job.status()).phase == phase::queued);
    auto const found = here.run(job.result(patience()));
    CHECK(values_of(found) == names);
    CHECK(found.annotations[0].source_id == ids[0]);
    CHECK(found.annotations[0].layer_name == "Gold Set");
    CHECK(found.annotations[0].offsets == annolab::text_range{3, 6});
    CHECK(found.annotations[2].source_id == ids[1]);
    CHECK(here.simulator->inferences() == 1);
    CHECK(here.simulator->count("POST", "/v1/infer/batch") == 1);
}

TEST_CASE("annolab: inferences of one layer lie together, those of two apart")
{
    simulated_world here;
    auto const ids = here.populate(two_texts);
    annolab::create_layer const second{project(), "Second"};
    here.run(here.client().send(second));
    auto request = here.inference({ids[0]});
    here.run(here.client().run(request, patience()));
    request.layer = "Second";
    request.sources = {ids[1]};
    CHECK(values_of(here.run(here.client().run(request, patience()))) ==
          std::vector<std::string>{"Byron"});
    CHECK(here.simulator->annotations() == 3);
}

TEST_CASE("annolab: what a server gives beyond the layer and the sources is left out")
{
    testing::annolab_simulator_options with;
    with.ignore_filters = true;
    simulated_world here{with};
    auto const ids = here.populate(two_texts);
    here.run(here.client().run(here.inference(ids), patience()));
    auto const again = here.run(here.client().run(here.inference({ids[1]}), patience()));
    CHECK(values_of(again) == std::vector<std::string>{"Byron", "Byron"});
}

TEST_CASE("annolab: the key goes to the platform, and not to where files are")
{
    simulated_world here;
    auto const ids = here.populate(two_texts);
    annolab::create_pdf_source const pdf{project(), "deed.pdf", bytes{"%PDF"}};
    auto const read = here.run(here.client().run(pdf, patience()));
    CHECK(read.final_source_id.has_value());
    here.run(here.client().run(here.inference(ids), patience()));
    std::size_t files = 0;
    for (auto const& entry : here.simulator->ledger()) {
        bool const is_file = entry.request.target.starts_with("/files/");
        CHECK(has_credentials(entry) == !is_file);
        CHECK((!is_file || entry.request.headers.find("Host").value().starts_with("localhost")));
        files += is_file ? 1 : 0;
    }
    CHECK(files == 2);
    auto const lines = lines_of(here);
    auto const upload = std::find_if(lines.begin(), lines.end(), [](std::string const& line) {
        return line.starts_with("PUT /files/uploads/");
    });
    REQUIRE(upload != lines.end());
    CHECK(*(upload - 1) == "POST /v1/source/init-pdf");
    CHECK(*(upload + 1) == "POST /v1/source/create-pdf");
}

TEST_CASE("annolab: a file of any size becomes a source, read while it is sent")
{
    testing::annolab_simulator_options with;
    with.read_pdf = [](std::string_view content) {
        return "Read " + std::to_string(content.size());
    };
    simulated_world here{with};
    here.populate({});
    std::string const content(3'000'000, 'p');
    annolab::create_pdf_source const pdf{project(), "large.pdf", bytes{content}};
    auto const read = here.run(here.client().run(pdf, patience()));
    annolab::get_source const ask{read.final_source_id.value()};
    auto const source = here.run(here.client().send(ask));
    CHECK(source.text == "Read 3000000");
    CHECK(source.type == "pdf");
    CHECK(source.directory_name == "Uploads");

    annolab::upload_pdf form{project(), "small.pdf", bytes{"%PDF"}};
    annolab::new_tag about{"Airframe"};
    about.attributes.emplace_back("Make", "CESSNA");
    form.tags.push_back(about);
    auto const small = here.run(here.client().run(form, patience()));
    annolab::get_source const other{small.final_source_id.value()};
    auto const tagged = here.run(here.client().send(other));
    CHECK(tagged.tags.at(0).attributes.at(0).value == "CESSNA");

    // A name that is taken.
    CHECK(here.error_of(here.client().submit(form)) == condition::conflict);
    CHECK(here.error_of(here.client().submit(pdf)) == condition::conflict);
}

TEST_CASE("annolab: a PDF that can't be read, and a workflow on one")
{
    testing::annolab_simulator_options with;
    with.read_pdf = [](std::string_view content) { return std::string{content.substr(4)}; };
    simulated_world here{with};
    here.populate({});
    annolab::create_pdf_source const empty{project(), "empty.pdf", bytes{"%PDF"}};
    CHECK(here.error_of(here.client().run(empty, patience())) == errc::job_failed);

    annolab::pdf_workflow const title{project(), "deed.pdf", bytes{"%PDFtext"}, "land_title"};
    auto const job = here.run(here.client().submit(title));
    CHECK(here.run(job.status()).phase == phase::running);
    auto const done = here.run(job.result(patience()));
    CHECK(done.workflow == "land_title");
    CHECK(done.source_ids.size() == 1);

    annolab::create_abstract const make{project(), "A", {annolab::land_area{"TX", "Travis"}}};
    auto const abstract = here.run(here.client().send(make));
    annolab::abstract_upload const more{project(), abstract.id, "more.pdf", bytes{"%PDFtext"}};
    auto const upload = here.run(here.client().submit(more));
    CHECK(here.run(upload.status()).counters == job_counters{1, 1, 0, 0});
    CHECK(here.run(upload.result(patience())).counts.ready == 1);
    annolab::find_abstract const find{project(), "A"};
    CHECK(here.run(here.client().send(find)).id == abstract.id);
}

TEST_CASE("annolab: the words of a server are its own")
{
    testing::annolab_simulator_options with;
    with.words.queued = "QUEUED";
    with.words.running = "Stapling";
    with.words.finished = "Complete";
    with.queue_time = 1min;
    with.run_time = 10min;
    simulated_world here{with};
    auto const ids = here.populate(two_texts);
    auto const job = here.run(here.client().submit(here.inference(ids)));
    auto updates = job.updates(patience());
    std::vector<std::string> words;
    while (auto const update = here.run(updates.next()))
        words.push_back(update->word);
    CHECK(words == std::vector<std::string>{"QUEUED", "Stapling", "Complete"});
    CHECK(values_of(here.run(job.result(patience()))) == names);
}

TEST_CASE("annolab: a job that fails, and one that is too slow")
{
    simulated_world here;
    auto const ids = here.populate({"by Ada", ""}); // the model fails on the second
    auto e = here.error_of(here.client().run(here.inference(ids), patience()));
    CHECK(e == errc::job_failed);
    CHECK(!e.info().job_id.empty());
    CHECK(here.simulator->annotations() == 0);

    testing::annolab_simulator_options with;
    with.run_time = 24h;
    simulated_world slow{with};
    auto const slow_ids = slow.populate(two_texts);
    auto const job = slow.run(slow.client().submit(slow.inference(slow_ids)));
    e = slow.error_of(job.result(patience(1h)));
    CHECK(e == errc::wait_timeout);
    CHECK(e.info().job_id == job.id());
    CHECK(values_of(slow.run(job.result(patience(48h)))) == names); // it was not given up
}

TEST_CASE("annolab: an export that fails tells why")
{
    testing::annolab_simulator_options with;
    with.export_error = "the disk is full";
    simulated_world here{with};
    auto const ids = here.populate(two_texts);
    auto const e = here.error_of(here.client().run(here.inference(ids), patience()));
    CHECK(e == errc::job_failed);
    CHECK(e.info().server_message == "the disk is full");
}

TEST_CASE("annolab: permissions, unknown things and names that are taken")
{
    testing::annolab_simulator_options with;
    with.may_run = false;
    simulated_world here{with};
    auto const ids = here.populate(two_texts);
    auto const client = here.client();
    CHECK(here.error_of(client.submit(here.inference(ids))) == condition::forbidden);
    CHECK(contains(here.error_of(client.submit(here.inference(ids))).what(), "Model Run"));
    CHECK(here.error_of(client.send(annolab::create_project{"Company Name", "My Project"})) ==
          condition::conflict);
    CHECK(here.error_of(client.send(annolab::create_layer{project(), "Gold Set"})) ==
          condition::conflict);
    CHECK(here.error_of(client.send(annolab::create_project{"Other", "P"})) ==
          condition::forbidden);
    CHECK(here.error_of(client.send(annolab::get_source{999})) == condition::not_found);
    CHECK(here.error_of(client.send(annolab::get_project{999})) == condition::not_found);

    simulated_world may_run;
    auto const other = may_run.populate(two_texts);
    auto request = may_run.inference(other);
    request.model = "no such model";
    CHECK(may_run.error_of(may_run.client().submit(request)) == condition::not_found);
    request = may_run.inference(other);
    request.layer = "no such layer";
    CHECK(may_run.error_of(may_run.client().submit(request)) == condition::not_found);
    request = may_run.inference({other[0], 999});
    CHECK(may_run.error_of(may_run.client().submit(request)) == condition::not_found);
    CHECK(may_run.simulator->inferences() == 0);

    may_run.options.api_key = secret{"wrong"};
    auto const e = may_run.error_of(may_run.client().submit(may_run.inference(other)));
    CHECK(e == condition::unauthorized);
}

TEST_CASE("annolab: ids are as good as names, and another client goes on")
{
    for (bool const older : {false, true}) {
        testing::annolab_simulator_options with;
        with.relative_urls = older;
        simulated_world here{with};
        here.options.older_inference_path = older;
        auto const ids = here.populate(two_texts);
        annolab::get_project const ask{project()};
        auto const found = here.run(here.client().send(ask));
        annolab::create_layer const make{found.id, "By id"};
        auto const layer = here.run(here.client().send(make));
        annolab::infer_batch const request{{"Company Name", found.id}, 1, ids, layer.id};
        auto const token = here.run(here.client().submit(request)).resume_token();
        CHECK(here.simulator->count("POST", older ? "/v1/model/infer/batch" : "/v1/infer/batch") ==
              1);
        auto const again = here.client().attach<annolab::infer_batch>(token);
        CHECK(values_of(here.run(again.result(patience()))) == names);
    }
}

TEST_CASE("annolab: a lost answer to an inference is told, and nothing is billed twice")
{
    simulated_world here;
    auto const ids = here.populate(two_texts);
    testing::fault lost;
    lost.method = "POST";
    lost.target = "/infer/batch";
    lost.cut_after = 0;
    here.simulator->inject(lost);
    auto const e = here.error_of(here.client().run(here.inference(ids), patience()));
    CHECK(e == condition::unknown_outcome);
    CHECK(here.simulator->inferences() == 1);
    CHECK(here.simulator->count("POST", "/v1/infer/batch") == 1);
}

TEST_CASE("annolab: a download that is cut anywhere is asked for anew, with a result in the end")
{
    simulated_world here;
    auto const ids = here.populate(two_texts);
    auto const job = here.run(here.client().submit(here.inference(ids)));
    CHECK(here.run(job.wait(patience())).phase == phase::succeeded);
    for (std::size_t cut = 0; cut < 900; cut += 60) {
        testing::fault fault;
        fault.target = "/files/downloads/";
        fault.cut_after = cut;
        here.simulator->inject(fault);
        CHECK(values_of(here.run(job.result(patience()))) == names);
    }
    CHECK(here.simulator->inferences() == 1);
}

TEST_CASE("annolab: passing errors of polls and exports are survived")
{
    simulated_world here;
    auto const ids = here.populate(two_texts);
    for (std::string const target : {"GET /v1/infer/batch/", "POST /v1/export/project",
                                     "GET /v1/export/status/", "GET /files/downloads/"}) {
        for (int const status : {503, 429}) {
            testing::fault fault;
            fault.method = target.substr(0, target.find(' '));
            fault.target = target.substr(target.find(' ') + 1);
            fault.status = status;
            here.simulator->inject(fault);
        }
    }
    CHECK(values_of(here.run(here.client().run(here.inference(ids), patience()))) == names);
}

TEST_CASE("annolab: predictions are read while they arrive, and the server waits for the reader")
{
    testing::annolab_simulator_options with;
    with.compression = 0; // more than sockets hold
    with.model = [](testing::annolab_model_input const& input) {
        testing::annolab_model_output output;
        std::string const value(300, 'v');
        for (int i = 0; i < 40'000; ++i)
            output.annotations.emplace_back("Name", input.text + value);
        return output;
    };
    simulated_world here{with};
    auto const ids = here.populate({"x"});
    auto const job = here.run(here.client().submit(here.inference(ids)));
    annolab::stream_predictions const op{job.ref(), patience()};
    auto stream = here.run(here.client().stream(op));
    CHECK(here.run(stream.next()).has_value());
    support::run_for(here.context, 50ms);
    CHECK(here.simulator->streams_in_progress() == 1); // it has not been read to its end
    std::size_t count = 1;
    while (true) {
        auto const some = here.run(stream.next_some(1'000));
        if (some.empty())
            break;
        count += some.size();
    }
    CHECK(count == 40'000);
    CHECK(here.simulator->streams_in_progress() == 0);

    // As a whole they are more than a result may have by default.
    auto const e = here.error_of(job.result(patience()));
    CHECK(e == errc::body_too_large);
    CHECK(contains(e.what(), "stream_predictions"));
}

TEST_CASE("annolab: a wait that is cancelled ends at once, in whatever step it is")
{
    for (std::string const step :
         {"/v1/infer/batch/", "/v1/export/project", "/v1/export/status/", "/files/downloads/"}) {
        CAPTURE(step);
        simulated_world here;
        auto const ids = here.populate(two_texts);
        auto const job = here.run(here.client().submit(here.inference(ids)));
        testing::fault stall;
        stall.target = step;
        stall.stall_after = 0;
        here.simulator->inject(stall);
        support::started<annolab::predictions> waiting{here.context, job.result(patience())};
        support::run_until(here.context, [&] {
            auto const& ledger = here.simulator->ledger();
            return std::any_of(ledger.begin(), ledger.end(), [&](auto const& entry) {
                return entry.request.target.find(step) != std::string::npos;
            });
        });
        waiting.cancel();
        auto const ended = waiting.finish();
        REQUIRE(!ended.has_value());
        CHECK(ended.error() == condition::cancelled);
        CHECK(ended.error().info().job_id == job.id());
    }
}

TEST_CASE("annolab: annotations in bulk, relations between them, and what an export has of them")
{
    simulated_world here;
    auto const ids = here.populate(two_texts);
    auto const client = here.client();
    here.run(client.send(annolab::create_annotation_type{project(), "Name"}));
    annolab::create_annotation_type related{project(), "knows"};
    related.is_relation = true;
    here.run(client.send(related));

    annolab::create_annotations request;
    for (int i = 0; i < 2; ++i) {
        annolab::new_annotation item{"Name"};
        item.project = "My Project";
        item.source = ids[0];
        item.layer = "Gold Set";
        item.client_id = "key " + std::to_string(i);
        item.offsets = annolab::text_range{3 * i, 3 * i + 3};
        request.annotations.push_back(item);
    }
    auto const made = here.run(client.send(request));
    auto const first = made.find("key 0").value();
    auto const second = made.find("key 1").value();
    CHECK(first != second);
    auto const same = here.run(client.send(request)); // they are not made again
    CHECK(same.find("key 0") == first);
    CHECK(here.simulator->annotations() == 2);

    auto const relation =
        here.run(client.send(annolab::create_relation{project().project, "knows", first, second}));
    CHECK(relation.predecessor_id == first);
    CHECK(here.run(client.send(annolab::create_relation{project().project, "knows", first, second}))
              .id == relation.id);
    annolab::new_relation back{"knows", second, first};
    back.project = "My Project";
    here.run(client.send(annolab::create_relations{{back}}));

    annolab::annotate_source more{project(), "Uploads", "text 1"};
    more.annotations.emplace_back("Name");
    more.annotations.back().client_id = "a";
    more.annotations.emplace_back("Name");
    more.annotations.back().client_id = "b";
    more.annotations.back().offsets = annolab::text_range{0, 3};
    more.relations.emplace_back("knows", "a", "b");
    here.run(client.send(more));
    annolab::create_annotation one{"My Project", "Gold Set", "text 1", "Name"};
    one.offsets = annolab::text_range{4, 9};
    CHECK(here.run(client.send(one)).raw_value == "Byron");

    annolab::export_project all{project()};
    all.include_sources = true;
    all.include_annotation_types = true;
    all.include_text_bounds = true;
    auto const done = here.run(client.run(all, patience()));
    auto stream = here.run(client.stream(annolab::read_export{done.download_url}));
    std::size_t annotations = 0;
    std::size_t relations = 0;
    std::size_t sources = 0;
    std::size_t types = 0;
    while (auto const record = here.run(stream.next())) {
        annotations += std::holds_alternative<annolab::exported_annotation>(*record) ? 1 : 0;
        relations += std::holds_alternative<annolab::exported_relation>(*record) ? 1 : 0;
        sources += std::holds_alternative<annolab::exported_source>(*record) ? 1 : 0;
        types += std::holds_alternative<annolab::exported_type>(*record) ? 1 : 0;
    }
    CHECK(annotations == 5);
    CHECK(relations == 3);
    CHECK(sources == 2);
    CHECK(types == 2);
}

TEST_CASE("annolab: instruments in pages, by GET or POST, with tags and filters")
{
    for (bool const newer : {true, false}) {
        testing::annolab_simulator_options with;
        with.search_by_get = newer;
        with.search_by_post = !newer;
        simulated_world here{with};
        auto const client = here.client();
        auto const ids = here.populate(std::vector<std::string>(230, "Ada"));
        here.run(client.run(here.inference(ids), patience()));
        annolab::search_instruments search{project()};
        auto found = client.pages(search);
        std::size_t count = 0;
        while (auto const one = here.run(found.next())) {
            CHECK(one->annotations.at(0).value == "Ada");
            ++count;
        }
        CHECK(count == 230);
        CHECK(here.simulator->count(newer ? "GET" : "POST", "/v1/instrument/search") == 3);
        search.source_filter = "text 7";
        auto some = client.pages(search);
        auto const page = here.run(some.next_page());
        CHECK(page->size() == 11); // 7, 70 to 79
        annolab::export_instruments chosen{project()};
        chosen.source_filter = "text 7";
        CHECK(!here.run(client.run(chosen, patience())).download_url.empty());
    }
}

TEST_CASE("annolab: sources, directories and tags are made, found, changed and deleted")
{
    simulated_world here;
    auto const ids = here.populate(two_texts);
    auto const client = here.client();
    here.run(client.send(annolab::create_directory{project(), "Deeds"}));
    annolab::create_text_source text{project(), "one", "Athens"};
    text.directory = "Deeds";
    auto const made = here.run(client.send(text));
    CHECK(made.directory_name == "Deeds");
    annolab::find_source const find{project(), "Deeds", "one"};
    CHECK(here.run(client.send(find)).id == made.id);
    here.run(client.send(annolab::delete_source_by_name{project(), "Deeds", "one"}));
    CHECK(here.error_of(client.send(find)) == condition::not_found);
    here.run(client.send(annolab::delete_source{ids[0]}));
    CHECK(here.error_of(client.send(annolab::get_source{ids[0]})) == condition::not_found);

    annolab::new_tag about{"Airframe"};
    about.attributes.emplace_back("Make", "CESSNA");
    annolab::create_tags const create{project(), {about}};
    auto const tag = here.run(client.send(create)).tags.at(0);
    CHECK(tag.status == "Created");
    CHECK(here.run(client.send(create)).tags.at(0).status == "Found");
    about.attributes[0].value = "PIPER";
    here.run(client.send(annolab::update_tag{tag.domain_entity_id.value(), about}));
    auto tags = client.pages(annolab::list_tags{project()});
    auto const listed = here.run(tags.next_page());
    REQUIRE(listed->size() == 1);
    CHECK(listed->at(0).attributes.at(0).value == "PIPER");
    here.run(client.send(annolab::delete_tag{tag.domain_entity_id.value()}));
    CHECK(here.error_of(client.send(annolab::delete_tag{tag.domain_entity_id.value()})) ==
          condition::not_found);
    here.run(client.send(create));
    here.run(client.send(annolab::delete_tags{project(), create.tags}));
    auto none = client.pages(annolab::list_tags{project()});
    CHECK(!here.run(none.next()));
}

TEST_CASE("annolab: many inferences at once, each with its own predictions")
{
    simulated_world here;
    auto const ids = here.populate({"Ada", "Byron", "Travis", "by nobody"});
    std::vector<std::pair<std::int64_t, annolab::infer_batch>> requests;
    for (auto const id : ids)
        requests.emplace_back(id, here.inference({id}));
    auto results = here.client().submit_all(std::move(requests), patience(), {.concurrency = 2});
    std::size_t count = 0;
    while (auto const one = here.run(results.next())) {
        REQUIRE(one->outcome.has_value());
        CHECK(one->outcome->annotations.size() == (one->key == ids[3] ? 0U : 1U));
        ++count;
    }
    CHECK(count == 4);
    CHECK(here.simulator->inferences() == 4);
}
