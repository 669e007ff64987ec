import type { Page } from "playwright-core";
import { expect } from "vitest";
import { barriersOf } from "./browser.ts";
import { ada, browserTest, grace, useStage } from "./stage.ts";

const stage = useStage();

type Layer = { name: string; open: (page: Page) => Promise<void> };

const press = (page: Page, name: string | RegExp): Promise<void> =>
  page
    .getByRole("button", { name, exact: typeof name === "string" })
    .first()
    .click();

/** What opens above a page, with how one gets there. */
function everyLayer(run_id: string): Layer[] {
  const { test_set_id } = stage().demo;
  const at = (address: string, open: (page: Page) => Promise<void>) => async (page: Page) => {
    await page.goto(address);
    await page.locator("h1").first().waitFor();
    await open(page);
  };
  return [
    { name: "palette", open: at("/", (page) => page.keyboard.press("ControlOrMeta+k")) },
    {
      name: "palette with findings",
      open: at("/", async (page) => {
        await page.keyboard.press("ControlOrMeta+k");
        await page
          .getByRole("dialog")
          .getByRole("searchbox")
          .or(page.getByPlaceholder(/search/))
          .fill("insurance");
        await page.getByText("Insurance essentials").first().waitFor();
      }),
    },
    { name: "shortcuts", open: at("/", (page) => page.keyboard.press("?")) },
    { name: "account menu", open: at("/", (page) => press(page, "Account and organization")) },
    { name: "project switcher", open: at("/", (page) => press(page, /^Project:/)) },
    { name: "project dialog", open: at("/settings/projects", (page) => press(page, "Create a project")) },
    { name: "row menu", open: at("/settings/projects", (page) => press(page, /^Actions for/)) },
    { name: "invitation", open: at("/settings/members", (page) => press(page, "Invite someone")) },
    { name: "question", open: at("/settings/members", (page) => press(page, "Leave the organization")) },
    { name: "run menu", open: at(`/test-runs/${run_id}`, (page) => press(page, "More actions")) },
    {
      name: "rename dialog",
      open: at(`/test-runs/${run_id}`, async (page) => {
        await press(page, "More actions");
        await page.getByRole("menuitem", { name: "Rename" }).click();
      }),
    },
    { name: "run drawer", open: at(`/test-sets/${test_set_id}`, (page) => press(page, "Run")) },
    { name: "test picker", open: at(`/test-sets/${test_set_id}`, (page) => press(page, "Add tests")) },
    {
      name: "metric picker",
      open: at(`/test-sets/${test_set_id}?tab=metrics`, (page) => press(page, "Attach metrics")),
    },
    {
      name: "bulk bar and its dialog",
      open: at("/tests", async (page) => {
        await page.getByRole("row").nth(1).getByRole("checkbox").check();
        await press(page, "Add to a test set");
      }),
    },
    {
      name: "open choice",
      open: at("/tests", (page) => page.getByRole("combobox", { name: "Requirement" }).click()),
    },
    {
      name: "question about unsaved work",
      open: at("/requirements/new", async (page) => {
        await page.getByLabel("What it has to get right").fill("Half");
        await page.getByRole("link", { name: "Home", exact: true }).click();
      }),
    },
  ];
}

browserTest(
  "whatever opens above a page is accessible, in light and dark",
  async () => {
    const run = await stage().finishedRun();
    const { page } = await stage().visitAs(ada);
    const barriers: string[] = [];
    for (const { name, open } of everyLayer(run.id)) {
      await open(page);
      await page.locator("[role=dialog], [role=menu], [role=listbox]").locator("visible=true").first().waitFor();
      barriers.push(...(await barriersOf(page)).map((barrier) => `${name}: ${barrier}`));
    }
    expect(barriers).toEqual([]);
  },
  200_000,
);

browserTest("a notice with its way back is accessible", async () => {
  const { id } = await stage().rest<{ id: string }>("POST", "/requirements", { name: "Speaks Latin" });
  const { page } = await stage().visitAs(ada);
  await page.goto(`/requirements/${id}`);
  await press(page, "Delete");
  await page.getByRole("button", { name: "Undo" }).waitFor();
  expect(await barriersOf(page)).toEqual([]);
});

browserTest("pages that are not there, or not to be had, are accessible", async () => {
  const { demo } = stage();
  const visit = await stage().visitAs(ada);
  visit.allow(/404|500|Failed to load resource/);
  const { page } = visit;
  const barriers: string[] = [];
  const look = async (name: string): Promise<void> => {
    barriers.push(...(await barriersOf(page)).map((barrier) => `${name}: ${barrier}`));
  };
  await page.goto("/no-such-page");
  await page.getByRole("heading", { name: "There is no such page", level: 1 }).waitFor();
  expect(await page.title()).toBe("There is no such page · Rhesis");
  await look("no such page");
  await page.goto(`/endpoints/${demo.project_id}`);
  await page.getByRole("heading", { name: "This does not exist", level: 1 }).waitFor();
  await look("no such thing");
  await page.route(/\/trpc\/(?!me\.get)/, (route) => route.fulfill({ status: 500, body: "" }));
  await page.goto(`/endpoints/${demo.endpoint_id}`);
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await look("failed page");
  await page.goto("/endpoints");
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await look("failed list");
  await page.route("**/config.json", (route) => route.fulfill({ status: 500, body: "" }));
  await page.goto("/");
  await page.getByRole("heading", { name: "The server does not answer", level: 1 }).waitFor();
  await look("failed start");
  expect(barriers).toEqual([]);
});

browserTest(
  "empty pages are accessible",
  async () => {
    const { page } = await stage().visitAs(grace);
    const barriers: string[] = [];
    const places = ["", "endpoints", "requirements", "metrics", "tests", "test-sets", "test-runs", "models"];
    for (const address of [...places, "settings/tokens", "settings/recycle-bin"].map((place) => `/${place}`)) {
      await page.goto(address);
      await page.locator("h2").first().waitFor();
      barriers.push(...(await barriersOf(page)).map((barrier) => `${address}: ${barrier}`));
    }
    expect(barriers).toEqual([]);
  },
  120_000,
);

browserTest("the documentation of the API is accessible", async () => {
  const visit = await stage().visit();
  const { page } = visit;
  // Styles that the reference writes into its elements; ours forbids them, and it looks right without.
  visit.allow(/style-src/);
  await page.goto("/docs");
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  // The reference gives no name to the buttons that copy an example, which nobody but its makers can.
  const barriers = (await barriersOf(page)).filter((barrier) => !/button-name: .*copy-button/.test(barrier));
  expect(barriers).toEqual([]);
});
