// SPDX-License-Identifier: BSL-1.0
//
// An operation's members: into its route, its query or its body.

#include <inferpp/client/client.hpp>
#include <inferpp/codec/timestamp.hpp>

#include "unit/support.hpp"

#include <boost/describe.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::string_view_literals;

namespace unit_route {

enum class color { unknown, red, dark_blue };
BOOST_DESCRIBE_ENUM(color, unknown, red, dark_blue)

constexpr json_rules json_rules_of(color const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// The names of all the operations below are in camel case, but for two.
template <class T>
constexpr json_rules json_rules_of(T const*)
{
    return json_rules{naming::camel_case}
        .renamed("sort_by", "sort-by")
        .renamed("per_page", "per-page");
}

struct look {
    using provider = int;
    using response = std::string;
    static constexpr operation_info info{.name = "look", .route = "things/{thing}/parts/{part}"};
    look(std::string of, std::string with) : thing(std::move(of)), part(std::move(with)) {}
    std::string thing;
    std::string part;
};
BOOST_DESCRIBE_STRUCT(look, (), (thing, part))

struct numbered {
    using provider = int;
    using response = std::string;
    static constexpr operation_info info{
        .name = "numbered", .method = "DELETE", .route = "v/{number}/{shade}/{maybe}/{list}"};
    numbered() = default;
    std::uint64_t number = 18446744073709551615U;
    word<color> shade{color::dark_blue};
    std::optional<std::string> maybe;
    std::vector<std::string> list;
};
BOOST_DESCRIBE_STRUCT(numbered, (), (number, shade, maybe, list))

struct paging {
    paging() = default;
    std::vector<std::string> sort_by;
    int per_page = 100;
};
BOOST_DESCRIBE_STRUCT(paging, (), (sort_by, per_page))

struct search : paging {
    using provider = int;
    using response = std::string;
    static constexpr operation_info info{.name = "search", .route = "things"};
    search() = default;
    std::optional<bool> is_active;
    std::optional<int> count;
    std::optional<double> at_least;
    std::optional<std::string> name_part;
    std::vector<std::string> tags;
    std::optional<word<color>> shade;
    std::optional<timestamp> start_date;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(search, (paging),
                      (is_active, count, at_least, name_part, tags, shade, start_date, more))

struct search_within : search {
    static constexpr operation_info info{.name = "search_within", .route = "things/{of}/parts"};
    explicit search_within(std::string thing) : of(std::move(thing)) {}
    std::string of;
};
BOOST_DESCRIBE_STRUCT(search_within, (search), (of))

/// The route has a query of its own.
struct tasks {
    using provider = int;
    using response = std::string;
    static constexpr operation_info info{.name = "tasks", .route = "tasks?endpoint={id}"};
    explicit tasks(std::string of) : id(std::move(of)) {}
    std::string id;
    std::optional<int> limit;
};
BOOST_DESCRIBE_STRUCT(tasks, (), (id, limit))

struct version_request {
    version_request() = default;
    std::string model = "m 1";
    std::string version = "1.0.1";
};
BOOST_DESCRIBE_STRUCT(version_request, (), (model, version))

struct limits_of_engines {
    limits_of_engines() = default;
    int minimum_capacity = 0;
    int maximum_capacity = 1;
};
BOOST_DESCRIBE_STRUCT(limits_of_engines, (), (minimum_capacity, maximum_capacity))

struct set_limits : version_request {
    using provider = int;
    using response = std::string;
    static constexpr operation_info info{
        .name = "set_limits", .method = "PATCH", .route = "models/{model}/versions/{version}"};
    set_limits() = default;
    limits_of_engines processing;
    std::optional<std::string> model_name; ///< is in the body, though "{model}" is in the route
    std::map<std::string, int> by_key;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(set_limits, (version_request), (processing, model_name, by_key, more))

struct create : version_request {
    using provider = int;
    using response = std::string;
    static constexpr operation_info info{.name = "create", .method = "POST", .route = "models"};
    create() = default;
    std::optional<bool> explain;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(create, (version_request), (explain, more))

struct vote : version_request {
    using provider = int;
    using response = std::string;
    static constexpr operation_info info{
        .name = "vote", .method = "POST", .route = "models/{model}/{version}/vote"};
    vote() = default;
};
BOOST_DESCRIBE_STRUCT(vote, (version_request), ())

/// Neither described nor in need of it.
struct plain {
    using provider = int;
    using response = std::string;
    static constexpr operation_info info{.name = "plain", .method = "POST", .route = "plain"};
    plain() = default;
};

struct misspelt {
    using provider = int;
    using response = std::string;
    static constexpr operation_info info{.name = "misspelt", .route = "a/{nowhere}"};
    misspelt() = default;
    std::string somewhere;
};
BOOST_DESCRIBE_STRUCT(misspelt, (), (somewhere))

/// Sends bytes of its own; what `prepare` says comes last.
struct upload {
    using provider = int;
    using response = std::string;
    static constexpr operation_info info{
        .name = "upload", .method = "PUT", .route = "files/{name}"};
    explicit upload(std::string with) : name(std::move(with)) {}
    std::string name;
    bool good = true;
    result<void> prepare(http::request& message) const
    {
        if (!good)
            return error{errc::invalid_argument, "good is false"};
        message.body = "bytes";
        message.headers.set("Content-Type", "text/plain");
        message.target += "?prepared";
        return {};
    }
};
BOOST_DESCRIBE_STRUCT(upload, (), (name))

struct routeless {
    using provider = int;
    using response = std::string;
    static constexpr operation_info info{.name = "routeless"};
    routeless() = default;
};

} // namespace unit_route

using namespace unit_route;

namespace {

static_assert(operation<look> && operation<search> && operation<plain> && operation<upload>);
static_assert(!operation<routeless>); // neither route nor target() nor perform()

template <class Op>
http::request encoded(Op const& op)
{
    auto message = detail::encode_operation(op);
    REQUIRE_MESSAGE(message.has_value(), (message ? std::string{} : message.error().what()));
    return std::move(*message);
}

template <class Op>
void check_refused(Op const& op, std::string_view part)
{
    auto const refused = detail::encode_operation(op);
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::invalid_argument);
    CHECK_MESSAGE(unit::contains(refused.error().what(), part), refused.error().what());
}

} // namespace

TEST_CASE("names in a route are filled in, percent-encoded, so that a value is one segment")
{
    auto const message = encoded(look{"t1", "p.2~-_"});
    CHECK(message.method == "GET");
    CHECK(message.target == "things/t1/parts/p.2~-_");
    CHECK(message.body.empty());
    CHECK(message.headers.size() == 0);
    CHECK(encoded(look{"a/b", "../.."}).target == "things/a%2Fb/parts/..%2F..");
    CHECK(encoded(look{"?a=1&b#c", " +%"}).target == "things/%3Fa%3D1%26b%23c/parts/%20%2B%25");
    CHECK(encoded(look{"{part}", "caf\xc3\xa9\r\n\t\"\\"}).target ==
          "things/%7Bpart%7D/parts/caf%C3%A9%0D%0A%09%22%5C");
    CHECK(encoded(look{"...", "\x01"}).target == "things/.../parts/%01");
    CHECK(encoded(look{std::string{"\0"sv}, "x"}).target == "things/%00/parts/x");
}

TEST_CASE("a value that a server or proxy would resolve is refused with the member's name")
{
    for (auto const* odd : {"", ".", ".."}) {
        CAPTURE(odd);
        check_refused(look{odd, "p"}, "thing can't be part of a URL");
        check_refused(look{"t", odd}, "part can't be part of a URL");
    }
    check_refused(look{"t", "\xff"}, "UTF-8");
    CHECK(detail::encode_operation(look{"t", "\xff"}).error().info().json_path == "$.part");
    check_refused(misspelt{}, "no described member nowhere");
}

TEST_CASE("numbers, words, optionals and lists can be in a route")
{
    numbered op;
    check_refused(op, "maybe can't be part of a URL");
    op.maybe = "x";
    check_refused(op, "list can't be part of a URL");
    op.list = {"a", "b/c"};
    auto const message = encoded(op);
    CHECK(message.method == "DELETE");
    CHECK(message.target == "v/18446744073709551615/DARK_BLUE/x/a%2Cb%2Fc");
    CHECK(message.body.empty());
}

TEST_CASE("the other members of a GET are its query, those of base classes first")
{
    search op;
    CHECK(encoded(op).target == "things?per-page=100");
    op.sort_by = {"name", "createdAt"};
    op.per_page = -3;
    op.is_active = false;
    op.count = 0;
    op.at_least = 0.5;
    op.name_part = "a&b=c d+e/\xc3\xa9";
    op.tags = {"x", "y,z"};
    op.shade = color::dark_blue;
    op.start_date = timestamp{"2021-08-02T21:19:52.529+00:00"};
    op.more.values["never"] = "sent";
    auto const message = encoded(op);
    CHECK(message.target == "things?sort-by=name%2CcreatedAt&per-page=-3&isActive=false&count=0"
                            "&atLeast=5E-1&namePart=a%26b%3Dc%20d%2Be%2F%C3%A9&tags=x%2Cy%2Cz"
                            "&shade=DARK_BLUE&startDate=2021-08-02T21%3A19%3A52.529%2B00%3A00");
    CHECK(message.body.empty());
    CHECK(message.headers.size() == 0);

    op = search{};
    op.is_active = true;
    op.name_part = ""; // is given, and says: none
    op.shade = word<color>{"later"};
    CHECK(encoded(op).target == "things?per-page=100&isActive=true&namePart=&shade=later");
    op.name_part = "\xff";
    check_refused(op, "UTF-8");
    CHECK(detail::encode_operation(op).error().info().json_path == "$.namePart");
}

TEST_CASE("what is in the route is not in the query")
{
    search_within op{"t/1"};
    op.count = 2;
    CHECK(encoded(op).target == "things/t%2F1/parts?per-page=100&count=2");
}

TEST_CASE("a route may have a query, to which the other members are added")
{
    tasks op{"a/b&c"};
    CHECK(encoded(op).target == "tasks?endpoint=a%2Fb%26c");
    op.limit = 5;
    CHECK(encoded(op).target == "tasks?endpoint=a%2Fb%26c&limit=5");
}

TEST_CASE("the other members of a POST, PUT or PATCH are its body")
{
    set_limits op;
    auto message = encoded(op);
    CHECK(message.method == "PATCH");
    CHECK(message.target == "models/m%201/versions/1.0.1");
    CHECK(message.body == R"({"processing":{"minimumCapacity":0,"maximumCapacity":1}})");
    CHECK(message.headers.find("Content-Type") == "application/json");
    op.model_name = "n";
    op.by_key["a"] = 1;
    CHECK(encoded(op).body == R"({"processing":{"minimumCapacity":0,"maximumCapacity":1},)"
                              R"("modelName":"n","byKey":{"a":1}})");
    op.model_name = "\xff";
    check_refused(op, "UTF-8");
    CHECK(detail::encode_operation(op).error().info().json_path == "$.modelName");
}

TEST_CASE("without names in the route all members are the body, also those not known to us")
{
    create op;
    CHECK(encoded(op).target == "models");
    CHECK(encoded(op).body == R"({"model":"m 1","version":"1.0.1"})");
    op.explain = true;
    op.more.values["later"] = 1;
    CHECK(encoded(op).body == R"({"model":"m 1","version":"1.0.1","explain":true,"later":1})");
}

TEST_CASE("a POST whose members are all in its route has an empty object as its body")
{
    auto const message = encoded(vote{});
    CHECK(message.target == "models/m%201/1.0.1/vote");
    CHECK(message.body == "{}");
    CHECK(message.headers.find("Content-Type") == "application/json");
}

TEST_CASE("an operation without members has neither query nor body")
{
    auto const message = encoded(plain{});
    CHECK(message.method == "POST");
    CHECK(message.target == "plain");
    CHECK(message.body.empty());
    CHECK(message.headers.size() == 0);
}

TEST_CASE("prepare comes last and may replace the body and its type")
{
    upload op{"a b"};
    auto const message = encoded(op);
    CHECK(message.method == "PUT");
    CHECK(message.target == "files/a%20b?prepared");
    CHECK(message.body == "bytes");
    CHECK(message.headers.size() == 1);
    CHECK(message.headers.find("Content-Type") == "text/plain");
    op.good = false;
    check_refused(op, "good is false");
}
