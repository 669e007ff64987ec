const longest = 80;

/** What a test is called: its name, else how its input starts. */
export function testTitle({ name, input }: { name?: string; input: string }): string {
  if (name !== undefined && name !== "") return name;
  const line = input.trim().split("\n", 1)[0] ?? "";
  return line.length > longest ? `${line.slice(0, longest).trimEnd()}…` : line;
}
