// SPDX-License-Identifier: BSL-1.0
//
// What a model is given, and what it gives.

#ifndef INFERPP_PROVIDERS_DECTHINGS_PARAMETERS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_PARAMETERS_HPP

#include <inferpp/providers/decthings/types.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// The entries of a dataset, of which the model reads one key.
struct dataset_reference {
    dataset_reference() = default;
    dataset_reference(std::string id, std::string key)
        : dataset_id(std::move(id)),
          dataset_key(std::move(key))
    {
    }

    std::string dataset_id;
    std::string dataset_key;
};
BOOST_DESCRIBE_STRUCT(dataset_reference, (), (dataset_id, dataset_key))

/**
 * @brief One parameter of a model, by its name: tensors, which are sent along, or a dataset.
 *
 * @code
 * request.params.emplace_back("learning rate", decthings::tensor{0.5f});
 * request.params.emplace_back("images", decthings::dataset_reference{"dataset id", "image"});
 * @endcode
 *
 * *Source*: seed; wire notes 3
 */
struct parameter {
    parameter(std::string parameter_name, tensor value) : name(std::move(parameter_name))
    {
        std::vector<tensor> one;
        one.push_back(std::move(value));
        data = std::move(one);
    }
    parameter(std::string parameter_name, std::vector<tensor> values)
        : name(std::move(parameter_name)),
          data(std::move(values))
    {
    }
    parameter(std::string parameter_name, dataset_reference dataset)
        : name(std::move(parameter_name)),
          data(std::move(dataset))
    {
    }

    std::string name;
    std::variant<std::vector<tensor>, dataset_reference> data;

    INFERPP_DECL void to_json(json_writer& out) const;
};

/// Refuses more parameters than a request can carry, and empty names and ids.
INFERPP_DECL result<void> check_parameters(std::vector<parameter> const& params);

/// The tensors among them, to be sent.
INFERPP_DECL attachments attach_parameters(std::vector<parameter> const& params);

/// What a model gives under one name.
struct named_tensors {
    named_tensors() = default;

    std::string name;
    std::vector<tensor> tensors;
};
BOOST_DESCRIBE_STRUCT(named_tensors, (), (name))

/// What a model gives.
struct model_output {
    model_output() = default;

    std::vector<named_tensors> output;

    /// The tensors of a name; null when there is no such output.
    INFERPP_DECL std::vector<tensor> const* find(std::string_view name) const noexcept;

    /// The first tensor of a name. @throws failure `errc::bad_schema` when there is none
    INFERPP_DECL tensor const& at(std::string_view name) const;

    INFERPP_DECL result<void> attach(blob_reader& blobs);
};
BOOST_DESCRIBE_STRUCT(model_output, (), (output))

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/parameters.ipp>
#endif

#endif
