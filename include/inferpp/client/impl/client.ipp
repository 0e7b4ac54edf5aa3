// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CLIENT_IMPL_CLIENT_IPP
#define INFERPP_CLIENT_IMPL_CLIENT_IPP

#include <inferpp/client/client.hpp>
#include <inferpp/core/text.hpp>

namespace inferpp::inline INFERPP_ABI::detail {

INFERPP_DECL result<void> check_media_type(incoming const& answer, std::string_view wanted)
{
    auto const type = answer.headers.find("Content-Type");
    if (!type || iequals(trim(type->substr(0, type->find(';'))), wanted))
        return {};
    error e{errc::bad_http,
            "the answer is no stream of " + std::string{wanted} + ", but " + printable(*type, 64)};
    e.edit().http_status = answer.status;
    e.edit().sent = sent_state::yes;
    return e;
}

INFERPP_DECL boost::asio::awaitable<http::response> raw(std::shared_ptr<pipeline> line,
                                                        http::request message, call_options call)
{
    bool const harmless = message.method == "GET" || message.method == "HEAD";
    operation_info info;
    info.name = "raw";
    info.repeat = harmless ? idempotency::safe : idempotency::unsafe;
    error failed;
    try {
        auto answer = co_await line->execute(std::move(message), info, call, true);
        if (answer)
            co_return std::move(*answer);
        failed = answer.error();
    }
    catch (boost::system::system_error const&) {
        failed = line->complete(current_error(), info);
    }
    throw failure{std::move(failed)};
}

inline boost::asio::awaitable<http::response> send_to(std::shared_ptr<pipeline> line,
                                                      std::string address, http::request message,
                                                      operation_info info, call_options call)
{
    error failed;
    try {
        auto answer = co_await line->execute_at(std::move(address), std::move(message), info, call);
        if (answer)
            co_return std::move(*answer);
        failed = answer.error();
    }
    catch (boost::system::system_error const&) {
        failed = line->complete(current_error(), info);
    }
    throw failure{std::move(failed)};
}

INFERPP_DECL boost::asio::awaitable<http::response> download(std::shared_ptr<pipeline> line,
                                                             std::string address, call_options call)
{
    operation_info info;
    info.name = "download";
    return send_to(std::move(line), std::move(address), http::request{"GET", "/"}, info, call);
}

/// @param call its timeout bounds the body too
inline boost::asio::awaitable<pulled_body> pull(std::shared_ptr<pipeline> line,
                                                boost::asio::awaitable<result<incoming>> opening,
                                                operation_info info, call_options call)
{
    clock::time_point deadline = (clock::time_point::max)();
    if (call.timeout)
        deadline = saturating_add(line->clock().now(), *call.timeout);
    error failed;
    try {
        auto answer = co_await std::move(opening);
        if (answer)
            co_return pulled_body{std::move(line), std::move(*answer), info, deadline};
        failed = answer.error();
    }
    catch (boost::system::system_error const&) {
        failed = line->complete(current_error(), info);
    }
    throw failure{std::move(failed)};
}

INFERPP_DECL boost::asio::awaitable<pulled_body> send_for_body(std::shared_ptr<pipeline> line,
                                                               result<http::request> message,
                                                               operation_info info,
                                                               call_options call)
{
    auto opening = line->open(std::move(message), info, call);
    return pull(std::move(line), std::move(opening), info, call);
}

INFERPP_DECL boost::asio::awaitable<pulled_body> open_given(std::shared_ptr<pipeline> line,
                                                            std::string address, call_options call)
{
    operation_info info;
    info.name = "download";
    auto opening = line->open_at(std::move(address), http::request{"GET", "/"}, info, call);
    return pull(std::move(line), std::move(opening), info, call);
}

INFERPP_DECL boost::asio::awaitable<std::unique_ptr<websocket>> open_websocket(
    std::shared_ptr<pipeline> line, std::string address, http::headers headers, call_options call)
{
    operation_info info;
    info.name = "open_websocket";
    http::request upgrade{"GET", "/"};
    upgrade.headers = std::move(headers);
    error failed;
    try {
        auto opened =
            co_await line->open_websocket(std::move(address), std::move(upgrade), info, call);
        if (opened)
            co_return std::move(*opened);
        failed = opened.error();
    }
    catch (boost::system::system_error const&) {
        failed = line->complete(current_error(), info);
    }
    throw failure{std::move(failed)};
}

INFERPP_DECL boost::asio::awaitable<http::response> upload(std::shared_ptr<pipeline> line,
                                                           std::string address,
                                                           http::request message, call_options call)
{
    operation_info info;
    info.name = "upload";
    return send_to(std::move(line), std::move(address), std::move(message), info, call);
}

INFERPP_DECL job_ref job_to_attach(pipeline const& line, operation_info const& info,
                                   std::string_view token_or_id)
{
    auto const refuse = [&](std::string message) {
        return failure{line.complete(error{errc::invalid_argument, std::move(message)}, info)};
    };
    if (!token_or_id.starts_with("inferpp:")) {
        if (token_or_id.empty())
            throw refuse("the id of the job to attach to is empty");
        return job_ref{std::string{token_or_id}};
    }
    auto const token = resume_token::parse(token_or_id);
    if (!token)
        throw failure{line.complete(token.error(), info)};
    url const& base = line.platform().base();
    if (token->provider != line.platform().name())
        throw refuse("the resume token belongs to the platform " + printable(token->provider, 64));
    if (token->operation != info.name)
        throw refuse("the resume token belongs to the operation " +
                     printable(token->operation, 64));
    if (token->endpoint != base.origin.to_string() + base.path)
        throw refuse("the resume token belongs to " +
                     printable(redacted_url(token->endpoint), 256));
    return token->job;
}

} // namespace inferpp::inline INFERPP_ABI::detail

#endif
