import {
  FunctionExpressionType,
  JSONPathEnvironment,
  jsonpath,
  type FilterFunction,
  type JSONPathQuery,
} from "json-p3";
import { compileRegex, type LinearRegex } from "./linear-regex.ts";

const deepest = 100;
const mostDescents = 2;
const longestPattern = 1000;
/** RE2 instructions times characters; about half a second. */
const mostWork = 25_000_000;
/** What one look at a value costs in the same unit: half a million of them are allowed. */
const visitWork = 50;

/** What is left of the work that one or several paths may do together. */
export type PathWork = { left: number };

/** The work allowed for one answer: about half a second at worst. */
export function newPathWork(): PathWork {
  return { left: mostWork };
}

/** Thrown where a path asks for more work than is left. */
export class PathWorkError extends Error {
  constructor() {
    super("The JSONPath looks at too much of this document; make it more specific");
  }
}

let work = newPathWork();

function spend(amount: number): void {
  work.left -= amount;
  if (work.left < 0) throw new PathWorkError();
}

/**
 * Yields the values that a query finds, and counts every look at a value on the way. The values have to be taken
 * before the next call: queries share one counter, which only code that runs alone may do.
 */
export function* followQuery(query: JSONPathQuery, document: unknown, allowed: PathWork): Generator {
  work = allowed;
  for (const node of query.lazyQuery(document as Parameters<JSONPathQuery["lazyQuery"]>[0])) yield node.value;
}

/** Reads an RFC 9535 path. Throws an `Error` with a readable message, also for paths that search too widely. */
export function parseQuery(path: string): JSONPathQuery {
  let query: JSONPathQuery;
  try {
    query = environment.compile(path);
    bound(query.segments, { descents: 0 }, false);
  } catch (error) {
    if (error instanceof PathRefusal) throw error;
    const detail = error instanceof RangeError ? "it is nested too deeply" : messageOf(error);
    throw new Error(`The JSONPath cannot be read: ${detail}`, { cause: error });
  }
  return query;
}

class PathRefusal extends Error {}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : "unknown fault";
}

/**
 * Makes every selector of a parsed path count its work, and returns how many queries and functions it holds. Selectors
 * are where all work of the library passes: nothing else bounds `..`, repeated selectors (`[*,*][*,*]`) and filters.
 */
function bound(part: unknown, seen: { descents: number }, insideFilter: boolean): number {
  if (typeof part !== "object" || part === null) return 0;
  if (insideFilter && part instanceof jsonpath.expressions.RootQuery && !part.path.singularQuery())
    throw new PathRefusal("A filter may not search the whole answer again; name one place, such as $.settings.limit");
  if (part instanceof jsonpath.JSONPathSegment && part.token.kind === jsonpath.TokenKind.DDOT) seen.descents += 1;
  if (seen.descents > mostDescents) throw new PathRefusal(`A path may use ".." ${mostDescents} times at most`);
  const filter = insideFilter || part instanceof jsonpath.selectors.FilterSelector;
  let size = isEvaluated(part) ? 1 : 0;
  for (const [name, value] of Object.entries(part))
    if (name !== "environment" && name !== "token") size += bound(value, seen, filter);
  if (part instanceof jsonpath.JSONPathSelector) countWork(part, size);
  return size;
}

function isEvaluated(part: object): boolean {
  return part instanceof jsonpath.expressions.FilterQuery || part instanceof jsonpath.expressions.FunctionExtension;
}

/** `size`: the queries and functions of a filter, each of which runs for every child. */
function countWork(selector: jsonpath.JSONPathSelector, size: number): void {
  const resolve = selector.resolve.bind(selector);
  const looksAtAll =
    !(selector instanceof jsonpath.selectors.NameSelector) && !(selector instanceof jsonpath.selectors.IndexSelector);
  const each = visitWork * Math.max(1, size);
  selector.resolve = (node) => {
    spend(looksAtAll ? visitWork + each * childrenOf(node.value) : visitWork);
    return resolve(node);
  };
}

function childrenOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

const environment = new JSONPathEnvironment({ maxRecursionDepth: deepest });
// The library's own use backtracking expressions.
environment.functionRegister.set(
  "search",
  regexFunction((regex, text) => regex.test(text)),
);
environment.functionRegister.set(
  "match",
  regexFunction((regex, text) => regex.matches(text)),
);

function regexFunction(matches: (regex: LinearRegex, text: string) => boolean): FilterFunction {
  return {
    argTypes: [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType],
    returnType: FunctionExpressionType.LogicalType,
    call(text: unknown, pattern: unknown): boolean {
      if (typeof text !== "string" || typeof pattern !== "string") return false;
      const regex = compileOrNull(pattern);
      if (regex === null) return false;
      spend(regex.work(text));
      return matches(regex, text);
    },
  };
}

/** RFC 9535 2.4.6: a pattern that is not one makes the test false. */
function compileOrNull(pattern: string): LinearRegex | null {
  try {
    return pattern.length > longestPattern ? null : compileRegex(dotsAsInIRegexp(pattern));
  } catch {
    return null;
  }
}

/** RFC 9485 5.3: a dot outside a class matches all but line feed and carriage return. */
function dotsAsInIRegexp(pattern: string): string {
  return pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]|\./gs, (part) => (part === "." ? "[^\\n\\r]" : part));
}
