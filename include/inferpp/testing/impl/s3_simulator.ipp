// SPDX-License-Identifier: BSL-1.0
//
// Written from the wire notes, not from the client's types: the two must agree by the notes alone.
// This file has the platform's state, its routes and objects. The others, included after it, have
// the rest: _uploads (in parts), and _wire (what is read and written). Each includes the next,
// because a header has one.

#ifndef INFERPP_TESTING_IMPL_S3_SIMULATOR_IPP
#define INFERPP_TESTING_IMPL_S3_SIMULATOR_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/crc32.hpp>
#include <inferpp/codec/digest.hpp>
#include <inferpp/codec/http_date.hpp>
#include <inferpp/codec/url.hpp>
#include <inferpp/codec/xml.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/testing/s3_simulator.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing {

struct s3_simulator::platform {
    /// A part that has arrived.
    struct part {
        part() = default;

        std::string content;
        std::uint64_t size = 0;
        std::string md5; ///< 16 bytes
        std::string crc32;
        sys_milliseconds modified{};
    };

    /// An upload that has begun.
    struct upload {
        upload() = default;

        std::string bucket;
        std::string key;
        std::map<int, part> parts;
        s3_object object; ///< what it is to become
        bool has_checksum = false;
        bool whole_checksum = false;
        inferpp::crc32 checksum;
    };

    /// Where a request goes.
    struct place {
        place() = default;

        std::string bucket;
        std::string key;
    };

    explicit platform(s3_simulator_options with)
        : options(std::move(with)),
          storage(options.storage),
          verifier({aws_key{options.access_key, options.secret_key, options.session_token}},
                   options.clock_tolerance)
    {
        if (!storage) {
            storage = std::make_shared<s3_storage>();
            storage->buckets["bucket"];
        }
    }

    s3_simulator_options options;
    std::shared_ptr<s3_storage> storage;
    aws_verifier verifier;
    std::map<std::string, upload> uploads; ///< by id
    std::size_t begun = 0;                 ///< uploads
    std::size_t requests = 0;
    sys_milliseconds today{}; ///< when the request arrived

    // --- here ------------------------------------------------------------------------------------

    INFERPP_DECL http::response serve(simulated_request const& request);
    INFERPP_DECL http::response route(simulated_request const& request);
    INFERPP_DECL void authorize(simulated_request const& request, std::string const& bucket) const;
    INFERPP_DECL s3_storage::object_map& find_bucket(std::string const& name) const;
    INFERPP_DECL http::response put(simulated_request const& request, place const& where);
    INFERPP_DECL http::response get(simulated_request const& request, place const& where) const;
    INFERPP_DECL void check_absent(simulated_request const& request, place const& where) const;
    INFERPP_DECL http::response store(place const& where, s3_object object);

    // --- _uploads --------------------------------------------------------------------------------

    INFERPP_DECL http::response create(simulated_request const& request, place const& where);
    INFERPP_DECL http::response take_part(simulated_request const& request, upload& into) const;
    INFERPP_DECL http::response complete(simulated_request const& request, place const& where,
                                         std::string const& id);
    INFERPP_DECL http::response parts(simulated_request const& request, place const& where,
                                      upload const& of, std::string const& id) const;
    INFERPP_DECL upload& find_upload(place const& where, std::string const& id);

    // --- _wire -----------------------------------------------------------------------------------

    INFERPP_DECL http::response list(simulated_request const& request, place const& where) const;
    INFERPP_DECL place locate(simulated_request const& request) const;
    INFERPP_DECL static std::optional<std::string> parameter(simulated_request const& request,
                                                             std::string_view name);
    INFERPP_DECL static std::string body_of(simulated_request const& request);
    INFERPP_DECL static std::string checked_crc32(simulated_request const& request,
                                                  std::string_view body);
    INFERPP_DECL static http::response document(std::string_view root, std::string const& inner);
    INFERPP_DECL static http::response error(int status, std::string_view code,
                                             std::string_view message);
};

namespace detail {

/// 16 bytes.
inline std::string md5_of(std::string_view data)
{
    std::string digest(16, '\0');
    unsigned int size = 0;
    EVP_Digest(data.data(), data.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
               EVP_md5(), nullptr);
    return digest;
}

inline std::string quoted_hex(std::string_view digest)
{
    return '"' + to_hex({reinterpret_cast<unsigned char const*>(digest.data()), digest.size()}) +
           '"';
}

/// As the header of a checksum has it.
inline std::string crc32_text(std::uint32_t value)
{
    char const bytes[] = {static_cast<char>(value >> 24), static_cast<char>(value >> 16 & 255),
                          static_cast<char>(value >> 8 & 255), static_cast<char>(value & 255)};
    std::string text;
    append_base64({bytes, sizeof bytes}, text);
    return text;
}

inline std::string crc32_text(std::string_view data)
{
    inferpp::crc32 checksum;
    checksum.add(data);
    return crc32_text(checksum.value());
}

} // namespace detail

INFERPP_DECL s3_object& s3_storage::put(std::string const& bucket, std::string const& key,
                                        std::string content, sys_milliseconds now)
{
    s3_object made;
    made.size = content.size();
    made.etag = detail::quoted_hex(detail::md5_of(content));
    made.crc32 = detail::crc32_text(content);
    made.modified = now;
    made.content = std::move(content);
    return buckets[bucket][key] = std::move(made);
}

INFERPP_DECL s3_object const* s3_storage::find(std::string_view bucket, std::string_view key) const
{
    auto const in = buckets.find(bucket);
    if (in == buckets.end())
        return nullptr;
    auto const found = in->second.find(key);
    return found == in->second.end() ? nullptr : &found->second;
}

INFERPP_DECL std::string s3_storage::content(std::string_view bucket, std::string_view key) const
{
    s3_object const* const found = find(bucket, key);
    return found == nullptr ? std::string{} : found->content;
}

INFERPP_DECL s3_storage::object_map& s3_simulator::platform::find_bucket(std::string const& name) const
{
    auto const found = storage->buckets.find(name);
    if (found == storage->buckets.end())
        throw aws_refusal{404, "NoSuchBucket", "The specified bucket does not exist"};
    return found->second;
}

// What S3 calls what the signature is refused for.
inline aws_refusal as_s3_says(aws_refusal const& why)
{
    if (why.type == "MissingAuthenticationTokenException")
        return {403, "AccessDenied", "Access Denied"};
    if (why.type == "IncompleteSignatureException")
        return {400, "AuthorizationHeaderMalformed", why.message};
    if (why.type == "UnrecognizedClientException")
        return {403, "InvalidAccessKeyId",
                "The AWS Access Key Id you provided does not exist in our records."};
    if (why.type == "ExpiredTokenException")
        return {400, "ExpiredToken", "The provided token has expired."};
    if (why.message.starts_with("Signature expired") ||
        why.message.starts_with("Signature not yet"))
        return {403, "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large."};
    if (why.type == "InvalidSignatureException")
        return {403, "SignatureDoesNotMatch", why.message};
    return why;
}

INFERPP_DECL void s3_simulator::platform::authorize(simulated_request const& request,
                                                    std::string const& bucket) const
{
    if (auto const wrong = verifier.check(request, "s3", "", today))
        throw as_s3_says(*wrong);
    auto const named = storage->regions.find(bucket);
    std::string const& region = named == storage->regions.end() ? options.region : named->second;
    if (aws_verifier::region_of(request) != region) {
        if (options.wrong_region_status == 400)
            throw aws_refusal{400, "AuthorizationHeaderMalformed",
                              "The region is wrong; expecting '" + region + '\''};
        throw aws_refusal{options.wrong_region_status,
                          options.wrong_region_status == 307 ? "TemporaryRedirect"
                                                             : "PermanentRedirect",
                          "The bucket you are attempting to access must be addressed using the "
                          "specified endpoint."};
    }
    auto const owner = request.headers.find("x-amz-expected-bucket-owner");
    if (owner && *owner != options.account_id)
        throw aws_refusal{403, "AccessDenied", "Access Denied"};
}

INFERPP_DECL http::response s3_simulator::platform::route(simulated_request const& request)
{
    place const where = locate(request);
    authorize(request, where.bucket);
    std::string const& method = request.method;
    for (auto const& [name, value] : request.query) {
        std::string_view const known[] = {
            "list-type",   "prefix",      "delimiter", "max-keys",          "continuation-token",
            "start-after", "fetch-owner", "x-id",      "uploads",           "encoding-type",
            "uploadId",    "partNumber",  "max-parts", "part-number-marker"};
        if (!name.starts_with("X-Amz-") &&
            std::find(std::begin(known), std::end(known), name) == std::end(known))
            throw aws_refusal{501, "NotImplemented", "The simulator has no ?" + name};
    }
    if (where.bucket.empty())
        throw aws_refusal{501, "NotImplemented", "The simulator lists no buckets"};
    if (where.key.empty()) {
        if (method == "PUT")
            storage->buckets[where.bucket];
        auto const& bucket = find_bucket(where.bucket);
        boost::ignore_unused(bucket);
        if (method == "GET" && parameter(request, "list-type") == "2")
            return list(request, where);
        http::response answer;
        answer.status = 200;
        if (method == "PUT" || method == "HEAD")
            return answer;
        throw aws_refusal{501, "NotImplemented", "The simulator does not do that with buckets"};
    }
    auto& bucket = find_bucket(where.bucket);
    if (auto const id = parameter(request, "uploadId")) {
        upload& begun_upload = find_upload(where, *id);
        if (method == "PUT")
            return take_part(request, begun_upload);
        if (method == "POST")
            return complete(request, where, *id);
        if (method == "GET")
            return parts(request, where, begun_upload, *id);
        uploads.erase(*id);
        http::response gone;
        gone.status = 204;
        return gone;
    }
    if (method == "POST" && parameter(request, "uploads"))
        return create(request, where);
    if (method == "PUT")
        return put(request, where);
    if (method == "GET" || method == "HEAD")
        return get(request, where);
    if (method != "DELETE")
        throw aws_refusal{405, "MethodNotAllowed",
                          "The specified method is not allowed against this resource."};
    bucket.erase(where.key);
    http::response gone;
    gone.status = 204;
    return gone;
}

INFERPP_DECL void s3_simulator::platform::check_absent(simulated_request const& request,
                                                       place const& where) const
{
    auto const wanted = request.headers.find("If-None-Match");
    if (!wanted)
        return;
    if (*wanted != "*")
        throw aws_refusal{501, "NotImplemented", "If-None-Match takes * alone"};
    if (storage->find(where.bucket, where.key) != nullptr)
        throw aws_refusal{412, "PreconditionFailed",
                          "At least one of the pre-conditions you specified did not hold"};
}

INFERPP_DECL http::response s3_simulator::platform::store(place const& where, s3_object object)
{
    object.modified = today;
    http::response answer;
    answer.status = 200;
    answer.headers.set("ETag", object.etag);
    if (!object.crc32.empty()) {
        answer.headers.set("x-amz-checksum-crc32", object.crc32);
        answer.headers.set("x-amz-checksum-type",
                           object.is_composite ? "COMPOSITE" : "FULL_OBJECT");
    }
    if (!object.encryption.empty())
        answer.headers.set("x-amz-server-side-encryption", object.encryption);
    if (!storage->keep_content)
        object.content.clear();
    find_bucket(where.bucket)[where.key] = std::move(object);
    return answer;
}

INFERPP_DECL http::response s3_simulator::platform::put(simulated_request const& request,
                                                        place const& where)
{
    check_absent(request, where);
    s3_object made;
    made.content = body_of(request);
    made.size = made.content.size();
    made.etag = detail::quoted_hex(detail::md5_of(made.content));
    made.crc32 = checked_crc32(request, made.content);
    if (auto const type = request.headers.find("Content-Type"))
        made.content_type = *type;
    made.encryption = request.headers.find("x-amz-server-side-encryption").value_or("");
    return store(where, std::move(made));
}

// The part that a range names; nothing where it is not understood, and all is meant.
inline std::optional<std::pair<std::uint64_t, std::uint64_t>> parse_range(std::string_view text,
                                                                          std::uint64_t size)
{
    constexpr std::string_view unit = "bytes=";
    auto const dash = text.find('-');
    if (!text.starts_with(unit) || dash == std::string_view::npos)
        return std::nullopt;
    auto const number = [](std::string_view digits) -> std::optional<std::uint64_t> {
        std::uint64_t read = 0;
        auto const end = std::from_chars(digits.data(), digits.data() + digits.size(), read);
        if (digits.empty() || end.ec != std::errc{} || end.ptr != digits.data() + digits.size())
            return std::nullopt;
        return read;
    };
    auto const from = number(text.substr(unit.size(), dash - unit.size()));
    auto const to = number(text.substr(dash + 1));
    if (!from && !to)
        return std::nullopt;
    if (!from) // the last ones
        return std::pair{size - (std::min)(*to, size), (std::min)(*to, size)};
    if (*from >= size)
        throw aws_refusal{416, "InvalidRange", "The requested range is not satisfiable"};
    std::uint64_t const last = (std::min)(to.value_or(size - 1), size - 1);
    return std::pair{*from, last - (std::min)(*from, last) + 1};
}

INFERPP_DECL http::response s3_simulator::platform::get(simulated_request const& request,
                                                        place const& where) const
{
    s3_object const* const found = storage->find(where.bucket, where.key);
    if (found == nullptr)
        throw aws_refusal{404, "NoSuchKey", "The specified key does not exist."};
    if (auto const match = request.headers.find("If-Match"); match && *match != found->etag)
        throw aws_refusal{412, "PreconditionFailed",
                          "At least one of the pre-conditions you specified did not hold"};
    http::response answer;
    answer.status = 200;
    http::headers& headers = answer.headers;
    headers.set("ETag", found->etag);
    if (request.headers.find("If-None-Match") == std::optional<std::string_view>{found->etag}) {
        answer.status = 304;
        return answer;
    }
    headers.set("Last-Modified",
                format_http_date(std::chrono::floor<std::chrono::seconds>(found->modified)));
    headers.set("Content-Type", found->content_type);
    headers.set("Accept-Ranges", "bytes");
    if (!found->encryption.empty())
        headers.set("x-amz-server-side-encryption", found->encryption);
    auto const range = parse_range(request.headers.find("Range").value_or(""), found->size);
    if (!range && !found->crc32.empty() &&
        request.headers.find("x-amz-checksum-mode") == std::optional<std::string_view>{"ENABLED"}) {
        headers.set("x-amz-checksum-crc32", found->crc32);
        headers.set("x-amz-checksum-type", found->is_composite ? "COMPOSITE" : "FULL_OBJECT");
    }
    auto const [from, count] = range.value_or(std::pair{std::uint64_t{0}, found->size});
    if (range) {
        answer.status = 206;
        headers.set("Content-Range", "bytes " + std::to_string(from) + '-' +
                                         std::to_string(from + count - 1) + '/' +
                                         std::to_string(found->size));
    }
    if (request.method == "HEAD")
        headers.set("Content-Length", std::to_string(count));
    else if (found->content.size() == found->size)
        answer.body = found->content.substr(from, count);
    else
        answer.body.assign(count, 'x'); // it was not kept
    return answer;
}

INFERPP_DECL http::response s3_simulator::platform::serve(simulated_request const& request)
{
    http::response answer;
    std::string bucket;
    try {
        if (storage->refresh)
            storage->refresh();
        bucket = locate(request).bucket;
        answer = route(request);
    }
    catch (aws_refusal const& why) {
        answer = error(why.status, why.type, why.message);
        auto const region = storage->regions.find(bucket);
        bool const elsewhere =
            why.type.ends_with("Redirect") || why.type == "AuthorizationHeaderMalformed";
        if (elsewhere)
            answer.headers.set("x-amz-bucket-region",
                               region == storage->regions.end() ? options.region : region->second);
    }
    std::string const id = std::to_string(1'000'000 + ++requests);
    answer.headers.set("x-amz-request-id", "S3" + id);
    answer.headers.set("x-amz-id-2", "host+" + id + "/=");
    answer.headers.set("Date", format_http_date(std::chrono::floor<std::chrono::seconds>(today)));
    answer.headers.set("Server", "AmazonS3");
    return answer;
}

INFERPP_DECL s3_simulator::s3_simulator(boost::asio::any_io_executor executor,
                                        s3_simulator_options options)
    : simulator(std::move(executor), options),
      platform_(std::make_unique<platform>(std::move(options)))
{
    start();
}

INFERPP_DECL s3_simulator::~s3_simulator()
{
    stop();
}

INFERPP_DECL std::string s3_simulator::base_url() const
{
    return origin_url();
}

INFERPP_DECL s3_storage& s3_simulator::storage() noexcept
{
    return *platform_->storage;
}

INFERPP_DECL std::size_t s3_simulator::open_uploads() const noexcept
{
    return platform_->uploads.size();
}

INFERPP_DECL void s3_simulator::accept(aws_key key)
{
    platform_->verifier.add(std::move(key));
}

INFERPP_DECL fault s3_simulator::error_fault(int status, std::string_view code,
                                             std::string_view message)
{
    http::response const made = platform::error(status, code, message);
    fault wrong;
    wrong.status = status;
    wrong.body = made.body;
    wrong.headers = made.headers;
    return wrong;
}

INFERPP_DECL http::response s3_simulator::answer(simulated_request const& request)
{
    platform_->today = clock().calendar();
    return platform_->serve(request);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/s3_simulator_uploads.ipp>
#endif

#endif
