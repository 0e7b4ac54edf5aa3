// SPDX-License-Identifier: BSL-1.0
//
// Platforms that sign each request: credentials that have to be fetched, hosts made of a part of
// the path, refusals that another signature or another host avoids.

#include <inferpp/client/client.hpp>
#include <inferpp/testing/fake_transport.hpp>
#include <inferpp/testing/manual_clock.hpp>

#include <memory>
#include <string>
#include <utility>

#include "support/run.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using support::contains;

namespace integration_signed {

struct options : client_options {
    options() = default;
};

/// Fetches a token that is good for an hour at "keys.test", and signs with it, the host and the
/// time.
class provider final : public inferpp::provider {
public:
    using options = integration_signed::options;
    explicit provider(options const&) : base_(parse_url("https://store.test/root", false).value())
    {
    }
    std::string_view name() const noexcept override { return "store"; }
    url const& base() const noexcept override { return base_; }
    void locate(http::request& message, origin& to) const override
    {
        // "/root/<bucket>/key" goes to "<bucket>.store.test/root/key".
        auto const start = std::string_view{"/root/"}.size();
        auto const end = message.target.find('/', start);
        if (end == std::string::npos)
            return;
        to.host = message.target.substr(start, end - start) + '.' + to.host;
        message.target.erase(start, end + 1 - start);
    }
    bool is_ready(sys_milliseconds now) const override { return !token_.empty() && now < until_; }
    asio::awaitable<result<void>> make_ready(provider_services with) const override
    {
        origin const keys{true, "keys.test", 443};
        http::request ask{"GET", "/token"};
        auto answer = co_await with.transport.open(keys, ask, with.limits, with.deadline);
        if (!answer)
            co_return answer.error();
        auto const body = co_await read_body(*answer, with.limits, with.deadline);
        if (!body)
            co_return body.error();
        if (answer->status != 200)
            co_return error{error_code{401, http_category()}, "no token: " + *body};
        token_ = *body;
        until_ = with.clock.calendar() + 1h;
        co_return result<void>{};
    }
    void sign(http::request& message, origin const& to, sys_milliseconds now) const override
    {
        auto const seconds =
            std::chrono::floor<std::chrono::seconds>(now + skew_).time_since_epoch().count();
        message.headers.set("Authorization",
                            token_ + ' ' + to.host + ' ' + std::to_string(seconds % 86400));
    }
    void read_error(http::response const& answer, error::particulars& info) const override
    {
        info.server_message = answer.body;
        info.server_code = answer.headers.find("X-Error").value_or("");
    }
    int meaning(http::response const& answer) const override
    {
        return answer.headers.find("X-Error") == "Throttled" ? 429 : answer.status;
    }
    bool adapt(http::response const& refusal, sys_milliseconds, http::request&,
               origin& to) const override
    {
        if (auto const region = refusal.headers.find("X-Region")) {
            to.host += '.' + std::string{*region};
            return true;
        }
        if (refusal.headers.find("X-Error") != "Skewed")
            return false;
        skew_ = 1h;
        return true;
    }

private:
    url base_;
    mutable std::string token_;
    mutable sys_milliseconds until_{};
    mutable std::chrono::milliseconds skew_{0};
};

using client = basic_client<provider>;

struct get_object {
    using provider = integration_signed::provider;
    using response = std::string;
    static constexpr operation_info info{.name = "get_object", .route = "{bucket}/{key}"};
    get_object(std::string b, std::string k) : bucket(std::move(b)), key(std::move(k)) {}
    std::string bucket;
    std::string key;
};
BOOST_DESCRIBE_STRUCT(get_object, (), (bucket, key))

struct pull_object : get_object {
    using response = pulled_body;
    using get_object::get_object;
};
BOOST_DESCRIBE_STRUCT(pull_object, (get_object), ())

struct put_object {
    using provider = integration_signed::provider;
    using response = std::string;
    static constexpr operation_info info{
        .name = "put_object", .method = "PUT", .route = "b/k", .repeat = idempotency::unsafe};
    put_object() = default;
    std::shared_ptr<http::body_source> content;
    result<void> prepare(http::request& message) const
    {
        message.source = content;
        return {};
    }
};

/// Counts how often it is begun again.
class counted_source final : public http::body_source {
public:
    explicit counted_source(bool again) : again_(again) {}
    std::optional<std::uint64_t> size() const override { return 0; }
    asio::awaitable<result<std::size_t>> read(std::span<char>) override
    {
        co_return std::size_t{0};
    }
    result<void> rewind() override
    {
        ++rewound;
        if (again_)
            return {};
        return error{errc::unsupported};
    }
    int rewound = 0;

private:
    bool again_;
};

} // namespace integration_signed

using namespace integration_signed;

namespace {

struct world {
    world() : time(std::make_shared<testing::manual_clock>())
    {
        transport = std::make_shared<testing::fake_transport>(time);
        options.transport = transport;
        options.clock = time;
        client = std::make_unique<integration_signed::client>(context.get_executor(), options);
    }
    std::string get(std::string bucket = "b", std::string key = "k")
    {
        get_object const op{std::move(bucket), std::move(key)};
        return support::run(context, client->send(op));
    }
    error refused()
    {
        get_object const op{"b", "k"};
        return support::error_of(context, client->send(op));
    }
    std::string asked(std::size_t index) const
    {
        auto const& message = transport->requests().at(index);
        return transport->origins().at(index).host + message.target + " [" +
               std::string{message.headers.find("Authorization").value_or("")} + ']';
    }
    static http::headers with(std::string_view name, std::string_view value)
    {
        http::headers made;
        made.set(name, value);
        return made;
    }

    asio::io_context context{1};
    std::shared_ptr<testing::manual_clock> time;
    std::shared_ptr<testing::fake_transport> transport;
    integration_signed::options options;
    std::unique_ptr<integration_signed::client> client;
};

} // namespace

TEST_CASE("credentials are fetched before the first request and when they have expired")
{
    world here;
    here.transport->reply(200, "t1").reply(200, "one").reply(200, "two");
    CHECK(here.get() == "one");
    CHECK(here.get("other", "x") == "two");
    CHECK(here.asked(0) == "keys.test/token []");
    CHECK(here.asked(1) == "b.store.test/root/k [t1 b.store.test 0]");
    CHECK(here.asked(2) == "other.store.test/root/x [t1 other.store.test 0]");
    here.time->advance(1h);
    here.transport->reply(200, "t2").reply(200, "three");
    CHECK(here.get() == "three");
    CHECK(here.asked(4) == "b.store.test/root/k [t2 b.store.test 3600]");
}

TEST_CASE("credentials that can't be had end the call, with nothing of it sent")
{
    world here;
    here.transport->reply(403, "who are you");
    auto const e = here.refused();
    CHECK(e == condition::unauthorized);
    CHECK(e.info().sent == sent_state::no);
    CHECK(e.info().operation == "get_object");
    CHECK(here.transport->requests().size() == 1);
    // Nor is it an answer for who takes any.
    here.transport->reply(403, "who are you");
    http::request const any{"GET", "b/k"};
    auto const none = support::error_of(here.context, here.client->raw(any));
    CHECK(none == condition::unauthorized);
    CHECK(none.info().sent == sent_state::no);
    CHECK(here.transport->requests().size() == 2);
    // What may pass is tried again.
    here.transport->fail(errc::connect_failed, sent_state::no).reply(200, "t").reply(200, "there");
    CHECK(here.get() == "there");
}

TEST_CASE("each attempt is signed anew")
{
    world here;
    here.transport->reply(200, "t")
        .reply(503, "", world::with("Retry-After", "60"))
        .reply(200, "there");
    CHECK(here.get() == "there");
    CHECK(contains(here.asked(1), " 0]"));
    CHECK(!contains(here.asked(2), " 0]"));
}

TEST_CASE("a refusal that the platform can avoid is sent again at once, and once only")
{
    world here;
    here.transport->reply(200, "t")
        .reply(403, "your clock", world::with("X-Error", "Skewed"))
        .reply(200, "there");
    CHECK(here.get() == "there");
    CHECK(here.time->elapsed() == 0s);
    CHECK(here.asked(2) == "b.store.test/root/k [t b.store.test 3600]");

    here.transport->reply(403, "your clock", world::with("X-Error", "Skewed"))
        .reply(403, "your clock", world::with("X-Error", "Skewed"));
    auto const e = here.refused();
    CHECK(e == condition::forbidden);
    CHECK(e.info().server_code == "Skewed");
    CHECK(contains(e.what(), "code Skewed"));
    CHECK(here.transport->left() == 0);

    // A redirect without a Location, to a host that the platform makes.
    here.transport->reply(301, "", world::with("X-Region", "eu")).reply(200, "found");
    CHECK(here.get() == "found");
    CHECK(contains(here.asked(6), "b.store.test.eu/root/k [t b.store.test.eu"));
}

TEST_CASE("an adapted request needs its body from the beginning")
{
    for (bool const again : {true, false}) {
        world here;
        here.transport->reply(200, "t")
            .reply(403, "", world::with("X-Error", "Skewed"))
            .reply(200, "stored");
        put_object op;
        auto const content = std::make_shared<counted_source>(again);
        op.content = content;
        auto const done = support::run(here.context, as_result(here.client->send(op)));
        CHECK(done.has_value() == again);
        if (!done)
            CHECK(done.error() == condition::forbidden);
        CHECK(content->rewound == 1);
    }
}

TEST_CASE("what an answer means counts more than its status")
{
    world here;
    here.transport->reply(200, "t")
        .reply(400, "too fast", world::with("X-Error", "Throttled"))
        .reply(200, "there");
    CHECK(here.get() == "there"); // repeated
    for (int i = 0; i < 3; ++i)
        here.transport->reply(400, "too fast", world::with("X-Error", "Throttled"));
    auto const e = here.refused();
    CHECK(e == condition::rate_limited);
    CHECK(e.info().http_status == 400);
    CHECK(e.info().server_code == "Throttled");
}

TEST_CASE("an operation may give its body to be pulled")
{
    world here;
    here.transport->reply(200, "t").reply_in_pieces(200, {"on", "e"});
    pull_object const op{"b", "k"};
    auto body = support::run(here.context, here.client->send(op));
    CHECK(support::run(here.context, body.read()) == "on");
    CHECK(support::run(here.context, body.read()) == "e");
    CHECK(support::run(here.context, body.read()).empty());
    here.transport->reply(404, "none", world::with("X-Error", "NoSuchKey"));
    auto const e = support::error_of(here.context, here.client->send(op));
    CHECK(e == condition::not_found);
    CHECK(e.info().server_code == "NoSuchKey");
}
