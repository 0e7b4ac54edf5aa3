// SPDX-License-Identifier: BSL-1.0
//
// Written from the wire notes, not from the client's types: the two must agree by the notes alone.
// This file has the platform's state. The others, included after it, have the rest: _routes,
// _requests (what is read from them), _projects, _sources, _annotations, _inferences, _exports and
// _search. Each includes the next, because a header has one.

#ifndef INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_IPP
#define INFERPP_TESTING_IMPL_ANNOLAB_SIMULATOR_IPP

#include <inferpp/codec/http_date.hpp>
#include <inferpp/codec/json_writer.hpp>
#include <inferpp/testing/annolab_simulator.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <deque>
#include <map>
#include <random>

namespace inferpp::inline INFERPP_ABI::testing {

struct annolab_simulator::platform {
    using time_point = inferpp::clock::time_point;
    using object = boost::json::object;
    using array = boost::json::array;
    using value = boost::json::value;
    using id_type = std::int64_t;

    /// An answer that ends the handling of a request early.
    struct refusal {
        int status;
        std::string message;
    };

    /// A thing of a project that has a name.
    struct named {
        id_type id = 0;
        std::string name;
    };
    struct layer : named {
        bool is_gold = false;
        std::string description;
    };
    struct type : named {
        object fields; ///< as they were given
    };
    struct tag {
        id_type id = 0;
        std::string type_name;
        array attributes;
    };
    struct project : named {
        std::string group;
        bool is_public = false;
        std::vector<named> directories;
        std::vector<layer> layers;
        std::vector<type> types;
        std::vector<tag> tags;
    };
    struct source : named {
        id_type project = 0;
        id_type directory = 0;
        std::string type;
        std::string text;
        std::string content; ///< of a PDF
        array tags;
        sys_milliseconds created_at;
    };
    struct annotation {
        id_type id = 0;
        id_type source = 0;
        id_type project = 0;
        std::string type;
        std::string layer;
        std::string value;
        object fields; ///< offsets, bounds and pages, as they were given
    };
    struct relation {
        id_type id = 0;
        id_type project = 0;
        id_type predecessor = 0;
        id_type successor = 0;
        std::string type;
        std::string value;
    };
    struct inference {
        id_type id = 0;
        id_type project = 0;
        annolab_catalog_model const* model = nullptr;
        std::string layer;
        std::vector<id_type> sources;
        time_point submitted;
        bool applied = false;
        bool failed = false;
    };
    /// A place for a PDF that was asked for.
    struct upload {
        id_type project = 0;
        id_type directory = 0;
        std::string name;
        std::string token;
        std::optional<std::string> content;
    };
    struct pending {
        id_type id = 0;
        upload from;
        time_point begun;
        sys_milliseconds created_at;
        array tags;
        std::optional<id_type> source;
        id_type execution = 0; ///< of the workflow; 0: none
        id_type abstract = 0;
        std::string workflow;
        bool applied = false;
    };
    struct archive {
        id_type id = 0;
        id_type project = 0;
        object request;
        time_point begun;
        std::string token;
        std::shared_ptr<std::string const> content; ///< once it was asked for
    };
    struct abstract : named {
        id_type project = 0;
        sys_milliseconds created_at;
    };

    explicit platform(annolab_simulator_options with) : options(std::move(with)) {}

    annolab_simulator_options options;
    std::string public_url;
    std::string files_url;
    id_type last_id = 0;
    std::deque<project> projects;
    std::deque<source> sources;
    std::deque<annotation> annotations;
    std::deque<relation> relations;
    std::deque<inference> inferences;
    std::deque<upload> uploads;
    std::deque<pending> pendings;
    std::deque<archive> archives;
    std::deque<abstract> abstracts;
    std::mt19937_64 random{std::random_device{}()};
    time_point now;         ///< when the request arrived
    sys_milliseconds today; ///< the same on the calendar

    // --- _routes ---------------------------------------------------------------------------------

    INFERPP_DECL simulated_answer answer(simulated_request const& request);
    INFERPP_DECL simulated_answer route(simulated_request const& request);
    INFERPP_DECL simulated_answer route_file(simulated_request const& request);
    INFERPP_DECL std::optional<simulated_answer> route_create(simulated_request const& request);
    INFERPP_DECL std::optional<simulated_answer> route_source(simulated_request const& request);
    INFERPP_DECL std::optional<simulated_answer> route_more(simulated_request const& request);
    INFERPP_DECL bool is_authorized(simulated_request const& request) const;

    // --- _requests: what is read from them -------------------------------------------------------

    INFERPP_DECL static simulated_answer json(int status, value const& body);
    INFERPP_DECL static object body_of(simulated_request const& request);
    INFERPP_DECL static value const* member(object const& from, std::string_view name) noexcept;
    INFERPP_DECL static std::string text(object const& from, std::string_view name);
    INFERPP_DECL static std::string text_or(object const& from, std::string_view name,
                                            std::string other = {});
    INFERPP_DECL static bool flag(object const& from, std::string_view name, bool other);
    INFERPP_DECL static std::vector<id_type> ids(object const& from, std::string_view name);
    INFERPP_DECL static array list(object const& from, std::string_view name);
    INFERPP_DECL static id_type number_in(std::string const& segment);
    /// Whether an identifier, a number or a name, means a thing.
    INFERPP_DECL static bool means(value const& identifier, named const& thing);
    template <class Things>
    static auto& find(Things& things, object const& from, std::string_view name,
                      std::string_view what);
    template <class Things>
    static auto& find_id(Things& things, id_type id, std::string_view what);
    INFERPP_DECL project& project_of(object const& body);
    INFERPP_DECL project& project_at(std::string const& group, std::string const& name);
    /// As the platform writes it: "2023-05-22T20:32:02.633Z"
    INFERPP_DECL static std::string date(sys_milliseconds time);
    INFERPP_DECL void check(bool permission, std::string_view name) const;
    INFERPP_DECL std::string new_token();
    id_type new_id() noexcept { return ++last_id; }
    bool has_passed(time_point begun, std::chrono::milliseconds time) const
    {
        return now >= begun + time;
    }

    // --- _projects -------------------------------------------------------------------------------

    INFERPP_DECL simulated_answer key_info() const;
    INFERPP_DECL simulated_answer create_project(object const& body);
    INFERPP_DECL static object describe(project const& which);
    INFERPP_DECL simulated_answer create_directory(object const& body);
    INFERPP_DECL simulated_answer create_type(object const& body);
    INFERPP_DECL simulated_answer create_layer(object const& body);
    INFERPP_DECL simulated_answer edit_tags(simulated_request const& request);
    INFERPP_DECL simulated_answer edit_tag(simulated_request const& request);
    INFERPP_DECL simulated_answer list_tags(simulated_request const& request);
    INFERPP_DECL static object describe(tag const& which);

    // --- _sources --------------------------------------------------------------------------------

    INFERPP_DECL named& directory_of(project& in, object const& body, std::string_view name);
    INFERPP_DECL source* find_source(project const& in, id_type directory, std::string_view name);
    INFERPP_DECL source& source_at(simulated_request const& request);
    INFERPP_DECL source& add_source(project const& in, id_type directory, std::string name);
    INFERPP_DECL object describe(source const& which) const;
    INFERPP_DECL simulated_answer create_text(object const& body);
    INFERPP_DECL simulated_answer delete_source(id_type id);
    INFERPP_DECL simulated_answer init_pdf(object const& body);
    INFERPP_DECL simulated_answer take_upload(simulated_request const& request);
    INFERPP_DECL simulated_answer create_pdf(object const& body);
    INFERPP_DECL simulated_answer upload_pdf(simulated_request const& request);
    INFERPP_DECL simulated_answer receipt(pending const& which);
    INFERPP_DECL pending& begin_reading(upload from, object const& body);
    INFERPP_DECL void read_pending();
    INFERPP_DECL std::string_view word(pending const& which) const;
    INFERPP_DECL object describe(pending const& which) const;
    INFERPP_DECL simulated_answer execution(id_type id);

    // --- _annotations ----------------------------------------------------------------------------

    INFERPP_DECL type& type_of(project& in, object const& from);
    INFERPP_DECL annotation& add_annotation(project& in, source const& of, object const& from,
                                            bool prevent_duplication);
    INFERPP_DECL object describe(annotation const& which) const;
    INFERPP_DECL simulated_answer create_annotation(object const& body);
    INFERPP_DECL simulated_answer create_annotations(object const& body);
    INFERPP_DECL simulated_answer annotate(simulated_request const& request);
    INFERPP_DECL relation& add_relation(project& in, object const& from, id_type predecessor,
                                        id_type successor, bool prevent_duplication);
    INFERPP_DECL object describe(relation const& which) const;
    INFERPP_DECL simulated_answer create_relation(object const& body);
    INFERPP_DECL simulated_answer create_relations(object const& body);

    // --- _inferences -----------------------------------------------------------------------------

    INFERPP_DECL simulated_answer infer(object const& body);
    INFERPP_DECL simulated_answer inference_status(id_type id) const;
    INFERPP_DECL void run_inferences();
    INFERPP_DECL void run(inference& which);
    INFERPP_DECL std::string word(inference const& which) const;

    // --- _exports --------------------------------------------------------------------------------

    class download;

    INFERPP_DECL simulated_answer begin_export(project const& of, object request);
    INFERPP_DECL simulated_answer export_project(object const& body);
    INFERPP_DECL simulated_answer export_instruments(object const& body);
    INFERPP_DECL object export_status(archive const& which) const;
    INFERPP_DECL simulated_answer send_archive(simulated_request const& request);
    INFERPP_DECL std::string make_archive(archive const& which) const;

    // --- _search ---------------------------------------------------------------------------------

    INFERPP_DECL std::vector<object> find_instruments(project const& in, object const& body) const;
    INFERPP_DECL static simulated_answer page_of(std::vector<object> const& all, object const& body,
                                                 int status);
    INFERPP_DECL simulated_answer search_instruments(simulated_request const& request);
    INFERPP_DECL simulated_answer create_abstract(object const& body);
    INFERPP_DECL object describe(abstract const& which) const;
    INFERPP_DECL simulated_answer search_abstract(object const& body);
    INFERPP_DECL simulated_answer search_land(object const& body);
    INFERPP_DECL simulated_answer runsheet(id_type id) const;
};

/// The thing that `from` names in a member.
template <class Things>
auto& annolab_simulator::platform::find(Things& things, object const& from, std::string_view name,
                                        std::string_view what)
{
    value const* const identifier = member(from, name);
    if (identifier == nullptr)
        throw refusal{400, std::string{name} + " is missing"};
    for (auto& each : things)
        if (means(*identifier, each))
            return each;
    throw refusal{404, "There is no such " + std::string{what}};
}

template <class Things>
auto& annolab_simulator::platform::find_id(Things& things, id_type id, std::string_view what)
{
    for (auto& each : things)
        if (each.id == id)
            return each;
    throw refusal{404, "There is no " + std::string{what} + ' ' + std::to_string(id)};
}

INFERPP_DECL annolab_simulator::annolab_simulator(boost::asio::any_io_executor executor,
                                                  annolab_simulator_options options)
    : simulator(std::move(executor), options),
      platform_(std::make_unique<platform>(std::move(options)))
{
    std::string const& told = platform_->options.public_url;
    platform_->public_url = told.empty() ? origin_url() : told;
    platform_->files_url = platform_->public_url;
    if (told.empty() && platform_->options.files_elsewhere) {
        std::string const& url = platform_->public_url;
        platform_->files_url =
            url.substr(0, url.find("127.0.0.1")) + "localhost" + url.substr(url.rfind(':'));
    }
    start();
}

INFERPP_DECL annolab_simulator::~annolab_simulator()
{
    stop();
}

INFERPP_DECL std::string annolab_simulator::base_url() const
{
    return origin_url();
}

INFERPP_DECL std::size_t annolab_simulator::inferences() const noexcept
{
    return platform_->inferences.size();
}

INFERPP_DECL std::size_t annolab_simulator::annotations() const noexcept
{
    return platform_->annotations.size();
}

INFERPP_DECL simulated_answer annolab_simulator::respond(simulated_request& request)
{
    platform_->now = clock().now();
    platform_->today = clock().calendar();
    return platform_->answer(request);
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/annolab_simulator_routes.ipp>
#endif

#endif
