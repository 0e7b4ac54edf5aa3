// SPDX-License-Identifier: BSL-1.0
//
// Messages as a simulator reads and writes them.

#ifndef INFERPP_TESTING_IMPL_SIMULATOR_MESSAGES_IPP
#define INFERPP_TESTING_IMPL_SIMULATOR_MESSAGES_IPP

#include <inferpp/codec/url.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/testing/simulator.hpp>

#include <boost/beast/http/status.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL simulated_request
simulator::server::to_request(boost::beast::http::request<boost::beast::http::string_body> message)
{
    simulated_request request;
    request.method = {message.method_string().data(), message.method_string().size()};
    request.target = {message.target().data(), message.target().size()};
    for (auto const& field : message)
        request.headers.add({field.name_string().data(), field.name_string().size()},
                            {field.value().data(), field.value().size()});
    request.body = std::move(message.body());

    std::string_view rest = request.target;
    auto const mark = rest.find('?');
    std::string_view query = mark == std::string_view::npos ? "" : rest.substr(mark + 1);
    rest = rest.substr(0, mark);
    while (!rest.empty()) {
        rest.remove_prefix(1); // the slash
        auto const end = (std::min)(rest.find('/'), rest.size());
        request.path.push_back(percent_decode(rest.substr(0, end)).value_or(std::string{}));
        rest.remove_prefix(end);
    }
    while (!query.empty()) {
        auto const end = (std::min)(query.find('&'), query.size());
        std::string_view const pair = query.substr(0, end);
        auto const equals = (std::min)(pair.find('='), pair.size());
        auto const decode = [](std::string_view text) {
            std::string spaced{text};
            std::replace(spaced.begin(), spaced.end(), '+', ' ');
            return percent_decode(spaced).value_or(std::string{});
        };
        request.query.emplace_back(decode(pair.substr(0, equals)),
                                   decode(pair.substr((std::min)(equals + 1, pair.size()))));
        query.remove_prefix((std::min)(end + 1, query.size()));
    }
    return request;
}

INFERPP_DECL std::string simulator::server::to_text(simulated_answer const& answer, bool keep_alive,
                                                    bool head_only)
{
    auto const reason = boost::beast::http::obsolete_reason(
        boost::beast::http::int_to_status(static_cast<unsigned>(answer.status)));
    std::string text = "HTTP/1.1 " + std::to_string(answer.status) + ' ' +
                       std::string{reason.data(), reason.size()} + "\r\n";
    for (auto const& field : answer.headers)
        if (keep_alive || !inferpp::detail::iequals(field.name, "Connection"))
            text += field.name + ": " + field.value + "\r\n";
    if (answer.status != 204 && !answer.stream && !answer.headers.find("Content-Length"))
        text += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    if (!keep_alive)
        text += "Connection: close\r\n";
    text += "\r\n";
    return head_only || answer.stream ? text : text + answer.body;
}

} // namespace inferpp::inline INFERPP_ABI::testing

#endif
