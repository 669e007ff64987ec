/** Headers of every answer of the API, and which other origins may read them. */
import type { Exchange } from "./exchange.ts";

const exposed = "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, X-Total-Count";
const allowedHeaders =
  "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Organization-Id, X-Request-Id, traceparent, trpc-accept";

/** Answers carry data and are no pages: nothing in them may run, and nothing may frame them. */
const apiHeaders: readonly [string, string][] = [
  ["x-content-type-options", "nosniff"],
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-resource-policy", "same-origin"],
];

export type HeaderOptions = {
  /** Exactly these may call from a browser. Credentials (cookies) are never allowed: there are none. */
  cors_origins: readonly string[];
  https: boolean;
};

export type HeaderWriter = {
  /** For answers of the API. */
  writeApiHeaders(exchange: Exchange): void;
  /** Cross-origin headers; true where the request was a preflight and has been answered. */
  answerCors(exchange: Exchange): boolean;
};

/** @see HeaderOptions */
export function createHeaderWriter({ cors_origins, https }: HeaderOptions): HeaderWriter {
  const origins = new Set(cors_origins);
  const strict: readonly [string, string][] = https ? [["strict-transport-security", "max-age=31536000"]] : [];
  const all = [...apiHeaders, ...strict];
  return {
    writeApiHeaders({ response }) {
      for (const [name, value] of all) response.setHeader(name, value);
    },
    answerCors({ request, response, request_id }) {
      response.setHeader("x-request-id", request_id);
      if (origins.size > 0) response.setHeader("vary", "Origin");
      const { origin } = request.headers;
      const allowed = origin !== undefined && origins.has(origin);
      if (allowed) {
        response.setHeader("access-control-allow-origin", origin);
        response.setHeader("access-control-expose-headers", exposed);
      }
      const isPreflight =
        request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
      if (!isPreflight) return false;
      if (allowed) {
        response.setHeader("access-control-allow-methods", "GET, HEAD, POST, PATCH, PUT, DELETE");
        response.setHeader("access-control-allow-headers", allowedHeaders);
        response.setHeader("access-control-max-age", "7200");
      }
      response.writeHead(204).end();
      return true;
    },
  };
}
