// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_S3_IMPL_PROVIDER_IPP
#define INFERPP_PROVIDERS_BEDROCK_S3_IMPL_PROVIDER_IPP

#include <inferpp/codec/xml.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/aws_error.hpp>
#include <inferpp/providers/bedrock/s3/provider.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock::s3 {

// Hosts that have no others below them.
inline bool is_bare_host(std::string const& host)
{
    error_code none;
    boost::asio::ip::make_address(host, none);
    return !none || host == "localhost";
}

INFERPP_DECL provider::provider(options const& with)
    : service_provider(with, service{services::s3, "s3", false, sigv4_path::as_sent, true},
                       with.s3_endpoint),
      path_style_(with.path_style || is_bare_host(base().origin.host)),
      custom_(!with.s3_endpoint.empty())
{
}

// A certificate for *.host does not cover a name with more dots.
INFERPP_DECL bool provider::is_in_host(std::string_view bucket) const noexcept
{
    return !path_style_ && (!base().origin.tls || bucket.find('.') == std::string_view::npos);
}

// How many characters of a target stand before the bucket.
inline std::size_t bucket_offset(std::string_view base_path) noexcept
{
    while (base_path.ends_with('/'))
        base_path.remove_suffix(1);
    return base_path.size() + 1;
}

inline std::string_view first_segment(std::string_view target, std::size_t offset) noexcept
{
    target.remove_prefix((std::min)(offset, target.size()));
    return target.substr(0, target.find_first_of("/?"));
}

INFERPP_DECL std::string provider::bucket_of(http::request const& message, origin const& to) const
{
    std::string_view const host = to.host;
    auto const in_host = [host](std::string_view region) -> std::string_view {
        if (host.size() <= region.size() + 1 || !host.ends_with(region) ||
            host[host.size() - region.size() - 1] != '.')
            return {};
        return host.substr(0, host.size() - region.size() - 1);
    };
    std::string_view bucket = in_host(base().origin.host);
    std::lock_guard const lock{mutex_};
    for (moved_bucket const& each : moved_)
        if (bucket.empty() && in_host(each.host) == each.name)
            bucket = each.name;
    if (bucket.empty())
        bucket = first_segment(message.target, bucket_offset(base().path));
    return std::string{bucket};
}

INFERPP_DECL std::optional<provider::moved_bucket> provider::find(std::string_view bucket) const
{
    std::lock_guard const lock{mutex_};
    for (moved_bucket const& each : moved_)
        if (each.name == bucket)
            return each;
    return std::nullopt;
}

INFERPP_DECL void provider::locate(http::request& message, origin& to) const
{
    std::size_t const at = bucket_offset(base().path);
    std::string const bucket{first_segment(message.target, at)};
    if (bucket.empty())
        return;
    if (auto const moved = find(bucket))
        to.host = moved->host;
    if (!is_in_host(bucket))
        return;
    to.host = bucket + '.' + to.host;
    std::size_t const end = at + bucket.size();
    bool const has_slash = end < message.target.size() && message.target[end] == '/';
    message.target.erase(at, bucket.size() + (has_slash ? 1 : 0));
}

INFERPP_DECL void provider::sign(http::request& message, origin const& to,
                                 sys_milliseconds now) const
{
    auto const moved = find(bucket_of(message, to));
    sign_for(message, to, now, moved ? moved->region : region());
}

// The root of a document, as far as it has come.
inline std::string root_name(std::string_view document)
{
    xml_reader reader{document};
    auto const first = reader.next();
    if (!first || *first != xml_reader::piece::start)
        return {};
    return std::string{reader.name()};
}

INFERPP_DECL error provider::find_refusal(http::response const& answer) const
{
    if (root_name(answer.body) != "Error")
        return {};
    // S3 says it with 200, and means what it would have said with 500.
    http::response meant = answer;
    meant.status = 500;
    error refused{error_code{meaning(meant), http_category()}};
    read_error(meant, refused.edit());
    return refused;
}

// The region that a bucket is in, if the answer says that it is another one.
inline std::string named_region(http::response const& refusal)
{
    if (auto const header = refusal.headers.find("x-amz-bucket-region"))
        return std::string{*header};
    auto const document = parse_xml(refusal.body);
    return document && document->name == "Error" ? std::string{document->text_of("Region")}
                                                 : std::string{};
}

// In the same part of Amazon's cloud, and of the same kind.
INFERPP_DECL std::string provider::host_of(std::string_view region) const
{
    std::string host = base().origin.host;
    std::string const ours = '.' + this->region() + '.';
    if (auto const at = host.find(ours); !custom_ && at != std::string::npos)
        host.replace(at + 1, ours.size() - 2, region);
    return host;
}

INFERPP_DECL bool provider::adapt(http::response const& refusal, sys_milliseconds now,
                                  http::request& message, origin& to) const
{
    int const status = refusal.status;
    if (status == 301 || status == 307 || status == 400) {
        moved_bucket moved;
        moved.name = bucket_of(message, to);
        moved.region = named_region(refusal);
        endpoint_settings valid;
        valid.region = moved.region;
        auto const known = find(moved.name);
        if (!moved.name.empty() && moved.region != (known ? known->region : region()) &&
            find_endpoint(services::s3, valid)) {
            moved.host = host_of(moved.region);
            to.host = is_in_host(moved.name) ? moved.name + '.' + moved.host : moved.host;
            std::lock_guard const lock{mutex_};
            std::erase_if(moved_, [&](auto const& each) { return each.name == moved.name; });
            moved_.push_back(std::move(moved));
            return true;
        }
    }
    return service_provider::adapt(refusal, now, message, to);
}

} // namespace inferpp::inline INFERPP_ABI::bedrock::s3

#endif
