/**
 * Answers as JSON and back, with their dates. superjson refuses keys such as `constructor`, which people may well use in
 * free JSON.
 */
type Path = (string | number)[];

export type PackedAnswer = { json: unknown; dates: Path[] };

export function packAnswer(data: unknown): PackedAnswer {
  return { json: data, dates: datePaths(data, []) };
}

/** What `packAnswer` packed, after it went through JSON. */
export function unpackAnswer(packed: unknown): unknown {
  const { json, dates } = packed as PackedAnswer;
  const root: Record<string | number, unknown> = { json };
  for (const path of dates) {
    const way: Path = ["json", ...path];
    const last = way.pop() ?? "json";
    const holder = way.reduce<unknown>((part, key) => (part as typeof root)[key], root) as typeof root;
    holder[last] = new Date(holder[last] as string);
  }
  return root["json"];
}

function datePaths(value: unknown, at: Path): Path[] {
  if (value instanceof Date) return [at];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => datePaths(item, [...at, index]));
  return Object.entries(value).flatMap(([key, item]) => datePaths(item, [...at, key]));
}
