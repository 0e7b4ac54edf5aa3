// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_ANSWER_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_ANSWER_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/decthings/answer.hpp>
#include <inferpp/providers/decthings/varint.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::decthings {

inline error bad_answer(std::string why)
{
    error e{errc::bad_schema, std::move(why)};
    e.edit().phase = "decode";
    return e;
}

INFERPP_DECL result<opened_answer> open_answer(http::response const& answer,
                                               shared_bytes const& body)
{
    auto const type = answer.headers.find("Content-Type");
    if (!type || !inferpp::detail::iequals(*type, octet_stream))
        return bad_answer("the answer is not of the type " + std::string{octet_stream} + ", but " +
                          (type ? inferpp::detail::printable(*type, 64) : "of none") +
                          "; check the base URL");
    auto split = split_answer(body);
    if (!split)
        return split.error();
    auto parsed = parse_json(split->json);
    if (!parsed)
        return parsed.error();
    if (!parsed->is_object())
        return bad_answer("the answer's JSON is no object");
    opened_answer opened;
    opened.document = std::move(parsed->get_object());
    opened.blobs = std::move(split->blobs);
    if ((opened.result() != nullptr) == (opened.refusal() != nullptr))
        return bad_answer(opened.result() != nullptr
                              ? "the answer has both a result and an error"
                              : "the answer has neither a result nor an error");
    return opened;
}

// {"result": ... is how nearly all answers begin, and some are long.
inline bool may_be_refusal(std::string_view body) noexcept
{
    auto const skip_blanks = [&] {
        body.remove_prefix((std::min)(body.find_first_not_of(" \t\r\n"), body.size()));
    };
    if (!take_varint(body))
        return false;
    skip_blanks();
    if (!body.starts_with('{'))
        return false;
    body.remove_prefix(1);
    skip_blanks();
    return !body.starts_with("\"result\"");
}

INFERPP_DECL std::optional<api_error> find_api_error(http::response const& answer)
{
    if (!may_be_refusal(answer.body))
        return std::nullopt;
    shared_bytes const unshared{std::shared_ptr<void const>{}, answer.body};
    auto const opened = open_answer(answer, unshared);
    if (!opened || opened->refusal() == nullptr) // what is malformed is found by who decodes it
        return std::nullopt;
    return read_api_error(boost::json::serialize(*opened->refusal()));
}

INFERPP_DECL error below(std::string_view name, error const& e)
{
    error placed = e;
    std::string& path = placed.edit().json_path;
    if (path.starts_with('$'))
        path.insert(1, std::string{"."}.append(name));
    return placed;
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
