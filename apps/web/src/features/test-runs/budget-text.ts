import type { TestRun } from "@rhesis/router/test-run/schema";

type Spent = Pick<
  TestRun,
  "max_tokens" | "max_cost" | "booked_tokens" | "booked_cost" | "input_tokens" | "output_tokens" | "cost"
>;

function dollars(amount: number): string {
  return `$${amount.toFixed(amount < 1 ? 4 : 2)}`;
}

/** What the models of a run have used, and of how much where it has a budget. */
export function spentFacts(run: Spent): string[] {
  const { max_tokens, max_cost, booked_tokens, booked_cost, cost } = run;
  const tokens = run.input_tokens + run.output_tokens;
  const costText =
    max_cost !== null
      ? `judging cost ${dollars(booked_cost)} of ${dollars(max_cost)}`
      : `judging cost ${dollars(cost)}`;
  const tokensText =
    max_tokens !== null
      ? `${booked_tokens.toLocaleString("en")} of ${max_tokens.toLocaleString("en")} tokens`
      : `${tokens.toLocaleString("en")} tokens`;
  return [
    ...(max_cost !== null || cost > 0 ? [costText] : []),
    ...(max_tokens !== null || tokens > 0 ? [tokensText] : []),
  ];
}
