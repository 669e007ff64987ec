/**
 * Starting a run of 10,000 tests through its procedure: validation, plan, one pending result per test and job, committed;
 * beside it, the mere copying of as many rows of the same width into a table with two indexes.
 */
import { createDatabase } from "@rhesis/db/database";
import { asAdmin, openBenchDatabase } from "@rhesis/testkit/bench/database";
import { judge } from "@rhesis/testkit/bench/judge";
import { isNoisy, median, withRange } from "@rhesis/testkit/bench/rounds";
import { processorMicros } from "@rhesis/testkit/bench/server";
import { callerFor } from "@rhesis/testkit/caller";
import { createOrganization } from "@rhesis/testkit/tenants";

const tests = 10_000;
const starts = Number(process.env["BENCH_STARTS"] ?? 40);
const goalMs = 100;

const bench = await openBenchDatabase();
const database = createDatabase({ url: bench.app_url, application_name: "bench" });
const organization = await createOrganization(database, "Bench");
const caller = callerFor(database, organization.people.owner);
const { project_id } = organization;

const requirements = await Promise.all(
  Array.from({ length: 20 }, async (_, nr) => {
    const { id } = await caller.requirement.create({ name: `Requirement ${nr}` });
    const metric = await caller.metric.create({
      name: `Metric ${nr}`,
      parameters: { implementation: "contains", phrases: ["covered"], mode: "all", ignore_case: true },
    });
    await caller.requirement.add_metrics({ id, metric_ids: [metric.id] });
    return id;
  }),
);
const endpoint = await caller.endpoint.create({
  project_id,
  name: "Assistant",
  config: { method: "POST", url: "https://assistant.example/chat", response_mapping: { output: "$.output" } },
});
const test_set = await caller.test_set.create({ project_id, name: "All" });
await asAdmin(
  bench.admin_url,
  `with made as (
     insert into test (organization_id, project_id, name, input, expected_output, requirement_id)
     select $1, $2, 'Test ' || n, 'Question ' || n || repeat(' is it covered', 8), 'Names the clause', ($4::uuid[])[1 + n % 20]
     from generate_series(1, $5::integer) n returning id
   ) insert into test_set_test (organization_id, test_set_id, test_id, position)
     select $1, $3, id, row_number() over (order by id) from made`,
  [organization.id, project_id, test_set.id, requirements, tests],
);
await asAdmin(
  bench.admin_url,
  `create table bare_row (organization_id uuid, id uuid default uuidv7(), run_id uuid, test_id uuid, input text,
     expected_output text, requirement_id uuid, metric_ids uuid[], primary key (organization_id, id), unique (run_id, test_id))`,
);
await asAdmin(bench.admin_url, "vacuum (analyze)");

async function start(): Promise<number> {
  const started = performance.now();
  const run = await caller.test_set.execute({ id: test_set.id, endpoint_id: endpoint.id });
  if (run.total !== tests) throw new Error(`started ${run.total} tests`);
  return performance.now() - started;
}

async function copyRows(): Promise<number> {
  const started = performance.now();
  await asAdmin(
    bench.admin_url,
    `insert into bare_row (organization_id, run_id, test_id, input, expected_output, requirement_id, metric_ids)
     select organization_id, $1::uuid, id, input, expected_output, requirement_id, array[requirement_id] from test`,
    [crypto.randomUUID()],
  );
  return performance.now() - started;
}

/** Of the connections that start runs. */
async function databaseMs(): Promise<number> {
  const backends = await asAdmin<{ pid: number }>(
    bench.admin_url,
    "select pid from pg_stat_activity where application_name = 'bench'",
  );
  return backends.reduce((sum, { pid }) => sum + processorMicros(pid), 0) / 1000;
}

const times: number[] = [];
const copies: number[] = [];
await start();
const before = await databaseMs();
for (let round = 0; round < starts; round += 1) {
  copies.push(await copyRows());
  times.push(await start());
}
const perStart = ((await databaseMs()) - before) / starts;
const sorted = times.toSorted((one, other) => one - other);
const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
const milliseconds = (values: number[]) => `median ${withRange(values, (ms) => ms.toFixed(0))} ms`;
console.log(`starting a run of ${tests.toLocaleString("en")} tests, ${starts} times: ${milliseconds(times)}`);
judge("p99", p99, { at_most: goalMs, unit: "ms", noisy: isNoisy(copies) });
console.log(
  [
    `  copying as many rows: ${milliseconds(copies)}; ratio of the medians ${(median(times) / median(copies)).toFixed(2)}`,
    `  processor time of the database per start: ${perStart.toFixed(0)} ms`,
  ].join("\n"),
);
await database.close();
await bench.drop();
