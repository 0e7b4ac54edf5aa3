// SPDX-License-Identifier: BSL-1.0
//
// Launch's files, endpoints, bundles, batch jobs and triggers: requests byte for byte, answers as
// the wire notes have them, what is refused.

#include <inferpp/launch.hpp>

#include <boost/json/parse.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "unit/providers/launch_requests.hpp"
#include "unit/support.hpp"

using namespace inferpp;
using namespace std::chrono_literals;

namespace {

std::map<std::string, std::string> const labels{{"team", "t"}, {"product", "p"}};
std::string const labels_text = R"({"product":"p","team":"t"})";

template <class Op>
unit::launch_request sent(Op const& op, std::string target, std::string body = {})
{
    auto message = detail::encode_operation(op);
    REQUIRE_MESSAGE(message.has_value(), (message ? std::string{} : message.error().what()));
    return {std::string{Op::info.name}, std::move(*message), std::move(target), std::move(body)};
}

template <class Op>
result<typename Op::response> answered(std::string_view body)
{
    http::response answer;
    answer.status = 200;
    answer.body = body;
    return detail::decode_operation<Op>(answer);
}

template <class Op>
void check_refused(Op op, std::function<void(Op&)> const& change, std::string_view message)
{
    REQUIRE(detail::encode_operation(op).has_value());
    change(op);
    auto const refused = detail::encode_operation(op);
    REQUIRE_MESSAGE(refused.has_error(), message);
    CHECK(refused.error() == errc::invalid_argument);
    CHECK_MESSAGE(unit::contains(refused.error().what(), message), refused.error().what());
}

launch::create_batch_job batch_job()
{
    launch::create_batch_job op{"bun_1", "s3://b/in.csv"};
    op.labels = labels;
    op.resource_requests.gpus = 0;
    op.resource_requests.memory = "1Gi";
    op.resource_requests.cpus = 2;
    op.resource_requests.max_workers = 3;
    op.timeout_seconds = 60s;
    return op;
}

launch::create_docker_bundle docker_bundle()
{
    launch::create_docker_bundle op{"n", "repo", "tag", {"run", "it"}};
    op.env["A"] = "B";
    op.mount_location = "/config.json";
    op.resource_requests.gpu_type = launch::gpu_type::nvidia_hopper_h100_1g20gb;
    op.resource_requests.gpus = 1;
    op.is_public = false;
    return op;
}

launch::create_docker_job docker_job()
{
    launch::create_docker_job op{"bundle"};
    op.labels = labels;
    op.job_config["epochs"] = 1;
    op.override_job_max_runtime_s = 60;
    return op;
}

launch::create_model_endpoint endpoint()
{
    launch::create_model_endpoint op{"e", "bun_1", launch::endpoint_type::async};
    op.labels = labels;
    op.cpus = 0.5;
    op.gpus = 1;
    op.gpu_type = launch::gpu_type::nvidia_tesla_t4;
    op.post_inference_hooks = {"callback"};
    op.default_callback_url = "https://me.example/cb";
    op.default_callback_auth = launch::basic_auth{"u", secret{"p"}};
    return op;
}

launch::create_bundle bundle()
{
    launch::runnable_image image{"repo", "tag", {"serve"}};
    image.env["A"] = "B";
    return launch::create_bundle{"n", "s3://b/schema", image};
}

launch::v1::create_bundle old_bundle()
{
    launch::v1::environment_params image;
    image.framework_type = launch::framework_type::pytorch;
    image.pytorch_image_tag = "1.10";
    return launch::v1::create_bundle{"n", "s3://b/k", launch::v1::packaging::zip, image};
}

} // namespace

std::vector<unit::launch_request> unit::launch_resource_requests()
{
    launch::list_model_endpoints some_endpoints;
    some_endpoints.name = "a b";
    some_endpoints.order_by = launch::listing_order::alphabetical;
    launch::update_model_endpoint change{"end_1"};
    change.max_workers = 5;
    change.memory = "2Gi";
    change.prewarm = true;
    launch::clone_bundle clone{"bun_1"};
    clone.new_app_config["x"] = 1;
    launch::v1::clone_bundle old_clone{"bun_1"};
    launch::list_bundles bundles;
    bundles.model_name = "m";
    bundles.order_by = launch::listing_order::newest;
    launch::v1::list_bundles old_bundles;
    old_bundles.order_by = launch::listing_order::oldest;
    launch::list_docker_bundles docker_bundles;
    docker_bundles.bundle_name = "n";
    launch::list_docker_jobs docker_jobs;
    docker_jobs.trigger_id = "trig_1";
    launch::create_trigger trigger{"n", "0 * * * *", "bundle"};
    trigger.default_job_metadata = labels;
    launch::update_trigger pause{"trig_1"};
    pause.suspend = true;

    return {
        sent(launch::list_files{}, "v1/files"),
        sent(launch::get_file{"a/b"}, "v1/files/a%2Fb"),
        sent(launch::delete_file{"f"}, "v1/files/f"),
        sent(launch::get_file_content{"f"}, "v1/files/f/content"),

        sent(batch_job(), "v1/batch-jobs",
             R"({"model_bundle_id":"bun_1","input_path":"s3://b/in.csv",)"
             R"("serialization_format":"JSON","labels":)" +
                 labels_text +
                 R"(,"resource_requests":{"cpus":2,"memory":"1Gi","gpus":0,"max_workers":3},)"
                 R"("timeout_seconds":60})"),
        sent(launch::get_batch_job{"bat_1"}, "v1/batch-jobs/bat_1"),
        sent(launch::cancel_batch_job{"bat_1"}, "v1/batch-jobs/bat_1", R"({"cancel":true})"),

        sent(docker_bundle(), "v1/docker-image-batch-job-bundles",
             R"({"name":"n","image_repository":"repo","image_tag":"tag","command":["run","it"],)"
             R"("env":{"A":"B"},"mount_location":"/config.json","resource_requests":{"gpus":1,)"
             R"("gpu_type":"nvidia-hopper-h100-1g20gb"},"public":false})"),
        sent(docker_bundles, "v1/docker-image-batch-job-bundles?bundle_name=n"),
        sent(launch::get_latest_docker_bundle{"n"},
             "v1/docker-image-batch-job-bundles/latest?bundle_name=n"),
        sent(launch::get_docker_bundle{"i"}, "v1/docker-image-batch-job-bundles/i"),
        sent(docker_job(), "v1/docker-image-batch-jobs",
             R"({"docker_image_batch_job_bundle_id":"bundle","job_config":{"epochs":1},"labels":)" +
                 labels_text + R"(,"resource_requests":{},"override_job_max_runtime_s":60})"),
        sent(docker_jobs, "v1/docker-image-batch-jobs?trigger_id=trig_1"),
        sent(launch::get_docker_job{"ft-1"}, "v1/docker-image-batch-jobs/ft-1"),
        sent(launch::cancel_docker_job{"ft-1"}, "v1/docker-image-batch-jobs/ft-1",
             R"({"cancel":true})"),

        sent(endpoint(), "v1/model-endpoints",
             R"({"post_inference_hooks":["callback"],)"
             R"("default_callback_url":"https://me.example/cb",)"
             R"("default_callback_auth":{"kind":"basic","username":"u","password":"p"},)"
             R"("name":"e","model_bundle_id":"bun_1","endpoint_type":"async","labels":)" +
                 labels_text +
                 R"(,"metadata":{},"cpus":0.5,"memory":"8Gi","storage":"16Gi","gpus":1,)"
                 R"("gpu_type":"nvidia-tesla-t4","min_workers":1,"max_workers":1,"per_worker":1})"),
        sent(some_endpoints, "v1/model-endpoints?name=a%20b&order_by=alphabetical"),
        sent(launch::find_model_endpoint{"e"}, "v1/model-endpoints?name=e"),
        sent(launch::get_model_endpoint{"end_1"}, "v1/model-endpoints/end_1"),
        sent(change, "v1/model-endpoints/end_1",
             R"({"prewarm":true,"memory":"2Gi","max_workers":5})"),
        sent(launch::delete_model_endpoint{"end_1"}, "v1/model-endpoints/end_1"),
        sent(launch::restart_model_endpoint{"end_1"}, "v1/model-endpoints/end_1/restart"),
        sent(launch::get_endpoints_schema{}, "v1/model-endpoints-schema.json"),
        sent(launch::get_endpoints_page{}, "v1/model-endpoints-api"),

        sent(bundle(), "v2/model-bundles",
             R"({"name":"n","schema_location":"s3://b/schema","flavor":{)"
             R"("flavor":"runnable_image","repository":"repo","tag":"tag","command":["serve"],)"
             R"("protocol":"http","env":{"A":"B"}}})"),
        sent(clone, "v2/model-bundles/clone-with-changes",
             R"({"original_model_bundle_id":"bun_1","new_app_config":{"x":1}})"),
        sent(bundles, "v2/model-bundles?model_name=m&order_by=newest"),
        sent(launch::get_latest_bundle{"m"}, "v2/model-bundles/latest?model_name=m"),
        sent(launch::get_bundle{"bun_1"}, "v2/model-bundles/bun_1"),
        sent(old_bundle(), "v1/model-bundles",
             R"({"name":"n","location":"s3://b/k","packaging_type":"zip","env_params":{)"
             R"("framework_type":"pytorch","pytorch_image_tag":"1.10"},"requirements":[]})"),
        sent(old_clone, "v1/model-bundles/clone-with-changes",
             R"({"original_model_bundle_id":"bun_1"})"),
        sent(old_bundles, "v1/model-bundles?order_by=oldest"),
        sent(launch::v1::get_latest_bundle{"m"}, "v1/model-bundles/latest?model_name=m"),
        sent(launch::v1::get_bundle{"bun_1"}, "v1/model-bundles/bun_1"),

        sent(trigger, "v1/triggers",
             R"({"name":"n","cron_schedule":"0 * * * *","bundle_id":"bundle",)"
             R"("default_job_metadata":)" +
                 labels_text + "}"),
        sent(launch::list_triggers{}, "v1/triggers"),
        sent(launch::get_trigger{"trig_1"}, "v1/triggers/trig_1"),
        sent(pause, "v1/triggers/trig_1", R"({"suspend":true})"),
        sent(launch::delete_trigger{"trig_1"}, "v1/triggers/trig_1"),

        sent(launch::request_batch_upload{}, "batch_task_input_upload", "{}"),
        sent(launch::request_bundle_upload{}, "model_bundle_upload", "{}"),
        sent(launch::get_creation_logs{"my endpoint"}, "endpoints/creation_logs/my%20endpoint"),
    };
}

TEST_CASE("launch: resources are asked for as the wire notes have it")
{
    for (auto const& [name, message, target, body] : unit::launch_resource_requests()) {
        CAPTURE(name);
        CHECK(message.target == target);
        CHECK(message.body == body);
        CHECK(message.headers.find("Content-Type").has_value() == !body.empty());
        bool const reads =
            name.starts_with("get_") || name.starts_with("list_") || name.starts_with("find_");
        CHECK((message.method == "GET") == reads);
        CHECK((message.method == "DELETE") == name.starts_with("delete_"));
        CHECK((message.method == "PUT") ==
              (name.starts_with("update_") || name == "cancel_batch_job" ||
               name == "cancel_docker_job"));
    }
}

TEST_CASE("launch: a file is uploaded as the one part of a form")
{
    launch::upload_file op{"train.csv", bytes{"a,b\r\n"}};
    auto const message = detail::encode_operation(op);
    REQUIRE(message.has_value());
    CHECK(message->method == "POST");
    CHECK(message->target == "v1/files");
    auto const type = message->headers.find("Content-Type");
    REQUIRE(type.has_value());
    REQUIRE(type->starts_with("multipart/form-data; boundary="));
    std::string const boundary{type->substr(type->find('=') + 1)};
    CHECK(message->body == "--" + boundary +
                               "\r\nContent-Disposition: form-data; name=\"file\"; "
                               "filename=\"train.csv\"\r\nContent-Type: text/plain\r\n\r\n"
                               "a,b\r\n\r\n--" +
                               boundary + "--\r\n");
    CHECK(answered<launch::upload_file>(R"({"id":"train.csv"})")->id == "train.csv");
    CHECK(answered<launch::list_files>(R"({"files":[{"id":"a","filename":"b","size":3}]})")
              ->files.at(0)
              .size == 3);
    CHECK(answered<launch::delete_file>(R"({"deleted":true})")->deleted);
    CHECK(answered<launch::get_file_content>(R"({"id":"a","content":"x\ny"})")->content == "x\ny");
    check_refused<launch::upload_file>(
        op, [](auto& o) { o.filename.clear(); }, "filename is empty");
}

TEST_CASE("launch: the input of a batch job is a table as Python's csv writes it")
{
    std::vector<std::string> const urls{"https://a/1", "https://b/x,y", "say \"hi\""};
    CHECK(launch::csv_of_urls(urls) ==
          "id,url\r\n0,https://a/1\r\n1,\"https://b/x,y\"\r\n2,\"say \"\"hi\"\"\"\r\n");
    std::vector<std::pair<std::string, std::string>> const named{{"k,1", "u"}, {"k\n2", "v"}};
    CHECK(launch::csv_of_urls(named) == "id,url\r\n\"k,1\",u\r\n\"k\n2\",v\r\n");
    std::vector<boost::json::value> const args{boost::json::parse(R"({"y":1})"),
                                               boost::json::parse("{}")};
    CHECK(launch::csv_of_args(args).value() == "id,args\r\n0,eyJ5IjoxfQ==\r\n1,e30=\r\n");
    std::vector<double> const impossible{1e308 * 10};
    CHECK(launch::csv_of_args(impossible).error() == errc::invalid_argument);
}

TEST_CASE("launch: the state of a batch job")
{
    auto const job = answered<launch::get_batch_job>(
        R"({"status":"RUNNING","result":null,"duration":"PT1M1S","num_tasks_pending":3,)"
        R"("num_tasks_completed":7,"new":1})");
    REQUIRE(job.has_value());
    CHECK(job->duration.time() == 61s);
    CHECK(!job->result);
    CHECK(job->more.values.contains("new"));
    auto const status = launch::create_batch_job::describe(*job);
    CHECK(status.phase == phase::running);
    CHECK(status.word == "RUNNING");
    REQUIRE(status.counters.has_value());
    CHECK(status.counters->total == 10);
    CHECK(status.progress == doctest::Approx(0.7));

    struct {
        std::string word;
        inferpp::phase phase;
    } const words[] = {
        {"PENDING", phase::queued},  {"RUNNING", phase::running},     {"SUCCESS", phase::succeeded},
        {"FAILURE", phase::failed},  {"CANCELLED", phase::cancelled}, {"UNDEFINED", phase::unknown},
        {"TIMEOUT", phase::expired}, {"SOMETHING", phase::unknown},
    };
    for (auto const& [word, phase] : words) {
        CAPTURE(word);
        auto const read = answered<launch::get_batch_job>(
            R"({"status":")" + word +
            R"(","result":null,"duration":1.5,"num_tasks_pending":null,)"
            R"("num_tasks_completed":null})");
        REQUIRE(read.has_value());
        CHECK(read->duration.time() == 1500ms);
        CHECK(launch::describe(*read).phase == phase);
        CHECK(!launch::describe(*read).counters);
    }
    CHECK(answered<launch::create_batch_job>(R"({"job_id":"bat_1"})")->job_id == "bat_1");
    CHECK(answered<launch::create_batch_job>("{}").error() == errc::bad_schema);
    CHECK(answered<launch::get_batch_job>(R"({"status":"SUCCESS","duration":true})").error() ==
          errc::bad_schema);
}

TEST_CASE("launch: durations of ISO 8601")
{
    struct {
        std::string_view text;
        double seconds;
    } const good[] = {
        {"PT0S", 0},          {"PT1.5S", 1.5},       {"P1DT1H1M1.25S", 90061.25},
        {"P1D", 86400},       {"P2W", 1209600},      {"-PT1M", -60},
        {"+PT2H", 7200},      {"P1DT0,5S", 86400.5}, {"PT36H", 129600},
        {"P1W2DT3S", 777603},
    };
    for (auto const& [text, seconds] : good) {
        CAPTURE(text);
        auto const read = launch::parse_iso8601_duration(text);
        REQUIRE(read.has_value());
        CHECK(read->count() == doctest::Approx(seconds));
    }
    for (std::string_view const text : {"",          "P",
                                        "PT",        "P1DT",
                                        "1D",        "P1",
                                        "P1Y",       "P1M",
                                        "PT1",       "PTS",
                                        "PT1S1M",    "PT1D",
                                        "P1H",       "PT.5S",
                                        "PT1.S",     "PT1..5S",
                                        "P1DT1HT1M", "PT1S ",
                                        "PT1e3S",    "TP1D",
                                        "--PT1S",    "PT11111111111111111111111111111111111111S"}) {
        CAPTURE(text);
        CHECK(!launch::parse_iso8601_duration(text).has_value());
    }
}

TEST_CASE("launch: the result file of a batch job")
{
    auto const rows = launch::read_batch_results(
        R"({"task_id":"T","status":"SUCCESS","result":{"result":"7"},"traceback":null,)"
        R"("status_code":200,"id":"0"})"
        "\n"
        R"({"task_id":"U","status":"PENDING","result":null,"traceback":null,)"
        R"("status_code":null,"id":"1"})");
    REQUIRE(rows.has_value());
    REQUIRE(rows->size() == 2);
    CHECK(rows->at(0).id == "0");
    CHECK(rows->at(0).value() == 7);
    CHECK(rows->at(1).id == "1");
    CHECK(!rows->at(1).ok());
    CHECK(launch::read_batch_results("")->empty());
    auto const typed =
        launch::read_batch_results<int>(R"({"status":"SUCCESS","result":{"result":"7"},"id":"x"})");
    CHECK(typed->at(0).value() == 7);
    auto const broken = launch::read_batch_results("{\"status\":\"SUCCESS\"}\n{\"status\":7}\n");
    REQUIRE(broken.has_error());
    CHECK(unit::contains(broken.error().what(), "result 1"));
    CHECK(launch::read_batch_results("7").has_error());
}

TEST_CASE("launch: endpoints are read, also with what is null and what is new")
{
    auto const read = answered<launch::get_model_endpoint>(
        R"({"id":"end_1","name":"e","endpoint_type":"async","destination":"d",)"
        R"("deployment_name":null,"metadata":null,"bundle_name":"b","status":"UPDATE_FAILED",)"
        R"("status_reason":"no GPU","post_inference_hooks":null,"default_callback_url":"https://c",)"
        R"("default_callback_auth":{"kind":"basic","username":"u","password":"p"},"labels":null,)"
        R"("aws_role":null,"results_s3_bucket":null,"created_by":"me",)"
        R"("created_at":"2026-07-01T10:00:00Z","last_updated_at":"2026-07-01T10:00:00Z",)"
        R"("deployment_state":{"min_workers":1,"max_workers":2,"per_worker":3,)"
        R"("concurrent_requests_per_worker":4,"forwarder_max_concurrency":null,)"
        R"("available_workers":1,"unavailable_workers":0},"resource_state":{"cpus":"2","gpus":1,)"
        R"("memory":1.5,"gpu_type":"nvidia-new","storage":null,"nodes_per_worker":1,)"
        R"("optimize_costs":null},"num_queued_items":5,"public_inference":null,)"
        R"("task_expires_seconds":null,"queue_message_timeout_seconds":null,"brand_new":1})");
    REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().what()));
    CHECK(read->endpoint_type == launch::endpoint_type::async);
    CHECK(read->deployment_state->available_workers == 1);
    CHECK(read->resource_state->cpus == launch::quantity{"2"});
    CHECK(read->resource_state->memory->text() == "1.5E0");
    CHECK(read->resource_state->gpu_type->text() == "nvidia-new");
    CHECK(read->more.values.contains("brand_new"));
    auto const* const auth = std::get_if<launch::basic_auth>(&read->default_callback_auth->value);
    REQUIRE(auth != nullptr);
    CHECK(auth->password.reveal() == "p");
    auto const status = launch::create_model_endpoint::describe(*read);
    CHECK(status.phase == phase::failed);
    CHECK(status.reason == "no GPU");

    struct {
        std::string word;
        inferpp::phase phase;
    } const words[] = {
        {"READY", phase::succeeded},
        {"UPDATE_PENDING", phase::queued},
        {"UPDATE_IN_PROGRESS", phase::running},
        {"UPDATE_FAILED", phase::failed},
        {"DELETE_IN_PROGRESS", phase::cancelled},
        {"HIBERNATING", phase::unknown},
    };
    for (auto const& [word, phase] : words) {
        CAPTURE(word);
        CHECK(launch::describe(inferpp::word<launch::endpoint_status>{std::string_view{word}}, "")
                  .phase == phase);
    }

    auto const none = answered<launch::find_model_endpoint>(R"({"model_endpoints":[]})");
    REQUIRE(none.has_error());
    CHECK(none.error() == condition::not_found);
    CHECK(none.error().info().http_status == 404);
    auto const found = answered<launch::find_model_endpoint>(
        R"({"model_endpoints":[{"id":"end_1","name":"e","status":"READY"}]})");
    CHECK(found->id == "end_1");
    CHECK(answered<launch::delete_model_endpoint>(R"({"deleted":true})")->deleted);
    CHECK(answered<launch::restart_model_endpoint>(R"({"restarted":true})")->restarted);
    CHECK(answered<launch::get_endpoints_schema>(R"({"openapi":"3"})")->as_object().size() == 1);
    CHECK(answered<launch::get_endpoints_page>("<html>").value() == "<html>");
}

TEST_CASE("launch: amounts are texts or numbers")
{
    struct {
        launch::quantity value;
        std::string_view json;
    } const cases[] = {
        {launch::quantity{"500m"}, R"("500m")"},
        {launch::quantity{std::string{"3"}}, R"("3")"},
        {launch::quantity{4}, "4"},
        {launch::quantity{0.5}, "0.5"},
        {launch::quantity{-1L}, "-1"},
    };
    for (auto const& [value, json] : cases) {
        std::string out;
        CHECK(encode_json(value, out).has_value());
        CHECK(out == json);
        std::string again;
        CHECK(encode_json(decode_json<launch::quantity>(json).value(), again).has_value());
        CHECK(boost::json::parse(again) == boost::json::parse(std::string{json}));
    }
    std::string out;
    CHECK(encode_json(launch::quantity{0.0 / 0.0}, out).has_error());
    CHECK(decode_json<launch::quantity>("true").error() == errc::bad_schema);
}

TEST_CASE("launch: bundles of every kind are written and read")
{
    launch::cloudpickle_artifact pickled;
    pickled.location = "s3://b/k";
    pickled.framework = launch::bundle_framework::pytorch("1.10");
    pickled.load_predict_fn = "p";
    pickled.load_model_fn = "m";
    launch::zip_artifact zipped;
    zipped.location = "s3://b/k";
    zipped.framework = launch::bundle_framework::custom("r", "t");
    zipped.requirements = {"numpy"};
    launch::streaming_image streaming;
    streaming.repository = "r";
    streaming.tag = "t";
    streaming.streaming_command = {"s"};
    launch::triton_image triton;
    triton.triton_model_repository = "s3://b";
    triton.triton_commit_tag = "c";
    launch::runnable_image const image{"r", "t", {"c"}};
    struct {
        launch::bundle_flavor flavor;
        std::string_view json;
    } const cases[] = {
        {pickled, R"({"flavor":"cloudpickle_artifact","location":"s3://b/k","framework":{)"
                  R"("framework_type":"pytorch","pytorch_image_tag":"1.10"},"requirements":[],)"
                  R"("load_predict_fn":"p","load_model_fn":"m"})"},
        {zipped, R"({"flavor":"zip_artifact","location":"s3://b/k","framework":{)"
                 R"("framework_type":"custom_base_image","image_repository":"r","image_tag":"t"},)"
                 R"("requirements":["numpy"],"load_predict_fn_module_path":"",)"
                 R"("load_model_fn_module_path":""})"},
        {image, R"({"flavor":"runnable_image","repository":"r","tag":"t","command":["c"],)"
                R"("protocol":"http"})"},
        {streaming, R"({"flavor":"streaming_enhanced_runnable_image","repository":"r","tag":"t",)"
                    R"("command":[],"protocol":"http","streaming_command":["s"]})"},
        {triton, R"({"flavor":"triton_enhanced_runnable_image","repository":"","tag":"",)"
                 R"("command":[],"protocol":"http","triton_model_repository":"s3://b",)"
                 R"("triton_num_cpu":1,"triton_commit_tag":"c"})"},
    };
    for (auto const& [flavor, json] : cases) {
        std::string out;
        REQUIRE(encode_json(flavor, out).has_value());
        CHECK(out == json);
        auto const read = decode_json<launch::bundle_flavor>(json);
        REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().what()));
        CHECK(read->value.index() == flavor.value.index());
    }
    auto const other = answered<launch::get_bundle>(
        R"({"id":"bun_1","name":"n","metadata":{},"created_at":"2026-07-01T10:00:00Z",)"
        R"("model_artifact_ids":[],"schema_location":null,"flavor":{"flavor":"new","x":1}})");
    REQUIRE(other.has_value());
    CHECK(std::get<boost::json::object>(other->flavor.value).at("x") == 1);
    CHECK(answered<launch::v1::get_bundle>(
              R"({"id":"bun_1","name":"n","location":"l","requirements":[],"env_params":{)"
              R"("framework_type":"pytorch","pytorch_image_tag":"1","tensorflow_version":null,)"
              R"("ecr_repo":null,"image_tag":null},"packaging_type":"lira","metadata":{},)"
              R"("app_config":null,"created_at":"2026-07-01T10:00:00Z","model_artifact_ids":[],)"
              R"("schema_location":null})")
              ->packaging_type == launch::v1::packaging::lira);
}

TEST_CASE("launch: docker-image batch jobs and triggers are read")
{
    auto const job = answered<launch::get_docker_job>(R"({"status":"RUNNING"})");
    CHECK(launch::create_docker_job::describe(*job).phase == phase::running);
    auto const jobs = answered<launch::list_docker_jobs>(
        R"({"jobs":[{"id":"ft-1","created_by":"a","owner":"b",)"
        R"("created_at":"2026-07-01T10:00:00Z","completed_at":null,"status":"SUCCESS",)"
        R"("annotations":null,"override_job_max_runtime_s":null,"num_workers":1}]})");
    REQUIRE(jobs.has_value());
    CHECK(jobs->jobs.at(0).status == launch::batch_status::success);
    CHECK(!jobs->jobs.at(0).completed_at.time());
    auto const bundle = answered<launch::get_docker_bundle>(
        R"({"id":"i","name":"n","created_at":"2026-07-01T10:00:00Z","image_repository":"r",)"
        R"("image_tag":"t","command":["c"],"env":{},"mount_location":null,"cpus":"1","memory":null,)"
        R"("storage":null,"gpus":null,"gpu_type":null,"public":true})");
    REQUIRE(bundle.has_value());
    CHECK(bundle->is_public == true);
    CHECK(bundle->cpus->text() == "1");
    auto const triggers = answered<launch::list_triggers>(
        R"({"triggers":[{"id":"t","name":"n","owner":"o","created_by":"c",)"
        R"("created_at":"2026-07-01T10:00:00Z","cron_schedule":"* * * * *",)"
        R"("docker_image_batch_job_bundle_id":"b","default_job_config":null,)"
        R"("default_job_metadata":null}]})");
    CHECK(triggers->triggers.at(0).cron_schedule == "* * * * *");
    CHECK(answered<launch::create_trigger>(R"({"trigger_id":"t"})")->trigger_id == "t");
    CHECK(answered<launch::update_trigger>(R"({"success":true})")->success);
    auto const upload = answered<launch::request_batch_upload>(
        R"({"signedUrl":"https://s/x?sig=1","bucket":"b","key":"k/l"})");
    CHECK(upload->location() == "s3://b/k/l");
    CHECK(answered<launch::get_creation_logs>(R"({"content":"log"})")->content == "log");
}

TEST_CASE("launch: resources that can't be valid are refused with the member's name")
{
    using launch::create_batch_job;
    check_refused<create_batch_job>(
        batch_job(), [](auto& o) { o.model_bundle_id.clear(); }, "model_bundle_id is empty");
    check_refused<create_batch_job>(
        batch_job(), [](auto& o) { o.input_path.clear(); }, "input_path is empty");
    check_refused<create_batch_job>(
        batch_job(), [](auto& o) { o.labels.erase("team"); }, "labels has no 'team'");
    check_refused<create_batch_job>(
        batch_job(), [](auto& o) { o.timeout_seconds = 0s; },
        "timeout_seconds must be more than 0");
    check_refused<create_batch_job>(
        batch_job(), [](auto& o) { o.resource_requests.gpus = -1; },
        "resource_requests.gpus must be at least 0");
    check_refused<create_batch_job>(
        batch_job(), [](auto& o) { o.resource_requests.max_workers = 0; },
        "resource_requests.max_workers must be at least 1");

    using launch::create_docker_job;
    check_refused<create_docker_job>(
        docker_job(), [](auto& o) { o.docker_image_batch_job_bundle_name = "n"; },
        "exactly one of");
    check_refused<create_docker_job>(
        docker_job(), [](auto& o) { o.docker_image_batch_job_bundle_id.reset(); },
        "exactly one of");
    check_refused<create_docker_job>(
        docker_job(), [](auto& o) { o.override_job_max_runtime_s = 0; },
        "override_job_max_runtime_s must be at least 1");
    check_refused<launch::create_docker_bundle>(
        docker_bundle(), [](auto& o) { o.name.clear(); }, "name is empty");

    using launch::create_model_endpoint;
    check_refused<create_model_endpoint>(
        endpoint(), [](auto& o) { o.name.clear(); }, "name must have 1 to 63 characters");
    check_refused<create_model_endpoint>(
        endpoint(), [](auto& o) { o.name.assign(64, 'x'); }, "name must have 1 to 63 characters");
    check_refused<create_model_endpoint>(
        endpoint(), [](auto& o) { o.labels.clear(); }, "labels has no 'team'");
    check_refused<create_model_endpoint>(
        endpoint(), [](auto& o) { o.max_workers = 0; }, "max_workers must be at least min_workers");
    check_refused<create_model_endpoint>(
        endpoint(),
        [](auto& o) { o.endpoint_type = launch::endpoint_type::streaming, o.per_worker = 2; },
        "per_worker must be 1 for a streaming endpoint");
    check_refused<create_model_endpoint>(
        endpoint(), [](auto& o) { o.forwarder_max_concurrency = 21; },
        "forwarder_max_concurrency must be from 1 to 20");
    check_refused<create_model_endpoint>(
        endpoint(), [](auto& o) { o.queue_message_timeout_seconds = 43201; },
        "queue_message_timeout_seconds must be from 1 to 43200");
    check_refused<create_model_endpoint>(
        endpoint(), [](auto& o) { o.default_callback_url.reset(); },
        "default_callback_auth needs a default_callback_url");
    check_refused<create_model_endpoint>(
        endpoint(), [](auto& o) { o.default_callback_url = "me.example"; },
        "default_callback_url: ");
    check_refused<launch::update_model_endpoint>(
        launch::update_model_endpoint{"end_1"}, [](auto& o) { o.min_workers = -1; },
        "min_workers must be at least 0");
    check_refused<launch::update_model_endpoint>(
        launch::update_model_endpoint{"end_1"}, [](auto& o) { o.labels.emplace(); },
        "labels has no 'team'");
    check_refused<launch::get_model_endpoint>(
        launch::get_model_endpoint{"end_1"}, [](auto& o) { o.endpoint = ".."; },
        "can't be part of a URL");
    check_refused<launch::restart_model_endpoint>(
        launch::restart_model_endpoint{"end_1"}, [](auto& o) { o.endpoint.clear(); },
        "can't be part of a URL");
    check_refused<launch::create_bundle>(
        bundle(), [](auto& o) { o.schema_location.clear(); }, "schema_location is empty");
    check_refused<launch::v1::create_bundle>(
        old_bundle(), [](auto& o) { o.packaging_type = {}; }, "packaging_type is empty");
    check_refused<launch::create_trigger>(
        launch::create_trigger{"n", "c", "b"}, [](auto& o) { o.cron_schedule.clear(); },
        "cron_schedule is empty");
}
