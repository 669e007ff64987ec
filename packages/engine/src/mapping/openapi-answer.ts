/** Where an operation's answer is, by what the document says of it. */
import type { Reading } from "./known-apis.ts";
import { mappingFor } from "./example-answer.ts";
import { keysOf, valueAt, type Group, type OpenApiDocument } from "./openapi-document.ts";
import { exampleBeside, sampleOf } from "./openapi-sample.ts";
import { eventsOf, readingOfPieces, type PieceFormat } from "./pieces.ts";

export type ProposedAnswer = { reading: Partial<Reading>; notes: string[] };

/** The kinds of answer that an operation has. */
export type AnswerKinds = {
  json: Group | null;
  stream: { format: PieceFormat; media: Group | null } | null;
  types: readonly string[];
};

const unsaid =
  "The document does not say what an answer looks like. Try a call, or use an example answer, to find its places.";
const isEvents = /event-stream/i;
const isLines = /ndjson|jsonl|json-?lines|stream\+json/i;

export function answerKinds(document: OpenApiDocument, operation: Group): AnswerKinds {
  const responses = document.at(operation, "responses");
  const codes = keysOf(responses, 50);
  const code = [/^200$/, /^201$/, /^2XX$/i, /^2\d\d$/, /^default$/].flatMap(
    (kind) => codes.find((one) => kind.test(one)) ?? [],
  )[0];
  const content = code === undefined ? null : document.at(document.at(responses, code), "content");
  const types = keysOf(content, 20);
  const json = types.find((type) => /json/i.test(type) && !isLines.test(type)) ?? types.find((type) => type === "*/*");
  const streamed = types.find((type) => isEvents.test(type)) ?? types.find((type) => isLines.test(type));
  const stream =
    streamed === undefined
      ? null
      : { format: isEvents.test(streamed) ? "sse" : "json_lines", media: document.at(content, streamed) };
  return { json: json === undefined ? null : document.at(content, json), stream, types } as AnswerKinds;
}

/** An answer in one piece. */
export function answerOf(document: OpenApiDocument, { json, types }: AnswerKinds): ProposedAnswer {
  if (json === null) {
    const isText = types.some((type) => /^text\//i.test(type) && !isEvents.test(type));
    return { reading: {}, notes: [isText ? "The whole response counts as the answer." : unsaid] };
  }
  const answer = exampleBeside(document, json) ?? sampleOf(document, valueAt(json, "schema"), "response").value;
  if (answer === null) return { reading: {}, notes: [unsaid] };
  const { response_mapping, notes } = mappingFor(answer);
  return { reading: { response_mapping }, notes };
}

/** An answer in several: by an example of them, or by what one of them is said to hold. */
export function streamedAnswerOf(document: OpenApiDocument, { stream }: AnswerKinds): ProposedAnswer {
  if (stream === null) return { reading: {}, notes: [unsaid] };
  const { format, media } = stream;
  const example = media === null ? undefined : exampleBeside(document, media);
  if (typeof example === "string") {
    const { reading, notes } = readingOfPieces(eventsOf(example, format), format);
    return { reading, notes };
  }
  const schema = valueAt(media, "itemSchema") ?? valueAt(media, "schema");
  const piece = example ?? sampleOf(document, schema, "response").value;
  if (piece === null || typeof piece === "string") {
    const notes = [
      "The answer comes in pieces, and the document does not say what is in them. Try a call and use its answer as an example.",
    ];
    return { reading: { response_format: format }, notes };
  }
  const text = format === "sse" ? `data: ${JSON.stringify(piece)}\n\n` : `${JSON.stringify(piece)}\n`;
  const { reading, notes } = readingOfPieces(eventsOf(text, format), format);
  return { reading, notes: [...notes, "The document describes single pieces: enter what marks the end of an answer."] };
}
