import { expect, test } from "vitest";
import { headersOf, problemBelow } from "./pairs.ts";
import { passRateOf, percentText } from "./pass-rate-text.ts";

test("a percentage never hides a single result", () => {
  const counts = { total: 1000, passed: 999, failed: 1, inconclusive: 0, errored: 0 };
  expect(percentText(passRateOf(counts))).toBe(">99%");
  expect(percentText(passRateOf({ ...counts, passed: 1, failed: 999 }))).toBe("<1%");
  expect(percentText(passRateOf({ ...counts, passed: 0, failed: 0 }))).toBe("–");
});

test("rows without a name are not sent, and a problem of one header is said at the rows", () => {
  expect(
    headersOf([
      { name: " X-A ", value: "1" },
      { name: "", value: "2" },
    ]),
  ).toEqual({ "X-A": "1" });
  expect(problemBelow({ "config.headers.X A": "no spaces" }, "config.headers")).toBe("X A: no spaces");
  expect(problemBelow({ "config.headersOther": "x" }, "config.headers")).toBeUndefined();
});
