// SPDX-License-Identifier: BSL-1.0
//
// Scale Launch's OpenAPI 3.1 document as a judge of requests and answers.
//
//     node launch_openapi.mjs FILE
//
// checks recorded requests: a line of JSON for each, with method, path ("/v1/sync-tasks"), query (an
// object or "a=b&c=d") and body (a value, or null where there is none).

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const shared = process.env.INFERPP_SHARED ?? "../shared";
export const documentFile = path.join(shared, "vectors", "launch-openapi.json");
export const isAvailable = fs.existsSync(documentFile);

// The document, whose schemas name each other by "#/components/schemas/X".
class Judge {
  constructor(document) {
    this.document = document;
    // Defaults are not checked, and what OpenAPI adds to JSON schema is no error.
    this.ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
    addFormats(this.ajv);
    // ISO 8601 has fractions, which pydantic writes; RFC 3339, which ajv-formats follows, has not.
    this.ajv.addFormat("duration", /^P(?!$)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/);
    this.ajv.addSchema(document, "launch");
  }

  // The operation for a request. Paths without parameters win.
  find(method, target) {
    const segments = target.replace(/^\/v1\/launch(?=\/)/, "").split("/");
    const fits = (pattern) => {
      const wanted = pattern.split("/");
      return wanted.length === segments.length &&
        wanted.every((w, i) => w === segments[i] || (w.startsWith("{") && segments[i] !== ""));
    };
    const found = Object.keys(this.document.paths)
      .filter((pattern) => fits(pattern) && this.document.paths[pattern][method.toLowerCase()])
      .sort((a, b) => a.split("{").length - b.split("{").length);
    return found.length === 0 ? null
      : { method: method.toLowerCase(), pattern: found[0], about: this.document.paths[found[0]][method.toLowerCase()] };
  }

  errorsOf(pointer, value) {
    const reference = "launch#" + pointer.map((p) =>
      "/" + encodeURIComponent(p.replaceAll("~", "~0").replaceAll("/", "~1"))).join("");
    const validate = this.ajv.getSchema(reference) ?? this.ajv.compile({ $ref: reference });
    return validate(value) ? []
      : validate.errors.map((e) => `${e.instancePath || "body"} ${e.message} ${JSON.stringify(e.params)}`);
  }

  schemaErrors(name, value) {
    return this.errorsOf(["components", "schemas", name], value);
  }

  // What is wrong with a request: an array of texts.
  request({ method, path: target, query, body }) {
    const operation = this.find(method, target);
    if (operation === null) return [`there is no ${method} ${target}`];
    const { pattern, about } = operation;
    const wrong = [];
    const sent = typeof query === "string" ? Object.fromEntries(new URLSearchParams(query)) : query ?? {};
    const known = (about.parameters ?? []).filter((p) => p.in === "query");
    for (const name of Object.keys(sent))
      if (!known.some((p) => p.name === name)) wrong.push(`query ${name} is not known`);
    known.forEach((parameter) => {
      if (!(parameter.name in sent)) {
        if (parameter.required) wrong.push(`query ${parameter.name} is missing`);
        return;
      }
      const index = String(about.parameters.indexOf(parameter));
      wrong.push(...this.errorsOf(["paths", pattern, operation.method, "parameters", index, "schema"],
        sent[parameter.name]).map((e) => `query ${parameter.name}: ${e}`));
    });
    const content = about.requestBody?.content?.["application/json"];
    if (content) {
      wrong.push(...this.errorsOf(["paths", pattern, operation.method, "requestBody", "content",
        "application/json", "schema"], body ?? null));
    } else if (!about.requestBody && body !== undefined && body !== null) {
      wrong.push("no body is known");
    }
    return wrong;
  }

  // What is wrong with an answer.
  answer({ method, path: target, status, body }) {
    const operation = this.find(method, target);
    if (operation === null) return [`there is no ${method} ${target}`];
    if (status === 422) return this.schemaErrors("HTTPValidationError", body);
    if (status !== 200) return [`status ${status} is not known`];
    return this.errorsOf(["paths", operation.pattern, operation.method, "responses", "200", "content",
      "application/json", "schema"], body);
  }

  // All operations, as "POST /v1/files".
  operations() {
    return Object.entries(this.document.paths).flatMap(([pattern, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${pattern}`));
  }
}

export function load() {
  return new Judge(JSON.parse(fs.readFileSync(documentFile, "utf8")));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!isAvailable) {
    console.log(`skipped: there is no ${documentFile}; set INFERPP_SHARED`);
    process.exit(77);
  }
  const judge = load();
  let failures = 0;
  const lines = fs.readFileSync(process.argv[2], "utf8").split("\n").filter((line) => line !== "");
  lines.forEach((line, index) => {
    const request = JSON.parse(line);
    for (const problem of judge.request(request)) {
      ++failures;
      console.log(`line ${index + 1}: ${request.method} ${request.path}: ${problem}`);
    }
  });
  console.log(`${lines.length} requests, ${failures} problems`);
  process.exit(failures === 0 && lines.length > 0 ? 0 : 1);
}
