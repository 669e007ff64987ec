const limit = 2000;
const names = new Map<string, string>();

/** The name under which a statement is prepared once per connection; undefined when too many are known already. */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= limit) return undefined;
  const name = `q${names.size}`;
  names.set(text, name);
  return name;
}
