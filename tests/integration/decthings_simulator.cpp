// SPDX-License-Identifier: BSL-1.0
//
// The simulated Decthings byte by byte: the captures of the wire notes, calls that are held, and
// what is malformed.

#include "integration/decthings_simulator.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
using namespace decthings_wire;
using support::from_hex;
using support::to_hex;

namespace {

using mode = testing::manual_clock::mode;

/// Two models: the one that the captures name, and one that is mounted, with a snapshot.
testing::decthings_simulator_options captured_models()
{
    testing::decthings_simulator_options with;
    with.models.emplace_back("m-1", "one", testing::decthings_state{{"w", "abc"}});
    with.models.emplace_back("m-2", "two", testing::decthings_state{});
    with.datasets.emplace_back("d-1", "pictures",
                               std::vector<testing::decthings_parameter>{
                                   {"image", {testing::decthings_tensor::floats({1}, {1})}}});
    return with;
}

std::string const half = from_hex("01 00 00 00 00 3f");

std::string create_state(std::string_view name = "s")
{
    return R"({"modelId":"model-1","name":")" + std::string{name} + R"(","params":[],)" + location +
           "}";
}

/// Whether that is the JSON, in whatever order.
bool same(json::value const& got, char const* wanted)
{
    CAPTURE(json::serialize(got));
    return got == json::parse(wanted);
}

/// A model that does as the last parameter says: the failure of its run.
testing::decthings_run failing_model(testing::decthings_call const& call)
{
    testing::decthings_run run;
    if (!call.params.empty())
        run.failure =
            boost::json::parse(call.params.back().tensors.at(0).items.at(0).second).as_object();
    return run;
}

std::string text_blob(std::string const& content)
{
    std::string const item = unit::number(content.size()) + content;
    return from_hex("0b 00") + unit::number(item.size()) + item;
}

} // namespace

TEST_CASE("the simulated Decthings takes the captured createState, and answers in its shape")
{
    wire here{captured_models()};
    auto const snapshot =
        here.ask("Model/snapshotModel", R"({"modelId":"m-2","snapshotName":"keep"})");
    CHECK(text(snapshot.result().at("snapshotId")) == "snapshot-1");
    // Byte for byte, but for the id of the snapshot, whose length is another.
    std::string params =
        R"({"modelId":"m-1","name":"init","params":[{"name":"lr"},{"name":"ds","data":)"
        R"({"type":"dataset","datasetId":"d-1","datasetKey":"image"}}],"mountModels":)"
        R"([{"modelId":"m-2","snapshotId":"s-2"}],"executionLocation":)"
        R"({"type":"temporaryLauncher","spec":{"cpus":1,"memoryMebibytes":512}}})";
    std::string const captured = from_hex("01 fd 01 15 06") + params + half;
    CHECK(captured.size() == 288);
    CHECK(request_body(params, {half}) == captured);
    CHECK(wire::check(here.run(here.send("Model/createState", captured))).code() ==
          "snapshot_for_model_to_mount_not_found");
    params.replace(params.find("s-2"), 3, "snapshot-1");
    auto const made = here.ask("Model/createState", params, {half});
    CHECK(json::serialize(made.document) ==
          R"({"result":{"success":{"durations":{"createLauncher":20,"codeStartup":20,)"
          R"("createState":20,"total":60},"stateId":"state-1"}}})");
    CHECK(here.simulator->runs() == 1);
    auto const models = here.ask("Model/getModels", R"({"filter":{"ids":["m-1"]}})");
    auto const& states = models.result().at("models").at(0).at("states").as_array();
    REQUIRE(states.size() == 2);
    CHECK(text(states[1].at("id")) == "state-1");
    CHECK(text(states[1].at("name")) == "init");
    CHECK(json::serialize(states[1].at("state")) ==
          R"([{"key":"lr","byteSize":6},{"key":"ds","byteSize":7}])");
    CHECK(json::serialize(states[1].at("mountedModels")) ==
          R"([{"modelId":"m-2","snapshotId":"snapshot-1"}])");
}

TEST_CASE("the simulated Decthings takes the captured evaluate, with its wrong length of a text")
{
    wire here{captured_models()};
    std::string const captured = from_hex(
        "02 3c 17 0c 7b 22 6d 6f 64 65 6c 49 64 22 3a 22 6d 2d 31 22 2c 22 70 61 72 61 6d 73 22 3a "
        "5b 7b 22 6e 61 6d 65 22 3a 22 69 6e 70 75 74 22 7d 2c 7b 22 6e 61 6d 65 22 3a 22 70 69 63 "
        "22 7d 5d 7d 07 02 02 03 01 02 03 04 05 06 0b 01 02 09 05 68 c3 a9 6c 6c 6f 01 62 0e 00 09 "
        "08 03 70 6e 67 89 50 4e 47");
    CHECK(captured.size() == 99);
    auto const done = wire::check(here.run(here.send("Model/evaluate", captured)));
    auto const& success = done.result().at("success").as_object();
    CHECK(success.at("totalDuration").to_number<int>() == 80);
    CHECK(json::serialize(success.at("durations")) ==
          R"({"createLauncher":20,"codeStartup":20,"createInstantiatedModel":20,"evaluate":20})");
    CHECK(json::serialize(success.at("executedOnLauncher")) ==
          R"({"type":"temporaryLauncher","spec":{"cpus":1,"memoryMebibytes":512}})");
    CHECK(json::serialize(success.at("output")) ==
          R"([{"name":"input"},{"name":"pic"},{"name":"sum"}])");
    REQUIRE(done.blobs.size() == 3);
    // The text was read as it was meant, and is written rightly.
    CHECK(to_hex(done.blobs[0]) == "07 02 02 03 01 02 03 04 05 06 "
                                   "0b 01 02 09 06 68 c3 a9 6c 6c 6f 01 62");
    CHECK(to_hex(done.blobs[1]) == "0e 00 09 08 03 70 6e 67 89 50 4e 47");
    CHECK(to_hex(done.blobs[2]) == "02 00 00 00 00 00 00 00 35 40"); // 21
}

TEST_CASE("the simulated Decthings takes other captured bodies")
{
    wire here{captured_models()};
    std::string const upload =
        from_hex("02 4d 03 01") +
        R"({"modelId":"m-1","name":"n","deleteStates":["old"],"stateKeyNames":["w","b"]})" + "abcd";
    CHECK(wire::check(here.run(here.send("Model/uploadState", upload))).code() ==
          "state_not_found");
    auto const quotas = wire::check(here.run(here.send("User/getQuotas", from_hex("00 02 7b 7d"))));
    CHECK(quotas.result().at("quotas").as_array().size() == 1);
    // The API's name in any case, as the vendor's documentation has it; the method's not.
    CHECK(here.ask("user/getQuotas", "{}").result().contains("quotas"));
    CHECK(here.run(here.send("User/getquotas", from_hex("00 02 7b 7d"))).status == 404);

    testing::decthings_simulator_options with;
    testing::decthings_parameter const empty{"image", {}};
    testing::decthings_parameter const also{"label", {}};
    with.datasets = {testing::decthings_dataset{"d", "n", {empty, also}}};
    wire data{with};
    std::string const entries =
        from_hex("04 44 03 03 03 03") +
        R"({"datasetId":"d","keys":["image","label"],"datasetVersionId":"d-v1"})" +
        from_hex("07 00 03 07 00 01 07 00 04 07 00 02");
    auto const added = wire::check(data.run(data.send("Dataset/addEntries", entries)));
    CHECK(text(added.result().at("newDatasetVersionId")) == "d-v2");
    auto const got = data.ask("Dataset/getEntries", R"({"datasetId":"d","entries":[1,0]})");
    CHECK(json::serialize(got.result()) == R"({"keys":["image","label"],"indexes":[1,0]})");
    CHECK(to_hex(got.blobs.at(0)) == "07 00 04");
    CHECK(to_hex(got.blobs.at(3)) == "07 00 01");
}

TEST_CASE("the simulated Decthings answers the unknown with 404 and the malformed with 500")
{
    wire here;
    std::string const empty = from_hex("00 02 7b 7d");
    for (char const* const method : {"Model/fly", "Bird/fly", "Model", "Model/getModels/x"})
        CHECK(here.run(here.send(method, empty)).status == 404);
    CHECK(here.run(here.client().raw(http::request{"GET", "Model/getModels"})).status == 404);
    for (char const* const hex : {"", "00", "00 02 7b", "00 02 7b 7d 7d", "01 02 05 7b 7d 01",
                                  "00 02 5b 5d", "00 03 7b 7d 7d", "00 ff"})
        CHECK(here.run(here.send("Model/getModels", from_hex(hex))).status == 500);
    CHECK(here.ask("Model/getModels", "{}").result().contains("models"));
}

TEST_CASE("the simulated Decthings lets nobody in without a good key, and says so with 200")
{
    testing::decthings_simulator_options with;
    with.api_key = "good";
    wire here{with};
    CHECK(here.ask("User/getQuotas", "{}").code() == "bad_credentials");
    here.options.api_key = secret{"good"};
    CHECK(here.ask("User/getQuotas", "{}").result().contains("quotas"));
    here.options.api_key = secret{};
    CHECK(here.ask("User/getQuotas", "{}").code() == "bad_credentials");
    wire open;
    CHECK(open.ask("User/getQuotas", "{}").result().contains("quotas"));
    open.options.api_key = secret{};
    CHECK(open.ask("User/getQuotas", "{}").code() == "bad_credentials");
}

TEST_CASE("the simulated Decthings says which parameter is wrong, and refuses as it is told")
{
    wire here;
    auto const invalid = [&](std::string const& params,
                             std::vector<std::string> const& blobs = {}) {
        auto const answer = here.ask("Model/createState", params, blobs);
        CHECK(answer.code() == "invalid_parameter");
        CHECK(!text(answer.error().at("reason")).empty());
        return text(answer.error().at("parameterName"));
    };
    CHECK(invalid(R"({"modelId":7})") == "modelId");
    CHECK(invalid(R"({"modelId":"model-1"})") == "name");
    CHECK(invalid(R"({"modelId":"model-1","name":"n","params":{}})") == "params");
    std::string const begin = R"({"modelId":"model-1","name":"n","params":[)";
    CHECK(invalid(begin + "{}]}") == "params");
    CHECK(invalid(begin + R"({"name":"x"}]})") == "params");
    CHECK(invalid(begin + R"({"name":"x"}]})", {"\1"}) == "params");
    CHECK(invalid(begin + R"({"name":"x"}]})", {half, half}) == "params");
    CHECK(invalid(begin + R"({"name":"x","data":{"type":"file"}}]})") == "params");
    CHECK(invalid(begin + "]}") == "executionLocation");
    CHECK(invalid(begin + R"(],"executionLocation":{"type":"moon"}})") == "executionLocation");
    CHECK(invalid(begin + R"(],"executionLocation":{"type":"temporaryLauncher","spec":)"
                          R"({"cpus":0,"memoryMebibytes":1}}})") == "executionLocation.spec");
    CHECK(invalid(begin +
                  R"(],"mountModels":[{"modelId":"model-1","stateId":"a",)"
                  R"("snapshotId":"b"}],)" +
                  location + "}") == "mountModels");
    CHECK(here.simulator->runs() == 0);

    auto const code = [&](std::string const& params) {
        return here.ask("Model/createState", params).code();
    };
    CHECK(code(R"({"modelId":"none"})") == "model_not_found");
    CHECK(code(begin + R"(],"executionLocation":{"type":"persistentLauncher",)"
                       R"("persistentLauncherId":"none"}})") == "persistent_launcher_not_found");
    CHECK(code(begin + R"(],"mountModels":[{"modelId":"none"}],)" + location + "}") ==
          "model_to_mount_not_found");
    CHECK(code(begin + R"(],"mountModels":[{"modelId":"model-1","stateId":"none"}],)" + location +
               "}") == "state_for_model_to_mount_not_found");
    auto const unknown_key =
        here.ask("Model/createState",
                 begin + R"({"name":"x","data":{"type":"dataset","dataset_id":"dataset-1",)"
                         R"("dataset_key":"none"}}]})");
    CHECK(json::serialize(unknown_key.error()) ==
          R"({"code":"dataset_key_not_found","datasetId":"dataset-1","datasetKey":"none"})");

    here.simulator->refuse("Model/createState", {{"code", "quota_exceeded"}});
    here.simulator->refuse("Model/createState", {{"code", "snapshot_no_longer_exists"}});
    CHECK(code(create_state()) == "quota_exceeded");
    CHECK(here.ask("Model/getModels", "{}").result().contains("models"));
    CHECK(code(create_state()) == "snapshot_no_longer_exists");
    CHECK(here.ask("Model/createState", create_state()).result().contains("success"));
}

TEST_CASE("a call that the simulated Decthings holds is answered when its time has passed")
{
    wire here{{}, mode::stepping};
    auto making = here.start("Model/createState", create_state("slow"));
    CHECK(here.simulator->requests_in_progress() == 1);
    auto const listed = here.ask("Model/getCreatingStates", R"({"modelId":"model-1"})");
    CHECK(text(listed.result().at("states").at(0).at("name")) == "slow");
    std::string const id = text(listed.result().at("states").at(0).at("id"));
    here.time->advance(59ms);
    here.settle();
    CHECK(!making.done());
    auto waiting = here.start("Model/waitForStateToBeCreated",
                              R"({"modelId":"model-1","stateId":")" + id + R"("})");
    here.time->advance(1ms);
    auto const made = wire::check(making.finish().value());
    CHECK(text(made.result().at("success").at("stateId")) == id);
    CHECK(wire::check(waiting.finish().value()).document == made.document);
    auto const of_state = R"({"modelId":"model-1","stateId":")" + id + R"("})";
    CHECK(here.ask("Model/waitForStateToBeCreated", of_state).code() == "state_already_created");
    CHECK(here.ask("Model/cancelCreateState", of_state).code() == "state_already_created");
    CHECK(here.ask("Model/getModelState", of_state).result().contains("stateKeyNames"));
}

TEST_CASE("cancelling ends what the simulated Decthings holds, at once and for all who wait")
{
    wire here{{}, mode::stepping};
    auto making = here.start("Model/createState", create_state());
    auto const of_state = R"({"modelId":"model-1","stateId":"state-1"})";
    auto waiting = here.start("Model/waitForStateToBeCreated", of_state);
    here.time->advance(30ms);
    here.settle();
    CHECK(here.ask("Model/cancelCreateState", of_state).result().empty());
    for (auto* const one : {&making, &waiting}) {
        auto const outcome = wire::check(one->finish().value());
        CHECK(json::serialize(outcome.result()) ==
              R"({"failed":{"durations":{"createLauncher":20,"codeStartup":10,"total":30},)"
              R"("error":{"code":"cancelled"}}})");
    }
    CHECK(here.ask("Model/cancelCreateState", of_state).code() == "state_not_found");
    CHECK(here.ask("Model/getCreatingStates", R"({"modelId":"model-1"})")
              .result()
              .at("states")
              .as_array()
              .empty());

    auto running = here.start("Model/evaluate", R"({"modelId":"model-1","params":[]})");
    auto const evaluations = here.ask("Model/getEvaluations", R"({"modelId":"model-1"})");
    CHECK(text(evaluations.result().at("running").at(0).at("id")) == "evaluation-1");
    auto const of_evaluation = R"({"modelId":"model-1","evaluationId":"evaluation-1"})";
    CHECK(here.ask("Model/cancelEvaluation", of_evaluation).result().empty());
    auto const ended = wire::check(running.finish().value());
    CHECK(text(ended.result().at("failed").at("error").at("code")) == "cancelled");
    auto const after = here.ask("Model/getEvaluations", R"({"modelId":"model-1"})");
    CHECK(after.result().at("running").as_array().empty());
    CHECK(after.result().at("finished").at(0).at("success") == false);
}

TEST_CASE("a run goes on, and its result is kept for a while, when nobody waits for it any more")
{
    wire here{{}, mode::stepping};
    {
        auto running = here.start("Model/evaluate", R"({"modelId":"model-1","params":[]})");
        running.cancel();
        CHECK(running.finish().has_error());
    }
    here.settle();
    CHECK(here.simulator->requests_in_progress() == 0);
    here.time->advance(1s);
    auto const listed = here.ask("Model/getEvaluations", R"({"modelId":"model-1"})");
    CHECK(listed.result().at("finished").at(0).at("success") == true);
    auto const which = R"({"modelId":"model-1","evaluationId":"evaluation-1"})";
    CHECK(here.ask("Model/getFinishedEvaluationResult", which).result().contains("success"));
    here.time->advance(10min);
    CHECK(here.ask("Model/getFinishedEvaluationResult", which).code() == "evaluation_not_found");

    // An answer that comes much later than it was due.
    auto late = here.start("Model/evaluate", R"({"modelId":"model-1","params":[]})");
    here.time->advance(24h);
    CHECK(wire::check(late.finish().value()).result().contains("success"));
    CHECK(here.simulator->runs() == 2);
}

TEST_CASE("the simulated Decthings fails runs as the model says, where it says")
{
    testing::decthings_simulator_options with;
    with.model = failing_model;
    wire here{with};
    auto const failed = [&](std::string const& failure) {
        auto const answer =
            here.ask("Model/createState",
                     R"({"modelId":"model-1","name":"n","params":[{"name":"x"}],)" + location + "}",
                     {text_blob(failure)});
        return json::serialize(answer.result().at("failed"));
    };
    CHECK(failed(R"({"code":"exception","exceptionDetails":"no"})") ==
          R"({"durations":{"createLauncher":20,"codeStartup":20,"createState":20,"total":60},)"
          R"("error":{"code":"exception","exceptionDetails":"no","at":"createState"}})");
    CHECK(failed(R"({"code":"exception","at":"codeStartup"})") ==
          R"({"durations":{"createLauncher":20,"codeStartup":20,"total":40},)"
          R"("error":{"code":"exception","at":"codeStartup"}})");
    CHECK(failed(R"({"code":"code_terminated","exitCode":1,"oom":false})") ==
          R"({"durations":{"createLauncher":20,"codeStartup":20,"createState":20,"total":60},)"
          R"("error":{"code":"code_terminated","exitCode":1,"oom":false}})");
    auto const evaluated =
        here.ask("Model/evaluate", R"({"modelId":"model-1","params":[{"name":"x"}]})",
                 {text_blob(R"({"code":"exception","at":"instantiateModel"})")});
    CHECK(json::serialize(evaluated.result().at("failed").at("durations")) ==
          R"({"createLauncher":20,"codeStartup":20,"createInstantiatedModel":20})");
    // A model of the test that throws itself.
    with.model = [](testing::decthings_call const&) -> testing::decthings_run {
        throw std::runtime_error{"a mistake in the test"};
    };
    wire broken{with};
    auto const answer =
        broken.run(broken.send("Model/createState", request_body(create_state(), {})));
    CHECK(answer.status == 500);
    CHECK(answer.body == "a mistake in the test");
}

TEST_CASE("a training on the simulated Decthings walks through its states")
{
    wire here{{}, mode::stepping};
    CHECK(here.ask("PersistentLauncher/createPersistentLauncher",
                   R"({"name":"l","spec":{"cpus":1,"memoryMebibytes":512}})")
              .result()
              .contains("persistentLauncherId"));
    auto const started =
        here.ask("Model/train", R"({"modelId":"model-1","newStateName":"better","params":[],)"
                                R"("executionLocation":{"type":"persistentLauncher",)"
                                R"("persistentLauncherId":"launcher-1"}})");
    CHECK(text(started.result().at("trainingSessionId")) == "training-1");
    auto const of_training = R"({"modelId":"model-1","trainingSessionId":"training-1"})";
    auto const status = [&] { return here.ask("Model/getTrainingStatus", of_training).result(); };
    CHECK(same(status().at("status"), R"({"state":"starting"})"));
    here.time->advance(10ms);
    CHECK(same(status().at("status"), R"({"state":"starting"})"));
    here.time->advance(15ms); // 5 of 20 ms of the function
    CHECK(same(status().at("status"), R"({"state":"running","progress":0.25,"startDurations":)"
                                      R"({"createInstantiatedModel":20}})"));
    CHECK(same(status().at("metrics"), R"([{"name":"loss","amount":1}])"));
    CHECK(here.ask("Model/clearPreviousTrainingSession", of_training).code() ==
          "training_session_running");
    auto const launchers = here.ask("PersistentLauncher/getPersistentLaunchers", "{}");
    CHECK(same(launchers.result().at("persistentLaunchers").at(0).at("running"),
               R"([{"id":"training-1","type":"train"}])"));
    here.time->advance(20ms);
    CHECK(same(status().at("status"),
               R"({"state":"gettingState","trainDuration":20,"startDurations":)"
               R"({"createInstantiatedModel":20}})"));
    CHECK(same(status().at("metrics"), R"([{"name":"loss","amount":4}])"));
    here.time->advance(20ms);
    auto completed = status().at("status").as_object();
    CHECK(completed.erase("finishedAt") == 1);
    CHECK(same(completed,
               R"({"state":"completed","createdStateId":"state-1","trainDuration":20,)"
               R"("getStateDuration":20,"startDurations":{"createInstantiatedModel":20}})"));
    auto const metrics =
        here.ask("Model/getTrainingMetrics",
                 R"({"modelId":"model-1","trainingSessionId":"training-1","metrics":)"
                 R"([{"name":"loss","startIndex":1,"amount":2}]})");
    CHECK(metrics.result().at("metrics").at(0).at("entries").as_array().size() == 2);
    CHECK(to_hex(metrics.blobs.at(0)) == "01 00 00 00 00 3f");
    CHECK(here.ask("Model/cancelTrainingSession", of_training).code() ==
          "training_session_not_running");
    auto const told = here.ask("User/getNotifications", "{}");
    CHECK(text(told.result().at("notifications").at(1).at("data").at("type")) ==
          "trainingFinished");
    CHECK(here.ask("Model/clearPreviousTrainingSession", of_training).result().empty());
    CHECK(here.ask("Model/getTrainingStatus", of_training).code() == "training_session_not_found");
}

TEST_CASE("a launcher of the simulated Decthings is warm, and goes when nothing runs on it")
{
    wire here{{}, mode::stepping};
    here.ask("PersistentLauncher/createPersistentLauncher",
             R"({"name":"l","spec":{"cpus":1,"memoryMebibytes":512}})");
    here.ask("Model/setUsedPersistentLaunchersForEvaluate",
             R"({"modelId":"model-1","persistentLaunchers":[{"persistentLauncherId":"launcher-1",)"
             R"("level":"codeStart"}]})");
    auto running = here.start("Model/evaluate", R"({"modelId":"model-1","params":[]})");
    auto const of_launcher = R"({"persistentLauncherId":"launcher-1"})";
    CHECK(here.ask("PersistentLauncher/deletePersistentLauncher", of_launcher).result().empty());
    CHECK(here.ask("PersistentLauncher/deletePersistentLauncher", of_launcher).code() ==
          "persistent_launcher_being_deleted");
    here.time->advance(40ms);
    auto const done = wire::check(running.finish().value());
    CHECK(json::serialize(done.result().at("success").at("durations")) ==
          R"({"createInstantiatedModel":20,"evaluate":20})");
    CHECK(text(done.result().at("success").at("executedOnLauncher").at("type")) ==
          "persistentLauncher");
    CHECK(here.ask("PersistentLauncher/getSysinfo", of_launcher).code() ==
          "persistent_launcher_not_found");
}

TEST_CASE("the simulated Decthings speaks one generation at a time")
{
    wire earlier;
    wire later{support::decthing::with_versions()};
    std::string const empty = from_hex("00 02 7b 7d");
    for (char const* const method :
         {"Model/createState", "Model/snapshotModel", "Model/waitForModelToBeCreated"}) {
        CHECK(earlier.run(earlier.send(method, empty)).status == 200);
        CHECK(later.run(later.send(method, empty)).status == 404);
    }
    for (char const* const method :
         {"Model/createModelVersion", "Model/getWeights", "Debug/callInitializeWeights"}) {
        CHECK(earlier.run(earlier.send(method, empty)).status == 404);
        CHECK(later.run(later.send(method, empty)).status == 200);
    }
    // The vendor's client sends it in both.
    for (wire* const each : {&earlier, &later})
        CHECK(each->run(each->send("Debug/callCreateModelState", empty)).status == 200);
    auto const made =
        later.ask("Model/createModelVersion",
                  R"({"modelId":"model-1","versionName":"v","params":[{"name":"w"}]})", {half});
    CHECK(json::serialize(made.result()) ==
          R"({"versionId":"version-1","initializeWeightsDurations":{"createLauncher":20,)"
          R"("codeStartup":20,"initializeWeights":20,"total":60}})");
    auto const weights =
        later.ask("Model/getWeights", R"({"modelId":"model-1","versionId":"version-1"})");
    CHECK(json::serialize(weights.result()) == R"({"stateKeyNames":["w"],"weightKeyNames":["w"]})");
    CHECK(weights.blobs.at(0) == half);
    auto const done =
        later.ask("Model/evaluate", R"({"modelId":"model-1","versionId":"version-1","params":[]})");
    CHECK(same(done.result().at("durations"),
               R"({"createLauncher":20,"codeStartup":20,"instantiateModel":20,"evaluate":20,)"
               R"("total":80})"));
    CHECK(to_hex(done.blobs.at(0)) == "02 00 00 00 00 00 00 00 e0 3f");
}

TEST_CASE("every truncation of a request is refused by the simulated Decthings, not more")
{
    wire here;
    std::string const body =
        request_body(R"({"modelId":"model-1","params":[{"name":"x"}]})", {half});
    for (std::size_t size = 0; size < body.size(); ++size)
        CHECK(here.run(here.send("Model/evaluate", body.substr(0, size))).status == 500);
    std::size_t const begin = body.size() - half.size();
    for (std::size_t at = begin; at < body.size(); ++at)
        for (int const value : {0x00, 0x01, 0x0b, 0x0e, 0x10, 0x11, 0x7f, 0xfc, 0xfd, 0xff}) {
            std::string changed = body;
            changed[at] = static_cast<char>(value);
            auto const answer = here.run(here.send("Model/evaluate", changed));
            CHECK(answer.status == 200);
        }
}

TEST_CASE("tensors of the simulated Decthings are written and read as the golden ones")
{
    struct {
        char const* hex;
        char const* type;
        std::vector<std::uint64_t> shape;
    } const cases[] = {
        {"01 01 02 00 00 c0 3f 00 00 00 c0", "f32", {2}},
        {"02 00 9a 99 99 99 99 99 b9 3f", "f64", {}},
        {"03 01 03 ff 00 7f", "i8", {3}},
        {"04 01 02 fe ff 02 01", "i16", {2}},
        {"05 01 01 fd ff ff ff", "i32", {1}},
        {"06 01 01 fc ff ff ff ff ff ff ff", "i64", {1}},
        {"07 02 02 02 01 02 03 ff", "u8", {2, 2}},
        {"08 01 01 01 02", "u16", {1}},
        {"09 01 01 ef be ad de", "u32", {1}},
        {"0a 01 01 ff ff ff ff ff ff ff ff", "u64", {1}},
        {"0b 01 02 04 02 61 62 00", "string", {2}},
        {"0b 00 03 02 c3 a9", "string", {}},
        {"0c 01 02 04 02 01 02 00", "binary", {2}},
        {"0d 01 03 01 00 01", "boolean", {3}},
        {"0e 00 09 08 03 70 6e 67 89 50 4e 47", "image", {}},
        {"0f 00 08 07 03 6d 70 33 49 44 33", "audio", {}},
        {"10 00 09 08 03 6d 70 34 00 00 00 18", "video", {}},
        {"01 01 00", "f32", {0}},
        {"01 02 00 03", "f32", {0, 3}},
        {"0b 01 00 00", "string", {0}},
        {"0e 01 00 00", "image", {0}},
    };
    std::vector<testing::decthings_parameter> seen;
    testing::decthings_simulator_options with;
    with.model = [&seen](testing::decthings_call const& call) {
        seen = call.params;
        testing::decthings_run run;
        run.output = call.params;
        return run;
    };
    wire here{with};
    for (auto const& one : cases) {
        CAPTURE(one.hex);
        auto const done =
            here.ask("Model/evaluate", R"({"modelId":"model-1","params":[{"name":"x"}]})",
                     {from_hex(one.hex)});
        CHECK(to_hex(done.blobs.at(0)) == one.hex);
        CHECK(seen.at(0).tensors.at(0).type == one.type);
        CHECK(seen.at(0).tensors.at(0).shape == one.shape);
    }
    // What the vendor's JavaScript writes of audio and video.
    auto const heard =
        here.ask("Model/evaluate", R"({"modelId":"model-1","params":[{"name":"x"}]})",
                 {from_hex("0f 00 09 06 07 03 6d 70 33 49 44 33")});
    CHECK(to_hex(heard.blobs.at(0)) == "0f 00 08 07 03 6d 70 33 49 44 33");
    // None, and several.
    auto const none =
        here.ask("Model/evaluate", R"({"modelId":"model-1","params":[{"name":"x"}]})", {""});
    CHECK(none.blobs.at(0).empty());
    CHECK(seen.at(0).tensors.empty());
    CHECK(here.ask("Model/evaluate", R"({"modelId":"model-1","params":[{"name":"x"}]})",
                   {half + half})
              .blobs.at(0) == half + half);
}
