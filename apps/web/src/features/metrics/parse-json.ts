import type { Json } from "@rhesis/engine/target/schema";

type Parsed<Value> = { ok: true; value: Value } | { ok: false; message: string };

/** Reads JSON that a person is typing. */
export function parseJson(text: string): Parsed<Json> {
  if (text.trim() === "") return { ok: false, message: "Fill this in" };
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch {
    return { ok: false, message: "This is not JSON yet. Texts need quotation marks, and a comma between fields." };
  }
}

/** The same where only an object makes sense. */
export function parseJsonObject(text: string): Parsed<Record<string, Json>> {
  const parsed = parseJson(text);
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return { ok: false, message: "This has to be a JSON object: { … }" };
  }
  return { ok: true, value };
}
