// SPDX-License-Identifier: BSL-1.0
//
// A client of Decthings and the simulated platform: launchers, and what runs on them: commands,
// terminals, debug sessions.

#include <string>
#include <utility>
#include <vector>

#include "support/decthings_world.hpp"

using namespace inferpp;
using namespace inferpp::decthings;
using namespace std::chrono_literals;
using namespace support::decthing;

namespace {

using mode = testing::manual_clock::mode;

/// The code of the platform's error.
api_code code_of(error const& e)
{
    auto const said = api_error_of(e);
    REQUIRE(said);
    return said->code;
}

/// A parameter that makes the simulator's model throw.
parameter failing(std::string const& why)
{
    return parameter{"simulate", tensor{R"({"fail":")" + why + R"("})"}};
}

} // namespace

TEST_CASE("a launcher is made, used, watched, and goes when nothing runs on it")
{
    simulated_world here;
    auto const client = here.client();
    auto const id =
        here.run(client.send(create_persistent_launcher{"warm", {2, 2048}})).persistent_launcher_id;
    get_persistent_launchers mine;
    mine.filter.emplace().search_name = "war";
    auto const created = here.run(client.send(mine)).persistent_launchers.at(0);
    CHECK(created.state.type == launcher_phase::creating);
    CHECK(created.spec.cpus == 2);
    here.time->advance(5s);
    auto const command =
        here.run(client.send(spawn_command{execution_location::persistent(id), "sleep"}))
            .spawned_command_id;
    auto const used = here.run(client.send(mine)).persistent_launchers.at(0);
    CHECK(used.state.type == launcher_phase::active);
    REQUIRE(used.running.size() == 1);
    CHECK(used.running[0].id == command);
    CHECK(used.running[0].type == launcher_work::spawned);

    get_launcher_sysinfo watch{id};
    auto const points = here.run(client.send(watch)).sysinfo;
    REQUIRE(points.size() == 6);
    watch.from_timestamp = points[3].timestamp;
    CHECK(here.run(client.send(watch)).sysinfo.size() == 2);

    here.run(client.send(delete_persistent_launcher{id}));
    CHECK(here.run(client.send(mine)).persistent_launchers.at(0).state.type ==
          launcher_phase::deleting);
    CHECK(code_of(here.error_of(client.send(delete_persistent_launcher{id}))) ==
          api_code::persistent_launcher_being_deleted);
    CHECK(code_of(here.error_of(
              client.send(spawn_command{execution_location::persistent(id), "ls"}))) ==
          api_code::persistent_launcher_not_found);
    here.run(client.send(terminate_spawned_command{command}));
    CHECK(here.run(client.send(mine)).persistent_launchers.empty());
}

TEST_CASE("commands are started, written to, listed and ended")
{
    simulated_world here;
    auto const client = here.client();
    spawn_command_for_model start{"model-1", small_machine(), "python3"};
    start.args = {"train.py", "--fast"};
    start.options.emplace().timeout_seconds = 60;
    auto const one = here.run(client.send(start)).spawned_command_id;
    auto const other =
        here.run(client.send(spawn_command{small_machine(), "cat"})).spawned_command_id;
    here.run(client.send(write_to_spawned_command{other, "typed\n"}));
    auto const both = here.run(client.send(get_spawned_commands{})).spawned_commands;
    REQUIRE(both.size() == 2);
    CHECK(both[0].model_id == "model-1");
    CHECK(!both[1].model_id);
    CHECK(both[1].execution_location.temporary()->spec.memory_mebibytes == 512);
    get_spawned_commands some;
    some.spawned_command_ids = {one};
    CHECK(here.run(client.send(some)).spawned_commands.size() == 1);
    some.spawned_command_ids = std::vector<std::string>{};
    CHECK(here.run(client.send(some)).spawned_commands.empty());
    here.run(client.send(terminate_spawned_command{one}));
    CHECK(code_of(here.error_of(client.send(terminate_spawned_command{one}))) ==
          api_code::spawned_command_not_found);
}

TEST_CASE("terminals are started, typed into, resized and ended")
{
    simulated_world here;
    auto const client = here.client();
    launch_terminal start{"model-1", small_machine()};
    start.options.emplace().cols = 120;
    auto const id = here.run(client.send(start)).terminal_session_id;
    here.run(client.send(write_to_terminal{id, "ls\n"}));
    here.run(client.send(resize_terminal{id, {100, 40}}));
    here.run(client.send(add_terminal_filesystem_access{id, "model-1"}));
    CHECK(here.error_of(client.send(add_terminal_filesystem_access{id, "none"})) ==
          condition::not_found);
    auto const listed = here.run(client.send(get_terminals{})).terminal_sessions;
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].id == id);
    CHECK(listed[0].model_id == "model-1");
    here.run(client.send(terminate_terminal{id}));
    CHECK(code_of(here.error_of(client.send(write_to_terminal{id, "x"}))) ==
          api_code::terminal_session_not_found);
}

TEST_CASE("a debug session calls the model's functions one by one")
{
    simulated_world here;
    auto const client = here.client();
    launch_debug_session launch{"model-1", small_machine()};
    launch.options.emplace().remote_inspector = false;
    auto const id = here.run(client.send(launch)).debug_session_id;
    CHECK(code_of(here.error_of(client.send(send_to_remote_inspector{id, "{}"}))) ==
          api_code::not_remote_inspector);

    debug_create_state create{id};
    create.params.emplace_back("w", tensor{2.5F});
    auto const kept = here.run(client.send(create));
    REQUIRE(kept.state.size() == 1);
    CHECK(kept.state[0].key == "w");
    debug_download_state download{id, kept.data_id};
    download.keys = {"w"};
    auto const data = here.run(client.send(download));
    CHECK(tensor::decode(*data.find("w")).value().value<float>() == 2.5F);
    download.keys = {"x"};
    CHECK(code_of(here.error_of(client.send(download))) == api_code::state_key_not_found);
    download.data_id = "none";
    CHECK(code_of(here.error_of(client.send(download))) == api_code::state_data_not_found);

    // A model of what the session keeps, and of what the caller has: they are the same.
    std::vector<key_data> mine;
    mine.emplace_back("w", *data.find("w"));
    for (auto const& how : {debug_instantiate{id, kept.data_id}, debug_instantiate{id, mine}}) {
        auto const model = here.run(client.send(how)).instantiated_model_id;
        debug_evaluate ask{id, model};
        ask.params.emplace_back("x", tensor{40.0});
        CHECK(here.run(client.send(ask)).at("sum").value<double>() == 42.5);
        auto const again = here.run(client.send(debug_get_state{id, model}));
        CHECK(again.state.at(0).byte_size == data.find("w")->size());
    }

    debug_evaluate broken{id, "none"};
    CHECK(code_of(here.error_of(client.send(broken))) == api_code::instantiated_model_not_found);
    create.params.push_back(failing("no such luck"));
    error const e = here.error_of(client.send(create));
    CHECK(e == errc::job_failed);
    CHECK(code_of(e) == api_code::exception);
    CHECK(api_error_of(e)->exception_details == "no such luck");

    auto const listed = here.run(client.send(get_debug_sessions{})).debug_sessions;
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].model_id == "model-1");
    here.run(client.send(terminate_debug_session{id}));
    CHECK(code_of(here.error_of(client.send(debug_get_state{id, "x"}))) ==
          api_code::debug_session_not_found);
}

TEST_CASE("a training in a debug session is a job with metrics, too")
{
    testing::decthings_simulator_options with;
    with.run_time = 10min;
    for (bool const later : {false, true}) {
        if (later)
            with.generation = testing::decthings_simulator_options::interface::versions;
        simulated_world here{with};
        auto const client = here.client();
        auto const id = here.run(client.send(launch_debug_session{"model-1", small_machine()}))
                            .debug_session_id;
        std::vector<key_data> none;
        none.emplace_back("w", "weights");
        auto const model = later ? here.run(client.send(versioned::debug_instantiate{id, none}))
                                 : here.run(client.send(debug_instantiate{id, none}));
        auto const job = here.run(client.submit(debug_train{id, model.instantiated_model_id}));
        follow_debug_metrics const all{id, job.id(), {.deadline = 2h, .max_interval = 1min}};
        auto stream = here.run(client.stream(all));
        CHECK(here.run(stream.collect(10)).size() == 4);
        auto const elsewhere = here.client().attach<debug_train>(job.resume_token());
        CHECK(here.run(elsewhere.result({.deadline = 1h})).status.state ==
              training_phase::completed);
        CHECK(here.run(elsewhere.cancel()) == cancel_outcome::too_late);

        debug_train failing_one{id, model.instantiated_model_id};
        failing_one.params.push_back(failing("NaN"));
        CHECK(here.error_of(client.run(failing_one, {.deadline = 1h})).info().server_message ==
              "exception: NaN");
        auto const another = here.run(client.submit(debug_train{id, model.instantiated_model_id}));
        CHECK(here.run(another.cancel()) == cancel_outcome::accepted);
        CHECK(here.error_of(another.result({.deadline = 1h})) == errc::job_cancelled);
        CHECK(here.run(client.send(get_debug_sessions{}))
                  .debug_sessions.at(0)
                  .training_sessions.size() == 3);
    }
}

TEST_CASE("the later generation debugs with weights")
{
    namespace v = versioned;
    simulated_world here{with_versions()};
    auto const client = here.client();
    auto const id =
        here.run(client.send(launch_debug_session{"model-1", small_machine()})).debug_session_id;
    v::debug_initialize_weights make{id};
    make.params.emplace_back("w", tensor{1.0F});
    auto const kept = here.run(client.send(make));
    CHECK(kept.state.at(0).key == "w");
    auto const data = here.run(client.send(v::debug_download_weights{id, kept.data_id}));
    CHECK(data.find("w") != nullptr);
    auto const model =
        here.run(client.send(v::debug_instantiate{id, kept.data_id})).instantiated_model_id;
    CHECK(here.run(client.send(v::debug_get_weights{id, model})).state.size() == 1);
    CHECK(code_of(here.error_of(client.send(v::debug_instantiate{id, "none"}))) ==
          api_code::weight_data_not_found);
}
