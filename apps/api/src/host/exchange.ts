/** One request and its answer, with what every part of the host needs to know of it. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

export type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  /** As sent: not decoded. */
  path: string;
  /** Without the question mark; empty where there is none. */
  query: string;
  request_id: string;
  client_address: string;
  /** What the request turned out to be, for metrics and logs: a procedure or a page, never what was sent. */
  transport: "rest" | "trpc" | "page";
  route: string;
};

const sane = /^[A-Za-z0-9._:-]{8,100}$/;

/** @param trusted_proxies how many proxies stand in front and append to X-Forwarded-For */
export function openExchange(request: IncomingMessage, response: ServerResponse, trusted_proxies: number): Exchange {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const sent = request.headers["x-request-id"];
  return {
    request,
    response,
    path: mark === -1 ? url : url.slice(0, mark),
    query: mark === -1 ? "" : url.slice(mark + 1),
    request_id: typeof sent === "string" && sane.test(sent) ? sent : randomUUID(),
    client_address: clientAddress(request, trusted_proxies),
    transport: "page",
    route: "unknown",
  };
}

/** The address that the outermost trusted proxy saw. What lies further left anybody may have written. */
function clientAddress(request: IncomingMessage, trusted_proxies: number): string {
  const peer = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  const forwarded = request.headers["x-forwarded-for"];
  if (trusted_proxies === 0 || forwarded === undefined) return peer;
  const seen = String(forwarded)
    .split(",")
    .map((address) => address.trim());
  return seen.at(-Math.min(trusted_proxies, seen.length)) || peer;
}

/** Ends when the caller goes away before the answer has left. An answer that left aborts nothing: that is not free. */
export function signalOf({ response }: Exchange): AbortSignal {
  const abort = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) abort.abort();
  });
  return abort.signal;
}

/** A header that may be sent once; null where it is absent. */
export function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
}
