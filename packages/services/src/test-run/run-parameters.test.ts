import { randomUUID } from "node:crypto";
import { createTargetClient, type TargetClient } from "@rhesis/engine/target/target-client";
import { codeOf, problemsOf } from "@rhesis/testkit/asset-contract";
import { callerFor, testSecrets, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { executeTestRun } from "./execute.ts";

const open = useTestDatabase();
const policy = { allow_loopback: true, allow_private: [] };
let zoo: EndpointZoo;
let target: TargetClient;
let a: TestOrganization;
let member: Caller;
let owner: Caller;
let project_id: string;
let experiment_id: string;
let start: (parameters?: object, more?: object) => ReturnType<Caller["test_set"]["execute"]>;

beforeAll(async () => {
  zoo = await startEndpointZoo();
  target = createTargetClient({ policy });
  ({ a } = await createTenants(open().database));
  member = callerFor(open().database, a.people.member);
  owner = callerFor(open().database, a.people.owner);
});
afterAll(() => Promise.all([zoo.close(), target.close()]));

const fields = [
  { name: "tone", type: "enum" as const, options: ["kind", "formal"], required: true },
  { name: "creativity", type: "number" as const, default: 0.5 },
  { name: "greeting", type: "text" as const },
];

/** An application that says back what it was asked with, one test that wants to read "formal", and two versions. */
beforeEach(async () => {
  zoo.clear();
  ({ id: project_id } = await owner.project.create({ name: `Project ${randomUUID()}` }));
  await owner.parameters.set_schema({ project_id, fields });
  ({ id: experiment_id } = await member.experiment.create({ project_id, name: "Tones", visibility: "shared" }));
  for (const tone of ["kind", "formal"]) await member.experiment.add_version({ id: experiment_id, values: { tone } });
  const request_mapping = {
    message: "{{ input }}",
    tone: "{{ params.tone }}",
    creativity: "{{ params.creativity }}",
    greeting: "{{ params.greeting }}",
    prompt: "Be {{ params.tone }}.",
  };
  const config = { url: `${zoo.url}/echo`, request_mapping, response_mapping: { output: "$.output" } };
  const endpoint = await member.endpoint.create({ project_id, name: "Echo", config });
  const parameters = { implementation: "contains" as const, phrases: ["formal"] };
  const metric = await member.metric.create({ name: `Formal ${randomUUID()}`, parameters });
  const set = await member.test_set.create({ project_id, name: "Set" });
  const { id } = await member.test.create({ project_id, input: "Hello" });
  await member.test_set.add_tests({ id: set.id, test_ids: [id] });
  await member.test_set.add_metrics({ id: set.id, metric_ids: [metric.id] });
  const run = { id: set.id, endpoint_id: endpoint.id };
  start = (named, more) =>
    member.test_set.execute({ ...run, ...(named === undefined ? {} : { parameters: named }), ...more });
});

async function execute(test_run_id: string) {
  const [row] = await open().admin<{ job_id: string }>("select job_id from test_run where id = $1", [test_run_id]);
  const log = { info: () => undefined, warn: () => undefined };
  const tools = { database: open().database, secrets: testSecrets, target, policy, log, grace_ms: 50 };
  const never = new AbortController().signal;
  const job_id = row?.job_id ?? "";
  await executeTestRun(tools, { tenant: a.tenant, test_run_id, job_id, lease: never, stop: never });
  return member.test_run.get({ id: test_run_id });
}

const asked = () => zoo.log("/echo").map(({ body }) => JSON.parse(body) as Record<string, unknown>);

test("what an application answers depends on the version, and the run says which it was", async () => {
  const [kind, formal] = [
    await execute((await start({ experiment_id, version: 1 })).id),
    await execute((await start({ experiment_id })).id),
  ];
  const plain = { message: "Hello", creativity: 0.5, greeting: null };
  expect(asked()).toEqual([
    { ...plain, tone: "kind", prompt: "Be kind." },
    { ...plain, tone: "formal", prompt: "Be formal." },
  ]);
  expect([kind, formal].map(({ passed, failed }) => [passed, failed])).toEqual([
    [0, 1],
    [1, 0],
  ]);
  const { content_hash } = await member.experiment.version({ id: experiment_id, number: 2 });
  expect(formal).toMatchObject({ experiment_id, experiment_version: 2 });
  expect(formal.plan.parameters).toEqual({
    source: "latest",
    experiment_id,
    experiment_name: "Tones",
    version: 2,
    content_hash,
    environment: null,
  });
  expect(formal.plan.params).toEqual({ tone: "formal", creativity: 0.5, greeting: null });
  const { items } = await member.experiment.results({ id: experiment_id });
  expect(items.map(({ version, runs, passed, failed }) => [version, runs, passed, failed])).toEqual([
    [2, 1, 1, 0],
    [1, 1, 0, 1],
  ]);
});

test("a run keeps the values it was started with, whatever is bound, saved and changed before it is executed", async () => {
  const bind = (version: number) =>
    member.parameter_environment.bind({ project_id, name: "production", experiment_id, version });
  await bind(1);
  const started = await start({ environment: "production" });
  expect(started.plan.parameters).toMatchObject({ source: "environment", environment: "production", version: 1 });
  await bind(2);
  await member.experiment.update({ id: experiment_id, name: "Renamed" });
  await owner.parameters.set_schema({ project_id, fields: [] });
  const ended = await execute(started.id);
  expect(asked()).toMatchObject([{ tone: "kind" }]);
  expect(ended.plan).toEqual(started.plan);
});

test("a retry and a re-score are of the version of the run they follow", async () => {
  const { id } = await execute((await start({ experiment_id, version: 1 })).id);
  const again = await member.test_run.rescore({ id });
  const retried = await member.test_run.retry_failed({ id, verdicts: ["fail"] });
  for (const run of [again, retried]) {
    expect(run).toMatchObject({ experiment_id, experiment_version: 1, plan: { parameters: { version: 1 } } });
  }
});

test("a run can be asked and scored again after its experiment was deleted for good", async () => {
  const { id: doomed } = await member.experiment.create({ project_id, name: "Doomed", visibility: "shared" });
  await member.experiment.add_version({ id: doomed, values: { tone: "formal" } });
  const { id } = await execute((await start({ experiment_id: doomed, version: 1 })).id);
  const { deletion_id } = await member.experiment.delete({ id: doomed });
  await owner.deletion.purge({ deletion_id });
  for (const run of [
    await member.test_run.rescore({ id }),
    await member.test_run.retry_failed({ id, verdicts: ["fail", "pass", "error"] }),
  ]) {
    expect(run.plan.parameters).toMatchObject({ experiment_id: doomed, version: 1 });
  }
});

test("what is asked for is used or the run does not start", async () => {
  const mine = await owner.experiment.create({ project_id, name: "Mine" });
  await owner.experiment.add_version({ id: mine.id, values: { tone: "kind" } });
  const refused = [
    start({}),
    start({ environment: "staging" }),
    start({ experiment_id, version: 3 }),
    start({ experiment_id: mine.id }),
    start({ experiment_id: randomUUID() }),
  ];
  expect(await Promise.all(refused.map(codeOf))).toEqual(refused.map(() => "NOT_FOUND"));
  expect(await problemsOf(start({ version: 1 }))).toEqual(["version"]);
  expect(await problemsOf(start({ experiment_id }, { params: { tone: "loud" } }))).toEqual(["params"]);
  await owner.parameters.set_schema({ project_id, fields: [{ name: "tone", type: "boolean" }] });
  expect(await codeOf(start({ experiment_id }))).toBe("CONFLICT");
  expect((await member.test_run.list({ project_id })).total).toBe(0);
});

test("values may be told freely as before, and then are of no version", async () => {
  const run = await execute((await start(undefined, { params: { tone: "formal" } })).id);
  expect(run).toMatchObject({ passed: 1, experiment_id: null, experiment_version: null });
  expect(run.plan).toMatchObject({ params: { tone: "formal" }, parameters: null });
});

test("a preflight asks with the values that the run would ask with", async () => {
  const { test_set_id, endpoint_id } = await start({ experiment_id });
  const run = { id: test_set_id, endpoint_id };
  const { ready, checks } = await member.test_set.preflight({ ...run, parameters: { experiment_id, version: 1 } });
  expect(asked()).toMatchObject([{ tone: "kind", creativity: 0.5 }]);
  expect([ready, checks.map(({ check }) => check)]).toEqual([true, ["plan", "endpoint"]]);
  const unbound = await member.test_set.preflight({ ...run, parameters: { environment: "staging" } });
  expect(unbound).toMatchObject({ ready: false, checks: [{ check: "plan", status: "failed" }] });
  expect(unbound.checks[0]?.message).toBe("Nothing is bound to the environment “staging”.");
});
