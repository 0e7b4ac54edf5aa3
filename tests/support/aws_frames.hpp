// SPDX-License-Identifier: BSL-1.0
//
// Messages of Amazon's event streams, made by hand.

#ifndef INFERPP_TESTS_SUPPORT_AWS_FRAMES_HPP
#define INFERPP_TESTS_SUPPORT_AWS_FRAMES_HPP

#include <inferpp/codec/aws_event_stream.hpp>
#include <inferpp/codec/base64.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace support {

inline std::string frame(std::vector<inferpp::aws_event_header> const& headers,
                         std::string_view payload)
{
    std::string out;
    inferpp::append_aws_event(headers, payload, out).value();
    return out;
}

inline std::string event_frame(std::string_view type, std::string_view payload)
{
    return frame({{":event-type", type},
                  {":content-type", std::string_view{"application/json"}},
                  {":message-type", std::string_view{"event"}}},
                 payload);
}

inline std::string exception_frame(std::string_view type, std::string_view payload)
{
    return frame({{":exception-type", type},
                  {":content-type", std::string_view{"application/json"}},
                  {":message-type", std::string_view{"exception"}}},
                 payload);
}

inline std::string error_frame(std::string_view code, std::string_view message)
{
    return frame({{":error-code", code},
                  {":error-message", message},
                  {":message-type", std::string_view{"error"}}},
                 {});
}

inline std::string chunk_frame(std::string_view content)
{
    std::string payload = R"({"bytes":")";
    inferpp::append_base64(content, payload);
    payload += R"(","p":"abcdefghij"})";
    return event_frame("chunk", payload);
}

} // namespace support

#endif
