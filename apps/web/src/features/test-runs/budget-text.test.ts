import { expect, test } from "vitest";
import { spentFacts } from "./budget-text.ts";

const run = {
  max_tokens: null,
  max_cost: null,
  booked_tokens: 1_240,
  booked_cost: 0.25,
  input_tokens: 1_000,
  output_tokens: 200,
  cost: 0.2,
};

test("what was used is shown beside the budget where there is one, and else by itself", () => {
  expect(spentFacts(run)).toEqual(["judging cost $0.2000", "1,200 tokens"]);
  expect(spentFacts({ ...run, max_tokens: 50_000, max_cost: 5 })).toEqual([
    "judging cost $0.2500 of $5.00",
    "1,240 of 50,000 tokens",
  ]);
  const nothing = { ...run, booked_tokens: 0, booked_cost: 0, input_tokens: 0, output_tokens: 0, cost: 0 };
  expect(spentFacts(nothing)).toEqual([]);
  expect(spentFacts({ ...nothing, max_tokens: 9 })).toEqual(["0 of 9 tokens"]);
});
