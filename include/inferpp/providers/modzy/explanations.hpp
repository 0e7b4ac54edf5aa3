// SPDX-License-Identifier: BSL-1.0
//
// What Modzy's own models write into "results.json": predictions, and why they were made.

#ifndef INFERPP_PROVIDERS_MODZY_EXPLANATIONS_HPP
#define INFERPP_PROVIDERS_MODZY_EXPLANATIONS_HPP

#include <inferpp/codec/json.hpp>
#include <inferpp/providers/modzy/types.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace inferpp::inline INFERPP_ABI::modzy {

/// How sure a model is of one class.
struct class_prediction {
    class_prediction() = default;

    std::string class_; ///< "positive"
    double score = 0;   ///< mostly 0 to 1
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(class_prediction, (), (class_, score, more))

/// The pixels of an image that made the model decide as it did.
class image_mask {
public:
    image_mask() = default;

    std::size_t width() const noexcept { return width_; }
    std::size_t height() const noexcept { return height_; }

    /// Whether a pixel belongs to the mask. *Preconditions*: x < width(), y < height()
    bool at(std::size_t x, std::size_t y) const noexcept { return pixels_[y * width_ + x]; }

    /// All pixels, row by row.
    std::vector<bool> const& pixels() const noexcept { return pixels_; }

    /// How many pixels belong to the mask.
    INFERPP_DECL std::size_t count() const noexcept;

    /**
     * @brief Decodes `{"maskRLE": [[...], ...], "dimensions": {"height": h, "width": w}}`.
     *
     * Each list holds the lengths of runs down the columns, the first of pixels outside of the
     * mask; the mask is all of them together, and what a list leaves out is outside.
     * @return the mask; `errc::bad_schema` for runs beyond the image, and for an image of more than
     *         2^28 pixels, before memory is taken
     */
    INFERPP_DECL static result<image_mask> from_json(boost::json::value const& value);

private:
    std::size_t width_ = 0;
    std::size_t height_ = 0;
    std::vector<bool> pixels_;
};

/**
 * @brief The document "results.json" of most models.
 *
 * @code
 * auto const output = results.results.at("photo").output_as<modzy::model_output>().value();
 * for (auto const& prediction : output.class_predictions)
 *     std::cout << prediction.class_ << ' ' << prediction.score << '\n';
 * @endcode
 *
 * Both containers are read: `{"data": {"result", "explanation", "drift"}}` and the older
 * `{"modelType", "result", "explanation"}`. The typed members are filled where the document has
 * their shape; the raw ones hold what the server sent, whatever it is.
 *
 * *Source*: docs.modzy.com, "explainability formats"; wire notes 3.3. How texts are explained is
 * not documented: see `explanation`.
 */
struct model_output {
    model_output() = default;

    std::string model_type; ///< "imageClassification"; of the older container
    std::vector<class_prediction> class_predictions;
    std::optional<image_mask> mask; ///< why an image was classified so

    boost::json::value result;
    boost::json::value explanation; ///< null: none was asked for, or the model can't give one
    boost::json::value drift;

    INFERPP_DECL static inferpp::result<model_output> from_json(boost::json::value const& value);
};

} // namespace inferpp::inline INFERPP_ABI::modzy

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/modzy/impl/explanations.ipp>
#endif

#endif
