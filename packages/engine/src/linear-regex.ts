import { RE2JS } from "re2js";
import { BoundedCache } from "./bounded-cache.ts";
import { problemOf } from "./problem-of.ts";

/** Pattern size (RE2 instructions) times text length that one match may cost: about half a second at worst. */
const mostWork = 25_000_000;
const compiled = new BoundedCache<string, LinearRegex>(500);

export type LinearRegexOptions = { ignore_case?: boolean };

/** Thrown where a text is too long for a pattern, so that one match cannot hold a worker. */
export class RegexWorkError extends Error {
  constructor() {
    super("The text is too long to be searched with a pattern this large");
  }
}

/** A pattern in RE2 syntax: matched in time linear in the text, without backreferences and lookaround. */
export type LinearRegex = {
  /** True if the pattern is found anywhere in `text` (UTF-16 characters). Throws `RegexWorkError`. */
  test(text: string): boolean;
  /** True if the pattern covers all of `text`. Throws `RegexWorkError`. */
  matches(text: string): boolean;
  /** What a match against `text` may cost, in instructions times characters. */
  work(text: string): number;
};

/** Compiles an RE2 pattern, or returns the one compiled before. Throws an `Error` with a readable message. */
export function compileRegex(pattern: string, options: LinearRegexOptions = {}): LinearRegex {
  const key = `${options.ignore_case ? "i" : "-"}${pattern}`;
  return compiled.getOrMake(key, () => compileNew(pattern, options));
}

/** Why `pattern` does not compile, or null. */
export function regexProblem(pattern: string): string | null {
  return problemOf(() => compileRegex(pattern));
}

function compileNew(pattern: string, options: LinearRegexOptions): LinearRegex {
  const regex = compileReadably(pattern, options.ignore_case ? RE2JS.CASE_INSENSITIVE : 0);
  const size = regex.programSize();
  const work = (text: string): number => size * text.length;
  const bounded = (text: string): string => {
    if (work(text) > mostWork) throw new RegexWorkError();
    return text;
  };
  return {
    test: (text) => regex.test(bounded(text)),
    matches: (text) => regex.testExact(bounded(text)),
    work,
  };
}

function compileReadably(pattern: string, flags: number): RE2JS {
  try {
    return RE2JS.compile(pattern, flags);
  } catch (error) {
    const detail = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "unknown fault";
    if (/\(\?(?:[=!]|<[=!])|\\[1-9]/.test(pattern))
      throw new Error("The pattern uses lookaround or a backreference, which are not supported", { cause: error });
    throw new Error(`The pattern cannot be read: ${detail}`, { cause: error });
  }
}
