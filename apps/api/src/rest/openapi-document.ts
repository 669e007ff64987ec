/** The OpenAPI 3.1 document of the REST operations, from the same procedures. */
import { generateOpenApiDocument } from "trpc-to-openapi";
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
    code: { ...string, description: "For programs", examples: [...errorCodes] },
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
  const codes = ["400", "401", "403", "404", "409", "412", "413", "415", "422", "429", "500", "503"];
  const isPossible = (code: string) =>
    (code !== "401" && code !== "403") || !operation.is_public
      ? operation.takes_body || !["413", "415"].includes(code)
      : false;
  const failures = codes.filter(isPossible).map((code) => [code, { $ref: `#/components/responses/Problem${code}` }]);
  const answer =
    operation.success === 204 ? { description: "Done" } : { ...success, headers: answerHeaders(operation, success) };
  described["responses"] = { [operation.success]: answer, ...Object.fromEntries(failures) };
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
  if (operation.method === "POST") names.push("idempotency_key");
  if (operation.method === "GET" && operation.path_names.length > 0) names.push("if_none_match");
  return names;
}

function answerHeaders(operation: Operation, success: Json): Json {
  const headers: Json = { "X-Request-Id": { schema: string, description: "Names this request in our logs" } };
  if (operation.location) headers["Location"] = { schema: string, description: "Where to find what was created" };
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
  const texts: Record<string, string> = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    409: "Conflict",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Not JSON",
    422: "The input breaks a rule",
    429: "Too many requests",
    500: "A fault of ours",
    503: "Not available right now",
  };
  const content = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
  const retry = { "Retry-After": { schema: { type: "integer" }, description: "Seconds to wait" } };
  return Object.fromEntries(
    Object.entries(texts).map(([code, description]) => [
      `Problem${code}`,
      { description, content, ...(code === "429" || code === "503" ? { headers: retry } : {}) },
    ]),
  );
}
