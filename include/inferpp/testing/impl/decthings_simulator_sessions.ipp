// SPDX-License-Identifier: BSL-1.0
//
// What happens in the sessions of the simulated Decthings. See decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_SESSIONS_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_SESSIONS_IPP

#include <inferpp/testing/decthings_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

/// A WebSocket of the simulated platform. The platform may go before it.
class decthings_simulator::socket final : public websocket_handler {
public:
    socket(std::weak_ptr<platform> in, std::shared_ptr<websocket_client> client);
    ~socket() override;

    void received(std::string data, bool text) override;

    /// Sends a message, unless it is time to cut the connection.
    INFERPP_DECL void send(std::string message, bool text = false);
    INFERPP_DECL void cut() { client_->cut(); }

    std::set<std::string> subscriptions; ///< ids of sessions

private:
    INFERPP_DECL static boost::asio::awaitable<void> answer_later(
        std::weak_ptr<platform> in, std::shared_ptr<inferpp::clock> time,
        std::shared_ptr<platform::pending> work, std::shared_ptr<bool const> open, socket& to,
        std::string id);
    INFERPP_DECL void answer(platform& in, std::string const& id, platform::reply const& with);

    std::weak_ptr<platform> platform_;
    std::shared_ptr<websocket_client> client_;
    std::shared_ptr<bool> open_ = std::make_shared<bool>(true);
    std::vector<std::string> held_; ///< answers that wait
};

INFERPP_DECL decthings_session_step decthings_session_step::exit(boost::json::value why,
                                                                 std::chrono::milliseconds wait)
{
    decthings_session_step step{"exit", "", wait};
    step.reason = std::move(why);
    return step;
}

INFERPP_DECL std::vector<decthings_session_step> decthings_echo_session(
    decthings_session_call const& call)
{
    std::vector<decthings_session_step> steps;
    std::string_view const out = call.api == "Spawned" ? "stdout"
                                 : call.api == "Debug" ? "remoteInspectorData"
                                                       : "data";
    if (call.input) {
        steps.emplace_back(std::string{out}, *call.input);
    } else if (call.api == "Debug") {
        steps.emplace_back("initialized", "");
    } else if (call.command == "echo") {
        std::string line;
        for (std::string const& each : call.args)
            line += (line.empty() ? "" : " ") + each;
        steps.emplace_back("stdout", line + '\n');
        steps.push_back(decthings_session_step::exit(
            boost::json::object{{"code", "process_exit"}, {"exitCode", 0}, {"oom", false}}));
    }
    return steps;
}

INFERPP_DECL std::string_view decthings_simulator::platform::api_of(session const& which)
{
    return which.kind == "spawned"    ? "Spawned"
           : which.kind == "terminal" ? "Terminal"
           : which.kind == "language" ? "Language"
                                      : "Debug";
}

/// Who starts a session over a WebSocket listens to it, unless it says otherwise.
INFERPP_DECL void decthings_simulator::platform::begin(session const& which, call const& with)
{
    if (with.flag("subscribeToEvents", true) && with.over != nullptr)
        with.over->subscriptions.insert(which.id);
    decthings_session_call told;
    told.api = api_of(which);
    told.id = which.id;
    told.command = which.command;
    told.args = which.args;
    play(told);
}

INFERPP_DECL void decthings_simulator::platform::write(session& to, std::string const& input)
{
    to.input += input;
    decthings_session_call told;
    told.api = api_of(to);
    told.id = to.id;
    told.command = to.command;
    told.args = to.args;
    told.input = input;
    play(told);
}

/// What follows happens behind the answer to what made it happen.
INFERPP_DECL void decthings_simulator::platform::play(decthings_session_call const& told)
{
    boost::asio::post(executor, [in = weak, time = clock, id = told.id,
                                 steps = options.session(told), on = executor] {
        boost::asio::co_spawn(on, play_steps(in, time, id, steps), [](std::exception_ptr) {});
    });
}

INFERPP_DECL boost::asio::awaitable<void> decthings_simulator::platform::play_steps(
    std::weak_ptr<platform> in, std::shared_ptr<inferpp::clock> time, std::string id,
    std::vector<decthings_session_step> steps)
{
    auto at = time->now();
    for (decthings_session_step const& step : steps) {
        at += step.after;
        if (at > time->now())
            co_await time->sleep_until(at);
        auto const alive = in.lock();
        if (!alive)
            co_return;
        alive->tick();
        alive->happen(id, step);
    }
}

INFERPP_DECL void decthings_simulator::platform::happen(std::string_view id,
                                                        decthings_session_step const& step)
{
    auto const which = std::find_if(sessions.begin(), sessions.end(),
                                    [&](session const& one) { return one.id == id; });
    if (which == sessions.end())
        return;
    bool const last = step.event == "exit";
    std::string_view const api = api_of(*which);
    object params{{std::string{decthings_id_of(which->kind)}, id}};
    if (last)
        params["reason"] = step.reason;
    std::vector<std::string> blobs;
    if (!last && step.event != "initialized")
        blobs.push_back(step.data);
    std::string message{'\x01'};
    message += static_cast<char>(api.size());
    message += api;
    message += detail::decthings_write(object{{"event", step.event}, {"params", params}}, blobs);
    if (last)
        sessions.erase(which);
    std::string const of{id};
    auto const all = sockets;
    for (socket* const one : all)
        if (last ? one->subscriptions.erase(of) > 0 : one->subscriptions.count(of) > 0)
            one->send(message);
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::terminate(
    std::string_view kind, call const& with)
{
    object const why{{"code", "terminated_on_request"}};
    std::string const id = find_session(kind, with).id;
    happen(id, decthings_session_step::exit(why));
    return object{};
}

/// The kind of session that an API has.
inline std::string_view decthings_kind_of(std::string_view api)
{
    return inferpp::detail::iequals(api, "Spawned")    ? "spawned"
           : inferpp::detail::iequals(api, "Terminal") ? "terminal"
           : inferpp::detail::iequals(api, "Language") ? "language"
                                                       : "debug";
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::subscribe(
    call& with)
{
    session const& which = find_session(decthings_kind_of(with.api), with);
    if (with.over == nullptr)
        throw refusal{"unknown"}; // what the platform says over HTTP is not known
    with.over->subscriptions.insert(which.id);
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::unsubscribe(
    call& with)
{
    std::string_view const kind = decthings_kind_of(with.api);
    std::string const id = with.text(decthings_id_of(kind));
    if (with.over == nullptr || with.over->subscriptions.erase(id) == 0)
        throw refusal{"not_subscribed"};
    if (kind == "language")
        std::erase_if(sessions, [&](session const& one) { return one.id == id; });
    return object{};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    start_language_server(call& with)
{
    std::string const language = with.text("language");
    if (language != "go" && language != "python" && language != "rust")
        call::refuse("language", "must be go, python or rust");
    session made;
    made.model = find_model(with).id;
    if (with.over == nullptr)
        throw refusal{"unknown"};
    made.id = new_id("language");
    made.kind = "language";
    made.started_at = today;
    sessions.push_back(std::move(made));
    begin(sessions.back(), with);
    return object{{"languageServerId", sessions.back().id}};
}

INFERPP_DECL decthings_simulator::platform::outcome decthings_simulator::platform::
    write_to_language_server(call& with)
{
    with.expect_blobs(1);
    write(find_session("language", with), with.blobs[0]);
    return object{};
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_sockets.ipp>
#endif

#endif
