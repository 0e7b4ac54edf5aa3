// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_LAUNCH_IMPL_CALLBACKS_IPP
#define INFERPP_PROVIDERS_LAUNCH_IMPL_CALLBACKS_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/digest.hpp>
#include <inferpp/providers/launch/callbacks.hpp>

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace inferpp::inline INFERPP_ABI::launch {

INFERPP_DECL result<callback> callback::parse(std::string_view body)
{
    auto parsed = parse_json(body);
    if (!parsed)
        return parsed.error();
    if (!parsed->is_object())
        return error{errc::bad_schema, "expected a callback as an object"};
    boost::json::object& fields = parsed->get_object();
    callback read;
    boost::json::object document;
    boost::json::object outcome;
    // Sent only for tasks that the platform calls SUCCESS; the model may have failed all the same.
    document["status"] = "SUCCESS";
    for (auto const* const name : {"result", "result_url", "detail"})
        if (auto* const value = fields.if_contains(name))
            outcome[name] = std::move(*value);
    if (outcome.empty())
        return error{errc::bad_schema, "expected result, result_url or detail in a callback"};
    document["result"] = std::move(outcome);
    if (auto* const code = fields.if_contains("status_code"))
        document["status_code"] = std::move(*code);
    if (auto* const id = fields.if_contains("task_id"); id != nullptr && id->is_string()) {
        read.task_id.assign(id->get_string().data(), id->get_string().size());
        document["task_id"] = std::move(*id);
    }
    read.document = std::move(document);
    return read;
}

INFERPP_DECL callback_receiver::callback_receiver(callback_options options)
    : options_(std::move(options))
{
    if (options_.kept < 1)
        throw failure{error{errc::invalid_argument, "options.kept must be at least 1"}};
    if (options_.auth) {
        std::string const pair =
            options_.auth->username + ':' + std::string{options_.auth->password.reveal()};
        std::string header = "Basic ";
        append_base64(pair, header);
        expected_ = secret{header};
    }
}

// Digests of equal length are compared, so that neither content nor length shows in the time.
inline bool equal_in_constant_time(std::string_view a, std::string_view b)
{
    sha256_digest const one = sha256_of(a);
    sha256_digest const other = sha256_of(b);
    return CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

INFERPP_DECL bool callback_receiver::authorized(http::request const& request) const
{
    if (!options_.auth)
        return true;
    auto const sent = request.headers.find("Authorization");
    return equal_in_constant_time(sent.value_or(""), expected_.reveal());
}

INFERPP_DECL void callback_receiver::expect(std::string const& id, listener waits)
{
    if (auto const found = came_.find(id); found != came_.end()) {
        std::optional<callback> const came = std::exchange(found->second, std::nullopt);
        if (came)
            waits(&*came);
        return;
    }
    if (waits_.size() >= sweep_at_) {
        std::erase_if(waits_, [](auto const& each) { return !each.second(nullptr); });
        sweep_at_ = (std::max)(std::size_t{64}, 2 * waits_.size());
    }
    waits_.emplace(id, std::move(waits));
}

// Returns whether anybody has waited for it.
INFERPP_DECL bool callback_receiver::tell(callback const& came)
{
    bool wanted = false;
    for (auto found = waits_.find(came.task_id); found != waits_.end();
         found = waits_.find(came.task_id)) {
        listener const waits = std::move(found->second);
        waits_.erase(found);
        wanted = waits(&came) || wanted;
    }
    return wanted;
}

INFERPP_DECL http::response callback_receiver::receive(http::request const& request)
{
    http::response answer;
    answer.status = 200;
    if (!authorized(request)) {
        answer.status = 401;
        answer.headers.set("WWW-Authenticate", "Basic");
        return answer;
    }
    if (request.method != "POST") {
        answer.status = 405;
        answer.headers.set("Allow", "POST");
        return answer;
    }
    auto came = callback::parse(request.body);
    if (!came) {
        answer.status = 400;
        return answer;
    }
    if (came->task_id.empty()) { // of a synchronous endpoint: whoever asked has the answer
        if (options_.on_callback)
            options_.on_callback(*came);
        return answer;
    }
    std::string const id = came->task_id;
    if (came_.contains(id))
        return answer;
    if (options_.on_callback)
        options_.on_callback(*came);
    auto& kept = came_[id];
    order_.push_back(id);
    if (!tell(*came))
        kept = std::move(*came);
    if (order_.size() > options_.kept) {
        came_.erase(order_.front());
        order_.pop_front();
    }
    return answer;
}

} // namespace inferpp::inline INFERPP_ABI::launch

#endif
