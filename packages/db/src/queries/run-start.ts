/** SQL of starting a test run: what its plan is made of, and its rows. */
import { sql } from "kysely";
import type { ConversationPlan, TestKind } from "@rhesis/engine/conversation/schema";
import type { MetricParameters } from "@rhesis/engine/metric/schema";
import type { ModelProvider } from "@rhesis/engine/model/schema";
import type { RunStatus } from "@rhesis/engine/run/schema";
import type { RunPlan } from "@rhesis/engine/plan/schema";
import type { TargetConfig } from "@rhesis/engine/target/schema";
import type { ResultVerdict } from "@rhesis/engine/metric/schema";
import type { Tx } from "../tenant.ts";
import type { RunCaps } from "./run-budget.ts";

export type StartMetric = { id: string; name: string; parameters: MetricParameters; model_id: string | null };

export type StartModel = {
  id: string;
  name: string;
  provider: ModelProvider;
  model_name: string;
  base_url: string | null;
  headers: Record<string, string>;
  input_price: number | null;
  output_price: number | null;
  is_default: boolean;
};

export type StartFacts = {
  run_id: string;
  set: { id: string; project_id: string; kind: TestKind; name: string; test_count: number } | undefined;
  endpoint: { id: string; project_id: string; name: string; config: TargetConfig; max_concurrency: number } | undefined;
  runs_before: number;
  run_metrics: StartMetric[];
  set_metrics: StartMetric[];
  models: StartModel[];
};

const metricColumns = ["metric.id", "metric.name", "metric.parameters", "metric.model_id"] as const;

/** What a start is decided from, in one round trip; a list of metrics stands in the order of their names. */
export async function readStartFacts(
  tx: Tx,
  args: { test_set_id: string; endpoint_id: string; metric_ids: readonly string[] },
): Promise<StartFacts> {
  const metrics = tx.selectFrom("metric").select(metricColumns).where("metric.deleted_at", "is", null);
  const [fresh, set, endpoint, run_metrics, set_metrics, models] = await Promise.all([
    sql<{ run_id: string; runs_before: number }>`select uuidv7() as run_id,
      (select count(*)::integer from test_run where test_set_id = ${args.test_set_id}) as runs_before`.execute(tx),
    tx
      .selectFrom("test_set")
      .select(["id", "project_id", "kind", "name", "test_count"])
      .where("id", "=", args.test_set_id)
      .where("deleted_at", "is", null)
      .executeTakeFirst(),
    tx
      .selectFrom("endpoint")
      .select(["id", "project_id", "name", "config", "max_concurrency"])
      .where("id", "=", args.endpoint_id)
      .where("deleted_at", "is", null)
      .executeTakeFirst(),
    metrics
      .where(sql<boolean>`metric.id = any(${[...args.metric_ids]}::uuid[])`)
      .orderBy("metric.name")
      .execute(),
    metrics
      .innerJoin("test_set_metric as s", "s.metric_id", "metric.id")
      .where("s.test_set_id", "=", args.test_set_id)
      .orderBy("metric.name")
      .execute(),
    tx
      .selectFrom("model")
      .select(["id", "name", "provider", "model_name", "base_url", "headers", "input_price", "output_price"])
      .select("is_default")
      .where("deleted_at", "is", null)
      .execute(),
  ]);
  const [{ run_id, runs_before } = { run_id: "", runs_before: 0 }] = fresh.rows;
  return { run_id, runs_before, set, endpoint, run_metrics, set_metrics, models };
}

/** A requirement that tests of a set ask for, null for those without, and the live metrics that score it. */
export type RequirementUse = {
  requirement_id: string | null;
  requirement_name: string | null;
  tests: number;
  metrics: StartMetric[];
};

/** Over `used`: requirement_id and tests. */
const requirementUse = sql`select u.requirement_id, r.name as requirement_name, u.tests, coalesce((
      select json_agg(json_build_object('id', m.id, 'name', m.name, 'parameters', m.parameters, 'model_id', m.model_id) order by m.name)
      from requirement_metric q join metric m on m.organization_id = q.organization_id and m.id = q.metric_id
      where q.requirement_id = u.requirement_id and m.deleted_at is null), '[]') as metrics
    from used u left join requirement r on r.id = u.requirement_id and r.deleted_at is null
    order by r.name nulls last, u.requirement_id`;

/** Which requirements the tests of a set ask for. */
export async function readRequirementUse(tx: Tx, test_set_id: string): Promise<RequirementUse[]> {
  const { rows } = await sql<RequirementUse>`
    with used as materialized (
      select requirement_id, count(*)::integer as tests from test
      where deleted_at is null
        and id = any(array(select s.test_id from test_set_test s where s.test_set_id = ${test_set_id} and s.is_live))
      group by requirement_id
    )
    ${requirementUse}`.execute(tx);
  return rows;
}

/** Which requirements the completed results of a run ask for. */
export async function readRequirementUseOfRun(tx: Tx, test_run_id: string): Promise<RequirementUse[]> {
  const { rows } = await sql<RequirementUse>`
    with used as materialized (
      select requirement_id, count(*)::integer as tests from test_result
      where test_run_id = ${test_run_id} and status = 'completed' group by requirement_id
    )
    ${requirementUse}`.execute(tx);
  return rows;
}

export type FirstTest = {
  input: string;
  expected_output: string | null;
  requirement_id: string | null;
  conversation: ConversationPlan | null;
};

/** The first test of a set, which stands for the others where one is asked on trial. */
export async function readFirstTest(tx: Tx, test_set_id: string): Promise<FirstTest | undefined> {
  const { rows } = await sql<FirstTest>`
    select t.input, t.expected_output, t.requirement_id, t.conversation
    from (
      select test_id, position from test_set_test where test_set_id = ${test_set_id} and is_live
      order by position, test_id limit 1
    ) s join test t on t.id = s.test_id`.execute(tx);
  return rows[0];
}

export type NewRun = {
  id: string;
  kind: RunKind;
  /** Whose answers a re-score scores. */
  source_run_id: string | null;
  project_id: string;
  test_set_id: string;
  endpoint_id: string;
  job_id: string;
  name: string;
  plan: RunPlan;
  /** Which schedule started it; left out where a person did. */
  schedule_id?: string | undefined;
} & Partial<RunCaps>;

/** Inserts a run without results. The plan goes in as it is; columns repeat which version of parameters it names. */
export async function insertRun(tx: Tx, { plan, ...run }: NewRun): Promise<void> {
  const user_id = sql<string | null>`current_actor()`;
  const { experiment_id = null, version: experiment_version = null } = plan.parameters ?? {};
  await tx
    .insertInto("test_run")
    .values({ ...run, plan: JSON.stringify(plan), user_id, experiment_id, experiment_version })
    .execute();
}

/** Which metrics score a test: the same for all, or by the requirement it asks for. */
export type MetricAssignment = { all: string[] } | { by_requirement: Record<string, string[]> };

/** The metrics of each requirement as rows; none where all tests have the same. */
function assignedMetrics(metrics: MetricAssignment) {
  const pairs = "all" in metrics ? [] : Object.entries(metrics.by_requirement);
  const rows = JSON.stringify(pairs.map(([requirement_id, metric_ids]) => ({ requirement_id, metric_ids })));
  return sql`select requirement_id, metric_ids
    from jsonb_to_recordset(${rows}::jsonb) as m (requirement_id uuid, metric_ids uuid[])`;
}

/**
 * One pending result per live test and repeat, with what the test says now, in the order of the set, repeat by repeat;
 * their ids are in that order: one of version 7 for all, its last 20 bits counted up, because drawing 10,000 of them
 * takes a sixth of the statement's time. Members are numbered before they are joined, while they are narrow. Returns
 * how many.
 */
export async function insertResultsOfSet(
  tx: Tx,
  run: { id: string; test_set_id: string; repeats: number; metrics: MetricAssignment },
): Promise<number> {
  const { metrics } = run;
  const [metric_ids, join] =
    "all" in metrics
      ? [sql`${metrics.all}::uuid[]`, sql``]
      : [
          sql`coalesce(r.metric_ids, '{}')`,
          sql`left join (${assignedMetrics(metrics)}) r on r.requirement_id = t.requirement_id`,
        ];
  const result = await sql`
    with member as materialized (
      select organization_id, test_id, row_number() over (order by position, test_id) as nr
      from test_set_test where test_set_id = ${run.test_set_id} and is_live
    ), said as materialized (
      select id, input, expected_output, requirement_id, topic_id, category_id
      from test where id = any(array(select test_id from member)) and deleted_at is null
    ), base as materialized (
      select left(uuidv7()::text, 31) as prefix, (select count(*) from member) as members
    )
    insert into test_result (organization_id, id, test_run_id, test_id, repeat, input, expected_output, requirement_id,
      topic_id, category_id, metric_ids)
    select m.organization_id, (b.prefix || lpad(to_hex((n.repeat - 1) * b.members + m.nr), 5, '0'))::uuid,
      ${run.id}::uuid, m.test_id, n.repeat, t.input, t.expected_output, t.requirement_id, t.topic_id, t.category_id,
      ${metric_ids}
    from base b cross join generate_series(1, ${run.repeats}::integer) as n (repeat) cross join member m
      join said t on t.id = m.test_id ${join}`.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}

/** Copies results of another run with these verdicts as pending ones, but for tests deleted since. Returns how many. */
export async function insertResultsOfRun(
  tx: Tx,
  run: { id: string; from_run_id: string; verdicts: readonly ResultVerdict[] },
): Promise<number> {
  const result = await sql`
    insert into test_result (id, test_run_id, test_id, repeat, input, expected_output, requirement_id, topic_id,
      category_id, metric_ids)
    select uuidv7(), ${run.id}::uuid, o.test_id, o.repeat, o.input, o.expected_output, o.requirement_id, o.topic_id,
      o.category_id, o.metric_ids
    from (
      select r.* from test_result r join test t on t.organization_id = r.organization_id and t.id = r.test_id
      where r.test_run_id = ${run.from_run_id} and r.verdict = any(${[...run.verdicts]}::text[]) and t.deleted_at is null
      order by r.id
    ) o`.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}

/** The completed results of another run as pending ones, to be scored by other metrics. Returns how many. */
export async function insertResultsToRescore(
  tx: Tx,
  run: { id: string; from_run_id: string; metrics: MetricAssignment },
): Promise<number> {
  const metric_ids = "all" in run.metrics ? sql`${run.metrics.all}::uuid[]` : sql`coalesce(m.metric_ids, '{}')`;
  const result = await sql`
    with metrics_of as materialized (${assignedMetrics(run.metrics)})
    insert into test_result (id, test_run_id, test_id, repeat, input, expected_output, requirement_id, topic_id,
      category_id, metric_ids)
    select uuidv7(), ${run.id}::uuid, o.test_id, o.repeat, o.input, o.expected_output, o.requirement_id, o.topic_id,
      o.category_id, ${metric_ids}
    from (
      select * from test_result where test_run_id = ${run.from_run_id} and status = 'completed' order by id
    ) o left join metrics_of m on m.requirement_id = o.requirement_id order by o.id`.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}

/** Says how many results a run has, once they are inserted. */
export async function setRunTotal(tx: Tx, run: { id: string; total: number }): Promise<void> {
  await tx.updateTable("test_run").set({ total: run.total }).where("id", "=", run.id).execute();
}

/** A run's plan and where it belongs, for asking parts of it again. */
export type RunKind = "execute" | "rescore";

export type RetriedRun = {
  run_id: string;
  project_id: string;
  test_set_id: string;
  endpoint_id: string;
  endpoint_deleted: boolean;
  name: string;
  kind: RunKind;
  source_run_id: string | null;
  status: RunStatus;
  plan: RunPlan;
} & RunCaps;

/** Undefined where the run is not there. `run_id` is for the new run. */
export async function readRetriedRun(tx: Tx, id: string): Promise<RetriedRun | undefined> {
  const { rows } = await sql<RetriedRun>`
    select uuidv7() as run_id, r.project_id, r.test_set_id, r.endpoint_id, e.deleted_at is not null as endpoint_deleted,
      r.name, r.kind, r.source_run_id, r.status, r.plan, r.max_tokens, r.max_cost
    from test_run r join endpoint e on e.organization_id = r.organization_id and e.id = r.endpoint_id
    where r.id = ${id} and r.deleted_at is null`.execute(tx);
  return rows[0];
}
