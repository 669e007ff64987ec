import type { Page } from "playwright-core";
import { expect } from "vitest";
import { everyAddress } from "./addresses.ts";
import { soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

const words = "Explains how the no-claims discount of a comprehensive motor policy is calculated ";
const long = words.repeat(3).slice(0, 195).trim();
/** No place to break it. */
const word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(3).slice(0, 195);

type Named = { id: string; version: number };

/** Gives the first of everything the longest name it can have. */
async function renameAll(run_id: string): Promise<void> {
  const { rest, demo } = stage();
  const first = async (path: string): Promise<Named> => {
    const [item] = (await rest<{ items: Named[] }>("GET", `${path}?limit=1`)).items;
    if (item === undefined) throw new Error(`there is nothing at ${path}`);
    return item;
  };
  await rest("PATCH", `/endpoints/${demo.endpoint_id}`, { name: word });
  await rest("PATCH", `/test-sets/${demo.test_set_id}`, { name: long, description: words.repeat(6) });
  await rest("PATCH", `/test-runs/${run_id}`, { name: long });
  await rest("PATCH", `/projects/${demo.project_id}`, { name: word, description: words.repeat(6) });
  for (const path of ["/requirements", "/metrics"]) {
    await rest("PATCH", `${path}/${(await first(path)).id}`, { name: long, description: words.repeat(6) });
  }
  await rest("PATCH", `/tests/${(await first("/tests")).id}`, { input: words.repeat(20), expected_output: word });
}

/** How far the page reaches beyond its window. */
const overhang = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const content = document.querySelector("[data-scroll]") ?? document.documentElement;
    return Math.max(
      content.scrollWidth - content.clientWidth,
      document.documentElement.scrollWidth - window.innerWidth,
    );
  });

browserTest(
  "long names and long words push nothing out of the window",
  async () => {
    const run = await stage().finishedRun();
    await renameAll(run.id);
    const { page } = await stage().visitAs(ada);
    const wide: string[] = [];
    for (const address of await everyAddress(stage(), page, run.id)) {
      await page.goto(address);
      await page.locator("h1").first().waitFor();
      await page.waitForLoadState("networkidle");
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 800 });
        if ((await overhang(page)) > 0) wide.push(`${address} at ${width}`);
      }
    }
    expect(wide).toEqual([]);
  },
  200_000,
);

browserTest("a run's table names what failed and counts what passed, and cuts no time", async () => {
  const run = await stage().finishedRun();
  const { page } = await stage().visitAs(ada);
  await page.goto(`/test-runs/${run.id}`);
  const grid = page.getByRole("grid", { name: "Results" });
  const passing = grid.getByRole("row", { name: /^Pass/ }).first();
  await passing.getByText(/^\d passed$/).waitFor();
  const failing = grid.getByRole("row", { name: /Declines/ }).first();
  await failing.getByText("Declines").waitFor();
  for (const address of ["/test-runs", "/metrics", "/requirements", "/settings/audit-log"]) {
    await page.goto(address);
    // The longest way to tell a time.
    await page.getByRole("gridcell").locator("time").first().waitFor();
    const cut = await page
      .getByRole("gridcell")
      .locator("time")
      .evaluateAll((all) => {
        for (const time of all) time.textContent = "44 minutes ago";
        return all.some(({ parentElement: cell }) => cell !== null && cell.scrollWidth > cell.clientWidth);
      });
    expect(cut, address).toBe(false);
  }
});

browserTest("on a telephone a run shows its pass rate, and the open tab of the settings is in view", async () => {
  await stage().finishedRun();
  const { page } = await stage().visitAs(ada, { width: 390, height: 844 });
  const recent = page
    .getByRole("region", { name: "Recent runs" })
    .getByRole("row")
    .nth(1)
    .getByText(/^\d+%$/);
  await recent.waitFor();
  const shown = await recent.boundingBox();
  expect((shown?.x ?? 0) + (shown?.width ?? 0), "of the start page").toBeLessThan(390);
  await page.goto("/test-runs");
  const rate = page
    .getByRole("row")
    .nth(1)
    .getByText(/^\d+%$/);
  await rate.waitFor();
  const box = await rate.boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan(390);
  await page.goto("/settings/audit-log");
  const tab = page.getByRole("link", { name: "Audit log" });
  await soon(
    async () => ((await tab.boundingBox())?.x ?? 0) + ((await tab.boundingBox())?.width ?? 0),
  ).toBeLessThanOrEqual(390);

  await page.goto("/tests");
  const description = page.getByText("What is said to the application, and what a good answer is.");
  await description.waitFor();
  const [text, button] = [
    await description.boundingBox(),
    await page.getByRole("link", { name: "New test" }).boundingBox(),
  ];
  expect(text?.y, "a page says what it is before it offers what to do").toBeLessThan(button?.y ?? 0);
});
