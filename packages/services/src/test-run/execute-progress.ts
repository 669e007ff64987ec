/** How far an execution is, shown on the run's row a few times a second instead of with every batch. */
import type { BookedBudget } from "@rhesis/db/queries/run-budget";
import type { RunLease, RunTally } from "@rhesis/db/queries/run-execution";
import { retryingWrite, type RetryingWrite } from "./execute-retry.ts";
import { LostRunError, type ExecutionTools, type RunToExecute, type ScoredResult } from "./execute-types.ts";
import { runQueries, type RunQueries } from "./run-queries.ts";

const showMs = 250;

const counters = { pass: "passed", fail: "failed", inconclusive: "inconclusive", error: "errored" } as const;

export type ProgressStart = {
  lease: RunLease;
  /** What the run had come to when it was taken. */
  tally: RunTally;
  /** What is booked on its budget by now, where it has one. */
  booked: () => BookedBudget | undefined;
};

export class RunProgress {
  readonly #tools: ExecutionTools;
  readonly #queries: RunQueries;
  readonly #run: RunToExecute;
  readonly #lease: RunLease;
  readonly #write: RetryingWrite;
  readonly #booked: () => BookedBudget | undefined;
  #tally: RunTally;
  #timer: NodeJS.Timeout | undefined;
  #showing: Promise<void> = Promise.resolve();

  constructor(tools: ExecutionTools, run: RunToExecute, { lease, tally, booked }: ProgressStart) {
    this.#tools = tools;
    this.#queries = tools.queries ?? runQueries;
    this.#run = run;
    this.#lease = lease;
    this.#write = retryingWrite(tools, run);
    this.#tally = { ...tally };
    this.#booked = booked;
  }

  /** Counts a batch once it is stored, be it by an earlier try whose answer was lost: nobody else stores under the lease. */
  add(batch: readonly ScoredResult[]): void {
    for (const { result, scores } of batch) {
      this.#tally[counters[result.verdict]] += 1;
      for (const score of scores) {
        this.#tally.input_tokens += score.input_tokens ?? 0;
        this.#tally.output_tokens += score.output_tokens ?? 0;
        this.#tally.cost += score.cost ?? 0;
      }
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#showing = this.#show();
    }, showMs);
  }

  /** Resolves when what is being shown is. @param last whether to show where it is now as well */
  async close({ last }: { last: boolean }): Promise<void> {
    const due = this.#timer !== undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#showing;
    if (last && due) await this.#show();
  }

  async #show(): Promise<void> {
    try {
      await this.#write((tx) => this.#queries.showProgress(tx, this.#lease, this.#tally, this.#booked()));
    } catch (err) {
      if (err instanceof LostRunError) return;
      // The rows are the truth, and the counters are made from them when the run ends or changes hands.
      this.#tools.log.warn({ err, test_run_id: this.#run.test_run_id }, "the progress of a run could not be shown");
    }
  }
}
