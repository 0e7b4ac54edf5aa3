// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_API_ERROR_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_API_ERROR_IPP

#include <inferpp/codec/json.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/decthings/api_error.hpp>

#include <boost/json/serialize.hpp>

namespace inferpp::inline INFERPP_ABI::decthings {

struct api_code_row {
    std::string_view word;
    api_code code;
    int status; ///< of HTTP, that says the same
};

inline constexpr api_code_row api_codes[] = {
    {"unknown", api_code::unknown, 500},
    {"bad_credentials", api_code::bad_credentials, 401},
    {"too_many_requests", api_code::too_many_requests, 429},
    {"payment_required", api_code::payment_required, 402},
    {"invalid_parameter", api_code::invalid_parameter, 400},
    {"access_denied", api_code::access_denied, 403},
    {"quota_exceeded", api_code::quota_exceeded, 403},
    {"limit_exceeded", api_code::limit_exceeded, 403},
    {"server_overloaded", api_code::server_overloaded, 503},
    {"name_already_used", api_code::name_already_used, 409},
    {"dataset_not_found", api_code::dataset_not_found, 404},
    {"dataset_key_not_found", api_code::dataset_key_not_found, 404},
    {"incorrect_version_id", api_code::incorrect_version_id, 412},
    {"index_out_of_range", api_code::index_out_of_range, 400},
    {"model_not_found", api_code::model_not_found, 404},
    {"model_already_created", api_code::model_already_created, 409},
    {"model_to_mount_not_found", api_code::model_to_mount_not_found, 404},
    {"model_to_mount_no_longer_exists", api_code::model_to_mount_no_longer_exists, 410},
    {"state_for_model_to_mount_not_found", api_code::state_for_model_to_mount_not_found, 404},
    {"snapshot_for_model_to_mount_not_found", api_code::snapshot_for_model_to_mount_not_found, 404},
    {"version_for_model_to_mount_not_found", api_code::version_for_model_to_mount_not_found, 404},
    {"state_not_found", api_code::state_not_found, 404},
    {"state_is_active", api_code::state_is_active, 409},
    {"state_already_created", api_code::state_already_created, 409},
    {"state_key_not_found", api_code::state_key_not_found, 404},
    {"snapshot_not_found", api_code::snapshot_not_found, 404},
    {"snapshot_no_longer_exists", api_code::snapshot_no_longer_exists, 410},
    {"model_version_not_found", api_code::model_version_not_found, 404},
    {"weight_key_not_found", api_code::weight_key_not_found, 404},
    {"evaluation_not_found", api_code::evaluation_not_found, 404},
    {"training_session_not_found", api_code::training_session_not_found, 404},
    {"training_session_running", api_code::training_session_running, 409},
    {"training_session_not_running", api_code::training_session_not_running, 409},
    {"evaluate_failed", api_code::evaluate_failed, 0},
    {"initialize_weights_failed", api_code::initialize_weights_failed, 0},
    {"invalid_executor_type", api_code::invalid_executor_type, 400},
    {"invalid_model_source_type", api_code::invalid_model_source_type, 400},
    {"invalid_executable", api_code::invalid_executable, 400},
    {"invalid_executable_file", api_code::invalid_executable_file, 400},
    {"read_executable_file_failed", api_code::read_executable_file_failed, 400},
    {"not_enough_space", api_code::not_enough_space, 400},
    {"image_not_found", api_code::image_not_found, 404},
    {"repository_not_found", api_code::repository_not_found, 404},
    {"persistent_launcher_not_found", api_code::persistent_launcher_not_found, 404},
    {"persistent_launcher_being_deleted", api_code::persistent_launcher_being_deleted, 409},
    {"spawned_command_not_found", api_code::spawned_command_not_found, 404},
    {"terminal_session_not_found", api_code::terminal_session_not_found, 404},
    {"language_server_not_found", api_code::language_server_not_found, 404},
    {"debug_session_not_found", api_code::debug_session_not_found, 404},
    {"debug_session_terminated", api_code::debug_session_terminated, 410},
    {"instantiated_model_not_found", api_code::instantiated_model_not_found, 404},
    {"state_data_not_found", api_code::state_data_not_found, 404},
    {"weight_data_not_found", api_code::weight_data_not_found, 404},
    {"not_remote_inspector", api_code::not_remote_inspector, 400},
    {"not_subscribed", api_code::not_subscribed, 409},
    {"exception", api_code::exception, 0},
    {"organization_not_found", api_code::organization_not_found, 404},
    {"name_in_use", api_code::name_in_use, 409},
    {"member_not_found", api_code::member_not_found, 404},
    {"invite_not_found", api_code::invite_not_found, 404},
    {"notification_not_found", api_code::notification_not_found, 404},
    {"ESTALE", api_code::stale_inode, 404},
    {"ENOENT", api_code::no_entry, 404},
    {"ENOTDIR", api_code::not_a_directory, 400},
    {"EISDIR", api_code::is_a_directory, 400},
    {"EEXIST", api_code::entry_exists, 409},
    {"ENOTEMPTY", api_code::not_empty, 409},
    {"ENOSPC", api_code::no_space, 403},
    {"EFBIG", api_code::file_too_large, 400},
    {"EPERM", api_code::not_permitted, 403},
    {"EINVAL", api_code::invalid_file, 400},
};

inline api_code_row const& find_code(std::string_view word) noexcept
{
    for (api_code_row const& row : api_codes)
        if (row.word == word)
            return row;
    return api_codes[0];
}

inline std::string text_member(boost::json::object const& from, std::string_view name)
{
    auto const* const found = from.if_contains(name);
    auto const* const text = found != nullptr ? found->if_string() : nullptr;
    return text != nullptr ? std::string{text->data(), text->size()} : std::string{};
}

INFERPP_DECL std::optional<api_error> read_api_error(std::string_view json)
{
    auto const parsed = parse_json(json);
    auto const* const members = parsed ? parsed->if_object() : nullptr;
    if (members == nullptr || !members->contains("code"))
        return std::nullopt;
    api_error said;
    said.word = text_member(*members, "code");
    said.code = find_code(said.word).code;
    said.parameter_name = text_member(*members, "parameterName");
    said.reason = text_member(*members, "reason");
    said.dataset_id = text_member(*members, "datasetId");
    said.dataset_key = text_member(*members, "datasetKey");
    said.dataset_version_id = text_member(*members, "datasetVersionId");
    said.exception_details = text_member(*members, "exceptionDetails");
    said.members = *members;
    return said;
}

INFERPP_DECL std::optional<api_error> api_error_of(error const& e)
{
    if (e.info().server_details.empty())
        return std::nullopt;
    return read_api_error(e.info().server_details);
}

/// The members as JSON that is not long: each text is cut, and where that does not do, the code
/// alone is left.
inline std::string short_json(api_error const& said)
{
    constexpr std::size_t longest = 2048;
    constexpr std::size_t most = 16384;
    boost::json::object members = said.members;
    for (auto& member : members)
        if (auto* const text = member.value().if_string();
            text != nullptr && text->size() > longest)
            text->resize(inferpp::detail::valid_utf8_prefix({text->data(), longest}));
    std::string json = boost::json::serialize(members);
    if (json.size() > most)
        json = boost::json::serialize(boost::json::object{{"code", said.word.substr(0, longest)}});
    return json;
}

INFERPP_DECL error to_error(api_error const& said)
{
    int const status = find_code(said.word).status;
    error e{status == 0 ? make_error_code(errc::job_failed) : error_code{status, http_category()}};
    auto& info = e.edit();
    info.server_message = said.word;
    for (std::string const* const part :
         {&said.parameter_name, &said.reason, &said.dataset_id, &said.dataset_key,
          &said.dataset_version_id, &said.exception_details})
        if (!part->empty())
            info.server_message.append(": ").append(*part);
    info.server_details = short_json(said);
    // Refused before anything was done; of the others nobody knows whether it helps.
    info.should_retry = said.code == api_code::too_many_requests;
    return e;
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
