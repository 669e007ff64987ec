/** Where an operation's answer is, by what the document says of it. */
import type { ResponseMapping } from "../target/schema.ts";
import { mappingFor } from "./example-answer.ts";
import { keysOf, valueAt, type Group, type OpenApiDocument } from "./openapi-document.ts";
import { exampleBeside, sampleOf } from "./openapi-sample.ts";

export type ProposedAnswer = { response_mapping: ResponseMapping | null; notes: string[] };

const unsaid =
  "The document does not say what an answer looks like. Try a call, or use an example answer, to find its places.";
const inPieces =
  "The document says that the answer comes in pieces. If the application can also give it in one, ask for that.";

export function answerOf(document: OpenApiDocument, operation: Group): ProposedAnswer {
  const responses = document.at(operation, "responses");
  const codes = keysOf(responses, 50);
  const code = [/^200$/, /^201$/, /^2XX$/i, /^2\d\d$/, /^default$/].flatMap(
    (kind) => codes.find((one) => kind.test(one)) ?? [],
  )[0];
  const content = code === undefined ? null : document.at(document.at(responses, code), "content");
  const types = keysOf(content, 20);
  const json =
    types.find((type) => /json/i.test(type) && !/ndjson|jsonl/i.test(type)) ?? types.find((type) => type === "*/*");
  if (json === undefined) return { response_mapping: null, notes: otherwise(types) };
  const media = document.at(content, json);
  const example = media === null ? undefined : exampleBeside(document, media);
  const answer = example ?? sampleOf(document, valueAt(media, "schema"), "response").value;
  if (answer === null) return { response_mapping: null, notes: [unsaid] };
  const { response_mapping, notes } = mappingFor(answer);
  return { response_mapping, notes };
}

function otherwise(types: readonly string[]): string[] {
  if (types.some((type) => /event-stream|ndjson|jsonl/i.test(type))) return [inPieces];
  if (types.some((type) => /^text\//i.test(type))) return ["The whole response counts as the answer."];
  return [unsaid];
}
