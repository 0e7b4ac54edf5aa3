// SPDX-License-Identifier: BSL-1.0
//
// What Decthings itself says when it refuses a call, with all that it says.

#ifndef INFERPP_PROVIDERS_DECTHINGS_API_ERROR_HPP
#define INFERPP_PROVIDERS_DECTHINGS_API_ERROR_HPP

#include <inferpp/core/error.hpp>

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::decthings {

/// The codes of the platform's errors, as it calls them; those of its file system, which it calls
/// by the names of errno, have names of their own here.
enum class api_code {
    unknown, ///< the platform's own "unknown", or a code that this version does not know

    // Any call may be refused with these.
    bad_credentials,
    too_many_requests,
    payment_required,
    invalid_parameter, ///< `parameter_name` and `reason` say which and why

    access_denied,
    quota_exceeded,
    limit_exceeded,
    server_overloaded,
    name_already_used,

    dataset_not_found,     ///< with `dataset_id`
    dataset_key_not_found, ///< with `dataset_id` and `dataset_key`
    incorrect_version_id,  ///< with `dataset_version_id`: the current one
    index_out_of_range,

    model_not_found,
    model_already_created,
    model_to_mount_not_found,
    model_to_mount_no_longer_exists,
    state_for_model_to_mount_not_found,
    snapshot_for_model_to_mount_not_found,
    version_for_model_to_mount_not_found,
    state_not_found,
    state_is_active,
    state_already_created,
    state_key_not_found,
    snapshot_not_found,
    snapshot_no_longer_exists,
    model_version_not_found,
    weight_key_not_found,
    evaluation_not_found,
    training_session_not_found,
    training_session_running,
    training_session_not_running,
    evaluate_failed,           ///< see `versioned::evaluate`, whose outcome it is
    initialize_weights_failed, ///< see `versioned::create_version`, likewise
    invalid_executor_type,
    invalid_model_source_type,
    invalid_executable,
    invalid_executable_file,
    read_executable_file_failed,
    not_enough_space,
    image_not_found,
    repository_not_found,

    persistent_launcher_not_found,
    persistent_launcher_being_deleted,
    spawned_command_not_found,
    terminal_session_not_found,
    language_server_not_found,
    debug_session_not_found,
    debug_session_terminated,
    instantiated_model_not_found,
    state_data_not_found,
    weight_data_not_found,
    not_remote_inspector,
    not_subscribed,
    exception, ///< the model's code threw; with `exception_details`

    organization_not_found,
    name_in_use,
    member_not_found,
    invite_not_found,
    notification_not_found,

    stale_inode,     ///< ESTALE
    no_entry,        ///< ENOENT
    not_a_directory, ///< ENOTDIR
    is_a_directory,  ///< EISDIR
    entry_exists,    ///< EEXIST
    not_empty,       ///< ENOTEMPTY
    no_space,        ///< ENOSPC
    file_too_large,  ///< EFBIG
    not_permitted,   ///< EPERM
    invalid_file,    ///< EINVAL
};

/// What the platform said. Untrusted; members that it did not send are empty.
struct api_error {
    api_error() = default;

    api_code code = api_code::unknown;
    std::string word; ///< the code as it stands on the wire: "model_not_found"
    std::string parameter_name;
    std::string reason;
    std::string dataset_id;
    std::string dataset_key;
    std::string dataset_version_id;
    std::string exception_details;
    boost::json::object members; ///< all of them, as they were sent
};

/**
 * @brief The platform's own error behind an error of a call.
 *
 * @code
 * catch (inferpp::failure const& e) {
 *     if (auto const said = decthings::api_error_of(e.error()))
 *         if (said->code == decthings::api_code::dataset_key_not_found)
 *             std::cerr << said->dataset_id << " has no key " << said->dataset_key << '\n';
 * }
 * @endcode
 *
 * @return nothing where the platform has said nothing: the call did not get so far
 */
INFERPP_DECL std::optional<api_error> api_error_of(error const& e);

/// The same from the JSON of an answer.
INFERPP_DECL std::optional<api_error> read_api_error(std::string_view json);

/**
 * @brief The error of a call for what the platform said.
 *
 * Its portable condition follows from the code: `model_not_found` is `condition::not_found`,
 * `too_many_requests` is `rate_limited` and the only one after which a call is repeated,
 * `quota_exceeded` is `forbidden`, `incorrect_version_id` is `conflict`, and so on; `exception` is
 * `errc::job_failed`.
 */
INFERPP_DECL error to_error(api_error const& said);

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/api_error.ipp>
#endif

#endif
