import { STATUS_CODES } from "node:http";
import type { Dispatcher } from "undici";
import { TemplateError, type Variables } from "../template/render.ts";
import { buildRequest, type BuiltRequest, canSendSecret } from "./build-request.ts";
import { type Failure, failure, transportFailure } from "./call-failure.ts";
import { parseCleanJson } from "./clean-json.ts";
import { exchange, ExchangeCancelledError, ExchangeTimeoutError, type WireResponse } from "./exchange.ts";
import { followRedirect } from "./follow-redirect.ts";
import { mapResponse, MappingError, needsJson } from "./map-response.ts";
import type { TokenStore } from "./oauth-token.ts";
import { readBody } from "./read-body.ts";
import { redactHeaders } from "./redact.ts";
import { isRetryableStatus, retryAfter } from "./retry-policy.ts";
import type { ReceivedResponse, SentRequest, TargetAnswer, TargetConfig } from "./schema.ts";

/** What one attempt needs of the client it is made by. */
export type CallContext = {
  config: TargetConfig;
  secret: string | null;
  variables: Variables;
  idempotencyKey: string | undefined;
  signal: AbortSignal | undefined;
  poolOf: (origin: string) => Dispatcher;
  tokens: TokenStore;
  clock: () => number;
  redactorOf: (secrets: string[]) => (text: string) => string;
};

export type AttemptResult = {
  answer: TargetAnswer | null;
  failure: Failure | null;
  request: SentRequest | null;
  response: ReceivedResponse | null;
  status: number | null;
  retry_after: number | null;
  refused_token: string | null;
};

const nothing: AttemptResult = {
  answer: null,
  failure: null,
  request: null,
  response: null,
  status: null,
  retry_after: null,
  refused_token: null,
};

/** One attempt at a call: token, request, redirects, answer. Never throws. */
export async function attempt(context: CallContext): Promise<AttemptResult> {
  const { config, secret } = context;
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
    return await send(context, request, accessToken);
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

async function send(context: CallContext, first: BuiltRequest, accessToken: string | null): Promise<AttemptResult> {
  const { config } = context;
  const keyHeader =
    config.auth.type === "api_key" && config.auth.in === "header" ? config.auth.name.toLowerCase() : undefined;
  const redact = context.redactorOf([context.secret, accessToken].filter((secret) => secret !== null));
  const deadline = performance.now() + config.timeout_ms;
  let request = first;
  for (let hops = 0; ; hops++) {
    const shown = show(request, redact, keyHeader);
    let response: WireResponse;
    try {
      response = await exchangeUntil(context, request, hops === 0 ? config.timeout_ms : deadline - performance.now());
    } catch (error) {
      return { ...nothing, request: shown, failure: transportFailure(error, request.origin, config.timeout_ms) };
    }
    const next = followRedirect(request, response, keyHeader);
    if (next === null) return receive(context, shown, response, redact, accessToken);
    const problem =
      "refused" in next
        ? failure("address_refused", next.refused, "no")
        : hops >= config.max_redirects
          ? tooManyRedirects(config)
          : null;
    if (problem !== null || "refused" in next) {
      const { text } = await readBody(response, config.max_response_bytes);
      return {
        ...nothing,
        request: shown,
        response: received(response, redact(text), redact),
        status: response.status,
        failure: problem,
      };
    }
    request = next;
  }
}

function exchangeUntil(context: CallContext, request: BuiltRequest, remainingMs: number): Promise<WireResponse> {
  if (remainingMs <= 0) return Promise.reject(new ExchangeTimeoutError());
  const limits = { timeout_ms: remainingMs, max_bytes: context.config.max_response_bytes, signal: context.signal };
  return exchange(context.poolOf(request.origin), request, limits);
}

function tooManyRedirects(config: TargetConfig): Failure {
  const allowed =
    config.max_redirects === 0 ? "but redirects are not followed" : `more than ${config.max_redirects} times`;
  return failure(
    "too_many_redirects",
    `The application redirected the call, ${allowed}.`.replace("call, more", "call more"),
    "no",
  );
}

async function receive(
  context: CallContext,
  request: SentRequest,
  response: WireResponse,
  redact: (text: string) => string,
  accessToken: string | null,
): Promise<AttemptResult> {
  const { config } = context;
  const reading = readBody(response, config.max_response_bytes);
  const { text: raw, problem } = reading instanceof Promise ? await reading : reading;
  const text = redact(raw);
  const result = { ...nothing, request, response: received(response, text, redact), status: response.status };
  const { status } = response;
  if (status < 200 || status > 299) {
    const wait = isRetryableStatus(status) ? retryAfter(response.headers["retry-after"], context.clock()) : null;
    return {
      ...result,
      failure: statusFailure(status),
      retry_after: wait,
      refused_token: status === 401 ? accessToken : null,
    };
  }
  if (problem === "too_large")
    return {
      ...result,
      failure: failure("too_large", `The answer is longer than ${config.max_response_bytes} bytes.`, "no"),
    };
  if (problem === "unreadable")
    return { ...result, failure: failure("not_json", "The answer is compressed in a way that cannot be read.", "no") };
  return { ...result, ...readAnswer(config, text, response) };
}

function readAnswer(
  config: TargetConfig,
  text: string,
  response: WireResponse,
): Pick<AttemptResult, "answer" | "failure"> {
  const mapping = config.response_mapping;
  if (text.trim() === "")
    return { answer: null, failure: failure("empty_answer", "The application answered with nothing.", "no") };
  try {
    if (mapping === null) return { answer: mapResponse(null, text), failure: null };
    const body = parseCleanJson(text);
    if (body === undefined && needsJson(mapping)) return { answer: null, failure: notJson(text, response) };
    return { answer: mapResponse(mapping, body ?? text), failure: null };
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    return { answer: null, failure: failure(error.code, error.message, "no") };
  }
}

function notJson(text: string, response: WireResponse): Failure {
  const isPage = /^\s*<(?:!doctype|html|\?xml)/i.test(text) || /\bhtml\b/i.test(response.headers["content-type"] ?? "");
  const what = isPage ? "The application answered with a web page (HTML)" : "The answer is not valid JSON";
  return failure("not_json", `${what}, but the response mapping needs JSON. Check the address and the request.`, "no");
}

function statusFailure(status: number): Failure {
  const retry = isRetryableStatus(status) ? "yes" : "no";
  const name = STATUS_CODES[status];
  const shown = `${status}${name === undefined ? "" : ` ${name}`}`;
  if (status === 429)
    return failure("rate_limited", "The application refused the call because there were too many (429).", retry);
  if (status === 401)
    return failure("auth_failed", "The application did not accept the credentials of this endpoint (401).", retry);
  return failure("http_error", `The application answered with an error (${shown}).`, retry);
}

function show(request: BuiltRequest, redact: (text: string) => string, keyHeader: string | undefined): SentRequest {
  return {
    method: request.method,
    url: redact(request.origin + request.shownPath),
    headers: redactHeaders(request.headers, redact, keyHeader),
    body: request.body === null ? null : redact(request.body),
  };
}

function received(response: WireResponse, body: string, redact: (text: string) => string): ReceivedResponse {
  return { status: response.status, headers: redactHeaders(response.headers, redact), body };
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
