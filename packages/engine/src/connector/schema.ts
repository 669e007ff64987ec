/** What a customer's process and we say to each other over the connector's WebSocket. One JSON object a message. */
import { z } from "zod";

/** Sizes in bytes, times in milliseconds. */
export const connectorLimits = {
  message_bytes: 1_048_576,
  /** A connection on which nothing was said for so long is closed. */
  idle_ms: 300_000,
  /** Answers to calls do not count: there are no more of them than calls. */
  messages_per_second: 50,
  functions: 100,
  /** Of one organization, to one of our processes. */
  connections: 200,
  default_timeout_ms: 120_000,
} as const;

/**
 * Why we close a connection (RFC 6455 7.4). After `restart`, `try_again` and `idle` it may be opened again; the others
 * stay true until something is changed.
 */
export const closeCodes = {
  /** A message was no text. */
  not_text: 1003,
  /** A message was no JSON. */
  not_json: 1007,
  /** A message was none of those below, there were too many, or the token is no longer good: the reason says which. */
  refused: 1008,
  too_large: 1009,
  restart: 1012,
  try_again: 1013,
  idle: 4408,
} as const;

/** As of an environment of parameters. */
export const environmentName = z
  .string()
  .max(63)
  .regex(/^[a-z][a-z0-9_-]*$/, "Use small letters, digits, - and _, and start with a letter");

export const functionName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, "Use letters, digits, _ . and -, and start with a letter");

/** One parameter of a function. The order of parameters is theirs in the object. */
export const functionParameter = z.object({
  type: z.string().max(200).optional(),
  default: z.json().optional().describe("Left out where a value is needed"),
});
export type FunctionParameter = z.infer<typeof functionParameter>;

const parameterKey = z
  .string()
  .min(1)
  .max(200)
  .refine((name) => !["__proto__", "constructor", "prototype"].includes(name), "This name is taken by JavaScript");

export const offeredFunction = z.object({
  name: functionName,
  description: z.string().max(10_000).default(""),
  parameters: z
    .record(parameterKey, functionParameter)
    .refine((parameters) => Object.keys(parameters).length <= 100, "A function may have at most 100 parameters")
    .default({ input: { type: "string" } }),
  return_type: z.string().max(200).optional(),
});
export type OfferedFunction = z.infer<typeof offeredFunction>;

const callId = z.uuid();

/** What the functions of a process are: after connecting, and again whenever they changed. */
export const registerMessage = z.object({
  type: z.literal("register"),
  client_version: z.string().max(200).default(""),
  functions: z
    .array(offeredFunction)
    .min(1, "Register at least one function")
    .max(connectorLimits.functions, `Register at most ${connectorLimits.functions} functions`)
    .refine((functions) => new Set(functions.map(({ name }) => name)).size === functions.length, {
      error: "Two functions have the same name",
    }),
});
export type RegisterMessage = z.infer<typeof registerMessage>;

/** What became of a call. */
export const testResultMessage = z.object({
  type: z.literal("test_result"),
  call_id: callId,
  status: z.enum(["success", "error"]),
  output: z.json().optional(),
  error: z.string().nullish(),
  duration_ms: z.number().nonnegative().nullish(),
});
export type TestResultMessage = z.infer<typeof testResultMessage>;

export const clientMessage = z.discriminatedUnion("type", [
  registerMessage,
  testResultMessage,
  z.object({ type: z.literal("ping") }),
  z.object({ type: z.literal("pong") }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

/** Which version of the project's parameters the values of a call are of. */
export const parametersOrigin = z.object({
  parameter_source: z.string().nullable(),
  parameter_source_environment: z.string().nullable(),
  parameter_experiment_id: z.uuid().nullable(),
  parameter_version: z.int().nullable(),
});
export type ParametersOrigin = z.infer<typeof parametersOrigin>;

/** A call. */
export const executeTestMessage = parametersOrigin.extend({
  type: z.literal("execute_test"),
  call_id: callId,
  function_name: functionName,
  inputs: z.record(z.string(), z.json()).describe("By the name of the function's parameter"),
  parameters: z.record(z.string(), z.unknown()).describe("The values of the project's parameters, by name"),
  timeout_ms: z.int().describe("Nobody waits for the answer any longer than that"),
  idempotency_key: z.string().nullable().describe("The same for each attempt at the same test of a run"),
});
export type ExecuteTestMessage = z.infer<typeof executeTestMessage>;

const connectedMessage = z.object({
  type: z.literal("connected"),
  connection_id: z.uuid(),
  organization_id: z.uuid(),
  project_id: z.uuid(),
  environment: z.string(),
  user_id: z.uuid(),
});

const registeredMessage = z.object({
  type: z.literal("registered"),
  endpoints: z.array(z.object({ function_name: z.string(), endpoint_id: z.uuid(), created: z.boolean() })),
});
export type RegisteredMessage = z.infer<typeof registeredMessage>;

export const serverMessage = z.discriminatedUnion("type", [
  connectedMessage,
  registeredMessage,
  executeTestMessage,
  z.object({ type: z.literal("cancel_test"), call_id: callId }).describe("Nobody waits for this call any more"),
  z.object({ type: z.literal("ping") }),
  z.object({ type: z.literal("pong") }),
]);
export type ServerMessage = z.infer<typeof serverMessage>;
