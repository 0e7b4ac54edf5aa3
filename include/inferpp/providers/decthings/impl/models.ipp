// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_MODELS_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_MODELS_IPP

#include <inferpp/providers/decthings/models.hpp>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL result<void> model_source::check() const
{
    if (auto const* const code = std::get_if<code_source>(&from_))
        return check_given("options.language", code->language.text());
    if (auto const* const file = std::get_if<file_source>(&from_))
        return check_given("options.format", file->format);
    if (auto const* const existing = std::get_if<existing_source>(&from_))
        return check_given("options.model_id", existing->model_id);
    auto const& snapshot = std::get<snapshot_source>(from_);
    if (auto const named = first_error({check_given("options.model_id", snapshot.model_id),
                                        check_given("options.snapshot_id", snapshot.snapshot_id)});
        !named)
        return named;
    if (auto const* const made = std::get_if<made_state>(&snapshot.initial_state))
        return first_error({check_given("options.initial_state.name", made->name),
                            check_parameters(made->params),
                            made->launcher_spec.check("options.initial_state.launcher_spec")});
    if (auto const* const uploaded = std::get_if<uploaded_state>(&snapshot.initial_state))
        return first_error({check_given("options.initial_state.name", uploaded->name),
                            check_keys(uploaded->data)});
    return {};
}

INFERPP_DECL attachments model_source::blobs() const
{
    attachments added;
    if (auto const* const file = std::get_if<file_source>(&from_))
        added.add(file->data);
    if (auto const* const snapshot = std::get_if<snapshot_source>(&from_)) {
        if (auto const* const made = std::get_if<made_state>(&snapshot->initial_state))
            return attach_parameters(made->params);
        if (auto const* const uploaded = std::get_if<uploaded_state>(&snapshot->initial_state))
            return attach_keys(uploaded->data);
    }
    return added;
}

inline std::string_view method_of(copied_state const&) noexcept
{
    return "copy";
}
inline std::string_view method_of(made_state const&) noexcept
{
    return "create";
}
inline std::string_view method_of(uploaded_state const&) noexcept
{
    return "upload";
}

INFERPP_DECL void model_source::to_json(json_writer& out) const
{
    constexpr std::string_view types[] = {"code", "upload", "basedOnModelSnapshot", "fromExisting"};
    out.begin_object();
    out.key("type");
    out.string(types[from_.index()]);
    if (!tags.empty()) {
        out.key("tags");
        write_json(tags, out);
    }
    auto const write = [&](auto const& from) {
        if constexpr (std::same_as<decltype(from), snapshot_source const&>) {
            out.key("modelId");
            out.string(from.model_id);
            out.key("snapshotId");
            out.string(from.snapshot_id);
            out.key("initialState");
            out.begin_object();
            auto const write_state = [&](auto const& state) {
                out.key("method");
                out.string(method_of(state));
                write_json_members(state, out);
            };
            std::visit(write_state, from.initial_state);
            out.end_object();
        } else {
            write_json_members(from, out);
        }
    };
    std::visit(write, from_);
    out.end_object();
}

INFERPP_DECL result<void> create_model::validate() const
{
    return first_error({check_given("name", name), options.check()});
}

// {"error": {"code": ..., "details": {...}, "createInitialStateDurations": {...}}}: the details are
// those of the run, where there was one.
INFERPP_DECL result<model_failure> model_failure::from_json(boost::json::value const& value)
{
    auto const* const object = value.if_object();
    auto const* const reason = object != nullptr ? object->if_contains("error") : nullptr;
    auto const* const members = reason != nullptr ? reason->if_object() : nullptr;
    if (members == nullptr)
        return error{errc::bad_schema, "expected an object with an error"};
    auto const* const run = members->if_contains("details");
    auto read = decode_value<run_failure>(run != nullptr && run->is_object() ? *run : *reason);
    if (!read)
        return below("error", read.error());
    model_failure failed;
    failed.reason = std::move(*read);
    if (auto const* const durations = members->if_contains("createInitialStateDurations")) {
        auto took = decode_value<run_durations>(*durations);
        if (!took)
            return below("error.createInitialStateDurations", took.error());
        failed.durations = std::move(*took);
    }
    return failed;
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
