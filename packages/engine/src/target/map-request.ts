import { spendCharacters, withinOneAllowance } from "../template/allowance.ts";
import {
  isTemplate,
  renderTemplate,
  singlePath,
  TemplateError,
  valueAt,
  type ValuePath,
  type Variables,
} from "../template/render.ts";
import type { Json } from "./schema.ts";

/**
 * What a request can be made of. A call without `messages` has its input as the one message of a user, so that
 * mappings for chat endpoints serve single turns too. Nothing here names an organization or a user: tenant ids never leave.
 */
export type RequestVariables = {
  input: string;
  messages?: unknown[];
  conversation_id?: string | null;
  params?: Record<string, unknown>;
  context?: unknown;
  metadata?: Record<string, unknown>;
  expected_output?: string | null;
  test_id?: string;
  test_run_id?: string;
};

/** Names under which applications know the id of a conversation; all of them mean `conversation_id`. */
export const conversationNames = [
  "conversation_id",
  "session_id",
  "thread_id",
  "chat_id",
  "dialog_id",
  "dialogue_id",
  "context_id",
  "interaction_id",
] as const;

export const bodyKey = "__body__";
export const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
export const maxMappingDepth = 100;
/** Reading one takes a tenth of a millisecond. */
export const maxMappingTemplates = 500;

type Filled = Json | typeof omitted;
type Filler = (variables: Variables) => Filled;
const omitted = Symbol("omitted");
const conversationKeys: ReadonlySet<string> = new Set(conversationNames);
const wholeJson = /^\s*\{\{[^{}]*\|\s*tojson\s*(?:\([^{}]*\))?\s*\}\}\s*$/;

const fillers = new WeakMap<object, Filler>();

/** The variables under every name a template may use. */
export function requestVariables(variables: RequestVariables): Variables {
  const all: Variables = {
    ...variables,
    messages: variables.messages ?? [{ role: "user", content: variables.input }],
    params: variables.params ?? {},
  };
  if (variables.conversation_id != null) for (const name of conversationNames) all[name] = variables.conversation_id;
  return all;
}

/**
 * Fills in a request mapping. Strings are templates; one that is exactly `{{ name }}` keeps the value's type, one that
 * is exactly `{{ … | tojson }}` becomes that JSON, all others stay text, also where they look like numbers. An item of a
 * list that is exactly `{{ name }}` of another list adds the items of that. A key whose whole value is a conversation id
 * that is not known yet is left out. Under `__body__` a template makes the whole body.
 * @returns undefined when nothing is left
 * @throws TemplateError
 */
export function mapRequest(mapping: Json, variables: RequestVariables): Json | undefined {
  const filled = fillMapping(mapping, requestVariables(variables));
  const template = bodyTemplate(mapping);
  return template !== null && typeof filled === "string" ? parsedOr(filled) : filled;
}

/** As {@link mapRequest}, over variables already named; the text of a `__body__` stays as it was rendered. */
export function fillMapping(mapping: Json, variables: Variables): Json | undefined {
  const filled = withinOneAllowance(() => compileMapping(mapping)(variables));
  return filled === omitted ? undefined : filled;
}

/** The template of a mapping that describes its body as one text. */
export function bodyTemplate(mapping: Json | null): string | null {
  if (typeof mapping !== "object" || mapping === null || Array.isArray(mapping)) return null;
  const template = Object.hasOwn(mapping, bodyKey) ? mapping[bodyKey] : undefined;
  return typeof template === "string" ? template : null;
}

/** Reads a mapping once; throws TemplateError for what can never be filled in. */
export function compileMapping(mapping: Json): Filler {
  const count = { templates: 0 };
  if (typeof mapping !== "object" || mapping === null) return compileNode(mapping, 0, count);
  const before = fillers.get(mapping);
  if (before !== undefined) return before;
  const template = bodyTemplate(mapping);
  const filler: Filler =
    template === null ? compileNode(mapping, 0, count) : (variables) => renderTemplate(template, variables);
  fillers.set(mapping, filler);
  return filler;
}

function compileNode(node: Json, depth: number, count: { templates: number }): Filler {
  if (depth > maxMappingDepth)
    throw new TemplateError(`A mapping may be nested ${maxMappingDepth} levels deep at most.`);
  if (typeof node === "string") {
    if (isTemplate(node) && ++count.templates > maxMappingTemplates)
      throw new TemplateError(`A mapping may have at most ${maxMappingTemplates} templates.`);
    return compileText(node);
  }
  if (typeof node !== "object" || node === null) return () => node;
  if (Array.isArray(node)) {
    const items = node.map((item): [Filler, boolean] => [compileNode(item, depth + 1, count), isPlaceholder(item)]);
    return compileList(items);
  }
  const entries = Object.entries(node).map(([key, value]): [string, Filler] => {
    if (forbiddenKeys.has(key)) throw new TemplateError(`A mapping may not use the key "${key}".`);
    return [key, compileNode(value, depth + 1, count)];
  });
  return (variables) => {
    const result: { [key: string]: Json } = {};
    for (const [key, fill] of entries) {
      const value = fill(variables);
      if (value !== omitted) result[key] = value;
    }
    return result;
  };
}

/** A list that stands where one item was adds its own items: `[{"role": "system", …}, "{{ messages }}"]`. */
function compileList(items: [fill: Filler, spreads: boolean][]): Filler {
  return (variables) =>
    items.flatMap(([fill, spreads]) => {
      const value = fill(variables);
      if (value === omitted) return [];
      return spreads && Array.isArray(value) ? value : [value];
    });
}

function isPlaceholder(item: Json): boolean {
  return typeof item === "string" && isTemplate(item) && singlePath(item) !== null;
}

function compileText(text: string): Filler {
  if (!isTemplate(text)) return () => text;
  const path = singlePath(text);
  if (path !== null) return (variables) => placeholder(path, variables);
  if (wholeJson.test(text)) return (variables) => parsedOr(renderTemplate(text, variables));
  return (variables) => renderTemplate(text, variables);
}

function placeholder(path: ValuePath, variables: Variables): Filled {
  const value = valueAt(variables, path);
  if (typeof value === "string") {
    spendCharacters(value.length);
    return value;
  }
  if (value == null && path.length === 1 && conversationKeys.has(String(path[0]))) return omitted;
  return value === undefined ? "" : asJson(value);
}

/** Variables come from callers as unknown: what JSON cannot hold must not reach a body half-made. */
function asJson(value: unknown): Json {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  try {
    const text: string | undefined = JSON.stringify(value);
    spendCharacters(text?.length ?? 0);
    return text === undefined ? "" : (JSON.parse(text) as Json);
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    throw new TemplateError("A value of the test cannot be written as JSON.");
  }
}

function parsedOr(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
