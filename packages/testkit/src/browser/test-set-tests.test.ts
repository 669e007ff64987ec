import type { Page } from "playwright-core";
import { expect } from "vitest";
import { expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

/** A set of `count` tests whose inputs are numbered in its order. */
async function makeSet(name: string, count: number): Promise<{ id: string; test_ids: string[] }> {
  const { rest, demo } = stage();
  const { project_id } = demo;
  const { id } = await rest<{ id: string }>("POST", "/test-sets", { project_id, name });
  const tests = Array.from({ length: count }, (_, nr) => ({ input: `${name} question ${nr + 1}.` }));
  const { ids } = await rest<{ ids: string[] }>("POST", "/tests/bulk", { project_id, tests });
  await rest("POST", `/test-sets/${id}/tests`, { test_ids: ids });
  return { id, test_ids: ids };
}

/** The texts of the rows that are drawn, from the top. */
async function inputs(page: Page): Promise<string[]> {
  const grid = page.getByRole("grid", { name: "Tests of the set" });
  await soon(() => grid.getAttribute("aria-busy")).toBe("false");
  return grid.getByRole("link").allTextContents();
}

browserTest("search, order and open row of a set's tests are in the address", async () => {
  const { id } = await makeSet("Pet", 12);
  const { page } = await stage().visitAs(ada);
  await page.goto(`/test-sets/${id}`);
  expect((await inputs(page)).slice(0, 2)).toEqual(["Pet question 1.", "Pet question 2."]);
  await page.getByRole("textbox", { name: "Search the tests of this set" }).fill("question 1");
  await page.waitForURL(/q=question/);
  await soon(() => inputs(page)).toEqual(["1.", "10.", "11.", "12."].map((nr) => `Pet question ${nr}`));
  await page.getByRole("columnheader", { name: "#" }).getByRole("button").click();
  await page.getByRole("columnheader", { name: "#" }).getByRole("button").click();
  await page.waitForURL(/sort=-position/);
  const found = ["12.", "11.", "10.", "1."].map((nr) => `Pet question ${nr}`);
  await soon(() => inputs(page)).toEqual(found);
  await page.getByRole("row", { name: "Pet question 11." }).getByRole("gridcell").last().click();
  await page.waitForURL(/open=/);
  const panel = page.getByRole("complementary");
  await panel.getByRole("heading", { name: "Pet question 11." }).waitFor();
  await expectAccessible(page);
  await panel.getByRole("button", { name: "Next (j)" }).click();
  await panel.getByRole("heading", { name: "Pet question 10." }).waitFor();

  await page.reload();
  await panel.getByRole("heading", { name: "Pet question 10." }).waitFor();
  await soon(() => inputs(page)).toEqual(found);
  await page.keyboard.press("k");
  await panel.getByRole("heading", { name: "Pet question 11." }).waitFor();
  await page.keyboard.press("Escape");
  await soon(() => panel.count()).toBe(0);
  await page.getByRole("textbox", { name: "Search the tests of this set" }).fill("nothing of the kind");
  await page.getByRole("button", { name: "Clear search and filters" }).click();
  await soon(() => inputs(page).then((all) => all.length)).toBe(12);
  await page.getByRole("tab", { name: "Runs" }).click();
  await page.waitForURL(/\?tab=runs$/);
});

browserTest("a link to a test far down a set brings it into view", async () => {
  const { id, test_ids } = await makeSet("Travel", 260);
  const { page } = await stage().visitAs(ada);
  await page.goto(`/test-sets/${id}?open=${test_ids[249]}`);
  await page.getByRole("complementary").getByRole("heading", { name: "Travel question 250." }).waitFor();
  await page.getByRole("row", { name: "Travel question 250." }).waitFor();
  await page.getByRole("button", { name: "Next (j)" }).click();
  await page.getByRole("complementary").getByRole("heading", { name: "Travel question 251." }).waitFor();
});

browserTest("tests are sorted by their creation, in the address", async () => {
  await makeSet("Boat", 3);
  const { page } = await stage().visitAs(ada);
  await page.goto("/tests?q=Boat");
  const grid = page.getByRole("grid", { name: "Tests" });
  const first = () => grid.getByRole("row").nth(1).getByRole("link").textContent();
  await soon(first).toBe("Boat question 3.");
  await page.getByRole("columnheader", { name: "Created" }).getByRole("button").click();
  await page.waitForURL(/sort=created_at/);
  await soon(first).toBe("Boat question 1.");
});
