/** The run of a simulated history, with ids that sort as they were made. */
import type { RunPlan } from "@rhesis/engine/plan/schema";
import { targetConfig } from "@rhesis/engine/target/schema";
import type { RunFacts } from "./rows.ts";
import type { Script } from "./script.ts";

const id = (kind: number, nr: number): string => `019aa000-000${kind}-7000-8000-${String(nr).padStart(12, "0")}`;

export const organization_id = id(1, 0);
export const jobId = (nr: number): string => id(2, nr);

const metric_id = id(3, 0);
const config = targetConfig.parse({ url: "https://application.example/", response_mapping: null });
const saysYes = { implementation: "contains", phrases: ["yes"], mode: "all", ignore_case: false } as const;
const metric = { id: metric_id, name: "Says yes", parameters: { ...saysYes, phrases: ["yes"] }, model_id: null };

export function runFacts({
  tests,
  concurrency,
  max_concurrency,
  pause_after_errors,
}: Pick<Script, "tests" | "concurrency" | "max_concurrency" | "pause_after_errors">): RunFacts {
  const endpoint_id = id(4, 0);
  const plan: RunPlan = {
    kind: "single_turn",
    endpoint: { id: endpoint_id, name: "Application", config },
    metrics: [metric],
    metrics_source: "run",
    models: [],
    default_model_id: null,
    params: {},
    concurrency,
    repeats: 1,
    pause_after_errors,
  };
  return {
    test_run_id: id(5, 0),
    project_id: id(6, 0),
    endpoint_id,
    plan,
    max_concurrency,
    metric_ids: [metric_id],
    tests: tests.map((_, nr) => ({ id: id(7, nr), test_id: id(8, nr), input: `test ${nr}` })),
  };
}
