// SPDX-License-Identifier: BSL-1.0
//
// The metrics of a training: what the model's code reports while it trains.

#ifndef INFERPP_PROVIDERS_DECTHINGS_METRICS_HPP
#define INFERPP_PROVIDERS_DECTHINGS_METRICS_HPP

#include <inferpp/providers/decthings/training.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::decthings {

/// Entries of a metric that are asked for.
struct metric_range {
    metric_range() = default;
    metric_range(std::string metric, std::uint64_t from, std::uint64_t how_many)
        : name(std::move(metric)),
          start_index(from),
          amount(how_many)
    {
    }

    std::string name;
    std::uint64_t start_index = 0;
    std::uint64_t amount = 0;
};
BOOST_DESCRIBE_STRUCT(metric_range, (), (name, start_index, amount))

/// What a metric was at a point in time.
struct metric_entry {
    metric_entry() = default;

    epoch_time timestamp;
    tensor value;
};
BOOST_DESCRIBE_STRUCT(metric_entry, (), (timestamp))

/// Entries of a metric.
struct metric_series {
    metric_series() = default;

    std::string name;
    std::uint64_t start_index = 0;
    std::vector<metric_entry> entries;
};
BOOST_DESCRIBE_STRUCT(metric_series, (), (name, start_index, entries))

/// Metrics of a training.
struct training_metrics {
    training_metrics() = default;

    std::vector<metric_series> metrics;

    INFERPP_DECL result<void> attach(blob_reader& blobs);
};
BOOST_DESCRIBE_STRUCT(training_metrics, (), (metrics))

/// Model/getTrainingMetrics, in both generations; how many entries there are says
/// `get_training_status`. *Source*: wire notes 5.4
struct get_training_metrics : call<get_training_metrics, training_metrics>, of_training {
    static constexpr operation_info info = rpc("get_training_metrics", "Model/getTrainingMetrics");
    using of_training::of_training;

    std::vector<metric_range> metrics;
};
BOOST_DESCRIBE_STRUCT(get_training_metrics, (of_training), (metrics))

constexpr json_rules json_rules_of(get_training_metrics const*)
{
    return json_rules{naming::camel_case}.always_written("metrics");
}

/// One entry of a metric, as a stream gives it.
struct metric_event {
    metric_event() = default;

    std::string name;
    std::uint64_t index = 0; ///< in its metric, from 0 on
    epoch_time timestamp;
    tensor value;
};

/// Which entries of a training's metrics have been given, and which come next.
class metrics_cursor {
public:
    /// Takes in how many there are.
    INFERPP_DECL void announce(std::vector<metric_amount> const& amounts);

    /// What is to be asked for now: of each metric a bounded number. Empty: all have been given.
    INFERPP_DECL std::vector<metric_range> missing() const;

    /// Takes in what was answered. @return `errc::bad_schema` for entries that were not asked for
    INFERPP_DECL result<void> take(training_metrics&& answer);

    /// The next entry that has come, if there is one.
    INFERPP_DECL std::optional<metric_event> next();

    bool has_ready() const noexcept { return !ready_.empty(); }

private:
    struct series {
        std::uint64_t announced = 0;
        std::uint64_t taken = 0;
    };
    std::map<std::string, series> all_;
    std::deque<metric_event> ready_;
};

/// Polls a training and asks for the entries that are new.
/// @tparam Job a job of training whose status changes with the amounts
/// @tparam Ask asks for entries
template <class Job, class Ask>
class metrics_source final : public event_source<metric_event> {
public:
    using event = std::optional<metric_event>;

    metrics_source(client with, job_ref training, poll_options poll, call_options call)
        : client_(std::move(with)),
          training_(std::move(training)),
          call_(call),
          updates_(client_.attach<Job>(training_).updates(poll))
    {
    }

    boost::asio::awaitable<result<event>> next() override
    {
        while (true) {
            if (event ready = cursor_.next())
                co_return ready;
            auto wanted = cursor_.missing();
            if (!wanted.empty() && !stuck_) {
                Ask ask{training_};
                ask.metrics = std::move(wanted);
                auto answer = co_await client_.send(ask, call_);
                if (auto const taken = cursor_.take(std::move(answer)); !taken)
                    co_return taken.error();
                stuck_ = !cursor_.has_ready(); // the platform is behind its own status
                continue;
            }
            if (ended_)
                co_return stuck_ ? result<event>{missing_entries()} : result<event>{event{}};
            auto status = co_await updates_.next();
            stuck_ = false;
            ended_ = !status || is_terminal(status->phase);
            if (status)
                cursor_.announce(status->raw->metrics);
        }
    }

private:
    static error missing_entries()
    {
        return error{errc::bad_schema, "the training has ended, and the platform does not give all "
                                       "the entries of its metrics that it counts"};
    }

    client client_;
    job_ref training_;
    call_options call_;
    event_stream<status_of<Job>> updates_;
    metrics_cursor cursor_;
    bool stuck_ = false;
    bool ended_ = false;
};

/// The amounts of metrics as one text, which changes when one of them does.
INFERPP_DECL std::string amounts_text(std::vector<metric_amount> const& amounts);

/// A job of training whose status changes with each entry of its metrics too.
template <class Job>
struct watched_job : Job {
    template <class Status>
    static job_status describe(Status const& training)
    {
        job_status told = Job::describe(training);
        told.word += amounts_text(training.metrics);
        return told;
    }
};

/// The base of the operations whose stream is the metrics of a job of training.
template <class Job, class Ask>
struct metrics_stream {
    using provider = decthings::provider;
    using response = metric_event;
    using event = metric_event;

    job_ref training;
    poll_options poll;

    /// Refuses empty ids.
    result<void> validate() const { return Ask{training}.validate(); }

    static boost::asio::awaitable<event_stream<event>> perform(client with, metrics_stream op,
                                                               call_options call)
    {
        using source = metrics_source<watched_job<Job>, Ask>;
        co_return event_stream<event>{
            std::make_unique<source>(std::move(with), op.training, op.poll, call)};
    }

protected:
    metrics_stream(job_ref of, poll_options how) : training(std::move(of)), poll(how) {}
};

/**
 * @brief The metrics of a training as they come: each entry once, those of one metric in order.
 *
 * @code
 * decthings::follow_metrics const all{"model id", job.id(), {.deadline = 2h}};
 * auto metrics = co_await client.stream(all);
 * while (auto entry = co_await metrics.next())
 *     std::cout << entry->name << ' ' << entry->value.value<float>() << '\n';
 * @endcode
 *
 * The platform has no events for it: it is polled as the options say, in both generations. The
 * stream ends when the training has ended, in whatever way, and fails as `job::wait` does.
 *
 * *Source*: wire notes 5.4
 */
struct follow_metrics : metrics_stream<train, get_training_metrics> {
    static constexpr operation_info info{.name = "follow_metrics"};

    follow_metrics(std::string model, std::string session, poll_options how)
        : metrics_stream(job_ref{std::move(session), std::move(model)}, how)
    {
    }
};

// g++ 12 destroys aggregate temporaries twice inside a co_await expression.
static_assert(!fragile_temporary<get_training_metrics> && !fragile_temporary<follow_metrics>);

} // namespace inferpp::inline INFERPP_ABI::decthings

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/decthings/impl/metrics.ipp>
#endif

#endif
