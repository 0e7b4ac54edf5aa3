// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/xml.hpp>

#include <string>
#include <string_view>

#include "unit/support.hpp"

using namespace inferpp;
using namespace std::string_literals;

namespace {

/// A document as one line: "(name", its text, ")".
std::string pieces(std::string_view document)
{
    xml_reader reader{document};
    std::string out;
    while (true) {
        auto const piece = reader.next();
        if (!piece) {
            CHECK(piece.error() == errc::bad_content);
            CHECK(reader.next().error() == errc::bad_content); // for ever
            return "error";
        }
        switch (*piece) {
        case xml_reader::piece::start: out += '(' + std::string{reader.name()}; break;
        case xml_reader::piece::text: out += '[' + reader.text() + ']'; break;
        case xml_reader::piece::end: out += ')'; break;
        case xml_reader::piece::finished:
            CHECK(reader.next().value() == xml_reader::piece::finished);
            return out;
        }
    }
}

constexpr std::string_view sts_answer = R"(<?xml version="1.0" encoding="UTF-8"?>
<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <Credentials>
      <AccessKeyId>ASIA1</AccessKeyId>
      <SessionToken>a/b+c==</SessionToken>
    </Credentials>
  </AssumeRoleResult>
</AssumeRoleResponse>
)";

} // namespace

TEST_CASE("elements, text, entities and sections are read")
{
    CHECK(pieces("<a/>") == "(a)");
    CHECK(pieces("<a></a>") == "(a)");
    CHECK(pieces("<a>x<b>y</b>z</a>") == "(a[x](b[y])[z])");
    CHECK(pieces("<a>1 &lt; 2 &amp;&gt;&quot;&apos;</a>") == "(a[1 < 2 &>\"'])");
    CHECK(pieces("<a>&#65;&#x42;&#xe9;&#x20AC;&#x1F600;&#1;</a>") ==
          "(a[AB\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x01])");
    CHECK(pieces("<a><![CDATA[<b>&amp;]]></a>") == "(a[<b>&amp;])");
    CHECK(pieces("<a>x<![CDATA[]]>y</a>") == "(a[x][][y])");
    CHECK(pieces("<a>x\r\ny\rz\t</a>") == "(a[x\ny\nz\t])");
    CHECK(pieces("<ns:a xmlns:ns=\"u>rn\" b = 'x'\n><ns:b/></ns:a >") == "(a(b))");
}

TEST_CASE("what stands around the root is passed over")
{
    CHECK(pieces("\xef\xbb\xbf \n<?xml version='1.0' encoding='utf-8'?><!-- a - b --><a/>\n"
                 "<?later?><!---->") == "(a)");
    CHECK(pieces("<a><!-- <b> --><?php <b> ?>x</a>") == "(a[x])");
    CHECK(pieces("<?xml version='1.0'?><a/>") == "(a)");
    CHECK(pieces("<?xml version=\"1.0\" encoding=\"US-ASCII\"?><a/>") == "(a)");
}

TEST_CASE("what is not well-formed is an error")
{
    for (std::string_view const document : {
             "",
             "  ",
             "x",
             "<",
             "<a",
             "<a>",
             "<a></b>",
             "<a></a",
             "<a/>x",
             "<a/><b/>",
             "</a>",
             "<a></a></a>",
             "<a / >",
             "<1/>",
             "<a:/>",
             "<:a/>",
             "<a:b:c/>",
             "<a:1/>",
             "<a b></a>",
             "<a b=c></a>",
             "<a b='c></a>",
             "<a b='<'></a>",
             "<a'b'></a>",
             "<a b='c'd='e'></a>",
             "<a>&</a>",
             "<a>&nbsp;</a>",
             "<a>&#0;</a>",
             "<a>&#xd800;</a>",
             "<a>&#x110000;</a>",
             "<a>&#99999999999;</a>",
             "<a>&#;</a>",
             "<a>&#x;</a>",
             "<a>&#-1;</a>",
             "<a>&lt</a>",
             "<a>]]></a>",
             "<a><![CDATA[x</a>",
             "<a><!-- x</a>",
             "<a><!-- x -- y --></a>",
             "<a><?x</a>",
             "<a>\x01</a>",
             "<a><![CDATA[\x02]]></a>",
             "<a>\xff</a>",
             "<a>\xed\xa0\x80</a>",
             "<?xml version='1.0' encoding='iso-8859-1'?><a/>",
             "<?xml version='1.0' encoding=?><a/>",
             "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
             "<a><!ELEMENT b></a>",
             "<![CDATA[x]]>",
         }) {
        CAPTURE(std::string{document});
        CHECK(pieces(document) == "error");
    }
}

TEST_CASE("the position of what is wrong is told")
{
    xml_reader reader{"<a>\n  <b></c></a>"};
    result<xml_reader::piece> got = reader.next();
    while (got)
        got = reader.next();
    CHECK(unit::contains(got.error().what(), "an end tag does not fit at byte 12"));
}

TEST_CASE("nesting is bounded")
{
    auto const nested = [](std::size_t depth) {
        return unit::repeat("<a>", depth) + unit::repeat("</a>", depth);
    };
    CHECK(pieces(nested(32)) != "error");
    CHECK(pieces(nested(33)) == "error");
    CHECK(parse_xml(unit::repeat("<a>", 1'000'000)).has_error());
}

TEST_CASE("a document cut off anywhere is an error")
{
    for (std::size_t cut = 0; cut < sts_answer.size() - 1; ++cut) {
        CAPTURE(cut);
        CHECK(parse_xml(sts_answer.substr(0, cut)).has_error());
    }
    CHECK(parse_xml(sts_answer).has_value());
}

TEST_CASE("a document becomes a tree")
{
    auto const root = parse_xml(sts_answer);
    REQUIRE(root.has_value());
    CHECK(root->name == "AssumeRoleResponse");
    auto const* const outcome = root->find("AssumeRoleResult");
    REQUIRE(outcome != nullptr);
    auto const* const credentials = outcome->find("Credentials");
    REQUIRE(credentials != nullptr);
    CHECK(credentials->text_of("AccessKeyId") == "ASIA1");
    CHECK(credentials->text_of("SessionToken") == "a/b+c==");
    CHECK(credentials->text_of("Nothing").empty());
    CHECK(credentials->find("Nothing") == nullptr);
    auto const mixed = parse_xml("<a>x<b>y</b>z<b>w</b></a>");
    REQUIRE(mixed.has_value());
    CHECK(mixed->text == "xz");
    CHECK(mixed->children.size() == 2);
    CHECK(mixed->text_of("b") == "y");
}

TEST_CASE("a document of too many elements is refused")
{
    CHECK(parse_xml("<a>" + unit::repeat("<b/>", 99'999) + "</a>").has_value());
    CHECK(parse_xml("<a>" + unit::repeat("<b/>", 100'000) + "</a>").has_error());
}

TEST_CASE("what is written is read again")
{
    std::string out;
    xml_writer writer{out};
    writer.begin("CompleteMultipartUpload", "http://s3.amazonaws.com/doc/2006-03-01/");
    writer.begin("Part");
    writer.element("ETag", "\"abc\"");
    writer.element("PartNumber", "1");
    writer.end();
    writer.end();
    CHECK(out == "<?xml version=\"1.0\" encoding=\"UTF-8\"?><CompleteMultipartUpload "
                 "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part><ETag>&quot;abc&quot;"
                 "</ETag><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>");
    std::string odd;
    xml_writer second{odd};
    second.element("a", "<&>\r\n]]> \x01\xff"s);
    auto const read = parse_xml(odd);
    REQUIRE(read.has_value());
    CHECK(read->text == "<&>\r\n]]> \xef\xbf\xbd\xef\xbf\xbd");
}
