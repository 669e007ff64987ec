/** What a curl command sends, as the mapping of a request. */
import { parseCleanJson } from "../target/clean-json.ts";
import { bodyKey } from "../target/map-request.ts";
import type { Json } from "../target/schema.ts";
import type { Data } from "./curl-options.ts";
import type { Field } from "./credential.ts";
import { literalTemplate } from "./literal-template.ts";
import { placeVariables, type Placed } from "./place-variables.ts";
import { ProposalError } from "./proposal-error.ts";

/** `content_type`: the header to send where it is not the one that is sent anyway. */
export type CurlBody = Placed & { content_type: string | null };

const formType = "application/x-www-form-urlencoded";

/** The body as curl would send it, or null. */
export function dataText(data: readonly Data[]): string | null {
  if (data.length === 0) return null;
  return data.reduce((text, piece, nr) => {
    const separator = nr === 0 || piece.kind === "json" ? "" : "&";
    return text + separator + (piece.kind === "urlencode" ? encoded(piece.text) : piece.text);
  }, "");
}

/** `name=value` with the value encoded, as `--data-urlencode` does. */
function encoded(text: string): string {
  const at = text.indexOf("=");
  const name = at > 0 ? `${text.slice(0, at)}=` : "";
  return name + encodeURIComponent(text.slice(at + 1).toWellFormed());
}

/** The first message over a WebSocket; without one in the command, the message of a test as it is. */
export function firstMessage(text: string | null): CurlBody {
  if (text !== null)
    return { ...bodyOf(text, looksLikeJson(text) ? "application/json" : "text/plain"), content_type: null };
  const notes = [
    "The command does not say what is sent once the WebSocket is open. The message of a test is sent as text: if the " +
      "application expects JSON, write it into the body.",
  ];
  return { mapping: { [bodyKey]: "{{ input }}" }, notes, has_input: true, streams: false, content_type: null };
}

export function fieldsOfForm(text: string): Field[] {
  return [...new URLSearchParams(text)];
}

/** Fields as an object; one that comes several times is a list. */
export function objectOf(fields: readonly Field[]): { [key: string]: Json } {
  const values = new Map<string, string[]>();
  for (const [name, value] of fields) {
    const before = values.get(name);
    if (before === undefined) values.set(name, [value]);
    else before.push(value);
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? (all[0] ?? "") : all]));
}

/** @throws ProposalError where the body cannot be read as what it says it is, or an endpoint cannot send it */
export function bodyOf(text: string, type: string | null): CurlBody {
  const plainType = (type ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (plainType.startsWith("multipart/")) {
    throw new ProposalError(
      "The command sends a form with files (multipart), which an endpoint cannot. Ask for an address that takes JSON.",
    );
  }
  if (plainType.endsWith("json") || (looksLikeJson(text) && (type === null || plainType === formType)))
    return jsonBody(text, plainType);
  if (plainType === formType || (type === null && /^[^=&\s]+=/.test(text))) {
    const placed = placeVariables(objectOf(fieldsOfForm(text)));
    return { ...placed, content_type: formType };
  }
  return textBody(text, type, plainType);
}

function looksLikeJson(text: string): boolean {
  return /^\s*[{[]/.test(text);
}

function jsonBody(text: string, type: string): CurlBody {
  const body = parseCleanJson(text);
  if (body === undefined) throw new ProposalError(`The body of the command is not valid JSON. ${hintAt(text)}`);
  const placed = placeVariables(body);
  const isSaid = type.endsWith("json");
  const notes = isSaid ? [] : ["The body is JSON, so it is sent as JSON. The command does not say that it is."];
  const content_type = isSaid && type !== "application/json" ? type : null;
  return { ...placed, notes: [...placed.notes, ...notes], content_type };
}

function hintAt(text: string): string {
  if (/'\s*\+|\+\s*'|\$\{?\w|\$\(/.test(text)) return "Put real values in place of the variables in it.";
  if (/,\s*[}\]]/.test(text)) return "There is a comma too many at the end of a list or group.";
  return "Check that the whole command was copied, with all quotation marks.";
}

function textBody(text: string, type: string | null, plainType: string): CurlBody {
  const content_type = plainType === "text/plain" ? null : type;
  if (plainType === "" || plainType === "text/plain") {
    const notes = ["The whole body is the message: it is replaced by {{ input }}."];
    return { mapping: { [bodyKey]: "{{ input }}" }, notes, has_input: true, streams: false, content_type };
  }
  const notes = ["The body is no JSON, so no message was looked for. Put {{ input }} where it belongs."];
  return { mapping: { [bodyKey]: literalTemplate(text) }, notes, has_input: false, streams: false, content_type };
}
