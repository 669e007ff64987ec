/** Where judging by a model is switched off, no run begins that would ask one. */
import { codeOf } from "@rhesis/testkit/asset-contract";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { beforeAll, expect, test } from "vitest";

const open = useTestDatabase();
const features = { endpoint_trial: true, llm_judge: false, api_tokens: true };
let a: TestOrganization;
let on: Caller;
let off: Caller;
let endpoint_id: string;
let judge_id: string;
let plain_id: string;

beforeAll(async () => {
  ({ a } = await createTenants(open().database));
  on = callerFor(open().database, a.people.owner);
  off = callerFor(open().database, a.people.owner, { features });
  const config = { url: "http://127.0.0.1:9/chat" };
  ({ id: endpoint_id } = await on.endpoint.create({ project_id: a.project_id, name: "Bot", config }));
  await on.model.create({
    name: "Judge",
    provider: "openai_compatible",
    model_name: "judge-1",
    base_url: "http://127.0.0.1:9/v1",
    is_default: true,
  });
  const parameters = { implementation: "judge_numeric", evaluation_prompt: "Is it polite?" } as const;
  ({ id: judge_id } = await on.metric.create({ name: "Politeness", parameters }));
  ({ id: plain_id } = await on.metric.create({ name: "JSON", parameters: { implementation: "json_valid" } }));
});

async function setScoredBy(name: string, metric_id: string): Promise<string> {
  const { project_id } = a;
  const { id } = await on.test_set.create({ project_id, name });
  const { ids } = await on.test.create_many({ project_id, tests: [{ input: "x" }] });
  await on.test_set.add_tests({ id, test_ids: ids });
  await on.test_set.add_metrics({ id, metric_ids: [metric_id] });
  return id;
}

/** As its executor would, with an answer that failed. */
async function finish(run_id: string): Promise<void> {
  const admin = open().admin;
  await admin("update test_result set status = 'completed', verdict = 'fail', output = 'x' where test_run_id = $1", [
    run_id,
  ]);
  await admin("update test_run set status = 'running' where id = $1", [run_id]);
  await admin("update test_run set status = 'completed', finished_at = now() where id = $1", [run_id]);
}

test("neither a start, nor a retry, nor scoring again; a check before a run says why", async () => {
  const id = await setScoredBy("Judged", judge_id);
  const run = await on.test_set.execute({ id, endpoint_id });
  await finish(run.id);
  await expect(off.test_set.execute({ id, endpoint_id })).rejects.toThrow(/switched off.*Politeness/);
  expect(await codeOf(off.test_set.execute({ id, endpoint_id }))).toBe("FORBIDDEN");
  expect(await codeOf(off.test_run.rescore({ id: run.id }))).toBe("FORBIDDEN");
  expect(await codeOf(off.test_run.retry_failed({ id: run.id, verdicts: ["fail"] }))).toBe("FORBIDDEN");
  expect((await on.test_run.list({})).total).toBe(1);
  const { ready, checks } = await off.test_set.preflight({ id, endpoint_id });
  expect({ ready, check: checks[0]?.check }).toEqual({ ready: false, check: "plan" });
  expect(checks[0]?.message).toMatch(/switched off/);
});

test("metrics that ask nobody score as ever", async () => {
  const id = await setScoredBy("Plain", plain_id);
  const run = await off.test_set.execute({ id, endpoint_id });
  await finish(run.id);
  expect(await codeOf(off.test_run.rescore({ id: run.id }))).toBe("done");
  expect(await codeOf(off.test_run.retry_failed({ id: run.id, verdicts: ["fail"] }))).toBe("done");
});
