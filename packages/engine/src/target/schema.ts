/** Shapes of a target: the AI application under test and how to call it. zod only, so that forms can use them. */
import { z } from "zod";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export const json: z.ZodType<Json> = z.json();

export const httpMethods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** `http` or `https`, no credentials, no fragment. Private addresses are refused when the call is made. */
export const targetUrl = z
  .url({ protocol: /^https?$/, error: "Enter a full address that starts with http:// or https://" })
  .max(2048)
  .refine((value) => !hasCredentials(value), "Put user names and passwords under authentication, not in the address");

function hasCredentials(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && (url.username !== "" || url.password !== "");
}

/** RFC 9110 field name and a value without line breaks. */
export const headerName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "A header name may hold letters, digits and - only");
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
    token_url: targetUrl,
    client_id: z.string().min(1).max(512),
    scope: z.string().max(1024).optional(),
    audience: z.string().max(1024).optional(),
  }),
]);
export type TargetAuth = z.infer<typeof targetAuth>;

/** Everything about a target but its secret. Times in milliseconds, sizes in bytes. */
export const targetConfig = z.strictObject({
  url: targetUrl,
  method: z.enum(httpMethods).default("POST"),
  headers: headers.default({}),
  query: query.default({}),
  request_mapping: json.nullable().default({ input: "{{ input }}" }),
  response_mapping: responseMapping.nullable().default(null),
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
  "mapping_failed",
  "auth_failed",
  "attempts_exhausted",
  "cancelled",
] as const;
export type TargetErrorCode = (typeof targetErrorCodes)[number];

/** One attempt at a call, as shown to people. */
export const targetAttempt = z.object({
  started_at: z.string(),
  duration_ms: z.number(),
  status: z.number().nullable(),
  error_code: z.enum(targetErrorCodes).nullable(),
  waited_ms: z.number(),
});
export type TargetAttempt = z.infer<typeof targetAttempt>;

/** The request as sent, secrets redacted. */
export const sentRequest = z.object({
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullable(),
});
export type SentRequest = z.infer<typeof sentRequest>;

/** The response as received, cut at the size limit. */
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
});
export type TargetOutcome = z.infer<typeof targetOutcome>;
