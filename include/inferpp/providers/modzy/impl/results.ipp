// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_MODZY_IMPL_RESULTS_IPP
#define INFERPP_PROVIDERS_MODZY_IMPL_RESULTS_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/modzy/results.hpp>

namespace inferpp::inline INFERPP_ABI::modzy {

INFERPP_DECL boost::json::value const* input_result::output(std::string_view name) const noexcept
{
    return outputs.values.if_contains(name);
}

INFERPP_DECL error input_result::no_output(std::string_view name)
{
    return error{errc::bad_schema, "the model gave no output '" + std::string{name} + '\''};
}

// The platform ends such URLs with a line end.
INFERPP_DECL std::string input_result::output_url(std::string_view name) const
{
    boost::json::value const* const found = output(name);
    if (found == nullptr || !found->is_string())
        return {};
    std::string_view const text = inferpp::detail::trim(
        std::string_view{found->get_string().data(), found->get_string().size()});
    bool const is_url = text.starts_with("https://") || text.starts_with("http://");
    return is_url && text.find_first_of(" \r\n") == std::string_view::npos ? std::string{text}
                                                                           : std::string{};
}

INFERPP_DECL result<output_content> output_content::decode(http::response&& answer)
{
    output_content content;
    if (auto const type = answer.headers.find("Content-Type"))
        content.media_type = *type;
    content.data = bytes{std::move(answer.body)};
    return content;
}

INFERPP_DECL result<void> get_output::prepare(http::request& message)
{
    message.headers.set("Accept", "*/*");
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::modzy

#endif
