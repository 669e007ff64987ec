import { randomBytes, randomUUID } from "node:crypto";
import { createSecretBox } from "@rhesis/auth/sealed-secret";
import { createTargetClient, type TargetClient } from "@rhesis/engine/target/target-client";
import { useTestDatabase } from "@rhesis/testkit/database";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { startOpenAiFake, type OpenAiFake } from "@rhesis/testkit/openai-fake";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { preflightTestRun } from "./preflight.ts";

const open = useTestDatabase();
const secrets = createSecretBox({ current: "k", keys: { k: randomBytes(32) } });
const address_policy = { allow_loopback: true, allow_private: [] };
let zoo: EndpointZoo;
let fake: OpenAiFake;
let targets: TargetClient;
let a: TestOrganization;
let api: Caller;

beforeAll(async () => {
  [zoo, fake] = await Promise.all([startEndpointZoo(), startOpenAiFake()]);
  targets = createTargetClient({ policy: address_policy });
  ({ a } = await createTenants(open().database));
  api = callerFor(open().database, a.people.owner);
});
beforeEach(() => zoo.clear());
afterAll(async () => {
  await Promise.all([zoo.close(), fake.close(), targets.close()]);
});

let nr = 0;
const endpointAt = async (path: string) =>
  (await api.endpoint.create({ project_id: a.project_id, name: `At ${++nr}`, config: { url: `${zoo.url}${path}` } }))
    .id;
const setOf = async (tests: { input: string; expected_output?: string }[], metric_ids: string[]) => {
  const { id } = await api.test_set.create({ project_id: a.project_id, name: `Set ${++nr}` });
  if (tests.length > 0) {
    const { ids } = await api.test.create_many({ project_id: a.project_id, tests });
    await api.test_set.add_tests({ id, test_ids: ids });
  }
  if (metric_ids.length > 0) await api.test_set.add_metrics({ id, metric_ids });
  return id;
};
const metric = async (parameters: Parameters<Caller["metric"]["create"]>[0]["parameters"], model_id?: string) =>
  (await api.metric.create({ name: `Metric ${++nr}`, parameters, ...(model_id === undefined ? {} : { model_id }) })).id;
const preflight = (test_set_id: string, endpoint_id: string) =>
  preflightTestRun(
    {
      read: (work) => open().database.read(a.tenant, work),
      secrets,
      targets,
      connectorFor: () => ({ call: () => Promise.resolve({ kind: "not_connected" }) }),
      address_policy,
      organization_id: a.id,
    },
    { test_set_id, endpoint_id, repeats: 2, params: {}, pause_after_errors: null, may_judge: true },
  );
const brief = (checks: Awaited<ReturnType<typeof preflight>>) =>
  checks.map(({ check, status }) => `${check} ${status}`);

test("asks the first test once, stores nothing, and says what the run would be", async () => {
  const set = await setOf(
    [{ input: "How long?" }, { input: "How much?" }],
    [await metric({ implementation: "json_valid" })],
  );
  const checks = await preflight(set, await endpointAt("/echo"));
  expect(brief(checks)).toEqual(["plan passed", "endpoint passed"]);
  expect(checks[0]?.message).toContain("4 calls, scored with 1 metric");
  expect(checks[1]?.message).toContain("How long?");
  expect(zoo.calls()).toBe(1);
  expect((await api.test_run.list({})).total).toBe(0);
});

test("says what the application does wrong", async () => {
  const set = await setOf([{ input: "x" }], [await metric({ implementation: "json_valid" })]);
  const checks = await preflight(set, await endpointAt("/500"));
  expect(brief(checks)).toEqual(["plan passed", "endpoint failed"]);
  expect(checks[1]?.message).toMatch(/500/);
});

test("warns of a metric that cannot judge the answer", async () => {
  const set = await setOf([{ input: "x" }], [await metric({ implementation: "exact_match" })]);
  const checks = await preflight(set, await endpointAt("/echo"));
  expect(brief(checks)).toEqual(["plan passed", "endpoint passed", "metrics warning"]);
});

test("asks every judge for a word", async () => {
  const config = { provider: "openai_compatible", base_url: fake.url } as const;
  const right = await api.model.create({ name: "Right", model_name: "right", ...config });
  const broken = await api.model.create({
    name: "Broken",
    model_name: "no-such-model",
    ...config,
    base_url: "http://127.0.0.1:9/v1",
  });
  const judge = {
    implementation: "judge_numeric",
    evaluation_prompt: "Is it polite?",
  } as const;
  const set = await setOf([{ input: "x" }], [await metric(judge, right.id), await metric(judge, broken.id)]);
  const checks = await preflight(set, await endpointAt("/echo"));
  const models = checks.filter((check) => check.check === "model").map(({ name, status }) => [name, status]);
  expect(Object.fromEntries(models)).toEqual({ Right: "passed", Broken: "failed" });
});

test("a run that could not start says why, and calls nobody", async () => {
  const bare = await setOf([{ input: "x" }], []);
  const [check] = await preflight(bare, await endpointAt("/echo"));
  expect(check).toMatchObject({ check: "plan", status: "failed" });
  expect(check?.message).toContain("no metric to score them");
  const empty = await setOf([], []);
  expect((await preflight(empty, await endpointAt("/echo")))[0]?.message).toContain("empty");
  expect(zoo.calls()).toBe(0);
  const [gone] = await preflight(randomUUID(), await endpointAt("/echo"));
  expect(gone).toMatchObject({ check: "plan", status: "failed" });
});
