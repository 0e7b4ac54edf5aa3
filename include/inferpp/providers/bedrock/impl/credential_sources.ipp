// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_CREDENTIAL_SOURCES_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_CREDENTIAL_SOURCES_IPP

#include <inferpp/codec/json.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/credential_call.hpp>
#include <inferpp/providers/bedrock/credential_plan.hpp>
#include <inferpp/providers/bedrock/credential_sources.hpp>
#include <inferpp/providers/bedrock/endpoint.hpp>
#include <inferpp/providers/bedrock/metadata.hpp>
#include <inferpp/providers/bedrock/sso.hpp>
#include <inferpp/providers/bedrock/sts.hpp>

#include <variant>
#include <vector>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// What all sources look at, read anew for each fetch.
struct source_context {
    source_context() = default;

    std::shared_ptr<environment const> from;
    profile_files files;
    std::string profile;
    endpoint_settings settings;

    static result<source_context> read(credential_options const& with)
    {
        source_context made;
        made.from = with.from;
        auto files = read_profile_files(*with.from);
        if (!files)
            return files.error();
        made.files = std::move(*files);
        made.profile = with.profile.empty() ? configured_profile(*with.from) : with.profile;
        made.settings = configured_settings(*with.from, made.files, made.profile);
        if (!with.region.empty())
            made.settings.region = with.region;
        made.settings.use_fips = with.use_fips.value_or(made.settings.use_fips);
        made.settings.use_dualstack = with.use_dualstack.value_or(made.settings.use_dualstack);
        return made;
    }

    /// The base URL of a service, which may be in another region.
    result<url> locate(service_id const& service, std::string const& region) const
    {
        endpoint_settings asked = settings;
        asked.region = region;
        asked.custom = configured_endpoint(service, *from, files, profile);
        if (!asked.custom.empty())
            asked.use_fips = asked.use_dualstack = false;
        return find_endpoint(service, asked);
    }

    result<sts_address> sts() const
    {
        auto base = locate(services::sts, settings.region);
        if (!base)
            return base.error();
        sts_address at;
        at.base = std::move(*base);
        at.region = settings.region;
        if (at.region.empty())
            return error{errc::invalid_argument,
                         "a region is needed to sign for STS; set AWS_REGION"};
        return at;
    }
};

/// The links of the chain.
enum class link : unsigned char { variables, profile, web_identity, container, instance };

/// One link of the chain, or several of them.
class chain_credentials final : public credentials_provider {
public:
    chain_credentials(std::string name, std::vector<link> links, credential_options with)
        : name_(std::move(name)),
          links_(std::move(links)),
          with_(std::move(with)),
          instance_(with_.from)
    {
    }

    std::string name() const override { return name_; }

protected:
    boost::asio::awaitable<result<credentials>> fetch(provider_services with) override
    {
        auto const read = source_context::read(with_);
        if (!read)
            co_return no_credentials(name_, read.error());
        std::string tried;
        for (link const each : links_) {
            std::string const source = describe(each, *read);
            auto answer = co_await load(each, with, *read);
            if (!answer)
                co_return no_credentials(tried + source, answer.error());
            if (answer->found) {
                if (answer->found->source.empty())
                    answer->found->source = source;
                with.log.write(log_level::debug, "credentials: from " + source);
                co_return std::move(*answer->found);
            }
            tried += source + " (" + answer->why_not + "), ";
        }
        error e{error_code{401, http_category()},
                "no credentials were found; tried: " + tried.substr(0, tried.size() - 2)};
        e.edit().phase = "credentials";
        co_return e;
    }

private:
    static std::string describe(link which, source_context const& at)
    {
        switch (which) {
        case link::variables: return "the environment";
        case link::profile: return "the profile " + detail::printable(at.profile, 128);
        case link::web_identity: return "the web identity of the environment";
        case link::container: return "the container";
        case link::instance: return "the instance";
        }
        return "?";
    }

    boost::asio::awaitable<result<source_answer>> load(link which, provider_services with,
                                                       source_context const& at)
    {
        switch (which) {
        case link::variables: return variables(at);
        case link::profile: return follow_profile(with, at);
        case link::web_identity: return web_identity(with, at);
        case link::container: return container(with, at);
        case link::instance: break;
        }
        return instance(with, at);
    }

    static boost::asio::awaitable<result<source_answer>> as_answer(
        boost::asio::awaitable<result<credentials>> work)
    {
        auto got = co_await std::move(work);
        if (!got)
            co_return got.error();
        co_return source_answer{std::move(*got)};
    }

    static boost::asio::awaitable<result<source_answer>> variables(source_context const& at)
    {
        environment const& from = *at.from;
        credentials known{find_variable(from, "AWS_ACCESS_KEY_ID"),
                          secret{find_variable(from, "AWS_SECRET_ACCESS_KEY")},
                          secret{find_variable(from, "AWS_SESSION_TOKEN")}};
        if (known.access_key_id.empty() && known.secret_key.empty())
            co_return source_answer{"AWS_ACCESS_KEY_ID is not set"};
        if (known.access_key_id.empty() || known.secret_key.empty())
            co_return error{errc::invalid_argument,
                            "of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY one is not set"};
        known.account_id = find_variable(from, "AWS_ACCOUNT_ID");
        std::string const expires = find_variable(from, "AWS_CREDENTIAL_EXPIRATION");
        known.expires = parse_iso8601(expires);
        if (!expires.empty() && !known.expires)
            co_return error{errc::invalid_argument,
                            "AWS_CREDENTIAL_EXPIRATION is no date and time of ISO 8601"};
        co_return source_answer{std::move(known)};
    }

    boost::asio::awaitable<result<source_answer>> web_identity(provider_services with,
                                                               source_context const& at)
    {
        web_identity_step step;
        step.token_file = find_variable(*at.from, "AWS_WEB_IDENTITY_TOKEN_FILE");
        step.role_arn = find_variable(*at.from, "AWS_ROLE_ARN");
        step.session_name = find_variable(*at.from, "AWS_ROLE_SESSION_NAME");
        if (step.token_file.empty())
            co_return source_answer{"AWS_WEB_IDENTITY_TOKEN_FILE is not set"};
        if (step.role_arn.empty())
            co_return error{errc::invalid_argument, "AWS_ROLE_ARN is not set"};
        auto const sts = at.sts();
        if (!sts)
            co_return sts.error();
        co_return co_await as_answer(
            assume_role_with_web_identity(with, *sts, std::move(step), at.from));
    }

    static boost::asio::awaitable<result<source_answer>> container(provider_services with,
                                                                   source_context const& at)
    {
        auto const address = container_address(*at.from);
        if (!address)
            co_return address.error();
        if (!*address)
            co_return source_answer{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set"};
        co_return co_await as_answer(container_credentials_at(with, **address, at.from));
    }

    boost::asio::awaitable<result<source_answer>> instance(provider_services with,
                                                           source_context const& at)
    {
        if (is_instance_disabled(*at.from))
            co_return source_answer{"AWS_EC2_METADATA_DISABLED is set"};
        auto base = instance_address(*at.from, at.files, at.profile);
        if (!base)
            co_return base.error();
        co_return co_await instance_.load(with, std::move(*base));
    }

    boost::asio::awaitable<result<source_answer>> follow_profile(provider_services with,
                                                                 source_context const& at)
    {
        auto const plan = plan_credentials(at.files, at.profile);
        if (!plan)
            co_return plan.error();
        if (!*plan)
            co_return source_answer{"it has no credentials"};
        auto answer = co_await first_of((*plan)->first, with, at);
        if (!answer || !answer->found)
            co_return answer;
        for (role_step const& step : (*plan)->roles) {
            auto const sts = at.sts();
            if (!sts)
                co_return sts.error();
            auto base = std::make_shared<credentials const>(std::move(*answer->found));
            answer = co_await as_answer(assume_role(with, *sts, step, std::move(base)));
            if (!answer)
                co_return answer.error();
        }
        co_return answer;
    }

    // Where the credentials of a profile come from.
    boost::asio::awaitable<result<source_answer>> first_of(decltype(credential_plan::first)
                                                               const& first,
                                                           provider_services with,
                                                           source_context const& at)
    {
        if (auto const* const known = std::get_if<credentials>(&first))
            co_return source_answer{*known};
        if (auto const* const step = std::get_if<web_identity_step>(&first)) {
            auto const sts = at.sts();
            if (!sts)
                co_return sts.error();
            co_return co_await as_answer(assume_role_with_web_identity(with, *sts, *step, at.from));
        }
        if (auto const* const step = std::get_if<sso_step>(&first)) {
            auto portal = at.locate(services::sso, step->region);
            auto oidc = at.locate(services::sso_oidc, step->region);
            if (!portal)
                co_return portal.error();
            if (!oidc)
                co_return oidc.error();
            sso_address where;
            where.portal = std::move(*portal);
            where.oidc = std::move(*oidc);
            std::string cache = locate_profile_files(*at.from, false).sso_cache;
            co_return co_await as_answer(
                sso_credentials(with, std::move(where), *step, std::move(cache), at.from));
        }
        if (auto const* const step = std::get_if<process_step>(&first))
            co_return co_await as_answer(process(with, *step, at.from));
        // A source outside of the profile that has nothing is an error here: the profile says that
        // it has.
        named_source const source = std::get<named_source>(first);
        auto const which = source == named_source::environment ? link::variables
                           : source == named_source::container ? link::container
                                                               : link::instance;
        auto answer = co_await load(which, with, at);
        if (answer && !answer->found)
            co_return error{error_code{401, http_category()},
                            describe(which, at) + " has no credentials (" + answer->why_not + ')'};
        co_return answer;
    }

    static boost::asio::awaitable<result<credentials>> process(
        provider_services with, process_step step, std::shared_ptr<environment const> from)
    {
        constexpr std::chrono::minutes longest{1};
        auto const until = (std::min)(with.deadline, saturating_add(with.clock.now(), longest));
        auto const output = co_await from->run(step.command, until);
        if (!output)
            co_return output.error();
        if (output->status != 0)
            co_return error{error_code{401, http_category()},
                            "the credential_process has ended with status " +
                                std::to_string(output->status) +
                                "; run it by hand to see what it says"};
        auto read = read_json_credentials(output->text, "the output of the credential_process",
                                          "SessionToken");
        if (!read)
            co_return read.error();
        auto const parsed = parse_json(output->text);
        auto const* const version = parsed->get_object().if_contains("Version");
        if (version == nullptr || !version->is_int64() || version->get_int64() != 1)
            co_return error{errc::bad_content, "the output of the credential_process is not of "
                                               "Version 1"};
        if (read->account_id.empty())
            read->account_id = step.account_id;
        co_return read;
    }

    std::string name_;
    std::vector<link> links_;
    credential_options with_;
    instance_metadata instance_;
};

/// A role that is assumed by credentials of another provider.
class role_credentials_type final : public credentials_provider {
public:
    role_credentials_type(role_step step, std::shared_ptr<credentials_provider> base,
                          credential_options with)
        : step_(std::move(step)),
          base_(std::move(base)),
          with_(std::move(with))
    {
    }

    std::string name() const override { return "the role " + step_.role_arn; }

protected:
    boost::asio::awaitable<result<credentials>> fetch(provider_services with) override
    {
        auto const read = source_context::read(with_);
        if (!read)
            co_return no_credentials(name(), read.error());
        auto sts = read->sts();
        if (!sts)
            co_return no_credentials(name(), sts.error());
        auto base = co_await base_->get(with, with.clock.calendar());
        if (!base)
            co_return base.error();
        auto assumed = co_await assume_role(with, std::move(*sts), step_, std::move(*base));
        if (!assumed)
            co_return no_credentials(name(), assumed.error());
        assumed->source = name();
        co_return assumed;
    }

private:
    role_step step_;
    std::shared_ptr<credentials_provider> base_;
    credential_options with_;
};

inline credential_options on_machine(credential_options with)
{
    if (!with.from)
        with.from = system_environment();
    return with;
}

inline std::shared_ptr<credentials_provider> make_chain(std::string name, std::vector<link> links,
                                                        credential_options with)
{
    return std::make_shared<chain_credentials>(std::move(name), std::move(links),
                                               on_machine(std::move(with)));
}

INFERPP_DECL std::shared_ptr<credentials_provider> default_credentials(credential_options with)
{
    std::vector<link> links{link::variables, link::profile, link::web_identity, link::container,
                            link::instance};
    if (!with.profile.empty())
        std::swap(links[0], links[1]);
    return make_chain("the default chain", std::move(links), std::move(with));
}

INFERPP_DECL std::shared_ptr<credentials_provider> environment_credentials(credential_options with)
{
    return make_chain("the environment", {link::variables}, std::move(with));
}

INFERPP_DECL std::shared_ptr<credentials_provider> profile_credentials(credential_options with)
{
    return make_chain("the profile", {link::profile}, std::move(with));
}

INFERPP_DECL std::shared_ptr<credentials_provider> web_identity_credentials(credential_options with)
{
    return make_chain("the web identity", {link::web_identity}, std::move(with));
}

INFERPP_DECL std::shared_ptr<credentials_provider> container_credentials(credential_options with)
{
    return make_chain("the container", {link::container}, std::move(with));
}

INFERPP_DECL std::shared_ptr<credentials_provider> instance_credentials(credential_options with)
{
    return make_chain("the instance", {link::instance}, std::move(with));
}

INFERPP_DECL std::shared_ptr<credentials_provider> role_credentials(
    iam_role which, std::shared_ptr<credentials_provider> base, credential_options with)
{
    auto const refuse = [](char const* message) {
        return failure{error{errc::invalid_argument, message}};
    };
    if (which.role_arn.empty())
        throw refuse("role.role_arn is empty");
    if (!base)
        throw refuse("a role needs credentials by which it is assumed");
    if (which.duration &&
        (*which.duration < std::chrono::seconds{900} || *which.duration > std::chrono::hours{12}))
        throw refuse("role.duration must be from 900 s to 12 h");
    role_step step;
    step.role_arn = std::move(which.role_arn);
    step.session_name = std::move(which.session_name);
    step.external_id = std::move(which.external_id);
    step.duration = which.duration;
    return std::make_shared<role_credentials_type>(std::move(step), std::move(base),
                                                   on_machine(std::move(with)));
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
