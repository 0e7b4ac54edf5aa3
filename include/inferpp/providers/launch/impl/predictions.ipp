// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_PREDICTIONS_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_PREDICTIONS_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/launch/predictions.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL result<callback_auth> callback_auth::from_json(boost::json::value const& value)
{
    auto const* const kind = value.is_object() ? value.get_object().if_contains("kind") : nullptr;
    if (kind != nullptr && kind->is_string() && kind->get_string() == "mtls") {
        auto read = decode_value<mtls_auth>(value);
        if (!read)
            return read.error();
        return callback_auth{std::move(*read)};
    }
    auto read = decode_value<basic_auth>(value);
    if (!read)
        return read.error();
    return callback_auth{std::move(*read)};
}

INFERPP_DECL void callback_auth::to_json(json_writer& out) const
{
    out.begin_object();
    out.key("kind");
    if (auto const* const basic = std::get_if<basic_auth>(&value)) {
        out.string("basic");
        write_json_members(*basic, out);
    } else {
        out.string("mtls");
        write_json_members(std::get<mtls_auth>(value), out);
    }
    out.end_object();
}

INFERPP_DECL result<std::string> encoded_prediction::check(prediction_settings const& settings,
                                                           bool has_args)
{
    auto const refuse = [](char const* why) { return error{errc::invalid_argument, why}; };
    int const given = (has_args ? 1 : 0) + (settings.url ? 1 : 0) + (settings.cloudpickle ? 1 : 0);
    if (given != 1)
        return refuse("exactly one of args, url and cloudpickle must be set");
    if (settings.callback_auth && !settings.callback_url)
        return refuse("callback_auth needs a callback_url");
    if (settings.timeout_seconds && !(settings.timeout_seconds->count() > 0))
        return refuse("timeout_seconds must be more than zero");
    return std::string{};
}

INFERPP_DECL job_status describe(endpoint_outcome const& task)
{
    job_status status{phase::unknown, task.status.text()};
    switch (task.status.value()) {
    case task_status::unknown: break;
    case task_status::pending: status.phase = phase::queued; break;
    case task_status::started: status.phase = phase::running; break;
    case task_status::success: status.phase = phase::succeeded; break;
    case task_status::failure:
        status.phase = phase::failed;
        status.reason = task.to_error().info().server_message;
        break;
    case task_status::undefined: status.phase = phase::expired; break;
    }
    return status;
}

// "end_" and 20 letters and digits, as the platform makes them. No name looks like that.
inline bool is_endpoint_id(std::string_view text) noexcept
{
    constexpr std::string_view prefix = "end_";
    if (!text.starts_with(prefix) || text.size() != prefix.size() + 20)
        return false;
    return std::all_of(text.begin() + prefix.size(), text.end(), [](char c) {
        char const lower = inferpp::detail::ascii_lower(c);
        return inferpp::detail::is_digit(c) || (lower >= 'a' && lower <= 'z');
    });
}

/// One endpoint in the answer to a search by name.
struct named_endpoint {
    named_endpoint() = default;

    std::string id;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(named_endpoint, (), (id, name))

/// The endpoints that have a name.
struct named_endpoints {
    named_endpoints() = default;

    std::vector<named_endpoint> model_endpoints;
};
BOOST_DESCRIBE_STRUCT(named_endpoints, (), (model_endpoints))

/// GET /v1/model-endpoints?name=
struct search_endpoint {
    using provider = launch::provider;
    using response = named_endpoints;
    static constexpr operation_info info{.name = "find_endpoint", .route = "v1/model-endpoints"};

    explicit search_endpoint(std::string wanted) : name(std::move(wanted)) {}

    std::string name;
};
BOOST_DESCRIBE_STRUCT(search_endpoint, (), (name))

INFERPP_DECL boost::asio::awaitable<found_endpoint> find_endpoint(client with, std::string endpoint,
                                                                  call_options call)
{
    found_endpoint found;
    if (endpoint.empty())
        throw failure{
            error{errc::invalid_argument, "endpoint is empty; give the endpoint's name or id"}};
    if (is_endpoint_id(endpoint)) {
        found.id = endpoint;
        co_return found;
    }
    if (auto const known = with.platform().find_endpoint(endpoint)) {
        found.id = *known;
        found.remembered = true;
        co_return found;
    }
    search_endpoint const search{endpoint};
    auto const answer = co_await with.send(search, call);
    for (named_endpoint const& one : answer.model_endpoints)
        if (found.id.empty() && one.name == endpoint)
            found.id = one.id;
    if (found.id.empty()) {
        error e{error_code{404, http_category()},
                "there is no endpoint named '" + inferpp::detail::printable(endpoint, 64) +
                    "'; endpoints of others are found by their id alone"};
        e.edit().http_status = 404;
        e.edit().sent = sent_state::no; // the prediction was not
        throw failure{std::move(e)};
    }
    with.platform().remember_endpoint(endpoint, found.id);
    co_return found;
}

INFERPP_DECL bool was_stale(client const& with, std::string const& endpoint,
                            found_endpoint const& found, error const& failed)
{
    if (failed.info().http_status != 404 || is_endpoint_id(endpoint))
        return false;
    with.platform().forget_endpoint(endpoint);
    return found.remembered;
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
