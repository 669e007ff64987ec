import type { Page } from "playwright-core";
import { expect } from "vitest";
import { drawnFrom, everyAddress, everyVariant } from "./addresses.ts";
import { barriersOf, capture, keepsPictures, useScheme } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

/** Follows an address inside the app, and waits until the page is there and has its data. */
async function follow(page: Page, address: string): Promise<void> {
  await page.evaluate((to) => Reflect.get(window, "__TSR_ROUTER__").history.push(to), address);
  await page.waitForFunction((to) => {
    const { status, location } = Reflect.get(window, "__TSR_ROUTER__").state;
    return status === "idle" && location.href.startsWith(to.replace(/\/$/, ""));
  }, address);
  await page.locator("h1").first().waitFor();
  await page.waitForFunction(() => document.querySelector(".mantine-Skeleton-root, .mantine-Loader-root") === null);
}

function nameOf(address: string): string {
  const name = address
    .replaceAll(/[0-9a-f-]{36}/g, "one")
    .replaceAll(/[^\w-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? "home" : name;
}

/** What is wrong with a page, in wide light, wide dark and on a telephone. */
async function defectsOf(page: Page, address: string): Promise<string[]> {
  const name = nameOf(address);
  await page.setViewportSize({ width: 1280, height: 800 });
  await follow(page, address);
  await capture(page, `${name}-light`);
  const defects = await barriersOf(page);
  if (keepsPictures()) {
    await useScheme(page, "dark");
    await capture(page, `${name}-dark`);
    await useScheme(page, "light");
  }
  await page.setViewportSize({ width: 390, height: 800 });
  await capture(page, `${name}-narrow`);
  const fits = page.waitForFunction(() => document.documentElement.scrollWidth <= 390, undefined, { timeout: 1000 });
  await fits.catch(() => defects.push("can be scrolled sideways at 390 px"));
  return defects.map((defect) => `${address}: ${defect}`);
}

browserTest(
  "every page is accessible in light and dark, and fits a telephone",
  async () => {
    const { finishedRun, visitAs } = stage();
    const run = await finishedRun();
    const { page } = await visitAs(ada);
    const addresses = [...(await everyAddress(stage(), page, run.id)), ...(await everyVariant(stage(), run.id))];
    expect(addresses.length).toBeGreaterThan(30);
    const defects: string[] = [];
    for (const address of drawnFrom(addresses, 4)) defects.push(...(await defectsOf(page, address)));
    expect(defects).toEqual([]);
  },
  200_000,
);
