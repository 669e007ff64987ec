import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { judge } from "./judge.ts";
import { compareRounds } from "./rounds.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const lines: string[] = [];
let exitCode: typeof process.exitCode;

beforeEach(() => {
  exitCode = process.exitCode;
  process.exitCode = undefined;
  lines.length = 0;
  vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => {
  process.exitCode = exitCode;
  vi.restoreAllMocks();
});

test("a bound that is kept says so and changes nothing", () => {
  expect(judge("ratio", 0.95, { at_least: 0.9, shown: "0.95 (0.90–1.00)" })).toBe(true);
  expect(judge("p99", 80, { at_most: 100, unit: "ms" })).toBe(true);
  expect(lines).toEqual(["  ratio 0.95 (0.90–1.00), asked ≥ 0.90: met", "  p99 80 ms, asked ≤ 100 ms: met"]);
  expect(process.exitCode).toBeUndefined();
});

test.each([
  [101, { at_most: 100 }],
  [0.89, { at_least: 0.9 }],
  [Number.NaN, { at_most: 100 }],
  [Number.NaN, { at_least: 0.9 }],
])("%d misses %j, and the benchmark fails", (value, bound) => {
  expect(judge("it", value, bound)).toBe(false);
  expect(lines[0]).toMatch(/: MISSED$/);
  expect(process.exitCode).toBe(1);
});

test("a miss in noise is told and does not fail", () => {
  judge("ratio", 0.5, { at_least: 0.9, noisy: true });
  expect(lines[0]).toMatch(/: MISSED, noisy$/);
  expect(process.exitCode).toBeUndefined();
});

const turns = (values: number[]) => {
  let turn = 0;
  return async () => values[turn++ % values.length] ?? 0;
};

test("interleaved rounds are judged by the median of their ratios", async () => {
  const comparison = { name: "reads", unit: "reads/s", better: "larger", goal: 0.9 } as const;
  await compareRounds({ ...comparison, limit: turns([100]), ours: turns([95]) });
  expect(process.exitCode).toBeUndefined();
  await compareRounds({ ...comparison, limit: turns([100, 200]), ours: turns([50]) });
  expect(process.exitCode).toBeUndefined();
  await compareRounds({ ...comparison, limit: turns([100]), ours: turns([50]) });
  expect(process.exitCode).toBe(1);
  expect(lines.filter((line) => line.includes("ratio")).map((line) => line.split(": ")[1])).toEqual([
    "met",
    "MISSED, noisy",
    "MISSED",
  ]);
});

test.each(globSync("{apps,packages}/*/bench/*.bench.ts", { cwd: root }))("%s judges what it measures", (file) => {
  const text = readFileSync(root + file, "utf8");
  expect(text).toMatch(/\b(judge|compareRounds)\(/);
  expect(text).not.toContain("MISSED");
});
