// SPDX-License-Identifier: BSL-1.0
//
// A real HTTP server on loopback that plays a platform. What one platform answers is in its own
// header, such as <inferpp/testing/modzy_simulator.hpp>.

#ifndef INFERPP_TESTING_SIMULATOR_HPP
#define INFERPP_TESTING_SIMULATOR_HPP

#include <inferpp/net/clock.hpp>
#include <inferpp/net/http.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing {

/// A request as a simulator sees it.
struct simulated_request {
    simulated_request() = default;

    std::string method;
    std::string target;                                     ///< as sent
    std::vector<std::string> path;                          ///< segments, percent-decoded
    std::vector<std::pair<std::string, std::string>> query; ///< percent-decoded
    http::headers headers;
    std::string body;
};

/// One line of the ledger: what a client really sent, and what it was answered.
struct ledger_entry {
    ledger_entry() = default;

    simulated_request request; ///< its body is dropped when the ledger has too many, oldest first
    std::size_t body_size = 0; ///< also of a body that was dropped
    int status = 0;            ///< 0: the connection was cut before an answer
    bool complete = false;     ///< the answer went out to its end, also one that is streamed
};

/// What a streamed answer does next.
struct stream_step {
    stream_step() = default;

    enum class kind {
        piece, ///< sends `data` as one chunk
        end,   ///< the body ends as it should
        cut,   ///< sends `data`, if any, and closes the connection inside the body
        stall, ///< sends nothing more, until the client goes away
    };

    kind what = kind::piece;
    /// Before the step, from when the step before it was due: pieces that come late don't delay
    /// those after them.
    std::chrono::milliseconds wait{0};
    /// Not copied; must stay as it is until the next call of `next()`.
    std::string_view data;
};

/**
 * @brief The body of an answer that is sent piece by piece, each in its time.
 *
 * One for each request that is answered so; with thousands of them, what they send is better
 * shared. It is destroyed when the body has ended or the client has gone, perhaps after the
 * simulator itself: a destructor must not use that.
 */
class answer_stream {
public:
    virtual ~answer_stream() = default;
    answer_stream(answer_stream const&) = delete;
    answer_stream& operator=(answer_stream const&) = delete;

    /// The next step; not called again after the last one, nor when the simulator has stopped.
    virtual stream_step next() = 0;

protected:
    answer_stream() = default;
};

/// A client's end of a WebSocket, as the simulated platform sees it. Any of its functions may be
/// called after the connection has ended, and then does nothing.
class websocket_client {
public:
    virtual ~websocket_client() = default;
    websocket_client(websocket_client const&) = delete;
    websocket_client& operator=(websocket_client const&) = delete;

    /// Sends a message behind those before it.
    virtual void send(std::string data, bool text) = 0;
    void send(std::string data) { send(std::move(data), false); }

    /// Says goodbye behind what was sent.
    virtual void close() = 0;

    /// Ends the connection at once, without goodbye.
    virtual void cut() = 0;

    /// The same behind what was sent.
    virtual void cut_behind() = 0;

protected:
    websocket_client() = default;
};

/// What the simulated platform does with one WebSocket. Destroyed when the connection has ended,
/// and perhaps after the simulator: a destructor must not use that.
class websocket_handler {
public:
    virtual ~websocket_handler() = default;
    websocket_handler(websocket_handler const&) = delete;
    websocket_handler& operator=(websocket_handler const&) = delete;

    /// A message has come.
    virtual void received(std::string data, bool text) = 0;

protected:
    websocket_handler() = default;
};

/// An answer that is not known yet: the platform works, and answers when it is done, which may come
/// to be earlier or later than was thought. It may outlive the simulator, and does nothing then.
class held_answer {
public:
    virtual ~held_answer() = default;
    held_answer(held_answer const&) = delete;
    held_answer& operator=(held_answer const&) = delete;

    /// The answer; called once, when it is due and the client is still there.
    virtual http::response make() = 0;

    /// Makes it due at another time, or now where that has passed.
    INFERPP_DECL void move_to(clock::time_point due);

    clock::time_point due() const noexcept { return due_; }

protected:
    explicit held_answer(clock::time_point due) noexcept : due_(due) {}

private:
    friend class simulator;

    clock::time_point due_;
    sleeper* asleep_ = nullptr; ///< who waits for it
};

/// An answer with what messages do not have: time and streams.
struct simulated_answer : http::response {
    simulated_answer() = default;
    simulated_answer(http::response whole) : http::response(std::move(whole)) {}

    std::chrono::milliseconds delay{0};    ///< the platform takes so long before it answers
    std::shared_ptr<held_answer> held;     ///< instead of all the rest: it is not known yet
    std::unique_ptr<answer_stream> stream; ///< instead of `body`: sent in chunks

    /// Instead of an answer, to a request for a WebSocket: accepts it.
    std::function<std::unique_ptr<websocket_handler>(std::shared_ptr<websocket_client>)> websocket;
};

/// Something that goes wrong with one request. Members may be combined.
struct fault {
    fault() = default;

    /// Only requests of this method; empty: any.
    std::string method;
    /// Only requests whose target holds this text; empty: any.
    std::string target;

    std::chrono::milliseconds delay{0}; ///< before anything else happens
    int status = 0;                     ///< answers with it and does nothing; 0: the real answer
    std::string body;                   ///< of that answer
    http::headers headers;              ///< added to the answer
    /// Sends only so many bytes of the answer, its header included, then closes. 0: no answer.
    /// Of a streamed answer the lines with the sizes of chunks count too.
    std::optional<std::size_t> cut_after;
    /// Sends only so many bytes of the answer, then nothing more, and keeps the connection open.
    std::optional<std::size_t> stall_after;
    /// The Content-Length that the answer claims. Closes after an answer that is shorter. Streamed
    /// answers have none.
    std::optional<std::size_t> claimed_length;
    bool reset = false;      ///< closes with RST instead of FIN
    bool half_close = false; ///< sends FIN after the answer and goes on to listen
    bool refuse = false;     ///< does nothing with the request: it is cut before it takes effect

    /// Offsets in the answer, its header included, at which it is split; rising.
    std::vector<std::size_t> slices;
    std::size_t drip = 0;               ///< sends pieces of at most so many bytes; 0: whole
    std::chrono::milliseconds pause{0}; ///< between two pieces
};

/// Something that goes wrong with one connection before any of its requests is understood.
struct connection_fault {
    connection_fault() = default;

    enum class end {
        close, ///< FIN; what the client still sends is read and dropped
        reset, ///< RST
        stall, ///< nothing more is sent, until the client closes
    };

    /// It comes when the client has sent so many bytes. With TLS these belong to the handshake,
    /// whose first message has some hundred; to break it later, use a `fault_proxy`.
    std::size_t after_bytes = 0;
    end how = end::close;
};

/// How a simulator listens.
struct simulator_options {
    simulator_options() = default;

    std::uint16_t port = 0;      ///< 0: one that is free
    std::string certificate_pem; ///< with its key: serves https
    std::string private_key_pem;
    std::size_t body_bytes = 1UL << 30;    ///< the largest request taken
    std::size_t ledger_bytes = 16UL << 20; ///< the ledger keeps so much of bodies in all
    /// Closes a connection on which no request has begun to come for so long. Zero: never.
    std::chrono::milliseconds idle_limit{0};
    std::shared_ptr<inferpp::clock> clock; ///< null: the machine's
};

/**
 * @brief The server that all simulators share: connections, keep-alive, ledger and faults.
 *
 * Runs on the executor's context; listens on 127.0.0.1 from its construction until `stop()` or its
 * destruction. *Thread safety*: used on one executor that runs one handler at a time.
 */
class simulator {
public:
    INFERPP_DECL virtual ~simulator();
    simulator(simulator const&) = delete;
    simulator& operator=(simulator const&) = delete;

    /// "http://127.0.0.1:12345"
    INFERPP_DECL std::string origin_url() const;
    INFERPP_DECL std::uint16_t port() const noexcept;

    /// Every request so far, oldest first.
    INFERPP_DECL std::vector<ledger_entry> const& ledger() const noexcept;

    /// Requests so far of a method whose target holds a text.
    INFERPP_DECL std::size_t count(std::string_view method, std::string_view target) const noexcept;

    /// The next request that fits meets this fault; faults wait in line.
    INFERPP_DECL void inject(fault next);

    /// The next connection meets this fault; faults wait in line.
    INFERPP_DECL void inject(connection_fault next);

    /// Drops the faults that nothing has met.
    INFERPP_DECL void clear_faults() noexcept;

    /// Connections accepted so far.
    INFERPP_DECL std::size_t connections() const noexcept;

    /// Requests that are being answered now, and those of them with a streamed answer.
    INFERPP_DECL std::size_t requests_in_progress() const noexcept;
    INFERPP_DECL std::size_t streams_in_progress() const noexcept;

    /// WebSockets that are open.
    INFERPP_DECL std::size_t websockets() const noexcept;

    /// Stops listening and closes all connections.
    INFERPP_DECL void stop() noexcept;

protected:
    /// @throws failure `invalid_argument` when the port is taken or the certificate unusable
    INFERPP_DECL simulator(boost::asio::any_io_executor executor, simulator_options options);

    /// Begins to accept; called at the end of the derived constructor.
    INFERPP_DECL void start();

    /// Plays the platform: one of these two is to be overridden, the second by a platform whose
    /// answers take time or are streamed. The request may be moved from.
    INFERPP_DECL virtual http::response answer(simulated_request const& request);
    INFERPP_DECL virtual simulated_answer respond(simulated_request& request);

    /// It has stopped; not called from the destructor.
    virtual void stopped() noexcept {}

    /// Where it runs.
    INFERPP_DECL boost::asio::any_io_executor const& executor() const noexcept;

    /// The time in which the simulated platform lives.
    INFERPP_DECL inferpp::clock& clock() const noexcept;

    /// The same, for work that may outlive the simulator.
    INFERPP_DECL std::shared_ptr<inferpp::clock> const& shared_clock() const noexcept;

    /// A JSON answer.
    INFERPP_DECL static http::response json_answer(int status, std::string body);

private:
    struct server;
    std::shared_ptr<server> server_;
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/simulator.ipp>
#endif

#endif
