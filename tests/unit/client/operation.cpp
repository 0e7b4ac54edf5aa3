// SPDX-License-Identifier: BSL-1.0
//
// What is an operation, how it becomes a request, and which calls must not compile.

#include <inferpp/client/client.hpp>
#include <inferpp/client/operation.hpp>
#include <inferpp/codec/ndjson.hpp>

#include "unit/support.hpp"

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

using namespace inferpp;

namespace unit_operation {

// A platform of the user's own.
class platform final : public provider {
public:
    struct options : client_options {
        options() = default;
    };
    explicit platform(options const&) : base_(parse_url("https://host.example/v1").value()) {}
    std::string_view name() const noexcept override { return "platform"; }
    url const& base() const noexcept override { return base_; }
    void authorize(http::request&) const override {}
    void read_error(http::response const&, error::particulars&) const override {}

private:
    url base_;
};

// The operations below are aggregates on purpose: their temporaries are what g++ 12 frees twice.
struct echo {
    using provider = platform;
    using response = std::string;
    static constexpr operation_info info{.name = "echo", .method = "POST"};
    std::string text;
    std::optional<int> count;
    std::string target() const { return text == "bad" ? std::string{} : "echo"; }
};
BOOST_DESCRIBE_STRUCT(echo, (), (text, count))

struct look {
    using provider = platform;
    using response = std::vector<int>;
    static constexpr operation_info info{.name = "look"};
    std::string id;
    std::string target() const { return target_builder{}.path("look").path(id).str(); }
};
BOOST_DESCRIBE_STRUCT(look, (), (id))

// Also sends what it does not know itself.
struct change {
    using provider = platform;
    using response = std::string;
    static constexpr operation_info info{.name = "change", .method = "PUT", .route = "things/{id}"};
    std::string id;
    std::optional<int> size;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(change, (), (id, size, more))

struct look_at {
    using provider = platform;
    using response = std::string;
    static constexpr operation_info info{.name = "look_at"};
    explicit look_at(std::string with) : id(std::move(with)) {}
    std::string id;
    std::string target() const { return "look/" + id; }
};

struct work {
    using provider = platform;
    using response = std::string;
    using status_operation = look_at;
    using result_operation = look_at;
    static constexpr operation_info info{
        .name = "work", .method = "POST", .repeat = idempotency::unsafe};
    std::string text;
    static std::string target() { return "work"; }
    static std::string job_id(std::string const& id) { return id; }
    static job_status describe(std::string const& word) { return {phase::running, word}; }
};
BOOST_DESCRIBE_STRUCT(work, (), (text))

struct subscribe {
    using provider = platform;
    using response = std::string;
    using event = std::vector<int>;
    using decoder = ndjson_events<event>;
    static constexpr operation_info info{.name = "listen"};
    std::string topic;
    std::string target() const { return "listen/" + topic; }
};

// An aggregate without owned memory is harmless.
struct ping {
    using provider = platform;
    using response = std::string;
    static constexpr operation_info info{.name = "ping"};
    int number = 0;
    static std::string target() { return "ping"; }
};

// An answer of which the status counts too.
struct reply {
    reply() = default;
    std::string text;
    static result<reply> decode(http::response&& answer)
    {
        reply read;
        read.text = std::to_string(answer.status) + answer.body;
        return read;
    }
};

struct checked {
    using provider = platform;
    using response = reply;
    static constexpr operation_info info{.name = "checked", .method = "PUT"};
    checked() = default;
    std::string text;
    static std::string target() { return "checked"; }
    result<void> validate() const
    {
        if (text.empty())
            return error{errc::invalid_argument, "text is empty"};
        return {};
    }
    result<void> write_body(std::string& out) const
    {
        if (text == "unwritable")
            return error{errc::invalid_argument, "can't be written"};
        out += "by hand: " + text;
        return {};
    }
};

struct foreign {
    using provider = int;
    using response = std::string;
    static constexpr operation_info info{.name = "foreign"};
    foreign() = default;
    static std::string target() { return "foreign"; }
};

} // namespace unit_operation

using namespace unit_operation;

namespace {

static_assert(operation<echo> && operation<look> && operation<work> && operation<ping>);
static_assert(!operation<int> && !operation<std::string>);
static_assert(job_operation<work> && !job_operation<echo>);
static_assert(stream_operation<subscribe> && !stream_operation<echo>);
static_assert(!page_operation<echo>);
static_assert(operation_of<echo, platform> && !operation_of<foreign, platform>);

static_assert(fragile_temporary<echo> && fragile_temporary<work> && fragile_temporary<subscribe>);
static_assert(!fragile_temporary<look_at> && !fragile_temporary<ping> &&
              !fragile_temporary<checked>);
static_assert(!fragile_temporary<call_options> && !fragile_temporary<poll_options>);
static_assert(!fragile_temporary<http::request> && !fragile_temporary<http::response> &&
              !fragile_temporary<job_status> && !fragile_temporary<resume_token> &&
              !fragile_temporary<incoming>);

template <class Client, class Op>
concept sends_named = requires(Client const& client, Op const op) { client.send(op); };
template <class Client, class Op>
concept sends_moved = requires(Client const& client, Op op) { client.send(std::move(op)); };
template <class Client, class Op>
concept sends_temporary = requires(Client const& client) { client.send(Op{}); };
template <class Client, class Op>
concept sends_temporary_with_options =
    requires(Client const& client) { client.send(Op{}, {.max_attempts = 1}); };
template <class Client, class Op>
concept submits_named = requires(Client const& client, Op const op) { client.submit(op); };
template <class Client, class Op>
concept submits_temporary = requires(Client const& client) { client.submit(Op{}); };
template <class Client, class Op>
concept runs_named =
    requires(Client const& client, Op const op) { client.run(op, {.forever = true}); };
template <class Client, class Op>
concept runs_temporary = requires(Client const& client) { client.run(Op{}, {.forever = true}); };
template <class Client, class Op>
concept streams_named = requires(Client const& client, Op const op) { client.stream(op); };
template <class Client, class Op>
concept streams_temporary = requires(Client const& client) { client.stream(Op{}); };

using client = basic_client<platform>;

// A temporary of an aggregate that owns memory is refused, a named one is fine.
static_assert(sends_named<client, echo> && !sends_temporary<client, echo>);
static_assert(!sends_moved<client, echo> && !sends_temporary_with_options<client, echo>);
static_assert(submits_named<client, work> && !submits_temporary<client, work>);
static_assert(runs_named<client, work> && !runs_temporary<client, work>);
static_assert(streams_named<client, subscribe> && !streams_temporary<client, subscribe>);
// What g++ 12 destroys once is fine as a temporary too.
static_assert(sends_named<client, ping> && sends_temporary<client, ping>);
static_assert(sends_named<client, checked> && sends_temporary<client, checked> &&
              sends_temporary_with_options<client, checked>);
// Verbs are checked, and so is the platform.
static_assert(!submits_named<client, echo> && !runs_named<client, echo>);
static_assert(!streams_named<client, echo> && !streams_named<client, work>);
static_assert(!sends_named<client, foreign> && !sends_temporary<client, foreign>);

template <class Op>
result<typename Op::response> decoded(http::response answer)
{
    return detail::decode_operation<Op>(answer);
}

} // namespace

TEST_CASE("an operation becomes a request with its body as JSON")
{
    echo op;
    op.text = "a\"b";
    auto const message = detail::encode_operation(op);
    REQUIRE(message.has_value());
    CHECK(message->method == "POST");
    CHECK(message->target == "echo");
    CHECK(message->body == R"({"text":"a\"b"})");
    CHECK(message->headers.find("Content-Type") == "application/json");
}

TEST_CASE("an operation of method GET has no body, even when it is described")
{
    look op;
    op.id = "a/b";
    auto const message = detail::encode_operation(op);
    REQUIRE(message.has_value());
    CHECK(message->method == "GET");
    CHECK(message->target == "look/a%2Fb");
    CHECK(message->body.empty());
    CHECK(message->headers.size() == 0);
}

TEST_CASE("an operation that can't be sent is refused before any I/O")
{
    echo op;
    op.text = "bad"; // its target is empty
    CHECK(detail::encode_operation(op).error() == errc::invalid_argument);
    op.text = "\xff";
    auto const unwritable = detail::encode_operation(op);
    REQUIRE(unwritable.has_error());
    CHECK(unwritable.error() == errc::invalid_argument);
    CHECK(unwritable.error().info().json_path == "$.text");
    for (auto const* id : {"", ".", ".."}) {
        look at;
        at.id = id;
        CHECK(detail::encode_operation(at).error() == errc::invalid_argument);
    }
}

TEST_CASE("an operation may check itself, write its body and read its answer")
{
    checked op;
    CHECK(unit::contains(detail::encode_operation(op).error().what(), "text is empty"));
    op.text = "unwritable";
    CHECK(unit::contains(detail::encode_operation(op).error().what(), "can't be written"));
    op.text = "x";
    CHECK(detail::encode_operation(op).value().body == "by hand: x");

    http::response answer;
    answer.status = 201;
    answer.body = "[1,2]";
    CHECK(decoded<checked>(answer).value().text == "201[1,2]");
    CHECK(decoded<echo>(answer).value() == "[1,2]");
    CHECK(decoded<look>(answer).value() ==
          std::vector<int>{1, 2});
    answer.body = "[1,";
    CHECK(decoded<look>(answer).error() == errc::bad_json);
    answer.body = "[1,\"x\"]";
    CHECK(decoded<look>(answer).error().info().json_path ==
          "$[1]");
}

TEST_CASE("members that an operation does not know go into its body, not into its route")
{
    unit_operation::change op;
    op.id = "a b";
    op.more.values["colour"] = "red";
    auto const message = detail::encode_operation(op);
    REQUIRE(message.has_value());
    CHECK(message->target == "things/a%20b");
    CHECK(message->body == R"({"colour":"red"})");
}
