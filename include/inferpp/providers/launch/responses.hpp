// SPDX-License-Identifier: BSL-1.0
//
// What an endpoint of Launch answers. The wire has four envelopes for it; they are unwrapped alike.

#ifndef INFERPP_PROVIDERS_LAUNCH_RESPONSES_HPP
#define INFERPP_PROVIDERS_LAUNCH_RESPONSES_HPP

#include <inferpp/client/job_status.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/codec/sse.hpp>
#include <inferpp/net/http.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI::launch {

/// The platform's words for the state of a task.
enum class task_status {
    unknown,
    pending,
    started,
    success,
    failure,
    undefined, ///< the platform has lost the task, or dropped it unread
};
BOOST_DESCRIBE_ENUM(task_status, unknown, pending, started, success, failure, undefined)

constexpr json_rules json_rules_of(task_status const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// How a prediction ended, whatever its result is. See `endpoint_response`.
struct endpoint_outcome {
    endpoint_outcome() = default;

    std::string task_id; ///< of an asynchronous task
    word<task_status> status;
    /// The status of the model's own answer; empty where the platform does not tell.
    std::optional<int> status_code;
    /// Where a pickled result lies. If it is one of http, `client.download(url)` reads it, and does
    /// not send our credentials there.
    std::optional<std::string> result_url;
    std::string traceback; ///< of the model, where it failed
    /// What came and is no result: the error that the model answered. Null beside a result.
    boost::json::value body;

    /// Whether the model has answered with success: SUCCESS, no status code but 2xx, and a result
    /// or its URL.
    bool ok() const noexcept { return succeeded_; }

    /// The outcome as an error: `errc::job_failed` with the traceback or the model's answer.
    /// *Preconditions*: !ok()
    INFERPP_DECL error to_error() const;

protected:
    /// A result as it was found: parsed, and the text that it was parsed from, if it was text.
    struct found_result {
        boost::json::value value;
        std::optional<std::string> text;
    };

    /// Reads the document that tasks and events are. @param from_text whether a result that is text
    /// holds JSON
    INFERPP_DECL inferpp::result<std::optional<found_result>> read(
        boost::json::value const& document, bool from_text);

    /// Whether an event is the terminator of the model's own stream.
    INFERPP_DECL static bool is_done(boost::json::value const& document) noexcept;

    bool succeeded_ = false;
};

/**
 * @brief What an endpoint answered: the same for synchronous, asynchronous and streaming ones.
 *
 * Three outcomes that are no result are kept apart:
 * - the platform calls the task FAILURE: an error, `errc::job_failed` with the traceback, from
 *   `send`, from `job::result`, and at the end of a stream;
 * - the model answered with an error of its own (SUCCESS, but a status code such as 500): a
 *   response that is not `ok()`, whose `value()` throws `errc::job_failed`;
 * - the task is UNDEFINED: `errc::job_expired`.
 *
 * @tparam Result what the model gives: a described struct, or any JSON
 *
 * *Source*: wire notes 2.1 to 2.5.
 */
template <class Result = boost::json::value>
struct endpoint_response : endpoint_outcome {
    endpoint_response() = default;

    /// Empty when the response is not `ok()`, and when there is a URL instead.
    std::optional<Result> result;

    /// The result. @throws failure `errc::job_failed` when there is none
    Result const& value() const&
    {
        check();
        return *result;
    }
    Result&& value() &&
    {
        check();
        return std::move(*result);
    }

    /// The result as a `T`, see `decode_json`.
    template <class T>
    inferpp::result<T> result_as() const
        requires std::same_as<Result, boost::json::value>
    {
        if (!result)
            return to_error();
        return decode_value<T>(*result);
    }

    /// Reads a task. What it calls its result is mostly JSON as text.
    static inferpp::result<endpoint_response> from_json(boost::json::value const& document)
    {
        return read_as(document, true);
    }

    /// Reads an event. Its result is JSON, or a text that is none. The "[DONE]" with which models
    /// like OpenAI's end their own stream is passed over.
    static inferpp::result<std::optional<endpoint_response>> from_sse(sse_event_view const& event)
    {
        auto const document = parse_json(event.data);
        if (!document)
            return document.error();
        if (is_done(*document))
            return std::optional<endpoint_response>{};
        auto read = read_as(*document, false);
        if (!read)
            return read.error();
        if (read->status == task_status::failure)
            return read->to_error();
        return std::optional<endpoint_response>{std::move(*read)};
    }

private:
    void check() const
    {
        if (!result)
            throw failure{to_error()};
    }

    static inferpp::result<endpoint_response> read_as(boost::json::value const& document,
                                                      bool from_text)
    {
        endpoint_response response;
        auto found = response.read(document, from_text);
        if (!found)
            return found.error();
        if (!*found)
            return response;
        found_result& made = **found;
        if constexpr (std::same_as<Result, boost::json::value>) {
            response.result = std::move(made.value);
        } else {
            auto decoded = decode_value<Result>(made.value);
            // A word that happens to be JSON too, such as the token "42" of a text.
            if (!decoded && made.text)
                if (auto plain = decode_text(*made.text, from_text); plain)
                    decoded = std::move(plain);
            if (!decoded)
                return decoded.error();
            response.result = std::move(*decoded);
        }
        return response;
    }

    static inferpp::result<Result> decode_text(std::string const& text, bool was_parsed)
    {
        if (!was_parsed)
            return decode_json<Result>(text);
        boost::json::value const plain(boost::json::string_view{text.data(), text.size()});
        return decode_value<Result>(plain);
    }
};

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/responses.ipp>
#endif

#endif
