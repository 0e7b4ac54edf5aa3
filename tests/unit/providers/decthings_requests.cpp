// SPDX-License-Identifier: BSL-1.0
//
// Each of Decthings' calls as it is sent, byte for byte, and what is refused before it is.

#include "unit/providers/decthings_requests.hpp"

#include <inferpp/decthings.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/hex.hpp"
#include "unit/support.hpp"

using namespace inferpp;
using namespace inferpp::decthings;
using support::from_hex;
using namespace std::string_literals;

namespace {

/// Whether the call is sent to that place with this JSON, and these blobs.
template <class Op>
void check(Op const& op, std::string_view route, std::string_view json,
           std::vector<std::string> const& blobs = {})
{
    CAPTURE(std::string{route});
    auto const message = inferpp::detail::encode_operation(op);
    REQUIRE(message.has_value());
    CHECK(message->method == "POST");
    CHECK(message->target == route);
    CHECK(message->headers.find("Content-Type") == "application/octet-stream");
    CHECK(!message->headers.find("Authorization")); // it comes with each attempt
    auto const sent = unit::parse_request(unit::whole_body(*message));
    CHECK(sent.json == json);
    CHECK(sent.blobs == blobs);
}

/// The message with which a call is refused before any I/O.
template <class Op>
std::string refusal(Op const& op)
{
    auto const message = inferpp::detail::encode_operation(op);
    if (message)
        return "not refused";
    CHECK(message.error() == errc::invalid_argument);
    return message.error().info().message;
}

execution_location small_machine()
{
    return execution_location::temporary({1, 512});
}

std::string const f32_half = from_hex("01 00 00 00 00 3f");

tensor label(unsigned char value)
{
    return tensor{std::uint8_t{value}};
}

} // namespace

TEST_CASE("decthings: createState is the captured request, byte for byte")
{
    create_state op{"m-1", "init", small_machine()};
    op.params.emplace_back("lr", tensor{0.5F});
    op.params.emplace_back("ds", dataset_reference{"d-1", "image"});
    op.mount_models.push_back(model_to_mount::with_snapshot("m-2", "s-2"));
    auto const message = inferpp::detail::encode_operation(op).value();
    std::string_view const json =
        R"({"modelId":"m-1","name":"init","params":[{"name":"lr"},{"name":"ds","data":)"
        R"({"type":"dataset","datasetId":"d-1","datasetKey":"image"}}],"mountModels":)"
        R"([{"modelId":"m-2","snapshotId":"s-2"}],"executionLocation":)"
        R"({"type":"temporaryLauncher","spec":{"cpus":1,"memoryMebibytes":512}}})";
    CHECK(message.target == "Model/createState");
    CHECK(message.body == from_hex("01 fd 01 15 06").append(json).append(f32_half));
    CHECK(message.body.size() == 288);
}

TEST_CASE("decthings: evaluate is the captured request, with the length of its text put right")
{
    evaluate op{"m-1"};
    std::vector<tensor> input;
    input.push_back(tensor{std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}, {2, 3}});
    input.push_back(tensor::strings({"h\xc3\xa9llo", "b"}));
    op.params.emplace_back("input", std::move(input));
    op.params.emplace_back("pic", tensor::image("png", "\x89PNG"));
    auto const message = inferpp::detail::encode_operation(op).value();
    // 06 where the vendor's client writes 05: the text has six bytes.
    CHECK(support::to_hex(message.body) == "02 3c 17 0c 7b 22 6d 6f 64 65 6c 49 64 22 3a 22 "
                                           "6d 2d 31 22 2c 22 70 61 72 61 6d 73 22 3a 5b 7b "
                                           "22 6e 61 6d 65 22 3a 22 69 6e 70 75 74 22 7d 2c "
                                           "7b 22 6e 61 6d 65 22 3a 22 70 69 63 22 7d 5d 7d "
                                           "07 02 02 03 01 02 03 04 05 06 0b 01 02 09 06 68 "
                                           "c3 a9 6c 6c 6f 01 62 0e 00 09 08 03 70 6e 67 89 "
                                           "50 4e 47");

    evaluate const least{"m"};
    CHECK(inferpp::detail::encode_operation(least).value().body ==
          "\0\x1b{\"modelId\":\"m\",\"params\":[]}"s);
}

TEST_CASE("decthings: other captured bodies")
{
    upload_state upload{"m", "n"};
    upload.delete_states = {"old"};
    upload.data.emplace_back("w", "abc");
    upload.data.emplace_back("b", "d");
    CHECK(inferpp::detail::encode_operation(upload).value().body ==
          from_hex("02 4b 03 01") +
              R"({"modelId":"m","name":"n","deleteStates":["old"],"stateKeyNames":["w","b"]})" +
              "abcd");

    add_entries entries{"d"};
    entries.keys.add("label", {label(1), label(2)}); // the keys are sorted, the entries are not
    entries.keys.add("image", {label(3), label(4)});
    entries.dataset_version_id = "v1";
    CHECK(inferpp::detail::encode_operation(entries).value().body ==
          from_hex("04 42 03 03 03 03") +
              R"({"datasetId":"d","keys":["image","label"],"datasetVersionId":"v1"})" +
              from_hex("07 00 03 07 00 01 07 00 04 07 00 02"));

    get_quotas const quotas;
    CHECK(inferpp::detail::encode_operation(quotas).value().body == from_hex("00 02 7b 7d"));

    evaluate most{"m"};
    for (int i = 0; i < 255; ++i)
        most.params.emplace_back("p" + std::to_string(i), std::vector<tensor>{});
    CHECK(inferpp::detail::encode_operation(most).value().body.substr(0, 1) == "\xff");
    most.params.emplace_back("one more", std::vector<tensor>{});
    CHECK(refusal(most) == "params must have at most 255 entries");
}

TEST_CASE("decthings: large tensors are not joined with the rest, and all of them arrives")
{
    std::vector<std::uint8_t> numbers(100'000);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        numbers[i] = static_cast<std::uint8_t>(i * 31 % 251);
    auto const* const where = reinterpret_cast<char const*>(numbers.data());
    tensor const large{std::move(numbers)};
    evaluate op{"m"};
    op.params.emplace_back("small", tensor{1.0F});
    op.params.emplace_back("large", std::vector<tensor>{large, tensor{2.0F}, large});
    op.params.emplace_back("last", tensor{3.0F});
    auto const message = inferpp::detail::encode_operation(op).value();
    REQUIRE(message.source);
    auto const sent = unit::parse_request(unit::whole_body(message));
    REQUIRE(sent.blobs.size() == 3);
    CHECK(sent.blobs[0] == from_hex("01 00 00 00 80 3f"));
    CHECK(sent.blobs[2] == from_hex("01 00 00 00 40 40"));
    auto const read = tensor::decode_all(shared_bytes{sent.blobs[1]}).value();
    REQUIRE(read.size() == 3);
    CHECK(read[0] == large);
    CHECK(read[1].value<float>() == 2.0F);
    CHECK(read[2] == large);

    framed_request const framed = frame_request({}, "{}", op.blobs()).value();
    CHECK(framed.rest.size() == 4); // the tensor, what is small, the tensor, what is small
    CHECK(framed.rest[0].view().data() == where);
    CHECK(framed.rest[2].view().data() == where);
}

TEST_CASE("decthings: states are asked for as the vendor's client does")
{
    check(cancel_create_state{"m", "s"}, "Model/cancelCreateState",
          R"({"modelId":"m","stateId":"s"})");
    check(wait_for_state{"m", "s"}, "Model/waitForStateToBeCreated",
          R"({"modelId":"m","stateId":"s"})");
    check(get_creating_states{"m"}, "Model/getCreatingStates", R"({"modelId":"m"})");
    update_state rename{"m", "s"};
    rename.properties.name = "new";
    check(rename, "Model/updateModelState",
          R"({"modelId":"m","stateId":"s","properties":{"name":"new"}})");
    check(set_active_state{"m", "s"}, "Model/setActiveModelState",
          R"({"modelId":"m","stateId":"s"})");
    check(delete_state{"m", "s"}, "Model/deleteModelState", R"({"modelId":"m","stateId":"s"})");
    get_state read{"m"};
    check(read, "Model/getModelState", R"({"modelId":"m"})");
    read.state_id = "s";
    read.keys = {"w"};
    check(read, "Model/getModelState", R"({"modelId":"m","stateId":"s","keys":["w"]})");
    check(get_snapshot_state{"m", "p"}, "Model/getSnapshotState",
          R"({"modelId":"m","snapshotId":"p"})");

    create_state mounts{"m", "n", execution_location::persistent("l")};
    mounts.mount_models.emplace_back("a");
    mounts.mount_models.push_back(model_to_mount::with_state("b", "s"));
    check(mounts, "Model/createState",
          R"({"modelId":"m","name":"n","params":[],"mountModels":[{"modelId":"a"},)"
          R"({"modelId":"b","stateId":"s"}],"executionLocation":)"
          R"({"type":"persistentLauncher","persistentLauncherId":"l"}})");

    upload_state upload{"m", "n"};
    upload.mount_models.emplace_back("a");
    upload.mount_models.emplace_back("b", "p");
    check(upload, "Model/uploadState",
          R"({"modelId":"m","name":"n","mountModels":[{"modelId":"a"},)"
          R"({"modelId":"b","snapshotId":"p"}],"stateKeyNames":[]})");
}

TEST_CASE("decthings: evaluations and trainings are asked for as the vendor's client does")
{
    evaluate at{"m"};
    at.snapshot_id = "p";
    check(at, "Model/evaluate", R"({"modelId":"m","params":[],"snapshotId":"p"})");
    check(get_evaluations{"m"}, "Model/getEvaluations", R"({"modelId":"m"})");
    check(get_evaluation_result{"m", "e"}, "Model/getFinishedEvaluationResult",
          R"({"modelId":"m","evaluationId":"e"})");
    check(cancel_evaluation{"m", "e"}, "Model/cancelEvaluation",
          R"({"modelId":"m","evaluationId":"e"})");
    set_evaluation_launchers use{"m"};
    use.persistent_launchers.emplace_back("l", warm_level::instantiated_model);
    check(use, "Model/setUsedPersistentLaunchersForEvaluate",
          R"({"modelId":"m","persistentLaunchers":)"
          R"([{"persistentLauncherId":"l","level":"instantiatedModel"}]})");
    check(set_evaluation_launchers{"m"}, "Model/setUsedPersistentLaunchersForEvaluate",
          R"({"modelId":"m","persistentLaunchers":[]})");
    check(get_evaluation_launchers{"m"}, "Model/getUsedPersistentLaunchersForEvaluate",
          R"({"modelId":"m"})");

    train more{"m", "trained", execution_location::persistent("l")};
    more.state_id = "s";
    more.params.emplace_back("lr", tensor{0.5F});
    check(more, "Model/train",
          R"({"modelId":"m","stateId":"s","newStateName":"trained","params":[{"name":"lr"}],)"
          R"("executionLocation":{"type":"persistentLauncher","persistentLauncherId":"l"}})",
          {f32_half});
    check(get_training_status{"m", "t"}, "Model/getTrainingStatus",
          R"({"modelId":"m","trainingSessionId":"t"})");
    check(get_training_status{job_ref{"t", "m"}}, "Model/getTrainingStatus",
          R"({"modelId":"m","trainingSessionId":"t"})");
    get_training_metrics metrics{"m", "t"};
    metrics.metrics.emplace_back("loss", 3, 10);
    check(metrics, "Model/getTrainingMetrics",
          R"({"modelId":"m","trainingSessionId":"t","metrics":)"
          R"([{"name":"loss","startIndex":3,"amount":10}]})");
    get_training_sysinfo use_of{"m", "t"};
    check(use_of, "Model/getTrainingSysinfo", R"({"modelId":"m","trainingSessionId":"t"})");
    use_of.from_timestamp = epoch_time{1700000000000};
    check(use_of, "Model/getTrainingSysinfo",
          R"({"modelId":"m","trainingSessionId":"t","fromTimestamp":1700000000000})");
    check(cancel_training{"m", "t"}, "Model/cancelTrainingSession",
          R"({"modelId":"m","trainingSessionId":"t"})");
    check(clear_training{"m", "t"}, "Model/clearPreviousTrainingSession",
          R"({"modelId":"m","trainingSessionId":"t"})");
}

TEST_CASE("decthings: models and snapshots are asked for as the vendor's client does")
{
    code_source python{model_language::python};
    python.preset = "pytorch";
    python.wasm = false;
    model_source from{python};
    from.tags.emplace_back("task", "digits");
    create_model code{"m", from};
    code.description = "d";
    code.public_access = true;
    check(code, "Model/createModel",
          R"({"name":"m","description":"d","publicAccess":true,"options":{"type":"code",)"
          R"("tags":[{"tag":"task","value":"digits"}],"language":"python","preset":"pytorch",)"
          R"("wasm":false}})");

    file_source file{"onnx", "\1\2\3"};
    auto& defined = file.parameter_definitions.emplace();
    tensor_rules rules;
    rules.shape = {-1, 28};
    rules.allowed_types = {element_type::f32, element_type::u8};
    defined.evaluate_input.emplace_back("image", rules);
    check(create_model{"m", file}, "Model/createModel",
          R"({"name":"m","description":"","options":{"type":"upload","parameterDefinitions":)"
          R"({"createState":[],"train":[],"evaluateInput":[{"name":"image","required":true,)"
          R"("rules":{"shape":[-1,28],"allowedTypes":["f32","u8"],"annotations":[]}}],)"
          R"("evaluateOutput":[]},"format":"onnx"}})",
          {"\1\2\3"});

    snapshot_source copy{"o", "p"};
    check(create_model{"m", copy}, "Model/createModel",
          R"({"name":"m","description":"","options":{"type":"basedOnModelSnapshot",)"
          R"("modelId":"o","snapshotId":"p","initialState":{"method":"copy"}}})");
    made_state made{"first", {2, 1024}};
    made.params.emplace_back("lr", tensor{0.5F});
    copy.initial_state = made;
    check(create_model{"m", copy}, "Model/createModel",
          R"({"name":"m","description":"","options":{"type":"basedOnModelSnapshot",)"
          R"("modelId":"o","snapshotId":"p","initialState":{"method":"create","name":"first",)"
          R"("params":[{"name":"lr"}],"launcherSpec":{"cpus":2,"memoryMebibytes":1024}}}})",
          {f32_half});
    uploaded_state uploaded{"first"};
    uploaded.data.emplace_back("w", "abc");
    copy.initial_state = uploaded;
    check(create_model{"m", copy}, "Model/createModel",
          R"({"name":"m","description":"","options":{"type":"basedOnModelSnapshot",)"
          R"("modelId":"o","snapshotId":"p","initialState":{"method":"upload","name":"first",)"
          R"("stateKeyNames":["w"]}}})",
          {"abc"});
    existing_source existing{"o"};
    existing.snapshot_id = "p";
    check(create_model{"m", existing}, "Model/createModel",
          R"({"name":"m","description":"","options":{"type":"fromExisting","modelId":"o",)"
          R"("snapshotId":"p"}})");

    check(wait_for_model{"m"}, "Model/waitForModelToBeCreated", R"({"modelId":"m"})");
    check(delete_model{"m"}, "Model/deleteModel", R"({"modelId":"m"})");
    update_model change{"m"};
    change.properties.name = "n";
    change.properties.tags.emplace();
    change.properties.default_launcher_specs.emplace().evaluate = launcher_spec{0.5, 256};
    change.properties.max_durations_seconds.emplace().train = std::chrono::hours{1};
    check(change, "Model/updateModel",
          R"({"modelId":"m","properties":{"name":"n","tags":[],"defaultLauncherSpecs":)"
          R"({"evaluate":{"cpus":0.5,"memoryMebibytes":256}},"maxDurationsSeconds":)"
          R"({"codeStartup":0,"instantiateModel":0,"createState":0,"train":3600,"evaluate":0}}})");
    get_models list;
    check(list, "Model/getModels", "{}");
    list.offset = 20;
    list.limit = 10;
    list.sort = "name";
    list.sort_direction = sort_direction::desc;
    list.filter.emplace().ids = {"a", "b"};
    list.filter->search_name = "dig";
    check(list, "Model/getModels",
          R"({"offset":20,"limit":10,"sort":"name","sortDirection":"desc","filter":)"
          R"({"ids":["a","b"],"searchName":"dig"}})");
    check(set_filesystem_size{"m", 2048}, "Model/setFilesystemSize",
          R"({"modelId":"m","newFilesystemSizeMebibytes":2048})");
    check(get_filesystem_usage{"m"}, "Model/getFilesystemUsage", R"({"modelId":"m"})");
    check(set_image{"m", "docker.io", "library/ubuntu", "latest"}, "Model/setImage",
          R"({"modelId":"m","domain":"docker.io","repository":"library/ubuntu",)"
          R"("reference":"latest"})");
    check(snapshot_model{"m", "p"}, "Model/snapshotModel", R"({"modelId":"m","snapshotName":"p"})");
    update_snapshot renamed{"m", "p"};
    renamed.properties.name = "n";
    check(renamed, "Model/updateSnapshot",
          R"({"modelId":"m","snapshotId":"p","properties":{"name":"n"}})");
    check(delete_snapshot{"m", "p"}, "Model/deleteSnapshot", R"({"modelId":"m","snapshotId":"p"})");
}

TEST_CASE("decthings: datasets are asked for as the vendor's client does")
{
    tensor_rules rules;
    rules.allowed_types = {element_type::image};
    create_dataset make{"d", {{"image", rules}}};
    make.description = "pictures";
    check(make, "Dataset/createDataset",
          R"({"name":"d","description":"pictures","keys":[{"name":"image","required":true,)"
          R"("rules":{"shape":[],"allowedTypes":["image"],"annotations":[]}}]})");
    update_dataset change{"d"};
    change.properties.public_access = false;
    check(change, "Dataset/updateDataset",
          R"({"datasetId":"d","properties":{"publicAccess":false}})");
    check(delete_dataset{"d"}, "Dataset/deleteDataset", R"({"datasetId":"d"})");
    get_datasets list;
    list.filter.emplace().tags.emplace_back("t", "v");
    check(list, "Dataset/getDatasets", R"({"filter":{"tags":[{"tag":"t","value":"v"}]}})");
    add_entries_to_needs_review review{"d"};
    review.keys.add("k", {label(1)});
    check(review, "Dataset/addEntriesToNeedsReview", R"({"datasetId":"d","keys":["k"]})",
          {from_hex("07 00 01")});
    finalize_needs_review_entries finalize{"d", {7}};
    finalize.keys.add("k", {label(1)});
    check(finalize, "Dataset/finalizeNeedsReviewEntries",
          R"({"datasetId":"d","keys":["k"],"indexes":[7]})", {from_hex("07 00 01")});
    check(get_entries{"d", {1, 5}}, "Dataset/getEntries", R"({"datasetId":"d","entries":[1,5]})");
    get_entries ranged{"d", entry_selection::range(2, 4)};
    ranged.dataset_version_id = "v";
    check(ranged, "Dataset/getEntries",
          R"({"datasetId":"d","entries":{"start":2,"end":4},"datasetVersionId":"v"})");
    check(get_needs_review_entries{"d", entry_selection::range(0, 1)},
          "Dataset/getNeedsReviewEntries", R"({"datasetId":"d","entries":{"start":0,"end":1}})");
    check(remove_entries{"d", {3}}, "Dataset/removeEntries", R"({"datasetId":"d","entries":[3]})");
    check(remove_needs_review_entries{"d", {3}}, "Dataset/removeNeedsReviewEntries",
          R"({"datasetId":"d","entries":[3]})");
}

TEST_CASE("decthings: launchers, commands and terminals are asked for as the vendor's client does")
{
    launcher_spec machine{4, 8192};
    machine.disk_mebibytes = 10240;
    machine.swap_mebibytes = 1;
    machine.gpus = gpu_spec{"A100 80GB", 2};
    check(create_persistent_launcher{"l", machine}, "PersistentLauncher/createPersistentLauncher",
          R"({"name":"l","spec":{"cpus":4,"memoryMebibytes":8192,"diskMebibytes":10240,)"
          R"("swapMebibytes":1,"gpus":{"model":"A100 80GB","count":2}}})");
    get_persistent_launchers list;
    list.filter.emplace().ids = {"l"};
    check(list, "PersistentLauncher/getPersistentLaunchers", R"({"filter":{"ids":["l"]}})");
    check(get_launcher_sysinfo{"l"}, "PersistentLauncher/getSysinfo",
          R"({"persistentLauncherId":"l"})");
    check(delete_persistent_launcher{"l"}, "PersistentLauncher/deletePersistentLauncher",
          R"({"persistentLauncherId":"l"})");

    spawn_command echo{small_machine(), "echo"};
    echo.args = {"hi"};
    check(echo, "Spawned/spawnCommand",
          R"({"executionLocation":{"type":"temporaryLauncher","spec":{"cpus":1,)"
          R"("memoryMebibytes":512}},"command":"echo","args":["hi"],"subscribeToEvents":false})");
    spawn_command_for_model listing{"m", execution_location::persistent("l"), "ls"};
    auto& with = listing.options.emplace();
    with.timeout_seconds = 60;
    with.add_filesystem_access.emplace_back("o");
    check(listing, "Spawned/spawnCommandForModel",
          R"({"executionLocation":{"type":"persistentLauncher","persistentLauncherId":"l"},)"
          R"("command":"ls","args":[],"modelId":"m","options":{"timeoutSeconds":60,)"
          R"("addFilesystemAccess":[{"modelId":"o"}]},"subscribeToEvents":false})");
    check(terminate_spawned_command{"c"}, "Spawned/terminateSpawnedCommand",
          R"({"spawnedCommandId":"c"})");
    get_spawned_commands commands;
    check(commands, "Spawned/getSpawnedCommands", "{}");
    commands.spawned_command_ids = {"c"};
    check(commands, "Spawned/getSpawnedCommands", R"({"spawnedCommandIds":["c"]})");
    check(write_to_spawned_command{"c", "y\n"}, "Spawned/writeToSpawnedCommand",
          R"({"spawnedCommandId":"c"})", {"y\n"});

    launch_terminal terminal{"m", small_machine()};
    terminal.options.emplace().cols = 100;
    check(terminal, "Terminal/launchTerminalSession",
          R"({"modelId":"m","executionLocation":{"type":"temporaryLauncher","spec":{"cpus":1,)"
          R"("memoryMebibytes":512}},"options":{"cols":100},"subscribeToEvents":false})");
    check(terminate_terminal{"t"}, "Terminal/terminateTerminalSession",
          R"({"terminalSessionId":"t"})");
    check(get_terminals{}, "Terminal/getTerminalSessions", "{}");
    check(write_to_terminal{"t", "ls\n"}, "Terminal/writeToTerminalSession",
          R"({"terminalSessionId":"t"})", {"ls\n"});
    check(resize_terminal{"t", {120, 40}}, "Terminal/resizeTerminalSession",
          R"({"terminalSessionId":"t","size":{"cols":120,"rows":40}})");
    check(add_terminal_filesystem_access{"t", "m"},
          "Terminal/addFilesystemAccessForTerminalSession",
          R"({"terminalSessionId":"t","modelId":"m"})");
}

TEST_CASE("decthings: debug sessions are asked for as the vendor's client does")
{
    launch_debug_session launch{"m", small_machine()};
    launch.options.emplace().remote_inspector = false;
    check(launch, "Debug/launchDebugSession",
          R"({"modelId":"m","executionLocation":{"type":"temporaryLauncher","spec":{"cpus":1,)"
          R"("memoryMebibytes":512}},"options":{"remoteInspector":false},)"
          R"("subscribeToEvents":false})");
    check(get_debug_sessions{}, "Debug/getDebugSessions", "{}");
    check(terminate_debug_session{"g"}, "Debug/terminateDebugSession", R"({"debugSessionId":"g"})");
    check(send_to_remote_inspector{"g", "break"}, "Debug/sendToRemoteInspector",
          R"({"debugSessionId":"g"})", {"break"});
    debug_create_state make{"g"};
    make.params.emplace_back("lr", tensor{0.5F});
    check(make, "Debug/callCreateModelState", R"({"debugSessionId":"g","params":[{"name":"lr"}]})",
          {f32_half});
    std::vector<key_data> const data{{"w", "abc"}};
    check(debug_instantiate{"g", data}, "Debug/callInstantiateModel",
          R"({"debugSessionId":"g","stateData":{"type":"data"},"stateKeyNames":["w"]})", {"abc"});
    check(debug_instantiate{"g", "x"}, "Debug/callInstantiateModel",
          R"({"debugSessionId":"g","stateData":{"type":"dataId","dataId":"x"}})");
    debug_evaluate run{"g", "i"};
    run.params.emplace_back("lr", tensor{0.5F});
    check(run, "Debug/callEvaluate",
          R"({"debugSessionId":"g","instantiatedModelId":"i","params":[{"name":"lr"}]})",
          {f32_half});
    check(debug_get_state{"g", "i"}, "Debug/callGetModelState",
          R"({"debugSessionId":"g","instantiatedModelId":"i"})");
    check(debug_download_state{"g", "x"}, "Debug/downloadStateData",
          R"({"debugSessionId":"g","dataId":"x"})");
    check(debug_train{"g", "i"}, "Debug/callTrain",
          R"({"debugSessionId":"g","instantiatedModelId":"i","params":[]})");
    check(get_debug_training{"g", "t"}, "Debug/getTrainingStatus",
          R"({"debugSessionId":"g","trainingSessionId":"t"})");
    check(cancel_debug_training{"g", "t"}, "Debug/cancelTrainingSession",
          R"({"debugSessionId":"g","trainingSessionId":"t"})");
    get_debug_metrics metrics{"g", "t"};
    metrics.metrics.emplace_back("loss", 0, 1);
    check(metrics, "Debug/getTrainingMetrics",
          R"({"debugSessionId":"g","trainingSessionId":"t","metrics":)"
          R"([{"name":"loss","startIndex":0,"amount":1}]})");
}

TEST_CASE("decthings: files are asked for as the vendor's client does")
{
    check(lookup_file{"m", 1, "a b"}, "FS/lookup", R"({"modelId":"m","parent":1,"name":"YSBi"})");
    lookup_file old{"m", 1, "\xff"};
    old.snapshot_id = "p";
    check(old, "FS/lookup", R"({"modelId":"m","snapshotId":"p","parent":1,"name":"/w=="})");
    check(get_file_attributes{"m", 2}, "FS/getattr", R"({"modelId":"m","inode":2})");
    read_file read{"m", 2, 10, 100};
    read.version_id = "v";
    check(read, "FS/read", R"({"modelId":"m","versionId":"v","inode":2,"offset":10,"count":100})");
    check(read_link{"m", 2}, "FS/readlink", R"({"modelId":"m","inode":2})");
    check(read_folder{"m", 1}, "FS/readdir", R"({"modelId":"m","inode":1})");
    set_file_attributes change{"m", 2};
    change.mode = 0644;
    change.mtime = file_time{1, 2};
    check(change, "FS/setattr",
          R"({"modelId":"m","inode":2,"mode":420,"mtime":{"sec":1,"nsec":2}})");
    write_file write{"m", 2, "abc", 5};
    write.truncate = true;
    check(write, "FS/write", R"({"modelId":"m","inode":2,"offset":5,"truncate":true})", {"abc"});
    make_file make{"m", 1, "f"};
    check(make, "FS/mknod", R"({"parent":1,"name":"Zg==","modelId":"m","mode":33188,"dev":0})");
    check(make_folder{"m", 1, "d"}, "FS/mkdir",
          R"({"parent":1,"name":"ZA==","modelId":"m","mode":493})");
    check(make_symbolic_link{"m", 1, "l", "d/f"}, "FS/symlink",
          R"({"parent":1,"name":"bA==","modelId":"m","link":"ZC9m"})");
    check(remove_file{"m", 1, "f"}, "FS/unlink", R"({"parent":1,"name":"Zg==","modelId":"m"})");
    check(remove_folder{"m", 1, "d"}, "FS/rmdir", R"({"parent":1,"name":"ZA==","modelId":"m"})");
    check(remove_tree{"m", 1, "d"}, "FS/rmdirAll", R"({"parent":1,"name":"ZA==","modelId":"m"})");
    rename_file rename{"m", 1, "f", 3, "g"};
    rename.flags = 1;
    check(rename, "FS/rename",
          R"({"parent":1,"name":"Zg==","modelId":"m","newparent":3,"newname":"Zw==","flags":1})");
    check(link_file{"m", 2, 1, "g"}, "FS/link",
          R"({"modelId":"m","inode":2,"newparent":1,"newname":"Zw=="})");
    check(copy_file{"m", 2, 1, "g"}, "FS/copy",
          R"({"modelId":"m","inode":2,"newparent":1,"newname":"Zw=="})");
}

TEST_CASE("decthings: images, organizations and users are asked for as the vendor's client does")
{
    create_repository make{"r"};
    make.description = "images";
    check(make, "Image/createRepository", R"({"name":"r","description":"images"})");
    update_repository change{"r"};
    change.properties.public_access = true;
    check(change, "Image/updateRepository", R"({"name":"r","properties":{"publicAccess":true}})");
    check(delete_repository{"r"}, "Image/deleteRepository", R"({"name":"r"})");
    get_repositories repositories;
    repositories.filter.emplace().names = {"r"};
    check(repositories, "Image/getRepositories", R"({"filter":{"names":["r"]}})");

    check(create_organization{"o"}, "Organization/createOrganization", R"({"name":"o"})");
    get_organizations organizations;
    organizations.filter.emplace().members = {"u"};
    check(organizations, "Organization/getOrganizations", R"({"filter":{"members":["u"]}})");
    check(invite_users{"o", {invited_user{"a@b.test"}}}, "Organization/inviteUsersToOrganization",
          R"({"organizationId":"o","users":[{"email":"a@b.test"}]})");
    check(remove_users{"o", {"u"}}, "Organization/removeUsersFromOrganization",
          R"({"organizationId":"o","userIds":["u"]})");
    check(respond_to_invitation{"o", true}, "Organization/respondToOrganizationInvitation",
          R"({"organizationId":"o","accept":true})");
    check(assign_role{"o", {"u", member_role::viewer}}, "Organization/assignRoles",
          R"({"organizationId":"o","members":{"userId":"u","role":"viewer"}})");
    check(delete_organization{"o"}, "Organization/deleteOrganization", R"({"organizationId":"o"})");

    check(find_users{"ada"}, "User/findMatchingUsers", R"({"searchTerm":"ada"})");
    check(get_users{{"u"}}, "User/getUsers", R"({"userIds":["u"]})");
    check(get_notifications{}, "User/getNotifications", "{}");
    check(set_notification{"n", notification_action::delete_}, "User/setNotification",
          R"({"notificationId":"n","action":"delete"})");
    get_billing_stats costs;
    check(costs, "User/getBillingStats", "{}");
    costs.billing_cycle = billing_cycle{2024, month::nov};
    costs.resources = {"m"};
    check(costs, "User/getBillingStats",
          R"({"billingCycle":{"year":2024,"month":"NOV"},"resources":["m"]})");
    check(estimate_amount_due{}, "User/estimateAmountDue", "{}");
    check(get_quotas{}, "User/getQuotas", "{}");
}

TEST_CASE("decthings: the later generation is asked as the vendor's client does")
{
    namespace v = versioned;
    v::create_model code{"m", code_source{model_language::rust}};
    code.tags.emplace_back("t", "x");
    check(code, "Model/createModel",
          R"({"name":"m","description":"","tags":[{"tag":"t","value":"x"}],"options":)"
          R"({"type":"code","language":"rust"}})");
    check(v::create_model{"m", v::version_source{"o", "v"}}, "Model/createModel",
          R"({"name":"m","description":"","options":{"type":"basedOnModel","modelId":"o",)"
          R"("versionId":"v"}})");
    check(v::create_model{"m", v::duplicate_source{"o"}}, "Model/createModel",
          R"({"name":"m","description":"","options":{"type":"duplicateExisting","modelId":"o"}})");
    v::update_model change{"m"};
    change.properties.description = "d";
    check(change, "Model/updateModel", R"({"modelId":"m","properties":{"description":"d"}})");
    check(v::get_models{}, "Model/getModels", "{}");
    v::create_version make{"m", "first"};
    make.params.emplace_back("lr", tensor{0.5F});
    make.mount_models.emplace_back("o", "v");
    check(make, "Model/createModelVersion",
          R"({"modelId":"m","versionName":"first","params":[{"name":"lr"}],"mountModels":)"
          R"([{"modelId":"o","versionId":"v"}]})",
          {f32_half});
    v::upload_version upload{"m", "first"};
    upload.data.emplace_back("w", "abc");
    check(upload, "Model/createModelVersionUploadWeights",
          R"({"modelId":"m","versionName":"first","stateKeyNames":["w"]})", {"abc"});
    v::update_version rename{"m", "v"};
    rename.properties.name = "n";
    check(rename, "Model/updateModelVersion",
          R"({"modelId":"m","versionId":"v","properties":{"name":"n"}})");
    check(v::delete_version{"m", "v"}, "Model/deleteModelVersion",
          R"({"modelId":"m","versionId":"v"})");
    v::get_weights weights{"m", "v"};
    weights.keys = {"w"};
    check(weights, "Model/getWeights", R"({"modelId":"m","versionId":"v","keys":["w"]})");
    v::evaluate run{"m", "v"};
    run.params.emplace_back("lr", tensor{0.5F});
    check(run, "Model/evaluate", R"({"modelId":"m","versionId":"v","params":[{"name":"lr"}]})",
          {f32_half});
    check(v::get_evaluation_result{"m", "e"}, "Model/getFinishedEvaluationResult",
          R"({"modelId":"m","evaluationId":"e"})");
    check(v::set_evaluation_launchers{"m", "v"}, "Model/setUsedPersistentLaunchersForEvaluate",
          R"({"modelId":"m","versionId":"v","persistentLaunchers":[]})");
    check(v::get_evaluation_launchers{"m", "v"}, "Model/getUsedPersistentLaunchersForEvaluate",
          R"({"modelId":"m","versionId":"v"})");
    check(v::train{"m", "v", "better", small_machine()}, "Model/train",
          R"({"modelId":"m","versionId":"v","newVersionName":"better","params":[],)"
          R"("executionLocation":{"type":"temporaryLauncher","spec":{"cpus":1,)"
          R"("memoryMebibytes":512}}})");
    check(v::debug_initialize_weights{"g"}, "Debug/callInitializeWeights",
          R"({"debugSessionId":"g","params":[]})");
    std::vector<key_data> const data{{"w", "abc"}};
    check(v::debug_instantiate{"g", data}, "Debug/callInstantiateModel",
          R"({"debugSessionId":"g","weights":{"type":"data"},"weightKeyNames":["w"]})", {"abc"});
    check(v::debug_get_weights{"g", "i"}, "Debug/callGetWeights",
          R"({"debugSessionId":"g","instantiatedModelId":"i"})");
    check(v::debug_download_weights{"g", "x"}, "Debug/downloadWeightData",
          R"({"debugSessionId":"g","dataId":"x"})");
}

TEST_CASE("decthings: what can't be right is refused before it is sent, by name")
{
    create_state op{"m", "n", small_machine()};
    CHECK(refusal(op) == "not refused");
    op.model_id.clear();
    CHECK(refusal(op) == "model_id is empty");
    op.model_id = "m";
    op.name.clear();
    CHECK(refusal(op) == "name is empty");
    op.name = "n";
    op.params.emplace_back("", tensor{});
    CHECK(refusal(op) == "params[0].name is empty");
    op.params.clear();
    op.params.emplace_back("a", tensor{});
    op.params.emplace_back("b", dataset_reference{"", "k"});
    CHECK(refusal(op) == "params[1].data.dataset_id is empty");
    op.params.clear();
    op.mount_models.emplace_back("");
    CHECK(refusal(op) == "mount_models: the model's id is empty");
    op.mount_models.clear();
    op.mount_models.push_back(model_to_mount::with_snapshot("m", ""));
    CHECK(refusal(op) == "mount_models: snapshotId is empty");
    op.mount_models.clear();
    op.execution_location = execution_location{};
    CHECK(unit::contains(refusal(op), "execution_location is not set"));
    op.execution_location = execution_location::persistent("");
    CHECK(refusal(op) == "execution_location.persistent_launcher_id is empty");
    op.execution_location = execution_location::temporary({0, 512});
    CHECK(refusal(op) == "execution_location.cpus must be more than 0");
    op.execution_location = execution_location::temporary({1, 0});
    CHECK(refusal(op) == "execution_location.memory_mebibytes must be at least 1");
    op.execution_location = small_machine();
    op.name = "\xff";
    CHECK(unit::contains(refusal(op), "not valid UTF-8"));

    upload_state upload{"m", "n"};
    upload.data.resize(256, key_data{"k", "v"});
    CHECK(refusal(upload) == "data must have at most 255 keys");
    upload.data.resize(2);
    CHECK(refusal(upload) == "data has the key k twice");

    add_entries entries{"d"};
    CHECK(unit::contains(refusal(entries), "keys is empty"));
    entries.keys.add("a", {label(1), label(2)});
    entries.keys.add("b", {label(1)});
    CHECK(refusal(entries) == "keys: b has 1 tensors, and not 2 as the first");
    entries.keys.columns.pop_back();
    entries.keys.add("a", {label(1), label(2)});
    CHECK(refusal(entries) == "keys has a twice");
    entries.keys.columns.clear();
    entries.keys.add("a", std::vector<tensor>(128, label(0)));
    entries.keys.add("b", std::vector<tensor>(128, label(0)));
    CHECK(refusal(entries) ==
          "keys must have at most 255 tensors in all; send the entries in parts of 127");
    finalize_needs_review_entries finalize{"d", {1, 2}};
    finalize.keys.add("a", {label(1)});
    CHECK(unit::contains(refusal(finalize), "one entry for each of the 2 indexes"));
    CHECK(unit::contains(refusal(get_entries{"d", entry_selection::range(2, 1)}),
                         "must not end before they begin"));
    CHECK(refusal(remove_entries{"d", {}}) == "entries is empty");

    lookup_file both{"m", 1, "f"};
    both.snapshot_id = "p";
    both.version_id = "v";
    CHECK(refusal(both) == "snapshot_id and version_id exclude each other");
    CHECK(unit::contains(refusal(remove_file{"m", 1, "a/b"}), "must not contain a slash"));
    CHECK(refusal(get_training_status{"", "t"}) == "model_id is empty");
    CHECK(refusal(get_training_status{job_ref{"t"}}) == "model_id is empty");
    CHECK(refusal(create_model{"", code_source{model_language::go}}) == "name is empty");
    CHECK(refusal(create_model{"m", snapshot_source{"o", ""}}) == "options.snapshot_id is empty");
    CHECK(refusal(versioned::evaluate{"m", ""}) == "version_id is empty");
}
