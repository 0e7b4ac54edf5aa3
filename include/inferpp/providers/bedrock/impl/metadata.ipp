// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_METADATA_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_METADATA_IPP

#include <inferpp/codec/json.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/metadata.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <random>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

inline std::string text_member(boost::json::object const& from, std::string_view name)
{
    auto const* const found = from.if_contains(name);
    return found != nullptr && found->is_string()
               ? std::string{found->get_string().data(), found->get_string().size()}
               : std::string{};
}

INFERPP_DECL result<credentials> read_json_credentials(std::string_view body, std::string_view what,
                                                       std::string_view token_name)
{
    auto const parsed = parse_json(body);
    auto const refuse = [what](std::string_view why) {
        return error{errc::bad_content, std::string{what} + ' ' + std::string{why}};
    };
    if (!parsed || !parsed->is_object())
        return refuse("is no JSON object");
    auto const& fields = parsed->get_object();
    credentials read{text_member(fields, "AccessKeyId"),
                     secret{text_member(fields, "SecretAccessKey")},
                     secret{text_member(fields, token_name)}};
    if (read.access_key_id.empty() || read.secret_key.empty())
        return refuse("lacks AccessKeyId or SecretAccessKey");
    read.account_id = text_member(fields, "AccountId");
    std::string const expires = text_member(fields, "Expiration");
    read.expires = parse_iso8601(expires);
    if (!expires.empty() && !read.expires)
        return refuse("has an Expiration that is no date and time");
    return read;
}

// --- containers ----------------------------------------------------------------------------------

// To whom a container's token may be sent over http.
inline bool is_near(std::string const& host) noexcept
{
    constexpr std::array<std::string_view, 5> known{"localhost", "169.254.170.2", "169.254.170.23",
                                                    "fd00:ec2::23", "::1"};
    return std::find(known.begin(), known.end(), host) != known.end() || host.starts_with("127.");
}

INFERPP_DECL result<std::optional<url>> container_address(environment const& from)
{
    using address = std::optional<url>;
    std::string const relative = find_variable(from, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    std::string const full = find_variable(from, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (relative.empty() && full.empty())
        return address{};
    auto const variable = relative.empty() ? "AWS_CONTAINER_CREDENTIALS_FULL_URI: "
                                           : "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: ";
    auto parsed = parse_url(relative.empty() ? full : "http://169.254.170.2" + relative);
    if (!parsed)
        return error{errc::invalid_argument, variable + parsed.error().info().message};
    if (!parsed->origin.tls && !is_near(parsed->origin.host))
        return error{errc::invalid_argument, std::string{variable} +
                                                 "over http it must lead to this machine, or to "
                                                 "169.254.170.2, 169.254.170.23 or fd00:ec2::23"};
    return address{std::move(*parsed)};
}

INFERPP_DECL boost::asio::awaitable<result<credentials>> container_credentials_at(
    provider_services with, url at, std::shared_ptr<environment const> from)
{
    credential_call call;
    call.what = "the container's credentials";
    call.to = at.origin;
    call.message = http::request{"GET", at.target()};
    call.message.headers.set("Accept", "application/json");
    call.message.direct = !at.origin.tls;
    call.limit = std::chrono::milliseconds{2'000};
    std::string token = find_variable(*from, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (std::string const file = find_variable(*from, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        !file.empty()) {
        auto const read = from->read_file(file);
        if (!read)
            co_return read.error();
        token = detail::trim(*read);
    }
    if (!token.empty())
        call.message.headers.set("Authorization", token);
    auto const answer = co_await call_for_credentials(with, std::move(call));
    if (!answer)
        co_return answer.error();
    co_return read_json_credentials(answer->body, "the answer to the container", "Token");
}

// --- instances -----------------------------------------------------------------------------------

INFERPP_DECL bool is_instance_disabled(environment const& from)
{
    return is_true(from.variable("AWS_EC2_METADATA_DISABLED"));
}

INFERPP_DECL result<url> instance_address(environment const& from, profile_files const& files,
                                          std::string_view profile)
{
    auto const setting = [&](char const* variable, std::string_view property) {
        std::string value = find_variable(from, variable);
        if (value.empty())
            value = files.find(profile, property);
        return value;
    };
    std::string base =
        setting("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
    if (base.empty()) {
        std::string const mode =
            setting("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
        if (!mode.empty() && !detail::iequals(mode, "IPv4") && !detail::iequals(mode, "IPv6"))
            return error{errc::invalid_argument, "the mode of the metadata service must be IPv4 or "
                                                 "IPv6, not '" +
                                                     detail::printable(mode, 64) + '\''};
        base = detail::iequals(mode, "IPv6") ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
    }
    auto parsed = parse_url(base, false);
    if (!parsed)
        return error{errc::invalid_argument,
                     "the endpoint of the metadata service: " + parsed.error().info().message};
    return parsed;
}

// A number of a variable within bounds; `otherwise` where it is none.
inline int number_variable(environment const& from, char const* name, int otherwise)
{
    std::string const text = find_variable(from, name);
    int value = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const fine = read.ec == std::errc{} && read.ptr == text.data() + text.size() &&
                      value >= 1 && value <= 100;
    return fine ? value : otherwise;
}

INFERPP_DECL credential_call instance_metadata::call(url const& base, std::string method,
                                                     std::string const& path) const
{
    credential_call made;
    made.what = "the metadata service of the instance";
    made.to = base.origin;
    made.message = http::request{method, join_target(base.path, path)};
    made.message.headers.set("Accept", "*/*");
    made.message.direct = true;
    made.may_be_nobody = true;
    made.attempts = number_variable(*from_, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", 3);
    made.limit = std::chrono::seconds{number_variable(*from_, "AWS_METADATA_SERVICE_TIMEOUT", 1)};
    return made;
}

INFERPP_DECL boost::asio::awaitable<result<void>> instance_metadata::renew_token(
    provider_services with, url base)
{
    constexpr std::chrono::seconds life{21'600};
    auto asked = call(base, "PUT", "latest/api/token");
    asked.message.headers.set("X-aws-ec2-metadata-token-ttl-seconds", std::to_string(life.count()));
    auto const answer = co_await call_for_credentials(with, std::move(asked));
    if (!answer)
        co_return answer.error();
    token_ = secret{detail::trim(answer->body)};
    if (token_.empty())
        co_return error{errc::bad_content, "the metadata service gave an empty token"};
    token_until_ = with.clock.calendar() + life - std::chrono::minutes{5};
    co_return result<void>{};
}

INFERPP_DECL boost::asio::awaitable<result<http::response>> instance_metadata::get(
    provider_services with, url base, std::string path)
{
    for (bool again = false;; again = true) {
        if (token_.empty() || with.clock.calendar() >= token_until_) {
            auto const renewed = co_await renew_token(with, base);
            if (!renewed)
                co_return renewed.error();
        }
        auto asked = call(base, "GET", "latest/meta-data/iam/security-credentials/" + path);
        asked.message.headers.set("X-aws-ec2-metadata-token", token_.reveal());
        auto answer = co_await call_for_credentials(with, std::move(asked));
        // A token does not outlive a restart of the service.
        if (answer || again || answer.error().info().http_status != 401)
            co_return answer;
        token_ = secret{};
    }
}

INFERPP_DECL boost::asio::awaitable<result<credentials>> instance_metadata::ask(
    provider_services with, url base)
{
    auto const roles = co_await get(with, base, "");
    if (!roles)
        co_return roles.error();
    std::string_view const body = roles->body;
    std::string_view const role = detail::trim(body.substr(0, body.find('\n')));
    std::string path;
    append_percent_encoded(role, path);
    if (path.empty())
        co_return error{errc::bad_content, "the metadata service names no role"};
    auto const answer = co_await get(with, base, std::move(path));
    if (!answer)
        co_return answer.error();
    auto const parsed = parse_json(answer->body);
    if (parsed && parsed->is_object()) {
        std::string const code = text_member(parsed->get_object(), "Code");
        if (!code.empty() && code != "Success")
            co_return error{
                error_code{401, http_category()},
                "the metadata service refuses credentials: " + detail::printable(code, 64) + ' ' +
                    detail::printable(text_member(parsed->get_object(), "Message"), 256)};
    }
    co_return read_json_credentials(answer->body, "the answer of the metadata service", "Token");
}

// To be used on, until it is worth asking again: not all instances at the same moment.
INFERPP_DECL credentials instance_metadata::bridged(credentials had, sys_milliseconds now)
{
    std::random_device random;
    // Asked again when the last quarter of this has come, see `credentials_provider`.
    had.expires = now + std::chrono::minutes{13} + std::chrono::seconds{random() % 400};
    return had;
}

INFERPP_DECL boost::asio::awaitable<result<source_answer>> instance_metadata::load(
    provider_services with, url base)
{
    auto fresh = co_await ask(with, std::move(base));
    auto const now = with.clock.calendar();
    if (!fresh) {
        error const& failed = fresh.error();
        if (failed == condition::cancelled)
            co_return failed;
        if (last_)
            co_return source_answer{bridged(*last_, now)};
        if (failed.info().http_status == 404)
            co_return source_answer{"the instance has no role"};
        bool const nobody = failed.info().sent == sent_state::no &&
                            (failed == condition::transport || failed == condition::timeout);
        if (nobody)
            co_return source_answer{"there is no metadata service: " + failed.what()};
        co_return failed;
    }
    last_ = *fresh;
    if (fresh->expires && *fresh->expires <= now)
        co_return source_answer{bridged(std::move(*fresh), now)};
    co_return source_answer{std::move(*fresh)};
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
