import type { Page } from "playwright-core";
import { expect } from "vitest";
import { expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

browserTest("the keys are told by a key, and the help closes by one", async () => {
  const { page } = await stage().visitAs(ada);
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await help.waitFor();
  const keys = await help.locator("kbd").allTextContents();
  expect(keys).toEqual(expect.arrayContaining(["⌘ K", "Ctrl K", "/", "j", "k", "Enter", "x", "f", "Esc", "?"]));
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await soon(() => help.count()).toBe(0);
});

browserTest("a key leads to the search of the list, where it is a letter like any other", async () => {
  const { page } = await stage().visitAs(ada);
  await page.goto("/tests");
  const search = page.getByRole("textbox", { name: "Search tests" });
  await search.waitFor();
  await page.keyboard.press("/");
  await soon(() => search.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await search.inputValue()).toBe("");
  await page.keyboard.type("k/j?x");
  expect(await search.inputValue()).toBe("k/j?x");
  await page.waitForURL((url) => url.searchParams.get("q") === "k/j?x");
  await page.keyboard.press("Escape");
  await page.waitForURL((url) => !url.searchParams.has("q"));
});

/** What stands in the row that the keys are at. */
async function activeRow(page: Page, label: string): Promise<string | null> {
  const id = await page.getByRole("grid", { name: label }).getAttribute("aria-activedescendant");
  return id === null ? null : page.locator(`[id="${id}"]`).getByRole("link").textContent();
}

browserTest("rows are walked, opened, chosen and left by keys alone", async () => {
  const { rest, demo, visitAs } = stage();
  const tests = [3, 2, 1].map((nr) => ({ input: `Walk ${nr}` }));
  await rest("POST", "/tests/bulk", { project_id: demo.project_id, tests });
  const { page } = await visitAs(ada);
  await page.goto("/tests?q=Walk");
  const at = () => activeRow(page, "Tests");
  await page.getByRole("row", { name: "Walk 3" }).waitFor();
  const walk = [
    ["j", "Walk 1"],
    ["j", "Walk 2"],
    ["j", "Walk 3"],
    ["j", "Walk 3"],
    ["k", "Walk 2"],
  ] as const;
  for (const [key, row] of walk) {
    await page.keyboard.press(key);
    await soon(at).toBe(row);
  }
  const toolbar = page.getByRole("toolbar", { name: "Chosen tests" });
  await page.keyboard.press("x");
  await toolbar.getByText("1 test chosen").waitFor();
  await page.keyboard.press("k");
  await page.keyboard.press("x");
  await toolbar.getByText("2 tests chosen").waitFor();
  await page.keyboard.press("x");
  await toolbar.getByText("1 test chosen").waitFor();

  const panel = page.getByRole("complementary");
  await page.keyboard.press("Enter");
  await panel.getByRole("heading", { name: "Walk 1" }).waitFor();
  await page.waitForURL(/open=/);
  await page.keyboard.press("j");
  await panel.getByRole("heading", { name: "Walk 2" }).waitFor();
  await page.keyboard.press("Escape");
  await soon(() => panel.count()).toBe(0);
  expect(page.url()).not.toContain("open=");

  const grid = page.getByRole("grid", { name: "Tests" });
  await grid.focus();
  for (const [key, row] of [
    ["End", "Walk 3"],
    ["ArrowUp", "Walk 2"],
    ["Home", "Walk 1"],
    ["ArrowDown", "Walk 2"],
  ] as const) {
    await page.keyboard.press(key);
    await soon(at).toBe(row);
  }
});

browserTest("one key shows only what failed in a run, and again all", async () => {
  const { finishedRun, visitAs } = stage();
  const { id, failed } = await finishedRun();
  const { page } = await visitAs(ada);
  await page.goto(`/test-runs/${id}`);
  const grid = page.getByRole("grid", { name: "Results" });
  await soon(() => grid.getAttribute("aria-busy")).toBe("false");
  const rows = () => grid.getAttribute("aria-rowcount");
  const all = await rows();
  await page.keyboard.press("f");
  await page.waitForURL(/verdict=fail/);
  await soon(rows).toBe(String(failed + 1));
  await page.keyboard.press("f");
  await page.waitForURL((url) => !url.searchParams.has("verdict"));
  await soon(rows).toBe(all);
});
