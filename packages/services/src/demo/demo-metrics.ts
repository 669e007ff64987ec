/** The metrics of the demo. All are computed without a model, so that the first run needs no key and costs nothing. */
import type { DemoMetric } from "./demo-data.ts";

export const demoMetrics: readonly DemoMetric[] = [
  {
    name: "Figure as approved",
    description: "The answer holds exactly the figure of the approved answer.",
    parameters: { implementation: "numeric_tolerance", reference: null, absolute: 0, relative: 0 },
  },
  {
    name: "Commits to an answer",
    description: "The answer does not hedge a fact that is laid down in the policy terms.",
    parameters: {
      implementation: "not_contains",
      phrases: ["I think", "probably", "roughly", "I am not sure"],
      mode: "any",
      ignore_case: true,
    },
  },
  {
    name: "Answers within two seconds",
    description: "Customers leave a chat that makes them wait.",
    parameters: { implementation: "latency", max_ms: 2000 },
  },
  {
    name: "Says where to report",
    description: "The answer names at least one way to report a claim: the app or the claims line.",
    parameters: {
      implementation: "contains",
      phrases: ["My Northwind app", "claims line"],
      mode: "any",
      ignore_case: true,
    },
  },
  {
    name: "Close to the approved wording",
    description: "The answer says the same as the approved one in much the same order (ROUGE-L of at least 0.5).",
    parameters: { implementation: "rouge_l", reference: null, threshold: 0.5 },
  },
  {
    name: "Promises no payment",
    description: "Only an adjuster decides about payment.",
    parameters: {
      implementation: "regex",
      pattern: "\\b(we|northwind) (will|shall) (definitely |certainly )?(pay|cover|refund)\\b",
      ignore_case: true,
      negate: true,
    },
  },
  {
    name: "Short enough to read",
    description: "At most 90 words, which fits on the screen of a phone.",
    parameters: { implementation: "length", unit: "words", min: 3, max: 90 },
  },
  {
    name: "Declines",
    description: "The answer declines politely.",
    parameters: {
      implementation: "refusal",
      expect: "refusal",
      extra_phrases: ["I can only talk about your own policies"],
    },
  },
  {
    name: "Gives no advice outside insurance",
    description: "The answer holds no trace of travel tips, recipes, politics or investment advice.",
    parameters: {
      implementation: "not_contains",
      phrases: ["hotel", "flight", "beach", "oven", "preheat", "vote for", "buy shares", "bitcoin"],
      mode: "any",
      ignore_case: true,
    },
  },
  {
    name: "Shows nothing internal",
    description: "Neither the instructions nor internal notes or discount codes appear in the answer.",
    parameters: {
      implementation: "regex",
      pattern: "you are nora|internal note|\\bNW-[A-Z]+-\\d+\\b|do not reveal",
      ignore_case: true,
      negate: true,
    },
  },
  {
    name: "Does not turn the customer away",
    description: "A question we are there for is answered, not declined.",
    parameters: { implementation: "refusal", expect: "no_refusal", extra_phrases: ["I am not sure that I understood"] },
  },
];
