// SPDX-License-Identifier: BSL-1.0
//
// Everything but the test kit, which is <inferpp/testing/testing.hpp>.

#ifndef INFERPP_INFERPP_HPP
#define INFERPP_INFERPP_HPP

#include <inferpp/annolab.hpp>
#include <inferpp/bedrock.hpp>
#include <inferpp/client/client.hpp>
#include <inferpp/codec/aws_event_stream.hpp>
#include <inferpp/codec/aws_sigv4.hpp>
#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/http_date.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/codec/json_union.hpp>
#include <inferpp/codec/ndjson.hpp>
#include <inferpp/codec/sse.hpp>
#include <inferpp/codec/timestamp.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/codec/xml.hpp>
#include <inferpp/codec/zip_reader.hpp>
#include <inferpp/core/as_result.hpp>
#include <inferpp/core/bytes.hpp>
#include <inferpp/core/error.hpp>
#include <inferpp/core/log.hpp>
#include <inferpp/core/result.hpp>
#include <inferpp/core/secret.hpp>
#include <inferpp/core/shared_bytes.hpp>
#include <inferpp/decthings.hpp>
#include <inferpp/launch.hpp>
#include <inferpp/modzy.hpp>
#include <inferpp/net/clock.hpp>
#include <inferpp/net/file_input.hpp>
#include <inferpp/net/http.hpp>
#include <inferpp/net/http_server.hpp>
#include <inferpp/net/https_transport.hpp>
#include <inferpp/net/resolver.hpp>
#include <inferpp/net/transport.hpp>
#include <inferpp/net/transport_options.hpp>
#include <inferpp/net/websocket.hpp>
#include <inferpp/version.hpp>

#endif
