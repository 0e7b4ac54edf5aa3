// SPDX-License-Identifier: BSL-1.0
//
// Messages over Decthings' WebSocket. What a server sends: an answer or an event, read as the hub
// does. A call: what is put together comes apart in the simulator, which has a parser of its own.

#include <inferpp/decthings.hpp>
#include <inferpp/testing/decthings_simulator.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace inferpp::decthings;

namespace inferpp::inline INFERPP_ABI::testing::detail {
struct decthings_message { // as in decthings_simulator.ipp
    boost::json::object json;
    std::vector<std::string> blobs;
};
std::optional<decthings_message> decthings_parse(std::string_view body);
} // namespace inferpp::inline INFERPP_ABI::testing::detail

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void read_message(std::string message)
{
    shared_bytes const whole{std::move(message)};
    auto split = split_socket_message(whole);
    if (!split) {
        require(split.error() == condition::decode);
        return;
    }
    if (!split->is_event) {
        require(whole.size() == 5 + split->answer.size());
        http::response answer;
        answer.status = 200;
        answer.headers.set("Content-Type", octet_stream);
        answer.body = split->answer.view();
        auto const receipt = spawn_command::decode(std::move(answer));
        require(receipt || receipt.error().code().failed());
        return;
    }
    for (session_kind const& kind : {command_session, terminal_session_kind, debug_session_kind})
        require(session_id(split->event.params, kind).size() <= whole.size());
    std::string const name = split->event.name;
    auto const event = read_session_event(std::move(split->event));
    if (!event) {
        require(event.error() == condition::decode);
        return;
    }
    require(event->name == name);
    require(event->data.size() <= whole.size());
    require((event->kind == session_event_kind::exited) == event->exit.has_value());
    require(event->kind != session_event_kind::gap);
}

/// The first byte says how many of the others are the key, the second how many the parameter.
void write_message(std::string_view rest)
{
    if (rest.size() < 2)
        return;
    auto const take = [&](std::size_t size) {
        std::string const taken{rest.substr(0, size)};
        rest.remove_prefix(taken.size());
        return taken;
    };
    std::size_t const key_size = static_cast<unsigned char>(rest[0]);
    std::size_t const id_size = static_cast<unsigned char>(rest[1]);
    rest.remove_prefix(2);
    std::string const key = take(key_size);
    std::string const id = take(id_size);
    write_to_language_server const typed{id, shared_bytes{rest}};
    auto message = socket_message_of(typed, secret{key});
    if (!message) // what is no UTF-8
        return;
    number_socket_request(*message, 0x01020304);
    require(message->starts_with("\x01\x02\x03\x04"));
    auto const read = testing::detail::decthings_parse(std::string_view{*message}.substr(4));
    require(read.has_value());
    require(read->blobs.size() == 1 && read->blobs[0] == rest);
    require(read->json.at("method").as_string() == "writeToLanguageServer");
    require(read->json.at("params").as_object().at("languageServerId").as_string() == id);
    require(read->json.contains("apiKey") == !key.empty());
    if (!key.empty())
        require(read->json.at("apiKey").as_string() == key);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const input{reinterpret_cast<char const*>(data), size};
    if (input.empty())
        return 0;
    if (input[0] == 'w')
        write_message(input.substr(1));
    else
        read_message(std::string{input.substr(1)});
    return 0;
}
