import { expect, test } from "vitest";
import { metricCatalog } from "@rhesis/engine/metric/catalog";
import { numberText, shownScore } from "./shown-score.ts";

test.each(metricCatalog)("$title shows its example", ({ example: { parameters, outcome } }) => {
  expect(shownScore({ ...outcome, parameters })).not.toMatch(/undefined|null|NaN/);
});

test.each([
  [0.49999, "0.4999"],
  [0.7999999999999999, "0.8"],
  [1245.5, "1,245.5"],
  [-0.25, "-0.25"],
  [3, "3"],
])("%d is shown as %s", (value, text) => expect(numberText(value)).toBe(text));

test("value and bar stand together", () => {
  const parameters = { implementation: "latency", max_ms: 2000 } as const;
  expect(shownScore({ value: 2300.4, label: null, parameters })).toBe("2,300 ms (bar: at most 2,000 ms)");
});

test("a yes or no needs no number", () => {
  expect(shownScore({ value: 1, label: null, parameters: { implementation: "json_valid" } })).toBe("");
});
