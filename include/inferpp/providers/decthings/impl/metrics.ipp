// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_DECTHINGS_IMPL_METRICS_IPP
#define INFERPP_PROVIDERS_DECTHINGS_IMPL_METRICS_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/decthings/metrics.hpp>

#include <algorithm>

namespace inferpp::inline INFERPP_ABI::decthings {

INFERPP_DECL result<void> training_metrics::attach(blob_reader& blobs)
{
    for (metric_series& series : metrics)
        for (metric_entry& entry : series.entries) {
            auto const content = blobs.next();
            if (!content)
                return content.error();
            auto value = tensor::decode(*content);
            if (!value) {
                error e = value.error();
                e.edit().message +=
                    ", in metric '" + inferpp::detail::printable(series.name, 64) + '\'';
                return e;
            }
            entry.value = std::move(*value);
        }
    return {};
}

INFERPP_DECL void metrics_cursor::announce(std::vector<metric_amount> const& amounts)
{
    for (metric_amount const& one : amounts) {
        series& known = all_[one.name];
        known.announced = (std::max)(known.announced, one.amount);
    }
}

INFERPP_DECL std::vector<metric_range> metrics_cursor::missing() const
{
    constexpr std::uint64_t at_once = 256;
    std::vector<metric_range> ranges;
    for (auto const& [name, known] : all_)
        if (known.taken < known.announced)
            ranges.emplace_back(name, known.taken,
                                (std::min)(known.announced - known.taken, at_once));
    return ranges;
}

INFERPP_DECL result<void> metrics_cursor::take(training_metrics&& answer)
{
    for (metric_series& given : answer.metrics) {
        auto const known = all_.find(given.name);
        bool const asked = known != all_.end() && known->second.taken == given.start_index &&
                           given.entries.size() <= known->second.announced - known->second.taken;
        if (!asked)
            return error{errc::bad_schema, "the answer has entries of the metric '" +
                                               inferpp::detail::printable(given.name, 64) +
                                               "' that were not asked for"};
        for (metric_entry& entry : given.entries) {
            metric_event event;
            event.name = given.name;
            event.index = known->second.taken++;
            event.timestamp = entry.timestamp;
            event.value = std::move(entry.value);
            ready_.push_back(std::move(event));
        }
    }
    return {};
}

INFERPP_DECL std::optional<metric_event> metrics_cursor::next()
{
    if (ready_.empty())
        return std::nullopt;
    std::optional<metric_event> event{std::move(ready_.front())};
    ready_.pop_front();
    return event;
}

INFERPP_DECL std::string amounts_text(std::vector<metric_amount> const& amounts)
{
    std::string text;
    for (metric_amount const& one : amounts)
        text.append(" ").append(one.name).append(":").append(std::to_string(one.amount));
    return text;
}

} // namespace inferpp::inline INFERPP_ABI::decthings

#endif
