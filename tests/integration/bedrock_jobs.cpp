// SPDX-License-Identifier: BSL-1.0
//
// Bedrock's control plane, client against simulator.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/bedrock_world.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::contains;
using support::bedrocking::request;
using support::bedrocking::world;

namespace {

poll_options patiently()
{
    poll_options poll;
    poll.deadline = 10min;
    return poll;
}

testing::bedrock_simulator_options ending(std::string word, std::uint64_t good = 100,
                                          std::uint64_t bad = 0)
{
    testing::bedrock_simulator_options with;
    with.data = [word, good, bad](boost::json::object const&) {
        testing::bedrock_job_outcome outcome{good, bad};
        outcome.ends = word;
        outcome.message = "the role can't read the bucket";
        return outcome;
    };
    return with;
}

bedrock::job_receipt create(world& here, bedrock::create_model_invocation_job const& op)
{
    return here.run(here.client().send(op));
}

} // namespace

TEST_CASE("bedrock: a job runs to its end, and its description is the result")
{
    world here;
    auto op = request();
    op.tags = {bedrock::tag{"team", "research"}};
    op.timeout_duration_in_hours = 48h;
    op.model_invocation_type = bedrock::invocation_type::converse;
    auto const job = here.run(here.client().submit(op));
    CHECK(job.id().starts_with("arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/"));
    auto const first = here.run(job.status());
    CHECK(first.phase == phase::queued);
    CHECK(first.word == "Submitted");
    auto const done = here.run(job.result(patiently()));
    CHECK(done.status == bedrock::job_state::completed);
    CHECK(done.job_name == "my-job");
    CHECK(done.client_request_token == op.client_request_token);
    CHECK(done.total_record_count == 100);
    CHECK(done.success_record_count == 100);
    CHECK(done.timeout_duration_in_hours == 48h);
    CHECK(*done.model_invocation_type == bedrock::invocation_type::converse);
    CHECK(done.input_data_config.get_if<bedrock::s3_input>()->s3_uri == "s3://bucket/in/");
    REQUIRE(done.submit_time.has_value());
    REQUIRE(done.end_time.has_value());
    CHECK(*done.end_time->time() - *done.submit_time->time() == 87s);
    CHECK(*done.job_expiration_time->time() - *done.submit_time->time() == 48h);
}

TEST_CASE("bedrock: a job goes through its states once each")
{
    world here;
    auto const job = here.run(here.client().submit(request()));
    auto updates = job.updates(patiently());
    std::vector<std::string> words;
    double progress = 0;
    while (auto const next = here.run(updates.next())) {
        if (words.empty() || words.back() != next->word)
            words.push_back(next->word);
        CHECK(next->progress.value_or(0) >= progress);
        progress = next->progress.value_or(0);
    }
    CHECK(words == std::vector<std::string>{"Submitted", "Validating", "Scheduled", "InProgress",
                                            "Completed"});
    CHECK(progress == 1);
}

TEST_CASE("bedrock: each end of a job is told as what it is")
{
    auto const error_of = [](testing::bedrock_simulator_options with) {
        world here{std::move(with)};
        return here.error_of(here.client().run(request(), patiently()));
    };
    auto const failed = error_of(ending("Failed"));
    CHECK(failed == errc::job_failed);
    CHECK(contains(failed.what(), "the role can't read the bucket"));
    CHECK(failed.info().job_id.starts_with("arn:aws:bedrock:"));
    CHECK(error_of(ending("Expired")) == errc::job_expired);
    CHECK(error_of(ending("Reconsidering")) == errc::wait_timeout); // a word of the future
    auto const none = error_of(ending("Completed", 0, 7));
    CHECK(none == errc::job_failed);
    CHECK(contains(none.what(), "all 7 records have failed"));

    world here{ending("Completed", 5, 2)};
    auto const job = here.run(here.client().submit(request()));
    auto const status = here.run(job.wait(patiently()));
    CHECK(status.phase == phase::partially_succeeded);
    CHECK(status.counters->failed == 2);
    CHECK(here.run(job.result(patiently())).success_record_count == 5);

    auto with = ending("PartiallyCompleted", 5);
    world partial{std::move(with)};
    CHECK(partial.run(partial.client().run(request(), patiently())).status ==
          bedrock::job_state::partially_completed);
}

TEST_CASE("bedrock: an older service, without counters, is understood")
{
    testing::bedrock_simulator_options with;
    with.old_answers = true;
    world here{std::move(with)};
    auto const done = here.run(here.client().run(request(), patiently()));
    CHECK(done.status == bedrock::job_state::completed);
    CHECK(!done.total_record_count);
    CHECK(!done.model_invocation_type);
}

TEST_CASE("bedrock: a job is stopped while it runs, and not any more when it has ended")
{
    for (char const* const refusal : {"ConflictException", "ValidationException"}) {
        testing::bedrock_simulator_options with;
        with.stop_refusal = refusal;
        world here{std::move(with)};
        auto const client = here.client();
        auto const job = here.run(client.submit(request("first")));
        CHECK(here.run(job.cancel()) == cancel_outcome::accepted);
        CHECK(here.run(job.status()).word == "Stopping");
        CHECK(here.run(job.cancel()) == cancel_outcome::accepted);
        CHECK(here.error_of(job.result(patiently())) == errc::job_cancelled);
        CHECK(here.run(job.status()).phase == phase::cancelled);
        CHECK(here.run(job.cancel()) == cancel_outcome::accepted); // it is what was wanted

        auto const second = here.run(client.submit(request("second")));
        here.run(second.wait(patiently()));
        CHECK(here.run(second.cancel()) == cancel_outcome::too_late);
        // By hand the platform's refusal is seen.
        bedrock::stop_model_invocation_job const stop{second.id()};
        CHECK(here.error_of(client.send(stop)).info().server_code == refusal);
        // A job that is not there is no job that has ended.
        bedrock::cancel_model_invocation_job const strange{"zzzzzzzzzzzz"};
        CHECK(here.error_of(client.send(strange)) == condition::not_found);
    }
}

TEST_CASE("bedrock: a wait that is given up stops the job, if that is wanted")
{
    world here;
    auto const job = here.run(here.client().submit(request()));
    poll_options poll;
    poll.deadline = 3s;
    poll.on_abandon = abandon::cancel;
    CHECK(here.error_of(job.wait(poll)) == errc::wait_timeout);
    support::run_until(here.context, [&] { return here.simulator->count("POST", "/stop") == 1; });
    CHECK(here.run(job.status()).word == "Stopping");
}

TEST_CASE("bedrock: a lost answer is asked for again, and starts no second job")
{
    // The answer is cut off after each of its bytes; the job exists.
    std::size_t whole = 0;
    for (std::size_t cut = 0; whole == 0; cut += 7) {
        world here;
        testing::fault lost;
        lost.method = "POST";
        lost.cut_after = cut;
        here.simulator->inject(lost);
        CAPTURE(cut);
        auto const job = here.run(here.client().submit(request()));
        CHECK(here.simulator->jobs() == 1);
        CHECK(here.simulator->ledger().front().request.body ==
              here.simulator->ledger().back().request.body);
        CHECK(here.run(job.status()).phase == phase::queued);
        if (here.simulator->count("POST", "/model-invocation-job") == 1)
            whole = cut; // it was not cut any more
    }
    CHECK(whole > 100);
}

TEST_CASE("bedrock: when all answers are lost the same request finds its job later")
{
    world here;
    auto const op = request();
    testing::fault lost;
    lost.method = "POST";
    lost.cut_after = 0;
    for (int i = 0; i < 3; ++i)
        here.simulator->inject(lost);
    error const e = here.error_of(here.client().submit(op));
    CHECK(e == condition::transport); // and not unknown_outcome: it may be sent again
    CHECK(e.info().sent == sent_state::maybe);
    CHECK(here.simulator->jobs() == 1);
    auto const copy = op;
    here.run(here.client().submit(copy));
    CHECK(here.simulator->jobs() == 1);
}

TEST_CASE("bedrock: after a crash the kept token finds the job, or starts the first one")
{
    world here;
    for (bool const reached : {true, false}) {
        std::string const name = reached ? "reached" : "lost";
        std::string journal; // what outlives the process
        {
            auto const op = request(name);
            journal = op.client_request_token;
            testing::fault lost;
            lost.method = "POST";
            lost.cut_after = 0;
            lost.refuse = !reached; // it never took effect
            here.simulator->inject(lost);
            call_options once;
            once.max_attempts = 1;
            CHECK(here.error_of(here.client().submit(op, once)) == condition::transport);
        }
        std::size_t const before = here.simulator->jobs();
        auto op = request(name);
        CHECK(op.client_request_token != journal);
        op.client_request_token = journal;
        auto const job = here.run(here.client().submit(op));
        CHECK(here.simulator->jobs() == before + !reached);
        CHECK(here.run(job.status()).raw->client_request_token == journal);
    }
    // Without the token it would be a second job of that name.
    CHECK(here.error_of(here.client().submit(request("lost"))) == condition::conflict);
}

TEST_CASE("bedrock: another process goes on with a job's resume token")
{
    world here;
    auto const op = request();
    std::string const token = here.run(here.client().submit(op)).resume_token();
    auto const parsed = resume_token::parse(token);
    REQUIRE(parsed.has_value());
    CHECK(parsed->provider == "bedrock");
    CHECK(parsed->operation == "create_model_invocation_job");
    CHECK(parsed->job.context == op.client_request_token);
    CHECK(!contains(token, "test")); // neither of the keys
    auto const other = here.client();
    auto const job = other.attach<bedrock::create_model_invocation_job>(token);
    CHECK(here.run(job.result(patiently())).job_arn == job.id());
    // The twelve characters at the end of the ARN are enough.
    auto const plain = other.attach<bedrock::create_model_invocation_job>(
        std::string_view{job.id()}.substr(job.id().size() - 12));
    CHECK(here.run(plain.status()).phase == phase::succeeded);
    here.options.region = "eu-west-1";
    here.options.endpoint = "";
    CHECK_THROWS_AS(here.client().attach<bedrock::create_model_invocation_job>(token), failure);
}

TEST_CASE("bedrock: jobs are listed in pages, by all filters")
{
    world here;
    std::vector<std::string> names;
    for (int i = 0; i < 9; ++i) {
        names.push_back((i % 2 == 0 ? "even-" : "odd-") + std::to_string(i));
        create(here, request(names.back()));
        here.time->advance(10s);
    }
    auto const list = [&here](bedrock::list_model_invocation_jobs const& op) {
        std::vector<std::string> found;
        auto pages = here.client().pages(op);
        while (auto const job = here.run(pages.next()))
            found.push_back(job->job_name);
        return found;
    };
    bedrock::list_model_invocation_jobs op;
    op.max_results = 2; // each third page is empty
    std::vector<std::string> const backwards{names.rbegin(), names.rend()};
    CHECK(list(op) == backwards);
    op.sort_order = bedrock::sort_order::ascending;
    op.sort_by = bedrock::sort_by::creation_time;
    CHECK(list(op) == names);
    CHECK(here.simulator->count("GET", "nextToken=%2B%2F") >= 8);
    op.name_contains = "odd-";
    CHECK(list(op) == std::vector<std::string>{"odd-1", "odd-3", "odd-5", "odd-7"});
    op.name_contains.reset();
    op.status_equals = bedrock::job_state::in_progress;
    CHECK(list(op).size() == 6); // after 27 s, for 60 s
    op.status_equals = word<bedrock::job_state>{"Invented"};
    bedrock::list_model_invocation_jobs const odd = op;
    CHECK(here.error_of(here.client().send(odd)) == condition::invalid_argument);
    op.status_equals.reset();
    auto const start = parse_iso8601("2030-01-01T00:00:00Z").value();
    op.submit_time_after = bedrock::date_time{start + 15s};
    op.submit_time_before = bedrock::date_time{start + 45s + 500ms};
    CHECK(list(op) == std::vector<std::string>{names[2], names[3], names[4]});
    op.next_token = "forged";
    CHECK(here.error_of(here.client().send(op)) == condition::invalid_argument);
}

TEST_CASE("bedrock: tags are added, replaced, listed and taken away")
{
    world here;
    auto op = request();
    op.tags = {bedrock::tag{"team", "research"}};
    std::string const arn = create(here, op).job_arn;
    auto const client = here.client();
    auto const tags = [&] {
        bedrock::list_tags_for_resource const list{arn};
        std::map<std::string, std::string> found;
        for (bedrock::tag const& each : here.run(client.send(list)).tags)
            found[each.key] = each.value;
        return found;
    };
    CHECK(tags() == std::map<std::string, std::string>{{"team", "research"}});
    bedrock::tag_resource const add{arn, {bedrock::tag{"team", "ops"}, bedrock::tag{"cost", ""}}};
    here.run(client.send(add));
    CHECK(tags() == std::map<std::string, std::string>{{"team", "ops"}, {"cost", ""}});
    bedrock::untag_resource const take{arn, {"team", "nothing"}};
    here.run(client.send(take));
    CHECK(tags() == std::map<std::string, std::string>{{"cost", ""}});
    std::vector<bedrock::tag> many;
    for (int i = 0; i < 200; ++i)
        many.emplace_back("k" + std::to_string(i), "v");
    bedrock::tag_resource const too_many{arn, many};
    CHECK(here.error_of(client.send(too_many)).info().server_code == "TooManyTagsException");
    bedrock::list_tags_for_resource const strange{
        "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/zzzzzzzzzzzz"};
    CHECK(here.error_of(client.send(strange)) == condition::not_found);
}

TEST_CASE("bedrock: errors are understood in all four forms")
{
    using form = testing::bedrock_error_form;
    for (form const how : {form::header_and_uri, form::header, form::body_code, form::body_type}) {
        testing::bedrock_simulator_options with;
        with.error_form = how;
        world here{std::move(with)};
        create(here, request());
        error const same = here.error_of(here.client().send(request()));
        CHECK(same == condition::conflict);
        CHECK(same.info().http_status == 400);
        CHECK(same.info().server_code == "ConflictException");
        CHECK(same.info().server_message == "The provided job name is currently in use.");
        CHECK(same.info().request_id.starts_with("00000000-0000-4000-8000-"));
        bedrock::get_model_invocation_job const get{"zzzzzzzzzzzz"};
        CHECK(here.error_of(here.client().send(get)) == condition::not_found);
    }
}

TEST_CASE("bedrock: the same token with other values is refused, and so is a full account")
{
    testing::bedrock_simulator_options with;
    with.max_jobs = 1;
    world here{std::move(with)};
    auto op = request("one");
    create(here, op);
    op.model_id = "another";
    CHECK(here.error_of(here.client().send(op)) == condition::invalid_argument);
    error const full = here.error_of(here.client().send(request("two")));
    CHECK(full == condition::rate_limited);
    CHECK(full.info().server_code == "ServiceQuotaExceededException");
    CHECK(full.info().attempts == 1);
    CHECK(here.simulator->jobs() == 1);
}

TEST_CASE("bedrock: what is wrong with a key or a signature is told apart")
{
    world here;
    bedrock::list_model_invocation_jobs const op;
    auto const with = [&](bedrock::credentials keys) {
        here.options.credentials = bedrock::static_credentials(std::move(keys));
        return here.error_of(here.client().send(op));
    };
    error const unknown = with(bedrock::credentials{"other", secret{"test"}});
    CHECK(unknown == condition::unauthorized);
    CHECK(unknown.info().server_code == "UnrecognizedClientException");
    error const wrong = with(bedrock::credentials{"test", secret{"wrong"}});
    CHECK(wrong == condition::unauthorized);
    CHECK(wrong.info().server_code == "InvalidSignatureException");
    CHECK(!contains(wrong.what(), "test"));
    CHECK(with(bedrock::credentials{"test", secret{"test"}, secret{"token"}}).info().server_code ==
          "UnrecognizedClientException");
    here.options.region = "eu-west-1"; // signed for another region than the service's
    CHECK(with(bedrock::credentials{"test", secret{"test"}}).info().server_code ==
          "InvalidSignatureException");
}

TEST_CASE("bedrock: an API key is enough, and a wrong one is refused")
{
    testing::bedrock_simulator_options with;
    with.bearer_key = "bedrock-api-key-1";
    world here{std::move(with)};
    here.options.credentials = nullptr;
    here.options.bearer_key = secret{"bedrock-api-key-1"};
    create(here, request());
    here.options.bearer_key = secret{"bedrock-api-key-2"};
    bedrock::list_model_invocation_jobs const op;
    CHECK(here.error_of(here.client().send(op)) == condition::forbidden);
}

TEST_CASE("bedrock: a clock that is wrong by hours does no harm")
{
    for (bool const behind : {true, false}) {
        world here;
        auto const wrong = std::make_shared<testing::manual_clock>();
        (behind ? here.time : wrong)->advance(90min);
        here.options.clock = wrong;
        bedrock::list_model_invocation_jobs const op;
        auto const client = here.client();
        here.run(client.send(op));
        here.run(client.send(op));
        CHECK(here.simulator->ledger().size() == 3); // refused once
    }
}

TEST_CASE("bedrock: the path of an endpoint is a prefix of all others, and is signed")
{
    world here;
    here.options.endpoint = here.simulator->base_url() + "/base//";
    bedrock::list_model_invocation_jobs const op;
    error const e = here.error_of(here.client().send(op));
    CHECK(here.simulator->ledger().at(0).request.target == "/base/model-invocation-jobs");
    // It has accepted the signature: there is just no such operation.
    CHECK(e.info().server_code == "UnknownOperationException");
}

TEST_CASE("bedrock: hostile and broken answers end in an error")
{
    struct {
        int status;
        char const* body;
        errc is;
    } const answers[] = {
        {200, "<html>", errc::bad_json},
        {200, "", errc::bad_json},
        {200, "[]", errc::bad_schema},
        {200, "{}", errc::bad_schema},
        {200, R"({"jobArn":7})", errc::bad_schema},
        {200, R"({"jobArn":""})", errc::bad_schema},
    };
    for (auto const& [status, body, is] : answers) {
        CAPTURE(std::string{body});
        world here;
        testing::fault wrong;
        wrong.status = status;
        wrong.body = body;
        here.simulator->inject(wrong);
        CHECK(here.error_of(here.client().submit(request())) == is);
    }
    // Pages that lead nowhere.
    world here;
    for (int i = 0; i < 5; ++i) {
        testing::fault round;
        round.status = 200;
        round.body = R"({"nextToken":"a","invocationJobSummaries":[]})";
        here.simulator->inject(round);
    }
    auto pages = here.client().pages(bedrock::list_model_invocation_jobs{});
    CHECK(here.error_of(pages.next()) == errc::bad_schema);
    CHECK(here.simulator->ledger().size() == 2);
}

TEST_CASE("bedrock: two threads may share what is signed with")
{
    // Signing keys and credentials are used by all copies of a client at the same time.
    world here;
    here.options.thread_safe = true;
    auto const client = here.client();
    std::vector<std::unique_ptr<support::started<bedrock::job_page>>> calls;
    bedrock::list_model_invocation_jobs const op;
    for (int i = 0; i < 20; ++i)
        calls.push_back(
            std::make_unique<support::started<bedrock::job_page>>(here.context, client.send(op)));
    for (auto const& each : calls)
        CHECK(each->finish().has_value());
}
