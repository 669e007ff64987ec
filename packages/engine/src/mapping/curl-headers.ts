/** The headers of a pasted command: which matter to the application, and which only to the browser they come from. */
import { headerName, headerValue } from "../target/schema.ts";
import type { Field } from "./credential.ts";

type StreamFormat = "sse" | "json_lines";

const ofTheConnection =
  /^(?:accept-encoding|connection|content-length|expect|host|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|sec-websocket-.*)$/;
const ofTheBrowser =
  /^(?:sec-.*|priority|dnt|upgrade-insecure-requests|cache-control|pragma|if-none-match|if-modified-since|x-client-data)$/;
const ofOneCall = /^(?:idempotency-key|traceparent|tracestate|baggage|x-request-id|x-correlation-id|x-amzn-trace-id)$/;

/** `Name: value`, or `Name;` for an empty one. Curl takes `Name:` for a header that is not sent, and so does this. */
export function headersOf(lines: readonly string[]): Field[] {
  return lines.flatMap((line): Field[] => {
    const [, name = "", sign, value = ""] = /^\s*([^:;\s]+)\s*([:;])(.*)$/s.exec(line) ?? [];
    const trimmed = value.trim();
    if (sign === undefined || (sign === ":" && trimmed === "") || (sign === ";" && trimmed !== "")) return [];
    return [[name, trimmed]];
  });
}

/** The headers worth keeping, each once, and which were left out. */
export function keptHeaders(headers: readonly Field[]): { headers: Field[]; notes: string[] } {
  const kept = new Map<string, Field>();
  const left: string[] = [];
  const unusable: string[] = [];
  for (const [name, value] of headers) {
    const plain = name.toLowerCase();
    if (plain === "content-type" || isUsual(plain, value)) continue;
    if (ofTheBrowser.test(plain) || ofOneCall.test(plain) || isOfBrowser(plain, value)) left.push(plain);
    else if (!headerName.safeParse(name).success || !headerValue.safeParse(value).success) unusable.push(plain);
    else kept.set(plain, [name, value]);
  }
  const notes = [
    left.length === 0 ? "" : `Headers that belong to the browser or to one call were left out: ${listed(left)}.`,
    unusable.length === 0 ? "" : "Headers with characters that a header cannot have were left out.",
  ];
  return { headers: [...kept.values()], notes: notes.filter((note) => note !== "") };
}

function isUsual(name: string, value: string): boolean {
  if (name !== "accept") return ofTheConnection.test(name);
  return /^(?:\*\/\*|application\/json)?$/.test(value) || (streamAsked(value) !== null && !value.includes(","));
}

/** How a call that accepts this wants its answer in pieces, or null. Of several kinds the first is meant. */
function streamAsked(accepted: string): StreamFormat | null {
  const [first = ""] = accepted.toLowerCase().split(/[,;]/);
  if (first.trim() === "text/event-stream") return "sse";
  return /^application\/(?:x-)?(?:ndjson|jsonl|json-?lines|stream\+json)$/.test(first.trim()) ? "json_lines" : null;
}

/** How the headers ask for the answer in pieces, or null. */
export function streamFormatOf(headers: readonly Field[]): StreamFormat | null {
  const accepted = headers.findLast(([name]) => name.toLowerCase() === "accept")?.[1];
  return accepted === undefined ? null : streamAsked(accepted);
}

export function asksForWebSocket(headers: readonly Field[]): boolean {
  return headers.some(([name, value]) => name.toLowerCase() === "upgrade" && value.toLowerCase() === "websocket");
}

/** Some applications take a key there, and everybody here can read it. */
const likeSecret = /key|token|bearer|auth|secret|jwt|[\w-]{24,}/i;

/** The first subprotocol that the headers ask for. */
export function subprotocolOf(headers: readonly Field[]): { subprotocol: string | null; notes: string[] } {
  const asked = headers.filter(([name]) => name.toLowerCase() === "sec-websocket-protocol");
  const names = asked.flatMap(([, value]) => value.split(",", 20).map((name) => name.trim()));
  const usable = names.filter((name) => headerName.safeParse(name).success && !likeSecret.test(name));
  const [subprotocol = null] = usable;
  const notes = [
    usable.length > 1 ? `The command asks for several subprotocols; ${subprotocol} is used.` : "",
    usable.length < names.length
      ? "A subprotocol that may hold a secret was left out: everybody here can read it, and a WebSocket has no other place for it."
      : "",
  ];
  return { subprotocol, notes: notes.filter((note) => note !== "") };
}

function isOfBrowser(name: string, value: string): boolean {
  return (
    (name === "user-agent" && value.startsWith("Mozilla/")) ||
    (name === "accept" && value.includes("text/event-stream"))
  );
}

const mostListed = 6;

function listed(names: readonly string[]): string {
  const shown = [...new Set(names)];
  return shown.slice(0, mostListed).join(", ") + (shown.length > mostListed ? ", …" : "");
}
