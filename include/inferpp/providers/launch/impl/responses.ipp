// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_RESPONSES_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_RESPONSES_IPP

#include <inferpp/providers/launch/responses.hpp>
#include <inferpp/providers/launch/types.hpp>

#include <boost/json/object.hpp>

namespace inferpp::inline INFERPP_ABI::launch {

/// A task or an event as it stands on the wire.
struct task_document {
    task_document() = default;

    std::string task_id;
    word<task_status> status;
    std::optional<int> status_code;
    std::optional<std::string> traceback;
    boost::json::value result;
};
BOOST_DESCRIBE_STRUCT(task_document, (), (task_id, status, status_code, traceback, result))

constexpr json_rules json_rules_of(task_document const*)
{
    return json_rules{}.required("status");
}

INFERPP_DECL bool endpoint_outcome::is_done(boost::json::value const& document) noexcept
{
    auto const* const outer = member(document, "result");
    auto const* const inner = outer != nullptr ? member(*outer, "result") : nullptr;
    return inner != nullptr && inner->is_string() && inner->get_string() == "[DONE]";
}

INFERPP_DECL error endpoint_outcome::to_error() const
{
    error e{errc::job_failed, "the model has failed (" + status.text() +
                                  (status_code ? ", status " + std::to_string(*status_code) : "") +
                                  ')'};
    constexpr std::size_t most = 4096;
    std::string said = traceback.empty() ? text_of(body) : traceback;
    if (said.size() > most) // a traceback says last what went wrong
        said = traceback.empty() ? said.substr(0, most) : said.substr(said.size() - most);
    e.edit().server_message = std::move(said);
    e.edit().sent = sent_state::yes;
    e.edit().job_id = task_id;
    return e;
}

INFERPP_DECL inferpp::result<std::optional<endpoint_outcome::found_result>> endpoint_outcome::read(
    boost::json::value const& document, bool from_text)
{
    using nothing_found = std::optional<found_result>;
    auto decoded = decode_value<task_document>(document);
    if (!decoded)
        return decoded.error();
    task_id = std::move(decoded->task_id);
    status = decoded->status;
    status_code = decoded->status_code;
    traceback = decoded->traceback.value_or("");

    // {"result": ...}, {"result_url": ...}, {"detail": ...} of a model that failed, or bare.
    boost::json::value const& outer = decoded->result;
    boost::json::value const* inner = member(outer, "result");
    boost::json::value const* const address = member(outer, "result_url");
    boost::json::value const* const detail = member(outer, "detail");
    bool const answered = status == task_status::success &&
                          (!status_code || (*status_code >= 200 && *status_code < 300));
    if (answered && address != nullptr && address->is_string()) {
        result_url = text_of(*address);
        succeeded_ = true;
        return nothing_found{};
    }
    if (inner == nullptr && detail != nullptr) {
        if (auto const* const trace = member(*detail, "traceback"); trace != nullptr)
            traceback = text_of(*trace);
        body = outer;
        return nothing_found{};
    }
    if (inner == nullptr)
        inner = &outer;
    found_result found;
    if (inner->is_string()) {
        found.text = text_of(*inner);
        found.value = *inner;
        if (from_text && !(status == task_status::failure)) // which gives the text of an exception
            if (auto parsed = parse_json(*found.text); parsed)
                found.value = std::move(*parsed);
    } else {
        found.value = *inner;
    }
    if (answered) {
        succeeded_ = true;
        return nothing_found{std::move(found)};
    }
    body = std::move(found.value);
    if (status == task_status::failure && traceback.empty() && body.is_string())
        traceback = text_of(body);
    return nothing_found{};
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
