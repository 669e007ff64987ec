/** How an answer comes, as the form edits it and as the contract has it. */
import type { Endpoint } from "@rhesis/router/endpoint/schema";

type Config = Endpoint["config"];
export type Protocol = Config["protocol"];
export type ResponseFormat = Config["response_format"];

export type StreamValues = {
  ends: "by_itself" | "mark" | "count";
  mark: string;
  count: number | "";
  join: "concat" | "last";
};

const formats: Record<Protocol, readonly ResponseFormat[]> = {
  http: ["json", "text", "sse", "json_lines"],
  websocket: ["json", "text"],
  connector: ["json"],
};

export function streamValuesOf(stream: Config["stream"]): StreamValues {
  const { done, join = "concat" } = stream ?? {};
  return {
    ends: done === undefined ? "by_itself" : typeof done === "number" ? "count" : "mark",
    mark: typeof done === "string" ? done : "",
    count: typeof done === "number" ? done : "",
    join,
  };
}

/** Whether an answer comes in pieces. */
export function isStreamed({ protocol, response_format }: Pick<Config, "protocol" | "response_format">): boolean {
  return protocol === "websocket" || response_format === "sse" || response_format === "json_lines";
}

/** What a protocol can be read as: of one that it cannot, what comes nearest. */
export function formatFor(protocol: Protocol, format: ResponseFormat): ResponseFormat {
  return formats[protocol].includes(format) ? format : "json";
}

/** Null where nothing but the usual is said. An end that is not entered is passed as it is, which the contract refuses. */
export function streamOf({ ends, mark, count, join }: StreamValues) {
  if (ends === "by_itself") return join === "concat" ? null : { join };
  return { done: ends === "mark" ? mark.trim() : count === "" ? Number.NaN : count, join };
}

/** The protocol that an address speaks, as far as it has been typed. */
export function protocolOf(url: string): Protocol | null {
  if (/^\s*wss?:/i.test(url)) return "websocket";
  return /^\s*https?:/i.test(url) ? "http" : null;
}

/** The same address for another protocol. */
export function addressFor(protocol: Protocol, url: string): string {
  return protocol === "websocket"
    ? url.replace(/^(\s*)http(s?):/i, "$1ws$2:")
    : url.replace(/^(\s*)ws(s?):/i, "$1http$2:");
}
