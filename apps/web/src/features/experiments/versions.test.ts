import { describe, expect, test } from "vitest";
import type { ParameterField } from "@rhesis/engine/parameters/schema";
import type { VersionResults } from "@rhesis/router/experiment/schema";
import { lineDiff } from "./line-diff.ts";
import { requestOf, wayOf } from "./parameters-request.ts";
import { changeText, comparedResults } from "./rate-change.ts";
import { differences } from "./version-diff.ts";
import { givenValues, leftBehind, newVersion, startValues } from "./version-values.ts";

const common = { description: "", required: false };
const fields: ParameterField[] = [
  { ...common, name: "tone", type: "enum", options: ["kind", "formal"], required: true, default: null },
  { ...common, name: "greeting", type: "string", default: "Hello" },
  { ...common, name: "prompt", type: "text", default: null },
  { ...common, name: "turns", type: "integer", default: 3 },
  { ...common, name: "formal", type: "boolean", default: null },
];

describe("the form of a version", () => {
  test("starts from a version where its values still fit, else from the defaults", () => {
    const empty = { tone: null, greeting: "Hello", prompt: "", turns: 3, formal: null };
    expect(startValues(fields, null)).toEqual(empty);
    const saved = { tone: "rude", greeting: "", turns: 5, formal: false, gone: "x" };
    expect(startValues(fields, saved)).toEqual({ ...empty, greeting: "", turns: 5, formal: false });
    expect(leftBehind(fields, saved)).toEqual(["tone", "gone"]);
  });

  test("sends what has a value, and an empty text where a default would take its place", () => {
    const values = { tone: "kind", greeting: "", prompt: "", turns: "", formal: false };
    expect(givenValues(fields, values)).toEqual({ tone: "kind", greeting: "", formal: false });
  });

  test("says at the field what is missing or does not fit", () => {
    const problems = (values: object) => {
      const parsed = newVersion(fields).safeParse({ id: "01a20616-e9ab-7bca-a851-051b3c826420", values });
      return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join("."));
    };
    expect(problems({})).toEqual(["values.tone"]);
    expect(problems({ tone: "kind", turns: 1.5, greeting: "a\nb" })).toEqual(["values.greeting", "values.turns"]);
    expect(problems({ tone: "kind" })).toEqual([]);
  });
});

test("differences come in the order of the project, and what it has no longer comes last", () => {
  const before = { zeal: "x", tone: "kind", turns: 3, formal: false };
  const after = { tone: "formal", turns: 3, greeting: "Hi", age: 1 };
  const all = differences(fields, before, after);
  expect(all.map(({ name, before: from, after: to, is_same }) => [name, from, to, is_same])).toEqual([
    ["tone", "kind", "formal", false],
    ["greeting", undefined, "Hi", false],
    ["turns", 3, 3, true],
    ["formal", false, undefined, false],
    ["age", undefined, 1, false],
    ["zeal", "x", undefined, false],
  ]);
  expect(all.map(({ field }) => field?.type)).toEqual(["enum", "string", "integer", "boolean", undefined, undefined]);
});

describe("lines of two texts", () => {
  const shown = (before: string, after: string) =>
    lineDiff(before, after).map((line) =>
      line.kind === "gap" ? `… ${line.count}` : `${{ same: " ", removed: "-", added: "+" }[line.kind]}${line.text}`,
    );

  test("are removed, added, or stay", () => {
    expect(shown("a\nb\nc", "a\nx\nc")).toEqual([" a", "-b", "+x", " c"]);
    expect(shown("a\nb", "a\nb\nc")).toEqual([" a", " b", "+c"]);
    expect(shown("a\na\na", "a\na")).toEqual([" a", " a", "-a"]);
    expect(shown("one\ntwo\nthree\nfour", "two\nthree\nfive")).toEqual(["-one", " two", " three", "-four", "+five"]);
    expect(shown("", "x")).toEqual(["-", "+x"]);
  });

  test("that are the same and far from a difference are left out", () => {
    const lines = Array.from({ length: 20 }, (_, nr) => `line ${nr}`);
    expect(shown(lines.join("\n"), lines.with(10, "changed").join("\n"))).toEqual([
      "… 8",
      " line 8",
      " line 9",
      "-line 10",
      "+changed",
      " line 11",
      " line 12",
      "… 7",
    ]);
  });

  test("of two long texts that have nothing in common are not compared one with one", () => {
    const text = (word: string) => Array.from({ length: 5000 }, (_, nr) => `${word} ${nr}`).join("\n");
    expect(lineDiff(text("a"), text("b"))).toHaveLength(10_000);
  });
});

describe("the version of a run", () => {
  const experiment = "01a20616-e9ab-7bca-a851-051b3c826420";

  test("is what the address says, else what is bound to default", () => {
    expect(wayOf({}, false)).toBe("none");
    expect(wayOf({}, true)).toBe("environment");
    expect(wayOf({ with: "none" }, true)).toBe("none");
    expect(wayOf({ experiment, version: 2 }, true)).toBe("experiment");
    expect(wayOf({ environment: "production" }, false)).toBe("environment");
  });

  test("is asked for by version, newest or environment", () => {
    expect(requestOf("none", { experiment })).toBeUndefined();
    expect(requestOf("experiment", {})).toBeNull();
    expect(requestOf("experiment", { experiment })).toEqual({ experiment_id: experiment });
    expect(requestOf("experiment", { experiment, version: 2 })).toEqual({ experiment_id: experiment, version: 2 });
    expect(requestOf("environment", { experiment })).toEqual({ environment: "default" });
    expect(requestOf("environment", { environment: "eu" })).toEqual({ environment: "eu" });
  });
});

test("results are compared with those of one version", () => {
  const of = (version: number, passed: number, failed: number): VersionResults => {
    const counts = { passed, failed, inconclusive: 0, errored: 0, tests: passed + failed };
    return { version, runs: 1, last_run_at: new Date(0), ...counts };
  };
  const items = [of(3, 0, 0), of(2, 8, 2), of(1, 6, 4)];
  expect(comparedResults(items, 1).map(({ change }) => changeText(change))).toEqual(["–", "+20 points", "–"]);
  expect(comparedResults(items, 2).map(({ change }) => changeText(change))).toEqual(["–", "–", "−20 points"]);
  expect(comparedResults(items, null).map(({ rate }) => rate)).toEqual([null, 0.8, 0.6]);
  expect([0.4, -1.2, 0.01].map(changeText)).toEqual(["+0.4 points", "−1 point", "the same"]);
});
