// SPDX-License-Identifier: BSL-1.0
//
// Modzy's listings, results, models and inferences: the typed operations against the simulator.

#include "support/modzy_world.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::contains;
using support::simulated_world;

namespace {

constexpr inferpp::poll_options an_hour{.deadline = 1h};

/// A world in manual time.
struct world : simulated_world {
    explicit world(testing::modzy_simulator_options with = {})
        : simulated_world(std::move(with), time_of::manual)
    {
    }
    template <class Op>
    typename Op::response send(Op const& op)
    {
        return run(client().send(op));
    }
    /// Submits jobs, each a second after the one before.
    std::vector<std::string> submit(int count)
    {
        std::vector<std::string> ids;
        for (int i = 0; i < count; ++i) {
            ids.push_back(run(client().submit(support::text_job())).id());
            time->advance(1s);
        }
        return ids;
    }
    /// All items of a listing, in order.
    template <class Op>
    std::vector<typename Op::item> all(Op const& listing)
    {
        auto pages = client().pages(listing);
        std::vector<typename Op::item> items;
        while (auto item = run(pages.next()))
            items.push_back(std::move(*item));
        CHECK(!run(pages.next()).has_value());
        CHECK(!run(pages.next_page()).has_value());
        return items;
    }
};

std::vector<std::string> ids_of(std::vector<modzy::job_details> const& jobs)
{
    std::vector<std::string> ids;
    for (auto const& job : jobs)
        ids.push_back(job.job_identifier);
    return ids;
}

/// Makes one output that is JSON and two that are not.
testing::modzy_simulator_options with_raw_outputs()
{
    testing::modzy_simulator_options with;
    with.model = [](testing::modzy_model_input const& input) {
        auto output = testing::modzy_digest_model(input);
        output.raw["results.wav"].data = std::string{"RIFF\0\xff", 6};
        output.raw["results.wav"].media_type = "audio/wav";
        output.raw["a b/c?.txt"].data = "text";
        return output;
    };
    return with;
}

} // namespace

// --- listings ------------------------------------------------------------------------------------

TEST_CASE("the history comes in pages until one is not full or has no next link")
{
    for (bool const always_next : {false, true}) {
        for (int const count : {0, 1, 2, 3, 4, 5}) {
            CAPTURE(always_next);
            CAPTURE(count);
            testing::modzy_simulator_options with;
            with.always_next = always_next;
            world here{with};
            auto const ids = here.submit(count);
            modzy::get_job_history history;
            history.per_page = 2;
            CHECK(ids_of(here.all(history)) == ids);
            // The link of a last page that is full can't be told from that of another page.
            int const asked = always_next ? count / 2 + 1 : (std::max)(1, (count + 1) / 2);
            CHECK(here.simulator->count("GET", "/api/jobs/history") ==
                  static_cast<std::size_t>(asked));
            for (int page = 1; page <= asked; ++page)
                CHECK(here.simulator->count("GET", "page=" + std::to_string(page) + "&per-page") ==
                      1);
        }
    }
}

TEST_CASE("pages are had whole too, and the rest of one whose first items were taken")
{
    world here;
    auto const ids = here.submit(5);
    modzy::get_job_history history;
    history.per_page = 2;
    auto pages = here.client().pages(history);
    CHECK(here.simulator->count("GET", "") == 0);
    CHECK(here.run(pages.next())->job_identifier == ids[0]);
    auto page = here.run(pages.next_page());
    REQUIRE(page.has_value());
    CHECK(ids_of(*page) == std::vector<std::string>{ids[1]});
    page = here.run(pages.next_page());
    REQUIRE(page.has_value());
    CHECK(ids_of(*page) == std::vector<std::string>{ids[2], ids[3]});
    CHECK(here.run(pages.next())->job_identifier == ids[4]);
    CHECK(!here.run(pages.next_page()).has_value());
}

TEST_CASE("a listing may begin at a later page, newest first, and be filtered")
{
    world here;
    auto const ids = here.submit(5);
    modzy::get_job_history history;
    history.sort_by = {"submittedAt"};
    history.direction = "DESC";
    history.page = 2;
    history.per_page = 2;
    CHECK(ids_of(here.all(history)) == std::vector<std::string>{ids[2], ids[1], ids[0]});

    here.time->advance(1h);
    auto const fresh = here.submit(1);
    modzy::get_job_history ended;
    ended.status = modzy::job_filter::completed;
    CHECK(here.all(ended).size() == 6);
    ended.status = modzy::job_filter::in_progress;
    CHECK(here.all(ended).empty());
    modzy::get_job_history late;
    late.start_date = timestamp{here.time->calendar() - std::chrono::minutes{1}};
    CHECK(ids_of(here.all(late)) == fresh);
    modzy::get_job_history named;
    named.access_key = "prefix";
    named.search = fresh[0];
    for (auto const& job : here.all(named))
        CHECK(job.submitted_by == "prefix");
}

TEST_CASE("a page that fails can be asked for again")
{
    world here;
    auto const ids = here.submit(3);
    here.options.retry.max_attempts = 1;
    testing::fault busy;
    busy.target = "?page=2";
    busy.status = 500;
    here.simulator->inject(busy);
    modzy::get_job_history history;
    history.per_page = 2;
    auto pages = here.client().pages(history);
    CHECK(here.run(pages.next_page())->size() == 2);
    auto const e = here.error_of(pages.next());
    CHECK(e.info().http_status == 500);
    support::check_complete(e, "get_job_history");
    CHECK(here.run(pages.next())->job_identifier == ids[2]);
    CHECK(!here.run(pages.next()).has_value());

    history.page = 0;
    auto refused = here.client().pages(history);
    auto const invalid = here.error_of(refused.next());
    CHECK(invalid == errc::invalid_argument);
    support::check_complete(invalid, "get_job_history");
}

TEST_CASE("jobs are listed in brief, cancelled together and counted in statistics")
{
    testing::modzy_simulator_options with;
    with.queue_time = 24h;
    world here{with};
    auto const ids = here.submit(3);
    here.send(modzy::cancel_job{ids[0]});
    auto const brief = here.send(modzy::list_jobs{});
    CHECK(brief.size() == 3);
    CHECK(brief.at(0).model.identifier == "ed542963de");
    auto const history = here.send(modzy::get_history_of_job{ids[1]});
    REQUIRE(history.size() == 1);
    CHECK(history[0].job_identifier == ids[1]);
    CHECK(history[0].status == modzy::job_state::submitted);

    auto const cancelled = here.send(modzy::cancel_all_jobs{});
    CHECK(ids_of(cancelled) == std::vector<std::string>{ids[1], ids[2]});
    for (auto const& job : cancelled)
        CHECK(modzy::describe(job).phase == phase::cancelled);
    CHECK(here.send(modzy::cancel_all_jobs{}).empty());

    auto const usage = here.send(modzy::get_statistics{});
    REQUIRE(usage.size() == 1);
    CHECK(usage[0].access_key == "prefix");
    CHECK(usage[0].jobs_count == 3);
    CHECK(here.send(modzy::get_key_statistics{"prefix"}).models_list.at(0).processed_jobs_count ==
          3);
    modzy::get_key_statistics const nobody{"nobody"};
    CHECK(here.error_of(here.client().send(nobody)) == condition::not_found);
    CHECK(here.send(modzy::get_features{}).input_chunk_maximum_size.bytes == 1'000'000);
}

// --- results -------------------------------------------------------------------------------------

TEST_CASE("an output that is no JSON is had by its URL, or by its name")
{
    world here{with_raw_outputs()};
    auto const client = here.client();
    auto const results = here.run(client.run(support::text_job(), an_hour));
    auto const& happy = results.results.at("happy");
    CHECK(happy.output_url("results.json").empty());
    auto const url = happy.output_url("results.wav");
    CHECK(url == here.simulator->origin_url() + "/api/results/" + results.job_identifier +
                     "/happy/results.wav");
    auto const raw = here.run(client.download(url));
    CHECK(raw.body == std::string{"RIFF\0\xff", 6});
    CHECK(raw.headers.find("Content-Type") == "audio/wav");
    // The platform wants its credentials there too.
    CHECK(here.simulator->ledger().back().request.headers.find("Authorization") ==
          "ApiKey " + std::string{support::api_key});
    CHECK(here.run(client.download(happy.output_url("a b/c?.txt"))).body == "text");

    auto const output =
        here.send(modzy::get_output{results.job_identifier, "happy", "results.wav"});
    CHECK(output.data.view() == std::string_view{"RIFF\0\xff", 6});
    CHECK(output.media_type == "audio/wav");
    CHECK(here.simulator->ledger().back().request.headers.find("Accept") == "*/*");
    CHECK(here.send(modzy::get_output{results.job_identifier, "happy", "a b/c?.txt"}).data.view() ==
          "text");
    auto const json = here.send(modzy::get_output{results.job_identifier, "happy"});
    CHECK(parse_json(json.data.view()).value() == *happy.output());
    CHECK(here.send(modzy::get_input_result{results.job_identifier, "happy"}).at("inputName") ==
          "happy");
    for (modzy::get_output const& none :
         {modzy::get_output{results.job_identifier, "happy", "no"},
          modzy::get_output{results.job_identifier, "no"}, modzy::get_output{"no", "happy"}}) {
        auto const e = here.error_of(client.send(none));
        CHECK(e == condition::not_found);
        support::check_complete(e, "get_output");
    }
}

TEST_CASE("a URL of another host gets no credentials")
{
    testing::modzy_simulator_options with = with_raw_outputs();
    simulated_world elsewhere;
    with.public_url = elsewhere.simulator->origin_url();
    world here{with};
    auto const results = here.run(here.client().run(support::text_job(), an_hour));
    auto const url = results.results.at("happy").output_url("results.wav");
    CHECK(url.starts_with(elsewhere.simulator->origin_url()));
    // Both run on this thread: the other server is asked from its own context.
    elsewhere.options.base_url = here.simulator->base_url();
    auto const e = elsewhere.error_of(elsewhere.client().download(url));
    CHECK(e == condition::unauthorized);
    REQUIRE(elsewhere.simulator->ledger().size() == 1);
    CHECK(!elsewhere.simulator->ledger()[0].request.headers.find("Authorization"));
}

TEST_CASE("results are read under the names of older servers, with dates of both kinds")
{
    testing::modzy_simulator_options with;
    with.older_spelling = true;
    with.mixed_dates = true;
    with.omit_empty_outcomes = false;
    with.receipt_without_status = true;
    world here{with};
    auto const results = here.run(here.client().run(support::text_job(), an_hour));
    CHECK(results.initial_queue_time == modzy::milliseconds{20});
    CHECK(results.elapsed_time == modzy::milliseconds{40});
    CHECK(results.job_processed_time == modzy::milliseconds{20});
    CHECK(results.submitted_at.time().has_value());
    CHECK(results.results.at("happy").elapsed_time == modzy::milliseconds{20});
    CHECK(results.results.at("happy").start_time.time().has_value());
    CHECK(results.more.values.empty());
}

TEST_CASE("an explained image has its classes and its mask, which is also had as a file")
{
    world here;
    modzy::embedded_job request{"e3f73163d3", "0.0.1"};
    request.sources["photo"]["image"] = bytes{"not empty"};
    request.explain = true;
    auto const results = here.run(here.client().run(request, an_hour));
    CHECK(results.explained);
    auto const output = results.results.at("photo").output_as<modzy::model_output>();
    REQUIRE(output.has_value());
    CHECK(output->class_predictions.size() == 3);
    REQUIRE(output->mask.has_value());
    auto const url = results.results.at("photo").output_url("mask.pgm");
    REQUIRE(!url.empty());
    auto const file = here.run(here.client().download(url)).body;
    auto const& pixels = output->mask->pixels();
    REQUIRE(file.size() > pixels.size());
    std::string_view const drawn{file.data() + (file.size() - pixels.size()), pixels.size()};
    bool same = true;
    for (std::size_t i = 0; i < pixels.size(); ++i)
        same = same && (drawn[i] == '\xff') == pixels[i];
    CHECK(same);
    CHECK(output->mask->count() > 0);
    CHECK(output->mask->count() < pixels.size());

    request.explain = false;
    auto const bare = here.run(here.client().run(request, an_hour));
    CHECK(!bare.results.at("photo").output_as<modzy::model_output>()->mask.has_value());
}

TEST_CASE("votes go up, down and away")
{
    world here;
    auto const results = here.run(here.client().run(support::text_job(), an_hour));
    std::string const job = results.job_identifier;
    auto const vote = [&] { return here.send(modzy::get_vote{job, "happy"}).value.value(); };
    auto const counted = [&] {
        return *here.send(modzy::get_results{job}).results.at("happy").voting;
    };
    CHECK(vote() == modzy::vote_kind::no_votes);
    here.send(modzy::vote_up{job, "happy"});
    CHECK(vote() == modzy::vote_kind::up);
    CHECK(counted().up == 1);
    here.send(modzy::vote_down{job, "happy"});
    CHECK(vote() == modzy::vote_kind::down);
    CHECK(counted().up == 0);
    CHECK(counted().down == 1);
    here.send(modzy::reset_vote{job, "happy"});
    CHECK(vote() == modzy::vote_kind::no_votes);
    modzy::vote_up const nothing{job, "nothing"};
    auto const e = here.error_of(here.client().send(nothing));
    CHECK(e == condition::not_found);
    support::check_complete(e, "vote_up");
}

// --- jobs on what is stored elsewhere ------------------------------------------------------------

TEST_CASE("inputs come from S3, its folders, StorageGRID, Azure and a database")
{
    testing::modzy_simulator_options with;
    with.storage.objects["b/dir/a.txt"] = "hello";
    with.storage.objects["b/dir/c.txt"] = "other";
    with.storage.rows = {{{"input.txt", "hello"}}, {{"input.txt", "second"}}};
    with.storage.credentials = {{"AK", "SK"}, {"acct", "k=="}, {"u", "p"}};
    world here{with};
    auto const size = [](modzy::job_results const& results, std::string const& input) {
        return results.results.at(input)
            .output()
            ->at("data")
            .at("result")
            .at("input.txt")
            .at("size")
            .to_number<int>();
    };
    modzy::s3_job s3{"ed542963de", "1.0.1"};
    s3.access_key_id = secret{"AK"};
    s3.secret_access_key = secret{"SK"};
    s3.region = "us-east-1";
    s3.sources["one"]["input.txt"] = {"b", "/dir/a.txt"};
    CHECK(size(here.run(here.client().run(s3, an_hour)), "one") == 5);
    s3.folders = true;
    s3.sources["one"]["input.txt"] = {"b", "dir"};
    auto const folder = here.run(here.client().run(s3, an_hour));
    CHECK(folder.total == 2);
    CHECK(folder.results.size() == 2);
    s3.folders = false;
    s3.secret_access_key = secret{"wrong"};
    auto const e = here.error_of(here.client().run(s3, an_hour));
    CHECK(e == errc::job_failed);
    CHECK(contains(e.info().server_message, "credentials"));

    modzy::storage_grid_job grid{"ed542963de", "1.0.1"};
    grid.access_key_id = secret{"AK"};
    grid.secret_access_key = secret{"SK"};
    grid.endpoint = "https://grid.example";
    grid.sources["one"]["input.txt"] = {"b", "dir/a.txt"};
    CHECK(size(here.run(here.client().run(grid, an_hour)), "one") == 5);

    modzy::azure_job azure{"ed542963de", "1.0.1"};
    azure.storage_account = "acct";
    azure.storage_account_key = secret{"k=="};
    azure.sources["one"]["input.txt"] = {"b", "dir/c.txt"};
    CHECK(size(here.run(here.client().run(azure, an_hour)), "one") == 5);

    modzy::jdbc_job rows{"ed542963de", "1.0.1"};
    rows.url = "jdbc:postgresql://h:5432/db";
    rows.username = "u";
    rows.password = secret{"p"};
    rows.query = "select d as \"input.txt\" from t";
    auto const read = here.run(here.client().run(rows, an_hour));
    CHECK(read.total == 2);
    CHECK(read.results.size() == 2);
}

// --- models --------------------------------------------------------------------------------------

TEST_CASE("models are found, and tell what a job on them needs")
{
    world here;
    modzy::list_models search;
    search.name = "sentiment";
    search.is_active = true;
    auto const found = here.all(search);
    REQUIRE(found.size() == 1);
    CHECK(found[0].model_id == "ed542963de");
    modzy::list_models one_by_one;
    one_by_one.per_page = 1;
    CHECK(here.all(one_by_one).size() == 2);

    auto const model = here.send(modzy::get_model{found[0].model_id});
    CHECK(model.model_id == "ed542963de");
    CHECK(model.name == "Sentiment Analysis");
    CHECK(model.has_feature("built-in-explainability"));
    CHECK(model.latest_version == "1.0.1");
    modzy::list_model_versions versions{model.model_id};
    versions.per_page = 1;
    CHECK(here.all(versions).size() == 2);
    auto const version = here.send(modzy::get_model_version{model.model_id, "1.0.1"});
    CHECK(version.version == "1.0.1");
    REQUIRE(!version.inputs.empty());
    CHECK(version.inputs[0].name == "input.txt");
    CHECK(version.inputs[0].maximum_size.has_value());
    CHECK(!here.send(modzy::get_sample_input{model.model_id, "1.0.1"}).is_null());
    CHECK(!here.send(modzy::get_sample_output{model.model_id, "1.0.1"}).is_null());

    auto const latest = here.send(modzy::get_latest_models{});
    REQUIRE(latest.size() == 2);
    for (auto const& one : latest)
        CHECK(!one.model_id.empty());
    for (auto const& one : here.send(modzy::get_related_models{model.model_id}))
        CHECK(!one.model_id.empty());
    modzy::get_model const none{"nowhere"};
    auto const e = here.error_of(here.client().send(none));
    CHECK(e == condition::not_found);
    support::check_complete(e, "get_model");
}

TEST_CASE("tags lead to models, and unknown ones to none")
{
    world here;
    auto const tags = here.send(modzy::list_tags{});
    REQUIRE(!tags.empty());
    std::vector<std::string> all;
    for (auto const& tag : tags) {
        all.push_back(tag.identifier);
        auto const tagged = here.send(modzy::get_tagged_models{{tag.identifier}});
        REQUIRE(tagged.tags.size() == 1);
        CHECK(tagged.tags[0].name == tag.name);
        CHECK(!tagged.models.empty());
    }
    CHECK(here.send(modzy::get_tagged_models{all}).tags.size() == all.size());
    CHECK(here.send(modzy::get_tagged_models{{"no such", "tag"}}).models.empty());
}

TEST_CASE("engines can be limited, and resources looked at")
{
    world here;
    auto const changed = here.send(modzy::set_engine_limits{"ed542963de", "1.0.1", 1, 3});
    REQUIRE(changed.processing.has_value());
    CHECK(changed.processing->minimum_parallel_capacity == 1);
    CHECK(changed.processing->maximum_parallel_capacity == 3);
    CHECK(here.send(modzy::get_engine_minimum{}).minimum_processing_engines_sum == 1);
    for (auto const& counts : here.send(modzy::get_processing_engines{}))
        CHECK(!counts.identifier.empty());
    for (auto const& running : here.send(modzy::get_processing_models{}))
        CHECK(!running.version.empty());
    auto const requirements = here.send(modzy::get_account_requirements{});
    REQUIRE(!requirements.empty());
    CHECK(requirements[0].status == "ACTIVE");
}

// --- inferences ----------------------------------------------------------------------------------

TEST_CASE("an inference is submitted, awaited and read by run")
{
    world here{with_raw_outputs()};
    auto const client = here.client();
    modzy::inference_request request{"ed542963de", "1.0.1"};
    request.inputs["input.txt"] = "hello";
    request.inputs["data"] = bytes{std::string_view{"\0\xff", 2}};
    request.tags["env"] = "prod";
    auto const job = here.run(client.submit(request));
    CHECK(job.id().starts_with("inference-"));
    REQUIRE(job.receipt() != nullptr);
    CHECK(job.receipt()->status == modzy::inference_state::queued);
    CHECK(here.run(job.cancel()) == cancel_outcome::unsupported);
    auto const done = here.run(job.result(an_hour));
    CHECK(done.status == modzy::inference_state::complete);
    CHECK(done.tags.at("env") == "prod");
    CHECK(done.completed_at.time().has_value());
    auto const& outputs = done.result.outputs;
    CHECK(outputs.at("results.wav").data.view() == std::string_view{"RIFF\0\xff", 6});
    CHECK(outputs.at("results.wav").content_type == "audio/wav");
    auto const digest = parse_json(outputs.at("results.json").data.view());
    REQUIRE(digest.has_value());
    CHECK(digest->at("data").at("result").at("data").at("size") == 2);
    CHECK(digest->at("data").at("result").at("input.txt").at("size") == 5);

    CHECK(here.run(client.run(request, an_hour)).status == modzy::inference_state::complete);
    CHECK(here.simulator->inferences() == 2);
    CHECK(here.simulator->jobs() == 0);
    auto const again = client.attach<modzy::inference_request>(job.resume_token());
    CHECK(here.run(again.wait(an_hour)).phase == phase::succeeded);
}

TEST_CASE("a status that is the result is not asked for twice")
{
    support::fake_world fake;
    fake.transport->reply(202, R"({"identifier":"i","status":"QUEUED"})")
        .reply(200, R"({"identifier":"i","status":"IN_PROGRESS"})")
        .reply(200, R"({"identifier":"i","status":"COMPLETE","elapsedTime":"1s",)"
                    R"("result":{"outputs":{"a":{"data":"eA=="}}}})");
    modzy::inference_request request{"ed542963de", "1.0.1"};
    request.inputs["input.txt"] = "hello";
    auto const done = fake.run(fake.client().run(request, an_hour));
    CHECK(done.result.outputs.at("a").data.view() == "x");
    CHECK(done.elapsed_time == "1s");
    CHECK(fake.transport->requests().size() == 3);
    // The handle can be asked again.
    auto const job = fake.client().attach<modzy::inference_request>("i");
    for (int i = 0; i < 2; ++i) {
        fake.transport->reply(200, R"({"identifier":"i","status":"COMPLETE","elapsedTime":"1s"})");
        CHECK(fake.run(job.result(an_hour)).elapsed_time == "1s");
    }
}

TEST_CASE("an inference that fails ends as a job that failed; one without answer is not repeated")
{
    testing::modzy_simulator_options with;
    with.storage.credentials = {{"AK", "SK"}};
    world here{with};
    modzy::inference_request request{"ed542963de", "1.0.1"};
    modzy::inference_s3 object;
    object.region = "us-east-1";
    object.bucket = "b";
    object.path = "nothing";
    object.access_key_id = secret{"AK"};
    object.access_key_secret = secret{"SK"};
    request.inputs["input.txt"] = object;
    auto const e = here.error_of(here.client().run(request, an_hour));
    CHECK(e == errc::job_failed);
    CHECK(e.info().job_id.starts_with("inference-"));

    testing::fault lost;
    lost.method = "POST";
    lost.cut_after = 0;
    here.simulator->inject(lost);
    auto const unknown = here.error_of(here.client().run(request, an_hour));
    CHECK(unknown == errc::unknown_outcome);
    support::check_complete(unknown, "submit_inference");
    CHECK(here.simulator->count("POST", "/api/inferences") == 2);
}

TEST_CASE("credentials of a body that the server repeats are in no error")
{
    world there;
    auto const refused = [&](auto const& request) {
        testing::fault wrong;
        wrong.status = 400;
        wrong.body = R"({"message":"can't use s3cr3t-value with p4ssword-value"})";
        there.simulator->inject(wrong);
        auto const e = there.error_of(there.client().submit(request));
        CHECK(contains(e.info().server_message, "can't use ***"));
        CHECK(!contains(e.what(), "-value"));
        CHECK(!contains(e.info().server_message, "-value"));
    };
    modzy::s3_job s3{"ed542963de", "1.0.1"};
    s3.access_key_id = secret{"p4ssword-value"};
    s3.secret_access_key = secret{"s3cr3t-value"};
    s3.region = "us-east-1";
    s3.sources["a"]["input.txt"] = {"bucket", "key"};
    refused(s3);
    modzy::inference_request inference{"ed542963de", "1.0.1"};
    modzy::inference_s3 object;
    object.region = "us-east-1";
    object.bucket = "bucket";
    object.path = "key";
    object.access_key_id = secret{"p4ssword-value"};
    object.access_key_secret = secret{"s3cr3t-value"};
    inference.inputs["input.txt"] = object;
    refused(inference);
}
