import { BoundedCache } from "./bounded-cache.ts";
import { followQuery, newPathWork, parseQuery, type PathWork, PathWorkError } from "./json-path-query.ts";
import { problemOf } from "./problem-of.ts";
import type { Json } from "./target/schema.ts";

const longestPath = 4096;
/** An answer is at most a few MB; more matches than this are a mistake in the path. */
const mostMatches = 100_000;

type Finder = (document: Json, limit: number | undefined, work: PathWork | undefined) => Json[];

const finders = new BoundedCache<string, Finder>(1000);
const simplePath =
  /^\$(?:\.[A-Za-z_][A-Za-z0-9_]*|\[(?:0|[1-9]\d{0,8})\]|\['[^'"\\\p{Cc}]*'\]|\["[^'"\\\p{Cc}]*"\])*$/u;
const simpleStep = /\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d+)\]|\[['"]([^'"]*)['"]\]/gu;

/**
 * The values that an RFC 9535 JSONPath finds, in document order, the first `limit` of them; none is an empty list.
 * `search()` and `match()` run in linear time. Paths that are given the same `work` share what they may cost together.
 * Throws an `Error` with a readable message where the path cannot be read, or asks for too much work.
 */
export function findAll(path: string, document: Json, limit?: number, work?: PathWork): Json[] {
  return finderOf(path)(document, limit, work);
}

/** Why `path` is not a JSONPath that can be followed, or null. */
export function checkPath(path: string): string | null {
  return problemOf(() => finderOf(path));
}

function finderOf(path: string): Finder {
  if (path.length > longestPath) throw new Error("The JSONPath is too long");
  return finders.getOrMake(path, newFinder);
}

function newFinder(path: string): Finder {
  return simplePath.test(path) ? directFinder(path) : queryFinder(path);
}

/** Most paths only name their way to one value, which needs no library. */
function directFinder(path: string): Finder {
  const steps = [...path.matchAll(simpleStep)].map(([, name, index, quoted]) => name ?? quoted ?? Number(index));
  return (document) => {
    let value: Json = document;
    for (const step of steps) {
      if (typeof value !== "object" || value === null) return [];
      if (Array.isArray(value) !== (typeof step === "number") || !Object.hasOwn(value, step)) return [];
      value = (value as { [key: string]: Json })[step] as Json;
    }
    return [value];
  };
}

function queryFinder(path: string): Finder {
  const query = parseQuery(path);
  return (document, limit = Number.POSITIVE_INFINITY, work = newPathWork()) => {
    const found: Json[] = [];
    try {
      for (const value of followQuery(query, document, work)) {
        if (found.length >= mostMatches) throw new PathWorkError();
        found.push(value as Json);
        if (found.length >= limit) break;
      }
    } catch (error) {
      if (error instanceof PathWorkError) throw error;
      const message =
        "The JSONPath could not be followed in this document: it is nested too deeply or has a list too long";
      throw new Error(message, { cause: error });
    }
    return found;
  };
}
