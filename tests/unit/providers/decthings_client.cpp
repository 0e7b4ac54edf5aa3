// SPDX-License-Identifier: BSL-1.0
//
// Decthings' options and errors, and its calls through a client: what is held, what is repeated,
// what is not known, and trainings as jobs.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/decthings_world.hpp"
#include "support/environment.hpp"
#include "support/hex.hpp"

using namespace inferpp;
using namespace inferpp::decthings;
using namespace std::chrono_literals;
using namespace support::decthing;
using support::contains;
using support::environment_variable;
using support::from_hex;

namespace {

static_assert(job_operation<train> && job_operation<debug_train> &&
              job_operation<versioned::train>);
static_assert(streaming<follow_metrics> && streaming<follow_debug_metrics>);
static_assert(page_operation<get_models> && page_operation<versioned::get_models> &&
              page_operation<get_datasets> && page_operation<get_persistent_launchers> &&
              page_operation<get_repositories> && page_operation<get_organizations>);

create_state make_state()
{
    return create_state{"m", "n", execution_location::temporary({1, 512})};
}

train make_training()
{
    return train{"m", "better", execution_location::persistent("l")};
}

std::string status(std::string const& state, std::string const& metrics = "[]")
{
    return R"({"result":{"id":"t","modelId":"m","newStateName":"n","createdAt":1,"metrics":)" +
           metrics +
           R"(,"executionLocation":{"type":"persistentLauncher","persistentLauncherId":"l"},)"
           R"("status":)" +
           state + "}}";
}

std::string const starting = status(R"({"state":"starting"})");
std::string const running = status(R"({"state":"running","startDurations":{},"progress":0.25})");
std::string const completed_state =
    R"({"state":"completed","startDurations":{},"trainDuration":1,"getStateDuration":2,)"
    R"("finishedAt":3,"createdStateId":"s"})";
std::string const completed = status(completed_state);
std::string const receipt = R"({"result":{"trainingSessionId":"t"}})";

std::string refused(std::string const& code, std::string const& more = {})
{
    return R"({"error":{"code":")" + code + '"' + more + "}}";
}

error option_error(options const& with)
{
    try {
        decthings::provider const platform{with};
        return {};
    }
    catch (failure const& e) {
        return e.error();
    }
}

std::string const loss_of_two = R"([{"name":"loss","amount":2}])";

} // namespace

TEST_CASE("decthings: options are checked, and those of events follow from the address")
{
    options with;
    CHECK(decthings::provider{with}.base().path == "/v0");
    CHECK(decthings::provider{with}.ws_url() == "wss://api.decthings.com/v0/ws");
    with.base_url = "http://127.0.0.1:8080/v0/";
    CHECK(decthings::provider{with}.ws_url() == "ws://127.0.0.1:8080/v0/ws");
    with.ws_url = "wss://events.test/x";
    CHECK(decthings::provider{with}.ws_url() == "wss://events.test/x");
    with.ws_url = "https://events.test/x";
    CHECK(contains(option_error(with).what(), "options.ws_url: its scheme must be ws or wss"));
    with.ws_url = "wss://";
    CHECK(contains(option_error(with).what(), "options.ws_url"));
    with.ws_url.clear();
    with.base_url = "api.decthings.com";
    CHECK(option_error(with) == errc::invalid_argument);
    CHECK(contains(option_error(with).what(), "options.base_url"));
}

TEST_CASE(
    "decthings: the key goes as a bearer's token, trimmed, and not at all where there is none")
{
    options with;
    with.api_key = secret{"  test-key-123 \n"};
    http::request message;
    decthings::provider{with}.authorize(message);
    CHECK(message.headers.find("Authorization") == "Bearer test-key-123");
    CHECK(decthings::provider{with}.api_key().reveal() == "test-key-123");
    for (char const* const nothing : {"", "  "}) {
        with.api_key = secret{nothing};
        http::request anonymous;
        decthings::provider{with}.authorize(anonymous);
        CHECK(!anonymous.headers.find("Authorization"));
    }
}

TEST_CASE("decthings: options come from the environment when asked for")
{
    environment_variable const key{"DECTHINGS_API_KEY", "from the environment"};
    environment_variable const base{"DECTHINGS_BASE_URL", nullptr};
    environment_variable const events{"DECTHINGS_WS_URL", nullptr};
    options const read = options::from_env();
    CHECK(read.api_key.reveal() == "from the environment");
    CHECK(read.base_url == "https://api.decthings.com/v0");
    CHECK(read.ws_url.empty());
    base.set("http://127.0.0.1:1/v0");
    events.set("ws://127.0.0.1:2/ws");
    CHECK(options::from_env().base_url == "http://127.0.0.1:1/v0");
    CHECK(options::from_env().ws_url == "ws://127.0.0.1:2/ws");
    base.set("");
    events.set("");
    CHECK(options::from_env().base_url == "https://api.decthings.com/v0");
    for (char const* const missing : {static_cast<char const*>(nullptr), ""}) {
        key.set(missing);
        CHECK_THROWS_WITH_AS(options::from_env(), doctest::Contains("DECTHINGS_API_KEY"), failure);
    }
}

TEST_CASE("decthings: a call goes to its place, with the key")
{
    fake_world here;
    here.reply(R"({"result":{"states":[{"id":"s","name":"n","startedAt":5}]}})");
    auto const creating = here.run(here.client().send(get_creating_states{"m"}));
    CHECK(creating.states.at(0).name == "n");
    CHECK(here.request(0).method == "POST");
    CHECK(here.request(0).target == "/v0/Model/getCreatingStates");
    CHECK(here.request(0).headers.find("Authorization") == "Bearer " + std::string{api_key});
    CHECK(here.json(0) == R"({"modelId":"m"})");
}

TEST_CASE(
    "decthings: every code of an error is a portable condition, and is there with its members")
{
    struct {
        char const* code;
        api_code is;
        condition means;
    } const cases[] = {
        {"bad_credentials", api_code::bad_credentials, condition::unauthorized},
        {"payment_required", api_code::payment_required, condition::forbidden},
        {"access_denied", api_code::access_denied, condition::forbidden},
        {"quota_exceeded", api_code::quota_exceeded, condition::forbidden},
        {"limit_exceeded", api_code::limit_exceeded, condition::forbidden},
        {"invalid_parameter", api_code::invalid_parameter, condition::invalid_argument},
        {"model_not_found", api_code::model_not_found, condition::not_found},
        {"snapshot_no_longer_exists", api_code::snapshot_no_longer_exists, condition::not_found},
        {"state_is_active", api_code::state_is_active, condition::conflict},
        {"incorrect_version_id", api_code::incorrect_version_id, condition::conflict},
        {"name_already_used", api_code::name_already_used, condition::conflict},
        {"server_overloaded", api_code::server_overloaded, condition::overloaded},
        {"unknown", api_code::unknown, condition::overloaded},
        {"too_many_requests", api_code::too_many_requests, condition::rate_limited},
        {"exception", api_code::exception, condition::job_failed},
        {"ENOENT", api_code::no_entry, condition::not_found},
        {"EEXIST", api_code::entry_exists, condition::conflict},
        {"EPERM", api_code::not_permitted, condition::forbidden},
        {"EISDIR", api_code::is_a_directory, condition::invalid_argument},
        {"a_code_of_tomorrow", api_code::unknown, condition::overloaded},
    };
    for (auto const& one : cases) {
        CAPTURE(one.code);
        fake_world here;
        here.options.retry.max_attempts = 1;
        here.reply(refused(one.code));
        error const e = here.error_of(here.client().send(make_state()));
        CHECK(e == one.means);
        CHECK(e.info().server_message == one.code);
        CHECK(e.info().sent == sent_state::yes);
        CHECK(e.info().http_status == 200);
        CHECK(e.info().operation == "create_state");
        auto const said = api_error_of(e);
        REQUIRE(said.has_value());
        CHECK(said->code == one.is);
        CHECK(said->word == one.code);
    }

    fake_world here;
    here.reply(refused("invalid_parameter", R"(,"parameterName":"params[0]","reason":"too long")"))
        .reply(refused("dataset_key_not_found", R"(,"datasetId":"d","datasetKey":"k")"))
        .reply(refused("incorrect_version_id", R"(,"datasetVersionId":"v2","more":[1])"))
        .reply(refused("exception", R"(,"exceptionDetails":"Traceback")"));
    auto const client = here.client();
    auto const next = [&] { return here.error_of(client.send(make_state())); };
    error e = next();
    CHECK(e.info().server_message == "invalid_parameter: params[0]: too long");
    CHECK(api_error_of(e)->parameter_name == "params[0]");
    CHECK(api_error_of(e)->reason == "too long");
    e = next();
    CHECK(api_error_of(e)->dataset_id == "d");
    CHECK(api_error_of(e)->dataset_key == "k");
    e = next();
    CHECK(api_error_of(e)->dataset_version_id == "v2");
    CHECK(api_error_of(e)->members.at("more").as_array().size() == 1);
    e = next();
    CHECK(api_error_of(e)->exception_details == "Traceback");
    CHECK(e == errc::job_failed);
    CHECK(!api_error_of(error{errc::truncated}));
    CHECK(!api_error_of(error{}));
}

TEST_CASE("decthings: what a refusal tells is bounded, and holds no key")
{
    fake_world here;
    here.reply(refused("exception", R"(,"exceptionDetails":")" + std::string(100'000, 'x') + '"'))
        .reply(
            refused("bad_credentials", R"(,"reason":"no such key )" + std::string{api_key} + '"'));
    error e = here.error_of(here.client().send(make_state()));
    CHECK(e.info().server_message.size() == 4096);
    CHECK(e.info().server_details.size() < 16384);
    CHECK(api_error_of(e)->code == api_code::exception);
    CHECK(api_error_of(e)->exception_details.size() == 2048);
    e = here.error_of(here.client().send(make_state()));
    CHECK(!contains(e.what(), api_key));
    CHECK(!contains(e.info().server_details, api_key));
    CHECK(api_error_of(e)->reason == "no such key ***");

    std::string many;
    for (int i = 0; i < 2000; ++i)
        many += ",\"m" + std::to_string(i) + "\":\"some text\"";
    here.reply(refused("model_not_found", many));
    e = here.error_of(here.client().send(make_state()));
    CHECK(api_error_of(e)->code == api_code::model_not_found);
    CHECK(e.info().server_details == R"({"code":"model_not_found"})");
}

TEST_CASE("decthings: only too many requests are repeated, also where the call must not run twice")
{
    fake_world here;
    http::headers wait = unit::octet_stream();
    wait.set("Retry-After", "7");
    here.transport->reply(200, unit::answer_body(refused("too_many_requests")), wait);
    here.reply(R"({"result":{"success":{"durations":{"total":1,"createState":1},"stateId":"s"}}})");
    CHECK(here.run(here.client().send(make_state())).value().state_id == "s");
    CHECK(here.requests() == 2);
    CHECK(here.time->elapsed() >= 7s);

    for (char const* const code : {"server_overloaded", "unknown", "bad_credentials"}) {
        fake_world once;
        once.reply(refused(code));
        once.error_of(once.client().send(get_creating_states{"m"})); // would be harmless
        CHECK(once.requests() == 1);
    }
}

TEST_CASE("decthings: errors with an HTTP status of their own are read too")
{
    fake_world here;
    here.options.retry.max_attempts = 1;
    here.transport->reply(404, "no such method")
        .reply(500, unit::answer_body(refused("dataset_not_found", R"(,"datasetId":"d")")),
               unit::octet_stream())
        .reply(429, "<html>slow down</html>");
    auto const client = here.client();
    auto const next = [&] { return here.error_of(client.send(get_creating_states{"m"})); };
    error e = next();
    CHECK(e == condition::not_found);
    CHECK(e.info().server_message == "no such method");
    CHECK(!api_error_of(e));
    e = next();
    CHECK(e == condition::overloaded);
    CHECK(api_error_of(e)->dataset_id == "d");
    CHECK(next() == condition::rate_limited);
}

TEST_CASE("decthings: calls that are held wait for limits.held, and others don't")
{
    fake_world here;
    here.options.limits.held = 2h;
    here.transport->hang();
    error e = here.error_of(here.client().send(make_state()));
    CHECK(e == errc::unknown_outcome);
    CHECK(e.info().sent == sent_state::maybe);
    CHECK(here.time->elapsed() >= 2h);

    fake_world quick;
    quick.transport->hang();
    e = quick.error_of(quick.client().send(delete_state{"m", "s"}, {.max_attempts = 1}));
    CHECK(e == condition::timeout);
    CHECK(quick.time->elapsed() < 3min);

    for (operation_info const& info :
         {create_state::info, wait_for_state::info, evaluate::info, get_evaluation_result::info,
          wait_for_model::info, versioned::create_version::info, versioned::evaluate::info,
          versioned::get_evaluation_result::info, debug_evaluate::info})
        CHECK(info.held);
    for (operation_info const& info : {upload_state::info, train::info, create_model::info})
        CHECK(!info.held);
}

TEST_CASE("decthings: a call whose answer is lost is not made again, and is not known to be done")
{
    auto const lost = [](auto const& op) {
        fake_world here;
        here.transport->fail(errc::truncated, sent_state::maybe);
        error const e = here.error_of(here.client().send(op));
        CHECK(here.requests() == 1);
        CHECK(e.info().sent == sent_state::maybe);
        return e == errc::unknown_outcome;
    };
    CHECK(lost(make_state()));
    CHECK(lost(upload_state{"m", "n"}));
    CHECK(lost(evaluate{"m"}));
    CHECK(lost(make_training()));
    CHECK(lost(create_model{"m", code_source{model_language::go}}));
    CHECK(lost(snapshot_model{"m", "p"}));
    add_entries more{"d"};
    more.keys.add("k", {tensor{1.0F}});
    CHECK(lost(more));
    CHECK(lost(remove_entries{"d", {0}}));
    CHECK(lost(create_persistent_launcher{"l", {1, 1}}));
    CHECK(lost(spawn_command{execution_location::persistent("l"), "ls"}));
    CHECK(lost(versioned::create_version{"m", "v"}));
    CHECK(lost(versioned::train{"m", "v", "w", execution_location::persistent("l")}));

    // What never left is made again, and so is what does no harm.
    fake_world here;
    here.transport->fail(errc::connect_failed, sent_state::no);
    here.reply(R"({"result":{"success":{"durations":{},"stateId":"s"}}})");
    CHECK(here.run(here.client().send(make_state())).value().state_id == "s");
    here.transport->fail(errc::truncated, sent_state::maybe);
    here.reply(R"({"result":{"states":[]}})");
    CHECK(here.run(here.client().send(get_creating_states{"m"})).states.empty());
}

TEST_CASE("decthings: a large request is sent again from its beginning")
{
    fake_world here;
    here.reply(refused("too_many_requests"))
        .reply(
            R"({"result":{"failed":{"totalDuration":1,"durations":{},"error":{"code":"unknown"}}}})");
    evaluate op{"m"};
    op.params.emplace_back("x", tensor{std::vector<float>(100'000, 1.0F)});
    CHECK(!here.run(here.client().send(op)));
    REQUIRE(here.requests() == 2);
    CHECK(unit::whole_body(here.request(0)) == unit::whole_body(here.request(1)));
}

TEST_CASE("decthings: a held call ends at once when it is cancelled")
{
    fake_world here{testing::manual_clock::mode::stepping};
    here.transport->hang();
    support::started<create_state_outcome> going{here.context, here.client().send(make_state())};
    support::settle(here.context);
    CHECK(here.requests() == 1);
    going.cancel();
    auto const outcome = going.finish();
    REQUIRE(outcome.has_error());
    CHECK(outcome.error() == condition::cancelled);
    CHECK(outcome.error().info().sent == sent_state::maybe); // the state may still be made
    CHECK(here.time->sleepers() == 0);
}

TEST_CASE("decthings: answers that can't be read say so, with their front")
{
    fake_world here;
    here.transport->reply(200, "<html>log in</html>");
    error const e = here.error_of(here.client().send(get_quotas{}));
    CHECK(e == condition::decode);
    CHECK(e.info().raw_body == "<html>log in</html>");
    CHECK(contains(e.what(), "check the base URL"));
}

TEST_CASE("decthings: a listing is walked by its pages")
{
    fake_world here;
    auto const page = [](int offset, int count, int total) {
        std::string json = R"({"result":{"datasets":[)";
        for (int i = 0; i < count; ++i)
            json += (i > 0 ? "," : "") + (R"({"id":"d)" + std::to_string(offset + i)) +
                    R"(","name":"n","versionId":"v"})";
        return json + R"(],"total":)" + std::to_string(total) + R"(,"offset":)" +
               std::to_string(offset) + R"(,"limit":2}})";
    };
    here.reply(page(0, 2, 5)).reply(page(2, 2, 5)).reply(page(4, 1, 5));
    auto all = here.client().pages(get_datasets{});
    for (int i = 0; i < 5; ++i)
        CHECK(here.run(all.next())->id == "d" + std::to_string(i));
    CHECK(!here.run(all.next()));
    CHECK(here.requests() == 3);
    CHECK(here.json(0) == "{}");
    CHECK(here.json(1) == R"({"offset":2})");
    CHECK(here.json(2) == R"({"offset":4})");

    // A server that has fewer than it says does not keep a client busy for ever.
    here.reply(page(0, 0, 5));
    auto none = here.client().pages(get_datasets{});
    CHECK(!here.run(none.next()));
    CHECK(here.requests() == 4);
}

TEST_CASE("decthings: a training is a job that is polled, also by another client")
{
    fake_world here;
    here.reply(receipt)
        .reply(refused("training_session_not_found")) // not there yet
        .reply(starting)
        .reply(running)
        .reply(completed);
    auto const job = here.run(here.client().submit(make_training()));
    CHECK(job.id() == "t");
    auto const done = here.run(job.result({.deadline = 1h}));
    CHECK(done.status.created_id == "s");
    CHECK(here.requests() == 5);
    CHECK(here.request(1).target == "/v0/Model/getTrainingStatus");
    CHECK(here.json(1) == R"({"modelId":"m","trainingSessionId":"t"})");

    fake_world elsewhere;
    elsewhere.reply(running).reply(completed);
    auto const again = elsewhere.client().attach<train>(job.resume_token());
    auto const status = elsewhere.run(again.status());
    CHECK(status.phase == phase::running);
    CHECK(status.progress == 0.25);
    CHECK(elsewhere.run(again.result({.deadline = 1h})).status.created_id == "s");
    CHECK(elsewhere.json(1) == here.json(1));

    elsewhere.reply(starting);
    auto const by_hand = elsewhere.client().attach<versioned::train>(job_ref{"t", "m"});
    CHECK(elsewhere.run(by_hand.status()).phase == phase::queued);
    auto const nowhere = elsewhere.client().attach<train>("t");
    CHECK(elsewhere.error_of(nowhere.status()) == condition::invalid_argument);
}

TEST_CASE("decthings: a training that fails tells why, and one that is cancelled that it was")
{
    auto const ends = [](std::string const& reason) {
        fake_world here;
        here.reply(receipt).reply(
            status(R"({"state":"failed","startDurations":{},"finishedAt":1,"failReason":)" +
                   reason + "}"));
        return here.error_of(here.client().run(make_training(), {.deadline = 1h}));
    };
    error e = ends(R"({"code":"exception","at":"train","exceptionDetails":"NaN"})");
    CHECK(e == errc::job_failed);
    CHECK(e.info().server_message == "exception at train: NaN");
    CHECK(e.info().job_id == "t");
    CHECK(ends(R"({"code":"cancelled"})") == errc::job_cancelled);
    CHECK(ends(R"({"code":"max_duration_exceeded","at":"train"})") == errc::job_expired);

    fake_world here;
    here.reply(receipt)
        .reply(R"({"result":{}})")
        .reply(refused("training_session_not_running"))
        .reply(refused("access_denied"));
    auto const job = here.run(here.client().submit(make_training()));
    CHECK(here.run(job.cancel()) == cancel_outcome::accepted);
    CHECK(here.request(1).target == "/v0/Model/cancelTrainingSession");
    CHECK(here.run(job.cancel()) == cancel_outcome::too_late);
    CHECK(here.error_of(job.cancel()) == condition::forbidden);
}

TEST_CASE("decthings: the metrics of a training come as a stream, each entry once")
{
    std::string const two = from_hex("01 00 00 00 00 40");
    std::string const one = from_hex("01 00 00 00 80 3f");
    fake_world here;
    here.reply(starting)
        .reply(status(R"({"state":"running","startDurations":{},"progress":0.1})", loss_of_two))
        .reply(R"({"result":{"metrics":[{"name":"loss","startIndex":0,"entries":)"
               R"([{"timestamp":10},{"timestamp":11}]}]}})",
               {two, one})
        .reply(status(R"({"state":"running","startDurations":{},"progress":0.1})", loss_of_two))
        .reply(status(completed_state, R"([{"name":"acc","amount":1},{"name":"loss","amount":3}])"))
        .reply(
            R"({"result":{"metrics":[{"name":"acc","startIndex":0,"entries":[{"timestamp":12}]},)"
            R"({"name":"loss","startIndex":2,"entries":[{"timestamp":13}]}]}})",
            {one, one});
    follow_metrics const all{"m", "t", {.deadline = 1h}};
    auto stream = here.run(here.client().stream(all));
    auto const entries = here.run(stream.collect(100));
    REQUIRE(entries.size() == 4);
    CHECK(entries[0].name == "loss");
    CHECK(entries[0].index == 0);
    CHECK(entries[0].value.value<float>() == 2.0F);
    CHECK(entries[1].index == 1);
    CHECK(entries[1].timestamp.count() == 11);
    CHECK(entries[2].name == "acc");
    CHECK(entries[3].index == 2);
    CHECK(here.transport->left() == 0);
    CHECK(here.json(2) == R"({"modelId":"m","trainingSessionId":"t","metrics":)"
                          R"([{"name":"loss","startIndex":0,"amount":2}]})");
    CHECK(here.json(5) == R"({"modelId":"m","trainingSessionId":"t","metrics":)"
                          R"([{"name":"acc","startIndex":0,"amount":1},)"
                          R"({"name":"loss","startIndex":2,"amount":1}]})");
}

TEST_CASE("decthings: many entries of a metric are asked for in parts")
{
    fake_world here;
    here.reply(status(completed_state, R"([{"name":"loss","amount":300}])"));
    auto const part = [&](int from, int count) {
        std::string json = R"({"result":{"metrics":[{"name":"loss","startIndex":)" +
                           std::to_string(from) + R"(,"entries":[)";
        std::string blobs;
        for (int i = 0; i < count; ++i) {
            json += i > 0 ? R"(,{"timestamp":1})" : R"({"timestamp":1})";
            blobs += from_hex("06 01 00 00 00 80 3f");
        }
        json += "]}]}}";
        here.transport->reply(200, unit::answer_body(json) + blobs, unit::octet_stream());
    };
    part(0, 256);
    part(256, 44);
    auto stream = here.run(here.client().stream(follow_metrics{"m", "t", {.deadline = 1h}}));
    CHECK(here.run(stream.collect(1000)).size() == 300);
    CHECK(contains(here.json(1), R"("startIndex":0,"amount":256)"));
    CHECK(contains(here.json(2), R"("startIndex":256,"amount":44)"));
}

TEST_CASE("decthings: a stream of metrics ends in an error where the platform breaks its word")
{
    std::string const none =
        R"({"result":{"metrics":[{"name":"loss","startIndex":0,"entries":[]}]}})";
    auto const fails = [](fake_world& here) {
        auto stream = here.run(here.client().stream(follow_metrics{"m", "t", {.deadline = 1h}}));
        return here.error_of(stream.collect(100));
    };
    {
        fake_world here; // counts entries that it does not give, to the end
        here.reply(status(R"({"state":"running","startDurations":{},"progress":0})", loss_of_two))
            .reply(none)
            .reply(status(completed_state, loss_of_two))
            .reply(none);
        CHECK(contains(fails(here).what(), "does not give all the entries"));
    }
    {
        fake_world here; // gives others than were asked for
        here.reply(status(completed_state, loss_of_two))
            .reply(R"({"result":{"metrics":[{"name":"loss","startIndex":1,"entries":[]}]}})");
        CHECK(contains(fails(here).what(), "not asked for"));
    }
    {
        fake_world here; // gives more than were asked for
        here.reply(status(completed_state, R"([{"name":"loss","amount":1}])"))
            .reply(R"({"result":{"metrics":[{"name":"loss","startIndex":0,"entries":)"
                   R"([{"timestamp":1},{"timestamp":1}]}]}})",
                   {from_hex("01 01 00"), from_hex("01 01 00")});
        CHECK(contains(fails(here).what(), "not asked for"));
    }
    {
        fake_world here;
        here.reply(refused("access_denied"));
        CHECK(fails(here) == condition::forbidden);
    }
    {
        fake_world here; // never ends
        for (int i = 0; i < 500; ++i)
            here.reply(running);
        CHECK(fails(here) == errc::wait_timeout);
        CHECK(here.time->elapsed() >= 1h);
        CHECK(here.time->elapsed() < 2h);
    }
    fake_world here;
    CHECK(here.error_of(here.client().stream(follow_metrics{"", "t", {.deadline = 1h}})) ==
          condition::invalid_argument);
}

TEST_CASE("decthings: a training in a debug session is a job too")
{
    std::string const status =
        R"({"result":{"id":"t","createdAt":1,"metrics":[{"name":"loss","amount":1}],"status":)";
    fake_world here;
    here.reply(receipt)
        .reply(status + R"({"state":"running","progress":0.5}}})")
        .reply(status + R"({"state":"completed","finishedAt":3,"trainDuration":2}}})");
    auto const job = here.run(here.client().submit(debug_train{"g", "i"}));
    CHECK(here.run(job.result({.deadline = 1h})).status.train_duration == 2ms);
    CHECK(here.json(1) == R"({"debugSessionId":"g","trainingSessionId":"t"})");

    here.reply(status + R"({"state":"failed","finishedAt":3,"failReason":{"code":"unknown"}}}})")
        .reply(R"({"result":{"metrics":[{"name":"loss","startIndex":0,"entries":)"
               R"([{"timestamp":1}]}]}})",
               {from_hex("01 00 00 00 80 3f")});
    auto stream = here.run(here.client().stream(follow_debug_metrics{"g", "t", {.deadline = 1h}}));
    CHECK(here.run(stream.next())->value.value<float>() == 1.0F);
    CHECK(!here.run(stream.next())); // a training that failed has metrics too
    CHECK(here.request(4).target == "/v0/Debug/getTrainingMetrics");
}
