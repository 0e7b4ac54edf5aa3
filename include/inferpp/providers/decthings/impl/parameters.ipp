// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_PARAMETERS_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_PARAMETERS_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/decthings/parameters.hpp>

namespace inferpp::inline INFERPP_ABI::decthings {

// Tensors are sent apart, in order, and no member stands for them.
INFERPP_DECL void parameter::to_json(json_writer& out) const
{
    out.begin_object();
    out.key("name");
    out.string(name);
    if (auto const* const dataset = std::get_if<dataset_reference>(&data)) {
        out.key("data");
        out.begin_object();
        out.key("type");
        out.string("dataset");
        write_json_members(*dataset, out);
        out.end_object();
    }
    out.end_object();
}

INFERPP_DECL result<void> check_parameters(std::vector<parameter> const& params)
{
    constexpr std::size_t most = 255;
    if (params.size() > most)
        return refuse("params must have at most 255 entries");
    for (std::size_t i = 0; i < params.size(); ++i) {
        std::string const place = "params[" + std::to_string(i) + "].";
        if (params[i].name.empty())
            return refuse(place + "name is empty");
        if (auto const* const dataset = std::get_if<dataset_reference>(&params[i].data)) {
            auto const valid =
                first_error({check_given(place + "data.dataset_id", dataset->dataset_id),
                             check_given(place + "data.dataset_key", dataset->dataset_key)});
            if (!valid)
                return valid;
        }
    }
    return {};
}

INFERPP_DECL attachments attach_parameters(std::vector<parameter> const& params)
{
    attachments added;
    for (parameter const& one : params)
        if (auto const* const tensors = std::get_if<std::vector<tensor>>(&one.data))
            added.add(*tensors);
    return added;
}

INFERPP_DECL std::vector<tensor> const* model_output::find(std::string_view name) const noexcept
{
    for (named_tensors const& one : output)
        if (one.name == name)
            return &one.tensors;
    return nullptr;
}

INFERPP_DECL tensor const& model_output::at(std::string_view name) const
{
    auto const* const tensors = find(name);
    if (tensors != nullptr && !tensors->empty())
        return tensors->front();
    std::string message{tensors == nullptr ? "the model gave nothing named '"
                                           : "the model gave no tensor for '"};
    message.append(inferpp::detail::printable(name, 64)).append("'; it gave:");
    for (named_tensors const& one : output)
        message.append(" ").append(inferpp::detail::printable(one.name, 64));
    throw failure{error{errc::bad_schema, std::move(message)}};
}

INFERPP_DECL result<void> model_output::attach(blob_reader& blobs)
{
    for (named_tensors& one : output) {
        auto const content = blobs.next();
        if (!content)
            return content.error();
        auto tensors = tensor::decode_all(*content);
        if (!tensors) {
            error e = tensors.error();
            e.edit().message += ", in output '" + inferpp::detail::printable(one.name, 64) + '\'';
            return e;
        }
        one.tensors = std::move(*tensors);
    }
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
