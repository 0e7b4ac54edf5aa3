// SPDX-License-Identifier: BSL-1.0
//
// The Launch simulator against the wire notes: batch jobs, endpoints, bundles, files, LLMs.

#include <string>
#include <vector>

#include "integration/launch_simulator.hpp"

using namespace inferpp;
using namespace std::chrono_literals;
using namespace launch_wire;

namespace {

constexpr auto stepping = testing::manual_clock::mode::stepping;

std::string const labels = R"("labels":{"team":"t","product":"p"})";

std::string batch(std::string const& input, std::string const& more = {})
{
    return R"({"model_bundle_id":"bun_echo-code00000000000","serialization_format":"JSON",)"
           R"("resource_requests":{"gpus":0},"input_path":")" +
           input + "\"," + more + labels + "}";
}

std::string endpoint(std::string const& name, std::string const& type = "async",
                     std::string const& more = {})
{
    return R"({"name":")" + name +
           R"(","model_bundle_id":"bun_echo-image0000000000","metadata":{},"cpus":1,"gpus":0,)"
           R"("memory":"1Gi","storage":"1Gi","min_workers":1,"max_workers":2,"per_worker":1,)"
           R"("endpoint_type":")" +
           type + "\"," + more + labels + "}";
}

} // namespace

TEST_CASE("a bundle's batch job: signed upload, progress, result file (2.6, 2.8)")
{
    testing::launch_simulator_options with;
    with.job_queue_time = 10s;
    with.job_run_time = 10s;
    wire world{with, stepping};
    auto const upload = world.post("/v1/hosted_inference/batch_task_input_upload", "{}");
    auto const url = text(upload.at("signedUrl"));
    auto const path = url.substr(world.simulator->origin_url().size());
    // {"y":1}, {"y":"a,b"}, and a quoted id
    std::string const rows = "id,args\r\n0,eyJ5IjoxfQ==\r\n\"a \"\"b\"\"\",eyJ5IjoiYSxiIn0=\r\n";
    CHECK(world.ask("PUT", path.substr(0, path.find('?')), rows, "").status == 403);
    CHECK(world.ask("PUT", path, rows, "").status == 200);
    auto const input = "s3://" + text(upload.at("bucket")) + '/' + text(upload.at("key"));
    CHECK(world.simulator->stored(input.substr(5)) == rows);

    auto const id = text(world.post("/v1/batch-jobs", batch(input)).at("job_id"));
    CHECK(id.starts_with("bat_"));
    CHECK(id.size() == 24);
    auto const look = [&] { return json::serialize(world.get("/v1/batch-jobs/" + id)); };
    CHECK(look() == R"({"status":"PENDING","result":null,"duration":"PT0S",)"
                    R"("num_tasks_pending":null,"num_tasks_completed":null})");
    world.time->advance(21s + 500ms);
    CHECK(look() == R"({"status":"RUNNING","result":null,"duration":"PT21.5S",)"
                    R"("num_tasks_pending":1,"num_tasks_completed":1})");
    world.time->advance(1h);
    auto const done = world.get("/v1/batch-jobs/" + id);
    CHECK(text(done.at("status")) == "SUCCESS");
    CHECK(text(done.at("duration")) == "PT30S");
    auto const result = text(done.at("result"));
    CHECK(result.ends_with("/launch/batch-jobs/" + id + "/result.json"));
    auto const file =
        world.ask("GET", result.substr(world.simulator->origin_url().size()), {}, "").body;
    auto const end = file.find('\n');
    auto const first = json::parse(file.substr(0, end)).as_object();
    auto const second = json::parse(file.substr(end + 1)).as_object(); // no line end after it
    CHECK(text(first.at("status")) == "SUCCESS");
    CHECK(text(first.at("id")) == "0");
    CHECK(text(second.at("id")) == "a \"b\"");
    CHECK(first.at("status_code").is_null());
    auto const given = json::parse(text(second.at("result").at("result"))).at("args");
    CHECK(given == json::value{{"y", "a,b"}});
    CHECK(world.simulator->leaks() == 0);
    // Always true for a job that exists.
    auto const cancelled = world.ask("PUT", "/v1/batch-jobs/" + id, R"({"cancel":true})");
    CHECK(cancelled.body == R"({"success":true})");
    CHECK(text(world.get("/v1/batch-jobs/" + id).at("status")) == "SUCCESS");
}

TEST_CASE("batch jobs: cancelled, out of time, without input, with wrong labels")
{
    testing::launch_simulator_options with;
    with.job_queue_time = 10s;
    with.job_run_time = 10s;
    with.storage["b/urls.csv"] = "id,url\n0,http://a/b\n1,http://a/c\n";
    wire world{with, stepping};
    std::string const none = "The specified batch job could not be found.";
    CHECK(world.refused(404, "GET", "/v1/batch-jobs/bat_x") == none);
    CHECK(world.refused(404, "PUT", "/v1/batch-jobs/bat_x", R"({"cancel":true})") == none);
    auto const create = [&](std::string const& body) {
        return "/v1/batch-jobs/" + text(world.post("/v1/batch-jobs", body).at("job_id"));
    };
    auto const cancelled = create(batch("s3://b/urls.csv"));
    auto const late = create(batch("s3://b/urls.csv", R"("timeout_seconds":25,)"));
    auto const lost = create(batch("s3://b/nothing.csv"));
    world.time->advance(15s);
    CHECK(world.ask("PUT", cancelled, R"({"cancel":false})").body == R"({"success":true})");
    CHECK(text(world.get(cancelled).at("status")) == "RUNNING");
    world.ask("PUT", cancelled, R"({"cancel":true})");
    world.time->advance(60s);
    auto const stopped = world.get(cancelled);
    CHECK(text(stopped.at("status")) == "CANCELLED");
    CHECK(text(stopped.at("duration")) == "PT15S");
    auto const expired = world.get(late);
    CHECK(text(expired.at("status")) == "TIMEOUT");
    CHECK(text(expired.at("duration")) == "PT1M15S"); // its end is unset
    CHECK(expired.at("num_tasks_completed").to_number<int>() == 1);
    auto const rows =
        world.ask("GET", text(expired.at("result")).substr(world.simulator->origin_url().size()))
            .body;
    CHECK(text(json::parse(rows.substr(rows.find('\n') + 1)).at("status")) == "PENDING");
    CHECK(text(world.get(lost).at("status")) == "FAILURE");
    CHECK(world
              .ask("POST", "/v1/batch-jobs",
                   R"({"model_bundle_id":"b","input_path":"i","serialization_format":"JSON",)"
                   R"("resource_requests":{},"labels":{"team":"t"}})")
              .status == 400);
    CHECK(world
              .ask("POST", "/v1/batch-jobs",
                   R"({"model_bundle_id":"b","input_path":"i","serialization_format":"JSON",)"
                   R"("resource_requests":{},)" +
                       labels + "}")
              .body == R"({"detail":"The specified model bundle could not be found."})");
}

TEST_CASE("durations are numbers on older servers")
{
    testing::launch_simulator_options with;
    with.duration_as_number = true;
    wire world{with, stepping};
    auto const id = text(world.post("/v1/batch-jobs", batch("s3://b/no")).at("job_id"));
    world.time->advance(1500ms);
    CHECK(world.get("/v1/batch-jobs/" + id).at("duration").to_number<double>() == 1.5);
}

TEST_CASE("model endpoints: their life, and what is refused (4.1)")
{
    testing::launch_simulator_options with;
    with.endpoint_queue_time = 10s;
    with.endpoint_build_time = 10s;
    with.endpoint_delete_time = 10s;
    with.failing_endpoints = {"weak"};
    with.status_reason = true;
    wire world{with, stepping};
    auto const created = world.post("/v1/model-endpoints", endpoint("mine"));
    CHECK(created.size() == 1);
    CHECK(text(created.at("endpoint_creation_task_id")).size() == 36);
    CHECK(world.refused(400, "POST", "/v1/model-endpoints", endpoint("mine")) ==
          "The specified model endpoint already exists.");
    world.post("/v1/model-endpoints", endpoint("weak"));
    auto const find = [&](std::string const& name) {
        auto const all = world.get("/v1/model-endpoints?name=" + name).at("model_endpoints");
        CHECK(all.as_array().size() == 1);
        return all.as_array()[0].as_object();
    };
    auto const status = [&](std::string const& name) { return text(find(name).at("status")); };
    CHECK(status("mine") == "UPDATE_PENDING");
    auto const id = text(find("mine").at("id"));
    CHECK(id.starts_with("end_"));
    CHECK(id.size() == 24);
    world.time->advance(10s);
    CHECK(status("mine") == "UPDATE_IN_PROGRESS");
    CHECK(find("mine").at("deployment_state").is_null());
    world.time->advance(10s);
    CHECK(status("mine") == "READY");
    CHECK(status("weak") == "UPDATE_FAILED");
    CHECK(text(find("weak").at("status_reason")) == "simulated");
    auto const ready = find("mine");
    CHECK(ready.at("deployment_state").at("available_workers").to_number<int>() == 1);
    CHECK(text(ready.at("created_at")) == "2030-01-01T00:00:00.000000Z");
    CHECK(text(ready.at("bundle_name")) == "echo-image");

    std::string const path = "/v1/model-endpoints/" + id;
    CHECK(world.ask("PUT", path, R"({"max_workers":7})").status == 200);
    CHECK(status("mine") == "UPDATE_PENDING");
    world.time->advance(20s);
    CHECK(world.get(path).at("deployment_state").at("max_workers").to_number<int>() == 7);
    CHECK(world.post(path + "/restart", "").at("restarted").as_bool());
    CHECK(world.ask("DELETE", path).body == R"({"deleted":true})");
    CHECK(status("mine") == "DELETE_IN_PROGRESS");
    world.time->advance(10s);
    auto const gone = world.refused(404, "GET", path);
    CHECK(gone == "Model Endpoint " + id + "  was not found.");
    CHECK(world.get("/v1/model-endpoints?name=mine").at("model_endpoints").as_array().empty());

    CHECK(world.refused(404, "POST", "/v1/model-endpoints",
                        R"({"name":"x","model_bundle_id":"bun_no","endpoint_type":"sync",)"
                        R"("metadata":{},"cpus":1,"gpus":0,"memory":1,"storage":1,)"
                        R"("min_workers":1,"max_workers":1,"per_worker":1,)" +
                            labels + "}") == "The specified model bundle could not be found.");
    CHECK(world
              .ask("POST", "/v1/model-endpoints",
                   endpoint("x", "async", R"("default_callback_url":"ftp://x/",)"))
              .status == 422);
    CHECK(world
              .ask("POST", "/v1/model-endpoints",
                   endpoint("x", "async", R"("post_inference_hooks":["CALLBACK"],)"))
              .status == 500);
    CHECK(world.ask("POST", "/v1/model-endpoints", endpoint(std::string(64, 'x'))).status == 422);
}

TEST_CASE("model endpoints: order, conflicts, whose they are")
{
    testing::launch_simulator_options with;
    with.endpoint_conflicts = true;
    wire world{with, stepping};
    world.post("/v1/model-endpoints", endpoint("aaa"));
    auto const first = [&](std::string const& order, std::string_view who = basic) {
        auto const got = world.ask("GET", "/v1/model-endpoints?order_by=" + order, {}, who);
        return text(got.object().at("model_endpoints").at(0).at("name"));
    };
    CHECK(first("oldest") == "echo-sync");
    CHECK(first("newest") == "aaa");
    CHECK(first("alphabetical") == "aaa");
    CHECK(first("newest", "Authorization: Bearer somebody\r\n") == "llama");
    auto const id =
        text(world.get("/v1/model-endpoints?name=aaa").at("model_endpoints").at(0).at("id"));
    CHECK(world.refused(409, "PUT", "/v1/model-endpoints/" + id, "{}") ==
          "Existing operation on endpoint in progress, try again later.");
    CHECK(world.ask("GET", "/v1/model-endpoints/" + id, {}, "Authorization: Bearer x\r\n").status ==
          404);
    CHECK(text(world.get("/v1/hosted_inference/endpoints/creation_logs/aaa").at("content"))
              .starts_with("Building aaa"));
    // Until it is built, nobody answers.
    auto const target = "/v1/async-tasks?model_endpoint_id=" + id;
    auto const task = text(world.post(target, R"({"args":{}})").at("task_id"));
    world.time->advance(40ms);
    CHECK(text(world.get("/v1/async-tasks/" + task).at("status")) == "PENDING");
    world.time->advance(1s);
    CHECK(text(world.get("/v1/async-tasks/" + task).at("status")) == "SUCCESS");
}

TEST_CASE("model bundles can be had in both versions (4.2)")
{
    wire world;
    auto const v1 = world.post(
        "/v1/model-bundles",
        R"({"name":"code","location":"s3://b/c","requirements":["numpy"],"packaging_type":"zip",)"
        R"("env_params":{"framework_type":"pytorch","pytorch_image_tag":"1.7"}})");
    auto const id = text(v1.at("model_bundle_id"));
    CHECK(id.starts_with("bun_"));
    auto const as_v1 = world.get("/v1/model-bundles/" + id);
    CHECK(text(as_v1.at("location")) == "s3://b/c");
    CHECK(as_v1.at("env_params").at("ecr_repo").is_null());
    auto const as_v2 = world.get("/v2/model-bundles/" + id);
    CHECK(text(as_v2.at("flavor").at("flavor")) == "zip_artifact");
    auto const clone =
        world.post("/v2/model-bundles/clone-with-changes",
                   R"({"original_model_bundle_id":")" + id + R"(","new_app_config":{"a":1}})");
    auto const latest = world.get("/v1/model-bundles/latest?model_name=code");
    CHECK(latest.at("id") == clone.at("model_bundle_id"));
    CHECK(latest.at("app_config") == json::value{{"a", 1}});
    CHECK(world.get("/v2/model-bundles?model_name=code").at("model_bundles").as_array().size() ==
          2);
    CHECK(world.refused(404, "GET", "/v1/model-bundles/bun_x") ==
          "Model Bundle bun_x  was not found.");
    CHECK(world.refused(404, "GET", "/v2/model-bundles/latest?model_name=x") ==
          "Model Bundle x  was not found.");
}

TEST_CASE("files: a form with one part (4.3)")
{
    wire world;
    auto const upload = [&](std::string const& body) {
        return world.ask("POST", "/v1/files", body,
                         std::string{basic} +
                             "Content-Type: multipart/form-data; boundary=\"xyz\"\r\n");
    };
    auto const part = [](std::string const& head, std::string const& content) {
        return "--xyz\r\nContent-Disposition: form-data; " + head +
               "\r\nContent-Type: text/plain\r\n\r\n" + content + "\r\n--xyz--\r\n";
    };
    std::string const file = R"(name="file"; filename="my data.txt")";
    CHECK(upload(part(file, "one\r\ntwo\n")).body == R"({"id":"my data.txt"})");
    CHECK(world.ask("GET", "/v1/files").body ==
          R"({"files":[{"id":"my data.txt","filename":"my data.txt","size":9}]})");
    CHECK(world.ask("GET", "/v1/files/my%20data.txt/content").body ==
          R"({"id":"my data.txt","content":"one\r\ntwo\n"})");
    CHECK(upload(part(file, "")).status == 200); // replaced
    CHECK(world.get("/v1/files/my%20data.txt").at("size").to_number<int>() == 0);
    CHECK(upload(part(file, "\xff")).status == 500);
    CHECK(upload(part(R"(name="data"; filename="x")", "x")).status == 422);
    CHECK(upload(part(R"(name="file")", "x")).status == 422);
    CHECK(upload("nothing").status == 422);
    CHECK(world.ask("DELETE", "/v1/files/my%20data.txt").body == R"({"deleted":true})");
    CHECK(world.refused(404, "DELETE", "/v1/files/my%20data.txt") ==
          "The specified file could not be found.");
}

TEST_CASE("jobs in images, and triggers (2.7, 4.8)")
{
    testing::launch_simulator_options with;
    with.job_queue_time = 10s;
    with.job_run_time = 10s;
    wire world{with, stepping};
    std::string const jobs = "/v1/docker-image-batch-jobs";
    auto const bundle =
        text(world
                 .post("/v1/docker-image-batch-job-bundles",
                       R"({"name":"b","image_repository":"r","image_tag":"t","command":["c"]})")
                 .at("docker_image_batch_job_bundle_id"));
    auto const create = [&](std::string const& which) {
        return world.ask("POST", jobs, "{" + which + labels + "}");
    };
    CHECK(create("").status == 422);
    CHECK(create(R"("docker_image_batch_job_bundle_name":"no",)").status == 404);
    auto const made = create(R"("docker_image_batch_job_bundle_name":"b",)").object();
    auto const path = jobs + '/' + text(made.at("job_id"));
    auto const other = create(R"("docker_image_batch_job_bundle_id":")" + bundle + "\",").object();
    CHECK(world.ask("GET", path).body == R"({"status":"PENDING"})");
    world.time->advance(10s);
    CHECK(world.ask("GET", path).body == R"({"status":"RUNNING"})");
    CHECK(world.ask("PUT", path, R"({"cancel":false})").body == R"({"success":false})");
    CHECK(world.ask("PUT", path, R"({"cancel":true})").body == R"({"success":true})");
    CHECK(world.ask("PUT", path, R"({"cancel":true})").body == R"({"success":false})");
    CHECK(world.refused(404, "GET", path) == "The specified batch job could not be found");
    world.time->advance(10s);
    auto const list = world.get(jobs).at("jobs").as_array();
    CHECK(list.size() == 1);
    CHECK(list[0].at("id") == other.at("job_id"));
    CHECK(text(list[0].at("completed_at")) == "2030-01-01T00:00:20.000000Z");
    CHECK(world.refused(404, "GET", jobs + "?trigger_id=X") == "Trigger X was not found.");

    std::string const trigger =
        R"({"name":"t","cron_schedule":"0 * * * *","bundle_id":")" + bundle + "\"}";
    auto const id = text(world.post("/v1/triggers", trigger).at("trigger_id"));
    CHECK(world.ask("PUT", "/v1/triggers/" + id, R"({"cron_schedule":"1 * * * *"})").body ==
          R"({"success":true})");
    CHECK(text(world.get("/v1/triggers/" + id).at("cron_schedule")) == "1 * * * *");
    CHECK(world.get(jobs + "?trigger_id=" + id).at("jobs").as_array().empty());
    CHECK(world.ask("DELETE", "/v1/triggers/" + id).body == R"({"success":true})");
    CHECK(world.get("/v1/triggers").at("triggers").as_array().empty());
}

TEST_CASE("LLM completions in one answer (4.4, 4.5)")
{
    testing::launch_simulator_options with;
    with.retired_llms = {"llama"};
    wire world{with};
    auto const body = [](std::string const& more) {
        return R"({"prompt":"How are you","max_new_tokens":9,"temperature":0)" + more + "}";
    };
    std::string const v1 = "/v1/llm/completions-sync?model_endpoint_name=";
    auto const got = world.post(v1 + "llama", body(R"(,"return_token_log_probs":true)"));
    CHECK(text(got.at("request_id")).size() == 36);
    auto const output = got.at("output").as_object();
    CHECK(text(output.at("text")) == "You said: How are you");
    CHECK(output.at("num_prompt_tokens").to_number<int>() == 3);
    CHECK(output.at("num_completion_tokens").to_number<int>() == 5);
    CHECK(output.at("tokens").as_array().size() == 5);
    CHECK(world.refused(404, "POST", v1 + "no", body("")) ==
          "The specified endpoint could not be found.");
    CHECK(world.refused(500, "POST", v1 + "llama", body(R"(,"simulate":{"status":500})"))
              .starts_with("Upstream service error for request_id "));
    auto const v2 = world.post("/v2/completions", R"({"model":"llama","prompt":"hi"})");
    CHECK(text(v2.at("object")) == "text_completion");
    CHECK(text(v2.at("choices").at(0).at("text")) == "You said: hi");
    CHECK(v2.at("system_fingerprint").is_null());
    CHECK(world.refused(410, "POST", "/v2/chat/completions",
                        R"({"model":"llama","messages":[{"role":"user","content":"x"}]})") ==
          "The specified endpoint is deprecated.");
    // The container's own object comes through.
    CHECK(world.refused(400, "POST", "/v2/completions",
                        R"({"model":"llama","prompt":"x","simulate":{"status":400,)"
                        R"("raw":"{\"message\":\"too long\"}"}})") == R"({"message":"too long"})");
}

TEST_CASE("LLM endpoints and fine-tunes (4.7)")
{
    testing::launch_simulator_options with;
    with.job_queue_time = 10s;
    with.job_run_time = 10s;
    wire world{with, stepping};
    auto const llm = [](std::string const& more) {
        return R"({"name":"tiny","model_name":"m","metadata":{},"min_workers":1,"max_workers":1,)"
               R"("per_worker":1,)" +
               more + labels + "}";
    };
    std::string const where = "/v1/llm/model-endpoints";
    CHECK(world.ask("POST", where, llm("")).status == 400); // vLLM wants streaming
    CHECK(world.post(where, llm(R"("endpoint_type":"streaming",)"))
              .contains("endpoint_creation_task_id"));
    auto const got = world.get(where + "/tiny");
    CHECK(text(got.at("inference_framework")) == "vllm");
    CHECK(text(got.at("spec").at("status")) == "UPDATE_PENDING");
    // It is public, but not everybody's.
    CHECK(world.ask("DELETE", where + "/tiny", {}, "Authorization: Bearer x\r\n").status == 403);
    CHECK(world.ask("DELETE", where + "/tiny").body == R"({"deleted":true})");
    CHECK(world.ask("GET", where + "/no").status == 404);

    auto const id =
        text(world
                 .post("/v1/llm/fine-tunes",
                       R"({"model":"m","training_file":"s3://b/t","hyperparameters":{}})")
                 .at("id"));
    std::string const path = "/v1/llm/fine-tunes/" + id;
    CHECK(text(world.get(path).at("status")) == "PENDING");
    CHECK(world.get(path).at("fine_tuned_model").is_null());
    world.time->advance(20s);
    CHECK(text(world.get(path).at("status")) == "SUCCESS");
    CHECK(text(world.get(path).at("fine_tuned_model")).starts_with("m."));
    CHECK(world.get(path + "/events").at("events").as_array().size() == 2);
    CHECK(world.ask("PUT", path + "/cancel").body == R"({"success":false})");
}

TEST_CASE("batch completions of both versions (4.6)")
{
    testing::launch_simulator_options with;
    with.job_queue_time = 10s;
    with.job_run_time = 10s;
    wire world{with, stepping};
    auto const body = [](std::string const& more) {
        return R"({"model_config":{"model":"m"},"output_data_path":"s3://b/out.json",)" + more +
               labels + "}";
    };
    std::string const content =
        R"("content":{"prompts":["a b"],"max_new_tokens":1,"temperature":0},)";
    auto const v1 = world.post("/v1/llm/batch-completions", body(content));
    auto const id = text(v1.at("job_id"));
    CHECK(id.starts_with("ft-"));
    CHECK(world.simulator->stored("b/out.json") ==
          R"([{"text":"You said: a b","num_prompt_tokens":2,"num_completion_tokens":4,)"
          R"("tokens":null}])");
    auto const v2 = world.post("/v2/batch-completions", body(content));
    CHECK(text(v2.at("status")) == "queued");
    CHECK(v2.at("model_config") == json::value{{"model", "m"}});
    std::string const path = "/v2/batch-completions/" + text(v2.at("job_id"));
    world.time->advance(10s);
    CHECK(text(world.get(path).at("job").at("status")) == "running");
    CHECK(world.ask("POST", path + "/actions/cancel").body == R"({"success":true})");
    CHECK(text(world.get(path).at("job").at("status")) == "cancelled");
    world.time->advance(10s);
    CHECK(world.ask("GET", "/v1/docker-image-batch-jobs/" + id).body == R"({"status":"SUCCESS"})");
    CHECK(world.ask("POST", path, R"({"job_id":"x"})").status == 500);
    CHECK(world.ask("POST", "/v2/batch-completions", body("")).status == 422);
    CHECK(world.ask("POST", "/v2/batch-completions", body(content + R"("data_parallelism":2,)"))
              .status == 400);
}

TEST_CASE("v2 batch completions start and answer 500, as the server at its head does")
{
    testing::launch_simulator_options with;
    with.batch_v2_fails = true;
    wire world{with};
    auto const got =
        world.ask("POST", "/v2/batch-completions",
                  R"({"model_config":{"model":"m"},"output_data_path":"s3://b/out.json",)"
                  R"("content":[{"prompt":"x"}]})");
    CHECK(got.status == 500);
    CHECK(world.simulator->stored("b/out.json").has_value());
}
