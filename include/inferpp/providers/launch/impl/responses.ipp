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

INFERPP_DECL error endpoint_outcome::to_error() const
{
    error e{errc::job_failed, "the model has failed (" + status.text() +
                                  (status_code ? ", status " + std::to_string(*status_code) : "") +
                                  ')'};
    constexpr std::size_t most = 4096;
    e.edit().server_message = traceback.empty() ? text_of(body) : traceback;
    e.edit().server_message.resize((std::min)(e.info().server_message.size(), most));
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
        auto parsed = from_text ? parse_json(*found.text) : inferpp::result<boost::json::value>{*inner};
        found.value = parsed ? std::move(*parsed) : *inner;
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
