import { checkTemplate } from "../template/render.ts";
import { conversationNames, forbiddenKeys, maxMappingDepth } from "./map-request.ts";
import { checkExpression, findMapped, MappingError, needsJson, readable } from "./mapping-expression.ts";
import type { Json, ResponseMapping, TargetAnswer, TargetConfig } from "./schema.ts";

const maxListedKeys = 20;
const maxKeyCharacters = 40;
const maxJsonDepth = 500;

/** The fields of an answer beside its text, in the order they are read. */
export const furtherFields = ["conversation_id", "context", "metadata", "tool_calls"] as const;
/** What the mapping found of each, empty where there was nothing. */
export type Found = Record<(typeof furtherFields)[number], Json[]>;

/**
 * Reads an answer by its mapping; without one the whole body is the output. A path takes its first match, `context`
 * and `tool_calls` all of them. Only `output` or a tool call has to be found: an answer without is not an answer.
 * @param isText the body was meant to be text, and may be taken apart by templates only
 * @throws MappingError
 */
export function mapResponse(mapping: ResponseMapping | null, body: Json | string, isText = false): TargetAnswer {
  if (mapping === null) return answerOf(asText(body), nothingFound());
  if (typeof body === "string" && !isText && needsJson(mapping))
    throw new MappingError(
      "not_json",
      "The answer is not JSON, but the response mapping looks for a place inside JSON.",
    );
  if (nestedDeeper(body, maxJsonDepth))
    throw new MappingError("mapping_failed", "The answer is nested too deeply to be read.");
  const document = readable(body);
  const [output] = findMapped(mapping.output, "output", document);
  const found = nothingFound();
  for (const name of furtherFields) found[name] = findMapped(mapping[name], name, document);
  if (found.conversation_id.length === 0) found.conversation_id = recognisedId(mapping, body);
  // An agent that only calls a tool has nothing to say yet.
  if (output === undefined && spread(found.tool_calls).length === 0)
    throw notFound(mapping.output, "in the answer", describe(body, "The answer"));
  return answerOf(output == null ? null : asText(output), found, mapping.output);
}

export function nothingFound(): Found {
  return { conversation_id: [], context: [], metadata: [], tool_calls: [] };
}

/**
 * The answer made of a text and what was found beside it.
 * @param where the place that the text was looked for
 * @throws MappingError where there is neither text nor a tool call
 */
export function answerOf(output: string | null, found: Found, where = "the response"): TargetAnswer {
  const tool_calls = spread(found.tool_calls);
  if (output === null && tool_calls.length === 0)
    throw new MappingError("empty_answer", `The answer has nothing in ${where}, where its text should be.`);
  return {
    output,
    conversation_id: idOf(found.conversation_id[0]),
    context: contextOf(found.context),
    metadata: metadataOf(found.metadata[0]),
    tool_calls,
  };
}

/** What is wrong with the mappings of a target, each problem with the place it is at. Values are not needed. */
export function checkMappings(
  config: Pick<TargetConfig, "request_mapping" | "response_mapping">,
): { path: string[]; message: string }[] {
  const problems = checkTree(config.request_mapping, ["request_mapping"]);
  for (const [name, expression] of Object.entries(config.response_mapping ?? {})) {
    const message = checkExpression(expression ?? "");
    if (message !== null) problems.push({ path: ["response_mapping", name], message });
  }
  return problems;
}

function checkTree(node: Json, path: string[]): { path: string[]; message: string }[] {
  if (path.length > maxMappingDepth) return [{ path, message: "The mapping is nested too deeply." }];
  if (typeof node === "string") {
    const message = checkTemplate(node);
    return message === null ? [] : [{ path, message }];
  }
  if (typeof node !== "object" || node === null) return [];
  const entries: [string, Json][] = Object.entries(node);
  return entries.flatMap(([key, value]) => {
    const here = [...path, key];
    if (forbiddenKeys.has(key)) return [{ path: here, message: `A mapping may not use the key "${key}".` }];
    return checkTree(value, here);
  });
}

/** A value as the text of an answer. */
export function asText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function spread(found: Json[]): Json[] {
  const [only] = found;
  const items = found.length === 1 && Array.isArray(only) ? only : found;
  return items.filter((item) => item !== null);
}

function contextOf(found: Json[]): string[] {
  return found
    .flatMap((item) => (Array.isArray(item) ? item : [item]))
    .filter((item) => item !== null)
    .map(asText);
}

function metadataOf(value: Json | undefined): Record<string, Json> {
  if (value == null) return {};
  return typeof value === "object" && !Array.isArray(value) ? value : { value };
}

function idOf(value: Json | undefined): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  return typeof value === "number" ? String(value) : null;
}

/** Applications that keep conversations mostly say so under a name everybody knows; a mapping of its own comes first. */
export function recognisedId(mapping: ResponseMapping | null, body: Json): Json[] {
  if (mapping?.conversation_id || typeof body !== "object" || body === null || Array.isArray(body)) return [];
  const name = conversationNames.find((candidate) => Object.hasOwn(body, candidate));
  return name === undefined ? [] : [body[name] ?? null];
}

/** @param place such as "in the answer" */
export function notFound(expression: string, place: string, description: string): MappingError {
  return new MappingError("mapping_failed", `Nothing ${place} matches ${expression} (output). ${description}`);
}

/** What a document looks like, in a sentence about `subject`. */
export function describe(body: Json, subject: string): string {
  if (Array.isArray(body)) return `${subject} is a list of ${body.length}.`;
  if (typeof body !== "object" || body === null) return `${subject} is a single value, not an object.`;
  const keys = Object.keys(body);
  if (keys.length === 0) return `${subject} is an empty object.`;
  const shown = keys
    .slice(0, maxListedKeys)
    .map((key) => (key.length > maxKeyCharacters ? `${key.slice(0, maxKeyCharacters)}…` : key));
  return `${subject} has the keys: ${shown.join(", ")}${keys.length > maxListedKeys ? ", …" : ""}.`;
}

function nestedDeeper(root: Json, depth: number): boolean {
  if (typeof root !== "object" || root === null) return false;
  if (depth === 0) return true;
  for (const child of Array.isArray(root) ? root : Object.values(root)) if (nestedDeeper(child, depth - 1)) return true;
  return false;
}
