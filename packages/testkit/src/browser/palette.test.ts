import type { Page } from "playwright-core";
import { expect } from "vitest";
import { expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

/** Opens the palette by its keys, with the cursor where one writes. */
async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press("ControlOrMeta+k");
  await soon(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toMatch(/^Go to/);
}

/** Writes `text` in the palette and goes to the first hit that says `shown`, all by keyboard. */
async function goTo(page: Page, text: string, shown: RegExp): Promise<void> {
  await openPalette(page);
  const dialog = page.getByRole("dialog");
  await page.keyboard.type(text);
  const hit = dialog.getByRole("option").or(dialog.getByRole("button")).filter({ hasText: shown });
  await hit.first().waitFor();
  const isChosen = () => hit.first().evaluate((element) => element.hasAttribute("data-selected"));
  for (let nr = 0; nr < 10 && !(await isChosen()); nr++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await soon(() => dialog.count()).toBe(0);
}

browserTest("the palette finds pages, tests and runs by what is typed, and goes there", async () => {
  const { rest, finishedRun, visitAs } = stage();
  const { id } = await finishedRun();
  await rest("PATCH", `/test-runs/${id}`, { name: "Before release 2.0" });
  const { page } = await visitAs(ada);
  await goTo(page, "audit", /Who changed what$/);
  await page.getByRole("heading", { name: "Audit log", level: 1 }).waitFor();

  await goTo(page, "deductible of my HOME", /deductible of my home.*Test$/);
  await page.waitForURL(/\/tests\/[0-9a-f-]{36}/);
  await page.getByRole("heading", { name: /deductible of my home/, level: 1 }).waitFor();

  await goTo(page, "release 2", /Before release 2.0Run$/);
  await page.waitForURL(`**/test-runs/${id}`);
  await page.getByRole("heading", { name: "Before release 2.0", level: 1 }).waitFor();
});

browserTest("a palette that finds nothing, or cannot search, says which", async () => {
  const visit = await stage().visitAs(ada);
  const { page } = visit;
  await openPalette(page);
  await page.keyboard.type("no such thing anywhere");
  await page.getByText("Nothing found").waitFor();
  await expectAccessible(page);
  visit.allow(/Failed to load resource|no answer/);
  await page.context().setOffline(true);
  await page.keyboard.type(" or here");
  await page.getByText("The search did not work.").waitFor();
  await page.context().setOffline(false);
});

browserTest("the runs of a list are found by name, and the address keeps the search", async () => {
  const { rest, finishedRun, visitAs } = stage();
  const { id } = await finishedRun();
  await rest("PATCH", `/test-runs/${id}`, { name: "Nightly of Tuesday" });
  const { page } = await visitAs(ada);
  await page.goto("/test-runs");
  const grid = page.getByRole("grid", { name: "Runs" });
  await grid.getByText("Nightly of Tuesday").waitFor();
  expect(Number(await grid.getAttribute("aria-rowcount"))).toBeGreaterThan(2);
  await page.getByRole("textbox", { name: "Search runs" }).fill("tuesday");
  await page.waitForURL(/q=tuesday/);
  await soon(() => grid.getAttribute("aria-rowcount")).toBe("2");
  await page.reload();
  await soon(() => grid.getAttribute("aria-rowcount")).toBe("2");
});
