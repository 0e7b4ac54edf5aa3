// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_S3_SIMULATOR_HPP
#define INFERPP_TESTING_S3_SIMULATOR_HPP

#include <inferpp/codec/http_date.hpp>
#include <inferpp/testing/aws_verifier.hpp>
#include <inferpp/testing/simulator.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::testing {

/// An object of a simulated S3.
struct s3_object {
    s3_object() = default;

    std::string content; ///< empty where the storage keeps none
    std::uint64_t size = 0;
    std::string etag; ///< in its quotes
    std::string content_type = "binary/octet-stream";
    std::string encryption; ///< as it was asked for
    sys_milliseconds modified{};
    std::string crc32;         ///< as a header has it; empty: S3 has none
    bool is_composite = false; ///< it is one of the parts' checksums
};

/// What a simulated S3 holds. Tests may read and change it at any time; several simulators share
/// it. *Thread safety*: used on one executor that runs one handler at a time.
struct s3_storage {
    s3_storage() = default;

    using object_map = std::map<std::string, s3_object, std::less<>>;

    std::map<std::string, object_map, std::less<>> buckets; ///< objects by key
    /// Of buckets that are not of the simulator's region.
    std::map<std::string, std::string, std::less<>> regions;
    bool keep_content = true; ///< otherwise of what is sent only sizes and checksums are kept

    /// Called before each request: who fills the storage as time passes does so now.
    std::function<void()> refresh;

    /// Puts an object there; the bucket is made if it is not there.
    INFERPP_DECL s3_object& put(std::string const& bucket, std::string const& key,
                                std::string content, sys_milliseconds now = {});

    /// Null where there is none.
    INFERPP_DECL s3_object const* find(std::string_view bucket, std::string_view key) const;

    /// The content of an object; empty where there is none.
    INFERPP_DECL std::string content(std::string_view bucket, std::string_view key) const;
};

/// How a simulated S3 behaves.
struct s3_simulator_options : simulator_options {
    s3_simulator_options() = default;

    std::string access_key = "test";
    std::string secret_key = "test";
    std::string session_token; ///< that must come with the key
    std::string region = "us-east-1";
    std::string account_id = "123456789012"; ///< that all buckets belong to
    std::string domain =
        "localhost"; ///< of the host "bucket.localhost": that is virtual-host style
    std::chrono::milliseconds clock_tolerance = std::chrono::minutes{15};
    int wrong_region_status = 301;            ///< 301, 307, 400
    std::uint64_t min_part_bytes = 5UL << 20; ///< of parts that are not the last
    std::size_t page_size = 1000;             ///< of listings, at most

    /// What it holds; null: a storage of its own, with one bucket, "bucket".
    std::shared_ptr<s3_storage> storage;
};

/**
 * @brief The part of S3 that Bedrock's data needs: objects, listings, uploads in parts.
 *
 * It checks signatures (headers and presigned URLs), CRC-32 checksums, conditions and limits; takes
 * buckets in the path and in the host, and bodies in `aws-chunked`; names the region of buckets
 * that are elsewhere. PUT of a bucket makes it. *Source*: wire notes 6.4 and 10
 */
class s3_simulator final : public simulator {
public:
    INFERPP_DECL explicit s3_simulator(boost::asio::any_io_executor executor,
                                       s3_simulator_options options = {});
    INFERPP_DECL ~s3_simulator() override;

    /// What a client is given as its endpoint.
    INFERPP_DECL std::string base_url() const;

    INFERPP_DECL s3_storage& storage() noexcept;

    /// Uploads in parts that were neither completed nor aborted.
    INFERPP_DECL std::size_t open_uploads() const noexcept;

    /// One more key that is good, such as one that a simulated STS has issued.
    INFERPP_DECL void accept(aws_key key);

    /// An error of the platform, for `inject`; of status 200 it is one that comes too late.
    INFERPP_DECL static fault error_fault(int status, std::string_view code,
                                          std::string_view message);

private:
    INFERPP_DECL http::response answer(simulated_request const& request) override;

    struct platform;
    std::unique_ptr<platform> platform_;
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/s3_simulator.ipp>
#endif

#endif
