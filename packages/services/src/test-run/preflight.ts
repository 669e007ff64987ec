/** Trying, before a run of many tests, what would make all of them fail. */
import { readFirstTest, type FirstTest } from "@rhesis/db/queries/run-start";
import { isJudge } from "@rhesis/engine/metric/schema";
import { scoreDeterministic } from "@rhesis/engine/metric/score-answer";
import type { TargetOutcome } from "@rhesis/engine/target/schema";
import { AppError } from "@rhesis/telemetry/app-error";
import { invokeEndpoint, type InvokeMeans } from "../endpoint/invoke.ts";
import { tryModel, type ModelMeans } from "../model/try.ts";
import { planTestRun, type StartRun } from "./start.ts";

export type PreflightMeans = InvokeMeans & ModelMeans;

export const preflightChecks = ["plan", "endpoint", "metrics", "model"] as const;

/** One thing that was tried. Milliseconds of a call; null where nobody was called. */
export type PreflightCheck = {
  check: (typeof preflightChecks)[number];
  /** What was tried, by name. */
  name: string;
  status: "passed" | "warning" | "failed";
  message: string;
  duration_ms: number | null;
};

type Plan = Awaited<ReturnType<typeof planTestRun>> & { first: FirstTest };

/**
 * Decides the run as starting it would, asks the endpoint the first test of the set, scores the answer with the
 * metrics of that test that need no model, and asks each judge for a word. Nothing is stored.
 */
export async function preflightTestRun(means: PreflightMeans, args: StartRun): Promise<PreflightCheck[]> {
  let plan: Plan;
  try {
    plan = await means.read(async (tx) => {
      const planned = await planTestRun(tx, args);
      const first = await readFirstTest(tx, planned.set.id);
      return { ...planned, first: first ?? { input: "", expected_output: null, requirement_id: null } };
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const failed = { check: "plan", name: "Tests and metrics", status: "failed" } as const;
    return [{ ...failed, message: error.message, duration_ms: null }];
  }
  const [called, ...models] = await Promise.all([
    askEndpoint(means, plan),
    ...plan.plan.models.map((model) => askModel(means, model)),
  ]);
  return [decided(plan, args), ...called, ...models];
}

function decided({ set, resolved }: Plan, { repeats }: StartRun): PreflightCheck {
  const calls = (set.test_count * repeats).toLocaleString("en");
  const metrics = resolved.metrics.length === 1 ? "1 metric" : `${resolved.metrics.length} metrics`;
  const message = `${calls} calls, scored with ${metrics}. Every test has at least one.`;
  return { check: "plan", name: "Tests and metrics", status: "passed", message, duration_ms: null };
}

async function askEndpoint(means: PreflightMeans, plan: Plan): Promise<PreflightCheck[]> {
  const { endpoint, first } = plan;
  const { params } = plan.plan;
  const started = performance.now();
  const outcome = await invokeEndpoint(means, endpoint.id, { input: first.input, params });
  const common = {
    check: "endpoint",
    name: endpoint.name,
    duration_ms: Math.round(performance.now() - started),
  } as const;
  if (outcome.error !== null || outcome.answer === null) {
    const message = outcome.error?.message ?? "The application gave no answer.";
    return [{ ...common, status: "failed", message }];
  }
  const said = (outcome.answer.output ?? "").trim();
  const message = `Answered in ${Math.round(outcome.latency_ms)} ms: “${said.slice(0, 200)}${said.length > 200 ? "…" : ""}”`;
  return [{ ...common, status: "passed", message }, ...scoreTrial(plan, outcome)];
}

/** Metrics that cannot judge the trial answer at all; that it fails them says nothing yet. */
function scoreTrial({ resolved, first }: Plan, { answer, latency_ms }: TargetOutcome): PreflightCheck[] {
  if (answer === null) return [];
  const { input, expected_output } = first;
  const { output, context, metadata, tool_calls } = answer;
  const scored = { input, expected_output, output: output ?? "", context, metadata, tool_calls, latency_ms };
  const ids = new Set(metricsOf(resolved.assignment, first.requirement_id));
  return resolved.metrics
    .filter(({ id, parameters }) => ids.has(id) && !isJudge(parameters.implementation))
    .flatMap(({ name, parameters }) => {
      const { verdict, reason } = scoreDeterministic(parameters, scored);
      return verdict === "inconclusive"
        ? [{ check: "metrics", name, status: "warning", message: reason, duration_ms: null }]
        : [];
    });
}

function metricsOf(assignment: Plan["resolved"]["assignment"], requirement_id: string | null): string[] {
  if ("all" in assignment) return assignment.all;
  return requirement_id === null ? [] : (assignment.by_requirement[requirement_id] ?? []);
}

async function askModel(means: PreflightMeans, { id, name }: { id: string; name: string }): Promise<PreflightCheck> {
  const { ok, message, latency_ms } = await tryModel(means, { id });
  return { check: "model", name, status: ok ? "passed" : "failed", message, duration_ms: Math.round(latency_ms) };
}
