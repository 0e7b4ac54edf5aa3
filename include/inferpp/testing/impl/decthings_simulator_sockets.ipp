// SPDX-License-Identifier: BSL-1.0
//
// WebSockets of the simulated Decthings. See decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_SOCKETS_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_SOCKETS_IPP

#include <inferpp/testing/decthings_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL decthings_simulator::socket::socket(std::weak_ptr<platform> in,
                                                 std::shared_ptr<websocket_client> client)
    : platform_(std::move(in)),
      client_(std::move(client))
{
    if (auto const alive = platform_.lock())
        alive->sockets.push_back(this);
}

/// Subscriptions end with the connection, and language servers with the last one who listens.
INFERPP_DECL decthings_simulator::socket::~socket()
{
    *open_ = false;
    auto const alive = platform_.lock();
    if (!alive)
        return;
    std::erase(alive->sockets, this);
    std::erase_if(alive->sessions, [this](platform::session const& one) {
        return one.kind == "language" && subscriptions.count(one.id) > 0;
    });
}

INFERPP_DECL void decthings_simulator::socket::send(std::string message, bool text)
{
    if (auto const alive = platform_.lock(); alive && alive->messages_left) {
        if (*alive->messages_left == 0) {
            alive->messages_left.reset();
            client_->cut_behind();
            return;
        }
        --*alive->messages_left;
    }
    client_->send(std::move(message), text);
}

INFERPP_DECL void decthings_simulator::socket::answer(platform& in, std::string const& id,
                                                      platform::reply const& with)
{
    boost::json::object document;
    if (with.error.empty())
        document["result"] = with.result;
    else
        document["error"] = with.error;
    held_.push_back(std::string{'\0'} + id + detail::decthings_write(document, with.blobs));
    if (held_.size() < in.answers_held)
        return;
    in.answers_held = 0;
    auto const all = std::exchange(held_, {});
    for (auto one = all.rbegin(); one != all.rend(); ++one)
        send(*one);
}

INFERPP_DECL void decthings_simulator::socket::received(std::string data, bool)
{
    constexpr std::size_t number_size = 4;
    auto const in = platform_.lock();
    if (!in)
        return;
    in->tick();
    std::string const id = data.substr(0, number_size);
    auto message = data.size() > number_size
                       ? detail::decthings_parse(std::string_view{data}.substr(number_size))
                       : std::nullopt;
    auto const text = [&](std::string_view name) {
        auto const* const found = message->json.if_contains(name);
        return std::string{found != nullptr ? detail::decthings_text(*found) : std::string_view{}};
    };
    auto const* const params = message ? message->json.if_contains("params") : nullptr;
    if (params == nullptr || !params->is_object()) { // what the platform does then is not known
        client_->close();
        return;
    }
    std::string const api = text("api");
    std::string const method = text("method");
    in->socket_calls.push_back(api + '/' + method);
    platform::reply said;
    std::string const key = text("apiKey");
    auto const* const known = in->find_route(api, method);
    if (known == nullptr)
        said.error = {{"code", "unknown"}};
    else if (key.empty() || (!in->options.api_key.empty() && key != in->options.api_key))
        said.error = {{"code", "bad_credentials"}};
    if (!said.error.empty()) {
        answer(*in, id, said);
        return;
    }
    platform::call with;
    with.user = key;
    with.api = api;
    with.over = this;
    with.params = params->get_object();
    with.blobs = std::move(message->blobs);
    try {
        platform::outcome outcome = in->dispatch(api, method, with);
        if (outcome.later) {
            boost::asio::co_spawn(
                in->executor, answer_later(platform_, in->clock, outcome.later, open_, *this, id),
                [](std::exception_ptr) {});
            return;
        }
        said = std::move(outcome.now);
    }
    catch (platform::refusal const& why) {
        said.error = why.error;
    }
    answer(*in, id, said);
}

/// Answers when the work is done, however often that moves.
INFERPP_DECL boost::asio::awaitable<void> decthings_simulator::socket::answer_later(
    std::weak_ptr<platform> in, std::shared_ptr<inferpp::clock> time,
    std::shared_ptr<platform::pending> work, std::shared_ptr<bool const> open, socket& to,
    std::string id)
{
    auto const asleep = std::make_shared<sleeper*>(nullptr);
    work->moved = [asleep] {
        if (*asleep != nullptr)
            (*asleep)->timer.cancel();
    };
    auto const on = co_await boost::asio::this_coro::executor;
    while (time->now() < work->due) {
        sleeper waiting{on, *time, work->due};
        *asleep = &waiting;
        co_await waiting.timer.async_wait(boost::asio::as_tuple(boost::asio::deferred));
        *asleep = nullptr;
    }
    auto const alive = in.lock();
    if (!alive || !*open)
        co_return;
    alive->tick();
    to.answer(*alive, id, work->make());
}

INFERPP_DECL simulated_answer decthings_simulator::accept_socket() const
{
    simulated_answer accepted;
    accepted.websocket = [in = std::weak_ptr{platform_}](std::shared_ptr<websocket_client> client) {
        return std::make_unique<socket>(in, std::move(client));
    };
    return accepted;
}

INFERPP_DECL std::string decthings_simulator::ws_url() const
{
    // "http" and "https" become "ws" and "wss".
    return origin_url().replace(0, 4, "ws") + "/v0/ws";
}

INFERPP_DECL std::vector<std::string> const& decthings_simulator::socket_calls() const noexcept
{
    return platform_->socket_calls;
}

INFERPP_DECL void decthings_simulator::happen(std::string_view id,
                                              decthings_session_step const& step)
{
    platform_->tick();
    platform_->happen(id, step);
}

INFERPP_DECL void decthings_simulator::cut_sockets()
{
    auto const all = platform_->sockets;
    for (socket* const one : all)
        one->cut();
}

INFERPP_DECL void decthings_simulator::cut_after_messages(std::size_t count)
{
    platform_->messages_left = count;
}

INFERPP_DECL void decthings_simulator::send_raw(std::string message, bool text)
{
    auto const all = platform_->sockets;
    for (socket* const one : all)
        one->send(message, text);
}

INFERPP_DECL void decthings_simulator::reverse_answers(std::size_t count)
{
    platform_->answers_held = count;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_debug.ipp>
#endif

#endif
