// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_ENDPOINT_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_ENDPOINT_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/endpoint.hpp>

#include <algorithm>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// A part of Amazon's cloud with accounts and names of its own.
struct partition {
    std::string_view regions; ///< what their names begin with
    std::string_view suffix;
    std::string_view dualstack_suffix;
};

// The last one is that of all other names; us-gov has the same suffixes.
constexpr partition partitions[] = {
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    {"eusc-de-", "amazonaws.eu", "api.amazonwebservices.eu"},
    {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
    {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
    {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    {"", "amazonaws.com", "api.aws"},
};

// The rest of a region's name: a word, a hyphen, a number.
inline bool is_word_and_number(std::string_view text) noexcept
{
    auto const hyphen = text.find('-');
    return hyphen != std::string_view::npos && hyphen > 0 && hyphen + 1 < text.size() &&
           std::all_of(text.begin() + static_cast<std::ptrdiff_t>(hyphen) + 1, text.end(),
                       detail::is_digit);
}

inline partition const& partition_of(std::string_view region) noexcept
{
    for (partition const& each : partitions)
        if (each.regions.empty() || (region.starts_with(each.regions) &&
                                     is_word_and_number(region.substr(each.regions.size()))))
            return each;
    return partitions[0]; // not reached
}

inline bool is_host_label(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return detail::is_digit(c) || (c >= 'a' && c <= 'z') || c == '-';
           });
}

INFERPP_DECL result<url> find_endpoint(service_id const& service, endpoint_settings const& with)
{
    auto const refuse = [](std::string message) {
        return error{errc::invalid_argument, std::move(message)};
    };
    if (!with.custom.empty()) {
        if (with.use_fips || with.use_dualstack)
            return refuse(std::string{with.use_fips ? "FIPS" : "dual-stack"} +
                          " and an endpoint of one's own exclude each other");
        auto parsed = parse_url(with.custom, false);
        if (!parsed)
            return refuse("the endpoint of " + std::string{service.setting} + ": " +
                          parsed.error().info().message);
        while (parsed->path.size() > 1 && parsed->path.ends_with('/'))
            parsed->path.pop_back();
        return parsed;
    }
    if (with.region.empty())
        return refuse("no region is set; set options.region, AWS_REGION or the profile's region");
    if (!is_host_label(with.region))
        return refuse("the region must be a name such as us-east-1, not '" +
                      detail::printable(with.region, 64) + '\'');
    partition const& part = partition_of(with.region);
    url base;
    base.origin.host = service.host;
    base.origin.host += with.use_fips ? "-fips." : ".";
    if (with.use_dualstack && service.dualstack_in_host)
        base.origin.host += "dualstack.";
    base.origin.host += with.region + '.';
    base.origin.host +=
        with.use_dualstack && !service.dualstack_in_host ? part.dualstack_suffix : part.suffix;
    return base;
}

INFERPP_DECL std::string configured_profile(environment const& from)
{
    for (char const* const name : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"})
        if (std::string profile = find_variable(from, name); !profile.empty())
            return profile;
    return "default";
}

// A variable, else a property of the profile.
inline std::string setting(environment const& from, char const* variable,
                           profile_files const& files, std::string_view profile,
                           std::string_view property)
{
    std::string value = find_variable(from, variable);
    if (value.empty())
        value = files.find(profile, property);
    return value;
}

INFERPP_DECL std::string configured_endpoint(service_id const& service, environment const& from,
                                             profile_files const& files, std::string_view profile)
{
    if (is_true(setting(from, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", files, profile,
                        "ignore_configured_endpoint_urls")))
        return {};
    std::string variable = "AWS_ENDPOINT_URL_";
    for (char const c : service.setting)
        variable += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    for (std::string const& name : {variable, std::string{"AWS_ENDPOINT_URL"}})
        if (std::string value = find_variable(from, name); !value.empty())
            return value;
    auto const section = files.services.find(files.find(profile, "services"));
    if (section != files.services.end())
        if (auto const value =
                find_sub_property(find_property(section->second, service.setting), "endpoint_url");
            !value.empty())
            return std::string{value};
    return std::string{files.find(profile, "endpoint_url")};
}

INFERPP_DECL endpoint_settings configured_settings(environment const& from,
                                                   profile_files const& files,
                                                   std::string_view profile)
{
    endpoint_settings found;
    found.region = find_variable(from, "AWS_REGION");
    if (found.region.empty())
        found.region = setting(from, "AWS_DEFAULT_REGION", files, profile, "region");
    found.use_fips =
        is_true(setting(from, "AWS_USE_FIPS_ENDPOINT", files, profile, "use_fips_endpoint"));
    found.use_dualstack = is_true(
        setting(from, "AWS_USE_DUALSTACK_ENDPOINT", files, profile, "use_dualstack_endpoint"));
    return found;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
