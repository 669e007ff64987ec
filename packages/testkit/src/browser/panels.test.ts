import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

type Held = { fail: () => void; go: () => void };

/** Keeps the answers of a procedure back until the test says what becomes of them. */
async function hold(page: Page, procedure: string): Promise<Held> {
  let release: (verdict: "fail" | "go") => void = () => undefined;
  const verdict = new Promise<"fail" | "go">((resolve) => (release = resolve));
  let present: "fail" | "go" | null = null;
  await page.route(
    (url) => url.pathname.split("/trpc/")[1]?.split(",").includes(procedure) ?? false,
    async (route) => {
      present ??= await verdict;
      await (present === "go" ? route.continue() : route.fulfill({ status: 500, json: [{}] }));
    },
  );
  return {
    fail: () => release("fail"),
    go: () => {
      present = "go";
      release("go");
    },
  };
}

/** The first row of a table that has loaded. */
async function firstRow(page: Page, label: string): Promise<Locator> {
  const grid = page.getByRole("grid", { name: label });
  await soon(() => grid.getAttribute("aria-busy")).toBe("false");
  return grid.getByRole("row").nth(1);
}

const panels = [
  { path: "/tests", grid: "Tests", procedure: "test.get", shown: "Expected output" },
  { path: "/requirements", grid: "Requirements", procedure: "requirement.get", shown: "Open full page" },
  { path: "/settings/audit-log", grid: "Changes", procedure: "audit_log.get", shown: /^(Created|Changed|Deleted) by / },
];

for (const { path, grid, procedure, shown } of panels) {
  browserTest(`the panel of ${path} says that it loads, says that it could not, and tries again`, async () => {
    const visit = await stage().visitAs(ada);
    const { page } = visit;
    visit.allow(/500/);
    await page.goto(path);
    const held = await hold(page, procedure);
    await (await firstRow(page, grid)).getByRole("gridcell").last().click();
    await page.waitForURL(/open=/);
    const panel = page.getByRole("complementary");
    await panel.getByRole("status").getByText("Loading").waitFor();
    held.fail();
    const again = panel.getByRole("button", { name: "Try again" });
    await again.waitFor();
    await expectAccessible(page);
    held.go();
    await again.click();
    await panel.getByText(shown).first().waitFor();
    expect(await panel.getByRole("alert").count()).toBe(0);
  });
}

browserTest("the panel of a result says that it loads, says that it could not, and tries again", async () => {
  const { finishedRun, visitAs } = stage();
  const { id } = await finishedRun();
  const visit = await visitAs(ada);
  const { page } = visit;
  visit.allow(/500/);
  await page.goto(`/test-runs/${id}`);
  const held = await hold(page, "test_result.get");
  await (await firstRow(page, "Results")).click();
  const panel = page.getByRole("complementary");
  await panel.getByRole("status").getByText("Loading").waitFor();
  held.fail();
  await panel.getByRole("button", { name: "Try again" }).waitFor();
  held.go();
  await panel.getByRole("button", { name: "Try again" }).click();
  await panel.getByRole("heading", { name: "Metrics" }).waitFor();
  const grid = page.getByRole("grid", { name: "Results" });
  expect(await grid.evaluate((table) => table.scrollWidth - table.clientWidth), "pixels to scroll aside").toBe(0);
  await grid.getByRole("columnheader", { name: "Answer" }).waitFor();
  await panel.getByRole("button", { name: "Close (Esc)" }).click();
  await grid.getByRole("columnheader", { name: "Time" }).waitFor();
});

browserTest("what was deleted meanwhile does not stay in the panel", async () => {
  const { rest, demo, visitAs } = stage();
  const input = "Is this here to stay?";
  const { id } = await rest<{ id: string }>("POST", "/tests", { project_id: demo.project_id, input });
  const visit = await visitAs(ada);
  const { page } = visit;
  visit.allow(/404/);
  await page.goto(`/tests?open=${id}`);
  const panel = page.getByRole("complementary");
  await panel.getByText(input).first().waitFor();
  const row = page.getByRole("row", { name: input });
  await row.getByRole("checkbox").check();
  await page.getByRole("toolbar", { name: "Chosen tests" }).getByRole("button", { name: "Delete" }).click();
  await soon(() => row.count()).toBe(0);
  await panel.getByRole("heading", { name: "This does not exist" }).waitFor();
});
