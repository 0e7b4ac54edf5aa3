// SPDX-License-Identifier: BSL-1.0
//
// How calls come to the simulated Decthings over HTTP, and answers go. See decthings_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_HTTP_IPP
#define INFERPP_TESTING_IMPL_DECTHINGS_SIMULATOR_HTTP_IPP

#include <inferpp/testing/decthings_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

/// An answer over HTTP to a call whose work is under way.
class decthings_held_answer final : public held_answer {
public:
    /// @param write makes the answer
    decthings_held_answer(inferpp::clock::time_point due, std::function<http::response()> write)
        : held_answer(due),
          write_(std::move(write))
    {
    }
    http::response make() override { return write_(); }

private:
    std::function<http::response()> write_;
};

INFERPP_DECL decthings_simulator::decthings_simulator(boost::asio::any_io_executor executor,
                                                      decthings_simulator_options options)
    : simulator(std::move(executor), options),
      platform_(std::make_shared<platform>(std::move(options)))
{
    platform_->clock = shared_clock();
    platform_->executor = simulator::executor();
    platform_->weak = platform_;
    platform_->tick();
    platform_->fill();
    start();
}

INFERPP_DECL decthings_simulator::~decthings_simulator()
{
    stop();
}

INFERPP_DECL std::string decthings_simulator::base_url() const
{
    return origin_url() + "/v0";
}

INFERPP_DECL void decthings_simulator::refuse(std::string method, boost::json::object error)
{
    platform_->refusals[std::move(method)].push_back(std::move(error));
}

INFERPP_DECL std::size_t decthings_simulator::runs() const noexcept
{
    return platform_->runs;
}

/// POST /v0/{Api}/{method}. What the platform understands is answered with 200, also where it is
/// refused.
INFERPP_DECL simulated_answer decthings_simulator::respond(simulated_request& request)
{
    auto const write = [](platform::reply const& with) {
        http::response answer;
        answer.status = 200;
        answer.headers.set("Content-Type", "application/octet-stream");
        boost::json::object document;
        if (with.error.empty())
            document["result"] = with.result;
        else
            document["error"] = with.error;
        answer.body = detail::decthings_write(document, with.blobs);
        return answer;
    };
    auto const fail = [](int status, std::string_view why) {
        http::response answer;
        answer.status = status;
        answer.headers.set("Content-Type", "text/plain");
        answer.body = why;
        return answer;
    };
    auto const& path = request.path;
    if (request.method == "GET" && path.size() == 2 && path[0] == "v0" && path[1] == "ws" &&
        request.headers.find("Upgrade"))
        return accept_socket();
    if (request.method != "POST" || path.size() != 3 || path[0] != "v0" ||
        platform_->find_route(path[1], path[2]) == nullptr)
        return fail(404, "There is no such method.");
    platform_->tick();
    platform::reply refused;
    auto const user = platform_->user_of(request);
    if (!user) {
        refused.error = {{"code", "bad_credentials"}};
        return write(refused);
    }
    auto message = detail::decthings_parse(request.body);
    if (!message)
        return fail(500, "The request is malformed.");
    platform::call with;
    with.user = *user;
    with.api = path[1];
    with.params = std::move(message->json);
    with.blobs = std::move(message->blobs);
    try {
        platform::outcome answer = platform_->dispatch(path[1], path[2], with);
        if (!answer.later)
            return write(answer.now);
        auto const work = answer.later;
        // It is made only as long as the simulator is there.
        auto const held = std::make_shared<decthings_held_answer>(work->due, [this, work, write] {
            platform_->tick();
            return write(work->make());
        });
        work->moved = [weak = std::weak_ptr{held}, due = std::weak_ptr{work}] {
            auto const waiting = weak.lock();
            auto const moved = due.lock();
            if (waiting && moved)
                waiting->move_to(moved->due);
        };
        simulated_answer later;
        later.held = held;
        return later;
    }
    catch (platform::refusal const& why) {
        refused.error = why.error;
        return write(refused);
    }
    catch (std::exception const& why) { // of the user's model, too
        return fail(500, why.what());
    }
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/decthings_simulator_wire.ipp>
#endif

#endif
