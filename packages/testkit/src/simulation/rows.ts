/** The rows that executing a run touches, as far as its machine looks at them. Times in virtual milliseconds. */
import type { ResultVerdict } from "@rhesis/engine/metric/schema";
import type { RunPlan } from "@rhesis/engine/plan/schema";
import type { RunStatus } from "@rhesis/engine/run/schema";
import type { RunTally } from "@rhesis/db/queries/run-execution";

export type RunRow = RunTally & {
  slot: number;
  status: RunStatus;
  total: number;
  job_id: string;
  lease_token: string | null;
  begun_through: string | null;
  cancel_requested: boolean;
  pause_requested: boolean;
  deleted: boolean;
  held_until: number | null;
};

export type ResultRow = {
  slot: number;
  id: string;
  test_id: string;
  input: string;
  status: "pending" | "completed" | "cancelled";
  verdict: ResultVerdict | null;
  error_code: string | null;
  claims: number;
  scores: number;
};

export type JobRow = {
  slot: number;
  id: string;
  status: "queued" | "running" | "completed" | "failed" | "cancelled";
  attempts: number;
  failures: number;
  run_at: number;
  offered_at: number | null;
  lease_until: number;
};

export type Row = RunRow | ResultRow | JobRow;

/** What never changes while a run is executed. */
export type RunFacts = {
  test_run_id: string;
  project_id: string;
  endpoint_id: string;
  plan: RunPlan;
  max_concurrency: number;
  metric_ids: string[];
  tests: { id: string; test_id: string; input: string }[];
};

/** All rows at a moment: the run, its results in the order of their ids, then the jobs it has had. */
export class Snapshot {
  readonly rows: readonly Row[];
  readonly #results: number;

  constructor(rows: readonly Row[], results: number) {
    this.rows = rows;
    this.#results = results;
  }

  get run(): RunRow {
    return this.rows[0] as RunRow;
  }

  get results(): readonly ResultRow[] {
    return this.rows.slice(1, 1 + this.#results) as ResultRow[];
  }

  get jobs(): readonly JobRow[] {
    return this.rows.slice(1 + this.#results) as JobRow[];
  }

  job(id: string): JobRow | undefined {
    return this.jobs.find((job) => job.id === id);
  }
}

/** A run that waits for a worker, as `prepareRun` writes it. */
export function firstRows({ tests }: RunFacts, job_id: string): Row[] {
  const run: RunRow = {
    slot: 0,
    status: "queued",
    total: tests.length,
    job_id,
    lease_token: null,
    begun_through: null,
    cancel_requested: false,
    pause_requested: false,
    deleted: false,
    held_until: null,
    passed: 0,
    failed: 0,
    inconclusive: 0,
    errored: 0,
    input_tokens: 0,
    output_tokens: 0,
    cost: 0,
  };
  const results = tests.map((test, nr): ResultRow => {
    const open = { status: "pending", verdict: null, error_code: null, claims: 0, scores: 0 } as const;
    return { slot: 1 + nr, ...test, ...open };
  });
  return [run, ...results, newJob(job_id, { slot: 1 + tests.length, run_at: 0 })];
}

export function newJob(id: string, { slot, run_at }: { slot: number; run_at: number }): JobRow {
  return { slot, id, status: "queued", attempts: 0, failures: 0, run_at, offered_at: null, lease_until: 0 };
}
