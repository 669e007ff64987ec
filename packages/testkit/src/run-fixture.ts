/** A test run ready to be executed, written directly: endpoint, test set, tests, run, results and job in one transaction. */
import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "@rhesis/db/database";
import type { Tx } from "@rhesis/db/tenant";
import { enqueueJob } from "@rhesis/jobs/enqueue";
import type { PlannedMetric, RunPlan } from "@rhesis/engine/plan/schema";
import { targetConfig } from "@rhesis/engine/target/schema";
import type { z } from "zod";
import type { TestOrganization } from "./tenants.ts";

export type RunFixture = {
  /** Changes to a plain POST of `{ input }` whose answer is at `$.output`. */
  target: Partial<z.input<typeof targetConfig>> & { url: string };
  tests: number;
  concurrency?: number;
  max_concurrency?: number;
  max_per_minute?: number;
  pause_after_errors?: number;
  /** The cap of its budget. */
  max_tokens?: number;
  metrics?: PlannedMetric[];
  models?: RunPlan["models"];
  /** Sealed, as the column holds it. */
  auth_secret?: string | null;
  /** Another endpoint's runs share its limit. */
  endpoint_id?: string;
};

export type PreparedRun = { test_run_id: string; job_id: string; endpoint_id: string };

/** Inputs are `question 1` to `question n`, the expected output of each is its input. */
export function prepareRun(database: Database, organization: TestOrganization, run: RunFixture): Promise<PreparedRun> {
  return database.write(organization.tenant, (tx) => insertRun(tx, organization, run));
}

export function jsonValidMetric(): PlannedMetric {
  return { id: randomUUID(), name: "Valid JSON", parameters: { implementation: "json_valid" }, model_id: null };
}

export function containsMetric(phrase: string): PlannedMetric {
  const parameters = { implementation: "contains", phrases: [phrase], mode: "all", ignore_case: false } as const;
  return { id: randomUUID(), name: `Says ${phrase}`, parameters: { ...parameters, phrases: [phrase] }, model_id: null };
}

async function insertRun(tx: Tx, { project_id }: TestOrganization, run: RunFixture): Promise<PreparedRun> {
  const config = targetConfig.parse({ response_mapping: { output: "$.output" }, ...run.target });
  const endpoint_id = run.endpoint_id ?? (await insertEndpoint(tx, { project_id, config, run }));
  const test_set = await tx
    .insertInto("test_set")
    .values({ project_id, name: randomUUID() })
    .returning("id")
    .executeTakeFirstOrThrow();
  const metrics = run.metrics ?? [];
  const plan: RunPlan = {
    kind: "single_turn",
    endpoint: { id: endpoint_id, name: "Target", config },
    metrics,
    metrics_source: "run",
    models: run.models ?? [],
    default_model_id: run.models?.[0]?.id ?? null,
    params: {},
    concurrency: run.concurrency ?? 10,
    repeats: 1,
    pause_after_errors: run.pause_after_errors ?? null,
  };
  const of = { project_id, test_set_id: test_set.id, endpoint_id, max_tokens: run.max_tokens ?? null };
  const { id: test_run_id } = await tx
    .insertInto("test_run")
    .values({ ...of, name: "Run", plan: JSON.stringify(plan), total: run.tests })
    .returning("id")
    .executeTakeFirstOrThrow();
  const metric_ids = metrics.map((metric) => metric.id);
  await sql`insert into test_result (test_run_id, test_id, input, expected_output, metric_ids)
    select ${test_run_id}::uuid, uuidv7(), 'question ' || n, 'question ' || n, ${metric_ids}::uuid[]
    from generate_series(1, ${run.tests}) n order by n`.execute(tx);
  const { id: job_id } = await enqueueJob(tx, { name: "execute_test_run", payload: { test_run_id }, project_id });
  await tx.updateTable("test_run").set({ job_id }).where("id", "=", test_run_id).execute();
  return { test_run_id, job_id, endpoint_id };
}

async function insertEndpoint(
  tx: Tx,
  { project_id, config, run }: { project_id: string; config: object; run: RunFixture },
): Promise<string> {
  const { id } = await tx
    .insertInto("endpoint")
    .values({
      project_id,
      name: randomUUID(),
      config: JSON.stringify(config),
      max_concurrency: run.max_concurrency ?? 1000,
      max_per_minute: run.max_per_minute ?? null,
      auth_secret: run.auth_secret ?? null,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}
