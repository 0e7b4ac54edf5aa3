// SPDX-License-Identifier: BSL-1.0
//
// Jobs on files: what goes up in which parts, and that whatever goes wrong, no job is started
// unknown to the caller and none stays open (wire notes 2.4 and 2.5).

#include "support/made_source.hpp"
#include "support/modzy_world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;
using support::contains;
using support::details;
using support::fake_world;
using support::made_source;
using support::refusal;
using support::simulated_world;
using support::started;
using upload_handle = job<modzy::file_job>;

namespace {

/// A file that goes with the test.
class temporary_file {
public:
    explicit temporary_file(std::string_view content)
        : path(fs::temp_directory_path() /
               ("inferpp-job-" + std::to_string(::getpid()) + '-' + std::to_string(++count)))
    {
        std::ofstream{path, std::ios::binary} << content;
    }
    temporary_file(temporary_file const&) = delete;
    temporary_file& operator=(temporary_file const&) = delete;
    ~temporary_file()
    {
        std::error_code ignored;
        fs::remove(path, ignored);
    }
    void append(std::string_view more) const
    {
        std::ofstream{path, std::ios::binary | std::ios::app} << more;
    }

    fs::path path;

private:
    static inline int count = 0;
};

std::string bytes_of(std::size_t size)
{
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<char>(i * 31 % 251);
    return out;
}

/// What a request to append brings.
std::string data_of(http::request const& part)
{
    auto const start = part.body.find("\r\n\r\n");
    auto const end = part.body.rfind("\r\n--");
    REQUIRE(start != std::string::npos);
    REQUIRE(end >= start + 4);
    return part.body.substr(start + 4, end - start - 4);
}

modzy::file_job file_job(std::string data = "0123456789")
{
    modzy::file_job request{"ed542963de", "1.0.1"};
    request.sources["my input"]["in/put.bin"] = bytes{std::move(data)};
    request.part_bytes = 4;
    return request;
}

std::string features(std::string_view size = "1M", int chunks = 200, int inputs = 10'000)
{
    return R"({"inputChunkMaximumSize":")" + std::string{size} + R"(","maximumInputChunks":)" +
           std::to_string(chunks) + R"(,"maximumInputsPerJob":)" + std::to_string(inputs) + '}';
}

constexpr char const* opened = R"({"jobIdentifier":"j1","status":"OPEN"})";

/// A client of a scripted server; the answers to the first two requests are known.
struct uploads : fake_world {
    explicit uploads(std::string limits = features(),
                     testing::manual_clock::mode how = testing::manual_clock::mode::jumping)
        : fake_world(how)
    {
        options.retry.max_attempts = 1;
        transport->reply(200, std::move(limits)).reply(202, opened);
    }
    uploads& parts(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i)
            transport->reply(202, "{}");
        return *this;
    }
    /// The data of all requests to append.
    std::vector<std::string> sent() const
    {
        std::vector<std::string> parts;
        for (auto const& request : transport->requests())
            if (request.method == "POST" && request.body.starts_with("--"))
                parts.push_back(data_of(request));
        return parts;
    }
    /// The error of a submission that fails; the DELETE that follows, if any, is answered.
    error failed(modzy::file_job const& request)
    {
        transport->reply(202, details("CANCELED"));
        auto const e = error_of(client().submit(request));
        support::settle(context);
        support::check_complete(e, e.info().operation);
        return e;
    }
    http::request const& last() const { return transport->requests().back(); }
};

/// Nothing was started, and the open job is cancelled.
void check_not_started(error const& e, uploads const& world)
{
    CHECK(e.info().job_id == "j1");
    CHECK(e.info().sent == sent_state::no);
    CHECK(!(e == errc::unknown_outcome));
    CHECK(!(e == condition::unknown_outcome));
    CHECK_MESSAGE(contains(e.what(), "the job was not started"), e.what());
    CHECK(world.count("DELETE") == 1);
    CHECK(world.last().method == "DELETE");
    CHECK(world.last().target == "/api/jobs/j1");
}

std::vector<std::size_t> sizes(std::vector<std::string> const& parts)
{
    std::vector<std::size_t> out;
    for (auto const& part : parts)
        out.push_back(part.size());
    return out;
}

using progress_calls =
    std::vector<std::pair<std::uint64_t, std::optional<std::uint64_t>>>;

boost::json::value const& digest(modzy::job_results const& results, char const* input,
                                 char const* item)
{
    return results.results.at(input).output()->at("data").at("result").at(item);
}

} // namespace

static_assert(composed_operation<modzy::file_job> && job_operation<modzy::file_job>);
static_assert(modzy::file_job::info.repeat == idempotency::unsafe);

// --- what is sent --------------------------------------------------------------------------------

TEST_CASE("a file job asks for the limits, opens a job, sends parts in order, and closes the job")
{
    uploads world;
    auto request = file_job();
    request.explain = true;
    request.timeout = 60s;
    world.parts(3).transport->reply(202, support::receipt());
    auto const job = world.run(world.client().submit(request));
    CHECK(job.id() == "j1");
    REQUIRE(job.receipt() != nullptr);
    CHECK(job.receipt()->status == modzy::job_state::submitted);
    auto const& sent = world.transport->requests();
    REQUIRE(sent.size() == 6);
    CHECK(sent[0].method + ' ' + sent[0].target == "GET /api/jobs/features");
    CHECK(sent[1].method + ' ' + sent[1].target == "POST /api/jobs");
    CHECK(sent[1].body == R"({"model":{"identifier":"ed542963de","version":"1.0.1"},)"
                          R"("explain":true,"timeout":60000})");
    for (std::size_t i = 2; i < 5; ++i) {
        CHECK(sent[i].method + ' ' + sent[i].target == "POST /api/jobs/j1/my%20input/in%2Fput.bin");
        CHECK(sent[i].headers.find("Content-Type")->starts_with("multipart/form-data; boundary="));
        CHECK(contains(sent[i].body, "name=\"input\"; filename=\"in/put.bin\"\r\n"));
    }
    CHECK(world.sent() == std::vector<std::string>{"0123", "4567", "89"});
    CHECK(sent[5].method + ' ' + sent[5].target == "POST /api/jobs/j1/close");
    CHECK(sent[5].body == "{}");
    for (auto const& one : sent)
        CHECK(one.headers.find("Authorization") == "ApiKey " + std::string{support::api_key});
    support::settle(world.context);
    CHECK(world.count("DELETE") == 0);
}

TEST_CASE("files of every kind and size arrive byte for byte, and run")
{
    testing::modzy_simulator_options with;
    with.chunk_limit = "4Ki";
    simulated_world world{with, simulated_world::time_of::manual};
    std::string const large = bytes_of(3 * 4096 + 17);
    temporary_file const file{large};
    temporary_file const empty{""};
    modzy::file_job request{"ed542963de", "1.0.1"};
    request.sources["path"]["input.bin"] = file.path;
    request.sources["path"]["config.json"] = bytes{"{}"};
    request.sources["bytes \xc3\xa9/?"]["\xe2\x82\xac"] = bytes{large};
    request.sources["made"]["known"] = std::make_shared<made_source>(large, large.size());
    request.sources["made"]["unknown"] = std::make_shared<made_source>(large, std::nullopt);
    auto const results = world.run(world.client().run(request, {.deadline = 1h}));
    CHECK(results.finished);
    CHECK(results.failures.empty());
    auto const& sha = digest(results, "path", "input.bin").at("sha256");
    CHECK(digest(results, "path", "input.bin").at("size") == large.size());
    CHECK(digest(results, "path", "config.json").at("size") == 2);
    CHECK(digest(results, "bytes \xc3\xa9/?", "\xe2\x82\xac").at("sha256") == sha);
    CHECK(digest(results, "made", "known").at("sha256") == sha);
    CHECK(digest(results, "made", "unknown").at("sha256") == sha);
    CHECK(world.simulator->count("POST", "/api/jobs/") == 4 * 4 + 1 + 1);
    CHECK(world.simulator->count("DELETE", "") == 0);

    // An input that the model can't use fails alone, also an empty one.
    request.sources.clear();
    request.sources["good"]["input.bin"] = file.path;
    request.sources["bad"]["input.bin"] = empty.path;
    auto const some = world.run(world.client().run(request, {.deadline = 1h}));
    CHECK(some.results.size() == 1);
    CHECK(some.failures.contains("bad"));
    CHECK(world.simulator->jobs() == 2);
}

TEST_CASE("a file has as many parts as it needs, an empty one has one")
{
    struct {
        std::size_t size;
        std::vector<std::size_t> parts;
    } const cases[] = {
        {0, {0}},    {1, {1}},    {3, {3}},          {4, {4}},
        {5, {4, 1}}, {8, {4, 4}}, {11, {4, 4, 3}}, {12, {4, 4, 4}},
    };
    for (auto const& [size, parts] : cases) {
        CAPTURE(size);
        std::string const data = bytes_of(size);
        temporary_file const file{data};
        std::vector<modzy::file_input> const inputs{
            bytes{data}, file.path, std::make_shared<made_source>(data, size),
            std::make_shared<made_source>(data, std::nullopt)};
        for (std::size_t kind = 0; kind < inputs.size(); ++kind) {
            CAPTURE(kind);
            uploads world;
            auto request = file_job();
            request.sources["my input"]["in/put.bin"] = inputs[kind];
            progress_calls told;
            request.progress = [&](std::uint64_t sent, std::optional<std::uint64_t> total) {
                told.emplace_back(sent, total);
            };
            world.parts(parts.size()).transport->reply(202, support::receipt());
            CHECK(world.run(world.client().submit(request)).id() == "j1");
            CHECK(sizes(world.sent()) == parts);
            std::string whole;
            for (auto const& part : world.sent())
                whole += part;
            CHECK(whole == data);

            REQUIRE(told.size() == parts.size());
            std::uint64_t sum = 0;
            for (std::size_t i = 0; i < told.size(); ++i) {
                sum += parts[i];
                CHECK(told[i].first == sum);
                CHECK(told[i].second.has_value() == (kind != 3));
                CHECK(told[i].second.value_or(size) == size);
            }
        }
    }
}

TEST_CASE("progress counts the bytes of all files, of a total that is known if all sizes are")
{
    for (bool const known : {true, false}) {
        CAPTURE(known);
        uploads world;
        auto request = file_job();
        request.sources.clear();
        request.sources["a"]["x"] = bytes{"12345"};
        request.sources["a"]["y"] = bytes{""};
        request.sources["b"]["x"] = std::make_shared<made_source>(
            "123", known ? std::optional<std::uint64_t>{3} : std::nullopt);
        progress_calls told;
        request.progress = [&](std::uint64_t sent, std::optional<std::uint64_t> total) {
            told.emplace_back(sent, total);
        };
        world.parts(4).transport->reply(202, support::receipt());
        world.run(world.client().submit(request));
        std::optional<std::uint64_t> const total =
            known ? std::optional<std::uint64_t>{8} : std::nullopt;
        CHECK(told == progress_calls{{4, total}, {5, total}, {5, total}, {8, total}});
    }
}

TEST_CASE("the same request can be sent again, and copies share their bytes")
{
    auto const request = file_job();
    for (int i = 0; i < 2; ++i) {
        uploads world;
        world.parts(3).transport->reply(202, support::receipt());
        CHECK(world.run(world.client().submit(modzy::file_job{request})).id() == "j1");
        CHECK(world.sent() == std::vector<std::string>{"0123", "4567", "89"});
    }
}

TEST_CASE("parts are at most what the server takes, and larger where there would be too many")
{
    struct {
        std::string limits;
        std::uint64_t part_bytes;
        std::vector<std::size_t> parts; // of 10 bytes
    } const cases[] = {
        {features("3i"), 1000, {3, 3, 3, 1}},
        {features("3i"), 2, {2, 2, 2, 2, 2}},
        {features("8i", 3), 2, {4, 4, 2}},
        {features("8i", 5), 2, {2, 2, 2, 2, 2}},
        {features("8i", 1), 2, {8, 2}}, // more than there may be: the server will say
        {features("1M", 0), 2, {10}},
        {features("1M", 1), 1, {10}},
        {features("much", 2), 3, {5, 5}},
        {"{}", 4, {4, 4, 2}},
    };
    for (auto const& [limits, part_bytes, parts] : cases) {
        CAPTURE(limits);
        CAPTURE(part_bytes);
        uploads world{limits};
        auto request = file_job();
        request.part_bytes = part_bytes;
        world.parts(parts.size()).transport->reply(202, support::receipt());
        world.run(world.client().submit(request));
        CHECK(sizes(world.sent()) == parts);
    }
    uploads world{features("8i", 3)}; // of an unknown size nobody can say how many parts it makes
    auto request = file_job();
    request.part_bytes = 2;
    request.sources["my input"]["in/put.bin"] =
        std::make_shared<made_source>("0123456789", std::nullopt);
    world.parts(5).transport->reply(202, support::receipt());
    world.run(world.client().submit(request));
    CHECK(sizes(world.sent()) == std::vector<std::size_t>{2, 2, 2, 2, 2});
}

TEST_CASE("the simulator's limits are kept without knowing them")
{
    testing::modzy_simulator_options with;
    with.chunk_limit = "2Ki";
    with.max_chunks = 3;
    simulated_world world{with, simulated_world::time_of::manual};
    auto request = file_job(bytes_of(5000));
    request.part_bytes = 100;
    auto const results = world.run(world.client().run(request, {.deadline = 1h}));
    CHECK(digest(results, "my input", "in/put.bin").at("size") == 5000);
    CHECK(world.simulator->count("POST", "in%2Fput.bin") == 3);
}

// --- what fails before anything is open ----------------------------------------------------------

TEST_CASE("a request that can't be valid fails before any I/O")
{
    fake_world world;
    auto request = file_job();
    request.part_bytes = 0;
    auto e = world.error_of(world.client().submit(request));
    CHECK(e == errc::invalid_argument);
    CHECK(contains(e.what(), "part_bytes"));
    support::check_complete(e, "submit_file");

    request = file_job();
    request.sources["other"]["a"] = fs::path{"/no/such/file"};
    e = world.error_of(world.client().run(request, {.deadline = 1h}));
    CHECK(e == errc::invalid_argument);
    CHECK(contains(e.what(), "/no/such/file"));
    support::check_complete(e, "submit_file");
    CHECK(e.info().sent == sent_state::no);
    CHECK(world.transport->requests().empty());
}

TEST_CASE("too many inputs are refused before a job is opened")
{
    uploads world{features("1M", 200, 1)};
    auto request = file_job();
    request.sources["other"]["a"] = bytes{"x"};
    auto const e = world.failed(request);
    CHECK(e == errc::invalid_argument);
    CHECK(e.info().operation == "submit_file");
    CHECK(e.info().sent == sent_state::no);
    CHECK(e.info().job_id.empty());
    CHECK(contains(e.what(), "sources has 2 inputs; the platform takes 1 in a job"));
    CHECK(world.transport->requests().size() == 1);
}

TEST_CASE("nothing was started when the limits or the opening of the job fail or are lost")
{
    for (bool const at_open : {false, true}) {
        CAPTURE(at_open);
        for (int how = 0; how < 4; ++how) {
            CAPTURE(how);
            fake_world world;
            world.options.retry.max_attempts = 1;
            if (at_open)
                world.transport->reply(200, features());
            if (how == 0)
                world.transport->fail(errc::truncated, sent_state::maybe);
            else if (how == 1)
                world.transport->fail(errc::connect_failed, sent_state::no);
            else if (how == 2)
                world.transport->reply(403, refusal(403, "no"));
            else
                world.transport->reply(200, "no JSON");
            auto const e = world.error_of(world.client().submit(file_job()));
            support::settle(world.context);
            support::check_complete(e, at_open ? "open_job" : "get_features");
            CHECK(e.info().sent == sent_state::no);
            CHECK(!(e == condition::unknown_outcome));
            CHECK(e.info().job_id.empty());
            CHECK(contains(e.what(), "no job was started"));
            CHECK((e == condition::transport) == (how < 2));
            CHECK((e == condition::forbidden) == (how == 2));
            CHECK((e == condition::decode) == (how == 3));
            CHECK(world.count("DELETE") == 0);
            CHECK(world.transport->requests().size() == (at_open ? 2 : 1));
        }
    }
}

// --- what fails while parts are sent -------------------------------------------------------------

TEST_CASE("a part that fails cancels the job, which was not started")
{
    for (std::size_t before : {0UL, 1UL, 2UL}) {
        CAPTURE(before);
        {
            uploads world;
            world.parts(before).transport->reply(413, refusal(413, "too large"));
            auto const e = world.failed(file_job());
            check_not_started(e, world);
            CHECK(e.info().operation == "append_input");
            CHECK(e.info().http_status == 413);
            CHECK(e.info().server_message == "too large");
            CHECK(world.sent().size() == before + 1);
        }
        {
            uploads world; // may have been appended, and can't be repeated
            world.options.retry.max_attempts = 4;
            world.parts(before).transport->fail(errc::truncated, sent_state::maybe);
            auto const e = world.failed(file_job());
            check_not_started(e, world);
            CHECK(e == errc::truncated);
            CHECK(e == condition::transport);
            CHECK(world.sent().size() == before + 1);
        }
        {
            uploads world;
            world.parts(before).transport->reply(502, "<html>");
            auto const e = world.failed(file_job());
            check_not_started(e, world);
            CHECK(e.info().http_status == 502);
            CHECK(e.code() == error_code{502, http_category()});
        }
        {
            uploads world;
            world.parts(before).transport->fail(errc::connect_failed, sent_state::no);
            auto const e = world.failed(file_job());
            check_not_started(e, world);
            CHECK(e == errc::connect_failed);
        }
    }
}

TEST_CASE("a part that the server asks for again is sent again, and arrives once")
{
    simulated_world world{{}, simulated_world::time_of::manual};
    testing::fault busy;
    busy.method = "POST";
    busy.target = "in%2Fput.bin";
    busy.status = 503;
    busy.headers = support::header("Retry-After", "2");
    world.simulator->inject(busy);
    auto const results = world.run(world.client().run(file_job(), {.deadline = 1h}));
    CHECK(digest(results, "my input", "in/put.bin").at("size") == 10);
    CHECK(world.simulator->count("POST", "in%2Fput.bin") == 4);
    CHECK(world.time->elapsed() >= 2s);
}

TEST_CASE("a part that is cut off on real sockets cancels the job on the server")
{
    simulated_world world;
    testing::fault cut;
    cut.method = "POST";
    cut.target = "in%2Fput.bin";
    cut.cut_after = 0;
    world.simulator->inject(cut);
    auto const client = world.client();
    auto const e = world.error_of(client.submit(file_job()));
    CHECK(e == condition::transport);
    CHECK(e.info().sent == sent_state::no);
    auto const job = client.attach<modzy::file_job>(e.info().job_id);
    support::run_until(world.context, [&] { return world.simulator->count("DELETE", "") == 1; });
    CHECK(world.run(job.status()).phase == phase::cancelled);
    CHECK(world.simulator->count("POST", "/close") == 0);
}

TEST_CASE("a DELETE that fails changes nothing of the error")
{
    uploads world;
    world.transport->reply(400, refusal(400, "no")).fail(errc::connect_failed, sent_state::no);
    auto const e = world.failed(file_job());
    check_not_started(e, world);
    CHECK(e.info().http_status == 400);
}

TEST_CASE("a file that is gone when its turn comes cancels the job")
{
    uploads world;
    temporary_file const first{"1234"};
    temporary_file const second{"1234"};
    auto request = file_job();
    request.sources.clear();
    request.sources["a"]["x"] = first.path;
    request.sources["b"]["x"] = second.path;
    request.progress = [&](std::uint64_t, std::optional<std::uint64_t>) {
        fs::remove(second.path);
    };
    world.parts(1);
    auto const e = world.failed(request);
    check_not_started(e, world);
    CHECK(e == errc::invalid_argument);
    CHECK(e.info().operation == "submit_file");
    CHECK(contains(e.what(), second.path.filename().string()));
}

TEST_CASE("a file that grows or shrinks while it is sent cancels the job")
{
    for (bool const grows : {true, false}) {
        for (std::size_t size : {3UL * 4096, 3UL * 4096 + 5}) {
            CAPTURE(grows);
            CAPTURE(size);
            uploads world;
            temporary_file const file{bytes_of(size)};
            auto request = file_job();
            request.part_bytes = 4096;
            request.sources["my input"]["in/put.bin"] = file.path;
            request.progress = [&](std::uint64_t sent, std::optional<std::uint64_t>) {
                if (sent == 4096) {
                    if (grows)
                        file.append(bytes_of(1'000'000));
                    else
                        fs::resize_file(file.path, 2 * 4096 + 1);
                }
            };
            world.parts(grows ? size / 4096 : 2);
            auto const e = world.failed(request);
            check_not_started(e, world);
            CHECK(e == errc::invalid_argument);
            CHECK(contains(e.what(), "sources['my input']['in/put.bin'] has changed its size"));
            // What is known to be wrong is not sent, whatever there is of it.
            CHECK(world.sent().size() == (grows ? 3 : 2));
        }
    }
}

TEST_CASE("a source that lies about its size cancels the job")
{
    for (std::uint64_t const claimed : {std::uint64_t{0}, std::uint64_t{9}, std::uint64_t{11},
                                        ~std::uint64_t{0}}) {
        CAPTURE(claimed);
        uploads world{features("4i", 1'000'000)};
        auto request = file_job();
        request.sources["my input"]["in/put.bin"] =
            std::make_shared<made_source>("0123456789", claimed);
        world.parts(claimed == 0 ? 0 : 2);
        auto const e = world.failed(request);
        check_not_started(e, world);
        CHECK(e == errc::invalid_argument);
        CHECK(contains(e.what(), "has changed its size"));
    }
}

TEST_CASE("a source that fails cancels the job with its error; one that throws, with its exception")
{
    {
        uploads world;
        auto const torn = std::make_shared<made_source>("0123456789", std::nullopt);
        torn->fail_at = 6;
        auto request = file_job();
        request.sources["my input"]["in/put.bin"] = torn;
        world.parts(1);
        auto const e = world.failed(request);
        check_not_started(e, world);
        CHECK(e == errc::unsupported);
        CHECK(contains(e.what(), "the tape is torn"));
    }
    {
        uploads world;
        auto const gone = std::make_shared<made_source>("0123456789", std::nullopt);
        gone->throw_at = 6;
        auto request = file_job();
        request.sources["my input"]["in/put.bin"] = gone;
        world.parts(1).transport->reply(202, details("CANCELED"));
        auto submission = world.client().submit(request);
        CHECK_THROWS_WITH_AS(world.run(std::move(submission)), "the camera is gone",
                             std::runtime_error);
        support::settle(world.context);
        CHECK(world.count("DELETE") == 1);
    }
}

// --- closing -------------------------------------------------------------------------------------

TEST_CASE("when the answer to the closing is lost, the job says whether it was closed")
{
    uploads world;
    world.parts(3).transport->fail(errc::truncated, sent_state::maybe);
    world.transport->reply(200, R"({"jobIdentifier":"j1","status":"IN_PROGRESS","total":1,)"
                                R"("model":{"identifier":"m"},"submittedBy":"prefix",)"
                                R"("jobInputs":[{"identifier":"my input"}],"explain":true,)"
                                R"("accountIdentifier":"a","timeout":5,"inputByteAmount":10})");
    auto const job = world.run(world.client().submit(file_job()));
    CHECK(job.id() == "j1");
    REQUIRE(job.receipt() != nullptr);
    CHECK(job.receipt()->status == modzy::job_state::in_progress);
    CHECK(job.receipt()->total_inputs == 1);
    CHECK(job.receipt()->model.identifier == "m");
    CHECK(job.receipt()->access_key == "prefix");
    CHECK(job.receipt()->job_inputs.keys == std::vector<std::string>{"my input"});
    CHECK(job.receipt()->explain);
    CHECK(job.receipt()->account_identifier == "a");
    CHECK(job.receipt()->timeout == 5ms);
    CHECK(job.receipt()->input_byte_amount == 10);
    CHECK(world.last().method + ' ' + world.last().target == "GET /api/jobs/j1");
    support::settle(world.context);
    CHECK(world.count("DELETE") == 0);
}

TEST_CASE("a job that is still open after a lost closing is closed again")
{
    uploads world;
    world.parts(3).transport->fail(errc::truncated, sent_state::maybe);
    world.transport->reply(200, details("OPEN")).reply(202, support::receipt());
    CHECK(world.run(world.client().submit(file_job())).id() == "j1");
    CHECK(world.last().target == "/api/jobs/j1/close");
    support::settle(world.context);
    CHECK(world.count("DELETE") == 0);
}

TEST_CASE("an answer to the closing that can't be read is as good as lost")
{
    for (auto const* body : {"", "<html>", "{}", "[]"}) {
        CAPTURE(body);
        uploads world;
        world.parts(3).transport->reply(202, body).reply(200, details("SUBMITTED"));
        CHECK(world.run(world.client().submit(file_job())).id() == "j1");
        support::settle(world.context);
        CHECK(world.count("DELETE") == 0);
    }
}

TEST_CASE("a closing whose outcome stays unknown leaves the job alone and names it")
{
    for (int how = 0; how < 5; ++how) {
        CAPTURE(how);
        uploads world;
        world.parts(3);
        if (how == 4)
            world.transport->reply(202, "no JSON");
        else
            world.transport->fail(errc::truncated, sent_state::maybe);
        if (how == 0)
            world.transport->reply(404, refusal(404, "no such job"));
        else if (how == 1)
            world.transport->fail(errc::connect_failed, sent_state::no);
        else if (how == 2) // closed again, and lost again
            world.transport->reply(200, details("OPEN")).fail(errc::truncated, sent_state::maybe);
        else
            world.transport->reply(200, "no JSON");
        auto const e = world.failed(file_job());
        CHECK((e == errc::unknown_outcome) == (how != 4));
        CHECK((e == condition::decode) == (how == 4));
        CHECK(e.info().job_id == "j1");
        CHECK(e.info().operation == "close_job");
        CHECK(e.info().sent != sent_state::no);
        CHECK(world.count("DELETE") == 0);
        CHECK(world.transport->left() == 1);
    }
}

TEST_CASE("a closing that is refused cancels the job")
{
    for (int const status : {400, 403, 404, 409, 500}) {
        CAPTURE(status);
        uploads world;
        world.parts(3).transport->reply(status, refusal(status, "no"));
        auto const e = world.failed(file_job());
        CHECK(e.info().http_status == status);
        CHECK(e.info().job_id == "j1");
        CHECK(!(e == condition::unknown_outcome));
        CHECK(world.count("DELETE") == 1);
    }
    uploads world;
    world.parts(3).transport->fail(errc::connect_failed, sent_state::no);
    auto const e = world.failed(file_job());
    CHECK(e == errc::connect_failed);
    CHECK(e.info().sent == sent_state::no);
    CHECK(world.count("DELETE") == 1);
}

TEST_CASE("on real sockets a lost closing starts the job once, and its results come")
{
    for (bool const took_effect : {true, false}) {
        CAPTURE(took_effect);
        simulated_world world{{}, simulated_world::time_of::manual};
        testing::fault lost;
        lost.method = "POST";
        lost.target = "/close";
        lost.cut_after = 0;
        lost.refuse = !took_effect;
        world.simulator->inject(lost);
        auto const results = world.run(world.client().run(file_job(), {.deadline = 1h}));
        CHECK(results.finished);
        CHECK(digest(results, "my input", "in/put.bin").at("size") == 10);
        CHECK(world.simulator->count("POST", "/close") == (took_effect ? 1 : 2));
        CHECK(world.simulator->jobs() == 1);
        CHECK(world.simulator->count("DELETE", "") == 0);
    }
}

// --- cancelling ----------------------------------------------------------------------------------

TEST_CASE("cancelled at whichever request, a submission ends as cancelled and cancels its job")
{
    // Limits, opening, three parts, closing, asking after a lost closing.
    for (int step = 0; step < 7; ++step) {
        CAPTURE(step);
        fake_world world{testing::manual_clock::mode::stepping};
        world.options.retry.max_attempts = 1;
        if (step > 0)
            world.transport->reply(200, features());
        if (step > 1)
            world.transport->reply(202, opened);
        for (int part = 2; part < step && part < 5; ++part)
            world.transport->reply(202, "{}");
        if (step > 5)
            world.transport->fail(errc::truncated, sent_state::maybe);
        world.transport->hang().reply(202, details("CANCELED"));
        started<upload_handle> submission{world.context, world.client().submit(file_job())};
        support::run_until(world.context, [&] { return world.time->sleepers() > 0; });
        CHECK(world.transport->requests().size() == static_cast<std::size_t>(step) + 1);
        submission.cancel();
        auto const ended = submission.finish();
        REQUIRE(ended.has_error());
        auto const& e = ended.error();
        CHECK(e == errc::cancelled);
        CHECK(e == condition::cancelled);
        CHECK(e.info().provider == "modzy");
        CHECK(e.info().sent == (step < 5 ? sent_state::no : sent_state::maybe));
        CHECK(e.info().job_id == (step < 2 ? "" : "j1"));
        support::settle(world.context);
        CHECK(submission.completions() == 1);
        CHECK(world.count("DELETE") == (step < 2 ? 0 : 1));
        CHECK(world.time->sleepers() == 0);
    }
}

TEST_CASE("cancelled at every handler in turn, no open job is left that could be cancelled")
{
    for (std::size_t at = 0;; ++at) {
        CAPTURE(at);
        uploads world;
        world.parts(3).transport->reply(202, support::receipt()).reply(202, details("CANCELED"));
        auto const client = world.client();
        started<upload_handle> submission{world.context, client.submit(file_job())};
        world.context.restart();
        for (std::size_t i = 0; i < at; ++i)
            world.context.run_one();
        bool const was_done = submission.done();
        submission.cancel();
        auto const ended = submission.finish();
        support::settle(world.context);
        CHECK(submission.completions() == 1);
        CHECK(world.time->sleepers() == 0);
        bool const is_known = world.transport->requests().size() > 2;
        if (ended.has_error()) {
            CHECK(ended.error() == condition::cancelled);
            if (is_known)
                CHECK(world.count("DELETE") == 1);
            CHECK((ended.error().info().job_id == "j1") == (world.count("DELETE") == 1));
        } else {
            CHECK(world.count("DELETE") == 0);
        }
        if (was_done)
            break;
        REQUIRE(at < 10'000);
    }
}

TEST_CASE("broken at every step in turn, a submission never starts a job that nobody knows of")
{
    auto const steps = testing::for_each_failure_point(
        [](std::shared_ptr<testing::fake_transport> const& transport) {
            asio::io_context context{1};
            modzy::options options;
            options.base_url = "https://modzy.test";
            options.api_key = secret{support::api_key};
            options.transport = transport;
            options.retry.max_attempts = 1;
            transport->reply(200, features()).reply(202, opened);
            for (int i = 0; i < 3; ++i)
                transport->reply(202, "{}");
            transport->reply(202, support::receipt());
            transport->reply(200, details("SUBMITTED")); // for the DELETE too
            modzy::client const client{context.get_executor(), options};
            auto const ended = support::run(context, as_result(client.submit(file_job())));
            support::settle(context);
            std::size_t deleted = 0;
            std::size_t closed = 0;
            for (auto const& request : transport->requests()) {
                deleted += request.method == "DELETE" ? 1 : 0;
                closed += contains(request.target, "/close") ? 1 : 0;
            }
            if (ended) {
                CHECK(ended->id() == "j1");
                CHECK(closed == 1);
                CHECK(deleted == 0);
            } else if (closed == 0) {
                CHECK(ended.error().info().sent == sent_state::no);
                CHECK(!(ended.error() == condition::unknown_outcome));
                CHECK(deleted == (ended.error().info().job_id.empty() ? 0 : 1));
            }
        });
    CHECK(steps == 3 * 6);
}

TEST_CASE("client and request may go while files are sent")
{
    simulated_world world{{}, simulated_world::time_of::manual};
    std::optional<started<modzy::job_results>> running;
    {
        auto const client = world.client();
        auto const request = file_job(bytes_of(100));
        running.emplace(world.context, client.run(request, {.deadline = 1h}));
    }
    auto const ended = running->finish();
    REQUIRE(ended.has_value());
    CHECK(digest(*ended, "my input", "in/put.bin").at("size") == 100);
}
