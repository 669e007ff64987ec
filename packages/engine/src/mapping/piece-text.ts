/** In which part of its pieces the text of an answer is. */
import type { Json } from "../target/schema.ts";
import { checkPath } from "../json-path.ts";
import { partsOf, type Part } from "./answer-walk.ts";
import { isConversationId, isNeverSaid } from "./key-names.ts";
import { pathOf, type PathStep } from "./path-of.ts";
import type { Piece } from "./pieces.ts";

/** `expression`: a path or template; null where each piece is text as it is. */
export type TextPlace = { expression: string | null; join: "concat" | "last"; reason: string };

const mostPlaces = 5;
const names = new Map(
  (
    "delta,text_delta,content_delta,token,text,content,chunk,piece,partial,part,answer,reply,response,output,output_text," +
    "generated_text,completion,message,result,value,data,body,msg,speech"
  )
    .split(",")
    .map((name, rank): [string, number] => [name, rank]),
);
/** Pieces that tell of something else than the answer. */
const besideTheAnswer =
  /reason|think|tool|function|argument|status|progress|debug|log|error|start|step|ping|title|suggest/i;
const isIdentifier = /^[A-Za-z_]\w*$/;

/** A place in the pieces of one type. */
type Found = { steps: readonly PathStep[]; path: string; name: string; type: string; values: string[]; rank: number };

/** The best first. */
export function textPlaces(pieces: readonly Piece[]): TextPlace[] {
  if (isPlainText(pieces))
    return [{ expression: null, join: "concat", reason: "Each piece is text as it is, without JSON around it" }];
  const found = foundIn(pieces);
  const ranked = found
    .filter(isCandidate)
    .toSorted((a, b) => rankOf(a) - rankOf(b))
    .slice(0, mostPlaces);
  return [...textBesideJson(pieces), ...ranked.map((one) => placeOf(one, found))].slice(0, mostPlaces);
}

/** Tokens that happen to be numbers do not make it JSON. */
function isPlainText(pieces: readonly Piece[]): boolean {
  const bodies = pieces.filter(({ data }) => data.trim() !== "").map(({ body, is_json }) => ({ body, is_json }));
  const isObject = ({ body }: { body: Json }): boolean => typeof body === "object" && body !== null;
  return bodies.some(({ is_json }) => !is_json) && !bodies.some(isObject);
}

/** Pieces of one type that are text, while others are JSON. */
function textBesideJson(pieces: readonly Piece[]): TextPlace[] {
  const texts = pieces.filter(({ is_json, data }) => !is_json && data.trim() !== "");
  const types = new Map<string, number>();
  for (const { type = "" } of texts) types.set(type, (types.get(type) ?? 0) + 1);
  const [most] = [...types].toSorted((a, b) => b[1] - a[1]);
  if (most === undefined || most[0] === "" || most[1] < 2) return [];
  const reason = `It is the text of the events “${most[0]}”`;
  return [{ expression: `{{ data if event == ${JSON.stringify(most[0])} }}`, join: "concat", reason }];
}

function foundIn(pieces: readonly Piece[]): Found[] {
  const all = new Map<string, Found>();
  // An event without a type is one of the type “message”.
  const hasUntyped = pieces.some(({ is_json, type }) => is_json && type === undefined);
  for (const { body, type, is_json } of pieces) {
    if (!is_json) continue;
    const own = eventIn(body) ?? type ?? "";
    const event = hasUntyped && own === "message" ? "" : own;
    for (const part of partsOf(body)) {
      if (typeof part.value !== "string" || part.is_beside) continue;
      const path = pathOf(part.steps);
      const key = `${event}\n${path}`;
      const one = all.get(key) ?? { steps: part.steps, path, type: event, values: [], ...nameOf(part) };
      one.values.push(part.value);
      all.set(key, one);
    }
  }
  return [...all.values()];
}

/** What a template reads as `event`: a key of that name comes before the type of the event. */
function eventIn(body: Json): string | undefined {
  if (typeof body !== "object" || body === null || Array.isArray(body) || !Object.hasOwn(body, "event"))
    return undefined;
  return typeof body["event"] === "string" ? body["event"] : "";
}

/** `choices[0].text.value` is a text by the name around it as well. */
function nameOf({ name, above, steps }: Part): { name: string; rank: number } {
  const unnamed = steps.length === 0 ? 0 : names.size + 10;
  const rank = Math.min(names.get(name) ?? unnamed, (names.get(above) ?? unnamed) + 0.5);
  return { name, rank: rank + steps.length / 4 };
}

function isCandidate({ name, values, path }: Found): boolean {
  const said = values.filter((value) => value !== "");
  if (said.length === 0 || name === "event" || isNeverSaid(name) || isConversationId(name) || checkPath(path) !== null)
    return false;
  // The same in every piece is no part of an answer.
  return said.length < 3 || new Set(said).size > 1;
}

function rankOf({ rank, type, name, values }: Found): number {
  const isBeside = besideTheAnswer.test(type) || besideTheAnswer.test(name);
  return rank + (isBeside ? 1000 : 0) + (values.filter((value) => value !== "").length < 2 ? 50 : 0);
}

function placeOf(one: Found, all: readonly Found[]): TextPlace {
  const { path, type, name, values } = one;
  const others = all.some(
    (other) => other !== one && other.path === path && other.values.some((value) => value !== ""),
  );
  const inTemplate = others && type !== "" ? nameInTemplate(one.steps) : null;
  const expression = inTemplate === null ? path : `{{ ${inTemplate} if event == ${JSON.stringify(type)} }}`;
  const count = `${values.length} ${values.length === 1 ? "piece" : "pieces"}`;
  const named = name === "" ? `The text is in ${count}` : `Its name is “${name}”, in ${count}`;
  const reason = inTemplate === null ? named : `${named} of the type “${type}”`;
  return { expression, join: isGrowing(values) ? "last" : "concat", reason };
}

/** `choices[0].delta`; of other names the path. */
function nameInTemplate(steps: readonly PathStep[]): string {
  const [first, ...rest] = steps;
  if (typeof first !== "string" || !steps.every((step) => typeof step === "number" || isIdentifier.test(String(step))))
    return `jsonpath(${JSON.stringify(pathOf(steps))})`;
  return first + rest.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
}

/** Whether each value begins with the one before, or the last one is all of them together. */
function isGrowing(values: readonly string[]): boolean {
  const said = values.filter((value) => value !== "");
  const last = said.at(-1) ?? "";
  if (said.length < 2) return false;
  if (said.length > 2 && said.slice(0, -1).join("") === last) return true;
  return said[0] !== last && said.every((value, nr) => nr === 0 || value.startsWith(said[nr - 1] ?? ""));
}
