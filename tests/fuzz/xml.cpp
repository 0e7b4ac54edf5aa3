// SPDX-License-Identifier: BSL-1.0
//
// XML: what is read can be written and read again.

#include <inferpp/codec/xml.hpp>
#include <inferpp/core/text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace inferpp;

namespace fuzzed {

void require(bool good)
{
    if (!good)
        std::abort();
}

void write(xml_element const& from, xml_writer& out)
{
    require(detail::valid_utf8_prefix(from.text) == from.text.size());
    out.begin(from.name);
    out.text(from.text);
    for (xml_element const& child : from.children)
        write(child, out);
    out.end();
}

bool has_control(std::string_view text)
{
    return std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
    });
}

bool same(xml_element const& a, xml_element const& b)
{
    // Only references to control characters are read and not written.
    return a.name == b.name && (a.text == b.text || has_control(a.text)) &&
           std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                      same);
}

} // namespace fuzzed

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string const input{reinterpret_cast<char const*>(data), size};
    auto const root = parse_xml(input);
    if (!root) {
        fuzzed::require(root.error() == errc::bad_content);
        return 0;
    }
    std::string text;
    xml_writer writer{text};
    fuzzed::write(*root, writer);
    auto const again = parse_xml(text);
    fuzzed::require(again.has_value());
    fuzzed::require(fuzzed::same(*root, *again));
    return 0;
}
