/** Proposes where an answer is read from, by an example of one. */
import { parseCleanJson } from "../target/clean-json.ts";
import type { Json, ResponseMapping } from "../target/schema.ts";
import { noPlaces, placesOf } from "./answer-places.ts";
import { eventsOf, readingOfPieces } from "./pieces.ts";
import { ProposalError } from "./proposal-error.ts";
import type { ExampleProposal } from "./schema.ts";

type Format = ExampleProposal["format"];

/**
 * Reads an example answer: JSON as the application sends it, or the events or lines of one that comes in pieces, also
 * with the headers that `curl -i` shows before it.
 * @throws ProposalError where it begins like JSON and is none
 */
export function proposeFromAnswer(source: string): ExampleProposal {
  const text = withoutHeaders(source).trim();
  const format = formatOf(text);
  if (format === "sse" || format === "ndjson") return ofPieces(text, format);
  if (format !== "json") {
    const response_format = format === "text" ? "text" : null;
    return { type: "example", format, response_format, ...wholeResponse, notes: [formatNotes[format]] };
  }
  const answer = parseCleanJson(text);
  if (answer === undefined)
    throw new ProposalError("This begins like JSON and is none. Paste the whole answer, up to its last character.");
  return { type: "example", format, response_format: "json", stream: null, ...mappingFor(answer) };
}

const wholeResponse = { response_mapping: null, stream: null, places: noPlaces } as const;
const formatNotes = {
  html: "This is a web page, no answer: often a page to sign in or an error. Check the address and the secret.",
  text: "This is plain text. The whole response counts as the answer, so no place has to be filled in.",
} as const;

function ofPieces(text: string, format: "sse" | "ndjson"): ExampleProposal {
  const how = format === "sse" ? "sse" : "json_lines";
  const { reading, places, notes } = readingOfPieces(eventsOf(text, how), how);
  return { type: "example", format, ...reading, places, notes };
}

/** The best place of each part, all good ones, and what to know. */
export function mappingFor(answer: Json): Pick<ExampleProposal, "response_mapping" | "places" | "notes"> {
  if (typeof answer !== "object" || answer === null)
    return { response_mapping: null, places: noPlaces, notes: ["The whole response counts as the answer."] };
  const places = placesOf(answer);
  const [output] = places.output;
  if (output === undefined) return { response_mapping: null, places, notes: [nothingSaid(answer)] };
  const response_mapping: ResponseMapping = { output: output.path };
  const notes = [`The answer is read from ${output.path}. ${output.reason}.`];
  for (const field of ["conversation_id", "context", "tool_calls", "metadata"] as const) {
    const [best] = places[field];
    if (best === undefined) continue;
    response_mapping[field] = best.path;
    notes.push(`${titles[field]} from ${best.path}. ${best.reason}.`);
  }
  return { response_mapping, places, notes };
}

const titles = {
  conversation_id: "The id of the conversation is read",
  context: "Sources are read",
  tool_calls: "Tool calls are read",
  metadata: "Other facts are read",
};

function nothingSaid(answer: object): string {
  return Object.hasOwn(answer, "error") || Object.hasOwn(answer, "errors") || Object.hasOwn(answer, "detail")
    ? "This looks like the message of an error. Paste an answer of a call that worked."
    : "No text was found that could be the answer. Without a place the whole response counts as the answer.";
}

function withoutHeaders(source: string): string {
  let text = source.trimStart();
  while (/^HTTP\/\d/.test(text)) {
    const end = text.search(/\r?\n\r?\n/);
    text = end < 0 ? "" : text.slice(end).trimStart();
  }
  return text;
}

function formatOf(text: string): Format {
  if (/^(?:<!doctype html|<html)/i.test(text)) return "html";
  if (/^(?:event|data|id|retry|):/.test(text) && /^data:/m.test(text)) return "sse";
  if (!/^[{["]/.test(text)) return "text";
  const lines = text.split(/\r?\n/, 3).filter((line) => line.trim() !== "");
  const isLines = lines.length > 1 && lines.every((line) => /^\s*\{.*\}\s*$/.test(line) && isJson(line));
  return isLines ? "ndjson" : "json";
}

function isJson(text: string): boolean {
  return parseCleanJson(text) !== undefined;
}
