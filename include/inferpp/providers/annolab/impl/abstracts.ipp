// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_ABSTRACTS_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_ABSTRACTS_IPP

#include <inferpp/providers/annolab/abstracts.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::annolab {

INFERPP_DECL result<void> create_abstract::validate() const
{
    if (auto const given = check_project(); !given)
        return given;
    if (auto const given = check_given("name", name); !given)
        return given;
    if (auto const given = check_given("aois", aois); !given)
        return given;
    for (land_area const& area : aois)
        if (area.state.empty() || area.county.empty())
            return refuse("aois: each area needs its state and county");
    return {};
}

INFERPP_DECL result<void> find_abstract::validate() const
{
    if (auto const given = check_project(); !given)
        return given;
    return check_given("name", name);
}

INFERPP_DECL result<void> search_land_instruments::validate() const
{
    if (auto const given = check_project(); !given)
        return given;
    if (page < 1)
        return refuse("page must be at least 1");
    return check_given("abstract", abstract);
}

INFERPP_DECL bool search_land_instruments::advance(instrument_page const& listed)
{
    return next_page(listed, page);
}

INFERPP_DECL job_status describe(runsheet_status const& of)
{
    job_status status{phase_of(of.status), of.status};
    if (of.counts.sources > 0) {
        job_counters counters;
        counters.total = of.counts.sources;
        counters.completed = of.counts.ready;
        counters.failed = of.counts.failed;
        counters.pending =
            counters.total - (std::min)(counters.total, counters.completed + counters.failed);
        status.counters = counters;
        status.progress = static_cast<double>(counters.total - counters.pending) /
                          static_cast<double>(counters.total);
    }
    return status;
}

INFERPP_DECL result<void> abstract_upload::validate() const
{
    if (auto const valid = check_ids("abstract_id", {abstract_id.value_or(0)}); !valid)
        return valid;
    return pdf_request::validate();
}

INFERPP_DECL std::string abstract_upload::job_id(pdf_receipt const& receipt)
{
    return id_text(receipt.abstract_id.value_or(0));
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
