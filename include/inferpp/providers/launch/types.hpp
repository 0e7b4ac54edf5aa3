// SPDX-License-Identifier: BSL-1.0
//
// What several of Launch's resources have in common.

#ifndef INFERPP_PROVIDERS_LAUNCH_TYPES_HPP
#define INFERPP_PROVIDERS_LAUNCH_TYPES_HPP

#include <inferpp/client/job_status.hpp>
#include <inferpp/client/operation.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/codec/timestamp.hpp>
#include <inferpp/core/check.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace inferpp::inline INFERPP_ABI::launch {

using detail::first_error;
using detail::refuse;

/// A text without its quotes; other JSON as text; nothing for null.
INFERPP_DECL std::string text_of(boost::json::value const& value);

/// The member of that name; null when there is none, or `of` is no object.
INFERPP_DECL boost::json::value const* member(boost::json::value const& of,
                                              std::string_view name) noexcept;

/// Who an object belongs to, and what else is to be noted about it. The platform wants "team" and
/// "product"; values are those of Kubernetes' labels.
using label_map = std::map<std::string, std::string>;

inline constexpr std::int64_t max_count = (std::numeric_limits<std::int64_t>::max)();

/// Refuses labels without "team" or "product", as the platform does. *Source*: wire notes 2.6
INFERPP_DECL result<void> check_labels(label_map const& labels);

/// Refuses an empty member. @param name of the member
INFERPP_DECL result<void> check_given(std::string_view name, std::string_view value);

/// Refuses an optional number outside of its range. @param name of the member
INFERPP_DECL result<void> check_range(std::string_view name, std::optional<double> value,
                                      double low, double high);

/// The same for a count, which is at least `low`.
INFERPP_DECL result<void> check_count(std::string_view name, std::optional<std::int64_t> value,
                                      std::int64_t low, std::int64_t high = max_count);

/// An amount of CPUs, memory or storage in the words of Kubernetes: "500m", "16Gi", 4, 0.5.
class quantity {
public:
    quantity() = default;
    quantity(std::string text) : text_(std::move(text)) {}
    quantity(char const* text) : text_(text) {}
    quantity(std::integral auto count) : text_(std::to_string(count)), number_(true) {}
    INFERPP_DECL quantity(double count);

    /// As it was given, a number as JSON writes it.
    std::string const& text() const noexcept { return text_; }

    INFERPP_DECL static result<quantity> from_json(boost::json::value const& value);
    INFERPP_DECL void to_json(json_writer& out) const;

    friend bool operator==(quantity const& a, quantity const& b) noexcept
    {
        return a.text_ == b.text_;
    }

private:
    std::string text_;
    bool number_ = false; ///< written without quotes
};

/// The kinds of GPU that the platform knows.
enum class gpu_type {
    unknown,
    nvidia_tesla_t4,
    nvidia_ampere_a10,
    nvidia_ampere_a100,
    nvidia_ampere_a100e,
    nvidia_hopper_h100,
    nvidia_hopper_h100_1g20gb,
    nvidia_hopper_h100_3g40gb,
};
BOOST_DESCRIBE_ENUM(gpu_type, unknown, nvidia_tesla_t4, nvidia_ampere_a10, nvidia_ampere_a100,
                    nvidia_ampere_a100e, nvidia_hopper_h100, nvidia_hopper_h100_1g20gb,
                    nvidia_hopper_h100_3g40gb)

constexpr json_rules json_rules_of(gpu_type const*) noexcept
{
    return json_rules{naming::kebab_case};
}

/// The order of a listing.
enum class listing_order {
    unknown,
    newest,
    oldest,
    alphabetical, ///< endpoints only
};
BOOST_DESCRIBE_ENUM(listing_order, unknown, newest, oldest, alphabetical)

/// The machine that something runs on. What is not given is up to the platform.
struct hardware {
    hardware() = default;

    std::optional<quantity> cpus;     ///< "3"
    std::optional<quantity> memory;   ///< "12Gi"
    std::optional<std::int64_t> gpus; ///< at least 0
    std::optional<word<launch::gpu_type>> gpu_type;
    std::optional<quantity> storage; ///< "16Gi"
};
BOOST_DESCRIBE_STRUCT(hardware, (), (cpus, memory, gpus, gpu_type, storage))

/// The platform's words for the state of a batch job or a fine-tune.
enum class batch_status {
    unknown,
    pending,
    running,
    success,
    failure,
    cancelled,
    undefined,
    timeout, ///< the job's own time limit has passed
};
BOOST_DESCRIBE_ENUM(batch_status, unknown, pending, running, success, failure, cancelled, undefined,
                    timeout)

constexpr json_rules json_rules_of(batch_status const*) noexcept
{
    return json_rules{naming::upper_case};
}

/// The portable status. UNDEFINED is `phase::unknown`: it may pass.
INFERPP_DECL job_status describe(word<batch_status> const& status);

/// How long something took: an ISO 8601 duration such as "PT1M1.5S", or seconds as a number.
class job_duration {
public:
    job_duration() = default;

    /// In seconds; empty for a text in another form.
    std::optional<std::chrono::duration<double>> const& time() const noexcept { return time_; }

    /// As it stands on the wire.
    std::string const& text() const noexcept { return text_; }

    INFERPP_DECL static result<job_duration> from_json(boost::json::value const& value);
    void to_json(json_writer& out) const { out.string(text_); }

private:
    std::string text_;
    std::optional<std::chrono::duration<double>> time_;
};

/// Reads "P1DT1H1M1.25S", also with weeks and a sign. @return empty for anything else, also for
/// years and months, whose length is not fixed
INFERPP_DECL std::optional<std::chrono::duration<double>> parse_iso8601_duration(
    std::string_view text) noexcept;

/// The answer to a wish: whether it came true.
struct success_answer {
    success_answer() = default;

    bool success = false;
};
BOOST_DESCRIBE_STRUCT(success_answer, (), (success))

/// The answer to a deletion.
struct deletion {
    deletion() = default;

    bool deleted = false;
};
BOOST_DESCRIBE_STRUCT(deletion, (), (deleted))

} // namespace inferpp::inline INFERPP_ABI::launch

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/launch/impl/types.ipp>
#endif

#endif
