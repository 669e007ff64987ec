import { APICallError, generateText, NoObjectGeneratedError, Output, RetryError } from "ai";
import { refusalIn } from "../metric/refusal.ts";
import { AddressRefusedError } from "../target/address-gate.ts";
import { CallMeter, mostOutputTokens } from "./call-meter.ts";
import { guardedFetch, RetryLaterError } from "./guarded-fetch.ts";
import { noUsage, type JudgeModelOptions, type JudgeReply, type JudgeRequest, type ModelError } from "./judge-model.ts";
import { PausableTimeout } from "./pausable-timeout.ts";
import { languageModel } from "./providers.ts";
import type { ModelConfig } from "./schema.ts";
import { usageOf } from "./usage.ts";

/** Warnings would go to the console of the host. */
globalThis.AI_SDK_LOG_WARNINGS = false;

/** One structured reply of a provider at temperature 0. Throws only what the budget does. */
export async function generate<T>(
  config: ModelConfig,
  key: string | null,
  request: JudgeRequest<T>,
  options: JudgeModelOptions,
): Promise<JudgeReply<T>> {
  const timeout = new PausableTimeout(options.timeout_ms ?? 60_000);
  const meter = options.budget === undefined ? null : new CallMeter(config, options.budget, timeout);
  try {
    const reply = await replyOf(config, key, request, { options, timeout, meter });
    meter?.settle(reply.usage);
    return reply;
  } catch (error) {
    if (request.signal?.aborted) return failed("cancelled", "The judgement was cancelled");
    if (meter !== null && meter.refusal !== null) throw meter.refusal.error;
    if (timeout.signal.aborted) return failed("timeout", "The model did not answer in time");
    const reply = fromError(config, error);
    meter?.settle(reply.usage);
    return reply;
  } finally {
    timeout.stop();
    // What came to nothing may have been used all the same.
    meter?.settle();
  }
}

type Means = { options: JudgeModelOptions; timeout: PausableTimeout; meter: CallMeter | null };

async function replyOf<T>(
  config: ModelConfig,
  key: string | null,
  request: JudgeRequest<T>,
  { options, timeout, meter }: Means,
): Promise<JudgeReply<T>> {
  const abortSignal = request.signal ? AbortSignal.any([request.signal, timeout.signal]) : timeout.signal;
  abortSignal.throwIfAborted();
  const fetch = guardedFetch(options.policy);
  const result = await generateText({
    model: await languageModel(config, key, meter?.over(fetch, request.signal) ?? fetch),
    instructions: request.instructions,
    prompt: request.prompt,
    output: Output.object({ schema: request.schema, name: request.schema_name }),
    temperature: 0,
    maxOutputTokens: mostOutputTokens,
    maxRetries: options.max_retries ?? 2,
    abortSignal,
  });
  const { text, finishReason } = result;
  const usage = usageOf(config, result.usage);
  // Without any text `output` throws, and the usage would be lost.
  const hasOutput = finishReason === "stop" || (finishReason !== "tool-calls" && text !== "");
  if (!hasOutput || finishReason === "content-filter")
    return { value: null, text, usage, error: unusable(text, finishReason) };
  return { value: result.output, text, usage, error: null };
}

function failed(code: ModelError["code"], message: string): JudgeReply<never> {
  return { value: null, text: null, usage: noUsage, error: { code, message } };
}

function fromError(config: ModelConfig, error: unknown): JudgeReply<never> {
  if (NoObjectGeneratedError.isInstance(error)) {
    const text = error.text ?? null;
    return { value: null, text, usage: usageOf(config, error.usage), error: unusable(text, error.finishReason) };
  }
  const last = RetryError.isInstance(error) ? error.lastError : error;
  if (APICallError.isInstance(last)) return fromStatus(last);
  if (last instanceof RetryLaterError) return failed("rate_limited", "The provider's rate limit is reached");
  if (last instanceof AddressRefusedError)
    return failed("unavailable", "The address of this model is not allowed here");
  return failed("unavailable", "The model could not be reached");
}

function unusable(text: string | null, finishReason: string | undefined): ModelError {
  if (finishReason === "content-filter") return { code: "refused", message: "The provider's filter stopped the reply" };
  if (text !== null && !text.includes("{") && refusalIn(text) !== null)
    return { code: "refused", message: "The model refused to judge this answer" };
  if (finishReason === "length")
    return { code: "out_of_schema", message: "The model's reply was cut off before its end" };
  return { code: "out_of_schema", message: "The model's reply did not have the form that was asked for" };
}

/** Messages are ours: a provider's may repeat a part of the key or of the request. */
function fromStatus(error: APICallError): JudgeReply<never> {
  const { statusCode: status } = error;
  if (status === 401 || status === 403) return failed("auth_failed", "The provider does not accept the API key");
  if (status !== undefined && status >= 300 && status < 400)
    return failed("unavailable", "The provider redirects to another address; enter that one");
  if (status === 429) return failed("rate_limited", "The provider's rate limit was still reached after several tries");
  if (status === 404) return failed("unavailable", "The provider does not know this model or address");
  if (status !== undefined && status >= 200 && status < 300)
    return failed("out_of_schema", "The provider's reply could not be read");
  if (status !== undefined) return failed("unavailable", `The provider answered with an error (HTTP ${status})`);
  return failed("unavailable", "The model could not be reached");
}
