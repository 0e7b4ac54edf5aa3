// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_PROVIDER_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_PROVIDER_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/aws_error.hpp>
#include <inferpp/providers/bedrock/provider.hpp>
#include <inferpp/providers/bedrock/signature.hpp>

#include <algorithm>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

INFERPP_DECL options options::from_env(std::string profile,
                                       std::shared_ptr<environment const> machine)
{
    options read;
    environment const& from = machine ? *machine : *system_environment();
    profile_files const files = read_profile_files(from).value();
    std::string const named = profile.empty() ? configured_profile(from) : profile;
    endpoint_settings const settings = configured_settings(from, files, named);
    if (settings.region.empty())
        throw failure{error{errc::invalid_argument,
                            "no region is set; set AWS_REGION, or the region of the profile " +
                                detail::printable(named, 128)}};
    read.region = settings.region;
    read.use_fips = settings.use_fips;
    read.use_dualstack = settings.use_dualstack;
    read.endpoint = configured_endpoint(services::control_plane, from, files, named);
    read.runtime_endpoint = configured_endpoint(services::runtime, from, files, named);
    read.s3_endpoint = configured_endpoint(services::s3, from, files, named);
    read.bearer_key = secret{find_variable(from, "AWS_BEARER_TOKEN_BEDROCK")};
    read.profile = std::move(profile);
    read.machine = std::move(machine);
    return read;
}

inline bool is_this_machine(std::string const& host) noexcept
{
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

// The region of a short-lived API key, which is a presigned URL; empty for other keys.
inline std::string region_of_key(std::string_view key)
{
    constexpr std::string_view start = "bedrock-api-key-";
    if (!key.starts_with(start))
        return {};
    auto const text = decode_base64(key.substr(start.size()));
    constexpr std::string_view name = "X-Amz-Credential=";
    auto const at = text ? text->find(name) : std::string::npos;
    if (at == std::string::npos)
        return {};
    std::string_view const rest = std::string_view{*text}.substr(at + name.size());
    auto const credential = percent_decode(rest.substr(0, rest.find('&')));
    if (!credential)
        return {};
    // id/date/region/...
    auto const date = credential->find('/');
    auto const region = date == std::string::npos ? date : credential->find('/', date + 1);
    if (region == std::string::npos)
        return {};
    return credential->substr(region + 1, credential->find('/', region + 1) - region - 1);
}

INFERPP_DECL service_provider::service_provider(options const& with, service const& which,
                                                std::string const& custom)
    : service_(which),
      region_(with.region),
      credentials_(with.credentials)
{
    auto const refuse = [](std::string message) {
        return failure{error{errc::invalid_argument, std::move(message)}};
    };
    if (region_.empty())
        throw refuse("options.region is empty; set it to a region such as us-east-1");
    endpoint_settings settings;
    settings.region = region_;
    settings.custom = custom;
    settings.use_fips = with.use_fips;
    settings.use_dualstack = with.use_dualstack;
    base_ = find_endpoint(service_.id, settings).value();
    std::string_view const key = with.bearer_key.reveal();
    if (!credentials_ && !key.empty() && service_.takes_bearer) {
        if (!base_.origin.tls && !with.bearer_over_http && !is_this_machine(base_.origin.host))
            throw refuse("options.bearer_key would go over http, where anybody can read it; use "
                         "https, or set bearer_over_http");
        if (std::string const region = region_of_key(key); !region.empty() && region != region_)
            throw refuse("options.bearer_key is good in the region " +
                         detail::printable(region, 64) + " alone, not in " + region_);
        std::string header = "Bearer ";
        header.reserve(header.size() + key.size()); // no copy is left behind by growth
        header += key;
        authorization_ = secret{header};
    } else if (!credentials_) {
        credential_options chain;
        chain.profile = with.profile;
        chain.region = with.region;
        if (with.use_fips)
            chain.use_fips = true;
        if (with.use_dualstack)
            chain.use_dualstack = true;
        chain.from = with.machine;
        credentials_ = default_credentials(std::move(chain));
    }
}

INFERPP_DECL sys_milliseconds service_provider::corrected(sys_milliseconds now) const noexcept
{
    return now + std::chrono::milliseconds{skew_.load()};
}

INFERPP_DECL bool service_provider::is_ready(sys_milliseconds now) const
{
    return !credentials_ || credentials_->is_ready(corrected(now));
}

INFERPP_DECL boost::asio::awaitable<result<void>> service_provider::make_ready(
    provider_services with) const
{
    if (!credentials_)
        co_return result<void>{};
    auto const got = co_await credentials_->get(with, corrected(with.clock.calendar()));
    if (!got)
        co_return got.error();
    co_return result<void>{};
}

INFERPP_DECL void service_provider::authorize(http::request& message) const
{
    if (!authorization_.empty())
        message.headers.set("Authorization", authorization_.reveal());
}

INFERPP_DECL void service_provider::sign(http::request& message, origin const& to,
                                         sys_milliseconds now) const
{
    sign_for(message, to, now, region_);
}

INFERPP_DECL void service_provider::sign_for(http::request& message, origin const& to,
                                             sys_milliseconds now, std::string_view region) const
{
    if (!credentials_)
        return authorize(message);
    auto const with = credentials_->current();
    if (!with)
        return; // not made ready
    signing_scope scope{region, service_.signing_name};
    scope.path = service_.path;
    scope.sends_payload_hash = service_.sends_payload_hash;
    sign_request(message, to, scope, *with, corrected(now), keys_);
}

INFERPP_DECL void service_provider::read_error(http::response const& answer,
                                               error::particulars& info) const
{
    aws_error told = read_aws_error(answer);
    info.should_retry = is_worth_repeating(told.type);
    info.server_message = std::move(told.message);
    info.server_code = std::move(told.type);
    info.request_id = std::move(told.request_id);
    if (!told.extended_id.empty())
        info.request_id += ' ' + told.extended_id; // S3's people ask for both
}

INFERPP_DECL int service_provider::meaning(http::response const& answer) const
{
    return meaning_of(read_aws_error(answer).type, answer.status);
}

INFERPP_DECL bool service_provider::adapt(http::response const& refusal, sys_milliseconds now,
                                          http::request& message, origin&) const
{
    constexpr std::chrono::minutes worth_correcting{4};
    std::string const type = read_aws_error(refusal).type;
    if (is_expired_token(type) && credentials_) {
        // The next call fetches others, unless another call has done so already.
        auto const last = credentials_->current();
        if (last && is_signed_by(message, *last))
            credentials_->reject(last);
    }
    if (!may_be_skew(type) || !credentials_)
        return false;
    auto const offset = clock_offset(refusal.headers, now);
    std::chrono::milliseconds const before{skew_.load()};
    if (!offset || abs(*offset - before) < worth_correcting)
        return false;
    skew_.store(offset->count());
    return true;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
