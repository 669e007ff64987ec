import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const read = (path: string) => readFileSync(root + path, "utf8");
const namesIn = (text: string, pattern: RegExp) => new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ""));

/** The variables that each program reads, and those that compose.yaml fills in. */
const programs = new Map<string, ReadonlySet<string>>([
  ["api", namesIn(read("apps/api/src/config.ts"), /^ {2}([A-Z][A-Z0-9_]+):/gm)],
  ["worker", namesIn(read("apps/worker/src/config.ts"), /^ {2}([A-Z][A-Z0-9_]+):/gm)],
  ["the rhesis command", namesIn(read("apps/cli/src/config.ts"), /^ {2}([A-Z][A-Z0-9_]+):/gm)],
  ["compose.yaml", namesIn(read("compose.yaml"), /\$\{([A-Z][A-Z0-9_]+)/g)],
]);

/** The names of each section of .env.example, by the words before the colon of its title. */
const sections = new Map(
  read(".env.example")
    .split(/^# --- /m)
    .slice(1)
    .map((section) => [/^[^:\n]*?(?=:| ---)/.exec(section)?.[0] ?? "", namesIn(section, /^#? ?([A-Z][A-Z0-9_]+)=/gm)]),
);

const named = [...sections.values()].flatMap((names) => [...names]);

test.each([...programs])(".env.example names every variable of %s", (_program, names) => {
  expect(names.size).toBeGreaterThan(2);
  expect([...names].filter((name) => !named.includes(name))).toEqual([]);
});

test(".env.example names nothing that is not read, and nothing twice", () => {
  const known = new Set([...programs.values()].flatMap((names) => [...names]));
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  expect(named).toHaveLength(new Set(named).size);
});

test.each(["worker", "the rhesis command", "compose.yaml"])(
  "the section of %s holds what only that reads",
  (program) => {
    const others = new Set([...programs].flatMap(([name, names]) => (name === program ? [] : [...names])));
    const own = [...(programs.get(program) ?? [])].filter((name) => !others.has(name));
    expect(sections.get(program)).toEqual(new Set(own));
  },
);
