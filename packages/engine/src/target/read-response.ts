import { STATUS_CODES } from "node:http";
import { type AttemptResult, type CallContext, nothing, type Shown } from "./attempt.ts";
import { type Failure, failure, transportFailure } from "./call-failure.ts";
import { parseCleanJson } from "./clean-json.ts";
import { ExchangeTimeoutError, type WireResponse } from "./exchange.ts";
import { mapResponse } from "./map-response.ts";
import { MappingError, needsJson } from "./mapping-expression.ts";
import { readBody } from "./read-body.ts";
import { mask } from "./redact.ts";
import { isRetryableStatus, retryAfter } from "./retry-policy.ts";
import type { TargetConfig } from "./schema.ts";
import { shownResponse } from "./shown-exchange.ts";
import type { StreamReader } from "./stream-reader.ts";

type Reading = Pick<AttemptResult, "answer" | "failure">;
type Exchanged = Shown & {
  origin: string;
  /** What has read the body while it arrived, where it is a stream. */
  reader: StreamReader | null;
};

/** Instead of a response whose events hold a secret, cut up. */
export const notShown = `${mask} The pieces of this answer make up a secret, so they are not shown.`;

/** What came of a request that was answered. */
export async function readResponse(
  context: CallContext,
  response: WireResponse,
  exchanged: Exchanged,
): Promise<AttemptResult> {
  const { config } = context;
  const { redact, reader } = exchanged;
  const reading = readBody(response, config.max_response_bytes);
  const { text: raw, problem } = reading instanceof Promise ? await reading : reading;
  const text = redact(raw);
  const { status, headers } = response;
  const read = (): Reading => {
    if (response.broken !== null) return unanswered(brokenOff(response.broken, exchanged, config));
    if (status < 200 || status > 299) return unanswered(statusFailure(status));
    if (problem !== null) return unanswered(unreadable(problem, config));
    return reader === null ? readAnswer(config, text, headers) : reader.result(text, headers["content-type"]);
  };
  const result = read();
  return {
    ...nothing,
    ...result,
    request: exchanged.request,
    response: shownResponse(response, reader?.answer.hidesSecret ? notShown : text, redact),
    status,
    retry_after: isRetryableStatus(status) ? retryAfter(headers["retry-after"], context.clock()) : null,
    refused_token: status === 401 ? exchanged.accessToken : null,
    first_byte_at: reader === null ? response.first_byte_at : reader.answer.firstPieceAt,
    event_count: reader?.answer.count ?? null,
  };
}

function unanswered(problem: Failure): Reading {
  return { answer: null, failure: problem };
}

function unreadable(problem: "too_large" | "unreadable", config: TargetConfig): Failure {
  return problem === "too_large"
    ? tooLarge(config)
    : failure("not_json", "The answer is compressed in a way that cannot be read.", "no");
}

/** A response longer than its limit. */
export function tooLarge(config: TargetConfig): Failure {
  return failure("too_large", `The answer is longer than ${config.max_response_bytes} bytes.`, "no");
}

function brokenOff(broken: Error, { origin, reader }: Exchanged, config: TargetConfig): Failure {
  const problem = transportFailure(broken, origin, config.timeout_ms);
  if (reader === null || !(broken instanceof ExchangeTimeoutError)) return problem;
  const { error, retry } = problem;
  return failure(error.code, `${error.message} ${reader.answer.standing()}`, retry);
}

function readAnswer(config: TargetConfig, text: string, headers: Record<string, string>): Reading {
  const mapping = config.response_mapping;
  if (text.trim() === "") return unanswered(failure("empty_answer", "The application answered with nothing.", "no"));
  try {
    if (mapping === null) return { answer: mapResponse(null, text), failure: null };
    if (config.response_format === "text") return { answer: mapResponse(mapping, text, true), failure: null };
    const body = parseCleanJson(text);
    if (body === undefined && needsJson(mapping)) return unanswered(notJson(text, headers));
    return { answer: mapResponse(mapping, body ?? text), failure: null };
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    return unanswered(failure(error.code, error.message, "no"));
  }
}

function notJson(text: string, headers: Record<string, string>): Failure {
  const isPage = /^\s*<(?:!doctype|html|\?xml)/i.test(text) || /\bhtml\b/i.test(headers["content-type"] ?? "");
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
