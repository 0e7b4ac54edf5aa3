// SPDX-License-Identifier: BSL-1.0
//
// The listing of jobs of the simulated Bedrock, and tags. See bedrock_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_BEDROCK_SIMULATOR_LISTS_IPP
#define INFERPP_TESTING_IMPL_BEDROCK_SIMULATOR_LISTS_IPP

#include <inferpp/testing/bedrock_simulator.hpp>

namespace inferpp::inline INFERPP_ABI::testing {

INFERPP_DECL bool bedrock_simulator::platform::fits(job const& which, std::string_view filter,
                                                    std::string const& wanted) const
{
    if (filter == "statusEquals") {
        constexpr std::string_view known[] = {
            "Submitted", "InProgress",         "Completed", "Failed",     "Stopping",
            "Stopped",   "PartiallyCompleted", "Expired",   "Validating", "Scheduled"};
        if (std::find(std::begin(known), std::end(known), wanted) == std::end(known))
            invalid("Value at 'statusEquals' is no status.");
        return look(which).word == wanted;
    }
    if (filter == "nameContains") {
        if (wanted.size() > 63 || !matches(wanted, detail::bedrock_patterns::job_name))
            invalid("Value at 'nameContains' failed to satisfy constraint");
        return text(which.request, "jobName", true, 1, 63).find(wanted) != std::string::npos;
    }
    return fits_time(which.created_at, filter, wanted);
}

INFERPP_DECL http::response bedrock_simulator::platform::list(simulated_request const& request)
{
    page_request const wanted_page = read_page(request, "CreationTime");
    std::vector<job const*> chosen;
    for (auto const& each : jobs) {
        bool good = true;
        for (auto const& [name, wanted] : request.query)
            good = fits(*each, name, wanted) && good;
        if (good)
            chosen.push_back(each.get());
    }
    if (!wanted_page.ascending)
        std::reverse(chosen.begin(), chosen.end());
    object page;
    boost::json::array summaries;
    std::size_t const end = end_page(wanted_page, chosen.size(), page);
    for (std::size_t i = wanted_page.offset; i < end; ++i)
        summaries.push_back(describe(*chosen[i]));
    page["invocationJobSummaries"] = std::move(summaries);
    return json(page);
}

INFERPP_DECL http::response bedrock_simulator::platform::tag(simulated_request const& request,
                                                             std::string_view verb)
{
    object const body = body_of(request);
    std::string const resource = text(body, "resourceARN", true, 20, 1011);
    auto const found = std::find_if(jobs.begin(), jobs.end(),
                                    [&](auto const& each) { return arn(*each) == resource; });
    if (found == jobs.end())
        throw aws_refusal{404, "ResourceNotFoundException", "There is no resource " + resource};
    auto& tags = (*found)->tags;
    if (verb == "tagResource") {
        check_tags(body, true);
        auto more = tags;
        for (value const& each : body.at("tags").as_array())
            more[text(each.get_object(), "key", true, 1, 128)] =
                text(each.get_object(), "value", true, 0, 256);
        if (more.size() > 200)
            throw aws_refusal{400, "TooManyTagsException", "The resource has too many tags."};
        tags = std::move(more);
        return json(object{});
    }
    if (verb == "untagResource") {
        value const* const keys = body.if_contains("tagKeys");
        if (keys == nullptr || !keys->is_array() || keys->get_array().size() > 200)
            invalid("Value at 'tagKeys' must have at most 200 members");
        for (value const& key : keys->get_array()) {
            object one;
            one["member"] = key;
            tags.erase(text(one, "member", true, 1, 128, detail::bedrock_patterns::tag_text));
        }
        return json(object{});
    }
    boost::json::array listed;
    for (auto const& [key, text] : tags)
        listed.push_back(object{{"key", key}, {"value", text}});
    return json(object{{"tags", std::move(listed)}});
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/bedrock_simulator_data.ipp>
#endif

#endif
