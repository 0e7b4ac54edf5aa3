// SPDX-License-Identifier: BSL-1.0
//
// Every operation of Scale Launch's OpenAPI document against inferpp_simulator: requests that the
// document allows get answers that it allows, and requests that it forbids get 422.

import assert from "node:assert/strict";
import { test } from "node:test";
import { documentFile, isAvailable, load } from "./launch_openapi.mjs";

const base = process.env.LAUNCH_BASE_URL;
const key = process.env.LAUNCH_API_KEY;
const judge = isAvailable ? load() : null;
const options = { skip: isAvailable ? false : `there is no ${documentFile}; set INFERPP_SHARED` };
const seen = new Set();

const sync = "end_sync0000000000000000";
const async_ = "end_async000000000000000";
const stream = "end_stream00000000000000";
const labels = { team: "tests", product: "inferpp" };

async function send(method, path, { query, body, form } = {}) {
  const search = query ? `?${new URLSearchParams(query)}` : "";
  const headers = { authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  const answer = await fetch(base + path + search,
    { method, headers, body: form ?? (body === undefined ? undefined : JSON.stringify(body)) });
  const text = await answer.text();
  const type = answer.headers.get("content-type") ?? "";
  return { status: answer.status, type, text,
           body: type.includes("json") ? JSON.parse(text) : text };
}

// A request and its answer are both as the document has it.
async function call(method, path, parts = {}) {
  if (!parts.form)
    assert.deepEqual(judge.request({ method, path, query: parts.query, body: parts.body }), [], `request ${method} ${path}`);
  const answer = await send(method, path, parts);
  assert.equal(answer.status, 200, `${method} ${path}: ${answer.text}`);
  if (answer.type.includes("json"))
    assert.deepEqual(judge.answer({ method, path, status: 200, body: answer.body }), [],
      `answer to ${method} ${path}: ${answer.text}`);
  const { pattern } = judge.find(method, path);
  seen.add(`${method} ${pattern}`);
  return answer.body;
}

// The payloads of a stream.
async function events(path, parts) {
  const text = await call("POST", path, parts);
  assert.ok(text.endsWith("\r\n\r\n"));
  return text.slice(0, -4).split("\r\n\r\n").filter((e) => !e.startsWith(":")).map((event) => {
    assert.ok(event.startsWith("data: {"), event);
    return JSON.parse(event.slice(6));
  });
}

// The document does not know that nulls are left out of chunks.
function withNulls(chunk) {
  return { ...chunk, choices: chunk.choices.map((choice) => ({ finish_reason: null, logprobs: null, ...choice })) };
}

async function until(path, done) {
  for (let i = 0; i < 200; ++i) {
    const body = await call("GET", path);
    if (done(body)) return body;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`${path} does not end`);
}

test("predictions", options, async () => {
  const full = { args: { x: [1, null, "ü"] }, url: null, callback_auth: { kind: "mtls", cert: "c", key: "k" },
                 return_pickled: false, timeout_seconds: 1.5, num_retries: 0, destination_path: "/predict" };
  const good = await call("POST", "/v1/sync-tasks", { query: { model_endpoint_id: sync }, body: full });
  assert.equal(JSON.parse(good.result.result).args.x[2], "ü");
  const failed = await call("POST", "/v1/sync-tasks",
    { query: { model_endpoint_id: sync }, body: { args: { simulate: { status: 500 } } } });
  assert.equal(failed.status, "FAILURE");
  for (const simulate of [{}, { status: 500 }, { lost: "gone" }, { undefined: true }]) {
    const { task_id } = await call("POST", "/v1/async-tasks",
      { query: { model_endpoint_id: async_ }, body: { args: { simulate }, callback_url: null } });
    await until(`/v1/async-tasks/${task_id}`, (task) => !["PENDING", "STARTED"].includes(task.status));
  }
  await call("GET", "/v1/async-tasks/unknown");
  const sent = await events("/v1/streaming-tasks",
    { query: { model_endpoint_id: stream }, body: { args: { simulate: { failure: "no more" } } } });
  assert.equal(sent.length, 4);
  for (const event of sent)
    assert.deepEqual(judge.schemaErrors("SyncEndpointPredictV1Response", event), []);
});

test("endpoints and bundles", options, async () => {
  const flavor = { flavor: "streaming_enhanced_runnable_image", repository: "r", tag: "t", protocol: "http",
                   streaming_command: ["run"] };
  const made = await call("POST", "/v2/model-bundles", { body: { name: "image", schema_location: "s3://b/s", flavor } });
  const v1 = { name: "code", location: "s3://b/c", requirements: ["numpy"], packaging_type: "zip",
               env_params: { framework_type: "pytorch", pytorch_image_tag: "1.7" } };
  const old = await call("POST", "/v1/model-bundles", { body: v1 });
  for (const version of ["v1", "v2"]) {
    for (const id of [made.model_bundle_id, old.model_bundle_id]) {
      const clone = { original_model_bundle_id: id, new_app_config: { a: 1 } };
      await call("POST", `/${version}/model-bundles/clone-with-changes`, { body: clone });
      await call("GET", `/${version}/model-bundles/${id}`);
    }
    await call("GET", `/${version}/model-bundles/latest`, { query: { model_name: "image" } });
    await call("GET", `/${version}/model-bundles`, { query: { order_by: "oldest" } });
  }
  const endpoint = { name: "mine", model_bundle_id: made.model_bundle_id, endpoint_type: "streaming", metadata: {},
    cpus: 1, gpus: 0, memory: "1Gi", storage: "1Gi", min_workers: 1, max_workers: 2, per_worker: 1, labels,
    post_inference_hooks: ["callback"], default_callback_url: "http://127.0.0.1:1/",
    default_callback_auth: { kind: "basic", username: "u", password: "p" } };
  await call("POST", "/v1/model-endpoints", { body: endpoint });
  const { model_endpoints: [{ id }] } = await call("GET", "/v1/model-endpoints", { query: { name: "mine" } });
  await until(`/v1/model-endpoints/${id}`, (e) => e.status === "READY");
  await call("PUT", `/v1/model-endpoints/${id}`, { body: { max_workers: 3 } });
  await call("POST", `/v1/model-endpoints/${id}/restart`);
  await call("GET", "/v1/model-endpoints-schema.json");
  await call("GET", "/v1/model-endpoints-api");
  await call("DELETE", `/v1/model-endpoints/${id}`);
  const logs = await send("GET", "/v1/hosted_inference/endpoints/creation_logs/echo-sync");
  assert.equal(typeof logs.body.content, "string");
});

test("files", options, async () => {
  const form = new FormData();
  form.append("file", new Blob(["a line\n"]), "data.txt");
  const { id } = await call("POST", "/v1/files", { form });
  await call("GET", "/v1/files");
  assert.equal((await call("GET", `/v1/files/${id}`)).size, 7);
  assert.equal((await call("GET", `/v1/files/${id}/content`)).content, "a line\n");
  await call("DELETE", `/v1/files/${id}`);
});

test("jobs", options, async () => {
  const upload = (await send("POST", "/v1/hosted_inference/batch_task_input_upload", { body: {} })).body;
  const rows = `id,args\r\n0,${Buffer.from('{"y":1}').toString("base64")}\r\n1,${Buffer.from("{}").toString("base64")}\r\n`;
  assert.equal((await fetch(upload.signedUrl, { method: "PUT", body: rows })).status, 200);
  const batch = { model_bundle_id: "bun_echo-code00000000000", input_path: `s3://${upload.bucket}/${upload.key}`,
                  serialization_format: "JSON", labels, resource_requests: { gpus: 0 } };
  const { job_id } = await call("POST", "/v1/batch-jobs", { body: batch });
  const ended = await until(`/v1/batch-jobs/${job_id}`, (job) => !["PENDING", "RUNNING"].includes(job.status));
  const lines = (await (await fetch(ended.result)).text()).split("\n").map((line) => JSON.parse(line));
  assert.equal(lines.length, 2);
  for (const { id, ...task } of lines) {
    assert.equal(typeof id, "string");
    assert.deepEqual(judge.schemaErrors("GetAsyncTaskV1Response", task), []);
  }
  await call("PUT", `/v1/batch-jobs/${job_id}`, { body: { cancel: true } });

  const bundle = { name: "b", image_repository: "r", image_tag: "t", command: ["c"],
                   resource_requests: { cpus: 1, gpus: 1, gpu_type: "nvidia-tesla-t4" } };
  const made = await call("POST", "/v1/docker-image-batch-job-bundles", { body: bundle });
  const bundle_id = made.docker_image_batch_job_bundle_id;
  await call("GET", "/v1/docker-image-batch-job-bundles", { query: { order_by: "newest" } });
  await call("GET", "/v1/docker-image-batch-job-bundles/latest", { query: { bundle_name: "b" } });
  await call("GET", `/v1/docker-image-batch-job-bundles/${bundle_id}`);
  const trigger = { name: "t", cron_schedule: "0 * * * *", bundle_id };
  const { trigger_id } = await call("POST", "/v1/triggers", { body: trigger });
  await call("GET", "/v1/triggers");
  await call("GET", `/v1/triggers/${trigger_id}`);
  await call("PUT", `/v1/triggers/${trigger_id}`, { body: { suspend: true } });
  const job = { docker_image_batch_job_bundle_id: bundle_id, labels, job_config: { a: 1 } };
  const image = await call("POST", "/v1/docker-image-batch-jobs", { body: job });
  await call("GET", "/v1/docker-image-batch-jobs", { query: { trigger_id } });
  await call("GET", "/v1/docker-image-batch-jobs");
  await until(`/v1/docker-image-batch-jobs/${image.job_id}`, (j) => j.status === "SUCCESS");
  await call("PUT", `/v1/docker-image-batch-jobs/${image.job_id}`, { body: { cancel: false } });
  await call("DELETE", `/v1/triggers/${trigger_id}`);
});

test("LLMs", options, async () => {
  const request = { prompt: "How are you", max_new_tokens: 5, temperature: 0.5, return_token_log_probs: true };
  const query = { model_endpoint_name: "llama" };
  await call("POST", "/v1/llm/completions-sync", { query, body: request });
  for (const simulate of [{}, { events: 2, text: "a" }, { failure: "x" }, { status: 400 }, { status: 500 }])
    for (const event of await events("/v1/llm/completions-stream", { query, body: { ...request, simulate } }))
      assert.deepEqual(judge.schemaErrors("CompletionStreamV1Response", event), []);

  const chat = { model: "llama", messages: [{ role: "user", content: [{ type: "text", text: "hi there" }] }] };
  await call("POST", "/v2/chat/completions", { body: chat });
  const chunks = await events("/v2/chat/completions",
    { body: { ...chat, stream: true, stream_options: { include_usage: true } } });
  for (const chunk of chunks)
    assert.deepEqual(judge.schemaErrors("CreateChatCompletionStreamResponse", withNulls(chunk)), []);
  const broken = await events("/v2/chat/completions", { body: { ...chat, stream: true, simulate: { failure: "x" } } });
  assert.deepEqual(judge.schemaErrors("ChatCompletionV2StreamErrorChunk", broken.at(-1)), []);
  await call("POST", "/v2/completions", { body: { model: "llama", prompt: "hi" } });
  assert.ok((await events("/v2/completions", { body: { model: "llama", prompt: "hi", stream: true } })).length > 1);

  const llm = { name: "tiny", model_name: "llama-2-7b", metadata: {}, min_workers: 1, max_workers: 1, per_worker: 1,
                labels, inference_framework: "vllm", endpoint_type: "streaming", quantize: "awq" };
  await call("POST", "/v1/llm/model-endpoints", { body: llm });
  await call("GET", "/v1/llm/model-endpoints");
  await until("/v1/llm/model-endpoints/tiny", (e) => e.status === "READY");
  await call("PUT", "/v1/llm/model-endpoints/tiny", { body: { inference_framework: "vllm", max_workers: 2 } });
  await call("DELETE", "/v1/llm/model-endpoints/tiny");
  const { urls } = await call("POST", "/v1/llm/model-endpoints/download", { body: { model_name: "llama-2-7b" } });
  assert.equal((await fetch(Object.values(urls)[0])).status, 200);

  const tune = { model: "llama-2-7b", training_file: "s3://b/train.csv", hyperparameters: { epochs: 1, lr: 0.5 } };
  const { id } = await call("POST", "/v1/llm/fine-tunes", { body: tune });
  await until(`/v1/llm/fine-tunes/${id}`, (t) => t.status === "SUCCESS");
  await call("GET", "/v1/llm/fine-tunes");
  await call("GET", `/v1/llm/fine-tunes/${id}/events`);
  await call("PUT", `/v1/llm/fine-tunes/${id}/cancel`);

  const batch = { model_config: { model: "llama-2-7b" }, output_data_path: "s3://b/out.json", labels,
                  content: { prompts: ["a b", "c"], max_new_tokens: 5, temperature: 0 } };
  await call("POST", "/v1/llm/batch-completions", { body: batch });
  const { job_id } = await call("POST", "/v2/batch-completions", { body: batch });
  await until(`/v2/batch-completions/${job_id}`, ({ job }) => job.status === "completed");
  await call("POST", `/v2/batch-completions/${job_id}/actions/cancel`);
  assert.equal((await send("POST", `/v2/batch-completions/${job_id}`, { body: { job_id } })).status, 500);
  seen.add("POST /v2/batch-completions/{batch_completion_id}"); // never answers 200
});

test("health", options, async () => {
  for (const path of ["/healthcheck", "/healthz", "/readyz"]) {
    assert.equal((await fetch(base + path)).status, 200);
    await call("GET", path);
  }
});

test("every operation has been called", options, () => {
  assert.deepEqual(judge.operations().filter((operation) => !seen.has(operation)), []);
});

test("what the document forbids is refused with 422, in its form", options, async () => {
  const predict = { model_endpoint_id: sync };
  const llama = { model_endpoint_name: "llama" };
  const forbidden = [
    ["POST", "/v1/sync-tasks", { body: {} }],
    ["POST", "/v1/sync-tasks", { query: predict, body: { timeout_seconds: 0 } }],
    ["POST", "/v1/sync-tasks", { query: predict, body: { num_retries: -1 } }],
    ["POST", "/v1/sync-tasks", { query: predict, body: { url: 7 } }],
    ["POST", "/v1/sync-tasks", { query: predict, body: { callback_auth: { kind: "digest" } } }],
    ["POST", "/v1/async-tasks", { query: { model_endpoint_id: async_ }, body: { callback_auth: { kind: "basic", username: "u" } } }],
    ["POST", "/v1/async-tasks", { query: { model_endpoint_id: async_ }, body: [] }],
    ["GET", "/v1/model-endpoints", { query: { order_by: "size" } }],
    ["GET", "/v1/model-bundles", { query: { order_by: "alphabetical" } }],
    ["GET", "/v2/model-bundles/latest", {}],
    ["POST", "/v1/model-endpoints", { body: { name: "x" } }],
    ["POST", "/v2/model-bundles", { body: { name: "n", schema_location: "s", flavor: { flavor: "tar" } } }],
    ["POST", "/v1/batch-jobs", { body: { model_bundle_id: "b", input_path: "i", serialization_format: "XML", labels, resource_requests: {} } }],
    ["PUT", "/v1/batch-jobs/x", { body: { cancel: "yes" + "!" } }],
    ["POST", "/v1/docker-image-batch-job-bundles", { body: { name: "n", image_repository: "r", image_tag: "t", command: "c" } }],
    ["POST", "/v1/triggers", { body: { name: "n", cron_schedule: "* * * * *" } }],
    ["POST", "/v1/llm/completions-sync", { query: llama, body: { prompt: "p", max_new_tokens: 1, temperature: 5 } }],
    ["POST", "/v1/llm/completions-stream", { query: llama, body: { prompt: "p", max_new_tokens: 1, temperature: 1, top_p: 0 } }],
    ["POST", "/v1/llm/fine-tunes", { body: { model: "m" } }],
    ["POST", "/v1/llm/batch-completions", { body: { output_data_path: "o" } }],
    ["POST", "/v2/batch-completions", { body: { output_data_path: "o", model_config: { model: "m" }, data_parallelism: 65 } }],
    ["POST", "/v2/chat/completions", { body: { model: "llama", messages: [] } }],
    ["POST", "/v2/chat/completions", { body: { model: "llama", messages: [{ role: "robot", content: "x" }] } }],
    ["POST", "/v2/completions", { body: { model: "llama" } }],
  ];
  for (const [method, path, parts] of forbidden) {
    const request = { method, path, query: parts.query, body: parts.body };
    assert.notDeepEqual(judge.request(request), [], `the document forbids ${JSON.stringify(request)}`);
    const answer = await send(method, path, parts);
    assert.equal(answer.status, 422, `${JSON.stringify(request)}: ${answer.text}`);
    assert.deepEqual(judge.answer({ ...request, status: 422, body: answer.body }), []);
  }
});
