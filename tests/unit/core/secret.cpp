// SPDX-License-Identifier: BSL-1.0

#include <inferpp/core/secret.hpp>

#include "unit/support.hpp"

#include <concepts>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using inferpp::secret;

namespace {

template <class T>
concept can_be_printed = requires(std::ostream& out, T const& value) { out << value; };
template <class T>
concept can_be_ordered = requires(T const& a, T const& b) { a < b; };
template <class T>
concept can_be_added = requires(std::string text, T const& value) { text + value; };

static_assert(!can_be_printed<secret>);
static_assert(!std::equality_comparable<secret>);
static_assert(!can_be_ordered<secret>);
static_assert(!can_be_added<secret>);
static_assert(!std::is_convertible_v<secret, std::string>);
static_assert(!std::is_convertible_v<secret, std::string_view>);
static_assert(!std::is_convertible_v<secret, bool>);
static_assert(!std::is_constructible_v<std::string, secret>);
static_assert(!std::is_convertible_v<std::string, secret>);
static_assert(!std::is_convertible_v<char const*, secret>);
static_assert(std::is_nothrow_move_constructible_v<secret>);
static_assert(std::is_nothrow_move_assignable_v<secret>);

} // namespace

TEST_CASE("a secret gives its text only when asked to")
{
    CHECK(secret{}.empty());
    CHECK(secret{}.reveal().empty());
    CHECK(secret{""}.empty());
    secret const key{"prefix.body"};
    CHECK_FALSE(key.empty());
    CHECK(key.reveal() == "prefix.body");
    CHECK(secret{std::string_view{"a\0b", 3}}.reveal().size() == 3);
}

TEST_CASE("copies of a secret are independent")
{
    secret a{"first"};
    secret const b = a;
    CHECK(b.reveal().data() != a.reveal().data());
    a = secret{"second"};
    CHECK(b.reveal() == "first");
    CHECK(a.reveal() == "second");
    a = b;
    CHECK(a.reveal() == "first");
    secret const& alias = a;
    a = alias;
    CHECK(a.reveal() == "first");
}

TEST_CASE("a secret that was moved from does not keep the text")
{
    secret a{"a text that is too long for any small buffer"};
    char const* const place = a.reveal().data();
    secret b = std::move(a);
    CHECK(b.reveal().data() == place); // moved, not copied
    CHECK(a.empty());                  // NOLINT
    secret c{"old"};
    c = std::move(b);
    CHECK(c.reveal().data() == place);
    CHECK(b.reveal() != c.reveal()); // NOLINT
    secret& alias = c;
    c = std::move(alias);
    CHECK(c.reveal().data() == place);
}
