// SPDX-License-Identifier: BSL-1.0
//
// Every answer cut at every byte, and split at every byte; with TLS both inside the records and on
// the wire.

#include "sweeps/sweep.hpp"

#include <algorithm>
#include <array>
#include <string>

using namespace sweep;
using inferpp::testing::fault_proxy;
using inferpp::testing::proxy_fault;

namespace {

/// A platform, a proxy before it, and clients of either, all in one context and in manual time.
struct network_world {
    explicit network_world(bool with_tls)
        : tls(with_tls), platform(context.get_executor(), in_time(serving(with_tls), time)),
          proxy(context.get_executor(), platform.port(), time)
    {
        support::settle(context);
    }

    static inferpp::testing::simulator_options in_time(inferpp::testing::simulator_options with,
                                                       std::shared_ptr<inferpp::clock> time)
    {
        with.clock = std::move(time);
        return with;
    }

    /// Plays the scenario and checks what must always hold.
    ending play(std::uint16_t port, tally& count)
    {
        catch_up(*time);
        std::size_t const files = open_files();
        std::string const text = "run " + std::to_string(++number);
        requests = platform.ledger().size();
        std::string problem;
        ending end;
        {
            modzy::client client{context.get_executor(), client_of(port, tls, time)};
            auto const state = launch(context, client, text);
            bool const landed = land(context, *state);
            requests = platform.ledger().size() - requests;
            if (!landed || state->completions != 1) {
                problem = landed ? "it completed twice" : "it hangs";
            } else {
                end = ending_of(*state);
                problem = problem_with(end, platform.jobs(text));
                if (problem.empty() && end.out_of_memory)
                    problem = "out of memory";
            }
            proxy.clear_faults();
            platform.clear_faults();
            if (problem.empty())
                problem = problem_with_next_request(context, client);
        }
        if (!files_are_back(context, files) && problem.empty())
            problem = "sockets are left open";
        platform.most_jobs_of_one_text();
        CHECK_MESSAGE(problem.empty(), problem, ", ", count.runs());
        count.add(end.value.has_value());
        return end;
    }

    bool const tls;
    asio::io_context context{1};
    std::shared_ptr<inferpp::testing::manual_clock> time =
        std::make_shared<inferpp::testing::manual_clock>();
    small_platform platform;
    fault_proxy proxy;
    std::size_t number = 0;
    std::size_t requests = 0; ///< of the last run
};

/// Lets the answer number `step` of the scenario go wrong.
void inject(network_world& world, std::size_t step, fault wrong)
{
    for (std::size_t i = 0; i < step; ++i)
        world.platform.inject(fault{}); // goes right
    world.platform.inject(std::move(wrong));
}

/// The length of the answer number `step`: cut there, nothing has to be asked again.
std::size_t length_of_answer(network_world& world, std::size_t step)
{
    tally lengths;
    std::size_t low = 0;
    std::size_t high = 4096;
    while (low < high) {
        std::size_t const middle = (low + high) / 2;
        fault wrong;
        wrong.cut_after = middle;
        inject(world, step, wrong);
        auto const end = world.play(world.platform.port(), lengths);
        if (end.value && world.requests == clean_requests)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

constexpr std::size_t submission = 1; // the step

// Sanitizers make a run ten times as slow, so the streams, whose answers the other sweeps take apart
// byte by byte, are then broken at every seventh byte only.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t wire_stride = 7;
#else
constexpr std::size_t wire_stride = 1;
#endif

std::string at_each()
{
    return wire_stride == 1 ? "" : ", each " + std::to_string(wire_stride) + "th byte";
}

void cut_answers(bool tls, bool reset)
{
    network_world world{tls};
    std::string const name = std::string{"answers cut, "} + (tls ? "inside TLS, " : "plain, ") +
                             (reset ? "RST" : "FIN");
    std::array<std::size_t, clean_requests> lengths{};
    for (std::size_t step = 0; step < clean_requests; ++step)
        lengths[step] = length_of_answer(world, step);
    tally count{name};
    for (std::size_t step = 0; step < clean_requests; ++step) {
        for (std::size_t k = 0; k <= lengths[step]; ++k) {
            CAPTURE(step);
            CAPTURE(k);
            fault wrong;
            wrong.cut_after = k;
            wrong.reset = reset;
            inject(world, step, wrong);
            auto const end = world.play(world.platform.port(), count);
            // Reading is repeated. A submission that may have been taken is not.
            bool const complete = k == lengths[step];
            CHECK(end.value.has_value() == (complete || step != submission));
            CHECK(world.requests == (step == submission && !complete ? 2
                                     : complete                      ? clean_requests
                                                                     : clean_requests + 1));
            if (end.failed) {
                CHECK(*end.failed == inferpp::condition::unknown_outcome);
                CHECK(end.failed->info().sent != inferpp::sent_state::no);
            }
        }
    }
}

void split_answers(bool tls)
{
    network_world world{tls};
    std::array<std::size_t, clean_requests> lengths{};
    for (std::size_t step = 0; step < clean_requests; ++step)
        lengths[step] = length_of_answer(world, step);
    tally count{std::string{"answers split, "} + (tls ? "into TLS records" : "plain")};
    for (std::size_t step = 0; step < clean_requests; ++step) {
        for (std::size_t k = 1; k <= lengths[step]; ++k) {
            CAPTURE(step);
            CAPTURE(k);
            fault wrong;
            if (k < lengths[step])
                wrong.slices.push_back(k);
            else
                wrong.drip = 1;
            inject(world, step, wrong);
            auto const end = world.play(world.platform.port(), count);
            CHECK(end.value.has_value());
            CHECK(world.requests == clean_requests);
        }
    }
}

/// Bytes of a whole run on the wire, the longest of a few: signatures differ in length.
std::size_t wire_length(network_world& world, std::uint64_t (fault_proxy::*bytes)() const noexcept)
{
    tally count;
    std::uint64_t most = 0;
    for (int i = 0; i < 8; ++i) {
        std::uint64_t const before = (world.proxy.*bytes)();
        auto const end = world.play(world.proxy.port(), count);
        CHECK(end.value.has_value());
        most = std::max(most, (world.proxy.*bytes)() - before);
    }
    return static_cast<std::size_t>(most);
}

void cut_wire(bool tls, bool to_client, bool reset)
{
    network_world world{tls};
    std::size_t const length = wire_length(
        world, to_client ? &fault_proxy::bytes_to_client : &fault_proxy::bytes_to_server);
    tally count{std::string{to_client ? "stream to the client cut, " : "stream to the server cut, "} +
                (tls ? "TLS, " : "plain, ") + (reset ? "RST" : "FIN") + at_each()};
    for (std::size_t k = 0; k <= length; k += wire_stride) {
        CAPTURE(k);
        proxy_fault wrong;
        (to_client ? wrong.to_client : wrong.to_server).cut_after = k;
        wrong.reset = reset;
        world.proxy.inject(wrong);
        auto const end = world.play(world.proxy.port(), count);
        if (end.failed)
            CHECK(*end.failed == inferpp::condition::unknown_outcome);
    }
}

void split_wire(bool tls)
{
    network_world world{tls};
    std::size_t const length = wire_length(world, &fault_proxy::bytes_to_client);
    tally count{std::string{"stream to the client split, "} + (tls ? "TLS" : "plain") + at_each()};
    for (std::size_t k = 0; k < length; k += wire_stride) {
        CAPTURE(k);
        proxy_fault wrong;
        if (k > 0)
            wrong.to_client.slices.push_back(k);
        else
            wrong.to_client.drip = 1;
        world.proxy.inject(wrong);
        auto const end = world.play(world.proxy.port(), count);
        CHECK(end.value.has_value());
        CHECK(world.requests == clean_requests);
    }
}

} // namespace

TEST_CASE("every answer cut at every byte by FIN ends in a result or a typed error")
{
    cut_answers(false, false);
    cut_answers(true, false);
}

TEST_CASE("every answer cut at every byte by RST ends in a result or a typed error")
{
    cut_answers(false, true);
    cut_answers(true, true);
}

TEST_CASE("every answer split at every byte, and sent byte by byte, is the same answer")
{
    split_answers(false);
    split_answers(true);
}

TEST_CASE("the wire to the client cut at every byte, the handshake included")
{
    cut_wire(false, true, false);
    cut_wire(false, true, true);
    cut_wire(true, true, false);
    cut_wire(true, true, true);
}

TEST_CASE("the wire to the server cut at every byte, the handshake included")
{
    cut_wire(false, false, false);
    cut_wire(false, false, true);
    cut_wire(true, false, false);
    cut_wire(true, false, true);
}

TEST_CASE("the wire to the client split at every byte, the handshake included")
{
    split_wire(false);
    split_wire(true);
}
