// SPDX-License-Identifier: BSL-1.0

#include <inferpp/core/text.hpp>

#include "unit/support.hpp"

#include <string>
#include <string_view>

using namespace inferpp::detail;
using namespace std::string_view_literals;

TEST_CASE("valid UTF-8 is told from invalid at any offset")
{
    struct {
        std::string_view text;
        bool valid;
    } const cases[] = {
        {"a"sv, true},
        {"\0"sv, true},
        {"\x7f"sv, true},
        {"\xc2\x80"sv, true},         // U+0080
        {"\xc3\xa9"sv, true},         // U+00E9
        {"\xdf\xbf"sv, true},         // U+07FF
        {"\xe0\xa0\x80"sv, true},     // U+0800
        {"\xe2\x82\xac"sv, true},     // U+20AC
        {"\xed\x9f\xbf"sv, true},     // U+D7FF
        {"\xee\x80\x80"sv, true},     // U+E000
        {"\xef\xbf\xbf"sv, true},     // U+FFFF
        {"\xf0\x90\x80\x80"sv, true}, // U+10000
        {"\xf0\x9f\x98\x80"sv, true}, // U+1F600
        {"\xf4\x8f\xbf\xbf"sv, true}, // U+10FFFF
        {"\x80"sv, false},            // a continuation alone
        {"\xbf"sv, false},
        {"\xc0\x80"sv, false}, // overlong
        {"\xc1\xbf"sv, false},
        {"\xe0\x80\x80"sv, false},
        {"\xe0\x9f\xbf"sv, false},
        {"\xf0\x80\x80\x80"sv, false},
        {"\xf0\x8f\xbf\xbf"sv, false},
        {"\xed\xa0\x80"sv, false}, // surrogates
        {"\xed\xbf\xbf"sv, false},
        {"\xf4\x90\x80\x80"sv, false}, // above U+10FFFF
        {"\xf5\x80\x80\x80"sv, false},
        {"\xf8\x88\x80\x80\x80"sv, false},
        {"\xfe"sv, false},
        {"\xff"sv, false},
        {"\xc3"sv, false}, // cut off
        {"\xe2\x82"sv, false},
        {"\xe2"sv, false},
        {"\xf0\x9f\x98"sv, false},
        {"\xf0\x9f"sv, false},
        {"\xf0"sv, false},
        {"\xc3("sv, false}, // interrupted
        {"\xe2\x82("sv, false},
        {"\xe2(\xac"sv, false},
        {"\xf0\x9f\x98("sv, false},
        {"\xf0(\x98\x80"sv, false},
    };
    for (auto const& [text, valid] : cases)
        for (std::size_t const before : {0UL, 1UL, 6UL, 7UL, 8UL, 9UL, 15UL, 16UL})
            for (std::size_t const after : {0UL, 1UL, 7UL, 8UL}) {
                std::string const whole =
                    std::string(before, 'a') + std::string{text} + std::string(after, 'z');
                CAPTURE(printable(whole, 100));
                CHECK(valid_utf8_prefix(whole) == (valid ? whole.size() : before));
            }
    CHECK(valid_utf8_prefix("") == 0);
}

TEST_CASE("every sequence of one and two bytes is judged as the standard has it")
{
    for (int first = 0; first < 256; ++first) {
        std::string text(1, static_cast<char>(first));
        CHECK((valid_utf8_prefix(text) == 1) == (first < 0x80));
        int valid = 0;
        for (int second = 0; second < 256; ++second) {
            text = {static_cast<char>(first), static_cast<char>(second)};
            valid += valid_utf8_prefix(text) == 2;
        }
        CAPTURE(first);
        CHECK(valid == (first < 0x80 ? 128 : first >= 0xc2 && first <= 0xdf ? 64 : 0));
    }
}

TEST_CASE("untrusted text is made printable and cut")
{
    CHECK(printable("plain text ~", 100) == "plain text ~");
    CHECK(printable("a\r\n\t\x1b\x7f\x80\xff"sv, 100) == "a\\x0d\\x0a\\x09\\x1b\\x7f\\x80\\xff");
    CHECK(printable("\0"sv, 1) == "\\x00");
    CHECK(printable("abcdef", 3) == "abc...");
    CHECK(printable("abc", 3) == "abc");
    CHECK(printable("", 0).empty());
}

TEST_CASE("small helpers on text")
{
    CHECK(trim(" \t\r\n a b \n") == "a b");
    CHECK(trim(" \t ").empty());
    CHECK(trim("").empty());
    CHECK(iequals("Content-TYPE", "content-type"));
    CHECK(iequals("", ""));
    CHECK_FALSE(iequals("a", "ab"));
    CHECK_FALSE(iequals("[", "{")); // differ in the bit that tells the case of letters
    CHECK_FALSE(iequals("\xc4", "\xe4"));
    CHECK(hex_value('0') == 0);
    CHECK(hex_value('f') == 15);
    CHECK(hex_value('F') == 15);
    CHECK(hex_value('g') == -1);
    CHECK(hex_value('\0') == -1);
    CHECK(is_digit('9'));
    CHECK_FALSE(is_digit(':'));
    CHECK(ascii_lower('Z') == 'z');
    CHECK(ascii_lower('@') == '@');
}

TEST_CASE("invalid UTF-8 is replaced as browsers do")
{
    std::string const bad = "\xef\xbf\xbd";
    CHECK(replace_invalid_utf8("").empty());
    CHECK(replace_invalid_utf8("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80") ==
          "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
    // One for what could have become a character.
    for (std::string const start : {"\xc3", "\xe2", "\xe2\x82", "\xf0", "\xf0\x9f",
                                    "\xf0\x9f\x98", "\xed\x9f", "\xf4\x8f\xbf"}) {
        CHECK(replace_invalid_utf8(start) == bad);
        CHECK(replace_invalid_utf8("a" + start + "bc") == "a" + bad + "bc");
        CHECK(replace_invalid_utf8(start + "\xc3\xa9") == bad + "\xc3\xa9");
    }
    // One for each other byte.
    CHECK(replace_invalid_utf8("\x80\xff\xc0") == bad + bad + bad);
    CHECK(replace_invalid_utf8("\xc0\xaf") == bad + bad);
    CHECK(replace_invalid_utf8("\xe0\x80\xaf") == bad + bad + bad);
    CHECK(replace_invalid_utf8("\xed\xa0\x80") == bad + bad + bad);
    CHECK(replace_invalid_utf8("\xf4\x90\x80\x80z") == bad + bad + bad + bad + "z");
    // ASCII in blocks, with the one bad byte at every place.
    for (std::size_t at = 0; at < 80; ++at) {
        std::string text(80, 'x');
        text[at] = '\xc3';
        CHECK(valid_utf8_prefix(text) == at);
    }
}
