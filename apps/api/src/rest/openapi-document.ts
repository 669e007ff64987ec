/** The OpenAPI 3.1 document of the REST operations, from the same procedures. */
import { generateOpenApiDocument } from "trpc-to-openapi";
import { transportOf } from "@rhesis/router/error-map";
import { appRouter } from "@rhesis/router/root";
import { errorCodes } from "@rhesis/telemetry/app-error";
import { restPrefix } from "./handler.ts";
import { operationsOf, type Operation } from "./operations.ts";

type Json = Record<string, unknown>;
type Document = Json & { paths: Record<string, Record<string, Json>>; components: Record<string, Json> };

const info = `Test AI applications: endpoints, requirements, metrics, tests, test runs and their results.

Authenticate with an API token (\`rh-…\`) or an access token of the login provider as bearer token. Who belongs to
several organizations names one in \`X-Organization-Id\`. Errors are problem documents (RFC 9457). Lists are paged:
follow \`Link\` with \`rel="next"\`, or pass \`next_cursor\` as \`cursor\`.`;

const string = { type: "string" };

const problemSchema = {
  type: "object",
  description: "What went wrong (RFC 9457)",
  required: ["type", "title", "status", "detail", "code", "request_id"],
  properties: {
    type: { ...string, description: "Names the kind of problem" },
    title: string,
    status: { type: "integer" },
    detail: { ...string, description: "A sentence for people" },
    code: { ...string, description: "For programs", enum: [...errorCodes] },
    request_id: { ...string, description: "Helps us find what happened" },
    errors: {
      type: "array",
      description: "Where the input breaks a rule",
      items: {
        type: "object",
        required: ["path", "message"],
        properties: { path: { type: "array", items: { type: ["string", "integer"] } }, message: string },
      },
    },
  },
};

const parameters = {
  organization: header("X-Organization-Id", "Which of your organizations; the first if left out", { format: "uuid" }),
  if_match: header("If-Match", "The ETag as you last read it; a change to another version is refused with 412", {
    pattern: String.raw`^(\*|(W/)?"\d{1,9}")$`,
  }),
  if_none_match: header("If-None-Match", "The ETag as you know it; answered with 304 where nothing changed"),
  idempotency_key: header("Idempotency-Key", "Repeating the call with the same key repeats its answer, for a day", {
    pattern: String.raw`^[\x21-\x7e]{1,200}$`,
  }),
};

function header(name: string, description: string, more: Json = {}): Json {
  return {
    name,
    in: "header",
    required: false,
    description,
    schema: { ...string, ...more },
  };
}

/** Every status of failure, and what it says. A method that an operation does not have is not an operation's failure. */
const failures = new Map(
  Object.entries(transportOf).flatMap(([code, { http, title }]) =>
    code === "method_not_allowed" ? [] : [[http, title] as const],
  ),
);

let made: Document | undefined;

/** Made when first asked for, then kept. */
export function openApiDocument(): Document {
  made ??= makeDocument();
  return made;
}

function makeDocument(): Document {
  const document = generateOpenApiDocument(appRouter, {
    title: "Rhesis",
    version: "1",
    description: info,
    baseUrl: restPrefix,
    securitySchemes: { bearer: { type: "http", scheme: "bearer", description: "An API token or an access token" } },
  }) as unknown as Document;
  for (const operation of operationsOf(appRouter)) {
    const described = document.paths[operation.path]?.[operation.method.toLowerCase()];
    if (described !== undefined) complete(operation, described);
  }
  const { schemas = {} } = document.components;
  const kept = Object.entries(schemas).filter(([name]) => !name.startsWith("error."));
  document.components["schemas"] = { ...Object.fromEntries(kept), Problem: problemSchema };
  document.components["parameters"] = parameters;
  document.components["responses"] = problemResponses();
  return document;
}

function complete(operation: Operation, described: Json): void {
  described["operationId"] = operation.name.replaceAll(".", "_");
  const success = (described["responses"] as Record<string, Json>)["200"] ?? {};
  const isPossible = (status: number) => {
    if (status === 401 || status === 403) return !operation.is_public;
    return operation.takes_body || (status !== 413 && status !== 415);
  };
  const possible = [...failures.keys()].filter(isPossible);
  const problems = possible.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]);
  const answer =
    operation.success === 204 ? { description: "Done" } : { ...success, headers: answerHeaders(operation, success) };
  described["responses"] = { [operation.success]: answer, ...Object.fromEntries(problems) };
  if (operation.is_public) described["security"] = [];
  const own = (described["parameters"] as Json[] | undefined) ?? [];
  const more = headerParameters(operation).map((name) => ({ $ref: `#/components/parameters/${name}` }));
  described["parameters"] = [
    ...own.filter(({ name }) => name !== "expected_version" || !operation.takes_body),
    ...more,
  ];
}

function headerParameters(operation: Operation): (keyof typeof parameters)[] {
  const names: (keyof typeof parameters)[] = operation.needs_organization ? ["organization"] : [];
  if (operation.has_expected_version) names.push("if_match");
  if (operation.takes_idempotency_key) names.push("idempotency_key");
  if (operation.method === "GET" && operation.path_names.length > 0) names.push("if_none_match");
  return names;
}

function answerHeaders(operation: Operation, success: Json): Json {
  const headers: Json = { "X-Request-Id": { schema: string, description: "Names this request in our logs" } };
  if (operation.location !== null)
    headers["Location"] = { schema: string, description: "Where to find what was created or started" };
  const text = JSON.stringify(success);
  if (operation.name.endsWith(".list") && text.includes("next_cursor")) {
    headers["X-Total-Count"] = { schema: { type: "integer" }, description: "How many match in all, at most 10,000" };
    headers["Link"] = { schema: string, description: 'The next page, as rel="next"' };
  } else if (operation.has_expected_version || operation.path_names.length > 0) {
    headers["ETag"] = { schema: string, description: "The version, for If-Match" };
  }
  return headers;
}

function problemResponses(): Json {
  const content = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
  const retry = { "Retry-After": { schema: { type: "integer" }, description: "Seconds to wait" } };
  return Object.fromEntries(
    [...failures].map(([status, description]) => [
      `Problem${status}`,
      { description, content, ...(status === 429 || status === 503 ? { headers: retry } : {}) },
    ]),
  );
}
