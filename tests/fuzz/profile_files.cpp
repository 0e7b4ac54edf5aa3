// SPDX-License-Identifier: BSL-1.0
//
// The profile files of Amazon's tools: what is read can be written and read again, errors show
// nothing of the file, and every profile leads somewhere or to an error.
//
// The input is the config file, a byte of zero, and the credentials file.

#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/credential_plan.hpp>
#include <inferpp/providers/bedrock/profile_files.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace inferpp;

namespace fuzzed {

void require(bool good)
{
    if (!good)
        std::abort();
}

std::string write(bedrock::profile_sections const& sections, std::string_view kind)
{
    std::string out;
    for (auto const& [name, section] : sections) {
        out += '[' + std::string{kind} + ' ' + name + "]\n";
        for (auto const& [key, value] : section) {
            require(key.find_first_of(" =\n") == std::string::npos);
            out += key + '='; // behind a blank the value might be a comment
            for (char const c : value)
                out += c == '\n' ? std::string{"\n "} : std::string{c};
            out += '\n';
        }
    }
    return out;
}

} // namespace fuzzed

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const input{reinterpret_cast<char const*>(data), size};
    auto const zero = (std::min)(input.find('\0'), input.size());
    auto const read = bedrock::parse_profile_files(
        input.substr(0, zero), input.substr((std::min)(zero + 1, input.size())));
    if (!read) {
        fuzzed::require(read.error() == errc::invalid_argument);
        fuzzed::require(read.error().info().message.size() < 200);
        return 0;
    }
    std::string const text = fuzzed::write(read->profiles, "profile") +
                             fuzzed::write(read->sso_sessions, "sso-session") +
                             fuzzed::write(read->services, "services");
    auto const again = bedrock::parse_profile_files(text, "");
    fuzzed::require(again.has_value());
    fuzzed::require(again->profiles == read->profiles);
    fuzzed::require(again->sso_sessions == read->sso_sessions);
    fuzzed::require(again->services == read->services);
    for (auto const& [name, section] : read->profiles) {
        auto const plan = bedrock::plan_credentials(*read, name);
        if (!plan)
            fuzzed::require(plan.error() == errc::invalid_argument);
        else if (*plan)
            fuzzed::require((*plan)->roles.size() <= read->profiles.size());
        for (auto const& [key, value] : section)
            bedrock::find_sub_property(value, "endpoint_url");
    }
    return 0;
}
