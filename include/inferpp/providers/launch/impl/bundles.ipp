// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_BUNDLES_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_BUNDLES_IPP

#include <inferpp/providers/launch/bundles.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL bundle_framework bundle_framework::pytorch(std::string tag)
{
    bundle_framework made;
    made.framework_type = launch::framework_type::pytorch;
    made.pytorch_image_tag = std::move(tag);
    return made;
}

INFERPP_DECL bundle_framework bundle_framework::tensorflow(std::string version)
{
    bundle_framework made;
    made.framework_type = launch::framework_type::tensorflow;
    made.tensorflow_version = std::move(version);
    return made;
}

INFERPP_DECL bundle_framework bundle_framework::custom(std::string repository, std::string tag)
{
    bundle_framework made;
    made.framework_type = launch::framework_type::custom_base_image;
    made.image_repository = std::move(repository);
    made.image_tag = std::move(tag);
    return made;
}

template <class Flavor>
result<bundle_flavor> read_flavor(boost::json::value const& from)
{
    auto read = decode_value<Flavor>(from);
    if (!read)
        return read.error();
    return bundle_flavor{std::move(*read)};
}

INFERPP_DECL result<bundle_flavor> bundle_flavor::from_json(boost::json::value const& from)
{
    auto object = decode_value<boost::json::object>(from);
    if (!object)
        return object.error();
    auto const* const kind = object->if_contains("flavor");
    std::string_view const name =
        kind != nullptr && kind->is_string()
            ? std::string_view{kind->get_string().data(), kind->get_string().size()}
            : std::string_view{};
    if (name == "cloudpickle_artifact")
        return read_flavor<cloudpickle_artifact>(from);
    if (name == "zip_artifact")
        return read_flavor<zip_artifact>(from);
    if (name == "runnable_image")
        return read_flavor<runnable_image>(from);
    if (name == "streaming_enhanced_runnable_image")
        return read_flavor<streaming_image>(from);
    if (name == "triton_enhanced_runnable_image")
        return read_flavor<triton_image>(from);
    bundle_flavor other;
    other.value = std::move(*object);
    return other;
}

inline std::string_view flavor_name(cloudpickle_artifact const&) noexcept
{
    return "cloudpickle_artifact";
}
inline std::string_view flavor_name(zip_artifact const&) noexcept
{
    return "zip_artifact";
}
inline std::string_view flavor_name(runnable_image const&) noexcept
{
    return "runnable_image";
}
inline std::string_view flavor_name(streaming_image const&) noexcept
{
    return "streaming_enhanced_runnable_image";
}
inline std::string_view flavor_name(triton_image const&) noexcept
{
    return "triton_enhanced_runnable_image";
}

/// Writes a flavor, whichever it is.
struct flavor_writer {
    explicit flavor_writer(json_writer& to) : out(to) {}

    void operator()(boost::json::object const& any) const { out.value(any); }
    template <class Flavor>
    void operator()(Flavor const& one) const
    {
        out.begin_object();
        out.key("flavor");
        out.string(flavor_name(one));
        write_json_members(one, out);
        out.end_object();
    }

    json_writer& out;
};

INFERPP_DECL void bundle_flavor::to_json(json_writer& out) const
{
    std::visit(flavor_writer{out}, value);
}

INFERPP_DECL result<void> create_bundle::validate() const
{
    return first_error(
        {check_given("name", name), check_given("schema_location", schema_location)});
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
