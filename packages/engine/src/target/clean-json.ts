import type { Json } from "./schema.ts";

/** Levels of arrays and objects. What is deeper overflows those who walk it: mappings, schemas, PostgreSQL. */
const deepest = 200;

const escapesOfConcern = /\\u(?:0000|d[89a-f])|__proto__/i;

/** Text PostgreSQL can store: U+0000 and lone surrogates become U+FFFD. */
export function cleanText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes("\u0000") ? whole.replaceAll("\u0000", "\uFFFD") : whole;
}

/**
 * Parses JSON whose texts can be stored and whose keys cannot reach a prototype.
 * @returns undefined where the text is not JSON, or nests without measure
 */
export function parseCleanJson(text: string): Json | undefined {
  const value = parseJson(text);
  // Only an escape can still smuggle these in, so nearly every answer is spared the walk.
  return value !== undefined && escapesOfConcern.test(text) ? cleanJson(value) : value;
}

/** As {@link parseCleanJson}, with texts as they are: the pieces of a text may each hold half a character. */
export function parseJson(text: string): Json | undefined {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  return isBottomless(text, value) ? undefined : value;
}

function isBottomless(text: string, value: Json): boolean {
  // Nearly every answer has too few brackets to be deep.
  if (text.split(/[[{]/, deepest + 2).length <= deepest + 1) return false;
  const open: [part: Json, level: number][] = [[value, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [part, level] = next;
    if (typeof part !== "object" || part === null) continue;
    if (level > deepest) return true;
    for (const inside of Object.values(part)) open.push([inside, level + 1]);
  }
  return false;
}

/** A value whose texts can be stored and whose keys cannot reach a prototype. */
export function cleanJson(value: Json): Json {
  if (typeof value === "string") return cleanText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(cleanJson);
  const clean: { [key: string]: Json } = {};
  for (const [key, item] of Object.entries(value)) if (key !== "__proto__") clean[cleanText(key)] = cleanJson(item);
  return clean;
}
