// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_CREDENTIAL_PLAN_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_CREDENTIAL_PLAN_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/credential_plan.hpp>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// Follows a profile to the profiles that it names.
class credential_planner {
public:
    explicit credential_planner(profile_files const& files) noexcept : files_(files) {}

    result<std::optional<credential_plan>> plan(std::string_view wanted)
    {
        using planned = std::optional<credential_plan>;
        std::string name{wanted};
        while (true) {
            auto const found = files_.profiles.find(name);
            if (found == files_.profiles.end()) {
                if (seen_.empty() && name == "default")
                    return planned{};
                return fail(name, "does not exist", name_);
            }
            if (!seen_.insert(name).second)
                return fail(name, "leads back to itself by its source_profile");
            last_ = std::exchange(name_, name);
            section_ = &found->second;
            // The keys of a profile that another one names are meant, whatever else it says.
            if (seen_.size() > 1 && has("aws_access_key_id") && has("aws_secret_access_key"))
                return finish(keys());
            if (!has("role_arn") || has("web_identity_token_file"))
                return first();
            auto next = add_role();
            if (!next)
                return next.error();
            if (next->empty())
                return finish(std::move(source_));
            if (*next == name)
                return finish(keys());
            name = std::move(*next);
        }
    }

private:
    using first_type = decltype(credential_plan::first);

    std::string value(std::string_view property) const
    {
        return std::string{find_property(*section_, property)};
    }
    bool has(std::string_view property) const
    {
        return !find_property(*section_, property).empty();
    }

    static error fail(std::string_view profile, std::string_view what, std::string_view by = {})
    {
        std::string text = "the profile " + detail::printable(profile, 128) + ' ';
        text += what;
        if (!by.empty())
            text += "; the profile " + detail::printable(by, 128) + " names it";
        return error{errc::invalid_argument, std::move(text)};
    }
    error fail(std::string_view what) const { return fail(name_, what); }

    result<std::optional<credential_plan>> finish(result<first_type> first)
    {
        if (!first)
            return first.error();
        plan_.first = std::move(*first);
        std::reverse(plan_.roles.begin(), plan_.roles.end());
        return std::optional<credential_plan>{std::move(plan_)};
    }

    // The role of the current profile. Returns the profile that the credentials for it come from;
    // nothing if they come from elsewhere.
    result<std::string> add_role()
    {
        if (has("source_profile") && has("credential_source"))
            return fail("has both source_profile and credential_source; keep one of them");
        if (!has("source_profile") && !has("credential_source"))
            return fail("has a role_arn but neither source_profile nor credential_source");
        if (has("mfa_serial"))
            return fail("has an mfa_serial, whose code nobody can be asked for here; use a "
                        "profile without it, or pass credentials");
        role_step role;
        role.role_arn = value("role_arn");
        role.session_name = value("role_session_name");
        role.external_id = value("external_id");
        if (std::string const text = value("duration_seconds"); !text.empty()) {
            int seconds = 0;
            auto const read = std::from_chars(text.data(), text.data() + text.size(), seconds);
            if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || seconds < 900 ||
                seconds > 43'200)
                return fail("has a duration_seconds that is no number from 900 to 43200");
            role.duration = std::chrono::seconds{seconds};
        }
        plan_.roles.push_back(std::move(role));
        std::string const from = value("credential_source");
        if (from.empty())
            return value("source_profile");
        if (from == "Environment")
            source_ = named_source::environment;
        else if (from == "EcsContainer")
            source_ = named_source::container;
        else if (from == "Ec2InstanceMetadata")
            source_ = named_source::instance;
        else
            return fail("has a credential_source that is none of Environment, EcsContainer and "
                        "Ec2InstanceMetadata");
        return std::string{};
    }

    // The credentials of a profile without a role, or with one that needs no others.
    result<std::optional<credential_plan>> first()
    {
        if (has("web_identity_token_file")) {
            if (!has("role_arn"))
                return fail("has a web_identity_token_file but no role_arn");
            web_identity_step step;
            step.role_arn = value("role_arn");
            step.token_file = value("web_identity_token_file");
            step.session_name = value("role_session_name");
            return finish(first_type{std::move(step)});
        }
        for (char const* const property :
             {"sso_session", "sso_account_id", "sso_role_name", "sso_start_url", "sso_region"})
            if (has(property))
                return finish(sso());
        if (has("credential_process")) {
            process_step step;
            step.command = value("credential_process");
            step.account_id = value("aws_account_id");
            return finish(first_type{std::move(step)});
        }
        if (has("aws_access_key_id") || has("aws_secret_access_key"))
            return finish(keys());
        if (seen_.size() > 1)
            return fail(name_, "has no credentials", last_);
        return std::optional<credential_plan>{};
    }

    result<first_type> keys() const
    {
        if (!has("aws_access_key_id") && !has("aws_secret_access_key"))
            return fail("has no credentials");
        if (!has("aws_access_key_id"))
            return fail("has an aws_secret_access_key but no aws_access_key_id");
        if (!has("aws_secret_access_key"))
            return fail("has an aws_access_key_id but no aws_secret_access_key");
        credentials known{value("aws_access_key_id"), secret{value("aws_secret_access_key")},
                          secret{value("aws_session_token")}};
        known.account_id = value("aws_account_id");
        return first_type{std::move(known)};
    }

    result<first_type> sso() const
    {
        sso_step step;
        step.account_id = value("sso_account_id");
        step.role_name = value("sso_role_name");
        step.session = value("sso_session");
        step.region = value("sso_region");
        step.start_url = value("sso_start_url");
        if (!step.session.empty()) {
            if (!step.region.empty() || !step.start_url.empty())
                return fail("has an sso_session, so that sso_region and sso_start_url belong into "
                            "the section of that");
            auto const session = files_.sso_sessions.find(step.session);
            if (session == files_.sso_sessions.end())
                return fail("names the sso-session " + detail::printable(step.session, 128) +
                            ", which does not exist");
            step.region = find_property(session->second, "sso_region");
            step.start_url = find_property(session->second, "sso_start_url");
        }
        if (step.account_id.empty() != step.role_name.empty())
            return fail("has one of sso_account_id and sso_role_name, and needs both");
        if (step.region.empty() || step.start_url.empty())
            return fail("needs sso_region and sso_start_url");
        return first_type{std::move(step)};
    }

    profile_files const& files_;
    std::set<std::string> seen_;
    std::string name_; ///< of the current profile
    std::string last_; ///< of the one before
    profile_section const* section_ = nullptr;
    named_source source_ = named_source::environment;
    credential_plan plan_;
};

INFERPP_DECL result<std::optional<credential_plan>> plan_credentials(profile_files const& files,
                                                                     std::string_view profile)
{
    return credential_planner{files}.plan(profile);
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
