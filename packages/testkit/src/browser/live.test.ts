import type { Page } from "playwright-core";
import { beforeAll, expect } from "vitest";
import { soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

/** Answers one question after the other, slowly enough that a page which asks again every few seconds is seen to. */
beforeAll(async () => {
  const { demo, stack, rest } = stage();
  const endpoint = await rest<{ config: object }>("GET", `/endpoints/${demo.endpoint_id}`);
  const set = await rest<{ test_count: number }>("GET", `/test-sets/${demo.test_set_id}`);
  const latency_ms = Math.ceil(10_000 / set.test_count);
  await rest("PATCH", `/endpoints/${demo.endpoint_id}`, {
    max_concurrency: 1,
    config: { ...endpoint.config, url: `${stack.chatbot_url}?latency_ms=${latency_ms}` },
  });
});

async function startRun(): Promise<string> {
  const { demo, rest } = stage();
  const { endpoint_id, test_set_id } = demo;
  return (await rest<{ id: string }>("POST", `/test-sets/${test_set_id}/execute`, { endpoint_id })).id;
}

/** Counts the calls of a procedure from now on; the stream of a subscription is none. */
function countCalls(page: Page, procedure: string): () => number {
  let count = 0;
  page.on("request", (request) => {
    const called = new URL(request.url()).pathname.split("/trpc/")[1]?.split(",") ?? [];
    if (called.includes(procedure)) count += 1;
  });
  return () => count;
}

browserTest("the start page follows a run to its end without asking for it again", async () => {
  const { page } = await stage().visitAs(ada);
  await startRun();
  await page.reload();
  const row = page.getByRole("table").getByRole("row").nth(1);
  const state = row.getByRole("cell").nth(1);
  await soon(() => state.textContent()).toBe("Running");
  const asked = countCalls(page, "test_run.list");
  const passed = page.getByRole("region", { name: "Latest run" });
  const seen = new Set<string | null>();
  await expect
    .poll(async () => (seen.add(await passed.textContent()), state.textContent()), { timeout: 40_000, interval: 100 })
    .toBe("Completed");
  expect(asked(), "times the runs were asked for").toBe(0);
  expect(seen.size, "numbers that were seen").toBeGreaterThan(5);
});

browserTest("the page of a run follows it to its end without asking for it again", async () => {
  const { page } = await stage().visitAs(ada);
  const asked = countCalls(page, "test_run.get");
  await page.goto(`/test-runs/${await startRun()}`);
  const bar = page.getByRole("progressbar", { name: "Results done" });
  await bar.waitFor();
  const pace = page.getByText(/\d per minute$/);
  const left = page.getByText(/ left$/);
  const seen = new Set<string | null>();
  const told = { pace: 0, left: 0 };
  await expect
    .poll(
      async () => (
        seen.add(await bar.getAttribute("aria-valuenow")),
        (told.pace += await pace.count()),
        (told.left += await left.count()),
        page.getByText("Completed", { exact: true }).count()
      ),
      { timeout: 40_000, interval: 100 },
    )
    .toBe(1);
  expect(asked(), "times the run was asked for").toBe(1);
  expect(seen.size, "numbers that were seen").toBeGreaterThan(5);
  expect(told.pace, "times the pace was told").toBeGreaterThan(0);
  expect(told.left, "times it was told how long it takes").toBeGreaterThan(0);
  await soon(async () => (await pace.count()) + (await left.count())).toBe(0);
});
