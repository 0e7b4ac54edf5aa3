// SPDX-License-Identifier: BSL-1.0
//
// The listing of jobs of the simulated Bedrock, and tags. See bedrock_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_BEDROCK_SIMULATOR_LISTS_IPP
#define INFERPP_TESTING_IMPL_BEDROCK_SIMULATOR_LISTS_IPP

#include <inferpp/testing/bedrock_simulator.hpp>

#include <charconv>

namespace inferpp::inline INFERPP_ABI::testing {

// Opaque to clients, full of what has to be encoded, and another one for each page.
INFERPP_DECL std::string bedrock_simulator::platform::token_of(std::size_t offset, std::size_t page)
{
    std::string const text = std::to_string(offset) + '/' + std::to_string(page);
    return "+/" + sha256_hex("page " + text).substr(0, 16) + '/' + text + "+==";
}

INFERPP_DECL std::size_t bedrock_simulator::platform::offset_of(std::string const& token) const
{
    std::size_t offset = 0;
    std::size_t page = 0;
    constexpr std::size_t start = 19;
    auto const slash = token.find('/', start);
    if (slash != std::string::npos) {
        std::from_chars(token.data() + start, token.data() + slash, offset);
        std::from_chars(token.data() + slash + 1, token.data() + token.size(), page);
    }
    if (token != token_of(offset, page))
        invalid("The nextToken is not valid.");
    return offset;
}

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
    if (filter != "submitTimeAfter" && filter != "submitTimeBefore")
        return true;
    auto const time = parse_iso8601(wanted);
    if (!time || !wanted.ends_with('Z'))
        invalid("Value at '" + std::string{filter} + "' is no date-time.");
    return filter == "submitTimeAfter" ? which.created_at > *time : which.created_at < *time;
}

INFERPP_DECL http::response bedrock_simulator::platform::list(simulated_request const& request)
{
    std::size_t size = options.page_size;
    std::size_t offset = 0;
    bool ascending = false;
    for (auto const& [name, wanted] : request.query) {
        if (name == "maxResults") {
            int count = 0;
            auto const read = std::from_chars(wanted.data(), wanted.data() + wanted.size(), count);
            if (read.ec != std::errc{} || read.ptr != wanted.data() + wanted.size() || count < 1 ||
                count > 1000)
                invalid("Value at 'maxResults' must be between 1 and 1000");
            size = static_cast<std::size_t>(count);
        } else if (name == "nextToken") {
            offset = offset_of(wanted);
        } else if (name == "sortBy") {
            if (wanted != "CreationTime")
                invalid("Value at 'sortBy' must be one of: [CreationTime]");
        } else if (name == "sortOrder") {
            if (wanted != "Ascending" && wanted != "Descending")
                invalid("Value at 'sortOrder' must be one of: [Ascending, Descending]");
            ascending = wanted == "Ascending";
        }
    }
    std::vector<job const*> chosen;
    for (auto const& each : jobs) {
        bool good = true;
        for (auto const& [name, wanted] : request.query)
            good = fits(*each, name, wanted) && good;
        if (good)
            chosen.push_back(each.get());
    }
    if (!ascending)
        std::reverse(chosen.begin(), chosen.end());
    object page;
    boost::json::array summaries;
    ++pages;
    bool const nothing = options.empty_page != 0 && pages % options.empty_page == 0;
    std::size_t const end =
        nothing ? (std::min)(offset, chosen.size()) : (std::min)(offset + size, chosen.size());
    for (; offset < end; ++offset)
        summaries.push_back(describe(*chosen[offset]));
    if (end < chosen.size())
        page["nextToken"] = token_of(end, pages);
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
