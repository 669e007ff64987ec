import type { ConnectorPort, ConnectorReply } from "../connector/port.ts";
import { connectorLimits } from "../connector/schema.ts";
import { TemplateError } from "../template/render.ts";
import { type AttemptResult, type CallContext, nothing } from "./attempt.ts";
import { type Failure, failure } from "./call-failure.ts";
import { cleanText, parseCleanJson } from "./clean-json.ts";
import { fillMapping } from "./map-request.ts";
import { mapResponse } from "./map-response.ts";
import { MappingError } from "./mapping-expression.ts";
import { tooLarge } from "./read-response.ts";
import type { Json, ReceivedResponse, ResponseMapping, SentRequest, TargetAnswer, TargetConfig } from "./schema.ts";

type Called = NonNullable<TargetConfig["connector"]>;
type Inputs = Record<string, Json>;

/** One attempt at calling a function of a connected process. */
export async function callConnector(context: CallContext): Promise<AttemptResult> {
  const { config, connector, variables } = context;
  const called = config.connector;
  if (called === null || connector === undefined)
    return failed(failure("not_connected", "Functions of connected processes cannot be called here.", "no"));
  let inputs: Inputs;
  try {
    inputs = inputsOf(fillMapping(config.request_mapping, variables));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return failed(failure("mapping_failed", `The call could not be made. ${error.message}`, "no"));
  }
  const parameters = variables["params"] as Record<string, unknown>;
  const body = JSON.stringify({ inputs, parameters });
  const url = `connector:${called.environment}/${called.function}`;
  const request: SentRequest = { method: "CALL", url, headers: {}, body };
  if (Buffer.byteLength(body) > connectorLimits.message_bytes - headroom)
    return {
      ...failed(failure("too_large", "The call is longer than 1 MiB, which no connection takes.", "no")),
      request,
    };
  const reply = await callUntilEnded(context, connector, {
    function_name: called.function,
    environment: called.environment,
    inputs,
    parameters,
    timeout_ms: config.timeout_ms,
    idempotency_key: context.idempotencyKey ?? null,
  });
  if (reply.kind !== "answered") return { ...failed(failureOf(reply, called, config)), request };
  return { ...read(config, reply.output), request };
}

/** For what a message holds beside inputs and parameters, in bytes. */
const headroom = 4096;

function failed(problem: Failure): AttemptResult {
  return { ...nothing, failure: problem };
}

function inputsOf(filled: Json | undefined): Inputs {
  if (filled === undefined) return {};
  if (typeof filled !== "object" || filled === null || Array.isArray(filled))
    throw new TemplateError("The request mapping has to be an object: a value for each parameter of the function.");
  return filled;
}

/** The call ends with its own signal, and when the client closes. */
async function callUntilEnded(
  { signal, closing }: CallContext,
  connector: ConnectorPort,
  call: Omit<Parameters<ConnectorPort["call"]>[0], "signal">,
): Promise<ConnectorReply> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  if (signal?.aborted || closing.aborted) return { kind: "cancelled" };
  for (const ended of [signal, closing]) ended?.addEventListener("abort", end);
  try {
    return await connector.call({ ...call, signal: ending.signal });
  } finally {
    for (const ended of [signal, closing]) ended?.removeEventListener("abort", end);
  }
}

function failureOf(
  reply: Exclude<ConnectorReply, { kind: "answered" }>,
  { function: name, environment }: Called,
  config: TargetConfig,
): Failure {
  switch (reply.kind) {
    case "function_failed":
      return failure("function_failed", `The function ${name} ended with an error: ${reply.error}`, "no");
    case "not_connected":
      // A process that is started again is back within seconds.
      return failure(
        "not_connected",
        `No process is connected that offers the function ${name} in environment ${environment}. Start it, or look whether it still connects.`,
        "yes",
      );
    case "closed":
      return failure(
        "connection_closed",
        `The process that worked on the call was disconnected before it had answered.`,
        "yes",
      );
    case "timeout":
      return failure("timeout", `The function ${name} did not answer within ${config.timeout_ms / 1000} s.`, "once");
    case "cancelled":
      return failure("cancelled", "The call was cancelled.", "no");
  }
}

function read(config: TargetConfig, output: Json): AttemptResult {
  const text = typeof output === "string" ? output : JSON.stringify(output);
  const cut = Buffer.byteLength(text) > config.max_response_bytes;
  const response = shown(cleanText(cut ? text.slice(0, config.max_response_bytes) : text));
  const result = { ...nothing, response, status: response.status };
  if (cut) return { ...result, failure: tooLarge(config) };
  if (output === null || text.trim() === "")
    return { ...result, failure: failure("empty_answer", "The function returned nothing.", "no") };
  try {
    return { ...result, answer: answerOf(config.response_mapping, output, text) };
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    return { ...result, failure: failure(error.code, error.message, "no") };
  }
}

/** Text stays as it is where no mapping looks into it. What is JSON is made anew, without what no database stores. */
function answerOf(mapping: ResponseMapping | null, output: Json, text: string): TargetAnswer {
  if (mapping === null && typeof output === "string") return mapResponse(null, cleanText(text));
  const value = parseCleanJson(text) ?? cleanText(text);
  return mapResponse(mapping ?? standardMapping(value), value);
}

function shown(body: string): ReceivedResponse {
  return { status: 200, headers: {}, body };
}

/** An object that names its parts as answers are made of is read by these names. */
function standardMapping(output: Json): ResponseMapping | null {
  if (typeof output !== "object" || output === null || Array.isArray(output)) return null;
  if (!Object.hasOwn(output, "output") && !Object.hasOwn(output, "tool_calls")) return null;
  return byStandardNames;
}

const byStandardNames: ResponseMapping = {
  output: "$.output",
  conversation_id: "$.conversation_id",
  context: "$.context",
  metadata: "$.metadata",
  tool_calls: "$.tool_calls",
};
