/** The queries of the executor over simulated rows. `simulated-run-queries.test.ts` holds them to what the SQL does. */
import type { Tx } from "@rhesis/db/tenant";
import type { RunLease, RunTally, RunWish, SuspectClaims, TakenRun } from "@rhesis/db/queries/run-execution";
import type { NewScore, StoredResult } from "@rhesis/db/queries/run-results";
import type { RunQueries } from "@rhesis/services/test-run/run-queries";
import type { ResultRow, RunFacts, RunRow } from "./rows.ts";
import { simulated } from "./simulated-database.ts";
import { DatabaseError, type Statement } from "./simulated-statement.ts";

/** What the database refuses to store, as it refuses a text that is none. */
export const unstorable = "unstorable";

const wishOf = (run: RunRow): RunWish => {
  if (run.cancel_requested || run.deleted) return "cancel";
  return run.pause_requested ? "pause" : "go";
};

const holds = (lease: RunLease) => (run: RunRow) => run.lease_token === lease.lease_token && run.status === "running";

export function countResults(
  results: readonly ResultRow[],
): Pick<RunTally, "passed" | "failed" | "inconclusive" | "errored"> {
  const count = { passed: 0, failed: 0, inconclusive: 0, errored: 0 };
  for (const { verdict } of results) {
    if (verdict === "pass") count.passed += 1;
    else if (verdict === "fail") count.failed += 1;
    else if (verdict === "inconclusive") count.inconclusive += 1;
    else if (verdict === "error") count.errored += 1;
  }
  return count;
}

function tallyOf({ passed, failed, inconclusive, errored, input_tokens, output_tokens, cost }: RunRow): RunTally {
  return { passed, failed, inconclusive, errored, input_tokens, output_tokens, cost };
}

function recount(
  s: Statement,
  lease: Pick<RunLease, "test_run_id"> & { lease_token?: string },
): RunTally & { open: number } {
  const open = s.results.filter((row) => row.status === "pending").length;
  const held = (run: RunRow) => lease.lease_token === undefined || run.lease_token === lease.lease_token;
  const run = s.update(s.run, held, () => countResults(s.results));
  if (run === undefined) throw new Error("a run is counted by whoever holds it");
  return { ...tallyOf(run), open };
}

function cancelOpen(s: Statement): true {
  for (const row of s.results)
    s.update(
      row,
      ({ status }) => status === "pending",
      () => ({ status: "cancelled" }),
    );
  return true;
}

function pending(s: Statement, after: string): ResultRow[] {
  return s.results.filter((row) => row.status === "pending" && row.id > after);
}

function store(s: Statement, lease: RunLease, { results, scores }: { results: StoredResult[]; scores: NewScore[] }) {
  if (results.some((result) => result.output === unstorable)) throw new DatabaseError("22P05", "not a text");
  const held = holds(lease)(s.run) && holds(lease)(s.lock(s.run, "key_share"));
  let stored = 0;
  for (const row of s.results) {
    const result = results.find(({ id }) => id === row.id);
    if (!held || result === undefined) continue;
    const { verdict, error_code } = result;
    const count = new Set(scores.flatMap((score) => (score.test_result_id === row.id ? score.metric_id : []))).size;
    const done = { status: "completed", verdict, error_code, scores: row.scores + count } as const;
    if (
      s.update(
        row,
        ({ status }) => status === "pending",
        () => done,
      ) !== undefined
    )
      stored += 1;
  }
  return { held, stored };
}

/** Where nothing is held, what follows in the transaction is left out, as the real queries do. */
async function ifHeld<T>(
  tx: Tx,
  first: (s: Statement) => RunRow | undefined,
  then: (s: Statement) => T,
): Promise<T | undefined> {
  const held = await simulated(tx).run(first);
  return held === undefined ? undefined : simulated(tx).run(then);
}

type Take = SuspectClaims & { tx: Tx; lease: RunLease; job_id: string };

const noBudget = { max_tokens: null, max_cost: null, booked_tokens: 0, booked_cost: 0 };

async function take(facts: RunFacts, { tx, lease, job_id, suspect_claims }: Take): Promise<TakenRun | undefined> {
  const { plan, project_id, endpoint_id } = facts;
  const on = simulated(tx);
  const { begun_through } = await on.run((s) => s.lock(s.run, "update"));
  const run = await on.run((s) =>
    s.update(
      s.run,
      ({ job_id: job, status }) => job === job_id && (status === "queued" || status === "running"),
      () => ({ status: "running", lease_token: lease.lease_token, begun_through: null }),
    ),
  );
  if (run === undefined) return undefined;
  if (begun_through !== null)
    await on.run((s) => {
      for (const row of s.results)
        s.update(
          row,
          ({ status, id, claims }) =>
            status === "pending" && id <= begun_through && (claims < suspect_claims || id === begun_through),
          ({ claims }) => ({ claims: claims + 1 }),
        );
    });
  const { open, ...tally } = await on.run((s) => recount(s, lease));
  return { plan, project_id, endpoint_id, source_run_id: null, wish: wishOf(run), open, tally, budget: noBudget };
}

export function simulateRunQueries(facts: RunFacts): RunQueries {
  const claimed = ({ id, test_id, input, claims }: ResultRow) => {
    return { id, test_id, repeat: 1, input, expected_output: input, metric_ids: facts.metric_ids, claims };
  };
  return {
    ...closing,
    ...showing(facts),
    takeRun: (tx, lease, claim) => take(facts, { tx, lease, ...claim }),
    claimResults: (tx, lease, { limit, after, min_claims, max_claims }) =>
      simulated(tx).run((s) => {
        const mine = pending(s, after)
          .filter(({ claims }) => claims >= min_claims && claims < max_claims)
          .slice(0, limit);
        const last = mine.at(-1);
        if (last === undefined) return [];
        const marked = s.update(s.run, holds(lease), () => ({ begun_through: last.id }));
        return marked === undefined ? [] : mine.map(claimed);
      }),
    async returnResults(tx, lease) {
      const mine = (run: RunRow) => run.lease_token === lease.lease_token;
      await simulated(tx).run((s) => s.update(s.run, mine, () => ({ begun_through: null })));
    },
    storeResults: (tx, lease, batch) => simulated(tx).run((s) => store(s, lease, batch)),
  };
}

const closing: Pick<RunQueries, "stopRun" | "pauseRun" | "completeRun"> = {
  async stopRun(tx, lease, { status }) {
    const stopped = await ifHeld(tx, (s) => s.update(s.run, holds(lease), () => ({ status })), cancelOpen);
    await (stopped === undefined ? undefined : simulated(tx).run((s) => recount(s, lease)));
    return stopped !== undefined;
  },
  async pauseRun(tx, lease) {
    const wished = (run: RunRow) => holds(lease)(run) && run.pause_requested && !run.cancel_requested;
    const pause = (s: Statement) => s.update(s.run, wished, () => ({ status: "paused" }));
    return (await ifHeld(tx, pause, (s) => recount(s, lease))) !== undefined;
  },
  async completeRun(tx, lease) {
    const complete = (s: Statement) => {
      const isDone = s.results.every(({ status }) => status !== "pending");
      return s.update(
        s.run,
        (run) => isDone && holds(lease)(run),
        () => ({ status: "completed" }),
      );
    };
    return (await ifHeld(tx, complete, (s) => recount(s, lease))) !== undefined;
  },
};

type Showing = Pick<RunQueries, "showProgress" | "holdEndpoint" | "wishPause" | "readRunAccess" | "readRunControl">;

function showing({ plan, max_concurrency }: RunFacts): Showing {
  const set = (tx: Tx, lease: RunLease, patch: (s: Statement, run: RunRow) => Partial<RunRow>) =>
    simulated(tx).run((s) => void s.update(s.run, holds(lease), (run) => patch(s, run)));
  return {
    showProgress(tx, lease, tally) {
      const sent = { ...tally };
      return set(tx, lease, () => sent);
    },
    holdEndpoint: (tx, lease, ms) =>
      set(tx, lease, (s, { held_until }) => ({ held_until: Math.max(held_until ?? 0, s.time + ms) })),
    wishPause: (tx, lease) => set(tx, lease, () => ({ pause_requested: true })),
    readRunAccess: (tx) =>
      simulated(tx).run(() => ({
        endpoint: { config: plan.endpoint.config, auth_secret: null, max_concurrency },
        models: [],
      })),
    readRunControl: (tx, lease) =>
      simulated(tx).run((s) => {
        const { run } = s;
        const job = s.job(run.job_id);
        const isLive = run.status === "running" && job?.status === "running" && job.lease_until > s.time;
        const hold_ms = isLive ? Math.max(0, (run.held_until ?? 0) - s.time) : 0;
        return {
          held: holds(lease)(run),
          wish: wishOf(run),
          share: Math.max(1, max_concurrency),
          per_second: null,
          hold_ms,
        };
      }),
  };
}

/** Where `refuses` says so, a claim meets a fault of ours, which trying again at once does not mend. */
export function failingQueries(queries: RunQueries, refuses: () => boolean): RunQueries {
  const refuse = () => {
    throw new DatabaseError("XX000", "a fault of ours");
  };
  return {
    ...queries,
    claimResults: (tx, ...args) => (refuses() ? simulated(tx).run(refuse) : queries.claimResults(tx, ...args)),
  };
}
