// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_IMPL_FORM_DATA_IPP
#define INFERPP_TESTING_IMPL_FORM_DATA_IPP

#include <inferpp/testing/form_data.hpp>

namespace inferpp::inline INFERPP_ABI::testing::detail {

/// A parameter of a header field such as `form-data; name="file"`.
inline std::string field_parameter(std::string_view field, std::string_view name)
{
    std::string const wanted = std::string{name} + '=';
    for (std::size_t at = field.find(wanted); at != std::string_view::npos;
         at = field.find(wanted, at + 1)) {
        if (at > 0 && field[at - 1] != ' ' && field[at - 1] != ';')
            continue; // the end of another's name
        std::string_view text = field.substr(at + wanted.size());
        bool const quoted = text.starts_with('"');
        if (quoted)
            text.remove_prefix(1);
        return std::string{text.substr(0, text.find(quoted ? '"' : ';'))};
    }
    return {};
}

/// A part of a form: its head and its content; false at the end.
inline bool next_form_part(std::string_view& body, std::string const& line, std::string_view& head,
                           std::string_view& content)
{
    if (!body.starts_with(line + "\r\n"))
        return false;
    body.remove_prefix(line.size() + 2);
    auto const blank = body.find("\r\n\r\n");
    auto const end = body.find("\r\n" + line, blank);
    if (blank == std::string_view::npos || end == std::string_view::npos || end < blank + 2)
        return false;
    head = body.substr(0, blank);
    content = end < blank + 4 ? std::string_view{} : body.substr(blank + 4, end - blank - 4);
    body.remove_prefix(end + 2);
    return true;
}

INFERPP_DECL std::vector<form_part> read_form(simulated_request const& request)
{
    std::vector<form_part> parts;
    auto const type = request.headers.find("Content-Type").value_or("");
    auto const boundary = field_parameter(type, "boundary");
    std::string_view rest = request.body;
    std::string_view head;
    form_part part;
    while (type.starts_with("multipart/form-data") && !boundary.empty() &&
           next_form_part(rest, "--" + boundary, head, part.content)) {
        part.name = field_parameter(head, "name");
        part.filename = field_parameter(head, "filename");
        parts.push_back(part);
    }
    return parts;
}

} // namespace inferpp::inline INFERPP_ABI::testing::detail

#endif
