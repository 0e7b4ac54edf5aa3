// SPDX-License-Identifier: BSL-1.0
//
// Sources: the texts and PDFs of a project. How a PDF becomes one is in pdf_sources.hpp.

#ifndef INFERPP_PROVIDERS_ANNOLAB_SOURCES_HPP
#define INFERPP_PROVIDERS_ANNOLAB_SOURCES_HPP

#include <inferpp/providers/annolab/tags.hpp>
#include <inferpp/providers/annolab/types.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

/// A source.
struct source_details {
    source_details() = default;

    std::int64_t id = 0;
    std::string name;
    std::string source_name; ///< the same, from some servers
    std::string project_name;
    std::int64_t project_id = 0;
    std::string directory_name;
    std::int64_t directory_id = 0;
    std::string type; ///< "text" or "pdf"
    std::string text; ///< of a PDF what was read in it
    /// A link to the file, for `client.download(url)`; who has it may read the file.
    std::string url;
    timestamp created_at;
    std::vector<tag> tags;
    unknown_members more;
};
BOOST_DESCRIBE_STRUCT(source_details, (),
                      (id, name, source_name, project_name, project_id, directory_name,
                       directory_id, type, text, url, created_at, tags, more))

constexpr json_rules json_rules_of(source_details const*)
{
    return json_rules{naming::camel_case}.nothing_required().also_read("name", "sourceName");
}

/// GET /v1/source/{id}. *Source*: docs.annolab.ai, "Source Files"; wire notes 4.4.
struct get_source {
    using provider = annolab::provider;
    using response = source_details;
    static constexpr operation_info info{.name = "get_source", .route = "source/{source}"};

    explicit get_source(std::int64_t id) : source(id) {}

    std::int64_t source;

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(get_source, (), (source))

/// DELETE /v1/source/{id}. The vendor's SDK has the route and does not use it. *Source*: wire notes
/// 4.4.
struct delete_source : get_source {
    using response = nothing;
    static constexpr operation_info info{
        .name = "delete_source", .method = "DELETE", .route = "source/{source}"};

    using get_source::get_source;
};
BOOST_DESCRIBE_STRUCT(delete_source, (get_source), ())

/// What requests have in common that name a source by its path.
struct source_path_request : project_request {
    std::string directory;
    std::string source; ///< its name

protected:
    source_path_request(project_ref in, std::string in_directory, std::string name)
        : project_request(std::move(in)),
          directory(std::move(in_directory)),
          source(std::move(name))
    {
    }
    /// Refuses empty names, and a project that is not given by its name and its group's.
    INFERPP_DECL result<void> check_path() const;
};
BOOST_DESCRIBE_STRUCT(source_path_request, (project_request), (directory, source))

/// GET /v1/source/{group}/{project}/{directory}/{source}. *Source*: wire notes 4.4.
struct find_source : source_path_request {
    using response = source_details;
    static constexpr operation_info info{.name = "find_source",
                                         .route = "source/{group}/{project}/{directory}/{source}"};

    /// @param in the project by its name
    find_source(project_ref in, std::string in_directory, std::string name)
        : source_path_request(std::move(in), std::move(in_directory), std::move(name))
    {
    }

    result<void> validate() const { return check_path(); }
};
BOOST_DESCRIBE_STRUCT(find_source, (source_path_request), ())

/// DELETE /v1/source/{group}/{project}/{directory}/{source}, as `delete_source`.
struct delete_source_by_name : source_path_request {
    using response = nothing;
    static constexpr operation_info info{.name = "delete_source_by_name",
                                         .method = "DELETE",
                                         .route = "source/{group}/{project}/{directory}/{source}"};

    /// @param in the project by its name
    delete_source_by_name(project_ref in, std::string in_directory, std::string name)
        : source_path_request(std::move(in), std::move(in_directory), std::move(name))
    {
    }

    result<void> validate() const { return check_path(); }
};
BOOST_DESCRIBE_STRUCT(delete_source_by_name, (source_path_request), ())

/**
 * @brief POST /v1/source/create-text: a source of text.
 *
 * `condition::conflict` where the directory has one of the name.
 *
 * *Source*: wire notes 4.4.
 */
struct create_text_source : project_request {
    using response = source_details;
    static constexpr operation_info info{.name = "create_text_source",
                                         .method = "POST",
                                         .route = "source/create-text",
                                         .repeat = idempotency::unsafe};

    create_text_source(project_ref in, std::string name, std::string content)
        : project_request(std::move(in)),
          source_name(std::move(name)),
          text(std::move(content))
    {
    }

    std::string source_name;
    std::string text;                    ///< UTF-8
    std::optional<name_or_id> directory; ///< default: the project's

    INFERPP_DECL result<void> validate() const;
};
BOOST_DESCRIBE_STRUCT(create_text_source, (project_request), (source_name, text, directory))

constexpr json_rules json_rules_of(create_text_source const*)
{
    return project_rules().renamed("directory", "directoryIdentifier");
}

static_assert(!fragile_temporary<get_source> && !fragile_temporary<delete_source> &&
              !fragile_temporary<find_source> && !fragile_temporary<delete_source_by_name> &&
              !fragile_temporary<create_text_source>);

} // namespace inferpp::inline INFERPP_ABI::annolab

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/annolab/impl/sources.ipp>
#endif

#endif
