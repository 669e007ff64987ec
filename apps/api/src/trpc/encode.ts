/**
 * superjson, written fast for what procedures return: plain data with dates. superjson copies the whole value and
 * takes four times as long as JSON.stringify; here one walk notes where dates are and JSON.stringify writes them.
 */
import { deserialize, serialize } from "superjson";
import { deepest } from "../host/parse-json.ts";

/** The same text as `JSON.stringify(serialize(value))`, up to keys whose value is undefined. */
export function encode(value: unknown): string {
  const dates: string[] = [];
  if (value === undefined || !collectDates(value, "", dates)) return JSON.stringify(serialize(value));
  const json = JSON.stringify(value);
  if (dates.length === 0) return `{"json":${json}}`;
  if (dates[0] === "") return `{"json":${json},"meta":{"values":["Date"],"v":1}}`;
  const values = dates.map((path) => `${JSON.stringify(path)}:["Date"]`).join(",");
  return `{"json":${json},"meta":{"values":{${values}},"v":1}}`;
}

/** Notes the paths of dates; false where something needs superjson itself. Absent and undefined keys read alike. */
function collectDates(value: unknown, path: string, dates: string[]): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (value instanceof Date) {
    dates.push(path);
    return !Number.isNaN(value.getTime());
  }
  if (Array.isArray(value)) {
    return value.every((item, index) => collectDates(item, path === "" ? `${index}` : `${path}.${index}`, dates));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value) {
    const field: unknown = (value as Record<string, unknown>)[key];
    if (field === undefined) continue;
    if (typeof field === "string" || field === null) continue;
    const before = dates.length;
    if (!collectDates(field, path === "" ? key : `${path}.${key}`, dates)) return false;
    // Such keys are escaped in the path of a date; superjson itself forbids some, wherever they stand.
    if (dates.length > before && isSpecial(key)) return false;
  }
  return true;
}

function isSpecial(key: string): boolean {
  return key === "" || key === "toJSON" || key === "__proto__" || key.includes(".") || key.includes("\\");
}

/** What a client sent, as superjson reads it. @throws where it is not in superjson's form */
export function decode(sent: unknown): unknown {
  if (sent === undefined) return undefined;
  if (typeof sent !== "object" || sent === null || !("json" in sent)) throw new TypeError("not superjson");
  if (!("meta" in sent) || sent.meta === undefined) return sent.json;
  // Reading one takes the square of its digits, and nothing here is one.
  if (JSON.stringify(sent.meta).includes('["bigint"')) throw new TypeError("a bigint");
  const value: unknown = deserialize(sent as Parameters<typeof deserialize>[0]);
  if (hasShared(sent.meta)) requireTree(value);
  return value;
}

function hasShared(meta: unknown): boolean {
  return typeof meta === "object" && meta !== null && "referentialEqualities" in meta;
}

const mostShared = 100_000;

/**
 * Parts that stand at several places are what a few bytes can blow up with: without end where one holds itself, and
 * twice as large at each level where one holds the next twice. @throws beyond what a body could spell out
 */
function requireTree(value: unknown): void {
  const open: [part: unknown, level: number][] = [[value, 0]];
  for (let seen = 0; ; seen++) {
    const next = open.pop();
    if (next === undefined) return;
    const [part, level] = next;
    if (seen > mostShared || level > deepest) throw new TypeError("more than a body could spell out");
    if (typeof part !== "object" || part === null) continue;
    const inside: Iterable<unknown> = part instanceof Map || part instanceof Set ? part.values() : Object.values(part);
    for (const one of inside) open.push([one, level + 1]);
  }
}
