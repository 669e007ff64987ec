/**
 * The simulation is worth what its rows are: the same operations, drawn from a seed, on simulated rows and in PostgreSQL
 * have to return the same and leave the same behind.
 */
import { randomUUID } from "node:crypto";
import { deleteAsset } from "@rhesis/db/asset";
import { claimDueJobs } from "@rhesis/db/queries/job";
import type { NewScore, StoredResult } from "@rhesis/db/queries/run-results";
import type { Tx } from "@rhesis/db/tenant";
import type { ResultVerdict } from "@rhesis/engine/metric/schema";
import { jobQueries, type JobQueries } from "@rhesis/jobs/job-queries";
import { cancelTestRun } from "@rhesis/services/test-run/cancel";
import { pauseTestRun, resumeTestRun } from "@rhesis/services/test-run/pause";
import { runQueries, type RunQueries } from "@rhesis/services/test-run/run-queries";
import { AppError } from "@rhesis/telemetry/app-error";
import { beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../database.ts";
import { containsMetric, prepareRun } from "../run-fixture.ts";
import { createTenants, type TestOrganization } from "../tenants.ts";
import { runFacts } from "./facts.ts";
import { Draw } from "./random.ts";
import { firstRows, type RunFacts } from "./rows.ts";
import { SimulatedDatabase } from "./simulated-database.ts";
import { offerDueJobs, simulateJobQueries } from "./simulated-job-queries.ts";
import { actOnRun, peopleActs, type PeopleAct } from "./simulated-people.ts";
import { simulateRunQueries } from "./simulated-run-queries.ts";
import { VirtualTime } from "./virtual-time.ts";

const open = useTestDatabase();
const metric = containsMetric("yes");
const hourMs = 3_600_000;
const tests = 6;
let a: TestOrganization;

beforeAll(async () => {
  ({ a } = await createTenants(open().database));
});

type Queries = RunQueries & JobQueries;
type Operation = (tx: Tx, queries: Queries) => Promise<unknown>;

/** One of the two: where operations are done, and what they leave. */
type Side = {
  begin<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Waits for what has begun; in simulated time it needs that. */
  passing<T>(work: Promise<T>): Promise<T>;
  queries: Queries;
  act(act: PeopleAct): Promise<void>;
  offer(): Promise<string[]>;
  state(): Promise<object>;
  /** Resolves when what was begun is done, or waits for somebody else. */
  settle(): Promise<void>;
};

async function bothSides(): Promise<{ real: Side; simulation: Side; facts: RunFacts; jobs: string[] }> {
  const run = await prepareRun(open().database, a, {
    target: { url: "https://application.example/" },
    tests,
    metrics: [metric],
    max_concurrency: 4,
  });
  const rows = await open().admin<{ id: string; test_id: string; input: string }>(
    "select id, test_id, input from test_result where test_run_id = $1 order by id",
    [run.test_run_id],
  );
  const script = {
    tests: rows.map(() => "answer" as const),
    concurrency: 3,
    max_concurrency: 4,
    pause_after_errors: null,
  };
  const facts: RunFacts = {
    ...runFacts(script),
    ...run,
    project_id: a.project_id,
    metric_ids: [metric.id],
    tests: rows,
  };
  const jobs = [run.job_id];
  return { real: realSide(facts, jobs), simulation: simulatedSide(facts, jobs), facts, jobs };
}

function realSide({ test_run_id: id }: RunFacts, jobs: string[]): Side {
  const { database, admin } = open();
  const acts = {
    pause: (tx: Tx) => pauseTestRun(tx, { id, reason: null }),
    resume: (tx: Tx) => resumeTestRun(tx, id),
    cancel: (tx: Tx) => cancelTestRun(tx, id),
    delete: (tx: Tx) => deleteAsset(tx, "test_run", { id }),
  };
  return {
    begin: (work) => database.write(a.tenant, work),
    passing: (work) => work,
    queries: { ...runQueries, ...jobQueries },
    async act(act) {
      const acted = database.write<unknown>(a.tenant, (tx) => acts[act](tx));
      await acted.catch((error: unknown) => {
        // What people cannot do any more, they are told.
        if (!(error instanceof AppError)) throw error;
      });
      const [run] = await admin<{ job_id: string }>("select job_id from test_run where id = $1", [id]);
      if (run !== undefined && !jobs.includes(run.job_id)) jobs.push(run.job_id);
    },
    offer: async () =>
      (await claimDueJobs(database.pool, 100, 3_000)).map((due) => due.job_id).filter((job) => jobs.includes(job)),
    async state() {
      const [run] = await admin(
        `select status, total, job_id, lease_token, begun_through, cancel_requested_at is not null as cancel_requested,
           pause_requested_at is not null as pause_requested, deleted_at is not null as deleted,
           held_until is not null as held, passed, failed, inconclusive, errored from test_run where id = $1`,
        [id],
      );
      const results = await admin(
        `select id, status, verdict, error_code, claims, (select count(*)::integer from score s where s.test_result_id = r.id) as scores
         from test_result r where test_run_id = $1 order by id`,
        [id],
      );
      const rows = await admin(
        `select id, status, attempts, failures, offered_at is not null as offered, run_at > now() + interval '1 minute' as later
         from job where id = any($1) order by array_position($1, id)`,
        [jobs],
      );
      return { run, results, jobs: rows };
    },
    async settle() {
      const busy = `select from pg_stat_activity where datname = current_database() and usename = 'rhesis_app'
        and state = 'active' and wait_event_type is distinct from 'Lock'`;
      await expect.poll(() => admin(busy), { interval: 5, timeout: 20_000 }).toEqual([]);
    },
  };
}

function simulatedSide(facts: RunFacts, jobs: string[]): Side {
  const time = new VirtualTime();
  const [first = ""] = jobs;
  const simulated = new SimulatedDatabase(time, firstRows(facts, first), { latency: () => 0, breaks: () => null });
  const pass = async (ms: number) => {
    let over = false;
    time.after(ms, null, () => (over = true));
    await time.run(() => over);
  };
  const passing = async <T>(work: Promise<T>): Promise<T> => {
    const [done] = await Promise.all([
      work.then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      ),
      pass(5),
    ]);
    if ("error" in done) throw done.error;
    return done.value;
  };
  return {
    begin: (work) => simulated.write(a.tenant, work),
    passing,
    queries: {
      ...simulateRunQueries(facts),
      ...simulateJobQueries({ test_run_id: facts.test_run_id }, () => undefined),
    },
    act: (act) => passing(simulated.byPeople((s) => actOnRun(s, act, jobs.at(-1) ?? ""))),
    async offer() {
      await pass(1);
      let due: string[] = [];
      simulated.atOnce((s) => (due = offerDueJobs(s)));
      return due;
    },
    async state() {
      const { run, results, jobs: rows } = simulated.now;
      const { slot: _, held_until, input_tokens: __, output_tokens: ___, cost: ____, ...shown } = run;
      return {
        run: { ...shown, held: held_until !== null },
        results: results.map(({ id, status, verdict, error_code, claims, scores }) => ({
          id,
          status,
          verdict,
          error_code,
          claims,
          scores,
        })),
        jobs: rows.map(({ id, status, attempts, failures, offered_at, run_at }) => ({
          id,
          status,
          attempts,
          failures,
          offered: offered_at !== null,
          later: run_at > time.now + 60_000,
        })),
      };
    },
    settle: () => pass(100),
  };
}

type Outcome = { value: unknown } | { code: string };

async function perform(side: Side, operation: Operation): Promise<Outcome> {
  try {
    const value: unknown = await side.passing(side.begin((tx) => operation(tx, side.queries)));
    return { value: comparable(value) };
  } catch (error) {
    return { code: error instanceof Error && "code" in error ? String(error.code) : String(error) };
  }
}

/** Without what the two are not to agree on: the plan, the project, exact times. */
function comparable(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value ?? null;
  const { plan: _, project_id: __, payload: ___, user_id: ____, hold_ms, ...rest } = value as Record<string, unknown>;
  return hold_ms === undefined ? rest : { ...rest, holds: Number(hold_ms) > 0 };
}

function batchOf(draw: Draw, { tests: all }: RunFacts): { results: StoredResult[]; scores: NewScore[] } {
  const rows = all.filter(() => draw.chance(0.4));
  const none = {
    answer: null,
    request: null,
    response: null,
    attempts: [],
    latency_ms: 1,
    took_ms: 1,
    error_message: null,
  };
  const results = rows.map(({ id }): StoredResult => {
    const verdict = draw.one<ResultVerdict>(["pass", "fail", "inconclusive", "error"]);
    return { ...none, id, verdict, output: "yes", error_code: verdict === "error" ? "timeout" : null };
  });
  const scores = rows.map(({ id }): NewScore => {
    const counts = {
      value: null,
      label: null,
      raw: null,
      model_id: null,
      input_tokens: null,
      output_tokens: null,
      cost: null,
    };
    return {
      ...counts,
      test_result_id: id,
      metric_id: metric.id,
      metric_name: "Says yes",
      verdict: "pass",
      reason: "",
      duration_ms: 1,
    };
  });
  return { results, scores };
}

/** Leases of a run and of its jobs, by who has them and who had them. */
function drawOperation(
  draw: Draw,
  { facts, tokens, jobs }: { facts: RunFacts; tokens: readonly string[]; jobs: readonly string[] },
): Operation {
  const { test_run_id } = facts;
  const lease = { test_run_id, lease_token: tokens[draw.integer(0, tokens.length - 1)] ?? "" };
  const job_id = jobs[draw.integer(0, jobs.length - 1)] ?? "";
  const job = { id: job_id, attempts: draw.integer(1, 3) };
  const after = draw.chance(0.5)
    ? "00000000-0000-0000-0000-000000000000"
    : (facts.tests[draw.integer(0, tests - 1)]?.id ?? "");
  const min_claims = draw.integer(0, 2);
  const claim = { limit: draw.integer(1, tests), after, min_claims, max_claims: min_claims + draw.integer(1, 3) };
  const batch = batchOf(draw, facts);
  const count = () => draw.integer(0, 2);
  const tally = {
    passed: count(),
    failed: count(),
    inconclusive: count(),
    errored: count(),
    input_tokens: 0,
    output_tokens: 0,
    cost: 0,
  };
  const lease_ms = draw.one([-1_000, hourMs]);
  const delay_ms = draw.one([0, hourMs]);
  const status = draw.one<"completed" | "cancelled">(["completed", "cancelled"]);
  return draw.one<Operation>([
    (tx, queries) => queries.takeRun(tx, lease, { job_id, suspect_claims: 2 }),
    (tx, queries) => queries.takeRun(tx, lease, { job_id: facts.test_run_id, suspect_claims: 2 }),
    (tx, queries) => queries.takeRun(tx, lease, { job_id: jobs.at(-1) ?? "", suspect_claims: 2 }),
    (tx, queries) => queries.claimResults(tx, lease, claim),
    (tx, queries) => queries.claimResults(tx, lease, claim),
    (tx, queries) => queries.storeResults(tx, lease, batch),
    (tx, queries) => queries.storeResults(tx, lease, batch),
    (tx, queries) => queries.returnResults(tx, lease),
    (tx, queries) => queries.completeRun(tx, lease),
    (tx, queries) => queries.pauseRun(tx, lease),
    (tx, queries) => queries.wishPause(tx, lease, "It is busy."),
    (tx, queries) => queries.holdEndpoint(tx, lease, hourMs),
    (tx, queries) => queries.showProgress(tx, lease, tally),
    (tx, queries) => queries.readRunControl(tx, lease),
    (tx, queries) => queries.stopRun(tx, lease, { status: "cancelled", error: null }),
    (tx, queries) => queries.claimJob(tx, job_id, lease_ms),
    (tx, queries) => queries.claimJob(tx, job_id, lease_ms),
    (tx, queries) => queries.extendLease(tx, job, lease_ms),
    (tx, queries) => queries.releaseJob(tx, job, { delay_ms, failures: 1 }),
    (tx, queries) => queries.endJob(tx, job, { status }),
    // What is done and then undone has not been done.
    async (tx, queries) => {
      await queries.storeResults(tx, lease, batch);
      await queries.completeRun(tx, lease);
      throw Object.assign(new Error("undone"), { code: "UNDONE" });
    },
  ]);
}

test.each(Array.from({ length: 20 }, (_, nr) => nr))(
  "operations drawn from seed %i do the same to both",
  async (seed) => {
    const { real, simulation, facts, jobs } = await bothSides();
    const draw = new Draw(seed);
    const tokens = [randomUUID(), randomUUID()];
    const ended: PeopleAct[] = ["cancel", "delete"];
    for (let nr = 0; nr < 40; nr++) {
      const what = `operation ${nr} of seed ${seed}`;
      const dice = draw.next();
      if (dice < 0.1) {
        const act = draw.one(peopleActs);
        if (ended.includes(act) && nr < 30) continue;
        await real.act(act);
        await simulation.act(act);
      } else if (dice < 0.2) expect(await simulation.offer(), what).toEqual(await real.offer());
      else {
        const operation = drawOperation(draw, { facts, tokens, jobs });
        expect(await perform(simulation, operation), what).toEqual(await perform(real, operation));
      }
      expect(await simulation.state(), what).toEqual(await real.state());
    }
  },
);

/** Two transactions, the second begun while the first is open. */
async function overlap(side: Side, first: Operation, second: Operation, undone: boolean): Promise<unknown[]> {
  let end = (): void => undefined;
  const isToEnd = new Promise<void>((resolve) => (end = resolve));
  let begin = (): void => undefined;
  const hasBegun = new Promise<void>((resolve) => (begin = resolve));
  const one = side.begin(async (tx) => {
    const value = await first(tx, side.queries);
    begin();
    await isToEnd;
    if (undone) throw new Error("undone");
    return comparable(value);
  });
  const outcome = one.catch(() => "undone");
  await side.passing(hasBegun);
  const other = side.begin((tx) => second(tx, side.queries));
  await side.settle();
  end();
  return side.passing(Promise.all([outcome, other.then(comparable)]));
}

const [mine, theirs] = [randomUUID(), randomUUID()];
const pairs: Record<string, (facts: RunFacts, job_id: string) => [Operation, Operation]> = {
  "a takeover waits for results that are being stored": (facts, job_id) => [
    (tx, queries) => queries.storeResults(tx, { ...facts, lease_token: mine }, batchOf(new Draw(3), facts)),
    (tx, queries) => queries.takeRun(tx, { ...facts, lease_token: theirs }, { job_id, suspect_claims: 3 }),
  ],
  "who stores waits for a takeover": (facts, job_id) => [
    (tx, queries) => queries.takeRun(tx, { ...facts, lease_token: theirs }, { job_id, suspect_claims: 3 }),
    (tx, queries) => queries.storeResults(tx, { ...facts, lease_token: mine }, batchOf(new Draw(3), facts)),
  ],
  "who claims waits for a takeover": (facts, job_id) => [
    (tx, queries) => queries.takeRun(tx, { ...facts, lease_token: theirs }, { job_id, suspect_claims: 3 }),
    (tx, queries) =>
      queries.claimResults(
        tx,
        { ...facts, lease_token: mine },
        { limit: 9, after: facts.test_run_id, min_claims: 0, max_claims: 3 },
      ),
  ],
  "batches go side by side": (facts) => [
    (tx, queries) => queries.storeResults(tx, { ...facts, lease_token: mine }, batchOf(new Draw(3), facts)),
    (tx, queries) => queries.storeResults(tx, { ...facts, lease_token: mine }, batchOf(new Draw(4), facts)),
  ],
};

test.each(Object.keys(pairs).flatMap((name) => [[name, false] as const, [name, true] as const]))(
  "%s; undone: %s",
  async (name, undone) => {
    const { real, simulation, facts, jobs } = await bothSides();
    const [job_id = ""] = jobs;
    const take: Operation = (tx, queries) =>
      queries.takeRun(tx, { ...facts, lease_token: mine }, { job_id, suspect_claims: 3 });
    const [first, second] = pairs[name]?.(facts, job_id) ?? [take, take];
    for (const side of [real, simulation]) await perform(side, take);
    expect(await overlap(simulation, first, second, undone)).toEqual(await overlap(real, first, second, undone));
    expect(await simulation.state()).toEqual(await real.state());
  },
);
