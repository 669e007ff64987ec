import { types, type CustomTypesConfig } from "pg";

const int8 = 20;
const numeric = 1700;
const timestamptz = 1184;

const parseTimestamp = types.getTypeParser(timestamptz, "text") as (text: string) => unknown;

/**
 * A moment as the server writes it where its time zone is UTC: `2026-11-23 01:29:10.123456+00`. A page has hundreds of
 * them, and the driver's own reader, which takes all the rest, spends several regular expressions on each.
 */
export function readTimestamp(text: string): unknown {
  const isUsual = text[0] !== "0" && text[4] === "-" && text[10] === " " && text.endsWith("+00");
  if (!isUsual) return parseTimestamp(text);
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const moment = Date.UTC(year, twoDigits(text, 5) - 1, twoDigits(text, 8), twoDigits(text, 11), twoDigits(text, 14));
  return new Date(moment + twoDigits(text, 17) * 1000 + milliseconds(text));
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}

/** The first three digits of the fraction, of which trailing zeros are not written; dates here know no more. */
function milliseconds(text: string): number {
  const end = text.length - 3;
  let sum = 0;
  for (let at = 20, worth = 100; at < end && worth >= 1; at += 1, worth /= 10) {
    sum += (text.charCodeAt(at) - 48) * worth;
  }
  return sum;
}

/** Counts and money fit a double here; the driver's default would hand them out as text. */
export const pgTypes: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: "text" | "binary"): ((value: string) => unknown) => {
    if (oid === int8 || oid === numeric) return Number;
    return oid === timestamptz && format !== "binary" ? readTimestamp : types.getTypeParser(oid, format ?? "text");
  },
};
