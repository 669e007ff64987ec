/** The expressions of a response mapping: JSONPaths, and templates over what an application sent. */
import { newPathWork, type PathWork } from "../json-path-query.ts";
import { checkPath, findAll } from "../json-path.ts";
import { checkTemplate, isTemplate, renderTemplate, singlePath, valueAt, type Variables } from "../template/render.ts";
import type { Json, ResponseMapping, TargetErrorCode } from "./schema.ts";

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

/** A document and what templates may name in it. What its paths and templates cost is counted together in `work`. */
export type Readable = { body: Json; variables: Variables; work: PathWork };

/** @param also names a template may use beside those of the document, which come first */
export function readable(body: Json, work = newPathWork(), also: Variables = {}): Readable {
  const jsonpath = (path: unknown): Json =>
    typeof path === "string" ? (findAll(path, body, 1, work)[0] ?? null) : null;
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  return { body, work, variables: { ...also, ...(isObject ? body : {}), response: body, jsonpath } };
}

/** What the expression of one field finds: every match for `context` and `tool_calls`, else the first. */
export function findMapped(
  expression: string | undefined,
  name: keyof ResponseMapping,
  { body, variables, work }: Readable,
): Json[] {
  if (expression === undefined || expression === "") return [];
  const many = name === "context" || name === "tool_calls";
  return explained(name, () => {
    if (isPath(expression)) return findAll(expression, body, many ? maxListed : 1, work);
    const path = singlePath(expression);
    if (path !== null) return valueOrNothing(variables, path);
    const text = renderTemplate(expression, variables);
    return text.trim() === "" ? [] : [name === "output" || name === "conversation_id" ? text : structured(text)];
  });
}

/** What an expression finds in one event of a stream. Unlike a whole answer, a piece of one may be blank. */
export function findPiece(expression: string, { body, variables, work }: Readable): Json[] {
  return explained("output", () => {
    if (isPath(expression)) return findAll(expression, body, 1, work);
    const path = singlePath(expression);
    if (path !== null) return valueOrNothing(variables, path);
    const text = renderTemplate(expression, variables);
    return text === "" ? [] : [text];
  });
}

/** Why an expression can never be used, or null. */
export function checkExpression(expression: string): string | null {
  if (isPath(expression)) return checkPath(expression);
  if (expression === "" || isTemplate(expression)) return checkTemplate(expression);
  return "Write a path that starts with $ or a template such as {{ response.text }}.";
}

/** Whether a response mapping can only be used on JSON. */
export function needsJson(mapping: ResponseMapping): boolean {
  const expressions = Object.values(mapping).filter((expression) => expression !== undefined);
  return expressions.some((expression) => isPath(expression) || (isTemplate(expression) && !isWholeBody(expression)));
}

export function isPath(expression: string): boolean {
  return expression.startsWith("$");
}

function isWholeBody(expression: string): boolean {
  const path = singlePath(expression);
  return path?.length === 1 && path[0] === "response";
}

function explained(name: keyof ResponseMapping, find: () => Json[]): Json[] {
  try {
    return find();
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown problem";
    throw new MappingError("mapping_failed", `The mapping of ${name} could not be applied. ${reason}`);
  }
}

function valueOrNothing(variables: Variables, path: readonly (string | number)[]): Json[] {
  const value = valueAt(variables, path);
  return value === undefined ? [] : [value as Json];
}

function structured(text: string): Json {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" ? value : text;
  } catch {
    return text;
  }
}
