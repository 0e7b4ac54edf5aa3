// SPDX-License-Identifier: BSL-1.0
//
// Language servers for the files of a model, as editors use them. They live as long as their
// events are listened to.

#ifndef INFERPP_PROVIDERS_DECTHINGS_LANGUAGE_SERVERS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_LANGUAGE_SERVERS_HPP

#include <inferpp/providers/decthings/session_streams.hpp>
#include <inferpp/providers/decthings/types.hpp>

#include <boost/asio/awaitable.hpp>

#include <string>
#include <utility>

namespace inferpp::inline INFERPP_ABI::decthings {

/// A language that there is a server for.
enum class server_language { unknown, go, python, rust };
BOOST_DESCRIBE_ENUM(server_language, unknown, go, python, rust)

/// The id of a language server that was started.
struct language_server_receipt {
    language_server_receipt() = default;

    std::string language_server_id;
};
BOOST_DESCRIBE_STRUCT(language_server_receipt, (), (language_server_id))

/// Language/writeToLanguageServer: what an editor says, over the WebSocket. *Source*: wire notes 9
struct write_to_language_server : call<write_to_language_server, nothing> {
    static constexpr operation_info info =
        rpc("write_to_language_server", "Language/writeToLanguageServer", idempotency::unsafe);

    write_to_language_server(std::string id, shared_bytes message)
        : language_server_id(std::move(id)),
          data(std::move(message))
    {
    }

    std::string language_server_id;
    shared_bytes data;

    result<void> validate() const { return check_given("language_server_id", language_server_id); }
    attachments blobs() const { return attach_one(data); }

    static boost::asio::awaitable<nothing> perform(client with, write_to_language_server op,
                                                   call_options how)
    {
        return send_over_socket(std::move(with), std::move(op), nullptr, how);
    }
};
BOOST_DESCRIBE_STRUCT(write_to_language_server, (), (language_server_id))

/// A language server, and what it says, in the pieces in which it comes.
class language_stream : public session_stream {
public:
    static constexpr session_kind kind = language_session;

    using session_stream::session_stream;

    /// `write_to_language_server`.
    boost::asio::awaitable<void> write(shared_bytes message, call_options call = {}) const
    {
        return tell(write_to_language_server{id(), std::move(message)}, call);
    }
};

/// Language/startLanguageServer, as it is sent.
struct language_server_start : call<language_server_start, language_server_receipt> {
    static constexpr operation_info info =
        rpc("start_language_server", "Language/startLanguageServer", idempotency::unsafe);

    language_server_start(std::string model, server_language of)
        : model_id(std::move(model)),
          language(of)
    {
    }

    std::string model_id;
    word<server_language> language;

    result<void> validate() const
    {
        if (language == server_language::unknown)
            return refuse("language must be one that there is a server for");
        return check_given("model_id", model_id);
    }
};
BOOST_DESCRIBE_STRUCT(language_server_start, (), (model_id, language))

/**
 * @brief Language/startLanguageServer: `client.stream` gives the server and what it says.
 *
 * The platform ends the server when nobody listens to it any more: it can't be subscribed to a
 * second time, and a lost connection always ends the stream.
 *
 * *Source*: wire notes 9 and 10
 */
struct start_language_server : session_call<language_server_start, language_stream> {
    start_language_server(std::string model, server_language of)
        : session_call(language_server_start{std::move(model), of}, event_options{}, {})
    {
    }

    result<void> validate() const
    {
        if (events.reconnect)
            return refuse("events.reconnect: language servers end with their connection");
        return session_call::validate();
    }
};

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<write_to_language_server> &&
              !fragile_temporary<start_language_server>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
