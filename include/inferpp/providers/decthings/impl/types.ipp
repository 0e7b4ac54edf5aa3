// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_TYPES_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_TYPES_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/decthings/types.hpp>

#include <cmath>
#include <set>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL result<epoch_time> epoch_time::from_json(boost::json::value const& value)
{
    auto const count = decode_value<std::int64_t>(value);
    if (!count)
        return count.error();
    return epoch_time{*count};
}

INFERPP_DECL result<void> launcher_spec::check(std::string_view name) const
{
    std::string const prefix = std::string{name} + '.';
    if (!(cpus > 0) || !std::isfinite(cpus))
        return refuse(prefix + "cpus must be more than 0");
    if (memory_mebibytes < 1)
        return refuse(prefix + "memory_mebibytes must be at least 1");
    if (gpus && (gpus->model.empty() || gpus->count < 1))
        return refuse(prefix + "gpus must have a model and a count of at least 1");
    return {};
}

INFERPP_DECL result<void> execution_location::check(std::string_view name) const
{
    if (temporary() != nullptr)
        return temporary()->spec.check(name);
    if (persistent() == nullptr)
        return refuse(std::string{name} +
                      " is not set; use execution_location::temporary() or persistent()");
    return check_given(std::string{name} + ".persistent_launcher_id",
                       persistent()->persistent_launcher_id);
}

INFERPP_DECL result<execution_location> execution_location::from_json(
    boost::json::value const& value)
{
    auto const* const object = value.if_object();
    auto const* const type = object != nullptr ? object->if_contains("type") : nullptr;
    if (type == nullptr || !type->is_string())
        return error{errc::bad_schema, "expected an object with a type"};
    if (type->get_string() == "persistentLauncher") {
        auto read = decode_value<persistent_launcher_location>(value);
        if (!read)
            return read.error();
        return execution_location{std::move(*read)};
    }
    if (type->get_string() == "temporaryLauncher") {
        auto read = decode_value<temporary_launcher_location>(value);
        if (!read)
            return read.error();
        return execution_location{std::move(*read)};
    }
    return execution_location{};
}

INFERPP_DECL void execution_location::to_json(json_writer& out) const
{
    out.begin_object();
    out.key("type");
    if (auto const* const kept = persistent()) {
        out.string("persistentLauncher");
        out.key("persistentLauncherId");
        out.string(kept->persistent_launcher_id);
    } else if (auto const* const made = temporary()) {
        out.string("temporaryLauncher");
        write_json_members(*made, out);
    } else {
        out.fail("the location is not set");
        out.null();
    }
    out.end_object();
}

INFERPP_DECL result<key_data> key_data::from_json(boost::json::value const& value)
{
    auto key = decode_value<std::string>(value);
    if (!key)
        return key.error();
    return key_data{std::move(*key), {}};
}

INFERPP_DECL result<void> check_keys(std::vector<key_data> const& data)
{
    constexpr std::size_t most = 255;
    if (data.size() > most)
        return refuse("data must have at most 255 keys");
    std::set<std::string_view> seen;
    for (key_data const& one : data) {
        if (one.key.empty())
            return refuse("data has an empty key");
        if (!seen.insert(one.key).second)
            return refuse("data has the key " + inferpp::detail::printable(one.key, 64) + " twice");
    }
    return {};
}

INFERPP_DECL attachments attach_keys(std::vector<key_data> const& data)
{
    attachments added;
    for (key_data const& one : data)
        added.add(one.data);
    return added;
}

INFERPP_DECL shared_bytes const* keyed_data::find(std::string_view key) const noexcept
{
    for (key_data const& one : data)
        if (one.key == key)
            return &one.data;
    return nullptr;
}

INFERPP_DECL result<void> keyed_data::attach(blob_reader& blobs)
{
    for (key_data& one : data) {
        auto content = blobs.next();
        if (!content)
            return content.error();
        one.data = std::move(*content);
    }
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
