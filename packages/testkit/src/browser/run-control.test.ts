import { afterAll, beforeAll, expect } from "vitest";
import { startEndpointZoo, type EndpointZoo } from "../endpoint-zoo.ts";
import { expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();
let zoo: EndpointZoo;
beforeAll(async () => {
  zoo = await startEndpointZoo();
});
afterAll(() => zoo.close());

type Row = { id: string; name: string };
type Run = Row & { status: string; total: number; passed: number; errored: number };

async function connect(name: string, url: string, more: object = {}): Promise<string> {
  const { rest, demo } = stage();
  const { id } = await rest<Row>("POST", "/endpoints", {
    project_id: demo.project_id,
    name,
    max_concurrency: 1,
    config: {
      url,
      request_mapping: { input: "{{ input }}" },
      response_mapping: { output: "$.output" },
      max_attempts: 1,
      ...more,
    },
  });
  return id;
}

/** A set of `count` tests that pass as soon as there is an answer. */
async function setOf(name: string, count: number): Promise<string> {
  const { rest, demo } = stage();
  const { project_id } = demo;
  const tests = Array.from({ length: count }, (_, nr) => ({ input: `Question ${nr + 1} of ${name}` }));
  const { ids } = await rest<{ ids: string[] }>("POST", "/tests/bulk", { project_id, tests });
  const { id } = await rest<Row>("POST", "/test-sets", { project_id, name });
  await rest("POST", `/test-sets/${id}/tests`, { test_ids: ids });
  const metric = await rest<Row>("POST", "/metrics", {
    name: `${name}: answers`,
    parameters: { implementation: "length", unit: "characters", min: 1 },
  });
  await rest("POST", `/test-sets/${id}/metrics`, { metric_ids: [metric.id] });
  return id;
}

const readRun = (id: string): Promise<Run> => stage().rest<Run>("GET", `/test-runs/${id}`);

browserTest("a run is cancelled: what was answered stays, and nothing more is asked", async () => {
  const { rest } = stage();
  const [endpoint_id, set] = await Promise.all([connect("Slow", `${zoo.url}/slow?ms=300`), setOf("Long list", 40)]);
  const run = await rest<Run>("POST", `/test-sets/${set}/execute`, { endpoint_id });
  const { page } = await stage().visitAs(ada);
  await page.goto(`/test-runs/${run.id}`);
  const done = page.getByRole("progressbar", { name: "Results done" });
  await soon(async () => Number(await done.getAttribute("aria-valuenow"))).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByText("Cancelled", { exact: true }).waitFor();
  await soon(async () => (await readRun(run.id)).status).toBe("cancelled");
  await page.getByText(/^\d+ not asked$/).waitFor();
  const calls = zoo.calls("/slow");
  expect(calls).toBeLessThan(40);
  const left = 40 - Number(await done.getAttribute("aria-valuenow"));
  await page.getByText(`${left} not asked`, { exact: true }).waitFor();
  expect(await page.getByRole("button", { name: "Cancel", exact: true }).count()).toBe(0);

  await page.getByRole("link", { name: "Run again" }).click();
  const drawer = page.getByRole("dialog");
  await soon(() => drawer.getByLabel("Endpoint").inputValue()).toBe("Slow");
  expect(zoo.calls("/slow")).toBe(calls);
});

browserTest("errors are shown by cause, one press away, and asked again in a run of its own", async () => {
  const { rest } = stage();
  const [endpoint_id, set] = await Promise.all([connect("Flaky", `${zoo.url}/flaky?times=3`), setOf("Short list", 5)]);
  const run = await rest<Run>("POST", `/test-sets/${set}/execute`, { endpoint_id });
  await soon(async () => (await readRun(run.id)).status).toBe("completed");
  expect(await readRun(run.id)).toMatchObject({ total: 5, errored: 3 });
  const { page } = await stage().visitAs(ada);
  await page.goto(`/test-runs/${run.id}`);
  const grid = page.getByRole("grid", { name: "Results" });
  await grid.getByText("Error").first().waitFor();
  const cause = page.getByRole("group", { name: "Errors by cause" }).getByRole("button", { name: /^3/ });
  await cause.click();
  await page.waitForURL(/error_cause=/);
  await soon(() => grid.getAttribute("aria-rowcount")).toBe("4");
  await page.reload();
  await soon(() => cause.getAttribute("aria-pressed")).toBe("true");
  await soon(() => grid.getAttribute("aria-rowcount")).toBe("4");
  await expectAccessible(page);
  await cause.click();
  await soon(() => grid.getAttribute("aria-rowcount")).toBe("6");
  await page.getByRole("button", { name: "Retry 3 errors" }).click();
  await page.waitForURL((url) => url.pathname.startsWith("/test-runs/") && !url.pathname.endsWith(run.id));
  await page.getByText("3 of 3 done").waitFor();
  await page.getByText("Completed", { exact: true }).waitFor();
  const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  expect(await readRun(id)).toMatchObject({ total: 3, passed: 3, errored: 0 });
  expect(await readRun(run.id)).toMatchObject({ total: 5, errored: 3 });

  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("Second try");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Second try", level: 1 }).waitFor();
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("heading", { name: "Runs", level: 1 }).waitFor();
  await soon(() => page.getByRole("link", { name: "Second try" }).count()).toBe(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("link", { name: "Second try" }).waitFor();
});

browserTest("home shows the newest run in large and the recent ones with the rate the API gives", async () => {
  const { finishedRun } = stage();
  const run = await finishedRun();
  const stored = await readRun(run.id);
  const rate = `${Math.round((stored.passed / stored.total) * 100)}%`;
  const { page } = await stage().visitAs(ada);
  const latest = page.getByRole("region", { name: "Latest run" });
  await latest.getByText(rate, { exact: true }).first().waitFor();
  await latest.getByText("Insurance essentials against Nora, insurance assistant").waitFor();
  const recent = page.getByRole("region", { name: "Recent runs" });
  const row = recent.getByRole("row", { name: new RegExp(stored.name.replaceAll(/[^\w ]/g, ".")) });
  expect(await row.textContent()).toContain(rate);
  expect(await row.textContent()).toContain("Completed");
  await latest.getByRole("link", { name: stored.name }).click();
  await page.waitForURL(new RegExp(`/test-runs/${run.id}`));
  await page.goBack();
  await recent.getByRole("link", { name: "All runs" }).click();
  await page.getByRole("heading", { name: "Runs", level: 1 }).waitFor();
});

browserTest("chosen tests are put into a new set, deleted together and taken back together", async () => {
  const { rest, demo } = stage();
  const { project_id } = demo;
  const inputs = ["Bulk one", "Bulk two", "Bulk three"];
  await rest("POST", "/tests/bulk", { project_id, tests: inputs.map((input) => ({ input })) });
  const { page } = await stage().visitAs(ada);
  await page.goto("/tests?q=Bulk");
  const row = (input: string) => page.getByRole("row", { name: new RegExp(input) });
  const bar = page.getByRole("toolbar", { name: "Chosen tests" });
  await row("Bulk one").getByRole("checkbox").check();
  await row("Bulk two").getByRole("checkbox").check();
  await bar.getByText("2 tests chosen").waitFor();
  await bar.getByRole("button", { name: "Add to a test set" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Test set").fill("Bulk set");
  await page.getByRole("option", { name: "Create “Bulk set”" }).click();
  await soon(() => dialog.getByRole("button", { name: "Add", exact: true }).isEnabled()).toBe(true);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("2 tests added to “Bulk set”.").waitFor();
  await soon(() => bar.count()).toBe(0);
  const set = (await rest<{ items: Row[] }>("GET", "/test-sets?q=Bulk")).items[0]?.id;
  const inSet = async (): Promise<number> =>
    (await rest<{ items: Row[] }>("GET", `/test-sets/${set}/tests?limit=10`)).items.length;
  expect(await inSet()).toBe(2);

  await page.getByRole("checkbox", { name: "Select all loaded rows" }).check();
  await bar.getByText("3 tests chosen").waitFor();
  await bar.getByRole("button", { name: "Choose none" }).click();
  expect(await bar.count()).toBe(0);
  await page.getByRole("checkbox", { name: "Select all loaded rows" }).check();
  await bar.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
  const left = async (): Promise<number> => (await rest<{ items: Row[] }>("GET", "/tests?q=Bulk")).items.length;
  expect(await left()).toBe(0);
  expect(await inSet()).toBe(0);
  await page.getByRole("button", { name: "Undo" }).click();
  for (const input of inputs) await row(input).waitFor();
  expect(await left()).toBe(3);
  expect(await inSet()).toBe(2);
});
