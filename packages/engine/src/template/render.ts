import { BoundedCache } from "../bounded-cache.ts";
import { maxCharacters, spendCharacters } from "./allowance.ts";
import { BoundedInterpreter } from "./bounded-interpreter.ts";
import { Environment, parse, type Program, tokenize } from "./jinja.ts";
import { TemplateError } from "./template-error.ts";

const maxSourceCharacters = 100_000;
const maxRange = 10_000;

export type Variables = Record<string, unknown>;
/** The names and positions that lead from a variable to a value inside it: `response.choices[0]`. */
export type ValuePath = readonly (string | number)[];
type Part = string | { path: ValuePath };
type Compiled = { program: Program; names: ReadonlySet<string>; parts: Part[] | null };

const compiledTemplates = new BoundedCache<string, Compiled>(2000);
const globals = globalEnvironment();

/**
 * Renders a Jinja template. What does not exist renders empty. Bounded in steps, in the size of every value made on
 * the way and in `range`, so that no template can take the process with it.
 * @throws TemplateError with a message for the template's author.
 */
export function renderTemplate(source: string, variables: Variables): string {
  if (!isTemplate(source)) return source;
  const compiled = compile(source);
  const text = renderParts(compiled.parts, variables) ?? interpret(compiled, variables);
  spendCharacters(text.length);
  return text;
}

/** What is wrong with a template, or null. Finds what can be found without values: it does not render. */
export function checkTemplate(source: string): string | null {
  if (!isTemplate(source)) return null;
  try {
    compile(source);
    return null;
  } catch (error) {
    return error instanceof TemplateError ? error.message : String(error);
  }
}

/** False for a text that stands for itself. */
export function isTemplate(source: string): boolean {
  return source.includes("{{") || source.includes("{%") || source.includes("{#");
}

/** The path of a template that is nothing but one `{{ name.name[0] }}`, else null. Constants are not paths. */
export function singlePath(source: string): ValuePath | null {
  const text = source.trim();
  if (!text.startsWith("{{") || !text.endsWith("}}")) return null;
  const { parts } = compile(text);
  const only = parts?.length === 1 ? parts[0] : undefined;
  return typeof only === "object" ? only.path : null;
}

/** The names of the variables a template reads; a loop's own names may be among them. */
export function templateNames(source: string): ReadonlySet<string> {
  return isTemplate(source) ? compile(source).names : new Set();
}

/** The value at a path through own properties only; undefined where there is none. */
export function valueAt(variables: unknown, path: ValuePath): unknown {
  let value = variables;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Variables)[step];
  }
  return value;
}

function compile(source: string): Compiled {
  return compiledTemplates.getOrMake(source, compileNew);
}

function compileNew(source: string): Compiled {
  if (source.length > maxSourceCharacters)
    throw new TemplateError(`A template may have at most ${maxSourceCharacters} characters.`);
  try {
    const program = parse(tokenize(source, {}));
    const names = new Set<string>();
    collectNames(program, names);
    return { program, names, parts: simpleParts(program) };
  } catch (error) {
    throw asTemplateError(error, "The template cannot be read");
  }
}

function asTemplateError(error: unknown, prefix: string): TemplateError {
  if (error instanceof TemplateError) return error;
  if (error instanceof RangeError)
    return new TemplateError("The template is nested too deeply or calls itself forever.");
  // The library's parser runs past the end of its tokens where a block is left open, and so do some of its filters.
  if (error instanceof TypeError)
    return new TemplateError(`${prefix}: a block is not closed or a filter does not fit its value.`);
  const reason = error instanceof Error ? error.message.slice(0, 300) : "unknown problem";
  return new TemplateError(`${prefix}: ${reason.replace(/^Parser Error: /, "")}`);
}

function collectNames(node: unknown, names: Set<string>): void {
  if (Array.isArray(node)) for (const child of node) collectNames(child, names);
  else if (node instanceof Map) for (const pair of node) collectNames(pair, names);
  else if (typeof node === "object" && node !== null) {
    const { type, value } = node as { type?: unknown; value?: unknown };
    if (type === "Identifier" && typeof value === "string") names.add(value);
    for (const child of Object.values(node)) if (typeof child === "object") collectNames(child, names);
  }
}

/** Text and plain paths only, which is what nearly every template is: these need no interpreter. */
function simpleParts(program: Program): Part[] | null {
  const parts: Part[] = [];
  for (const statement of program.body) {
    if (statement.type === "StringLiteral") parts.push((statement as { type: string; value: string }).value);
    else {
      const path = pathOf(statement);
      if (path === null) return null;
      parts.push({ path });
    }
  }
  return parts;
}

function pathOf(node: { type: string }): ValuePath | null {
  if (node.type === "Identifier") {
    const name = (node as { type: string; value: string }).value;
    return globals.variables.has(name) ? null : [name];
  }
  if (node.type !== "MemberExpression") return null;
  const member = node as {
    type: string;
    object: { type: string };
    property: { type: string; value: string | number };
    computed: boolean;
  };
  const before = pathOf(member.object);
  const { type, value } = member.property;
  if (before === null) return null;
  if (!member.computed || type === "StringLiteral" || (type === "IntegerLiteral" && Number(value) >= 0))
    return [...before, value];
  return null;
}

function renderParts(parts: Part[] | null, variables: Variables): string | null {
  if (parts === null) return null;
  let result = "";
  for (const part of parts) {
    if (typeof part === "string") result += part;
    else {
      const value = valueAt(variables, part.path);
      if (typeof value === "string" || typeof value === "boolean" || Number.isSafeInteger(value))
        result += String(value);
      else if (value !== null && !(value === undefined && part.path.length === 1)) return null;
    }
    if (result.length > maxCharacters) throw new TemplateError("The template makes a text that is too long.");
  }
  return result;
}

function interpret(compiled: Compiled, variables: Variables): string {
  try {
    const environment = new Environment(globals);
    for (const name of compiled.names) {
      if (Object.hasOwn(variables, name) && !globals.variables.has(name))
        environment.set(name, printable(variables[name]));
    }
    return String(new BoundedInterpreter(environment).run(compiled.program).value);
  } catch (error) {
    throw asTemplateError(error, "The template could not be filled in");
  }
}

/** Dates print as ISO text; the library would make empty objects of them. */
function printable(value: unknown, depth = 0): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return typeof value === "symbol" ? undefined : value;
  if (depth > 200) throw new TemplateError("A value given to the template is nested too deeply.");
  if (Array.isArray(value)) return value.map((item) => printable(item, depth + 1));
  const copy: Variables = Object.create(null) as Variables;
  for (const [key, item] of Object.entries(value)) copy[key] = printable(item, depth + 1);
  return copy;
}

function globalEnvironment(): Environment {
  const environment = new Environment();
  for (const [name, value] of [
    ["true", true],
    ["false", false],
    ["none", null],
  ] as const) {
    environment.set(name, value);
    environment.set(name[0]?.toUpperCase() + name.slice(1), value);
  }
  environment.set("range", boundedRange);
  return environment;
}

function boundedRange(...bounds: unknown[]): number[] {
  const [first, second, step = 1] = bounds;
  const start = second === undefined ? 0 : first;
  const stop = second === undefined ? first : second;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(stop) || !Number.isSafeInteger(step) || step === 0)
    throw new TemplateError("range() takes whole numbers, and a step other than 0.");
  const count = Math.max(0, Math.ceil((Number(stop) - Number(start)) / Number(step)));
  if (count > maxRange) throw new TemplateError(`range() may count to ${maxRange} at most.`);
  return Array.from({ length: count }, (_, index) => Number(start) + index * Number(step));
}

export { TemplateError };
