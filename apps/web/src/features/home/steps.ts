/** The way from nothing to the first results. */

type Totals = Record<"endpoints" | "requirements" | "metrics" | "tests" | "test_sets" | "runs", number | undefined>;

export type Step = {
  title: string;
  description: string;
  action: string;
  to: "/endpoints/new" | "/requirements/new" | "/metrics/new" | "/tests/new" | "/test-sets/new" | "/test-sets";
  isDone: boolean;
};

const steps: readonly (Omit<Step, "isDone"> & { kind: keyof Totals })[] = [
  {
    kind: "endpoints",
    title: "Connect your application",
    description: "Its address, what to send, and where its answer stands.",
    action: "Connect an endpoint",
    to: "/endpoints/new",
  },
  {
    kind: "requirements",
    title: "Say what it has to get right",
    description: "Requirements in your own words, such as “Promises no payment”.",
    action: "Write a requirement",
    to: "/requirements/new",
  },
  {
    kind: "metrics",
    title: "Say how that is measured",
    description: "Metrics with the bar an answer must clear.",
    action: "Create a metric",
    to: "/metrics/new",
  },
  {
    kind: "tests",
    title: "Write tests",
    description: "The questions to ask. Paste many at once if you have them in a list.",
    action: "Write a test",
    to: "/tests/new",
  },
  {
    kind: "test_sets",
    title: "Put them into a test set",
    description: "Tests that run together, for example before every release.",
    action: "Create a test set",
    to: "/test-sets/new",
  },
  {
    kind: "runs",
    title: "Run it",
    description: "Every question is asked, every answer scored. You watch the results come in.",
    action: "Choose a test set",
    to: "/test-sets",
  },
];

/** What is done counts by what is there. */
export function stepsOf(totals: Totals): Step[] {
  return steps.map(({ kind, ...step }) => ({ ...step, isDone: (totals[kind] ?? 0) > 0 }));
}
