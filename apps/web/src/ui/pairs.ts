/** Names with values (headers, query) as a form edits them: rows in an order, some still empty. */

export type Pair = { name: string; value: string };

export function pairsOf(record: Readonly<Record<string, string>>): Pair[] {
  return Object.entries(record).map(([name, value]) => ({ name, value }));
}

/** Rows without a name are left out. */
export function headersOf(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(
    pairs.filter(({ name }) => name.trim() !== "").map(({ name, value }) => [name.trim(), value]),
  );
}

/** The first problem of a field or of anything below it: `config.headers`, `config.headers.X-Key`. */
export function problemBelow(errors: Readonly<Record<string, unknown>>, path: string): string | undefined {
  const key = Object.keys(errors).find((each) => each === path || each.startsWith(`${path}.`));
  const problem = key === undefined ? undefined : errors[key];
  if (typeof problem !== "string") return undefined;
  return key === path || key === undefined ? problem : `${key.slice(path.length + 1)}: ${problem}`;
}
