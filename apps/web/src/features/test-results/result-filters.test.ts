import { expect, test } from "vitest";
import { z } from "zod";
import { asInput, filtersOf, hasFilters, resultFilters, toggleFailures } from "./result-filters.ts";

const address = z.object(resultFilters);
const metric = "0198c5a2-0000-7000-8000-000000000001";

test("an address that makes no sense shows everything instead of an error", () => {
  expect(
    asInput(address.parse({ verdict: "great", metric: "x", q: "y".repeat(300), status: 7, error_code: "x" })),
  ).toEqual({});
});

test("filters go to the server under the names of the contract", () => {
  const filters = address.parse({ q: " theft ", verdict: "fail", metric, metric_verdict: "fail", requirement: metric });
  expect(asInput(filters)).toEqual({
    q: "theft",
    verdict: "fail",
    metric_id: metric,
    metric_verdict: "fail",
    requirement_id: metric,
  });
});

test("errors of one cause are asked for by code and cause, also where the message is empty", () => {
  const filters = address.parse({ error_code: "timeout", error_cause: "" });
  expect(asInput(filters)).toEqual({ error_code: "timeout", error_cause: "" });
  expect(filtersOf({ ...filters })).toEqual(filters);
  expect(toggleFailures(filters)).toEqual({ verdict: "fail" });
});

test("the verdict of a metric is not sent without the metric", () => {
  expect(hasFilters(address.parse({ metric_verdict: "fail" }))).toBe(false);
});

test("only the filters are taken from a longer address", () => {
  const search = { ...address.parse({ verdict: "pass" }), open: metric, sort: "created_at" };
  expect(filtersOf(search)).toEqual({ verdict: "pass" });
});

test("one key shows only failures, and again all", () => {
  const failures = toggleFailures(address.parse({ verdict: "pass", status: "pending", q: "a" }));
  expect(failures).toEqual({ q: "a", verdict: "fail" });
  expect(toggleFailures(failures)).toEqual({ q: "a" });
});
