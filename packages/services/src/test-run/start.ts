/** Starting a run of a test set: everything it needs is decided and frozen here, in one transaction. */
import {
  insertResultsOfSet,
  insertRun,
  readRequirementUse,
  readStartFacts,
  setRunTotal,
  type StartFacts,
  type StartMetric,
  type StartModel,
} from "@rhesis/db/queries/run-start";
import {
  insertConversationsOfTests,
  readConversationUse,
  readUncheckedTests,
  type ConversationUse,
} from "@rhesis/db/queries/conversation";
import type { Tx } from "@rhesis/db/tenant";
import { conversationMemory } from "@rhesis/engine/conversation/memory";
import { isJudge } from "@rhesis/engine/metric/schema";
import type { RunPlan } from "@rhesis/engine/plan/schema";
import type { TargetConfig } from "@rhesis/engine/target/schema";
import { enqueueJob } from "@rhesis/jobs/enqueue";
import { AppError, invalid, notFound, type FieldProblem } from "@rhesis/telemetry/app-error";
import { requireBudget, type Budget } from "./budget.ts";
import { metricsByRequirement, metricsForAll, type ResolvedMetrics } from "./resolve-metrics.ts";
import { planParameters, type RunParameters } from "./run-parameters.ts";

export type StartRun = RunParameters &
  Budget & {
    test_set_id: string;
    endpoint_id: string;
    name?: string | undefined;
    /** Score every test with these, instead of the metrics of the set or of the requirements. */
    metric_ids?: readonly string[] | undefined;
    repeats: number;
    concurrency?: number | undefined;
    pause_after_errors: number | null;
    /** Whether metrics that ask a model may be used. */
    may_judge: boolean;
    /** Where only one project may be touched. */
    project_id?: string | undefined;
    /** The schedule that starts it. */
    schedule_id?: string | undefined;
  };

/**
 * Resolves the metrics of each test, freezes the plan, writes the run with one pending result per test and repeat, and
 * enqueues the job that executes it. Returns the run's id.
 * @throws not_found for the set; invalid where it is empty, the endpoint is not of its project, a metric is not there,
 * a test has no metric, or a judge has no model; forbidden where one may not be asked; what resolving its parameters
 * throws
 */
export async function startTestRun(tx: Tx, args: StartRun): Promise<string> {
  const { facts, set, endpoint, resolved, plan, caps } = await planTestRun(tx, args);
  const run = {
    id: facts.run_id,
    project_id: set.project_id,
    test_set_id: set.id,
    endpoint_id: endpoint.id,
    name: args.name ?? runName(set.name, facts.runs_before + 1),
    kind: "execute" as const,
    source_run_id: null,
    plan,
    schedule_id: args.schedule_id,
    ...caps,
  };
  const expected = set.test_count * args.repeats;
  await writeRun(tx, run, expected, async (id) => {
    const of = { id, test_set_id: set.id, repeats: args.repeats, metrics: resolved.assignment };
    const total = await insertResultsOfSet(tx, of);
    if (plan.kind === "multi_turn") await insertConversationsOfTests(tx, id);
    return total;
  });
  return run.id;
}

/**
 * What a run would be, decided from what is there now; writes nothing.
 * @throws what starting it throws
 */
export async function planTestRun(tx: Tx, args: StartRun) {
  const facts = await readStartFacts(tx, { ...args, metric_ids: args.metric_ids ?? [] });
  const { set, endpoint } = checkFacts(facts, args);
  const use = set.kind === "multi_turn" ? await readConversationUse(tx, set.id) : noConversations;
  requireMemory(endpoint.config, use);
  const resolved =
    metricsForAll(facts.run_metrics, facts.set_metrics) ??
    metricsByRequirement(
      await readRequirementUse(tx, set.id),
      set.kind === "multi_turn" ? await readUncheckedTests(tx, set.id) : undefined,
    );
  const parameters = await planParameters(tx, set.project_id, args);
  const plan = freezePlan(args, endpoint, {
    kind: set.kind,
    ...plannedScoring(resolved, facts.models, { may_judge: args.may_judge, use }),
    ...parameters,
  });
  const caps = requireBudget(plan.models, args);
  return { facts, set, endpoint, resolved, plan, use, caps };
}

type Start = Omit<Parameters<typeof insertRun>[1], "job_id">;

/** Writes job, run and results, and the run's total once it is known. */
export async function writeRun(
  tx: Tx,
  run: Start,
  expected: number | null,
  insertResults: (id: string) => Promise<number>,
): Promise<void> {
  const { id, project_id, kind } = run;
  const name = kind === "execute" ? "execute_test_run" : "rescore_test_run";
  const job = await enqueueJob(tx, { name, payload: { test_run_id: id }, project_id });
  const [, total] = await Promise.all([insertRun(tx, { ...run, job_id: job.id }), insertResults(id)]);
  if (expected !== null && total !== expected) {
    throw new AppError("conflict", "The test set was changed at this moment. Start the run again.");
  }
  if (total === 0) throw invalid("There is nothing to run.");
  await setRunTotal(tx, { id, total });
}

const mostResults = 100_000;

function checkFacts({ set, endpoint, run_metrics }: StartFacts, args: StartRun) {
  if (set === undefined || (args.project_id !== undefined && set.project_id !== args.project_id)) {
    throw notFound("test set");
  }
  if (endpoint === undefined || endpoint.project_id !== set.project_id) {
    const message = "There is no such endpoint in the project of the test set.";
    throw invalid(message, [{ path: ["endpoint_id"], message }]);
  }
  const missing = missingMetrics(run_metrics, args.metric_ids ?? []);
  if (missing.length > 0) throw invalid("A metric named for this run is not there.", missing);
  if (set.test_count === 0) throw invalid("The test set is empty. Add tests to it first.");
  if (set.test_count * args.repeats > mostResults) {
    const message = `A run holds at most ${mostResults.toLocaleString("en")} results. Repeat less, or split the set.`;
    throw invalid(message, [{ path: ["repeats"], message }]);
  }
  return { set, endpoint };
}

/** A problem for each metric that was named and is not there. */
export function missingMetrics(found: readonly StartMetric[], named: readonly string[]): FieldProblem[] {
  return named.flatMap((id, at) =>
    found.some((metric) => metric.id === id) ? [] : [{ path: ["metric_ids", at], message: "There is no such metric" }],
  );
}

/** What a run of single turns needs for conversations. */
const noConversations: ConversationUse = { simulated: 0, most_turns: 1 };

/** @throws invalid where the application would not know what was said before */
function requireMemory(config: TargetConfig, { most_turns }: ConversationUse): void {
  if (most_turns < 2 || conversationMemory(config) !== "none") return;
  const message =
    "This endpoint is sent neither the conversation nor its id, so the application would not know what was said before. " +
    "Put {{ messages }} or {{ conversation_id }} into the request of the endpoint.";
  throw invalid(message, [{ path: ["endpoint_id"], message }]);
}

function noModelForConversations(tests: number): string {
  const which = tests === 1 ? "1 test has" : `${tests.toLocaleString("en")} tests have`;
  return `${which} a model play the user, and there is none. Choose a default model for the organization.`;
}

type JudgeModels = { models: StartModel[]; default_model_id: string | null };

function modelsOf(
  metrics: readonly StartMetric[],
  live: readonly StartModel[],
  { simulated }: ConversationUse,
): JudgeModels {
  const fallback = live.find((model) => model.is_default);
  if (simulated > 0 && fallback === undefined) throw invalid(noModelForConversations(simulated));
  const judges = metrics.filter((metric) => isJudge(metric.parameters.implementation));
  const modelFor = (metric: StartMetric) =>
    metric.model_id === null ? fallback : live.find((model) => model.id === metric.model_id);
  const without = judges.filter((metric) => modelFor(metric) === undefined);
  if (without.length > 0) {
    const names = without.map((metric) => metric.name).join(", ");
    throw invalid(
      `These metrics ask a model and have none: ${names}. Give them a model, or choose a default model for the organization.`,
    );
  }
  const needsDefault = simulated > 0 || judges.some((metric) => metric.model_id === null);
  const asked = judges.flatMap((metric) => modelFor(metric) ?? []);
  const models = [...new Set(simulated > 0 && fallback !== undefined ? [fallback, ...asked] : asked)];
  return { models, default_model_id: needsDefault ? (fallback?.id ?? null) : null };
}

/** @throws forbidden where one of the metrics asks a model, or one plays a user */
export function requireNoModel(metrics: RunPlan["metrics"], simulates: boolean): void {
  const judges = metrics.filter((metric) => isJudge(metric.parameters.implementation));
  if (judges.length > 0) {
    const names = judges.map((metric) => metric.name).join(", ");
    throw switchedOff(`these metrics ask one: ${names}. Score the run with other metrics.`);
  }
  if (simulates) throw switchedOff("tests of this set have one play the user.");
}

function switchedOff(why: string): AppError {
  return new AppError("forbidden", `Judging by a model is switched off here, and ${why}`);
}

type PlannedScoring = Pick<RunPlan, "metrics" | "metrics_source" | "models" | "default_model_id">;

/**
 * The part of a plan that says how answers are scored.
 * @throws invalid where a metric asks a model, or a test has one play its user, and there is none for it; forbidden where
 * none may be asked
 */
export function plannedScoring(
  { source, metrics }: ResolvedMetrics,
  live: readonly StartModel[],
  { may_judge, use }: Pick<StartRun, "may_judge"> & { use: ConversationUse },
): PlannedScoring {
  if (!may_judge) requireNoModel(metrics, use.simulated > 0);
  const { models, default_model_id } = modelsOf(metrics, live, use);
  return {
    metrics: metrics.map(({ id, name, parameters, model_id }) => ({ id, name, parameters, model_id })),
    metrics_source: source,
    models: models.map(plannedModel),
    default_model_id,
  };
}

type Decided = PlannedScoring & Pick<RunPlan, "kind" | "params" | "parameters">;

function freezePlan(args: StartRun, endpoint: NonNullable<StartFacts["endpoint"]>, decided: Decided): RunPlan {
  return {
    endpoint: { id: endpoint.id, name: endpoint.name, config: endpoint.config },
    ...decided,
    concurrency: Math.min(args.concurrency ?? endpoint.max_concurrency, endpoint.max_concurrency),
    repeats: args.repeats,
    pause_after_errors: args.pause_after_errors,
  };
}

function plannedModel(model: StartModel): RunPlan["models"][number] {
  const { id, name, provider, model_name, base_url, headers, input_price, output_price } = model;
  return { id, name, config: { provider, model_name, base_url, headers, input_price, output_price } };
}

function runName(set: string, nr: number): string {
  const suffix = ` · run ${nr}`;
  return set.slice(0, 200 - suffix.length) + suffix;
}
