// SPDX-License-Identifier: BSL-1.0
//
// What Decthings answers, from the captures of the wire notes and by hand, and what is wrong with
// it.

#include <inferpp/decthings.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/hex.hpp"
#include "unit/providers/decthings_requests.hpp"
#include "unit/support.hpp"

using namespace inferpp;
using namespace inferpp::decthings;
using namespace std::chrono_literals;
using support::from_hex;

namespace {

template <class Op>
result<typename Op::response> read(http::response whole)
{
    return inferpp::detail::decode_operation<Op>(whole);
}

template <class Op>
typename Op::response read(std::string_view json,
                           std::initializer_list<std::string_view> blobs = {})
{
    return read<Op>(unit::answer(json, blobs)).value();
}

template <class Op>
error refusal(std::string_view json, std::initializer_list<std::string_view> blobs = {})
{
    auto answer = read<Op>(unit::answer(json, blobs));
    return answer ? error{} : answer.error();
}

/// The answer of the wire notes, 11.3.
std::string const captured_evaluation =
    from_hex("be 7b 22 72 65 73 75 6c 74 22 3a 7b 22 73 75 63 63 65 73 73 22 3a 7b 22 74 6f 74 61 "
             "6c 44 75 72 "
             "61 74 69 6f 6e 22 3a 34 32 2c 22 64 75 72 61 74 69 6f 6e 73 22 3a 7b 22 65 76 61 6c "
             "75 61 74 65 "
             "22 3a 31 32 7d 2c 22 65 78 65 63 75 74 65 64 4f 6e 4c 61 75 6e 63 68 65 72 22 3a 7b "
             "22 74 79 70 "
             "65 22 3a 22 74 65 6d 70 6f 72 61 72 79 4c 61 75 6e 63 68 65 72 22 2c 22 73 70 65 63 "
             "22 3a 7b 22 "
             "63 70 75 73 22 3a 31 2c 22 6d 65 6d 6f 72 79 4d 65 62 69 62 79 74 65 73 22 3a 35 31 "
             "32 7d 7d 2c "
             "22 6f 75 74 70 75 74 22 3a 5b 7b 22 6e 61 6d 65 22 3a 22 73 63 6f 72 65 73 22 7d 5d "
             "7d 7d 7d 16 "
             "01 01 02 00 00 80 3e 00 00 40 3f 01 01 02 00 00 80 3e 00 00 40 3f");

http::response captured(std::string body)
{
    http::response whole;
    whole.status = 200;
    whole.headers = unit::octet_stream();
    whole.body = std::move(body);
    return whole;
}

std::string const evaluated =
    R"({"result":{"success":{"totalDuration":42,"durations":{"evaluate":12},"executedOnLauncher":)"
    R"({"type":"temporaryLauncher","spec":{"cpus":1,"memoryMebibytes":512}},"output":)";

} // namespace

TEST_CASE("decthings: the captured answer to createState is read")
{
    auto const outcome = read<create_state>(captured(
        from_hex("7d") +
        R"({"result":{"success":{"durations":{"total":1500,"createLauncher":700,"codeStartup":300,)"
        R"("createState":500},"stateId":"st-1"}}})"));
    REQUIRE(outcome.has_value());
    REQUIRE(*outcome);
    created_state const& made = outcome->value();
    CHECK(made.state_id == "st-1");
    CHECK(made.durations.total == 1500ms);
    CHECK(made.durations.create_launcher == 700ms);
    CHECK(made.durations.code_startup == 300ms);
    CHECK(made.durations.create_state == 500ms);
    CHECK((*outcome)->state_id == "st-1");
    CHECK(outcome->failed() == nullptr);
}

TEST_CASE("decthings: the captured answer to evaluate is read, its tensors where they are")
{
    auto answer = captured(captured_evaluation);
    auto const* const where = answer.body.data();
    auto const outcome = inferpp::detail::decode_operation<evaluate>(answer);
    REQUIRE(outcome.has_value());
    evaluation const& done = outcome->value();
    CHECK(done.durations.total == 42ms);
    CHECK(done.durations.evaluate == 12ms);
    CHECK(!done.durations.create_launcher);
    REQUIRE(done.executed_on_launcher.temporary() != nullptr);
    CHECK(done.executed_on_launcher.temporary()->spec.cpus == 1);
    REQUIRE(done.find("scores") != nullptr);
    REQUIRE(done.find("scores")->size() == 2);
    for (tensor const& scores : *done.find("scores"))
        CHECK(scores.to_vector<float>() == std::vector<float>{0.25F, 0.75F});
    CHECK(done.at("scores").data().view().data() == where + 0xc3);
    CHECK(done.find("other") == nullptr);
    CHECK_THROWS_WITH_AS(done.at("other"), doctest::Contains("it gave: scores"), failure);
}

TEST_CASE("decthings: a run that has failed is an outcome, with all that it tells")
{
    auto const outcome = read<create_state>(
        R"({"result":{"failed":{"durations":{"total":9,"codeStartup":3},"error":)"
        R"({"code":"exception","at":"createState","exceptionDetails":"ZeroDivisionError"}}}})");
    CHECK(!outcome);
    REQUIRE(outcome.failed() != nullptr);
    failed_run const& failed = *outcome.failed();
    CHECK(failed.durations.total == 9ms);
    CHECK(failed.reason.code == run_failure_code::exception);
    CHECK(failed.reason.at == run_stage::create_state);
    CHECK(failed.reason.exception_details == "ZeroDivisionError");
    CHECK(failed.reason.to_string() == "exception at createState: ZeroDivisionError");
    try {
        (void)outcome.value();
        FAIL("it did not throw");
    }
    catch (failure const& e) {
        CHECK(e.error() == errc::job_failed);
        CHECK(e.error() == condition::job_failed);
        CHECK(e.error().info().server_message == "exception at createState: ZeroDivisionError");
        CHECK(e.error().info().provider == "decthings");
    }

    auto const reason = [](std::string const& json) {
        return read<evaluate>(
                   R"({"result":{"failed":{"totalDuration":9,"durations":{},"executedOnLauncher":)"
                   R"({"type":"persistentLauncher","persistentLauncherId":"l","spec":)"
                   R"({"cpus":2,"memoryMebibytes":64}},"error":)" +
                   json + "}}}")
            .failed()
            ->reason;
    };
    auto const terminated =
        reason(R"({"code":"code_terminated","exitCode":137,"signal":"SIGKILL","oom":true})");
    CHECK(terminated.exit_code == 137);
    CHECK(terminated.signal == "SIGKILL");
    CHECK(terminated.oom);
    CHECK(terminated.to_string() ==
          "code_terminated, exit code 137, signal SIGKILL, out of memory");
    CHECK(terminated.to_error() == errc::job_failed);
    CHECK(reason(R"({"code":"cancelled"})").to_error() == errc::job_cancelled);
    CHECK(reason(R"({"code":"max_duration_exceeded","at":"evaluate"})").to_error() ==
          errc::job_expired);
    auto const invalid =
        reason(R"({"code":"invalid_output","reason":"not_applicable_to_parameter_definitions",)"
               R"("details":"scores is f64"})");
    CHECK(invalid.reason == output_fault::not_applicable_to_parameter_definitions);
    CHECK(invalid.details == "scores is f64");
    for (char const* const code : {"launcher_terminated", "server_overloaded",
                                   "invalid_executable_file", "read_executable_file_failed"}) {
        auto const known = reason(R"({"code":")" + std::string{code} + R"("})");
        CHECK(known.code.value() != run_failure_code::unknown);
        CHECK(known.code.text() == code);
    }
    auto const newer = reason(R"({"code":"eaten_by_cat","at":"lunch"})");
    CHECK(newer.code == run_failure_code::unknown);
    CHECK(newer.to_string() == "eaten_by_cat at lunch");
    auto const endless =
        reason(R"({"code":"exception","exceptionDetails":")" + std::string(100'000, 'x') + R"("})");
    CHECK(endless.to_string().size() == 4096);

    auto const on = read<evaluate>(
        R"({"result":{"failed":{"totalDuration":9,"durations":{},"executedOnLauncher":)"
        R"({"type":"persistentLauncher","persistentLauncherId":"l"},"error":{"code":"unknown"}}}})");
    CHECK(on.failed()->durations.total == 9ms);
    CHECK(on.failed()->executed_on_launcher->persistent()->persistent_launcher_id == "l");
}

TEST_CASE("decthings: the later generation's outcomes are the same to a program")
{
    namespace v = versioned;
    auto const made = read<v::create_version>(
        R"({"result":{"versionId":"v-1","initializeWeightsDurations":{"total":5,)"
        R"("initializeWeights":4}}})");
    CHECK(made.value().version_id == "v-1");
    CHECK(made->durations.initialize_weights == 4ms);

    auto const failed = read<v::create_version>(
        R"({"error":{"code":"initialize_weights_failed","durations":{"total":5},"reason":)"
        R"({"code":"exception","at":"initializeWeights"}}})");
    REQUIRE(failed.failed() != nullptr);
    CHECK(failed.failed()->durations.total == 5ms);
    CHECK(failed.failed()->reason.at == run_stage::initialize_weights);

    std::string const flat =
        R"({"result":{"durations":{"total":3,"instantiateModel":2,"evaluate":1},)"
        R"("executedOnLauncher":{"type":"temporaryLauncher","spec":{"cpus":1,)"
        R"("memoryMebibytes":512}},"output":[{"name":"y"}]}})";
    auto const done = read<v::evaluate>(flat, {from_hex("01 00 00 00 00 3f")});
    CHECK(done.value().at("y").value<float>() == 0.5F);
    CHECK(done->durations.instantiate_model == 2ms);
    CHECK(read<v::get_evaluation_result>(flat, {""}).value().find("y")->empty());

    auto const broken = read<v::evaluate>(
        R"({"error":{"code":"evaluate_failed","durations":{"total":3},"executedOnLauncher":)"
        R"({"type":"persistentLauncher","persistentLauncherId":"l"},"reason":)"
        R"({"code":"code_terminated","oom":true}}})");
    CHECK(broken.failed()->reason.oom);
    CHECK(broken.failed()->executed_on_launcher->persistent() != nullptr);
    // An error that is none of a run is none of an outcome.
    CHECK(refusal<v::evaluate>(R"({"error":{"code":"model_not_found"}})").code() ==
          error_code{404, http_category()});
}

TEST_CASE("decthings: data by keys is read, under each of the names that servers give the keys")
{
    auto const state = read<get_state>(R"({"result":{"stateKeyNames":["w","b"]}})", {"abc", ""});
    REQUIRE(state.data.size() == 2);
    CHECK(state.find("w")->view() == "abc");
    CHECK(state.find("b")->empty());
    CHECK(state.find("x") == nullptr);
    CHECK(read<versioned::get_weights>(R"({"result":{"weightKeyNames":["w"]}})", {"abc"})
              .find("w")
              ->view() == "abc");
    CHECK(read<versioned::get_weights>(
              R"({"result":{"stateKeyNames":["w"],"weightKeyNames":["w"]}})", {"abc"})
              .find("w")
              ->view() == "abc");
    CHECK(read<get_state>(R"({"result":{"stateKeyNames":[]}})").data.empty());
}

TEST_CASE("decthings: dataset entries are read, entry by entry")
{
    auto const got = read<get_entries>(
        R"({"result":{"keys":["image","label"],"indexes":[4,7]}})",
        {from_hex("07 00 01"), from_hex("07 00 02"), from_hex("07 00 03"), from_hex("07 00 04")});
    REQUIRE(got.entries.size() == 2);
    CHECK(got.entries[1].index == 7);
    CHECK(got.at(0, "label").value<std::uint8_t>() == 2);
    CHECK(got.at(1, "image").value<std::uint8_t>() == 3);
    CHECK_THROWS_WITH_AS(got.at(0, "x"), doctest::Contains("no key 'x'"), failure);
    CHECK_THROWS_AS(got.at(2, "image"), std::out_of_range);
    CHECK(read<get_entries>(R"({"result":{"keys":["image"],"indexes":[]}})").entries.empty());
    CHECK(unit::contains(
        refusal<get_entries>(R"({"result":{"keys":["a"],"indexes":[0]}})", {"\1"}).what(),
        "in entry 0 under 'a'"));
    // A product of the two that is nowhere near the data costs nothing.
    std::string many = R"({"result":{"keys":["a"],"indexes":[0)";
    for (int i = 0; i < 100'000; ++i)
        many += ",1";
    CHECK(refusal<get_entries>(many + "]}}") == errc::bad_schema);
}

TEST_CASE("decthings: the state of a training is read, and what it means")
{
    auto const status = [](std::string const& state) {
        return read<get_training_status>(
            R"({"result":{"id":"t","modelId":"m","newStateName":"n","createdAt":1700000000000,)"
            R"("metrics":[{"name":"loss","amount":3}],"executionLocation":)"
            R"({"type":"temporaryLauncher","spec":{"cpus":1,"memoryMebibytes":512}},"status":)" +
            state + "}}");
    };
    auto const starting = status(R"({"state":"starting"})");
    CHECK(starting.new_name == "n");
    CHECK(starting.created_at.time() == sys_milliseconds{1700000000000ms});
    CHECK(starting.metrics[0].amount == 3);
    CHECK(describe(starting.status).phase == phase::queued);
    auto const running = status(
        R"({"state":"running","startDurations":{"createInstantiatedModel":7},"progress":0.5})");
    CHECK(running.status.start_durations->instantiate_model == 7ms);
    CHECK(describe(running.status).phase == phase::running);
    CHECK(describe(running.status).progress == 0.5);
    CHECK(describe(status(R"({"state":"running","startDurations":{},"progress":7})").status)
              .progress == 1);
    CHECK(
        describe(status(R"({"state":"gettingState","startDurations":{},"trainDuration":5})").status)
            .phase == phase::running);
    auto const completed =
        status(R"({"state":"completed","startDurations":{},"trainDuration":5,"getStateDuration":6,)"
               R"("finishedAt":9,"createdStateId":"s"})");
    CHECK(describe(completed.status).phase == phase::succeeded);
    CHECK(completed.status.created_id == "s");
    CHECK(completed.status.get_state_duration == 6ms);
    auto const failed =
        describe(status(R"({"state":"failed","startDurations":{},"finishedAt":9,"failReason":)"
                        R"({"code":"exception","at":"train","exceptionDetails":"NaN"}})")
                     .status);
    CHECK(failed.phase == phase::failed);
    CHECK(failed.reason == "exception at train: NaN");
    CHECK(describe(status(R"({"state":"failed","startDurations":{},"finishedAt":9,"failReason":)"
                          R"({"code":"cancelled"}})")
                       .status)
              .phase == phase::cancelled);
    CHECK(describe(status(R"({"state":"failed","startDurations":{},"finishedAt":9,"failReason":)"
                          R"({"code":"max_duration_exceeded","at":"train"}})")
                       .status)
              .phase == phase::expired);
    CHECK(describe(status(R"({"state":"resting"})").status).phase == phase::unknown);

    auto const later = read<get_training_status>(
        R"({"result":{"id":"t","modelId":"m","versionId":"v","newVersionName":"n","createdAt":1,)"
        R"("metrics":[],"executionLocation":{"type":"moon"},"status":{"state":"completed",)"
        R"("startDurations":{"instantiateModel":7},"trainDuration":5,"getWeightsDuration":6,)"
        R"("finishedAt":9,"createdVersionId":"w"}}})");
    CHECK(later.new_name == "n");
    CHECK(later.version_id == "v");
    CHECK(later.status.created_id == "w");
    CHECK(later.status.get_state_duration == 6ms);
    CHECK(later.execution_location.persistent() == nullptr);
    CHECK(later.execution_location.temporary() == nullptr);
}

TEST_CASE("decthings: metrics are read in the order of the JSON")
{
    auto const got = read<get_training_metrics>(
        R"({"result":{"metrics":[{"name":"loss","startIndex":0,"entries":[{"timestamp":1},)"
        R"({"timestamp":2}]},{"name":"acc","startIndex":5,"entries":[{"timestamp":3}]}]}})",
        {from_hex("01 00 00 00 80 3f"), from_hex("01 00 00 00 00 40"),
         from_hex("01 00 00 00 40 40")});
    CHECK(got.metrics[0].entries[1].value.value<float>() == 2.0F);
    CHECK(got.metrics[1].entries[0].value.value<float>() == 3.0F);
    CHECK(got.metrics[1].entries[0].timestamp.count() == 3);
    CHECK(unit::contains(
        refusal<get_training_metrics>(
            R"({"result":{"metrics":[{"name":"loss","startIndex":0,"entries":[{"timestamp":1}]}]}})",
            {""})
            .what(),
        "in metric 'loss'"));
}

TEST_CASE("decthings: a model is read with all that it has, and with what is new")
{
    auto const page = read<get_models>(
        R"({"result":{"models":[{"id":"m","name":"digits","description":"d","publicAccess":true,)"
        R"("createdAt":5,"tags":[{"tag":"t","value":"v"}],"owner":{"type":"organization",)"
        R"("organizationId":"o","organizationName":"O"},"access":"readwrite","beingCreated":false,)"
        R"("language":"python","wasm":false,"image":{"domain":"docker.io","repository":"r",)"
        R"("reference":"latest","digest":"sha256:0","targetDomain":"x","targetRepository":"y",)"
        R"("targetReference":"z","progress":{"totalBytes":10,"copiedBytes":5}},)"
        R"("parameterDefinitions":{"createState":[{"name":"lr","required":false,"rules":)"
        R"({"shape":[],"allowedTypes":["f32","bf16"],"annotations":["x"]}}],"train":[],)"
        R"("evaluateInput":[],"evaluateOutput":[]},"defaultLauncherSpecs":{"createState":)"
        R"({"cpus":1,"memoryMebibytes":512},"evaluate":{"cpus":2,"memoryMebibytes":1024}},)"
        R"("maxDurationsSeconds":{"codeStartup":1,"instantiateModel":2,"createState":3,"train":4.5,)"
        R"("evaluate":5},"filesystemSizeMebibytes":100,"ongoingTrainingSessions":["t1"],)"
        R"("trainingSessions":["t0","t1"],"states":[{"id":"s","name":"first",)"
        R"("trainingOperations":[],"createdAt":6,"beingDeleted":false,"state":[{"key":"w",)"
        R"("byteSize":4}],"mountedModels":[{"modelId":"x","snapshotId":"p"}]}],"activeState":"s",)"
        R"("snapshots":[{"id":"p","name":"keep","createdAt":7,"filesystemSizeMebibytes":1,"state":)"
        R"({"name":"first","state":[],"mountedModels":[]}}],"basedOnSnapshot":{"modelId":"b",)"
        R"("snapshotId":"q","noLongerExists":true},"colour":"red"}],"total":3,"offset":0,"limit":1}})");
    REQUIRE(page.models.size() == 1);
    CHECK(page.total == 3);
    model const& m = page.models[0];
    CHECK(m.owner.organization_name == "O");
    CHECK(m.access == access_level::readwrite);
    CHECK(m.language == model_language::python);
    CHECK(m.image.progress->copied_bytes == 5);
    auto const& rules = m.parameter_definitions.create_state[0].rules;
    CHECK(rules.allowed_types[0] == element_type::f32);
    CHECK(rules.allowed_types[1] == element_type::unknown);
    CHECK(rules.allowed_types[1].text() == "bf16");
    CHECK(!m.parameter_definitions.create_state[0].required);
    CHECK(m.max_durations_seconds.train == 4500ms);
    CHECK(m.default_launcher_specs.evaluate->memory_mebibytes == 1024);
    CHECK(m.states[0].state[0].byte_size == 4);
    CHECK(m.states[0].mounted_models[0].snapshot_id == "p");
    CHECK(m.snapshots[0].state.name == "first");
    CHECK(m.based_on_snapshot->no_longer_exists);
    CHECK(m.more.values.at("colour").as_string() == "red");

    auto const later = read<versioned::get_models>(
        R"({"result":{"models":[{"id":"m","name":"n","source":{"type":"code","blockSize":4096,)"
        R"("totalBlocks":10},"versions":[{"id":"v","name":"one","createdAt":1,"config":)"
        R"({"defaultLauncherSpecs":{"initializeWeights":{"cpus":1,"memoryMebibytes":1}},)"
        R"("maxDurationsSeconds":{"initializeWeights":9}},"mountedModels":[{"modelId":"a",)"
        R"("versionId":"b"}],"trainingOperations":[],"status":{"state":"created","weights":)"
        R"([{"key":"w","byteSize":7}]}}]}],"total":1,"offset":0,"limit":20}})");
    auto const& version = later.models.at(0).versions.at(0);
    CHECK(later.models[0].source.type == versioned::source_type::code);
    CHECK(version.status.state == versioned::version_phase::created);
    CHECK(version.status.weights[0].byte_size == 7);
    CHECK(version.config.max_durations_seconds.initialize_weights == 9s);
    CHECK(version.mounted_models[0].version_id == "b");
}

TEST_CASE("decthings: what becomes of making a model")
{
    auto const made = read<wait_for_model>(
        R"({"result":{"createModelSuccess":{"createInitialStateDurations":{"createLauncher":1,)"
        R"("codeStartup":2,"createState":3}}}})");
    CHECK(made.value().create_initial_state_durations.create_state == 3ms);
    auto const cancelled =
        read<wait_for_model>(R"({"result":{"createModelFailed":{"error":{"code":"cancelled"}}}})");
    CHECK(cancelled.failed()->reason.code == run_failure_code::cancelled);
    CHECK(!cancelled.failed()->durations);
    CHECK_THROWS_AS((void)cancelled.value(), failure);
    auto const failed = read<wait_for_model>(
        R"({"result":{"createModelFailed":{"error":{"code":"create_state_error","details":)"
        R"({"code":"exception","at":"createState","exceptionDetails":"no"},)"
        R"("createInitialStateDurations":{"createLauncher":1,"codeStartup":2}}}}})");
    CHECK(failed.failed()->reason.exception_details == "no");
    CHECK(failed.failed()->durations->code_startup == 2ms);
}

TEST_CASE("decthings: files, names and bytes")
{
    auto const found = read<lookup_file>(
        R"({"result":{"inode":7,"stat":{"mode":33188,"nlink":1,"rdev":0,"size":3,"blksize":4096,)"
        R"("blocks":8,"atime":1,"atime_nsec":2,"mtime":3,"mtime_nsec":4,"ctime":5,"ctime_nsec":6}}})");
    CHECK(found.inode == 7);
    CHECK(found.stat.mode == 0100644);
    CHECK(found.stat.mtime_nsec == 4);
    CHECK(read<read_file>(R"({"result":{}})", {"abc"}).data.view() == "abc");
    CHECK(read<read_link>(R"({"result":{}})", {"d/f"}).data.view() == "d/f");
    auto const folder =
        read<read_folder>(R"({"result":{"entries":[{"basename":"/w==","filetype":8,"ino":7}]}})");
    CHECK(folder.entries.at(0).basename.str() == "\xff");
    CHECK(folder.entries.at(0).ino == 7);
    CHECK(
        refusal<read_folder>(R"({"result":{"entries":[{"basename":"?","filetype":8,"ino":7}]}})") ==
        errc::bad_schema);
}

TEST_CASE("decthings: launchers, organizations and accounts")
{
    auto const launchers = read<get_persistent_launchers>(
        R"({"result":{"persistentLaunchers":[{"id":"l","name":"n","spec":{"cpus":1,)"
        R"("memoryMebibytes":512,"gpus":{"model":"L4","count":1}},"state":{"type":"recreating",)"
        R"("previous":"exit"},"running":[{"id":"x","type":"createModelState"}]}],"total":1,)"
        R"("offset":0,"limit":20}})");
    auto const& launcher = launchers.persistent_launchers.at(0);
    CHECK(launcher.state.type == launcher_phase::recreating);
    CHECK(launcher.state.previous == "exit");
    CHECK(launcher.running.at(0).type == launcher_work::create_model_state);
    CHECK(launcher.spec.gpus->model == "L4");
    CHECK(!launcher.created_at);

    for (char const* const invites : {R"({"email":"a@b.test"})", R"([{"email":"a@b.test"}])"}) {
        auto const organizations = read<get_organizations>(
            R"({"result":{"organizations":[{"id":"o","name":"O","createdAt":1,"members":)"
            R"([{"userId":"u","username":"ada","role":"admin"}],"pendingInvites":)" +
            std::string{invites} + R"(}],"total":1,"offset":0,"limit":20}})");
        auto const& organization = organizations.organizations.at(0);
        CHECK(organization.members.at(0).role == member_role::admin);
        CHECK(organization.pending_invites->users.at(0).email == "a@b.test");
    }

    auto const told = read<get_notifications>(
        R"({"result":{"notifications":[{"id":"1","timestamp":2,"viewed":true,"data":)"
        R"({"type":"trainingFinished","modelId":"m","trainingSessionId":"t","newStateName":"n",)"
        R"("state":"failed"}},{"id":"2","timestamp":3,"viewed":false,"data":{"type":"alert",)"
        R"("subject":"s","message":"m","fix":{"name":"f","url":"https://x.test"}}}]}})");
    CHECK(told.notifications[0].data.type == notification_type::training_finished);
    CHECK(told.notifications[0].data.state == training_phase::failed);
    CHECK(told.notifications[1].data.fix->name == "f");

    auto const bill = read<get_billing_stats>(
        R"({"result":{"year":2024,"month":"NOV","totalCost":1.5,"perDay":[{"day":3,"models":)"
        R"({"statesCost":0.25,"evaluations":{"amount":2,"baseCost":0.1,"inputData":{"bytes":5,)"
        R"("cost":0.5},"launchers":{"duringWarmup":{"cpuCost":0.75}}}}}]}})");
    CHECK(bill.month == month::nov);
    CHECK(bill.per_day[0].models.evaluations.input_data->cost == 0.5);
    CHECK(bill.per_day[0].models.evaluations.launchers.during_warmup.cpu_cost == 0.75);
    CHECK(bill.per_day[0].datasets.data_cost == 0);
    CHECK(read<estimate_amount_due>(R"({"result":{"amount":12.5}})").amount == 12.5);
    auto const quotas = read<get_quotas>(
        R"({"result":{"quotas":[{"name":"models","unit":"","limit":10,"history":)"
        R"([{"hourTimestamp":1,"maxUsed":3}]},{"name":"cpus","unit":"","limit":8,"used":2,)"
        R"("history":[]}]}})");
    CHECK(!quotas.quotas[0].used);
    CHECK(quotas.quotas[1].used == 2);
}

TEST_CASE("decthings: answers that are none are errors of decoding, and say why")
{
    auto const why = [](http::response whole) {
        auto const answer = read<get_state>(std::move(whole));
        REQUIRE(answer.has_error());
        CHECK(answer.error() == condition::decode);
        return answer.error().what();
    };
    auto const good = unit::answer(R"({"result":{"stateKeyNames":["w"]}})", {"abc"});
    CHECK(read<get_state>(good).has_value());

    auto other = good;
    other.headers.set("Content-Type", "application/octet-stream; charset=utf-8");
    CHECK(unit::contains(why(other), "not of the type application/octet-stream"));
    other.headers.set("Content-Type", "application/json");
    CHECK(unit::contains(why(other), "application/json"));
    other.headers.erase("Content-Type");
    CHECK(unit::contains(why(other), "of none"));
    other = good;
    other.body.clear();
    CHECK(unit::contains(why(other), "is empty"));
    other.body = "\x7d{}";
    CHECK(unit::contains(why(other), "shorter than the length of its JSON"));
    other.body = "\xff";
    CHECK(unit::contains(why(other), "shorter"));
    CHECK(unit::contains(why(unit::answer("{\"result\":")), "incomplete JSON"));
    CHECK(unit::contains(why(unit::answer("[]")), "no object"));
    CHECK(unit::contains(why(unit::answer("{}")), "neither a result nor an error"));
    CHECK(unit::contains(why(unit::answer(R"({"result":null})")), "neither"));
    CHECK(
        unit::contains(why(unit::answer(R"({"result":{"stateKeyNames":[]},"error":{"code":"x"}})")),
                       "both a result and an error"));
    CHECK(unit::contains(why(unit::answer(R"({"error":{}})")), "no code"));
    CHECK(unit::contains(why(unit::answer(R"({"error":"no"})")), "no code"));
    CHECK(unit::contains(why(unit::answer(R"({"result":{"stateKeyNames":["w"]}})")),
                         "has only 0 pieces of data"));
    CHECK(unit::contains(why(unit::answer(R"({"result":{"stateKeyNames":["w"]}})", {"a", "b"})),
                         "goes on behind its 1 pieces"));
    other = good;
    other.body.pop_back();
    CHECK(unit::contains(why(other), "ends inside of piece of data 0"));
    other.body += "cd";
    CHECK(unit::contains(why(other), "goes on behind"));
    // What goes with nothing is not passed over either.
    CHECK(refusal<get_quotas>(R"({"result":{"quotas":[]}})", {"x"}) == errc::bad_schema);
    CHECK(read<get_state>(unit::answer(R"({"result":{"stateKeyNames":[]},"error":null})"))
              .has_value());

    CHECK(refusal<create_state>(R"({"result":{"success":{"durations":{}}}})").info().json_path ==
          "$.result.success.stateId");
    CHECK(unit::contains(refusal<create_state>(R"({"result":{}})").what(), "neither a success"));
    CHECK(unit::contains(
        refusal<create_state>(
            R"({"result":{"success":{"durations":{},"stateId":"s"},"failed":{"durations":{}}}})")
            .what(),
        "both a success and a failure"));
    CHECK(refusal<evaluate>(evaluated + R"([{"name":"y"},{"name":"z"}]}}})",
                            {from_hex("01 00 00 00 00 3f")}) == errc::bad_schema);
    CHECK(unit::contains(refusal<evaluate>(evaluated + R"([{"name":"y"}]}}})", {"\1"}).what(),
                         "in output 'y'"));
    CHECK(refusal<create_state>(
              R"({"result":{"success":{"durations":{"total":1.5},"stateId":"s"}}})") ==
          errc::bad_schema);
}

TEST_CASE("decthings: an answer that can't be read keeps its front, one of 4 KiB")
{
    auto answer = unit::answer(R"({"result":{"stateKeyNames":[]}})", {std::string(10'000, 'x')});
    std::string const before = answer.body;
    CHECK(inferpp::detail::decode_operation<get_state>(answer).has_error());
    CHECK(answer.body == before.substr(0, 4096));
}

TEST_CASE(
    "decthings: every truncation of an answer is refused, every changed byte is read or refused")
{
    std::string const state =
        unit::answer(R"({"result":{"stateKeyNames":["w","b"]}})", {"abc", ""}).body;
    struct {
        std::string body;
        bool (*reads)(http::response);
    } const cases[] = {
        {captured_evaluation,
         [](http::response whole) { return read<evaluate>(std::move(whole)).has_value(); }},
        {state, [](http::response whole) { return read<get_state>(std::move(whole)).has_value(); }},
    };
    for (auto const& one : cases) {
        CHECK(one.reads(captured(one.body)));
        for (std::size_t size = 0; size < one.body.size(); ++size)
            CHECK(!one.reads(captured(one.body.substr(0, size))));
        for (std::size_t at = 0; at < one.body.size(); ++at)
            for (int const value :
                 {0x00, 0x01, 0x22, 0x30, 0x7b, 0x7d, 0x80, 0xfc, 0xfd, 0xfe, 0xff}) {
                std::string changed = one.body;
                changed[at] = static_cast<char>(value);
                (void)one.reads(captured(std::move(changed))); // the sanitizers watch
            }
    }
}
