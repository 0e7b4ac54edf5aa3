// SPDX-License-Identifier: BSL-1.0
//
// A client of Decthings and the simulated platform: states, evaluations, trainings and models, with
// what can go wrong between them.

#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "support/decthings_world.hpp"

using namespace inferpp;
using namespace inferpp::decthings;
using namespace std::chrono_literals;
using namespace support::decthing;
using support::contains;

namespace {

using mode = testing::manual_clock::mode;

create_state make_state(std::string name = "n")
{
    return create_state{"model-1", std::move(name), small_machine()};
}

poll_options soon()
{
    return {.deadline = 1h, .min_interval = 1ms, .max_interval = 5ms};
}

/// A parameter that makes the simulator's model throw.
parameter failing(std::string const& why)
{
    return parameter{"simulate", tensor{R"({"fail":")" + why + R"("})"}};
}

/// Something that goes wrong with the next call of a method.
testing::fault at(std::string method)
{
    testing::fault wrong;
    wrong.target = std::move(method);
    return wrong;
}

train make_training(std::string name = "better")
{
    return train{"model-1", std::move(name), small_machine()};
}

} // namespace

TEST_CASE("a state is made of tensors and a dataset, and evaluated")
{
    simulated_world here;
    auto const client = here.client();
    auto request = make_state("first");
    request.params.emplace_back("weights", tensor{std::vector<float>{1, 2, 3}});
    request.params.emplace_back("bias", tensor{0.5});
    request.params.emplace_back("values", dataset_reference{"dataset-1", "value"});
    auto const made = here.run(client.send(request));
    REQUIRE(made);
    CHECK(made->durations.total == 60ms);
    CHECK(made->durations.create_launcher == 20ms);
    CHECK(made->durations.create_state == 20ms);
    here.run(client.send(set_active_state{"model-1", made->state_id}));

    auto const data = here.run(client.send(get_state{"model-1"}));
    REQUIRE(data.data.size() == 3);
    CHECK(tensor::decode(*data.find("bias")).value().value<double>() == 0.5);
    CHECK(tensor::decode_all(*data.find("values")).value().size() == 3);

    evaluate ask{"model-1"};
    ask.params.emplace_back("x", tensor{std::vector<std::int32_t>{10, 20, 30, 40}, {2, 2}});
    auto const done = here.run(client.send(ask));
    REQUIRE(done);
    tensor const& x = done->at("x");
    CHECK(x.view<std::int32_t>()(1, 0) == 30);
    CHECK(done->at("sum").value<double>() == 100 + 6 + 0.5 + 6);
    CHECK(done->durations.total == 80ms);
    CHECK(done->durations.instantiate_model == 20ms);
    REQUIRE(done->executed_on_launcher.temporary() != nullptr);
    CHECK(done->executed_on_launcher.temporary()->spec.memory_mebibytes == 512);
}

TEST_CASE("every type of tensor goes to a model and comes back")
{
    simulated_world here;
    evaluate ask{"model-1"};
    std::vector<tensor> all;
    all.push_back(tensor{std::vector<float>{1.5F, -2}});
    all.push_back(tensor{0.1});
    all.push_back(tensor{std::int8_t{-1}});
    all.push_back(tensor{std::int16_t{-2}});
    all.push_back(tensor{std::int32_t{-3}});
    all.push_back(tensor{std::int64_t{-4}});
    all.push_back(tensor{std::uint8_t{1}});
    all.push_back(tensor{std::uint16_t{2}});
    all.push_back(tensor{std::uint32_t{3}});
    all.push_back(tensor{std::uint64_t{4}});
    all.push_back(tensor::strings({"h\xc3\xa9llo", "", "\xf0\x9f\x98\x80"}));
    all.push_back(tensor{std::vector<shared_bytes>{"\1\2", ""}, {2, 1}});
    all.push_back(tensor{std::vector<bool>{true, false}});
    all.push_back(tensor::image("png", "\x89PNG"));
    all.push_back(tensor::audio("mp3", "ID3"));
    all.push_back(tensor::video("mp4", ""));
    all.push_back(tensor{std::vector<float>{}, {0, 3}});
    ask.params.emplace_back("all", all);
    ask.params.emplace_back("none", std::vector<tensor>{});
    auto const done = here.run(here.client().send(ask));
    CHECK(*done.value().find("all") == all);
    CHECK(done->find("none")->empty());
}

TEST_CASE("a run that fails is an outcome, here and on the far end, and is paid for once")
{
    simulated_world here;
    auto request = make_state();
    request.params.push_back(failing("no such luck"));
    auto const outcome = here.run(here.client().send(request));
    REQUIRE(!outcome);
    CHECK(outcome.failed()->reason.to_string() == "exception at createState: no such luck");
    CHECK(outcome.failed()->durations.total == 60ms);
    CHECK_THROWS_AS((void)outcome.value(), failure);
    evaluate ask{"model-1"};
    ask.params.push_back(failing("again"));
    auto const evaluated = here.run(here.client().send(ask));
    CHECK(evaluated.failed()->reason.at == run_stage::evaluate);
    CHECK(evaluated.failed()->executed_on_launcher->temporary() != nullptr);
    CHECK(here.simulator->runs() == 2);
}

TEST_CASE("a call that is held is answered when the work is done, however long that takes")
{
    testing::decthings_simulator_options with;
    with.run_time = 50min; // longer than limits.total and limits.first_byte
    simulated_world here{with};
    CHECK(here.run(here.client().send(make_state())).value().durations.create_state == 50min);
    CHECK(here.time->elapsed() >= 50min);
}

TEST_CASE("a state whose answer nobody waited for is found and waited for")
{
    testing::decthings_simulator_options with;
    with.run_time = 10min;
    simulated_world here{with, mode::stepping};
    auto const client = here.client();
    support::started<create_state_outcome> left{here.context, client.send(make_state("slow"))};
    support::run_until(here.context, [&] { return here.simulator->requests_in_progress() == 1; });
    left.cancel();
    error const e = left.finish().error();
    CHECK(e == condition::cancelled);
    CHECK(e.info().sent == sent_state::maybe);
    support::run_until(here.context, [&] { return here.simulator->requests_in_progress() == 0; });

    auto const creating = here.run(client.send(get_creating_states{"model-1"}));
    REQUIRE(creating.states.size() == 1);
    CHECK(creating.states[0].name == "slow");
    support::started<create_state_outcome> again{
        here.context, client.send(wait_for_state{"model-1", creating.states[0].id})};
    support::run_until(here.context, [&] { return here.simulator->requests_in_progress() == 1; });
    here.time->advance(11min);
    CHECK(again.finish().value().value().state_id == creating.states[0].id);
    CHECK(here.simulator->runs() == 1);
}

TEST_CASE("what is cancelled on the platform ends the call that is held")
{
    testing::decthings_simulator_options with;
    with.run_time = 10min;
    simulated_world here{with, mode::stepping};
    auto const client = here.client();
    support::started<create_state_outcome> going{here.context, client.send(make_state("slow"))};
    support::run_until(here.context, [&] { return here.simulator->requests_in_progress() == 1; });
    auto const creating = here.run(client.send(get_creating_states{"model-1"}));
    REQUIRE(creating.states.size() == 1);
    here.run(client.send(cancel_create_state{"model-1", creating.states[0].id}));
    auto const outcome = going.finish();
    REQUIRE(outcome.has_value());
    CHECK(outcome->failed()->reason.code == run_failure_code::cancelled);
    CHECK(outcome->failed()->reason.to_error() == errc::job_cancelled);

    support::started<evaluate_outcome> running{here.context, client.send(evaluate{"model-1"})};
    support::run_until(here.context, [&] { return here.simulator->requests_in_progress() == 1; });
    auto const listed = here.run(client.send(get_evaluations{"model-1"}));
    here.run(client.send(cancel_evaluation{"model-1", listed.running.at(0).id}));
    CHECK(running.finish().value().failed()->reason.code == run_failure_code::cancelled);
}

TEST_CASE("a caller who goes away leaves the work, and finds it again")
{
    testing::decthings_simulator_options with;
    with.run_time = 10min;
    simulated_world here{with, mode::stepping};
    auto const client = here.client();
    {
        support::started<evaluate_outcome> running{here.context, client.send(evaluate{"model-1"})};
        support::run_until(here.context,
                           [&] { return here.simulator->requests_in_progress() == 1; });
        running.cancel();
        auto const gone = running.finish();
        CHECK(gone.error() == condition::cancelled);
        CHECK(gone.error().info().sent == sent_state::maybe);
    }
    support::run_until(here.context, [&] { return here.simulator->requests_in_progress() == 0; });
    auto const listed = here.run(client.send(get_evaluations{"model-1"}));
    REQUIRE(listed.running.size() == 1);
    support::started<evaluate_outcome> again{
        here.context, client.send(get_evaluation_result{"model-1", listed.running[0].id})};
    support::run_until(here.context, [&] { return here.simulator->requests_in_progress() == 1; });
    here.time->advance(11min);
    CHECK(again.finish().value().value().at("sum").value<double>() == 3);
    CHECK(here.run(client.send(get_evaluations{"model-1"})).finished.at(0).success);
    CHECK(here.simulator->runs() == 1);
}

TEST_CASE("an answer that is lost is not asked for twice, and the state is there under its name")
{
    simulated_world here;
    auto lost = at("createState");
    lost.cut_after = 0;
    here.simulator->inject(lost);
    error const e = here.error_of(here.client().send(make_state("lost")));
    CHECK(e == errc::unknown_outcome);
    CHECK(e.info().sent == sent_state::maybe);
    CHECK(here.simulator->runs() == 1);
    CHECK(here.simulator->count("POST", "createState") == 1);
    here.time->advance(1s);
    auto models = here.client().pages(get_models{});
    auto const model = here.run(models.next());
    REQUIRE(model);
    CHECK(model->states.at(1).name == "lost");

    auto refused = at("createState");
    refused.refuse = true; // it never got that far, which nobody can know
    here.simulator->inject(refused);
    CHECK(here.error_of(here.client().send(make_state("never"))) == errc::unknown_outcome);
    CHECK(here.simulator->runs() == 1);
}

TEST_CASE("answers that break off or are cut short are errors, never tensors")
{
    simulated_world here;
    here.options.retry.max_attempts = 1;
    std::size_t cuts = 0;
    for (bool whole = false; !whole; ++cuts) {
        auto cut = at("getModelState");
        cut.cut_after = cuts;
        here.simulator->inject(cut);
        auto const answer = here.run(as_result(here.client().send(get_state{"model-1"})));
        whole = answer.has_value();
        if (whole)
            CHECK(answer->data.size() == 1);
        else
            CHECK(answer.error() == condition::transport);
    }
    CHECK(cuts > 100);
    auto page = at("getModelState");
    page.status = 200;
    page.body = "<html>maintenance</html>";
    here.simulator->inject(page);
    CHECK(here.error_of(here.client().send(get_state{"model-1"})) == condition::decode);
    CHECK(here.run(here.client().send(get_state{"model-1"})).data.size() == 1);
}

TEST_CASE("a refusal with too many requests is repeated until it is over")
{
    simulated_world here;
    here.simulator->refuse("Model/createState", {{"code", "too_many_requests"}});
    here.simulator->refuse("Model/createState", {{"code", "too_many_requests"}});
    CHECK(here.run(here.client().send(make_state())));
    CHECK(here.simulator->count("POST", "createState") == 3);
    CHECK(here.simulator->runs() == 1);
    here.simulator->refuse("Model/createState", {{"code", "server_overloaded"}});
    CHECK(here.error_of(here.client().send(make_state())) == condition::overloaded);
    CHECK(here.simulator->count("POST", "createState") == 4);
}

TEST_CASE("the platform's errors come with their members")
{
    simulated_world here;
    auto request = make_state();
    request.params.emplace_back("x", dataset_reference{"dataset-1", "colour"});
    auto said = api_error_of(here.error_of(here.client().send(request)));
    REQUIRE(said);
    CHECK(said->code == api_code::dataset_key_not_found);
    CHECK(said->dataset_id == "dataset-1");
    CHECK(said->dataset_key == "colour");
    error e = here.error_of(here.client().send(evaluate{"none"}));
    CHECK(e == condition::not_found);
    CHECK(api_error_of(e)->code == api_code::model_not_found);
    here.options.api_key = secret{};
    CHECK(here.error_of(here.client().send(get_quotas{})) == condition::unauthorized);
    create_state mounts{"model-1", "n", small_machine()};
    here.options.api_key = secret{api_key};
    mounts.mount_models.emplace_back("none");
    e = here.error_of(here.client().send(mounts));
    CHECK(api_error_of(e)->code == api_code::model_to_mount_not_found);
}

TEST_CASE("states are uploaded, renamed, read in part, used and deleted")
{
    simulated_world here;
    auto const client = here.client();
    upload_state upload{"model-1", "mine"};
    upload.data.emplace_back("w", std::string(100'000, 'w'));
    upload.data.emplace_back("b", "bias");
    upload.mount_models.emplace_back("model-1");
    auto const id = here.run(client.send(upload)).state_id;
    update_state rename{"model-1", id};
    rename.properties.name = "ours";
    here.run(client.send(rename));
    get_state part{"model-1"};
    part.state_id = id;
    part.keys = {"w"};
    auto const data = here.run(client.send(part));
    REQUIRE(data.data.size() == 1);
    CHECK(data.find("w")->size() == 100'000);
    part.keys = {"x"};
    CHECK(api_error_of(here.error_of(client.send(part)))->code == api_code::state_key_not_found);
    CHECK(
        api_error_of(here.error_of(client.send(delete_state{"model-1", "model-1-state"})))->code ==
        api_code::state_is_active);
    here.run(client.send(set_active_state{"model-1", id}));
    here.run(client.send(delete_state{"model-1", "model-1-state"}));
    auto models = client.pages(get_models{});
    auto const model = here.run(models.next());
    REQUIRE(model->states.size() == 1);
    CHECK(model->states[0].name == "ours");
    CHECK(model->states[0].mounted_models[0].model_id == "model-1");
    CHECK(model->active_state == id);
}

TEST_CASE("a training is a job: watched, awaited, resumed by another client")
{
    testing::decthings_simulator_options with;
    with.run_time = 10min;
    simulated_world here{with};
    auto const job = here.run(here.client().submit(make_training()));
    auto updates = job.updates({.deadline = 2h, .min_interval = 30s, .max_interval = 1min});
    std::vector<std::string> words;
    std::optional<double> last;
    while (auto const status = here.run(updates.next())) {
        if (words.empty() || words.back() != status->word)
            words.push_back(status->word);
        if (status->progress) {
            CHECK(*status->progress >= last.value_or(0));
            last = status->progress;
        }
    }
    CHECK(words.front() == "running");
    CHECK(words.back() == "completed");
    CHECK(last.value_or(0) > 0.5);
    auto const elsewhere = here.client().attach<train>(job.resume_token());
    auto const done = here.run(elsewhere.result(soon()));
    CHECK(done.new_name == "better");
    CHECK(!done.status.created_id.empty());
    CHECK(done.status.train_duration == 10min);
    get_state trained{"model-1"};
    trained.state_id = done.status.created_id;
    CHECK(here.run(here.client().send(trained)).data.size() == 1);
    CHECK(here.run(elsewhere.cancel()) == cancel_outcome::too_late);
    here.run(here.client().send(clear_training{"model-1", job.id()}));
    CHECK(here.error_of(elsewhere.status()) == condition::not_found);
}

TEST_CASE("a training can be cancelled at any point, and fails with the model's own words")
{
    testing::decthings_simulator_options with;
    with.run_time = 10min;
    simulated_world here{with};
    auto const job = here.run(here.client().submit(make_training()));
    here.time->advance(1min);
    CHECK(here.run(job.cancel()) == cancel_outcome::accepted);
    error e = here.error_of(job.result(soon()));
    CHECK(e == errc::job_cancelled);
    CHECK(e.info().job_id == job.id());

    auto op = make_training();
    op.params.push_back(failing("loss is NaN"));
    e = here.error_of(here.client().run(op, {.deadline = 1h}));
    CHECK(e == errc::job_failed);
    CHECK(e.info().server_message == "exception at train: loss is NaN");

    // Given up on, it is cancelled where that was wished.
    auto const left = here.run(here.client().submit(make_training()));
    e = here.error_of(left.result({.deadline = 1min, .on_abandon = abandon::cancel}));
    CHECK(e == errc::wait_timeout);
    support::run_until(here.context,
                       [&] { return here.simulator->count("POST", "cancelTraining") == 2; });
    CHECK(here.run(left.wait(soon())).phase == phase::cancelled);
}

TEST_CASE("the metrics of a training stream while it runs")
{
    testing::decthings_simulator_options with;
    with.run_time = 10min;
    simulated_world here{with};
    auto const job = here.run(here.client().submit(make_training()));
    follow_metrics const all{"model-1", job.id(), {.deadline = 2h, .max_interval = 1min}};
    auto stream = here.run(here.client().stream(all));
    std::vector<float> losses;
    std::vector<std::uint64_t> indexes;
    auto const start = here.time->elapsed();
    while (auto const entry = here.run(stream.next())) {
        CHECK(entry->name == "loss");
        losses.push_back(entry->value.value<float>());
        indexes.push_back(entry->index);
        if (losses.size() == 1)
            CHECK(here.time->elapsed() - start < 5min); // not only at the end
    }
    CHECK(losses == std::vector<float>{1.0F, 0.5F, 1.0F / 3, 0.25F});
    CHECK(indexes == std::vector<std::uint64_t>{0, 1, 2, 3});
    auto const usage = here.run(here.client().send(get_training_sysinfo{"model-1", job.id()}));
    CHECK(usage.sysinfo.size() > 500);
    CHECK(usage.sysinfo[0].cpus == 0.5);
}

TEST_CASE("models are made, waited for, changed, snapshotted, listed and deleted")
{
    simulated_world here;
    auto const client = here.client();
    code_source code{model_language::python};
    model_source tagged{code};
    tagged.tags.emplace_back("task", "digits");
    create_model make{"digits", tagged};
    make.description = "reads digits";
    auto const first = here.run(client.send(make));
    CHECK(!first.is_now_creating);
    CHECK(api_error_of(here.error_of(client.send(make)))->code == api_code::name_already_used);

    auto const snapshot = here.run(client.send(snapshot_model{"model-1", "as it was"})).snapshot_id;
    CHECK(here.run(client.send(get_snapshot_state{"model-1", snapshot})).data.size() == 1);
    snapshot_source source{"model-1", snapshot};
    made_state state{"made", {1, 512}};
    state.params.emplace_back("w", tensor{1.0F});
    source.initial_state = state;
    auto const second = here.run(client.send(create_model{"copy", source}));
    CHECK(second.is_now_creating);
    auto const made = here.run(client.send(wait_for_model{second.model_id}));
    CHECK(made.value().create_initial_state_durations.create_state == 20ms);
    CHECK(api_error_of(here.error_of(client.send(wait_for_model{second.model_id})))->code ==
          api_code::model_already_created);
    CHECK(here.run(client.send(get_state{second.model_id})).find("w") != nullptr);

    state.params.push_back(failing("no"));
    source.initial_state = state;
    auto const third = here.run(client.send(create_model{"broken", source}));
    auto const failed = here.run(client.send(wait_for_model{third.model_id}));
    CHECK(failed.failed()->reason.exception_details == "no");
    CHECK(failed.failed()->durations->create_launcher == 20ms);

    uploaded_state uploaded{"brought along"};
    uploaded.data.emplace_back("w", "abc");
    source.initial_state = uploaded;
    auto const fourth = here.run(client.send(create_model{"brought", source}));
    CHECK(here.run(client.send(get_state{fourth.model_id})).find("w")->view() == "abc");
    auto const fifth = here.run(client.send(create_model{"twin", existing_source{"model-1"}}));
    CHECK(here.run(client.send(get_state{fifth.model_id})).find("weights") != nullptr);
    auto const sixth = here.run(client.send(create_model{"file", file_source{"onnx", "bytes"}}));
    lookup_file const find{sixth.model_id, root_inode, "model.onnx"};
    CHECK(here.run(client.send(find)).stat.size == 5);

    update_model change{first.model_id};
    change.properties.name = "numerals";
    change.properties.max_durations_seconds.emplace().train = 90s;
    change.properties.default_launcher_specs.emplace().evaluate = launcher_spec{2, 2048};
    here.run(client.send(change));
    here.run(client.send(set_image{first.model_id, "docker.io", "library/python", "3"}));
    here.run(client.send(set_filesystem_size{first.model_id, 2048}));
    CHECK(here.run(client.send(get_filesystem_usage{first.model_id})).total_blocks == 2048 * 256);
    update_snapshot rename{"model-1", snapshot};
    rename.properties.name = "kept";
    here.run(client.send(rename));

    get_models list;
    list.limit = 2; // in pages
    list.sort = "name";
    list.sort_direction = sort_direction::desc;
    auto models = client.pages(list);
    std::map<std::string, model> by_name;
    std::vector<std::string> names;
    while (auto one = here.run(models.next())) {
        names.push_back(one->name);
        by_name[one->name] = std::move(*one);
    }
    CHECK(names == std::vector<std::string>{"twin", "numerals", "file", "echo", "copy", "brought",
                                            "broken"});
    CHECK(here.simulator->count("POST", "getModels") == 4);
    CHECK(by_name["numerals"].tags.at(0).value == "digits");
    CHECK(by_name["numerals"].max_durations_seconds.train == 90s);
    CHECK(by_name["numerals"].default_launcher_specs.evaluate->cpus == 2);
    CHECK(by_name["numerals"].image.repository == "library/python");
    CHECK(by_name["numerals"].filesystem_size_mebibytes == 2048);
    CHECK(by_name["copy"].based_on_snapshot->snapshot_id == snapshot);
    CHECK(by_name["echo"].snapshots.at(0).name == "kept");
    get_models some;
    some.filter.emplace().tags.emplace_back("task", "digits");
    CHECK(here.run(client.send(some)).total == 1);

    here.run(client.send(delete_snapshot{"model-1", snapshot}));
    evaluate old{"model-1"};
    old.snapshot_id = snapshot;
    CHECK(api_error_of(here.error_of(client.send(old)))->code == api_code::snapshot_not_found);
    here.run(client.send(delete_model{first.model_id}));
    CHECK(here.error_of(client.send(evaluate{first.model_id})) == condition::not_found);
}

TEST_CASE("a model that is being made is cancelled by deleting it")
{
    testing::decthings_simulator_options with;
    with.make_time = 10min;
    simulated_world here{with, mode::stepping};
    auto const client = here.client();
    auto const snapshot = here.run(client.send(snapshot_model{"model-1", "s"})).snapshot_id;
    snapshot_source source{"model-1", snapshot};
    source.initial_state = made_state{"made", {1, 512}};
    auto const made = here.run(client.send(create_model{"slow", source}));
    support::started<run_outcome<model_created, model_failure>> going{
        here.context, client.send(wait_for_model{made.model_id})};
    support::run_until(here.context, [&] { return here.simulator->requests_in_progress() == 1; });
    here.run(client.send(delete_model{made.model_id}));
    auto const outcome = going.finish();
    CHECK(outcome.value().failed()->reason.code == run_failure_code::cancelled);
}

TEST_CASE("evaluations run on the launchers that are set for them")
{
    simulated_world here;
    auto const client = here.client();
    auto const launcher = here.run(client.send(create_persistent_launcher{"warm", {4, 4096}}));
    set_evaluation_launchers use{"model-1"};
    use.persistent_launchers.emplace_back(launcher.persistent_launcher_id, warm_level::code_start);
    here.run(client.send(use));
    auto const used = here.run(client.send(get_evaluation_launchers{"model-1"}));
    CHECK(used.used_persistent_launchers.at(0).level == warm_level::code_start);
    auto const done = here.run(client.send(evaluate{"model-1"}));
    CHECK(!done.value().durations.create_launcher);
    REQUIRE(done->executed_on_launcher.persistent() != nullptr);
    CHECK(done->executed_on_launcher.persistent()->spec->cpus == 4);
    use.persistent_launchers.at(0).persistent_launcher_id = "none";
    CHECK(here.error_of(client.send(use)) == condition::not_found);

    create_state there{"model-1", "n",
                       execution_location::persistent(launcher.persistent_launcher_id)};
    CHECK(!here.run(client.send(there)).value().durations.create_launcher);
}

TEST_CASE("the later generation: versions are made, evaluated, trained and deleted")
{
    namespace v = versioned;
    simulated_world here{with_versions()};
    auto const client = here.client();
    v::create_version make{"model-1", "first"};
    make.params.emplace_back("w", tensor{2.0F});
    make.mount_models.emplace_back("model-1", "model-1-state");
    auto const made = here.run(client.send(make));
    REQUIRE(made);
    CHECK(made->durations.initialize_weights == 20ms);
    v::evaluate ask{"model-1", made->version_id};
    ask.params.emplace_back("x", tensor{40.0F});
    auto const done = here.run(client.send(ask));
    CHECK(done.value().at("sum").value<double>() == 42);
    CHECK(done->durations.instantiate_model == 20ms);
    CHECK(done->durations.total == 80ms);

    make.params.push_back(failing("no"));
    auto const failed = here.run(client.send(make));
    CHECK(failed.failed()->reason.at == run_stage::initialize_weights);
    CHECK(failed.failed()->durations.total == 60ms);
    ask.params.push_back(failing("no"));
    auto const broken = here.run(client.send(ask));
    CHECK(broken.failed()->reason.exception_details == "no");
    CHECK(broken.failed()->executed_on_launcher->temporary() != nullptr);
    CHECK(here.run(client.send(get_evaluations{"model-1"})).finished.at(0).version_id ==
          made->version_id);
    auto const again = here.run(client.send(v::get_evaluation_result{
        "model-1", here.run(client.send(get_evaluations{"model-1"})).finished.at(0).id}));
    CHECK(again.value().at("sum").value<double>() == 42);

    auto const trained = here.run(
        client.run(v::train{"model-1", made->version_id, "better", small_machine()}, soon()));
    CHECK(trained.new_name == "better");
    CHECK(trained.status.get_state_duration == 20ms);
    auto const weights =
        here.run(client.send(v::get_weights{"model-1", trained.status.created_id}));
    CHECK(tensor::decode(*weights.find("w")).value().value<float>() == 2.0F);
    auto metrics = here.run(client.stream(follow_metrics{"model-1", trained.id, soon()}));
    CHECK(here.run(metrics.collect(10)).size() == 4);

    v::upload_version upload{"model-1", "mine"};
    upload.data.emplace_back("w", "abc");
    auto const uploaded = here.run(client.send(upload)).version_id;
    v::update_version rename{"model-1", uploaded};
    rename.properties.name = "ours";
    here.run(client.send(rename));
    auto const listed = here.run(client.send(v::get_models{})).models.at(0);
    REQUIRE(listed.versions.size() == 4);
    CHECK(listed.versions[3].name == "ours");
    CHECK(listed.versions[3].status.weights.at(0).byte_size == 3);
    CHECK(listed.versions[1].mounted_models.at(0).version_id == "model-1-state");
    CHECK(listed.source.type == v::source_type::code);
    here.run(client.send(v::delete_version{"model-1", uploaded}));
    CHECK(api_error_of(here.error_of(client.send(v::delete_version{"model-1", uploaded})))->code ==
          api_code::model_version_not_found);

    auto const copy =
        here.run(client.send(v::create_model{"twin", v::duplicate_source{"model-1"}}));
    auto const based = here.run(
        client.send(v::create_model{"based", v::version_source{"model-1", made->version_id}}));
    v::update_model change{based.model_id};
    change.properties.description = "d";
    here.run(client.send(change));
    v::get_models some;
    some.filter.emplace().ids = {based.model_id};
    auto const found = here.run(client.send(some)).models.at(0);
    CHECK(found.source.version_id == made->version_id);
    CHECK(found.description == "d");
    CHECK(!copy.model_id.empty());
    auto const launcher = here.run(client.send(create_persistent_launcher{"l", {1, 1}}));
    v::set_evaluation_launchers use{"model-1", made->version_id};
    use.persistent_launchers.emplace_back(launcher.persistent_launcher_id, warm_level::launcher);
    here.run(client.send(use));
    CHECK(here.run(client.send(v::get_evaluation_launchers{"model-1", made->version_id}))
              .used_persistent_launchers.size() == 1);
}
