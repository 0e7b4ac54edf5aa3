// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_DEBUG_SESSIONS_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_DEBUG_SESSIONS_IPP

#include <inferpp/providers/decthings/debug_sessions.hpp>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL attachments debug_instantiation::blobs() const
{
    auto const* const data = std::get_if<std::vector<key_data>>(&source);
    return data != nullptr ? attach_keys(*data) : attachments{};
}

INFERPP_DECL result<void> debug_instantiation::validate() const
{
    auto const* const data = std::get_if<std::vector<key_data>>(&source);
    return first_error({check_given("debug_session_id", debug_session_id),
                        data != nullptr ? check_keys(*data)
                                        : check_given("source", std::get<std::string>(source))});
}

INFERPP_DECL result<void> debug_instantiation::write(std::string& out, std::string_view data,
                                                     std::string_view keys) const
{
    json_writer writer{out};
    auto const* const given = std::get_if<std::vector<key_data>>(&source);
    writer.begin_object();
    writer.key("debugSessionId");
    writer.string(debug_session_id);
    writer.key(data);
    writer.begin_object();
    writer.key("type");
    writer.string(given != nullptr ? "data" : "dataId");
    if (given == nullptr) {
        writer.key("dataId");
        writer.string(std::get<std::string>(source));
    }
    writer.end_object();
    if (given != nullptr) {
        writer.key(keys);
        write_json(*given, writer);
    }
    writer.end_object();
    if (writer.failed())
        return inferpp::detail::encode_error(writer);
    return {};
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
