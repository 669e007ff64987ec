import { TemplateError } from "../template/render.ts";
import { type AttemptResult, type CallContext, nothing, type Shown } from "./attempt.ts";
import { buildRequest, type BuiltRequest, canSendSecret } from "./build-request.ts";
import { type Failure, failure, transportFailure } from "./call-failure.ts";
import { callConnector } from "./connector-call.ts";
import { exchange, ExchangeCancelledError, ExchangeTimeoutError, type WireResponse } from "./exchange.ts";
import { followRedirect } from "./follow-redirect.ts";
import { readResponse } from "./read-response.ts";
import type { TargetConfig } from "./schema.ts";
import { keyHeaderOf, shownRequest } from "./shown-exchange.ts";
import { StreamReader } from "./stream-reader.ts";
import { callWebSocket } from "./websocket-call.ts";

/** One attempt at a call: token, request, redirects, answer. Never throws. */
export async function attempt(context: CallContext): Promise<AttemptResult> {
  const { config, secret } = context;
  if (config.protocol === "connector") return callConnector(context);
  const unusable = unusableSecret(config, secret);
  if (unusable !== null) return { ...nothing, failure: failure("auth_failed", unusable, "no") };
  let accessToken: string | null = null;
  if (config.auth.type === "client_credentials" && secret !== null) {
    const result = await unlessAborted(context.tokens.get(config.auth, secret), context.signal);
    if (result === null) return { ...nothing, failure: transportFailure(new ExchangeCancelledError(), "", 0) };
    if (result.failure !== null) return { ...nothing, failure: result.failure };
    accessToken = result.token;
  }
  try {
    const request = buildRequest(config, context.variables, {
      secret,
      accessToken,
      idempotencyKey: context.idempotencyKey,
    });
    const redact = context.redactorOf([secret, accessToken].filter((hidden) => hidden !== null));
    if (config.protocol === "websocket")
      return await callWebSocket(context, request, {
        request: shownRequest(request, config, redact),
        redact,
        accessToken,
      });
    return await send(context, request, { redact, accessToken });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { ...nothing, failure: failure("mapping_failed", `The request could not be built. ${error.message}`, "no") };
  }
}

function unusableSecret(config: TargetConfig, secret: string | null): string | null {
  if (config.auth.type === "none") return null;
  if (secret === null || secret === "") return "No token, key or client secret is stored for this endpoint.";
  return canSendSecret(config, secret)
    ? null
    : "The stored token or key holds line breaks or characters a header cannot carry.";
}

async function send(
  context: CallContext,
  first: BuiltRequest,
  { redact, accessToken }: Omit<Shown, "request">,
): Promise<AttemptResult> {
  const { config } = context;
  const deadline = performance.now() + config.timeout_ms;
  let request = first;
  for (let hops = 0; ; hops++) {
    const reader = isStreamed(config) ? new StreamReader(config, redact) : null;
    const shown = shownRequest(request, config, redact);
    let response: WireResponse;
    try {
      const remaining = hops === 0 ? config.timeout_ms : deadline - performance.now();
      response = await exchangeUntil(context, { request, reader }, remaining);
    } catch (error) {
      const problem = transportFailure(error, request.origin, config.timeout_ms);
      return { ...nothing, request: shown, failure: problem };
    }
    const exchanged = { request: shown, redact, accessToken, reader, origin: request.origin };
    const next = response.broken === null ? followRedirect(request, response, keyHeaderOf(config)) : null;
    if (next === null) return readResponse(context, response, exchanged);
    const problem = "refused" in next ? failure("address_refused", next.refused, "no") : tooManyRedirects(config, hops);
    if (problem !== null || "refused" in next)
      return { ...(await readResponse(context, response, exchanged)), failure: problem };
    request = next;
  }
}

function isStreamed({ response_format }: TargetConfig): boolean {
  return response_format === "sse" || response_format === "json_lines";
}

function exchangeUntil(
  context: CallContext,
  { request, reader }: { request: BuiltRequest; reader: StreamReader | null },
  remainingMs: number,
): Promise<WireResponse> {
  if (remainingMs <= 0) return Promise.reject(new ExchangeTimeoutError());
  const limits = { timeout_ms: remainingMs, max_bytes: context.config.max_response_bytes, signal: context.signal };
  return exchange(context.poolOf(request.origin), request, limits, reader);
}

function tooManyRedirects(config: TargetConfig, hops: number): Failure | null {
  if (hops < config.max_redirects) return null;
  const allowed =
    config.max_redirects === 0 ? "but redirects are not followed" : `more than ${config.max_redirects} times`;
  return failure(
    "too_many_redirects",
    `The application redirected the call, ${allowed}.`.replace("call, more", "call more"),
    "no",
  );
}

async function unlessAborted<Result>(
  work: Result | Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result | null> {
  if (!(work instanceof Promise) || signal === undefined) return work;
  if (signal.aborted) return null;
  const { promise, resolve } = Promise.withResolvers<null>();
  const onAbort = (): void => resolve(null);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
