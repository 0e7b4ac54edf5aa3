// SPDX-License-Identifier: BSL-1.0
//
// Every operation of Modzy against the tables of routes in the wire notes: 2.0, 3.0, 4.1, 4.3.

#include <inferpp/modzy.hpp>

#include "unit/support.hpp"

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace inferpp;

namespace {

template <class Op>
http::request encoded(Op const& op)
{
    static_assert(operation_of<Op, modzy::provider>);
    auto message = detail::encode_operation(op);
    REQUIRE_MESSAGE(message.has_value(), (message ? std::string{} : message.error().what()));
    return std::move(*message);
}

struct row {
    char const* name; ///< of the table
    char const* expected;
    http::request message;
    operation_info info;
};

template <class Op>
row make(char const* name, char const* expected, Op const& op)
{
    return {name, expected, encoded(op), Op::info};
}

modzy::text_job text_job()
{
    modzy::text_job op{"m", "1.0.1"};
    op.sources["i"]["d"] = "x";
    return op;
}

modzy::inference_request inference()
{
    modzy::inference_request op{"m", "1.0.1"};
    op.inputs["d"] = "x";
    return op;
}

} // namespace

TEST_CASE("modzy: each operation has the method and the route of the wire notes")
{
    std::string const model = "m";
    std::vector<row> const table{
        make("J1", "POST jobs", text_job()),
        make("J1", "POST jobs", modzy::open_job{"m", "1.0.1"}),
        make("J2", "GET jobs", modzy::list_jobs{}),
        make("J3", "GET jobs/j", modzy::get_job{"j"}),
        make("J4", "GET jobs/features", modzy::get_features{}),
        make("J5", "GET jobs/history?page=1&per-page=100", modzy::get_job_history{}),
        make("J6", "GET jobs/history/j", modzy::get_history_of_job{"j"}),
        make("J7", "DELETE jobs/j", modzy::cancel_job{"j"}),
        make("J8", "DELETE jobs", modzy::cancel_all_jobs{}),
        make("J9", "POST jobs/j/i/d", modzy::append_input{"j", "i", "d", bytes{"x"}}),
        make("J10", "POST jobs/j/close", modzy::close_job{"j"}),
        make("J11", "GET jobs/statistics", modzy::get_statistics{}),
        make("J12", "GET jobs/statistics/prefix", modzy::get_key_statistics{"prefix"}),
        make("R1", "GET results/j", modzy::get_results{"j"}),
        make("R2", "GET results/j/datasource/i", modzy::get_input_result{"j", "i"}),
        make("R3", "GET results/j/datasource/i/output/results.json", modzy::get_output{"j", "i"}),
        make("R3", "GET results/j/datasource/i/output/a.wav", modzy::get_output{"j", "i", "a.wav"}),
        make("R5", "POST results/j/upvote/i", modzy::vote_up{"j", "i"}),
        make("R5", "POST results/j/downvote/i", modzy::vote_down{"j", "i"}),
        make("R5", "DELETE results/j/vote/i", modzy::reset_vote{"j", "i"}),
        make("R5", "GET results/j/vote/i", modzy::get_vote{"j", "i"}),
        make("4.1", "GET models?page=1&per-page=100", modzy::list_models{}),
        make("4.1", "GET models/latest", modzy::get_latest_models{}),
        make("4.1", "GET models/m", modzy::get_model{model}),
        make("4.1", "GET models/m/versions?page=1&per-page=100", modzy::list_model_versions{model}),
        make("4.1", "GET models/m/versions/1.0.1", modzy::get_model_version{model, "1.0.1"}),
        make("4.1", "GET models/m/versions/1.0.1/sample-input",
             modzy::get_sample_input{model, "1.0.1"}),
        make("4.1", "GET models/m/versions/1.0.1/sample-output",
             modzy::get_sample_output{model, "1.0.1"}),
        make("4.1", "GET models/m/related-models", modzy::get_related_models{model}),
        make("4.1", "GET models/processing-engines", modzy::get_engine_minimum{}),
        make("4.1", "PATCH models/m/versions/1.0.1",
             modzy::set_engine_limits{model, "1.0.1", 0, 1}),
        make("4.1", "GET models/requirements/account", modzy::get_account_requirements{}),
        make("4.1", "GET models/tags", modzy::list_tags{}),
        make("4.1", "GET models/tags/a,b", modzy::get_tagged_models{{"a", "b"}}),
        make("4.1", "GET resources/processing/engines", modzy::get_processing_engines{}),
        make("4.1", "GET resources/processing/models", modzy::get_processing_models{}),
        make("4.3", "POST inferences", inference()),
        make("4.3", "GET inferences/n", modzy::get_inference{"n"}),
    };
    std::set<std::string_view> names;
    for (auto const& [name, expected, message, info] : table) {
        CAPTURE(name);
        CAPTURE(std::string{info.name});
        CHECK(message.method + ' ' + message.target == expected);
        CHECK(!info.name.empty());
        names.insert(info.name);
        bool const has_body = message.method == "POST" || message.method == "PATCH";
        CHECK(message.body.empty() != has_body);
        CHECK(message.headers.find("Content-Type").has_value() == has_body);
    }
    CHECK(names.size() + 1 == table.size()); // R3 stands there twice
}

TEST_CASE("modzy: what starts, bills or appends something is not sent twice")
{
    for (auto const& info :
         {modzy::text_job::info, modzy::embedded_job::info, modzy::s3_job::info,
          modzy::storage_grid_job::info, modzy::azure_job::info, modzy::jdbc_job::info,
          modzy::file_job::info, modzy::open_job::info, modzy::append_input::info,
          modzy::close_job::info, modzy::inference_request::info})
        CHECK_MESSAGE(info.repeat == idempotency::unsafe, info.name);
    for (auto const& info : {modzy::get_job::info, modzy::cancel_job::info, modzy::vote_up::info,
                             modzy::set_engine_limits::info, modzy::get_inference::info})
        CHECK_MESSAGE(info.repeat == idempotency::safe, info.name);
}

TEST_CASE("modzy: keys of inputs and names of outputs are segments whatever they hold")
{
    CHECK(encoded(modzy::get_output{"j", "a b/c", "r?s.json"}).target ==
          "results/j/datasource/a%20b%2Fc/output/r%3Fs.json");
    CHECK(encoded(modzy::get_output{"j", "i"}).headers.find("Accept") == "*/*");
    CHECK(encoded(modzy::vote_up{"j", "../../jobs"}).target ==
          "results/j/upvote/..%2F..%2Fjobs");
    CHECK(encoded(modzy::vote_up{"j", "i"}).body == "{}");
    CHECK(detail::encode_operation(modzy::vote_up{"j", ".."}).error() == errc::invalid_argument);
    CHECK(detail::encode_operation(modzy::get_model{""}).error() == errc::invalid_argument);
    CHECK(encoded(modzy::close_job{"j"}).body == "{}");
}

TEST_CASE("modzy: the history is asked with all filters (2.8)")
{
    modzy::get_job_history op;
    op.sort_by = {"status", "submittedAt"};
    op.direction = "DESC";
    op.page = 3;
    op.per_page = 1000;
    op.user = "a@b.c";
    op.access_key = "prefix";
    op.start_date = timestamp{"2021-08-02T21:19:52.529+02:00"};
    op.end_date = timestamp{sys_milliseconds{std::chrono::milliseconds{1627939192529}}};
    op.model = "Sentiment Analysis;Other";
    op.model_identifier = "ed542963de";
    op.model_version = "1.0.1";
    op.search = "x,y";
    op.status = modzy::job_filter::terminated_with_error;
    CHECK(encoded(op).target ==
          "jobs/history?sort-by=status%2CsubmittedAt&direction=DESC&page=3&per-page=1000"
          "&user=a%40b.c&accessKey=prefix&startDate=2021-08-02T21%3A19%3A52.529%2B02%3A00"
          "&endDate=2021-08-02T21%3A19%3A52.529%2B00%3A00&model=Sentiment%20Analysis%3BOther"
          "&modelIdentifier=ed542963de&modelVersion=1.0.1&search=x%2Cy"
          "&status=TERMINATED_WITH_ERROR");
    modzy::list_jobs list;
    list.start_date = op.end_date;
    list.status = modzy::job_filter::in_progress;
    list.model = "m";
    list.user = "u";
    list.access_key = "k";
    CHECK(encoded(list).target == "jobs?startDate=2021-08-02T21%3A19%3A52.529%2B00%3A00"
                                  "&status=IN_PROGRESS&model=m&user=u&accessKey=k");
}

TEST_CASE("modzy: models are searched with all filters (4.1)")
{
    modzy::list_models op;
    op.sort_by = {"name"};
    op.direction = "asc";
    op.per_page = 20;
    op.model_id = "ed542963de";
    op.author = "Modzy";
    op.created_by_email = "a@b.c";
    op.name = "sentiment analysis";
    op.description = "d";
    op.is_active = true;
    op.is_expired = false;
    op.is_recommended = true;
    op.is_commercial = false;
    op.last_active_date_time = timestamp{"2021-10-26"};
    op.expiration_date_time = timestamp{"2022-10-26"};
    CHECK(encoded(op).target ==
          "models?sort-by=name&direction=asc&page=1&per-page=20&modelId=ed542963de&author=Modzy"
          "&createdByEmail=a%40b.c&name=sentiment%20analysis&description=d&isActive=true"
          "&isExpired=false&isRecommended=true&isCommercial=false&lastActiveDateTime=2021-10-26"
          "&expirationDateTime=2022-10-26");
    modzy::list_model_versions versions{"m/1"};
    versions.sort_by = {"version"};
    versions.direction = "DESC";
    versions.version = "1.0.1";
    versions.created_by = "u";
    versions.created_at = timestamp{"2021-10-26"};
    versions.updated_at = timestamp{"2021-10-27"};
    versions.status = "active";
    versions.is_active = true;
    versions.is_available = true;
    versions.is_experimental = false;
    CHECK(encoded(versions).target ==
          "models/m%2F1/versions?sort-by=version&direction=DESC&page=1&per-page=100&version=1.0.1"
          "&createdBy=u&createdAt=2021-10-26&updatedAt=2021-10-27&status=active&isActive=true"
          "&isAvailable=true&isExperimental=false");
    CHECK(encoded(modzy::set_engine_limits{"m", "1.0.1", 2, 5}).body ==
          R"({"processing":{"minimumParallelCapacity":2,"maximumParallelCapacity":5}})");
    CHECK(encoded(modzy::get_tagged_models{{"a b", "c/d"}}).target == "models/tags/a%20b,c%2Fd");
}

TEST_CASE("modzy: listings and requests for models that can't be valid are refused")
{
    auto const refused = [](auto const& op, std::string_view message) {
        auto const answer = detail::encode_operation(op);
        REQUIRE_MESSAGE(answer.has_error(), message);
        CHECK(answer.error() == errc::invalid_argument);
        CHECK_MESSAGE(unit::contains(answer.error().what(), message), answer.error().what());
    };
    auto const refused_pages = [&](auto op) {
        auto const good = op;
        for (int const page : {0, -1}) {
            op.page = page;
            refused(op, "page must be at least 1");
        }
        op = good;
        for (int const per_page : {0, -1, 1001}) {
            op.per_page = per_page;
            refused(op, "per_page must be 1 to 1000");
        }
        op = good;
        for (auto const* direction : {"", "up", "ASC "}) {
            op.direction = direction;
            refused(op, "direction must be \"ASC\" or \"DESC\"");
        }
    };
    refused_pages(modzy::get_job_history{});
    refused_pages(modzy::list_models{});
    refused_pages(modzy::list_model_versions{"m"});

    modzy::get_job_history history;
    history.end_date = timestamp{"2021-10-26"};
    refused(history, "end_date needs a start_date");
    modzy::list_jobs list;
    list.end_date = timestamp{"2021-10-26"};
    refused(list, "end_date needs a start_date");

    refused(modzy::get_model_version{"m", "latest"}, "version must be a semantic version");
    refused(modzy::get_model_version{"", "1.0.1"}, "model can't be part of a URL");
    refused(modzy::get_sample_input{"m", ".."}, "version must be a semantic version");
    refused(modzy::get_sample_output{"..", "1.0.1"}, "model can't be part of a URL");
    refused(modzy::set_engine_limits{"m", "1", 0, 1}, "version must be a semantic version");
    refused(modzy::set_engine_limits{"m", "1.0.1", -1, 1},
            "processing.minimum_parallel_capacity must be at least 0");
    refused(modzy::set_engine_limits{"m", "1.0.1", 2, 1},
            "processing.maximum_parallel_capacity must be at least");
    refused(modzy::get_tagged_models{{}}, "tags is empty");
    refused(modzy::get_tagged_models{{"a", ""}}, "tags holds one");
    refused(modzy::get_tagged_models{{"a,b"}}, "tags holds one");
    // They would lead to another route.
    refused(modzy::get_tagged_models{{".."}}, "tags holds one");
    refused(modzy::get_tagged_models{{"."}}, "tags holds one");
}
