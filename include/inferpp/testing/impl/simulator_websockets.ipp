// SPDX-License-Identifier: BSL-1.0
//
// WebSockets of a simulator.

#ifndef INFERPP_TESTING_IMPL_SIMULATOR_WEBSOCKETS_IPP
#define INFERPP_TESTING_IMPL_SIMULATOR_WEBSOCKETS_IPP

#include <inferpp/testing/simulator.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <deque>
#include <utility>

namespace inferpp::inline INFERPP_ABI::testing {

template <class Stream>
class simulator::server::websocket_session final : public websocket_client {
public:
    websocket_session(std::shared_ptr<server> home, Stream& stream)
        : home_(std::move(home)),
          socket_(stream),
          stream_(stream)
    {
        ++home_->websockets;
    }
    ~websocket_session() override = default;

    void send(std::string data, bool text) override
    {
        if (over_ || ending_ != end::none)
            return;
        waiting_.emplace_back(std::move(data), text);
        if (!std::exchange(writing_, true))
            boost::asio::co_spawn(home_->executor, write_all(self()), [](std::exception_ptr) {});
    }
    void close() override
    {
        ending_ = end::goodbye;
        if (!over_ && !std::exchange(writing_, true))
            boost::asio::co_spawn(home_->executor, write_all(self()), [](std::exception_ptr) {});
    }
    void cut() override
    {
        error_code ignored;
        if (!over_)
            boost::beast::get_lowest_layer(socket_).close(ignored);
    }
    void cut_behind() override
    {
        ending_ = end::cut;
        if (!over_ && !std::exchange(writing_, true))
            boost::asio::co_spawn(home_->executor, write_all(self()), [](std::exception_ptr) {});
    }

    /// Reads to the end of the connection, which the session does not outlive for long: what others
    /// hold of it does nothing from then on.
    static boost::asio::awaitable<void> read_all(
        std::shared_ptr<websocket_session> session,
        boost::beast::http::request<boost::beast::http::string_body> upgrade,
        simulated_answer accepted)
    {
        namespace ws = boost::beast::websocket;
        session->weak_ = session;
        session->stream_.read_message_max(session->home_->options.body_bytes);
        session->stream_.set_option(
            ws::stream_base::decorator([&accepted](ws::response_type& answer) {
                for (auto const& field : accepted.headers)
                    answer.insert(field.name, field.value);
            }));
        auto const [failed] = co_await session->stream_.async_accept(upgrade, as_values);
        if (!failed) {
            try {
                co_await serve_messages(session, accepted.websocket(session));
            }
            catch (...) { // of the platform, or out of memory: the connection ends
            }
        }
        error_code ignored;
        boost::beast::get_lowest_layer(session->socket_).close(ignored);
        session->over_ = true;
        --session->home_->websockets;
        // A write that was under way still holds the stream, which the caller is about to destroy.
        while (session->writing_)
            co_await boost::asio::post(session->home_->executor, boost::asio::deferred);
    }

private:
    enum class end { none, goodbye, cut };

    static boost::asio::awaitable<void> serve_messages(std::shared_ptr<websocket_session> session,
                                                       std::unique_ptr<websocket_handler> handler)
    {
        while (handler && session->home_->owner != nullptr) {
            std::string message;
            auto buffer = boost::asio::dynamic_buffer(message);
            auto const [code, count] = co_await session->stream_.async_read(buffer, as_values);
            boost::ignore_unused(count);
            if (code)
                co_return;
            handler->received(std::move(message), session->stream_.got_text());
        }
    }

    std::shared_ptr<websocket_session> self() { return weak_.lock(); }

    static boost::asio::awaitable<void> write_all(std::shared_ptr<websocket_session> session)
    {
        error_code code;
        while (!code && !session->over_ && !session->waiting_.empty()) {
            auto const [data, text] = std::move(session->waiting_.front());
            session->waiting_.pop_front();
            session->stream_.binary(!text);
            auto const [written, count] =
                co_await session->stream_.async_write(boost::asio::buffer(data), as_values);
            boost::ignore_unused(count);
            code = written;
        }
        if (session->ending_ == end::cut)
            session->cut();
        if (!code && !session->over_ && session->ending_ == end::goodbye)
            co_await session->stream_.async_close(boost::beast::websocket::close_code::normal,
                                                  as_values);
        session->writing_ = false;
    }

    std::shared_ptr<server> home_;
    std::weak_ptr<websocket_session> weak_;
    Stream& socket_;
    boost::beast::websocket::stream<Stream&> stream_;
    std::deque<std::pair<std::string, bool>> waiting_;
    bool writing_ = false;
    end ending_ = end::none; ///< behind what waits
    bool over_ = false;
};

template <class Stream>
boost::asio::awaitable<void> simulator::server::serve_websocket(
    std::shared_ptr<server> self, Stream& stream,
    boost::beast::http::request<boost::beast::http::string_body> upgrade, simulated_answer accepted)
{
    auto session = std::make_shared<websocket_session<Stream>>(self, stream);
    return websocket_session<Stream>::read_all(std::move(session), std::move(upgrade),
                                               std::move(accepted));
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/simulator_messages.ipp>
#endif

#endif
