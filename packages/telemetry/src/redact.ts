/** Keeps secrets out of logs: by the name of a field wherever it is, and by the look of a text wherever it stands. */

export const redacted = "[redacted]";

const secretName =
  /authorization|cookie|token$|api[-_]?key|secret|passw(or)?d|passphrase|credential|private[-_]?key|(database|redis)_url/i;

const deepest = 8;
const mostEntries = 200;

const secretTexts: [RegExp, string][] = [
  [/\brh-[A-Za-z0-9_-]{16,}/g, `rh-${redacted}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, redacted],
  [/\b(bearer|basic)\s+(?!\[redacted\])[A-Za-z0-9+/_.~=-]{6,}/gi, `$1 ${redacted}`],
  [/(:\/\/[^\s/:@"]*):[^\s/@"]+@/g, `$1:${redacted}@`],
  [/\bsk-[A-Za-z0-9_-]{16,}/g, redacted],
  [/([?&;](?:access_token|api_?key|token|password|secret|code)=)[^&\s"]+/gi, `$1${redacted}`],
];

/** A text without what looks like a secret: our tokens, JWTs, bearer headers, passwords in URLs. */
export function redactText(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of secretTexts) clean = clean.replace(pattern, replacement);
  return clean;
}

/** A copy of `value` in which fields with a secret's name hide their value. Numbers stay: they are counts of tokens. */
export function redactFields(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (value instanceof Error) return describe(value, depth);
  if (depth >= deepest) return "[deep]";
  if (Array.isArray(value)) return value.slice(0, mostEntries).map((item) => redactFields(item, depth + 1));
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  const clean: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value).slice(0, mostEntries)) {
    clean[name] = hides(name, field) ? redacted : redactFields(field, depth + 1);
  }
  return clean;
}

function hides(name: string, field: unknown): boolean {
  if (field === null || field === undefined || typeof field === "number" || typeof field === "boolean") return false;
  return secretName.test(name);
}

/** Named parts only: a database error's `detail` quotes the values that were sent. */
function describe(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code: unknown = Reflect.get(error, "code");
  return {
    type: name,
    message,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    stack,
    ...(cause === undefined || depth >= deepest ? {} : { cause: redactFields(cause, depth + 1) }),
  };
}
