// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_EXPORTS_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_EXPORTS_IPP

#include <inferpp/providers/annolab/exports.hpp>

#include <boost/json/serialize.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

INFERPP_DECL job_status describe(export_status const& of)
{
    job_status status{phase_of(of.status), of.status};
    if (of.error.is_null() || !is_terminal(status.phase))
        return status;
    status.reason = message_text(of.error);
    if (status.reason.empty())
        status.reason = boost::json::serialize(of.error);
    return status;
}

INFERPP_DECL boost::asio::awaitable<export_status> get_export::perform(client with, get_export ask,
                                                                       call_options call)
{
    if (ask.url.empty())
        throw failure{refuse("the URL of the export's status is empty")};
    std::string const address = with.platform().absolute(ask.url);
    auto const answer = co_await with.download(address, call);
    auto read = decode_json<export_status>(std::string_view{answer.body});
    co_return std::move(read.value());
}

INFERPP_DECL result<void> export_project::validate() const
{
    if (auto const given = check_project(); !given)
        return given;
    return check_ids("source_ids", source_ids);
}

INFERPP_DECL result<void> export_instruments::validate() const
{
    return check_project_name();
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
