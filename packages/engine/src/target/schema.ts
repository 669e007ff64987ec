/** Shapes of a target: the AI application under test and how to call it. zod only, so that forms can use them. */
import { z } from "zod";
import { environmentName, functionName } from "../connector/schema.ts";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export const json: z.ZodType<Json> = z.json();

export const httpMethods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** No credentials, no fragment. Private addresses are refused when the call is made. */
function address(protocol: RegExp, error: string) {
  return z
    .url({ protocol, error })
    .max(2048)
    .refine((value) => !hasCredentials(value), "Put user names and passwords under authentication, not in the address");
}

/** `http` or `https`. */
export const webUrl = address(/^https?$/, "Enter a full address that starts with http:// or https://");
/** A web address, or `ws` or `wss` for the protocol `websocket`. */
export const targetUrl = address(
  /^(https?|wss?)$/,
  "Enter a full address that starts with https://, http://, wss:// or ws://",
);

function hasCredentials(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && (url.username !== "" || url.password !== "");
}

/** RFC 9110 5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** RFC 9110 field name and a value without line breaks. */
export const headerName = z.string().min(1).max(128).regex(token, "A header name may hold letters, digits and - only");
export const headerValue = z
  .string()
  .max(4096)
  // oxlint-disable-next-line no-control-regex -- header injection is what this refuses
  .regex(/^[^\u0000-\u0008\u000a-\u001f\u007f]*$/, "A header value may not hold line breaks or control characters");

export const headers = z.record(headerName, headerValue);
export const query = z.record(z.string().min(1).max(256), z.string().max(4096));

/**
 * What an answer is made of. Each value is an RFC 9535 JSONPath (starts with `$`, the first match; every match for
 * `context` and `tool_calls`) or a template over the response (`{{ response.choices[0].text }}`).
 */
export const responseMapping = z.strictObject({
  output: z.string().min(1).max(4096),
  conversation_id: z.string().max(4096).optional(),
  context: z.string().max(4096).optional(),
  metadata: z.string().max(4096).optional(),
  tool_calls: z.string().max(4096).optional(),
});
export type ResponseMapping = z.infer<typeof responseMapping>;

/** How the call identifies itself. The secret itself (token, key, client secret) travels apart and is never read back. */
export const targetAuth = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("none") }),
  z.strictObject({ type: z.literal("bearer") }),
  z.strictObject({ type: z.literal("api_key"), in: z.enum(["header", "query"]), name: headerName }),
  z.strictObject({
    type: z.literal("client_credentials"),
    token_url: webUrl,
    client_id: z.string().min(1).max(512),
    scope: z.string().max(1024).optional(),
    audience: z.string().max(1024).optional(),
  }),
]);
export type TargetAuth = z.infer<typeof targetAuth>;

export const protocols = ["http", "websocket", "connector"] as const;

/** A function that a connected process offers, and the environment that the process has connected to. */
export const connectorTarget = z.strictObject({
  function: functionName,
  environment: environmentName.default("development"),
});

export const responseFormats = ["json", "text", "sse", "json_lines"] as const;

/**
 * How an answer that comes in pieces becomes one. `output` of the response mapping finds the piece in one event (the
 * whole event without a mapping), the other fields are read from the last event that has them.
 */
export const streamReading = z.strictObject({
  done: z
    .union([z.string().min(1).max(4096), z.int().min(1).max(10_000)])
    .optional()
    .describe(
      'What ends the answer: a number of events; a path or template that finds something other than null, false and "" in an event; or another text, which is the data of an event or its type. An answer that breaks off before is an error. Without it the end of the response or connection ends the answer',
    ),
  join: z.enum(["concat", "last"]).default("concat").describe("`last`: each piece holds the whole answer so far"),
});

/** Everything about a target but its secret. Times in milliseconds, sizes in bytes. */
export const targetConfig = z.strictObject({
  protocol: z
    .enum(protocols)
    .default("http")
    .describe("`connector` calls a function of a connected process; the others need a `url`"),
  url: targetUrl.nullable().default(null),
  connector: connectorTarget.nullable().default(null).describe("What is called where the protocol is `connector`"),
  method: z.enum(httpMethods).default("POST"),
  headers: headers.default({}),
  query: query.default({}),
  request_mapping: json.nullable().default({ input: "{{ input }}" }),
  response_format: z
    .enum(responseFormats)
    .default("json")
    .describe(
      "`json` and `text` are read as one, `sse` (server-sent events) and `json_lines` (one JSON a line) piece by piece. The messages of a WebSocket are `json` or `text`",
    ),
  response_mapping: responseMapping.nullable().default(null),
  stream: streamReading.nullable().default(null),
  subprotocol: z
    .string()
    .min(1)
    .max(128)
    .regex(token, "A subprotocol may hold letters, digits and - only")
    .nullable()
    .default(null)
    .describe("Asked for when a WebSocket opens"),
  auth: targetAuth.default({ type: "none" }),
  timeout_ms: z.int().min(100).max(600_000).default(30_000),
  max_attempts: z.int().min(1).max(10).default(4),
  max_redirects: z.int().min(0).max(5).default(3),
  max_response_bytes: z.int().min(1024).max(10_485_760).default(1_048_576),
});
export type TargetConfig = z.infer<typeof targetConfig>;

/** The mapped answer of a target. */
export const targetAnswer = z.object({
  output: z.string().nullable(),
  conversation_id: z.string().nullable(),
  context: z.array(z.string()),
  metadata: z.record(z.string(), json),
  tool_calls: z.array(json),
});
export type TargetAnswer = z.infer<typeof targetAnswer>;

export const targetErrorCodes = [
  "timeout",
  "connection_failed",
  "connection_closed",
  "address_refused",
  "http_error",
  "rate_limited",
  "too_large",
  "too_many_redirects",
  "not_json",
  "empty_answer",
  "stream_error",
  "not_connected",
  "function_failed",
  "mapping_failed",
  "auth_failed",
  "attempts_exhausted",
  "cancelled",
] as const;
export type TargetErrorCode = (typeof targetErrorCodes)[number];

const firstByteMs = z
  .number()
  .nullable()
  .default(null)
  .describe("Until the first piece of a streamed answer, or the first byte of another, arrived");

/** One attempt at a call, as shown to people. */
export const targetAttempt = z.object({
  started_at: z.string(),
  duration_ms: z.number(),
  first_byte_ms: firstByteMs,
  event_count: z
    .number()
    .nullable()
    .default(null)
    .describe("Events, lines or messages that came of a streamed answer; null for an answer in one piece"),
  status: z.number().nullable(),
  error_code: z.enum(targetErrorCodes).nullable(),
  waited_ms: z.number(),
});
export type TargetAttempt = z.infer<typeof targetAttempt>;

/** The request as sent, secrets redacted. A call of a function is a `CALL` of `connector:<environment>/<function>`. */
export const sentRequest = z.object({
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullable(),
});
export type SentRequest = z.infer<typeof sentRequest>;

/** The response as received, cut at the size limit. The messages of a WebSocket are lines of its body. */
export const receivedResponse = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
export type ReceivedResponse = z.infer<typeof receivedResponse>;

export const targetError = z.object({ code: z.enum(targetErrorCodes), message: z.string() });
export type TargetError = z.infer<typeof targetError>;

/** What came of a call: an answer, or an error a domain expert can act on; always what was sent and received. */
export const targetOutcome = z.object({
  answer: targetAnswer.nullable(),
  error: targetError.nullable(),
  request: sentRequest.nullable(),
  response: receivedResponse.nullable(),
  attempts: z.array(targetAttempt),
  latency_ms: z.number(),
  first_byte_ms: firstByteMs,
});
export type TargetOutcome = z.infer<typeof targetOutcome>;
