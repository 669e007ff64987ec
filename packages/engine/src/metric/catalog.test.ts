import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startOpenAiFake, type OpenAiFake } from "@rhesis/testkit/openai-fake";
import { createJudgeModel } from "../model/judge-model.ts";
import { modelConfig } from "../model/schema.ts";
import { describeMetric, metricCatalog } from "./catalog.ts";
import { checkParameters } from "./check-parameters.ts";
import { isJudge, metricImplementations, metricParameters } from "./schema.ts";
import { scoreAnswer } from "./score-answer.ts";

let fake: OpenAiFake;
beforeAll(async () => {
  fake = await startOpenAiFake();
});
afterAll(() => fake.close());

test("every implementation is described once", () => {
  expect(metricCatalog.map((metric) => metric.implementation).sort()).toEqual([...metricImplementations].sort());
  for (const implementation of metricImplementations)
    expect(describeMetric(implementation).needs_model).toBe(isJudge(implementation));
});

describe("examples", () => {
  test.each(metricCatalog)("$title", async ({ implementation, example, needs_expected }) => {
    const { parameters, input, outcome } = example;
    expect(parameters.implementation).toBe(implementation);
    expect(metricParameters.parse(parameters)).toEqual(parameters);
    expect(checkParameters(parameters)).toEqual([]);
    const config = modelConfig.parse({ provider: "openai_compatible", model_name: "right", base_url: fake.url });
    const model = createJudgeModel(config, "key", { policy: { allow_loopback: true, allow_private: [] } });
    const options = { judge: () => model };
    const scored = await scoreAnswer({ parameters, model_id: null }, input, options);
    expect(scored).toMatchObject({ verdict: outcome.verdict, label: outcome.label });
    expect(scored.value ?? -1).toBeCloseTo(outcome.value ?? -1, 9);
    expect(scored.reason).not.toBe("");

    const without = await scoreAnswer({ parameters, model_id: null }, { ...input, expected_output: null }, options);
    expect(without.verdict === "inconclusive" || !needs_expected || "reference" in parameters).toBe(true);
  });
});
