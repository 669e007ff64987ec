import { expect } from "vitest";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage({
  environment: { RHESIS_FEATURES: "endpoint_trial=false,llm_judge=false,api_tokens=false" },
});

type Row = { id: string };

browserTest("judges by a model are offered nowhere where they are switched off, and an address says so", async () => {
  const { rest } = stage();
  const judge = await rest<Row>("POST", "/metrics", {
    name: "Tone",
    parameters: {
      implementation: "judge_numeric",
      evaluation_prompt: "Is it friendly?",
    },
  });
  const { page } = await stage().visitAs(ada);
  await page.goto("/metrics/new");
  await page.getByRole("heading", { name: "Similarity" }).waitFor();
  expect(await page.getByRole("heading", { name: "Judged by a model" }).count()).toBe(0);

  await page.goto("/metrics/new?kind=judge_numeric");
  await page.getByRole("heading", { name: "Judging by a model is switched off here" }).waitFor();
  expect(await page.getByRole("button", { name: "Create metric" }).count()).toBe(0);
  await page.getByRole("link", { name: "Choose another kind" }).click();
  await page.getByRole("heading", { name: "Similarity" }).waitFor();

  await page.goto(`/metrics/${judge.id}`);
  await page.getByText("Judging by a model is switched off here").waitFor();
  expect(await page.getByRole("button", { name: "Ask the judge" }).count()).toBe(0);
  await page.goto("/models/new");
  await page.getByText("Judging by a model is switched off here").waitFor();
  expect(await page.getByRole("button", { name: "Try", exact: true }).count()).toBe(0);
});

browserTest("endpoints are connected without a trial where trials are switched off", async () => {
  const { demo } = stage();
  const { page } = await stage().visitAs(ada);
  for (const address of ["/endpoints/new", `/endpoints/${demo.endpoint_id}`]) {
    await page.goto(address);
    await page.getByLabel("Address", { exact: true }).waitFor();
    expect(await page.getByRole("heading", { name: "Try it" }).count()).toBe(0);
    await page.getByText("Trying endpoints is switched off here").waitFor();
  }
});

browserTest("no API token can be made where they are switched off; those that are there can be revoked", async () => {
  const { page } = await stage().visitAs(ada);
  await page.goto("/settings/tokens");
  await page.getByText("API tokens are switched off here").waitFor();
  await page
    .getByRole("button", { name: /^Revoke / })
    .first()
    .waitFor();
  expect(await page.getByRole("link", { name: "Create a token" }).count()).toBe(0);

  await page.goto("/settings/tokens/new");
  await page.getByRole("heading", { name: "API tokens are switched off here" }).waitFor();
  expect(await page.getByRole("button", { name: "Create token" }).count()).toBe(0);

  await page.keyboard.press("ControlOrMeta+k");
  const palette = page.getByRole("dialog");
  await palette.getByText("Connect an endpoint").waitFor();
  expect(await palette.getByText("Create an API token").count()).toBe(0);
});
