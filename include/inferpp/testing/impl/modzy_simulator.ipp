// SPDX-License-Identifier: BSL-1.0
//
// Written from the wire notes, not from the client's types: the two must agree by the notes alone.
// This file has the platform's state. The others, included after it, have the rest: _routes,
// _inputs (what comes in), _jobs, _results, _models, _inferences, _lists (filters and pages) and
// _catalog (the models that it has by default). Each includes the next, because a header has one.

#ifndef INFERPP_TESTING_IMPL_MODZY_SIMULATOR_IPP
#define INFERPP_TESTING_IMPL_MODZY_SIMULATOR_IPP

#include <inferpp/codec/digest.hpp>
#include <inferpp/codec/http_date.hpp>
#include <inferpp/codec/json.hpp>
#include <inferpp/codec/json_writer.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/testing/modzy_simulator.hpp>

#include <boost/beast/http/status.hpp>
#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <string_view>
#include <variant>

namespace inferpp::inline INFERPP_ABI::testing {

namespace detail {

inline std::string_view modzy_view(boost::json::string const& text) noexcept
{
    return {text.data(), text.size()};
}

/// A member's text; empty when it is missing or no text.
inline std::string_view modzy_text(boost::json::object const& from, std::string_view name)
{
    boost::json::value const* const value = from.if_contains(name);
    return value != nullptr && value->is_string() ? modzy_view(value->get_string())
                                                  : std::string_view{};
}

/// A member that is an object; null when it is missing or something else.
inline boost::json::object const* modzy_object(boost::json::object const& from,
                                               std::string_view name)
{
    boost::json::value const* const value = from.if_contains(name);
    return value != nullptr ? value->if_object() : nullptr;
}

} // namespace detail

struct modzy_simulator::platform {
    using time_point = inferpp::clock::time_point;
    using object = boost::json::object;

    /// An answer that ends the handling of a request early.
    struct refusal {
        int status;
        std::string message;
    };

    /// A data item that comes in pieces.
    struct upload {
        sha256 digest;
        modzy_model_input::value value;
        std::size_t chunks = 0;
    };

    /// An input that has come in, not yet processed.
    struct arrival {
        std::string key;
        std::map<std::string, modzy_model_input::value> data;
        std::string error; ///< not empty: it could not be had
    };

    struct job {
        struct input {
            std::string key;
            modzy_model_output outcome;
            time_point done;
            std::uint64_t bytes = 0;
            int vote = 0; ///< 1: up, -1: down
        };
        struct uploading {
            std::string key;
            std::map<std::string, upload> items;
        };

        std::string id;
        std::string model;
        std::string version;
        std::string access_key;
        bool explain = false;
        bool open = false; ///< takes chunks: nothing else happens before it is closed
        std::optional<std::chrono::milliseconds> timeout;
        std::vector<uploading> uploads;
        std::map<std::string, std::size_t> upload_index;
        std::vector<input> inputs;
        time_point created;
        time_point submitted;
        time_point started;
        time_point ended;
        sys_milliseconds created_at;
        std::optional<time_point> cancelled;
        std::uint64_t bytes = 0;
    };

    /// Where a job stands at a moment.
    struct state {
        std::string_view word;
        std::size_t completed = 0;
        std::size_t failed = 0;
        bool ended = false;
        time_point seen; ///< inputs done by then count
    };

    struct inference {
        std::string id;
        std::string model;
        std::string version;
        object tags;
        boost::json::array inputs; ///< redacted
        bool explain = false;
        bool fetches = false; ///< some input lies in a storage
        modzy_model_output outcome;
        time_point submitted;
        sys_milliseconds submitted_at;
    };

    explicit platform(modzy_simulator_options with)
        : options(std::move(with)),
          chunk_limit(parse_size(options.chunk_limit))
    {
    }

    modzy_simulator_options options;
    std::optional<std::uint64_t> chunk_limit;
    std::map<std::string, job> jobs;
    std::vector<job*> by_age; ///< the jobs, oldest first
    std::map<std::string, inference> inferences;
    std::size_t credited = 0; ///< jobs that were cancelled in time
    std::mt19937_64 random{std::random_device{}()};
    std::string public_url;
    time_point now;         ///< when the request arrived
    sys_milliseconds today; ///< the same on the calendar

    // --- here ------------------------------------------------------------------------------------

    INFERPP_DECL http::response route(simulated_request const& request);
    INFERPP_DECL http::response route_jobs(simulated_request const& request,
                                           std::string const& access_key);
    INFERPP_DECL http::response route_results(simulated_request const& request);
    INFERPP_DECL http::response route_models(simulated_request const& request);
    INFERPP_DECL static http::response refuse(int status, std::string_view message);
    static http::response refuse(refusal const& why) { return refuse(why.status, why.message); }
    static http::response unknown(simulated_request const& request)
    {
        return refuse(404, "There is no " + request.method + " " + request.target);
    }
    INFERPP_DECL static http::response json(int status, boost::json::value const& body);
    INFERPP_DECL std::optional<std::string> credentials(simulated_request const& request) const;
    INFERPP_DECL std::string new_uuid();

    // --- _inputs: what comes in ------------------------------------------------------------------

    INFERPP_DECL static std::optional<std::uint64_t> parse_size(std::string_view text);
    INFERPP_DECL modzy_model_input::value whole(std::string data, std::string media_type) const;
    INFERPP_DECL std::variant<std::vector<arrival>, refusal> read_input(object const& input) const;
    INFERPP_DECL std::variant<std::vector<arrival>, refusal> read_sources(
        std::string_view type, object const& input, object const& sources) const;
    INFERPP_DECL std::vector<arrival> read_rows(object const& input) const;
    INFERPP_DECL void read_folder(std::string const& key, object const& source, bool trusted,
                                  std::vector<arrival>& to) const;
    INFERPP_DECL std::string read_item(std::string_view type, bool trusted,
                                       boost::json::value const& from,
                                       modzy_model_input::value& to) const;
    INFERPP_DECL bool trusts(std::string_view name, std::string_view secret) const;
    INFERPP_DECL static std::string stored_name(object const& from, std::string_view bucket,
                                                std::string_view key);
    INFERPP_DECL static std::variant<std::string_view, refusal> find_part(
        simulated_request const& request, std::string_view name);
    INFERPP_DECL http::response append(job& to, simulated_request const& request);

    // --- _jobs -----------------------------------------------------------------------------------

    INFERPP_DECL static state look(job const& which, time_point at);
    INFERPP_DECL job* find(std::string const& id);
    INFERPP_DECL bool is_visible(job const& which) const;
    INFERPP_DECL http::response submit(simulated_request const& request,
                                       std::string const& access_key);
    INFERPP_DECL http::response close(job& which);
    INFERPP_DECL void cancel(job& which);
    INFERPP_DECL http::response cancel_all(std::string const& access_key);
    INFERPP_DECL http::response features() const;
    INFERPP_DECL http::response statistics(std::string const& access_key, bool all) const;
    INFERPP_DECL modzy_model_output run(modzy_model_input input) const;
    INFERPP_DECL void process(job& which, std::vector<arrival> arrivals) const;
    INFERPP_DECL object receipt(job const& which) const;
    INFERPP_DECL object details(job const& which) const;
    INFERPP_DECL object name_model(std::string const& id, std::string const& version) const;
    INFERPP_DECL static object user(std::string const& access_key);
    INFERPP_DECL void put_common(object& into, job const& which) const;
    static sys_milliseconds date(job const& which, time_point at)
    {
        return which.created_at + milliseconds(at - which.created);
    }
    static std::chrono::milliseconds milliseconds(inferpp::clock::duration time)
    {
        return std::chrono::floor<std::chrono::milliseconds>(time);
    }
    /// As most dates are written, unless they are mixed.
    INFERPP_DECL std::string stamp(sys_milliseconds at) const;
    /// The offset without a colon, which the platform uses for the times of inputs.
    INFERPP_DECL static std::string narrow_stamp(sys_milliseconds at);

    // --- _results --------------------------------------------------------------------------------

    INFERPP_DECL http::response results(job const& which) const;
    INFERPP_DECL http::response result_of(job const& which, std::string const& key) const;
    INFERPP_DECL http::response output_of(job const& which, std::string const& key,
                                          std::string const& name) const;
    INFERPP_DECL http::response vote(job& which, std::string const& method, std::string const& verb,
                                     std::string const& key) const;
    INFERPP_DECL job::input const* find_done(job const& which, std::string const& key) const;
    INFERPP_DECL object outcome(job const& which, job::input const& input) const;
    INFERPP_DECL object outputs(job const& which, job::input const& input) const;
    static object voting(job::input const& input)
    {
        return {{"up", input.vote > 0 ? 1 : 0}, {"down", input.vote < 0 ? 1 : 0}};
    }
    time_point start_of(job const& which, job::input const& input) const
    {
        return (std::max)(which.started, input.done - options.input_time);
    }

    // --- _models ---------------------------------------------------------------------------------

    INFERPP_DECL modzy_catalog_model const* find_model(std::string_view id) const;
    INFERPP_DECL modzy_catalog_version const* find_version(std::string_view id,
                                                           std::string_view version) const;
    INFERPP_DECL http::response list_models(simulated_request const& request) const;
    INFERPP_DECL http::response latest_models() const;
    INFERPP_DECL http::response model_details(modzy_catalog_model const& which) const;
    INFERPP_DECL http::response related(modzy_catalog_model const& which) const;
    INFERPP_DECL http::response list_versions(simulated_request const& request,
                                              modzy_catalog_model const& which) const;
    INFERPP_DECL http::response version_details(modzy_catalog_model const& model,
                                                modzy_catalog_version const& which) const;
    INFERPP_DECL http::response set_engines(simulated_request const& request, bool wrapped,
                                            modzy_catalog_model const& model,
                                            std::string const& version);
    INFERPP_DECL http::response minimum_engines() const;
    INFERPP_DECL static http::response requirements();
    INFERPP_DECL http::response tags() const;
    INFERPP_DECL http::response tags_and_models(std::string_view ids) const;
    INFERPP_DECL http::response resources(std::string_view what) const;
    INFERPP_DECL static object tag(std::string const& name);
    INFERPP_DECL static boost::json::array model_tags(modzy_catalog_model const& which);
    INFERPP_DECL static boost::json::array model_features(modzy_catalog_model const& which);
    INFERPP_DECL static boost::json::array model_images(modzy_catalog_model const& which);
    INFERPP_DECL static boost::json::array model_versions(modzy_catalog_model const& which,
                                                          bool active_only);

    // --- _inferences -----------------------------------------------------------------------------

    INFERPP_DECL http::response infer(simulated_request const& request);
    INFERPP_DECL http::response inference_details(inference const& which) const;
    INFERPP_DECL std::string read_inference_input(object const& from, inference& into,
                                                  modzy_model_input& input) const;
    INFERPP_DECL std::string new_ksuid();

    // --- _lists: filters and pages ---------------------------------------------------------------

    /// How a filter finds its text: anywhere in a value without regard to case, or as a whole.
    enum class match { similar, exact };

    INFERPP_DECL http::response list_jobs(simulated_request const& request) const;
    INFERPP_DECL http::response history(simulated_request const& request) const;
    INFERPP_DECL std::optional<refusal> select_jobs(simulated_request const& request,
                                                    std::vector<job const*>& chosen) const;
    INFERPP_DECL bool fits(job const& which, std::string_view filter,
                           std::string const& value) const;
    INFERPP_DECL bool has_status(job const& which, std::string_view word) const;
    INFERPP_DECL static std::optional<std::string> parameter(simulated_request const& request,
                                                             std::string_view name);
    INFERPP_DECL static bool found(std::string_view wanted, match how,
                                   std::vector<std::string_view> const& values);
    INFERPP_DECL static std::variant<sys_milliseconds, refusal> parse_date(std::string_view name,
                                                                           std::string text);
    /// Sorts rows by their members, cuts a page out of them, and links to the next.
    INFERPP_DECL http::response page_of(
        simulated_request const& request, std::vector<object> rows,
        std::vector<std::pair<std::string_view, std::string_view>> const& columns) const;
};

INFERPP_DECL http::response modzy_simulator::platform::refuse(int status, std::string_view message)
{
    auto const reason = boost::beast::http::obsolete_reason(
        boost::beast::http::int_to_status(static_cast<unsigned>(status)));
    object body;
    body["statusCode"] = status;
    body["status"] = std::string{reason.data(), reason.size()};
    body["message"] = inferpp::detail::printable(message, 1000);
    body["reportErrorUrl"] = "https://example.invalid/report";
    return json(status, body);
}

INFERPP_DECL http::response modzy_simulator::platform::json(int status,
                                                            boost::json::value const& body)
{
    std::string text;
    json_writer out{text};
    out.value(body);
    return json_answer(status, std::move(text));
}

/// The public part of the key that the request carries; nothing when it is not good.
INFERPP_DECL std::optional<std::string> modzy_simulator::platform::credentials(
    simulated_request const& request) const
{
    auto const header = request.headers.find("Authorization");
    if (!header)
        return std::nullopt;
    constexpr std::string_view key_scheme = "ApiKey ";
    constexpr std::string_view token_scheme = "Bearer ";
    if (header->starts_with(key_scheme) && header->size() > key_scheme.size()) {
        std::string_view const key = header->substr(key_scheme.size());
        if (!options.api_key.empty() && key != options.api_key)
            return std::nullopt;
        return std::string{key.substr(0, key.find('.'))};
    }
    auto const team = request.headers.find("Modzy-Team-Id");
    if (!team || team->empty() || !header->starts_with(token_scheme) ||
        header->size() == token_scheme.size())
        return std::nullopt;
    bool const good = options.team_token.empty()
                          ? options.api_key.empty()
                          : header->substr(token_scheme.size()) == options.team_token &&
                                (options.team_id.empty() || *team == options.team_id);
    return good ? std::optional{std::string{*team}} : std::nullopt;
}

INFERPP_DECL std::string modzy_simulator::platform::new_uuid()
{
    std::array<char, 40> text{};
    auto const bits = [this](int n) {
        return static_cast<unsigned long long>(random() >> (64 - n));
    };
    std::snprintf(text.data(), text.size(), "%08llx-%04llx-4%03llx-a%03llx-%012llx", bits(32),
                  bits(16), bits(12), bits(12), bits(48));
    return text.data();
}

INFERPP_DECL modzy_simulator::modzy_simulator(boost::asio::any_io_executor executor,
                                              modzy_simulator_options options)
    : simulator(std::move(executor), options),
      platform_(std::make_unique<platform>(std::move(options)))
{
    platform_->public_url =
        platform_->options.public_url.empty() ? origin_url() : platform_->options.public_url;
    start();
}

INFERPP_DECL modzy_simulator::~modzy_simulator()
{
    stop();
}

INFERPP_DECL std::string modzy_simulator::base_url() const
{
    return origin_url() + "/api";
}

INFERPP_DECL std::size_t modzy_simulator::jobs() const noexcept
{
    return platform_->jobs.size();
}

INFERPP_DECL std::size_t modzy_simulator::inferences() const noexcept
{
    return platform_->inferences.size();
}

INFERPP_DECL http::response modzy_simulator::answer(simulated_request const& request)
{
    platform_->now = clock().now();
    platform_->today = clock().calendar();
    return platform_->route(request);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/modzy_simulator_catalog.ipp>
#endif

#endif
