// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_IMPL_TIMESTAMP_IPP
#define INFERPP_CODEC_IMPL_TIMESTAMP_IPP

#include <inferpp/codec/timestamp.hpp>

#include <boost/json/value.hpp>

namespace inferpp::inline INFERPP_ABI {

INFERPP_DECL result<timestamp> timestamp::from_json(boost::json::value const& value)
{
    if (value.is_null())
        return timestamp{};
    if (!value.is_string())
        return error{errc::bad_schema, "expected a date and time as text"};
    return timestamp{std::string{value.get_string().data(), value.get_string().size()}};
}

} // namespace inferpp::inline INFERPP_ABI

#endif
