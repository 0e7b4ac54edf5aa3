// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_MODZY_IMPL_EXPLANATIONS_IPP
#define INFERPP_PROVIDERS_MODZY_IMPL_EXPLANATIONS_IPP

#include <inferpp/providers/modzy/explanations.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::modzy {

INFERPP_DECL std::size_t image_mask::count() const noexcept
{
    return static_cast<std::size_t>(std::count(pixels_.begin(), pixels_.end(), true));
}

/// The mask as it stands on the wire.
struct mask_document {
    mask_document() = default;

    struct dimensions {
        dimensions() = default;
        std::uint64_t height = 0;
        std::uint64_t width = 0;
    };

    std::vector<std::vector<std::uint64_t>> mask_rle;
    dimensions dimensions_;
};
BOOST_DESCRIBE_STRUCT(mask_document::dimensions, (), (height, width))
BOOST_DESCRIBE_STRUCT(mask_document, (), (mask_rle, dimensions_))

constexpr json_rules json_rules_of(mask_document::dimensions const*)
{
    return json_rules{};
}

constexpr json_rules json_rules_of(mask_document const*)
{
    return json_rules{}.renamed("mask_rle", "maskRLE");
}

INFERPP_DECL result<image_mask> image_mask::from_json(boost::json::value const& value)
{
    auto const document = decode_value<mask_document>(value);
    if (!document)
        return document.error();
    constexpr std::uint64_t most = 1u << 28;
    std::uint64_t const height = document->dimensions_.height;
    std::uint64_t const width = document->dimensions_.width;
    if (width > most || height > most || width * height > most)
        return error{errc::bad_schema, "the mask has more than 2^28 pixels"};
    image_mask mask;
    mask.width_ = static_cast<std::size_t>(width);
    mask.height_ = static_cast<std::size_t>(height);
    mask.pixels_.resize(mask.width_ * mask.height_);
    std::uint64_t drawn = 0; // lists may overlap, but not so often that they only cost time
    for (auto const& runs : document->mask_rle) {
        std::uint64_t at = 0; // down the columns
        bool inside = false;
        for (std::uint64_t const run : runs) {
            if (run > width * height - at)
                return error{errc::bad_schema, "the mask's runs go beyond its image"};
            drawn += inside ? run : 0;
            if (drawn > 4 * most)
                return error{errc::bad_schema, "the mask's lists cover their image too often"};
            for (std::uint64_t const end = at + run; inside && at < end; ++at)
                mask.pixels_[static_cast<std::size_t>((at % height) * width + at / height)] = true;
            at += inside ? 0 : run;
            inside = !inside;
        }
    }
    return mask;
}

inline boost::json::value const* member(boost::json::value const& of, std::string_view name)
{
    return of.is_object() ? of.get_object().if_contains(name) : nullptr;
}

INFERPP_DECL result<model_output> model_output::from_json(boost::json::value const& value)
{
    boost::json::value const* inner = member(value, "data");
    if (inner == nullptr)
        inner = &value;
    if (!inner->is_object())
        return error{errc::bad_schema, "expected the output of a model as an object"};
    model_output output;
    if (auto const* const type = member(*inner, "modelType"); type != nullptr && type->is_string())
        output.model_type.assign(type->get_string().data(), type->get_string().size());
    if (auto const* const made = member(*inner, "result"))
        output.result = *made;
    if (auto const* const why = member(*inner, "explanation"))
        output.explanation = *why;
    if (auto const* const drift = member(*inner, "drift"))
        output.drift = *drift;
    if (auto const* const classes = member(output.result, "classPredictions")) {
        auto read = decode_value<std::vector<class_prediction>>(*classes);
        if (!read)
            return read.error();
        output.class_predictions = std::move(*read);
    }
    if (member(output.explanation, "maskRLE") != nullptr) {
        auto read = image_mask::from_json(output.explanation);
        if (!read)
            return read.error();
        output.mask = std::move(*read);
    }
    return output;
}

} // namespace inferpp::inline INFERPP_ABI::modzy

#endif
