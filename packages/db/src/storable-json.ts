const replacement = "\ufffd";
/** `JSON.stringify` escapes surrogates only where they stand alone. */
const unstorable = /\\u(?:0000|d[89a-f])/;
const escapes = /\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/gs;

/**
 * A value as JSON that PostgreSQL takes: U+0000 and lone surrogates, which it refuses in text and jsonb, become U+FFFD.
 */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  if (!unstorable.test(text)) return text;
  return text.replace(escapes, (escape) => (escape.length === 6 ? replacement : escape));
}
