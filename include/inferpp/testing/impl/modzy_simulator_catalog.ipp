// SPDX-License-Identifier: BSL-1.0
//
// The models that the simulated Modzy has by default. See modzy_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_MODZY_SIMULATOR_CATALOG_IPP
#define INFERPP_TESTING_IMPL_MODZY_SIMULATOR_CATALOG_IPP

#include <inferpp/testing/modzy_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL modzy_model_output modzy_digest_model(modzy_model_input const& input)
{
    boost::json::object seen;
    boost::json::object shares;
    std::uint64_t total = 0;
    for (auto const& [key, item] : input.data) {
        if (item.size == 0)
            return modzy_model_output::failed("the item '" + key + "' is empty");
        total += item.size;
    }
    for (auto const& [key, item] : input.data) {
        seen[key] = {{"size", item.size}, {"sha256", item.sha256}, {"mediaType", item.media_type}};
        shares[key] = static_cast<double>(item.size) / static_cast<double>(total);
    }
    boost::json::object data;
    data["result"] = std::move(seen);
    data["explanation"] = nullptr;
    if (input.explain)
        data["explanation"] = std::move(shares);
    data["drift"] = nullptr;
    modzy_model_output output;
    output.outputs["results.json"] = {{"data", std::move(data)}};
    return output;
}

INFERPP_DECL modzy_model_output modzy_image_model(modzy_model_input const& input)
{
    for (auto const& [key, item] : input.data)
        if (item.size == 0)
            return modzy_model_output::failed("the item '" + key + "' is empty");
    modzy_model_output output;
    boost::json::array predictions;
    for (auto const& [name, score] :
         {std::pair{"cat", 0.75}, std::pair{"dog", 0.2}, std::pair{"bird", 0.05}})
        predictions.push_back(boost::json::object{{"class", name}, {"score", score}});
    boost::json::object data;
    data["result"] = {{"classPredictions", std::move(predictions)}};
    data["explanation"] = nullptr;
    if (input.explain) {
        // 4 rows of 6; column by column: 5 off, 2 on, 2 off, 2 on, 13 off.
        constexpr std::size_t height = 4;
        constexpr std::size_t width = 6;
        data["explanation"] = {{"maskRLE", {boost::json::array{5, 2, 2, 2, 13}}},
                               {"dimensions", {{"height", height}, {"width", width}}}};
        modzy_raw_output& mask = output.raw["mask.pgm"];
        mask.media_type = "image/x-portable-graymap";
        mask.data = "P5\n6 4\n255\n";
        for (std::size_t row = 0; row < height; ++row)
            for (std::size_t column = 0; column < width; ++column)
                mask.data += (column == 1 || column == 2) && (row == 1 || row == 2) ? '\xff' : '\0';
    }
    data["drift"] = nullptr;
    output.outputs["results.json"] = {{"data", std::move(data)}};
    return output;
}

INFERPP_DECL std::vector<modzy_catalog_model> modzy_default_catalog()
{
    auto const sample = [](char const* id, std::string const& version, char const* type,
                           char const* key, char const* value) {
        boost::json::object item;
        item[key] = value;
        boost::json::object input;
        input["type"] = type;
        input["sources"] = {{"0001", std::move(item)}};
        return boost::json::object{{"model", {{"identifier", id}, {"version", version}}},
                                   {"explain", false},
                                   {"input", std::move(input)}};
    };
    auto const predictions = [](char const* first, char const* second) {
        boost::json::array list;
        list.push_back(boost::json::object{{"class", first}, {"score", 0.9}});
        list.push_back(boost::json::object{{"class", second}, {"score", 0.1}});
        boost::json::object data{{"result", {{"classPredictions", std::move(list)}}},
                                 {"explanation", nullptr},
                                 {"drift", nullptr}};
        return boost::json::object{{"data", std::move(data)}};
    };
    std::vector<modzy_catalog_model> models(2);
    modzy_catalog_model& text = models[0];
    text.identifier = "ed542963de";
    text.name = "Sentiment Analysis";
    text.description = "Tells whether a text is positive, negative or neutral.";
    text.tags = {"Language and Text", "Text Classification"};
    text.features = {"built-in-explainability"};
    text.related = {"e3f73163d3"};
    text.is_recommended = true;
    for (char const* const number : {"0.0.27", "1.0.1"}) {
        modzy_catalog_version& version = text.versions.emplace_back(number);
        version.inputs.emplace_back("input.txt", "text/plain");
        version.outputs.emplace_back("results.json", "application/json");
        version.sample_input = sample("ed542963de", number, "text", "input.txt", "I love it");
        version.sample_output = predictions("positive", "negative");
    }
    text.versions[0].created_at = "2020-11-05T08:00:00.000+00:00";
    modzy_catalog_model& image = models[1];
    image.identifier = "e3f73163d3";
    image.name = "Image Classification";
    image.description = "Names what a picture shows.";
    image.tags = {"Computer Vision", "Image Classification"};
    image.features = {"built-in-explainability"};
    image.related = {"ed542963de"};
    image.is_image_classification = true;
    image.run = modzy_image_model;
    modzy_catalog_version& version = image.versions.emplace_back("0.0.1");
    version.inputs.emplace_back("image", "image/jpeg");
    version.inputs[0].maximum_size = 32UL << 20;
    version.outputs.emplace_back("results.json", "application/json");
    version.sample_input =
        sample("e3f73163d3", "0.0.1", "embedded", "image", "data:image/jpeg;base64,/9j/4AAQ");
    version.sample_output = predictions("cat", "dog");
    return models;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/modzy_simulator_inferences.ipp>
#endif

#endif
