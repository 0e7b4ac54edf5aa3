// SPDX-License-Identifier: BSL-1.0
//
// How the answer to a call is taken apart. Not part of the public interface.

#ifndef INFERPP_PROVIDERS_DECTHINGS_ANSWER_HPP
#define INFERPP_PROVIDERS_DECTHINGS_ANSWER_HPP

#include <inferpp/codec/json.hpp>
#include <inferpp/net/http.hpp>
#include <inferpp/providers/decthings/api_error.hpp>
#include <inferpp/providers/decthings/framing.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI::decthings {

/// The type of all messages; as the vendor's clients have it, one with parameters is another.
inline constexpr std::string_view octet_stream = "application/octet-stream";

/// An answer with its JSON parsed.
struct opened_answer {
    opened_answer() = default;

    boost::json::object document; ///< exactly one of `result` and `error` is there
    blob_reader blobs;

    /// What stands there; null where the other does.
    boost::json::value const* result() const noexcept { return at("result"); }
    boost::json::value const* refusal() const noexcept { return at("error"); }

private:
    boost::json::value const* at(std::string_view name) const noexcept
    {
        auto const* const found = document.if_contains(name);
        return found != nullptr && !found->is_null() ? found : nullptr;
    }
};

/// Takes an answer apart, whose body is `body` and shared by its blobs. @return `errc::bad_schema`
/// for another Content-Type than application/octet-stream, and for an answer with neither or both
/// of `result` and `error`
INFERPP_DECL inferpp::result<opened_answer> open_answer(http::response const& answer,
                                                        shared_bytes const& body);

/// What the platform refuses a call with; nothing where the answer is something else.
INFERPP_DECL std::optional<api_error> find_api_error(http::response const& answer);

/// Whether it says that a run has failed, which is the outcome of a call and no refusal of it.
constexpr bool is_run_failure(api_code code) noexcept
{
    return code == api_code::evaluate_failed || code == api_code::initialize_weights_failed;
}

/// An error of decoding what stands under that name.
INFERPP_DECL error below(std::string_view name, error const& e);

/// A response whose blobs belong to it: `attach` takes them in the order of the JSON.
template <class Response>
concept takes_blobs = requires(Response& read, blob_reader& blobs)
{
    {
        read.attach(blobs)
        } -> std::same_as<result<void>>;
};

/// A response that may be the failure of a run, for the generation that calls that an error.
template <class Response>
concept takes_failures = requires(boost::json::value const& refusal)
{
    {
        Response::from_refusal(refusal)
        } -> std::same_as<result<Response>>;
};

/// Reads an answer, whose data the response then shares. Leaves the answer the front of its body
/// where that fails.
template <class Response>
result<Response> read_answer(http::response& answer)
{
    shared_bytes const body{std::move(answer.body)};
    auto const failed = [&](error const& e) {
        constexpr std::size_t shown = 4096; // for error::particulars::raw_body
        answer.body = body.view().substr(0, shown);
        return e;
    };
    auto opened = open_answer(answer, body);
    if (!opened)
        return failed(opened.error());
    result<Response> read = [&]() -> result<Response> {
        if (opened->result() != nullptr)
            return decode_value<Response>(*opened->result());
        auto const said = read_api_error(boost::json::serialize(*opened->refusal()));
        if (!said)
            return error{errc::bad_schema, "the error has no code"};
        if constexpr (takes_failures<Response>)
            if (is_run_failure(said->code))
                return Response::from_refusal(*opened->refusal());
        return to_error(*said);
    }();
    if (!read)
        return failed(below(opened->result() != nullptr ? "result" : "error", read.error()));
    if constexpr (takes_blobs<Response>)
        if (auto const attached = read->attach(opened->blobs); !attached)
            return failed(attached.error());
    if (auto const ended = opened->blobs.finish(); !ended)
        return failed(ended.error());
    return read;
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/answer.ipp>
#endif

#endif
