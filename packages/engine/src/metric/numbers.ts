/** Digits with what may stand between them; what it means is decided by `valuesOf`. */
const numberPattern = /\d+(?:[.,'’\u00a0\u202f]\d+)*(?:[eE][+-]?\d{1,3}(?![\p{L}\d]))?/gu;

/**
 * Every number in free text, in order.
 *
 * A minus counts unless it follows a letter or a digit (so 2024-01-15 is three positive numbers); a currency sign may
 * stand between. One comma before exactly three digits groups thousands (1,234 is 1234), any other single comma or
 * point is the decimal mark (1,5 and 1.234 are fractions); with two kinds, the last is the decimal mark (1.234,56).
 * Apostrophes and no-break spaces group thousands. Anything else (15.01.2024) is several numbers. Percent signs and
 * units are left out: 12% is 12.
 */
export function numbersIn(text: string): number[] {
  const found: number[] = [];
  for (const match of text.matchAll(numberPattern)) {
    const [first, ...rest] = valuesOf(match[0]);
    if (first === undefined) continue;
    found.push(isNegative(text, match.index) ? -first : first, ...rest);
  }
  return found.filter((value) => Number.isFinite(value));
}

function isNegative(text: string, start: number): boolean {
  const at = /[$€£¥]/.test(text.charAt(start - 1)) ? start - 2 : start - 1;
  return /[-−]/.test(text.charAt(at)) && !/[\p{L}\p{N}]/u.test(text.charAt(at - 1));
}

function valuesOf(token: string): number[] {
  const [mantissa = "", exponent = "0"] = token.split(/[eE]/);
  const plain = plainDecimal(mantissa);
  if (plain !== null) return [Number(`${plain}e${exponent}`)];
  return mantissa.split(/[.,'’\u00a0\u202f]/).map(Number);
}

/** `mantissa` with a point as its decimal mark and no groups, or null where it is not one number. */
function plainDecimal(mantissa: string): string | null {
  const marks = mantissa.replace(/\d/g, "").split("");
  const last = marks.at(-1);
  if (last === undefined) return mantissa;
  const kinds = new Set(marks);
  if (kinds.size === 1 && marks.length === 1 && last === ".") return mantissa;
  if (kinds.size === 1 && isGrouped(mantissa.split(last))) return mantissa.replaceAll(last, "");
  if (kinds.size === 1) return last === "," && marks.length === 1 ? mantissa.replace(",", ".") : null;
  const whole = mantissa.slice(0, mantissa.lastIndexOf(last));
  const [group = ""] = marks;
  const isOneNumber = kinds.size === 2 && marks.filter((mark) => mark === last).length === 1 && /[.,]/.test(last);
  if (!isOneNumber || !isGrouped(whole.split(group))) return null;
  return `${whole.replaceAll(group, "")}.${mantissa.slice(whole.length + 1)}`;
}

/** Thousands (1,234,567) or lakhs (12,34,567). */
function isGrouped(parts: string[]): boolean {
  const [first = "", ...rest] = parts;
  const last = rest.at(-1);
  if (last?.length !== 3 || first.length > 3 || first.startsWith("0")) return false;
  const middle = rest.slice(0, -1);
  return middle.every((part) => part.length === 3) || middle.every((part) => part.length === 2);
}
