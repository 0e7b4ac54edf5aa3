// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/link.hpp>

#include "unit/support.hpp"

#include <random>
#include <string>
#include <string_view>

using namespace inferpp;
using namespace std::string_view_literals;

TEST_CASE("a Link header names its relations (RFC 8288)")
{
    struct {
        std::string_view header;
        bool expected;
    } const cases[] = {
        {"<https://h/?page=2>; rel=\"next\"", true},
        {"<https://h/?page=2>; rel=next", true},
        {"<https://h/?page=2>;rel=next", true},
        {"  <u>  ;  rel = \"next\"  ", true},
        {"<u>\t;\trel=next", true},
        {"<u>; REL=\"NEXT\"", true},
        {"<>; rel=next", true}, // the document itself
        {"<u>; rel=\"prev\"", false},
        {"<u>; rel=\"nextpage\"", false},
        {"<u>; rel=\"\"", false},
        {"<u>; rel=", false},
        {"<u>; rel", false},
        {"<u>", false},
        {"", false},
        // Several relations in one link.
        {"<u>; rel=\"prev next last\"", true},
        {"<u>; rel=\"next last\"", true},
        {"<u>; rel=\"  prev   next  \"", true},
        {"<u>; rel=\"prev last\"", false},
        // Several links in one header.
        {"<a>; rel=\"prev\", <b>; rel=\"next\"", true},
        {"<a>; rel=prev,<b>; rel=next", true},
        {"<a>, <b>; rel=next", true},
        {"<a>; rel=prev, <b>; rel=last", false},
        {", ,<a>; rel=prev,, <b>; rel=next", true}, // empty elements of a list count as nothing
        {", ,", false},
        // Other parameters, before and after.
        {"<u>; title=\"x\"; rel=next", true},
        {"<u>; rel=next; title=\"x\"", true},
        {"<u>; a; b=; rel=next", true},
        {"<u>;; rel=next", true},
        {"<u>; rev=next", false},
        {"<u>; title=next", false},
        {"<u>; title*=UTF-8''rel%3dnext", false},
        // Of several rel the first counts.
        {"<u>; rel=prev; rel=next", false},
        {"<u>; rel=next; rel=prev", true},
        // Quoted text may hold whatever ends a parameter or a link.
        {"<u>; title=\"a, b; rel=prev\"; rel=next", true},
        {"<u>; title=\", <v>; rel=next\"", false},
        {"<u>; title=\"; rel=next\"; rel=prev", false},
        {"<u>; title=\"a \\\" b\"; rel=next", true},
        {R"(<u>; title="\"; rel=next; x=\""; rel=prev)", false},
        {R"(<u>; title="\\"; rel=next)", true},
        // Addresses may hold whatever ends a link.
        {"<https://h/?a=1,2;3>; rel=next", true},
        {"<https://h/?a=; rel=next>", false},
        // Malformed ones name nothing.
        {"https://h/; rel=next", false},
        {"<u; rel=next", false},
        {"u>; rel=next", false},
        {"<u> rel=next", false},
        {"<u>; rel=\"next", false},
        {"<u>; rel=\"prev\" x, <v>; rel=next", false},
        {"<u>; rel=\"next\\", false},
        {"\0<u>; rel=next"sv, false},
    };
    for (auto const& [header, expected] : cases) {
        CAPTURE(std::string{header});
        CHECK(link_has_relation(header, "next") == expected);
    }
    CHECK(link_has_relation("<a>; rel=\"https://h/rels/more\"", "https://h/rels/more"));
}

TEST_CASE("no beginning of a Link header, and nothing like one, is read beyond its end")
{
    std::string const whole =
        "<https://h/?a=1,2>; title=\"a \\\" , <b>; rel=x\"; rel=\"prev first\""
        "; type = text/html;;, ,<https://h/2>;rel=last , <c>; rel=\"up next\"";
    CHECK(link_has_relation(whole, "next"));
    CHECK(link_has_relation(whole, "first"));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        std::string const exact{whole, 0, size}; // the address sanitizer sees its end
        CAPTURE(exact);
        CHECK(!link_has_relation(exact, "next"));
    }
    std::minstd_rand random{1};
    constexpr std::string_view letters = "<>;=\", \\rel\tnxt";
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (auto left = random() % 40; left > 0; --left)
            text += letters[random() % letters.size()];
        (void)link_has_relation(text, "next");
    }
}
