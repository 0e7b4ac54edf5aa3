// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/multipart.hpp>

#include <cctype>
#include <set>
#include <string>
#include <string_view>

#include "unit/support.hpp"

using namespace inferpp;
using namespace std::string_view_literals;

namespace {

/// The one header line of a part with this name.
std::string disposition(std::string_view name)
{
    std::string body;
    multipart_writer form{body, "b"};
    form.add_field(name, "");
    auto const start = body.find("Content-Disposition: ");
    return body.substr(start, body.find("\r\n", start) - start);
}

} // namespace

TEST_CASE("a form of fields and files is written byte for byte")
{
    std::string body;
    multipart_writer form{body, "xyz"};
    CHECK(form.content_type() == "multipart/form-data; boundary=xyz");
    form.add_field("model", "m1");
    form.add_file("input", "photo.jpg", "image/jpeg", "\xff\xd8\0\r\n--xyz"sv);
    form.finish();
    CHECK(body == "--xyz\r\n"
                  "Content-Disposition: form-data; name=\"model\"\r\n"
                  "\r\n"
                  "m1\r\n"
                  "--xyz\r\n"
                  "Content-Disposition: form-data; name=\"input\"; filename=\"photo.jpg\"\r\n"
                  "Content-Type: image/jpeg\r\n"
                  "\r\n"
                  "\xff\xd8\0\r\n--xyz\r\n"
                  "--xyz--\r\n"sv);
}

TEST_CASE("a form is appended to what is there, and empty data and an empty form are whole")
{
    std::string body = "kept:";
    multipart_writer form{body, "b"};
    form.add_file("input", "a", "text/plain", "");
    form.finish();
    CHECK(body == "kept:--b\r\nContent-Disposition: form-data; name=\"input\"; filename=\"a\"\r\n"
                  "Content-Type: text/plain\r\n\r\n\r\n--b--\r\n");
    body.clear();
    multipart_writer none{body, "b"};
    none.finish();
    CHECK(body == "--b--\r\n");
}

TEST_CASE("names can't end their quotes or their line")
{
    CHECK(disposition("a\"b") == "Content-Disposition: form-data; name=\"a%22b\"");
    CHECK(disposition("a\r\nX: y") == "Content-Disposition: form-data; name=\"a%0D%0AX: y\"");
    CHECK(disposition("a\nb\rc") == "Content-Disposition: form-data; name=\"a%0Ab%0Dc\"");
    CHECK(disposition("caf\xc3\xa9 \\ ;=%") ==
          "Content-Disposition: form-data; name=\"caf\xc3\xa9 \\ ;=%\"");
    CHECK(disposition("") == "Content-Disposition: form-data; name=\"\"");

    std::string body;
    multipart_writer form{body, "b"};
    form.add_file("n\"", "f\r\n\"", "text/plain", "x");
    CHECK(unit::contains(body, "; name=\"n%22\"; filename=\"f%0D%0A%22\"\r\n"));
}

TEST_CASE("a field may say its type")
{
    std::string body;
    multipart_writer form{body, "b"};
    form.add_field("tags", "[]", "application/json");
    form.add_field("name", "x");
    CHECK(body == "--b\r\nContent-Disposition: form-data; name=\"tags\"\r\n"
                  "Content-Type: application/json\r\n\r\n[]\r\n"
                  "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nx\r\n");
}

TEST_CASE("random boundaries differ, and are tokens of 144 random bits")
{
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        std::string body;
        multipart_writer form{body};
        form.add_field("a", "b");
        form.finish();
        std::string const type = form.content_type();
        std::string const boundary = type.substr(type.find('=') + 1);
        CHECK(boundary.size() == std::string_view{"inferpp-"}.size() + 24);
        for (char const c : boundary)
            CHECK((std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_'));
        CHECK(body.starts_with("--" + boundary + "\r\n"));
        CHECK(body.ends_with("\r\n--" + boundary + "--\r\n"));
        seen.insert(boundary);
    }
    CHECK(seen.size() == 100);
}
