import { STATUS_CODES } from "node:http";
import { type AttemptResult, type CallContext, nothing, type Shown } from "./attempt.ts";
import type { BuiltRequest } from "./build-request.ts";
import { codeOf, type Failure, failure, transportFailure } from "./call-failure.ts";
import type { WireResponse } from "./exchange.ts";
import { notShown, readResponse, tooLarge } from "./read-response.ts";
import type { TargetConfig } from "./schema.ts";
import { shownResponse } from "./shown-exchange.ts";
import { StreamAnswer, type StreamResult } from "./stream-answer.ts";
import { closedEarly } from "./websocket-close.ts";
import { converse, type Conversation } from "./websocket-exchange.ts";

/** Ends of a connection that say that all is well: a normal closure, and one without a code. */
const goodEnds: ReadonlySet<number> = new Set([1000, 1005]);

/** One attempt at a call over a WebSocket. */
export async function callWebSocket(context: CallContext, request: BuiltRequest, shown: Shown): Promise<AttemptResult> {
  const { config, signal } = context;
  const answer = new StreamAnswer(config, shown.redact);
  const take = (data: string): boolean => {
    answer.take({ data, number: answer.count + 1 });
    return answer.isOver;
  };
  const limits = { timeout_ms: config.timeout_ms, max_bytes: config.max_response_bytes, signal };
  const options = { connect: context.connect, closing: context.closing, subprotocol: config.subprotocol, take };
  let ended: Conversation | WireResponse;
  try {
    ended = await converse(request, limits, options);
  } catch (error) {
    return { ...nothing, request: shown.request, failure: brokenSocket(error, request.origin, config) };
  }
  if (!("handshake" in ended)) return refusedHandshake(context, ended, { ...shown, origin: request.origin });
  const text = shown.redact(ended.messages.join("\n"));
  return {
    ...nothing,
    ...outcomeOf(ended, answer, { config, shown, origin: request.origin }),
    request: shown.request,
    response: shownResponse(ended.handshake, answer.hidesSecret ? notShown : text, shown.redact),
    status: ended.handshake.status,
    first_byte_at: answer.firstPieceAt,
    event_count: answer.count,
  };
}

type Place = { config: TargetConfig; shown: Shown; origin: string };

function outcomeOf({ end, messages }: Conversation, answer: StreamAnswer, place: Place): StreamResult {
  const { config, shown, origin } = place;
  const isComplete = end.kind === "enough" || (end.kind === "closed" && goodEnds.has(end.code));
  const result = isComplete ? answer.result() : { answer: null, failure: failureOf() };
  if (result.failure === null || messages.length === 0) return result;
  // The application has begun to work on it: a repeat would be another conversation, not the same call again.
  return { answer: null, failure: { ...result.failure, retry: "no" } };

  function failureOf(): Failure {
    if (end.kind === "cut") return tooLarge(config);
    if (end.kind === "closed") return closedEarly(end.code, shown.redact(end.reason));
    const error = end.kind === "broken" ? end.error : null;
    const problem = brokenSocket(error, origin, config);
    if (problem.error.code !== "timeout") return problem;
    return failure("timeout", `${problem.error.message} ${answer.standing()}`, problem.retry);
  }
}

async function refusedHandshake(
  context: CallContext,
  response: WireResponse,
  exchanged: Shown & { origin: string },
): Promise<AttemptResult> {
  const result = await readResponse(context, response, { ...exchanged, reader: null });
  if (response.broken !== null || response.status >= 400) return result;
  const status = `${response.status} ${STATUS_CODES[response.status] ?? ""}`.trim();
  const problem =
    response.status >= 300
      ? failure(
          "too_many_redirects",
          `The application sent the call to another address (${status}). A WebSocket does not follow: enter that address.`,
          "no",
        )
      : failure(
          "connection_failed",
          `The application answered like a web page (${status}) instead of opening a WebSocket. Check the address.`,
          "no",
        );
  return { ...result, answer: null, failure: problem };
}

/** What an error of the WebSocket means. Errors of the network mean what they mean for HTTP. */
function brokenSocket(error: unknown, origin: string, config: TargetConfig): Failure {
  const code = codeOf(error);
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") return tooLarge(config);
  if (code.startsWith("WS_ERR_"))
    return failure("connection_closed", `The application broke the rules of WebSockets (${code}).`, "once");
  if (error instanceof Error && error.constructor === Error && code === "") return wrongHandshake(error, config);
  return transportFailure(error, origin, config.timeout_ms);
}

function wrongHandshake({ message }: Error, { subprotocol }: TargetConfig): Failure {
  const isAboutProtocol = /subprotocol/i.test(message);
  const problem = !isAboutProtocol
    ? `The application did not open the WebSocket as it should: ${message}.`
    : subprotocol === null
      ? "The application speaks a subprotocol, but none is entered for this endpoint."
      : `The application does not speak the subprotocol ${subprotocol}. Correct it, or leave it empty.`;
  return failure("connection_failed", problem, "no");
}
