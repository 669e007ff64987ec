import { expect, test } from "vitest";
import { metricCatalog } from "@rhesis/engine/metric/catalog";
import { byGroup, metricGroups } from "./metric-groups.ts";
import { passesWhen, spokenTime } from "./passes-when.ts";

test.each(metricCatalog)("$title says what passes", ({ example }) => {
  const sentence = passesWhen(example.parameters);
  expect(sentence).toMatch(/^An answer passes when .+\.$/);
  expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
});

test("every kind of metric is in one group, in the order people look for them", () => {
  const groups = byGroup(metricCatalog);
  expect(groups.map(({ group }) => group)).toEqual(metricGroups);
  expect(groups.flatMap(({ items }) => items)).toHaveLength(metricCatalog.length);
});

test("long lists and long phrases are cut", () => {
  const sentence = passesWhen({
    implementation: "not_contains",
    phrases: ["a".repeat(500), "b", "c", "d", "e"],
    mode: "any",
    ignore_case: false,
  });
  expect(sentence.length).toBeLessThan(160);
  expect(sentence).toContain("or 2 more");
});

test("forbidding all of several phrases reads differently from forbidding any", () => {
  const both = { implementation: "not_contains" as const, phrases: ["x", "y"], ignore_case: true } satisfies object;
  expect(passesWhen({ ...both, mode: "any" })).toBe(
    "An answer passes when it does not say “x” or “y”, in upper or lower case.",
  );
  expect(passesWhen({ ...both, mode: "all" })).toBe(
    "An answer passes when it does not say all of “x” and “y”, in upper or lower case.",
  );
});

test.each([
  [{ pattern: "my policy", negate: false, ignore_case: true }, "it says “my policy”, in upper or lower case"],
  [{ pattern: "guaranteed", negate: true, ignore_case: false }, "it does not say “guaranteed”"],
  [{ pattern: String.raw`\bPN-\d{6}\b`, negate: false, ignore_case: false }, "some part of it fits your pattern"],
  [{ pattern: "a|b", negate: true, ignore_case: false }, "no part of it fits your pattern"],
])("the pattern %j is said in words", (pattern, words) => {
  expect(passesWhen({ implementation: "regex", ...pattern })).toBe(`An answer passes when ${words}.`);
});

test("a tolerance is given as an amount and as a percentage", () => {
  expect(passesWhen({ implementation: "numeric_tolerance", reference: 1250, absolute: 5, relative: 0.015 })).toBe(
    "An answer passes when it says a number within 5 plus 1.5% of 1250.",
  );
});

test.each([
  [800, "800 ms"],
  [1000, "1 second"],
  [2300, "2.3 seconds"],
  [90_000, "1.5 minutes"],
])("%i ms is %s", (ms, spoken) => expect(spokenTime(ms)).toBe(spoken));
