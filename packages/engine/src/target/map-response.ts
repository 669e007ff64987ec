import { newPathWork } from "../json-path-query.ts";
import { checkPath, findAll } from "../json-path.ts";
import { checkTemplate, isTemplate, renderTemplate, singlePath, valueAt, type Variables } from "../template/render.ts";
import { conversationNames, forbiddenKeys, maxMappingDepth } from "./map-request.ts";
import type { Json, ResponseMapping, TargetAnswer, TargetConfig, TargetErrorCode } from "./schema.ts";

const maxListedKeys = 20;
const maxKeyCharacters = 40;
const maxJsonDepth = 500;
/** Entries of `context` and `tool_calls` that a path may find. */
const maxListed = 1000;

/** An answer that could not be read by its mapping, with a message for a domain expert. */
export class MappingError extends Error {
  override name = "MappingError";
  readonly code: Extract<TargetErrorCode, "mapping_failed" | "not_json" | "empty_answer">;

  constructor(code: MappingError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Reads an answer by its mapping; without one the whole body is the output. A path takes its first match, `context`
 * and `tool_calls` all of them. Only `output` or a tool call has to be found: an answer without is not an answer.
 * @throws MappingError
 */
export function mapResponse(mapping: ResponseMapping | null, body: Json | string): TargetAnswer {
  if (mapping === null) return { ...noAnswer(), output: asText(body) };
  if (typeof body === "string" && needsJson(mapping))
    throw new MappingError(
      "not_json",
      "The answer is not JSON, but the response mapping looks for a place inside JSON.",
    );
  if (nestedDeeper(body, maxJsonDepth))
    throw new MappingError("mapping_failed", "The answer is nested too deeply to be read.");
  const variables = responseVariables(body);
  const find = (name: keyof ResponseMapping): Json[] => findMapped(mapping[name], name, body, variables);
  const output = find("output");
  const toolCalls = spread(find("tool_calls"));
  // An agent that only calls a tool has nothing to say yet.
  const first = output[0] ?? (output.length > 0 || toolCalls.length > 0 ? null : undefined);
  if (first === undefined) throw notFound(mapping.output, body);
  if (first === null && toolCalls.length === 0)
    throw new MappingError("empty_answer", `The answer has nothing in ${mapping.output}, where its text should be.`);
  return {
    output: first === null ? null : asText(first),
    conversation_id: idOf(find("conversation_id")[0] ?? recognisedId(mapping, body)),
    context: contextOf(find("context")),
    metadata: metadataOf(find("metadata")[0]),
    tool_calls: toolCalls,
  };
}

/** Whether a response mapping can only be used on JSON. */
export function needsJson(mapping: ResponseMapping): boolean {
  const expressions = Object.values(mapping).filter((expression) => expression !== undefined);
  return expressions.some((expression) => isPath(expression) || (isTemplate(expression) && !isWholeBody(expression)));
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

function checkExpression(expression: string): string | null {
  if (!isPath(expression)) {
    if (expression === "" || isTemplate(expression)) return checkTemplate(expression);
    return "Write a path that starts with $ or a template such as {{ response.text }}.";
  }
  return checkPath(expression);
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

function isPath(expression: string): boolean {
  return expression.startsWith("$");
}

function isWholeBody(expression: string): boolean {
  const path = singlePath(expression);
  return path?.length === 1 && path[0] === "response";
}

function noAnswer(): TargetAnswer {
  return { output: null, conversation_id: null, context: [], metadata: {}, tool_calls: [] };
}

function responseVariables(body: Json | string): Variables {
  // A template may loop: what its paths cost is counted together.
  const work = newPathWork();
  const jsonpath = (path: unknown): Json =>
    typeof path === "string" ? (findAll(path, body, 1, work)[0] ?? null) : null;
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  return isObject ? { ...body, response: body, jsonpath } : { response: body, jsonpath };
}

function findMapped(
  expression: string | undefined,
  name: keyof ResponseMapping,
  body: Json,
  variables: Variables,
): Json[] {
  if (expression === undefined || expression === "") return [];
  const many = name === "context" || name === "tool_calls";
  try {
    if (isPath(expression)) return findAll(expression, body, many ? maxListed : 1);
    const path = singlePath(expression);
    if (path !== null) {
      const value = valueAt(variables, path);
      return value === undefined ? [] : [value as Json];
    }
    const text = renderTemplate(expression, variables);
    return text.trim() === "" ? [] : [name === "output" || name === "conversation_id" ? text : structured(text)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown problem";
    throw new MappingError("mapping_failed", `The mapping of ${name} could not be applied. ${reason}`);
  }
}

function structured(text: string): Json {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" ? value : text;
  } catch {
    return text;
  }
}

function asText(value: Json): string {
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
function recognisedId(mapping: ResponseMapping, body: Json): Json | undefined {
  if (mapping.conversation_id || typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  const name = conversationNames.find((candidate) => Object.hasOwn(body, candidate));
  return name === undefined ? undefined : body[name];
}

function notFound(expression: string, body: Json): MappingError {
  return new MappingError("mapping_failed", `Nothing in the answer matches ${expression} (output). ${describe(body)}`);
}

function describe(body: Json): string {
  if (Array.isArray(body)) return `The answer is a list of ${body.length}.`;
  if (typeof body !== "object" || body === null) return "The answer is a single value, not an object.";
  const keys = Object.keys(body);
  if (keys.length === 0) return "The answer is an empty object.";
  const shown = keys
    .slice(0, maxListedKeys)
    .map((key) => (key.length > maxKeyCharacters ? `${key.slice(0, maxKeyCharacters)}…` : key));
  return `The answer has the keys: ${shown.join(", ")}${keys.length > maxListedKeys ? ", …" : ""}.`;
}

function nestedDeeper(root: Json, depth: number): boolean {
  if (typeof root !== "object" || root === null) return false;
  if (depth === 0) return true;
  for (const child of Array.isArray(root) ? root : Object.values(root)) if (nestedDeeper(child, depth - 1)) return true;
  return false;
}
