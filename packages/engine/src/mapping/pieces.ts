/** Finds out how an answer that comes in pieces is put together, by an example of one. */
import { findAll } from "../json-path.ts";
import { parseCleanJson } from "../target/clean-json.ts";
import { targetConfig, type Json, type ResponseMapping } from "../target/schema.ts";
import { StreamAnswer, typeOf, type StreamResult } from "../target/stream-answer.ts";
import { splitEvents, splitLines, type StreamEvent } from "../target/stream-events.ts";
import { noPlaces, placesOf, type Place, type Places } from "./answer-places.ts";
import { endMarkOf } from "./end-mark.ts";
import { knownStreams, titleOfApi, type KnownApi, type Reading } from "./known-apis.ts";
import { textPlaces, type TextPlace } from "./piece-text.ts";

export type PieceFormat = "sse" | "json_lines";
/** One event or line. `body` is its data where that is no JSON. */
export type Piece = { data: string; body: Json; is_json: boolean; type: string | undefined; event: StreamEvent };
export type Pieces = { reading: Reading; places: Places; notes: string[] };

/** Pieces that are looked at, half of them at the beginning and half at the end. */
const mostPieces = 400;
const sampleCharacters = 200;
const furtherFields = ["conversation_id", "context", "tool_calls", "metadata"] as const;

export function eventsOf(text: string, format: PieceFormat): Piece[] {
  const events: StreamEvent[] = [];
  const splitter = (format === "sse" ? splitEvents : splitLines)((event) => events.push(event));
  splitter.feed(text);
  splitter.end();
  // An example that was cut off when it was copied.
  if (/^\s*\{/.test(events.at(-1)?.data ?? "") && parseCleanJson(events.at(-1)?.data ?? "") === undefined) events.pop();
  const looked =
    events.length <= mostPieces ? events : [...events.slice(0, mostPieces / 2), ...events.slice(-mostPieces / 2)];
  return looked.map((event) => {
    const parsed = parseCleanJson(event.data);
    const body = parsed ?? event.data;
    return { data: event.data, body, is_json: parsed !== undefined, type: event.type ?? typeOf(body), event };
  });
}

/** The best way to read the pieces, all good places of their texts, and what to know. */
export function readingOfPieces(pieces: readonly Piece[], response_format: PieceFormat): Pieces {
  const places = textPlaces(pieces);
  const further = furtherPlaces(pieces);
  const drafts = [...knownDrafts(pieces), ...places.map((place) => draftOf(place, pieces, further))];
  const tried = drafts.map((draft) => ({ ...draft, reading: { ...draft.reading, response_format } }));
  const best = tried.find(({ reading }) => textOf(resultOf(reading, pieces)) !== "");
  const how = response_format === "sse" ? "server-sent events" : "one JSON text a line";
  const opening = `The answer comes in pieces (${how}).`;
  if (best === undefined) {
    const reading = { response_format, response_mapping: null, stream: null };
    return { reading, places: noPlaces, notes: [opening, whyNothing(resultOf(reading, pieces))] };
  }
  const { reading, reason } = best;
  return {
    reading,
    places: { ...further, output: outputPlaces(best, tried, pieces) },
    notes: [opening, ...notesOf(reading, reason, further)],
  };
}

type Draft = { reading: Reading; reason: string };

/** Where the pieces are those of a known API. An imitation may mark its end otherwise, or not at all. */
function knownDrafts(pieces: readonly Piece[]): Draft[] {
  const api = knownApiOf(pieces);
  if (api === null) return [];
  const known: Reading = knownStreams[api];
  const reason = `${titleOfApi(api)} puts it there`;
  const { done, join } = { join: "concat" as const, ...known.stream };
  const isThere = done !== undefined && isComplete({ ...known, stream: { done, join } }, pieces);
  const mark = isThere ? done : endMarkOf(pieces);
  return [{ reading: { ...known, stream: mark === undefined ? null : { done: mark, join } }, reason }];
}

function isComplete(reading: Reading, pieces: readonly Piece[]): boolean {
  return resultOf(reading, pieces).failure === null;
}

const typesOfApis: Readonly<Record<string, KnownApi>> = {
  "response.output_text.delta": "openai_responses",
  content_block_delta: "anthropic",
};

function knownApiOf(pieces: readonly Piece[]): KnownApi | null {
  const typed = pieces.flatMap(({ type }) => typesOfApis[type ?? ""] ?? []);
  if (typed[0] !== undefined) return typed[0];
  const has = (path: string): boolean => pieces.some(({ body }) => findAll(path, body, 1).length > 0);
  if (has("$.choices[0].delta")) return "openai_chat";
  if (has("$.candidates[0].content.parts")) return "gemini";
  if (!has("$.done")) return null;
  if (has("$.message.content")) return "ollama_chat";
  return has("$.response") ? "ollama_generate" : null;
}

function draftOf({ expression, join, reason }: TextPlace, pieces: readonly Piece[], further: Places): Draft {
  const done = endMarkOf(pieces);
  const stream = done === undefined && join === "concat" ? null : { ...(done === undefined ? {} : { done }), join };
  if (expression === null) return { reading: { response_format: "sse", response_mapping: null, stream }, reason };
  const response_mapping: ResponseMapping = { output: expression };
  for (const field of furtherFields) {
    const [place] = further[field];
    if (place !== undefined) response_mapping[field] = place.path;
  }
  return { reading: { response_format: "sse", response_mapping, stream }, reason };
}

/** What else the pieces hold: as when they are read, the last that has something counts. */
function furtherPlaces(pieces: readonly Piece[]): Places {
  const places: Places = { ...noPlaces };
  for (const { body } of pieces.toReversed()) {
    if (typeof body !== "object" || body === null) continue;
    const found = placesOf(body);
    for (const field of furtherFields) if (places[field].length === 0) places[field] = found[field];
  }
  return places;
}

function resultOf(reading: Reading, pieces: readonly Piece[]): StreamResult {
  const config = targetConfig.parse({ url: "https://example.com/", ...reading });
  const answer = new StreamAnswer(config, (text) => text);
  for (const { event } of pieces) answer.take({ ...event, unfinished: false });
  return answer.result();
}

function textOf({ answer }: StreamResult): string {
  return answer?.output?.trim() ?? "";
}

function outputPlaces(best: Draft, all: readonly Draft[], pieces: readonly Piece[]): Place[] {
  const places: Place[] = [];
  for (const { reading, reason } of [best, ...all]) {
    const path = reading.response_mapping?.output;
    if (path === undefined || places.some((place) => place.path === path)) continue;
    const text = textOf(resultOf({ ...reading, stream: best.reading.stream }, pieces));
    const sample = text.length > sampleCharacters ? `${text.slice(0, sampleCharacters).toWellFormed()}…` : text;
    if (text !== "") places.push({ path, reason, sample });
  }
  return places;
}

const titles = {
  conversation_id: "The id of the conversation is read",
  context: "Sources are read",
  tool_calls: "Tool calls are read",
  metadata: "Other facts are read",
};

function notesOf({ response_mapping, stream }: Reading, reason: string, further: Places): string[] {
  const output = response_mapping?.output;
  const fields = furtherFields.flatMap((field) => {
    const path = response_mapping?.[field];
    const found = further[field].find((place) => place.path === path);
    if (path === undefined) return [];
    return [`${titles[field]} from ${path}.${found === undefined ? "" : ` ${found.reason}.`}`];
  });
  return [
    output === undefined ? `${reason}.` : `The text of each piece is read from ${output}. ${reason}.`,
    ...(stream?.join === "last" ? ["Each piece holds the whole answer so far, so the last one counts."] : []),
    stream?.done === undefined
      ? "Nothing in the example marks the end of the answer, so it ends where the response ends."
      : `The end of the answer is marked by ${stream.done}.`,
    ...fields,
  ];
}

function whyNothing({ failure }: StreamResult): string {
  return failure?.error.code === "stream_error"
    ? "This looks like the message of an error. Paste an answer of a call that worked."
    : "No text was found that could be the answer. Say in which part of a piece it is.";
}
