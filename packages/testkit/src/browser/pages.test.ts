import type { Page } from "playwright-core";
import { expect } from "vitest";
import { barriersOf, capture, keepsPictures, useScheme } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

type Row = { id: string };

/** One address for every route of the app. @throws where a route has a parameter that nothing here fills */
async function everyAddress(page: Page, run_id: string): Promise<string[]> {
  const { rest, demo } = stage();
  const first = async (path: string, filter = ""): Promise<string> =>
    (await rest<{ items: Row[] }>("GET", `${path}?limit=1${filter}`)).items[0]?.id ?? "";
  const model = await rest<Row>("POST", "/models", {
    name: "Judge",
    provider: "openai_compatible",
    model_name: "judge-1",
    base_url: "http://127.0.0.1:9/v1",
  });
  const ids: Record<string, string> = {
    "/endpoints/$id": demo.endpoint_id,
    "/requirements/$id": await first("/requirements"),
    "/metrics/$id": await first("/metrics"),
    "/tests/$id": await first("/tests"),
    "/test-sets/$id": demo.test_set_id,
    "/test-runs/$id": run_id,
    "/test-results/$id": await first(`/test-results`, `&test_run_id=${run_id}`),
    "/models/$id": model.id,
  };
  const routes = await page.evaluate(() => Object.keys(Reflect.get(window, "__TSR_ROUTER__").routesByPath));
  return routes
    .map((path) => {
      if (!path.includes("$")) return path;
      if (ids[path] === undefined) throw new Error(`no address is known for ${path}`);
      return path.replace("$id", ids[path]);
    })
    .filter((path, nr, all) => all.indexOf(path) === nr);
}

/** What a page holds besides, by its address. */
const variants = (test_set_id: string): string[] => [
  `/test-sets/${test_set_id}?tab=metrics`,
  `/test-sets/${test_set_id}?tab=runs`,
  `/test-sets/${test_set_id}?run=true`,
  "/metrics/new?kind=contains",
  "/metrics/new?kind=judge_numeric",
  "/models/new?provider=openai",
];

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
    const { demo, finishedRun, visitAs } = stage();
    const run = await finishedRun();
    const { page } = await visitAs(ada);
    const addresses = [...(await everyAddress(page, run.id)), ...variants(demo.test_set_id)];
    expect(addresses.length).toBeGreaterThan(30);
    const defects: string[] = [];
    for (const address of addresses) defects.push(...(await defectsOf(page, address)));
    expect(defects).toEqual([]);
  },
  200_000,
);
