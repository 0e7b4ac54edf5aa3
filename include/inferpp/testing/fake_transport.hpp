// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_FAKE_TRANSPORT_HPP
#define INFERPP_TESTING_FAKE_TRANSPORT_HPP

#include <inferpp/net/transport.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing {

/**
 * @brief A transport that answers from a script, in order, without any socket.
 *
 * @code
 * auto transport = std::make_shared<inferpp::testing::fake_transport>();
 * transport->reply(202, R"({"jobIdentifier": "j1"})")
 *     .fail(inferpp::errc::truncated, inferpp::sent_state::maybe);
 * options.transport = transport;
 * @endcode
 *
 * A request for which the script has no reply fails with `errc::unsupported` and says so.
 * *Thread safety*: used on one executor.
 */
class fake_transport final : public transport {
public:
    /// @param time in which `hang` passes; null: the machine's
    INFERPP_DECL explicit fake_transport(std::shared_ptr<clock> time = nullptr);

    /// Answers the next request.
    INFERPP_DECL fake_transport& reply(int status, std::string body, http::headers headers = {});

    /// Answers with a body in these pieces, one for each read.
    INFERPP_DECL fake_transport& reply_in_pieces(int status, std::vector<std::string> pieces);

    /// As `reply_in_pieces`; the connection breaks behind the last piece.
    INFERPP_DECL fake_transport& reply_cut(int status, std::vector<std::string> pieces);

    /// The next request fails.
    INFERPP_DECL fake_transport& fail(errc code, sent_state sent);

    /// The next request is never answered.
    INFERPP_DECL fake_transport& hang();

    /// All that was asked for so far.
    std::vector<http::request> const& requests() const noexcept { return requests_; }

    /// Where each of them went.
    std::vector<origin> const& origins() const noexcept { return origins_; }

    /// Replies that are left.
    std::size_t left() const noexcept { return script_.size(); }

    /// Breaks the `step`th step from 0 on. Each request has three: connecting (nothing sent), the
    /// answer's header (maybe sent), the answer's body.
    void break_at(std::size_t step) noexcept { break_at_ = step; }

    /// Whether the step to break at has come.
    bool has_broken() const noexcept { return broken_; }

    INFERPP_DECL boost::asio::awaitable<result<incoming>> open(origin const& to,
                                                               http::request const& message,
                                                               limits const& bounds,
                                                               clock::time_point deadline) override;

private:
    bool breaks_here() noexcept
    {
        bool const here = break_at_ && steps_ == *break_at_;
        ++steps_;
        broken_ = broken_ || here;
        return here;
    }

    struct scripted {
        int status = 0; ///< 0: `code` says how the request fails, or it hangs
        http::headers headers;
        std::vector<std::string> pieces;
        bool cut = false;
        std::optional<errc> code;
        sent_state sent = sent_state::no;
    };

    std::shared_ptr<clock> time_;
    std::deque<scripted> script_;
    std::vector<http::request> requests_;
    std::vector<origin> origins_;
    std::optional<std::size_t> break_at_;
    std::size_t steps_ = 0;
    bool broken_ = false;
};

/**
 * @brief Plays a scenario again and again, broken at step 0, then 1, and so on, and last unbroken.
 * @param scenario is called with a fresh `std::shared_ptr<fake_transport>`, which it gives its
 *                 script and lets a client use; it checks what must hold however it ended
 * @return how many times it broke
 */
template <class Scenario>
std::size_t for_each_failure_point(Scenario scenario)
{
    for (std::size_t step = 0;; ++step) {
        auto const transport = std::make_shared<fake_transport>();
        transport->break_at(step);
        scenario(transport);
        if (!transport->has_broken())
            return step;
    }
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/fake_transport.ipp>
#endif

#endif
