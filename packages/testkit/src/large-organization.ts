/** An organization with a great deal of everything, written behind the triggers' back in a few seconds. */
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import type { TestOrganization } from "./tenants.ts";

/**
 * How many rows a table gets; `some` is for what an organization has not tens of thousands of, `few` for the metrics of
 * one set or requirement.
 */
export type LargeSize = { many: number; some: number; few: number };

type Filling = { rows: keyof LargeSize | "one"; values: Record<string, string> };

const tables = [
  "user",
  "invitation",
  "project",
  "model",
  "endpoint",
  "api_token",
  "requirement",
  "topic",
  "category",
  "prompt",
  "metric",
  "test",
  "test_set",
  "experiment",
  "experiment_version",
  "parameter_environment",
  "schedule",
  "test_run",
  "job",
  "test_result",
  "audit_log",
  "deletion",
] as const;
type Keyed = (typeof tables)[number];

/** The id of the `n`th row of a table, growing with `n` as ids do that are made one after another. SQL. */
function idOf(table: Keyed, n: string): string {
  const kind = tables.indexOf(table).toString(16).padStart(12, "0");
  return `('019abc' || lpad(to_hex(${n}), 6, '0') || '70008000${kind}')::uuid`;
}

/** The same id as text. */
export function largeId(table: Keyed, n: number): string {
  const kind = tables.indexOf(table).toString(16).padStart(12, "0");
  const time = n.toString(16).padStart(6, "0");
  return `019abc${time.slice(0, 2)}-${time.slice(2)}-7000-8000-${kind}`;
}

const aPerson = idOf("user", "1 + n % 5");
const aProject = idOf("project", "1 + n % 5");
const plan = `jsonb_build_object('endpoint', jsonb_build_object('id', ${idOf("endpoint", "1")}, 'name', 'Endpoint', 'config',
  jsonb_build_object('method', 'POST', 'url', 'https://assistant.example/chat')), 'metrics', '[]'::jsonb, 'models',
  '[]'::jsonb, 'metrics_source', 'run', 'params', '{}'::jsonb, 'concurrency', 10, 'repeats', 1,
  'pause_after_errors', null)`;
const contains = '{"implementation":"contains","phrases":["covered"],"mode":"all","ignore_case":true}';

const keyed: Record<Keyed, Filling> = {
  user: { rows: "some", values: { issuer: "'large'", subject: "'person ' || n", name: "'Person ' || n" } },
  invitation: {
    rows: "some",
    values: { email: "'new' || n || '@large.example'", role: "'member'", invited_by: aPerson },
  },
  project: { rows: "some", values: { name: "'Project ' || n" } },
  model: { rows: "some", values: { name: "'Model ' || n", provider: "'openai'", model_name: "'judge'" } },
  endpoint: {
    rows: "some",
    values: {
      project_id: aProject,
      name: "'Endpoint ' || n",
      config: `'{"method":"POST","url":"https://assistant.example/chat"}'`,
    },
  },
  api_token: {
    rows: "some",
    values: {
      user_id: aPerson,
      name: "'Token ' || n",
      token_hash: "sha256(n::text::bytea)",
      hint: "'rh-'",
      scopes: "array['test:read']",
    },
  },
  requirement: { rows: "many", values: { name: "'Requirement ' || n", description: "repeat('It is stated. ', 6)" } },
  topic: { rows: "many", values: { name: "'Topic ' || n" } },
  category: { rows: "many", values: { name: "'Category ' || n" } },
  prompt: { rows: "many", values: { name: "'Prompt ' || n", content: "repeat('Is this covered? ', 6)" } },
  metric: {
    rows: "many",
    values: { name: "'Metric ' || n", implementation: "'contains'", parameters: `'${contains}'` },
  },
  test: {
    rows: "many",
    values: {
      project_id: aProject,
      name: "'Test ' || n",
      input: "'Question ' || n || repeat(' and is it covered', 6)",
      expected_output: "'Names the clause'",
      requirement_id: idOf("requirement", "1 + n % 20"),
      topic_id: idOf("topic", "1 + n % 12"),
      category_id: idOf("category", "1 + n % 6"),
    },
  },
  test_set: { rows: "many", values: { project_id: aProject, name: "'Set ' || n", test_count: "$many" } },
  experiment: {
    rows: "some",
    values: {
      project_id: aProject,
      owner_id: aPerson,
      name: "'Experiment ' || n",
      visibility: "'shared'",
      latest_version: "case n when 1 then $few else 0 end",
    },
  },
  // All of the first experiment.
  experiment_version: {
    rows: "few",
    values: {
      experiment_id: idOf("experiment", "1"),
      owner_id: idOf("user", "2"),
      visibility: "'shared'",
      number: "n",
      values: `'{}'`,
      user_id: aPerson,
      content_hash: "n::text",
      schema_fingerprint: "'1'",
    },
  },
  parameter_environment: {
    rows: "one",
    values: {
      project_id: idOf("project", "2"),
      name: "'default'",
      experiment_id: idOf("experiment", "1"),
      experiment_version: "1",
    },
  },
  schedule: {
    rows: "some",
    values: {
      project_id: aProject,
      test_set_id: idOf("test_set", "1 + n % 10"),
      endpoint_id: idOf("endpoint", "1 + n % 4"),
      user_id: aPerson,
      name: "'Schedule ' || n",
      cron: "'0 6 * * *'",
      time_zone: "'UTC'",
      next_at: "'2999-01-01'",
      last_run_id: idOf("test_run", "n"),
    },
  },
  test_run: {
    rows: "many",
    values: {
      experiment_id: idOf("experiment", "1"),
      experiment_version: "1 + n % $few",
      project_id: aProject,
      test_set_id: idOf("test_set", "1 + n % 10"),
      endpoint_id: idOf("endpoint", "1 + n % 4"),
      user_id: aPerson,
      name: "'Run ' || n",
      // Of results, the first run has all.
      total: "case n when 1 then $many else 0 end",
      passed: "case n when 1 then $many else 0 end",
      plan,
    },
  },
  job: {
    rows: "many",
    values: {
      user_id: aPerson,
      name: "'execute_test_run'",
      status: "'completed'",
      payload: `jsonb_build_object('test_run_id', ${idOf("test_run", "n")})`,
    },
  },
  test_result: {
    rows: "many",
    values: {
      test_run_id: idOf("test_run", "1"),
      test_id: idOf("test", "n"),
      status: "'completed'",
      verdict: "'pass'",
      input: "'Question ' || n",
      output: "'It is covered.'",
      requirement_id: idOf("requirement", "1 + n % 20"),
    },
  },
  audit_log: {
    rows: "many",
    values: { user_id: aPerson, action: "'update'", entity_type: "'test'", entity_id: idOf("test", "n") },
  },
  deletion: {
    rows: "many",
    values: { user_id: aPerson, entity_type: "'test'", entity_id: idOf("test", "n"), name: "'Test ' || n" },
  },
};

const links: Record<string, Filling> = {
  membership: { rows: "some", values: { user_id: idOf("user", "n"), role: "'member'" } },
  test_set_test: {
    rows: "many",
    values: { test_set_id: idOf("test_set", "1"), test_id: idOf("test", "n"), position: "n" },
  },
  test_set_metric: { rows: "few", values: { test_set_id: idOf("test_set", "1"), metric_id: idOf("metric", "n") } },
  requirement_metric: {
    rows: "few",
    values: { requirement_id: idOf("requirement", "1"), metric_id: idOf("metric", "n") },
  },
  score: {
    rows: "many",
    values: {
      test_run_id: idOf("test_run", "1"),
      test_result_id: idOf("test_result", "n"),
      metric_id: idOf("metric", "1 + n % 3"),
      metric_name: "'Metric'",
      verdict: "'pass'",
    },
  },
};

/** Fills an organization; afterwards statistics and visibility maps are as those of a running installation. */
export async function fillOrganization(admin_url: string, { id }: TestOrganization, size: LargeSize): Promise<void> {
  const client = new Client({ connectionString: admin_url });
  await client.connect();
  try {
    await client.query("set session_replication_role = replica; set synchronous_commit = off");
    const fill = async (table: string, { rows, values }: Filling, more: Record<string, string>): Promise<void> => {
      const all = { ...more, ...values };
      const text = Object.values(all)
        .join(", ")
        .replaceAll(/\$(many|few)/g, (_, rows: "many" | "few") => String(size[rows]));
      await client.query(
        `insert into "${table}" (${Object.keys(all).join(", ")}) select ${text} from generate_series(1, ${rows === "one" ? 1 : size[rows]}) n`,
      );
    };
    const owner = { organization_id: `'${id}'` };
    for (const table of tables) {
      await fill(table, keyed[table], { id: idOf(table, "n"), ...(table === "user" ? {} : owner) });
    }
    for (const [table, filling] of Object.entries(links)) await fill(table, filling, owner);
    await client.query("reset session_replication_role");
    await vacuumUntilVisible(client);
  } finally {
    await client.end();
  }
}

/** A vacuum marks only what is old enough for everybody on the server, and other tests run there: repeats until all is. */
async function vacuumUntilVisible(client: Client): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    await client.query("vacuum (analyze)");
    const { rows } = await client.query<{ hidden: number }>(
      `select coalesce(sum(relpages - relallvisible), 0)::int as hidden from pg_class
       where relkind = 'r' and relnamespace = 'public'::regnamespace`,
    );
    if (rows[0]?.hidden === 0) return;
    await delay(100);
  }
}
