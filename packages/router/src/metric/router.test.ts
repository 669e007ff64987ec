import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { metricParameters } from "@rhesis/engine/metric/schema";
import { metricImplementations } from "@rhesis/engine/metric/schema";
import { codeOf, describeAsset, problemsOf } from "@rhesis/testkit/asset-contract";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startOpenAiFake, type OpenAiFake } from "@rhesis/testkit/openai-fake";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
type MetricInput = z.input<typeof metricParameters>;

const parameters: MetricInput = { implementation: "contains", phrases: ["refund"] };
const judge = { implementation: "judge_numeric", evaluation_prompt: "Is it polite?" } as const;

describeAsset(
  {
    resource: "metric",
    procedures: (caller) => caller.metric,
    writer: "member",
    create: (_, label) => ({ name: label, parameters }),
    change: (label) => ({ description: label }),
    refused: [
      { why: "no parameters", input: () => ({ name: "x" }), field: "parameters" },
      {
        why: "an unknown implementation",
        input: () => ({ name: "x", parameters: { implementation: "magic" } }),
        field: "parameters.implementation",
      },
      {
        why: "a pattern that does not compile",
        input: () => ({ name: "x", parameters: { implementation: "regex", pattern: "(" } }),
        field: "parameters.pattern",
      },
      {
        why: "a path that is none",
        input: () => ({ name: "x", parameters: { implementation: "json_path_equals", path: "$.[", expected: 1 } }),
        field: "parameters.path",
      },
      {
        why: "a threshold off the scale",
        input: () => ({ name: "x", parameters: { ...judge, threshold: 2 } }),
        field: "parameters.threshold",
      },
      {
        why: "another organization's model, or none",
        input: () => ({ name: "x", parameters: judge, model_id: "019aaaaa-0000-7000-8000-000000000000" }),
        field: "model_id",
      },
    ],
  },
  open,
);

let a: TestOrganization;
let b: TestOrganization;
let member: Caller;
let admin: Caller;
let fake: OpenAiFake;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  member = callerFor(open().database, a.people.member);
  admin = callerFor(open().database, a.people.admin);
  fake = await startOpenAiFake({ api_key: "sk-metric-secret" });
});
afterAll(() => fake.close());

async function createModel(name: string, is_default = false): Promise<string> {
  const config = { provider: "openai_compatible", model_name: "right", base_url: fake.url } as const;
  return (await admin.model.create({ name, ...config, api_key: "sk-metric-secret", is_default })).id;
}

test("implementation follows the parameters, and parameters are taken whole", async () => {
  const made = await member.metric.create({ name: "Refund", parameters: { ...parameters, ignore_case: true } });
  expect(made).toMatchObject({ implementation: "contains", parameters: { ignore_case: true, mode: "all" } });
  const changed = await member.metric.update({ id: made.id, parameters: { implementation: "length", max: 5 } });
  expect(changed).toMatchObject({ implementation: "length", parameters: { min: null, max: 5, unit: "characters" } });
  expect(await problemsOf(member.metric.update({ id: made.id, parameters: { implementation: "length" } }))).toEqual([
    "parameters.min",
  ]);
});

test("a deleted or another organization's model is refused; null takes the model away", async () => {
  const gone = await createModel("Gone");
  await admin.model.delete({ id: gone });
  const kept = await createModel("Kept");
  const { id } = await member.metric.create({ name: "Polite", parameters: judge, model_id: kept });
  expect(await problemsOf(member.metric.update({ id, model_id: gone }))).toEqual(["model_id"]);
  const theirs = callerFor(open().database, b.people.member).metric;
  expect(await problemsOf(theirs.create({ name: "Polite", parameters: judge, model_id: kept }))).toEqual(["model_id"]);
  expect((await member.metric.list({ model_id: kept })).total).toBe(1);
  expect(await member.metric.update({ id, model_id: null })).toMatchObject({ model_id: null });
});

test("the catalog tells every implementation, with an example", async () => {
  const { items } = await callerFor(open().database, a.people.viewer).metric.catalog({});
  expect(items.map(({ implementation }) => implementation).toSorted()).toEqual(metricImplementations.toSorted());
  expect(await codeOf(callerFor(open().database, null).metric.catalog({}))).toBe("UNAUTHORIZED");
});

describe("trying a metric", () => {
  const sample = { input: "May I have my money back?", output: "Yes, a refund is on its way." };

  test("is denied to nobody, viewers, and for another organization's metric", async () => {
    const draft = { parameters, ...sample };
    expect(await codeOf(callerFor(open().database, null).metric.try(draft))).toBe("UNAUTHORIZED");
    expect(await codeOf(callerFor(open().database, a.people.viewer).metric.try(draft))).toBe("FORBIDDEN");
    const { id } = await member.metric.create({ name: "Mine", parameters });
    const stranger = callerFor(open().database, b.people.owner);
    expect(await codeOf(stranger.metric.try({ metric_id: id, ...sample }))).toBe("NOT_FOUND");
    const model_id = await createModel("Mine alone");
    expect(await problemsOf(stranger.metric.try({ parameters: judge, model_id, ...sample }))).toEqual(["model_id"]);
  });

  test("needs a metric or parameters, and parameters that fit", async () => {
    expect(await problemsOf(member.metric.try(sample))).toEqual(["metric_id"]);
    const broken = { implementation: "regex", pattern: "(" } as const;
    expect(await problemsOf(member.metric.try({ parameters: broken, ...sample }))).toEqual(["parameters.pattern"]);
  });

  test("scores with a draft and with a stored metric alike", async () => {
    expect(await member.metric.try({ parameters, ...sample })).toMatchObject({ verdict: "pass" });
    const { id } = await member.metric.create({ name: "Says refund", parameters });
    expect(await member.metric.try({ metric_id: id, ...sample, output: "No." })).toMatchObject({ verdict: "fail" });
  });

  test("judges with the default model, else with the named one, else says that there is none", async () => {
    const draft = { parameters: judge, ...sample };
    const none = await callerFor(open().database, b.people.member).metric.try(draft);
    expect(none).toMatchObject({ verdict: "inconclusive" });
    expect(none.reason).toContain("No model");
    await createModel("Default judge", true);
    const judged = await member.metric.try(draft);
    expect(judged).toMatchObject({ verdict: "pass", value: 1, usage: { input_tokens: 120 } });
    expect(JSON.stringify(judged)).not.toContain("sk-metric-secret");
    const model_id = await createModel("Named judge");
    expect(await member.metric.try({ ...draft, model_id })).toMatchObject({ verdict: "pass" });
  });

  test("does not judge where judging is switched off", async () => {
    const features = { endpoint_trial: true, llm_judge: false, api_tokens: true };
    const caller = callerFor(open().database, a.people.member, { features });
    expect(await codeOf(caller.metric.try({ parameters: judge, ...sample }))).toBe("FORBIDDEN");
    expect(await codeOf(caller.metric.try({ parameters, ...sample }))).toBe("done");
  });
});
