/** Writes answers: known length, compressed where that pays, nothing but the head for HEAD. */
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { Exchange } from "./exchange.ts";
import { problemFrom } from "./problem.ts";

const compress = promisify(gzip);
const worthCompressing = 2_000;
const level = { level: constants.Z_BEST_SPEED };

export type Answer = { status: number; headers?: Record<string, string>; body: string; content_type?: string };

/** Sends `answer`. Headers that were set on the response before stay. */
export async function send({ request, response }: Exchange, answer: Answer): Promise<void> {
  if (response.headersSent || response.destroyed) return;
  const { status, headers = {}, body, content_type = "application/json; charset=utf-8" } = answer;
  if (status === 204 || status === 304) {
    response.writeHead(status, headers).end();
    return;
  }
  const large = body.length > worthCompressing;
  if (large) response.appendHeader("vary", "Accept-Encoding");
  const packed = large && acceptsGzip(request.headers["accept-encoding"]) ? await compress(body, level) : null;
  if (response.destroyed) return;
  response.writeHead(status, {
    "content-type": content_type,
    "cache-control": "no-store",
    ...(packed === null ? {} : { "content-encoding": "gzip" }),
    ...headers,
    "content-length": packed?.length ?? Buffer.byteLength(body),
  });
  response.end(request.method === "HEAD" ? undefined : (packed ?? body));
}

/** Sends what may be told of `error` as a problem document. */
export function sendProblem(exchange: Exchange, error: unknown): Promise<void> {
  const { status, document, headers } = problemFrom(error, exchange.request_id);
  return send(exchange, { status, headers, body: JSON.stringify(document), content_type: "application/problem+json" });
}

function acceptsGzip(accepted: string | string[] | undefined): boolean {
  return accepted !== undefined && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(String(accepted));
}
