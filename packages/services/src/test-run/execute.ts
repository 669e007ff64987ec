/**
 * Executes a test run: claims its open results, calls the endpoint, scores, stores, until none is open. One executor
 * per run at a time; when it dies, the next takes over and repeats at most the calls that were under way.
 */
import { randomUUID } from "node:crypto";
import { readRunAccess } from "@rhesis/db/queries/run-access";
import {
  claimResults,
  claimSuspects,
  completeRun,
  returnResults,
  stopRun,
  takeRun,
  type RunLease,
  type TakenRun,
} from "@rhesis/db/queries/run-execution";
import { openJudges, openTargetSecret } from "./execute-access.ts";
import { bounded } from "./execute-bounded.ts";
import { runPhase, type Phase, type PhaseEnd } from "./execute-phase.ts";
import { executeResult, exhaustedResult, type ResultContext } from "./execute-result.ts";
import { retryingWrite, type RetryingWrite } from "./execute-retry.ts";
import { ResultWriter } from "./execute-store.ts";
import {
  LostRunError,
  type ClaimedResult,
  type ExecutionEnd,
  type ExecutionTools,
  type RunToExecute,
} from "./execute-types.ts";
import { RunWatch } from "./execute-watch.ts";

/** A result that so many workers began and did not survive runs alone: it may be what kills them. */
const suspect_claims = 3;
/** After so many, a result is an error. */
const mostClaims = 5;
const judgesAtOnce = 10;
const retryMs = 1_000;

/**
 * Executes or goes on with a run. Faults of the endpoint and of models become results; what is thrown is a fault of
 * ours or of the database, after which the run can be gone on with.
 */
export async function executeTestRun(tools: ExecutionTools, run: RunToExecute): Promise<ExecutionEnd> {
  const lease: RunLease = { test_run_id: run.test_run_id, lease_token: randomUUID() };
  const taken = await tools.database.write(run.tenant, (tx) =>
    takeRun(tx, lease, { job_id: run.job_id, suspect_claims }),
  );
  if (taken === undefined) return { status: "completed" };
  const execution = new Execution(tools, run, { lease, taken });
  const end = await unlessLost(taken.cancelled ? execution.cancel() : execution.execute());
  tools.log.info({ test_run_id: run.test_run_id, status: end.status }, "the execution of a test run ended");
  if (end.status !== "lost" && end.status !== "released") tools.observer?.ended(end.status);
  return end;
}

async function unlessLost(execution: Promise<ExecutionEnd>): Promise<ExecutionEnd> {
  try {
    return await execution;
  } catch (error) {
    if (error instanceof LostRunError) return { status: "lost" };
    throw error;
  }
}

class Execution {
  readonly #tools: ExecutionTools;
  readonly #run: RunToExecute;
  readonly #lease: RunLease;
  readonly #taken: TakenRun;
  readonly #watch: RunWatch;
  readonly #writer: ResultWriter;
  readonly #write: RetryingWrite;
  readonly #aborted: ClaimedResult[] = [];

  constructor(tools: ExecutionTools, run: RunToExecute, { lease, taken }: { lease: RunLease; taken: TakenRun }) {
    this.#tools = tools;
    this.#run = run;
    this.#lease = lease;
    this.#taken = taken;
    this.#watch = new RunWatch(tools, run, lease);
    this.#write = retryingWrite(tools, run);
    this.#writer = new ResultWriter(tools, run, { lease, taken });
  }

  async execute(): Promise<ExecutionEnd> {
    try {
      const [context] = await Promise.all([this.#open(), this.#watch.start()]);
      for (const phase of this.#phases(context)) {
        const end = await runPhase(phase);
        if (end.error instanceof LostRunError) throw end.error;
        if (end.error !== undefined || this.#watch.reason !== null) return await this.#leave(end);
        if (this.#writer.completed) return { status: "completed" };
      }
      return await this.#finish();
    } finally {
      this.#watch.close();
      await this.#writer.close();
    }
  }

  async cancel(): Promise<ExecutionEnd> {
    const end = { status: "cancelled" as const, error: null };
    const held = await this.#write((tx) => stopRun(tx, this.#lease, end));
    return { status: held ? "cancelled" : "lost" };
  }

  async #open(): Promise<ResultContext> {
    const { plan, endpoint_id } = this.#taken;
    const { organization_id } = this.#run.tenant;
    const model_ids = plan.models.map((model) => model.id);
    const { endpoint, models } = await this.#tools.database.read(this.#run.tenant, (tx) =>
      readRunAccess(tx, { endpoint_id, model_ids }),
    );
    const { secrets, policy, target, observer } = this.#tools;
    return {
      test_run_id: this.#run.test_run_id,
      plan,
      metrics: new Map(plan.metrics.map((metric) => [metric.id, metric])),
      target,
      access: openTargetSecret(secrets, plan, { organization_id, endpoint }),
      judge: openJudges(secrets, plan, { organization_id, models, policy }),
      judging: bounded(judgesAtOnce),
      signal: this.#watch.calls,
      called: observer && ((outcome) => observer.called(outcome)),
    };
  }

  /** First what is not suspected of anything, side by side; then the suspects, one by one; then those that are spent. */
  #phases(context: ResultContext): Phase[] {
    const { concurrency } = this.#taken.plan;
    const limit = () => Math.min(concurrency, this.#watch.share);
    const work = (row: ClaimedResult) => this.#work(context, row);
    const claim: Phase["claim"] = (most, after) =>
      this.#write((tx) => claimResults(tx, this.#lease, { limit: most, after, suspect_claims }));
    const { ending } = this.#watch;
    const onLimitChange: Phase["onLimitChange"] = (listener) => this.#watch.onShare(listener);
    return [
      { claim, limit, work, ahead: 1, ending, onLimitChange },
      { claim: this.#claimBegun(suspect_claims, mostClaims), limit: () => 1, work, ahead: 0, ending, onLimitChange },
      {
        claim: this.#claimBegun(mostClaims, 2 ** 31 - 1),
        limit: () => 100,
        work: (row) => this.#writer.store(exhaustedResult(row)),
        ahead: 0,
        ending,
        onLimitChange,
      },
    ];
  }

  #claimBegun(min_claims: number, max_claims: number): Phase["claim"] {
    return (limit, after) =>
      this.#write((tx) => claimSuspects(tx, this.#lease, { limit, after, min_claims, max_claims }));
  }

  async #work(context: ResultContext, row: ClaimedResult): Promise<void> {
    const scored = await executeResult(context, row);
    if (scored === null) this.#aborted.push(row);
    else await this.#writer.store(scored);
  }

  /** The run goes on elsewhere, or not at all. */
  async #leave({ unbegun, error }: PhaseEnd): Promise<ExecutionEnd> {
    if (this.#writer.completed) return { status: "completed" };
    const reason = this.#watch.reason;
    if (reason === "lost") return { status: "lost" };
    if (reason === "cancelled") return this.cancel();
    const suspects = [...unbegun, ...this.#aborted].filter((row) => row.claims >= suspect_claims).map((row) => row.id);
    await this.#write((tx) => returnResults(tx, this.#lease, { suspects }));
    if (error !== undefined) throw error;
    return { status: "released", delay_ms: 0 };
  }

  /** Nothing is left to claim, and yet the last result did not end the run: it had none, or a row was locked. */
  async #finish(): Promise<ExecutionEnd> {
    const completed = await this.#write((tx) => completeRun(tx, this.#lease));
    return completed ? { status: "completed" } : { status: "released", delay_ms: retryMs };
  }
}
