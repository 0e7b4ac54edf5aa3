// SPDX-License-Identifier: BSL-1.0
//
// Bundles of both versions, bundles of images, and triggers of the simulated Launch. See
// launch_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_BUNDLES_IPP
#define INFERPP_TESTING_IMPL_LAUNCH_SIMULATOR_BUNDLES_IPP

#include <inferpp/testing/launch_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL launch_simulator::platform::record& launch_simulator::platform::add_record(
    std::vector<record>& to, call const& with, std::string_view prefix)
{
    record made;
    made.id = new_id(prefix);
    made.owner = with.user;
    made.fields = with.fields();
    made.created_at = today;
    to.push_back(std::move(made));
    return to.back();
}

/// @return null when there is none that the user owns
INFERPP_DECL launch_simulator::platform::record* launch_simulator::platform::find_record(
    std::vector<record>& in, std::string_view id, std::string const& user)
{
    for (record& each : in)
        if (each.id == id && (each.owner.empty() || each.owner == user))
            return &each;
    return nullptr;
}

INFERPP_DECL std::vector<launch_simulator::platform::record const*> launch_simulator::platform::
    select(std::vector<record> const& in, call const& with, std::string_view name_parameter)
{
    auto const name = with.query(name_parameter);
    std::vector<record const*> chosen;
    for (record const& each : in)
        if ((each.owner.empty() || each.owner == with.user) &&
            (!name || *name == detail::launch_text(each.fields.at("name"))))
            chosen.push_back(&each);
    if (with.query("order_by") == "newest")
        std::reverse(chosen.begin(), chosen.end());
    return chosen;
}

// --- model bundles: each can be had in both versions -------------------------------------------

INFERPP_DECL boost::json::object launch_simulator::platform::bundle_v1(record const& which)
{
    object const& f = which.fields;
    auto const metadata = detail::launch_member(f, "metadata");
    object made{{"id", which.id},
                {"name", f.at("name")},
                {"location", "unused"},
                {"requirements", array{}},
                {"env_params", {{"framework_type", "custom_base_image"}}},
                {"packaging_type", "cloudpickle"},
                {"metadata", metadata.is_null() ? value(object{}) : metadata},
                {"app_config", nullptr},
                {"created_at", stamp(which.created_at)},
                {"model_artifact_ids", array{}},
                {"schema_location", detail::launch_member(f, "schema_location")}};
    auto const flavor = detail::launch_member(f, "flavor");
    object const& from = flavor.is_object() ? flavor.get_object() : f;
    for (char const* const name :
         {"location", "requirements", "env_params", "packaging_type", "app_config"})
        if (from.contains(name))
            made[name] = from.at(name);
    if (from.contains("framework"))
        made["env_params"] = from.at("framework");
    if (detail::launch_text(detail::launch_member(from, "flavor")) == "zip_artifact")
        made["packaging_type"] = "zip";
    auto& environment = made["env_params"].get_object();
    for (char const* const name :
         {"pytorch_image_tag", "tensorflow_version", "ecr_repo", "image_tag"})
        if (!environment.contains(name))
            environment[name] = nullptr;
    return made;
}

INFERPP_DECL boost::json::object launch_simulator::platform::bundle_v2(record const& which)
{
    object const& f = which.fields;
    auto const metadata = detail::launch_member(f, "metadata");
    value flavor = detail::launch_member(f, "flavor");
    if (flavor.is_null()) { // created by version 1
        bool const zip = detail::launch_text(f.at("packaging_type")) == "zip";
        flavor = object{{"flavor", zip ? "zip_artifact" : "cloudpickle_artifact"},
                        {"requirements", f.at("requirements")},
                        {"framework", f.at("env_params")},
                        {"app_config", detail::launch_member(f, "app_config")},
                        {"location", f.at("location")}};
        std::string const suffix = zip ? "_module_path" : "";
        flavor.get_object()["load_predict_fn" + suffix] = "predict";
        flavor.get_object()["load_model_fn" + suffix] = "model";
    }
    return {{"id", which.id},
            {"name", f.at("name")},
            {"metadata", metadata.is_null() ? value(object{}) : metadata},
            {"created_at", stamp(which.created_at)},
            {"model_artifact_ids", array{}},
            {"schema_location", detail::launch_member(f, "schema_location")},
            {"flavor", std::move(flavor)}};
}

INFERPP_DECL simulated_answer launch_simulator::platform::create_bundle(call& with)
{
    return json(object{{"model_bundle_id", add_record(bundles, with, "bun_").id}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::clone_bundle(call& with)
{
    auto const id = detail::launch_text(with.fields().at("original_model_bundle_id"));
    record const* const original = find_record(bundles, id, with.user);
    if (original == nullptr)
        throw refusal{404, "The specified model bundle could not be found."};
    object fields = original->fields;
    auto const config = detail::launch_member(with.fields(), "new_app_config");
    if (fields.contains("flavor"))
        fields["flavor"].get_object()["app_config"] = config;
    else
        fields["app_config"] = config;
    record& made = add_record(bundles, with, "bun_");
    made.fields = std::move(fields);
    return json(object{{"model_bundle_id", made.id}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::list_bundles(call& with)
{
    bool const v1 = with.request.target.find("/v1/model-bundles") != std::string::npos;
    array list;
    for (record const* const each : select(bundles, with, "model_name"))
        list.push_back(v1 ? bundle_v1(*each) : bundle_v2(*each));
    return json(object{{"model_bundles", std::move(list)}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::latest_bundle(call& with)
{
    bool const v1 = with.request.target.find("/v1/model-bundles") != std::string::npos;
    auto const found = select(bundles, with, "model_name");
    if (found.empty()) // with two blanks, as the platform has it
        throw refusal{404, "Model Bundle " + with.query("model_name").value_or(std::string{}) +
                               "  was not found."};
    return json(v1 ? bundle_v1(*found.back()) : bundle_v2(*found.back()));
}

INFERPP_DECL simulated_answer launch_simulator::platform::get_bundle(call& with)
{
    bool const v1 = with.request.target.find("/v1/model-bundles") != std::string::npos;
    record const* const found = find_record(bundles, with.ids[0], with.user);
    if (found == nullptr)
        throw refusal{404, "Model Bundle " + with.ids[0] + "  was not found."};
    return json(v1 ? bundle_v1(*found) : bundle_v2(*found));
}

// --- bundles of images -------------------------------------------------------------------------

INFERPP_DECL boost::json::object launch_simulator::platform::image_bundle(record const& which)
{
    object const& f = which.fields;
    auto const hardware = detail::launch_member(f, "resource_requests");
    auto const wanted = [&hardware](char const* name) {
        value const found =
            hardware.is_object() ? detail::launch_member(hardware.get_object(), name) : value{};
        // Told as texts, however they came.
        return found.is_number() ? value(boost::json::serialize(found)) : found;
    };
    auto const env = detail::launch_member(f, "env");
    value gpus;
    if (hardware.is_object() && hardware.get_object().contains("gpus"))
        gpus = hardware.get_object().at("gpus");
    return {{"id", which.id},
            {"name", f.at("name")},
            {"created_at", stamp(which.created_at)},
            {"image_repository", f.at("image_repository")},
            {"image_tag", f.at("image_tag")},
            {"command", f.at("command")},
            {"env", env.is_null() ? value(object{}) : env},
            {"mount_location", detail::launch_member(f, "mount_location")},
            {"cpus", wanted("cpus")},
            {"memory", wanted("memory")},
            {"storage", wanted("storage")},
            {"gpus", gpus},
            {"gpu_type", wanted("gpu_type")},
            {"public", detail::launch_bool(f, "public")}};
}

INFERPP_DECL simulated_answer launch_simulator::platform::create_image_bundle(call& with)
{
    std::string const id = add_record(image_bundles, with, "dibun_").id;
    return json(object{{"docker_image_batch_job_bundle_id", id}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::list_image_bundles(call& with)
{
    array list;
    for (record const* const each : select(image_bundles, with, "bundle_name"))
        list.push_back(image_bundle(*each));
    return json(object{{"docker_image_batch_job_bundles", std::move(list)}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::latest_image_bundle(call& with)
{
    auto const found = select(image_bundles, with, "bundle_name");
    if (found.empty())
        throw refusal{404, "Docker Image Batch Job Bundle was not found."};
    return json(image_bundle(*found.back()));
}

INFERPP_DECL simulated_answer launch_simulator::platform::get_image_bundle(call& with)
{
    record const* const found = find_record(image_bundles, with.ids[0], with.user);
    if (found == nullptr)
        throw refusal{404, "Docker Image Batch Job Bundle was not found."};
    return json(image_bundle(*found));
}

// --- triggers ----------------------------------------------------------------------------------

INFERPP_DECL boost::json::object launch_simulator::platform::trigger(record const& which)
{
    object const& f = which.fields;
    return {{"id", which.id},
            {"name", f.at("name")},
            {"owner", which.owner},
            {"created_by", which.owner},
            {"created_at", stamp(which.created_at)},
            {"cron_schedule", f.at("cron_schedule")},
            {"docker_image_batch_job_bundle_id", f.at("bundle_id")},
            {"default_job_config", detail::launch_member(f, "default_job_config")},
            {"default_job_metadata", detail::launch_member(f, "default_job_metadata")}};
}

INFERPP_DECL simulated_answer launch_simulator::platform::create_trigger(call& with)
{
    object const& f = with.fields();
    if (find_record(image_bundles, detail::launch_text(f.at("bundle_id")), with.user) == nullptr)
        throw refusal{404, "The specified batch job bundle could not be found."};
    auto const schedule = detail::launch_text(f.at("cron_schedule"));
    if (std::count(schedule.begin(), schedule.end(), ' ') != 4)
        throw refusal{400, "The specified cron schedule is invalid."};
    for (record const& each : triggers)
        if (each.owner == with.user && each.fields.at("name") == f.at("name"))
            throw refusal{400, "A trigger of this name exists."};
    return json(object{{"trigger_id", add_record(triggers, with, "trig_").id}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::list_triggers(call& with)
{
    array list;
    for (record const* const each : select(triggers, with, {}))
        list.push_back(trigger(*each));
    return json(object{{"triggers", std::move(list)}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::get_trigger(call& with)
{
    record const* const found = find_record(triggers, with.ids[0], with.user);
    if (found == nullptr)
        throw refusal{404, "Trigger " + with.ids[0] + " was not found."};
    return json(trigger(*found));
}

INFERPP_DECL simulated_answer launch_simulator::platform::update_trigger(call& with)
{
    record* const found = find_record(triggers, with.ids[0], with.user);
    if (found == nullptr)
        throw refusal{404, "Trigger " + with.ids[0] + " was not found."};
    auto const schedule = detail::launch_member(with.fields(), "cron_schedule");
    if (!schedule.is_null())
        found->fields["cron_schedule"] = schedule;
    return json(object{{"success", true}});
}

INFERPP_DECL simulated_answer launch_simulator::platform::delete_trigger(call& with)
{
    record const* const found = find_record(triggers, with.ids[0], with.user);
    if (found == nullptr)
        throw refusal{404, "Trigger " + with.ids[0] + " was not found."};
    triggers.erase(triggers.begin() + (found - triggers.data()));
    return json(object{{"success", true}});
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/launch_simulator_files.ipp>
#endif

#endif
