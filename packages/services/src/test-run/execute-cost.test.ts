import { randomBytes, randomUUID } from "node:crypto";
import { createSecretBox } from "@rhesis/auth/sealed-secret";
import type { PlannedMetric } from "@rhesis/engine/plan/schema";
import { createTargetClient, type TargetClient } from "@rhesis/engine/target/target-client";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { startOpenAiFake, type OpenAiFake } from "@rhesis/testkit/openai-fake";
import { jsonValidMetric, prepareRun } from "@rhesis/testkit/run-fixture";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, beforeAll, expect, test } from "vitest";
import { executeTestRun } from "./execute.ts";

const open = useTestDatabase();
const policy = { allow_loopback: true, allow_private: [] };
let zoo: EndpointZoo;
let fake: OpenAiFake;
let target: TargetClient;
let a: TestOrganization;

beforeAll(async () => {
  [zoo, fake] = await Promise.all([startEndpointZoo(), startOpenAiFake()]);
  target = createTargetClient({ policy });
  ({ a } = await createTenants(open().database));
});
afterAll(async () => {
  await Promise.all([zoo.close(), fake.close(), target.close()]);
});

type Prices = { input_price: number | null; output_price: number | null };

/** A judge behind the fake, which says 120 tokens in and 30 out for each call. Prices in dollars for a million tokens. */
async function judgeWith(model_name: string, prices: Prices) {
  const config = { provider: "openai_compatible", model_name, base_url: fake.url, headers: {}, ...prices } as const;
  const name = randomUUID();
  const [model] = await open().admin<{ id: string }>(
    `insert into model (organization_id, name, provider, model_name, base_url)
     values ($1, $2, 'openai_compatible', $3, $4) returning id`,
    [a.id, name, model_name, fake.url],
  );
  const id = model?.id ?? "";
  const metric: PlannedMetric = {
    id: randomUUID(),
    name,
    model_id: id,
    parameters: {
      implementation: "judge_categorical",
      evaluation_prompt: "Is it right?",
      evaluation_steps: null,
      evaluation_examples: null,
      categories: ["right", "wrong"],
      passing_categories: ["right"],
      ground_truth_required: false,
      context_required: false,
    },
  };
  return { metric, model: { id, name, config } };
}

type Spent = { input_tokens: number | null; output_tokens: number | null; cost: number | null };
type Row = Record<keyof Spent, string | null>;

function spent({ input_tokens, output_tokens, cost }: Row): Spent {
  const number = (value: string | null) => (value === null ? null : Number(value));
  return { input_tokens: number(input_tokens), output_tokens: number(output_tokens), cost: number(cost) };
}

/** Runs `tests` tests and returns what the run, and each score by the name of its metric, is stored to have used. */
async function spentOn(judges: Awaited<ReturnType<typeof judgeWith>>[], more: PlannedMetric[], tests: number) {
  const run = await prepareRun(open().database, a, {
    target: { url: `${zoo.url}/echo`, response_mapping: null, max_attempts: 1 },
    tests,
    metrics: [...judges.map(({ metric }) => metric), ...more],
    models: judges.map(({ model }) => model),
  });
  const log = { info: () => undefined, warn: () => undefined };
  const secrets = createSecretBox({ current: "k", keys: { k: randomBytes(32) } });
  const never = new AbortController().signal;
  await executeTestRun(
    { database: open().database, secrets, target, policy, log, grace_ms: 50 },
    { tenant: a.tenant, ...run, lease: never, stop: never },
  );
  const ask = (table: string, column: string) =>
    open().admin<Row & { metric_id: string }>(`select * from ${table} where ${column} = $1`, [run.test_run_id]);
  const [[row], scores] = await Promise.all([ask("test_run", "id"), ask("score", "test_run_id")]);
  const of = (id: string) => scores.filter(({ metric_id }) => metric_id === id).map(spent);
  return { run: row === undefined ? null : spent(row), of };
}

test("stores what each judgement used, and the run what all of them did", async () => {
  const priced = await judgeWith("right", { input_price: 1, output_price: 2 });
  const unpriced = await judgeWith("right", { input_price: 1, output_price: null });
  const free = jsonValidMetric();
  const { run, of } = await spentOn([priced, unpriced], [free], 3);
  const once = { input_tokens: 120, output_tokens: 30 };
  expect(of(priced.metric.id)).toEqual(Array.from({ length: 3 }, () => ({ ...once, cost: 0.00018 })));
  expect(of(unpriced.metric.id)).toEqual(Array.from({ length: 3 }, () => ({ ...once, cost: null })));
  expect(of(free.id)).toEqual(
    Array.from({ length: 3 }, () => ({ input_tokens: null, output_tokens: null, cost: null })),
  );
  expect(run).toEqual({ input_tokens: 720, output_tokens: 180, cost: 0.00054 });
});

test("counts a judgement that had to be asked for twice as two", async () => {
  const judge = await judgeWith("broken-once", { input_price: 10, output_price: 30 });
  const { run, of } = await spentOn([judge], [], 1);
  const twice = { input_tokens: 240, output_tokens: 60, cost: 0.0042 };
  expect(of(judge.metric.id)).toEqual([twice]);
  expect(run).toEqual(twice);
});
