// SPDX-License-Identifier: BSL-1.0
//
// Annotations, and what they are of and lie in: types and layers.

#ifndef INFERPP_PROVIDERS_ANNOLAB_ANNOTATIONS_HPP
#define INFERPP_PROVIDERS_ANNOLAB_ANNOTATIONS_HPP

#include <inferpp/providers/annolab/relations.hpp>
#include <inferpp/providers/annolab/sources.hpp>
#include <inferpp/providers/annolab/types.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

/// A type of annotations.
struct annotation_type {
    annotation_type() = default;

    std::int64_t id = 0;
    std::string type_name;
    std::string color;
    std::string category;
    bool is_relation = false;
    bool is_document_classification = false;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(annotation_type, (),
                      (id, type_name, color, category, is_relation, is_document_classification,
                       more))

constexpr json_rules json_rules_of(annotation_type const*)
{
    return json_rules{naming::camel_case}.nothing_required().also_read("type_name", "name");
}

/// POST /v1/annotation-type/create; `condition::conflict` where there is one of the name. *Source*:
/// wire notes 4.5.
struct create_annotation_type : project_request {
    using response = annotation_type;
    static constexpr operation_info info{.name = "create_annotation_type",
                                         .method = "POST",
                                         .route = "annotation-type/create",
                                         .repeat = idempotency::unsafe};

    create_annotation_type(project_ref in, std::string name)
        : project_request(std::move(in)),
          type_name(std::move(name))
    {
    }

    std::string type_name;
    std::optional<std::string> category;
    std::optional<std::string> color; ///< "#fff"
    bool is_relation = false;         ///< of relations between annotations
    bool is_document_classification = false;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_annotation_type, (project_request),
                      (type_name, category, color, is_relation, is_document_classification))

/// A layer, in which annotations lie.
struct layer_details {
    layer_details() = default;

    std::int64_t id = 0;
    std::string layer_name;
    std::string project_name;
    std::int64_t project_id = 0;
    bool is_gold = false;
    std::string description;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(layer_details, (),
                      (id, layer_name, project_name, project_id, is_gold, description, more))

/// POST /v1/layer/create; `condition::conflict` where there is one of the name. *Source*:
/// docs.annolab.ai, "Annotation Layers"; wire notes 4.5.
struct create_layer : project_request {
    using response = layer_details;
    static constexpr operation_info info{.name = "create_layer",
                                         .method = "POST",
                                         .route = "layer/create",
                                         .repeat = idempotency::unsafe};

    create_layer(project_ref in, std::string name)
        : project_request(std::move(in)),
          layer_name(std::move(name))
    {
    }

    std::string layer_name;
    bool is_gold = false; ///< what it holds is taken for the truth
    std::optional<std::string> description;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_layer, (project_request), (layer_name, is_gold, description))

/// An annotation as a request makes it. Which members it needs depends on the request.
struct new_annotation {
    new_annotation() = default;
    explicit new_annotation(name_or_id of_type) : type(std::move(of_type)) {}

    name_or_id type;
    /// Comes back with the annotation, and names it in the relations of the same request.
    std::optional<std::string> client_id;
    std::optional<text_range> offsets; ///< none: it is of the whole document
    std::optional<std::string> value;
    std::optional<box> bbox;
    std::optional<bounds> text_bounds;
    std::optional<bounds> image_bounds;
    std::optional<name_or_id> layer;
    std::optional<std::int64_t> page; ///< a classification needs both pages
    std::optional<std::int64_t> end_page;
    std::optional<bool> reviewed;
    std::optional<name_or_id> source;
    std::optional<name_or_id> directory;
    std::optional<name_or_id> project;
};
BOOST_DESCRIBE_STRUCT(new_annotation, (),
                      (type, client_id, offsets, value, bbox, text_bounds, image_bounds, layer,
                       page, end_page, reviewed, source, directory, project))

constexpr json_rules annotation_rules()
{
    return json_rules{naming::camel_case}
        .renamed("type", "annoTypeIdentifier")
        .renamed("layer", "layerIdentifier")
        .renamed("page", "pageNumber")
        .renamed("end_page", "endPageNumber")
        .renamed("reviewed", "isReviewed")
        .renamed("source", "sourceIdentifier")
        .renamed("directory", "directoryIdentifier")
        .renamed("project", "projectIdentifier");
}
constexpr json_rules json_rules_of(new_annotation const*)
{
    return annotation_rules();
}

/// An annotation.
struct annotation {
    annotation() = default;

    std::int64_t id = 0;
    std::string client_id; ///< as it was given
    std::int64_t type_id = 0;
    std::string type_name;
    std::int64_t layer_id = 0;
    std::string layer_name;
    std::int64_t source_id = 0;
    std::string value;
    std::string raw_value; ///< the text that it stands at
    std::optional<text_range> offsets;
    std::optional<bounds> text_bounds;
    std::optional<bounds> image_bounds;
    std::optional<std::int64_t> page_number;
    std::optional<std::int64_t> end_page_number;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(annotation, (),
                      (id, client_id, type_id, type_name, layer_id, layer_name, source_id, value,
                       raw_value, offsets, text_bounds, image_bounds, page_number, end_page_number,
                       more))

constexpr json_rules json_rules_of(annotation const*)
{
    return json_rules{naming::camel_case}.nothing_required().also_read("id", "annotationId");
}

/**
 * @brief POST /v1/annotation/create: one annotation.
 *
 * It needs `project`, `layer` and `source`. With `prevent_duplication` one of the same type, layer,
 * source and offsets is not made again. *Source*: docs.annolab.ai, "Annotations"; wire notes 4.6.
 */
struct create_annotation : new_annotation {
    using provider = annolab::provider;
    using response = annotation;
    static constexpr operation_info info{.name = "create_annotation",
                                         .method = "POST",
                                         .route = "annotation/create",
                                         .repeat = idempotency::unsafe};

    create_annotation(name_or_id in_project, name_or_id in_layer, name_or_id of_source,
                      name_or_id of_type)
        : new_annotation(std::move(of_type))
    {
        project = std::move(in_project);
        layer = std::move(in_layer);
        source = std::move(of_source);
    }

    bool prevent_duplication = true;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_annotation, (new_annotation), (prevent_duplication))

constexpr json_rules json_rules_of(create_annotation const*)
{
    return annotation_rules();
}

/// Annotations that were made, in the order of the request.
struct created_annotations {
    created_annotations() = default;

    std::vector<annotation> items;

    /// The id of the annotation with that `client_id`; nothing when there is none.
    INFERPP_DECL std::optional<std::int64_t> find(std::string_view client_id) const noexcept;

    INFERPP_DECL static result<created_annotations> decode(http::response&& answer);
};

/**
 * @brief POST /v1/annotation/bulk-create: annotations of any sources and projects.
 *
 * Each needs `project` and `source`. The platform takes 2,000 in a request, and servers of one's
 * own often no more than 1 MB: more are refused here and not sent in several requests, because then
 * an error would leave some of them made. The vendor's own importer sends 500 at once.
 *
 * @code
 * annolab::create_annotations request;
 * for (auto const& each : found) {
 *     annolab::new_annotation item{"Place Name"};
 *     item.project = "My Project";
 *     item.source = 4024;
 *     item.client_id = each.key;
 *     item.offsets = {each.begin, each.end};
 *     request.annotations.push_back(item);
 * }
 * auto made = co_await client.send(request);
 * auto id = made.find(found[0].key);
 * @endcode
 *
 * *Source*: wire notes 4.6.
 */
struct create_annotations {
    using provider = annolab::provider;
    using response = created_annotations;
    static constexpr operation_info info{.name = "create_annotations",
                                         .method = "POST",
                                         .route = "annotation/bulk-create",
                                         .repeat = idempotency::unsafe};
    static constexpr std::size_t most = 2'000; ///< annotations in a request

    create_annotations() = default;
    explicit create_annotations(std::vector<new_annotation> items) : annotations(std::move(items))
    {
    }

    std::vector<new_annotation> annotations;
    bool prevent_duplication = true;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_annotations, (), (annotations, prevent_duplication))

/**
 * @brief POST /v1/source/{group}/{project}/{directory}/{source}/annotations: annotations of one
 *        source, and relations between them.
 *
 * The relations name the annotations by their `client_id`. The shape of the answer is not
 * established. *Source*: wire notes 4.6.
 */
struct annotate_source : source_path_request {
    using response = boost::json::value;
    static constexpr operation_info info{
        .name = "annotate_source",
        .method = "POST",
        .route = "source/{group}/{project}/{directory}/{source}/annotations",
        .repeat = idempotency::unsafe};

    /// @param in the project by its name
    annotate_source(project_ref in, std::string in_directory, std::string name)
        : source_path_request(std::move(in), std::move(in_directory), std::move(name))
    {
    }

    std::vector<new_annotation> annotations; ///< at least one, at most 2,000
    std::vector<new_relation> relations;
    bool prevent_duplication = true;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(annotate_source, (source_path_request),
                      (annotations, relations, prevent_duplication))

constexpr json_rules json_rules_of(annotate_source const*)
{
    return json_rules{naming::camel_case}.always_written("relations");
}

static_assert(!fragile_temporary<create_annotation_type> && !fragile_temporary<create_layer> &&
              !fragile_temporary<create_annotation> && !fragile_temporary<create_annotations> &&
              !fragile_temporary<annotate_source>);

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/annotations.ipp>
#endif

#endif
