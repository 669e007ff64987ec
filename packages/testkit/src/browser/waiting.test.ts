import type { Locator, Page, Route } from "playwright-core";
import { expect } from "vitest";
import { drawnFrom, everyAddress, everyVariant } from "./addresses.ts";
import { soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

/** Pages that are there at once: what they ask the server for only fills their lists of choices. */
const needNothing =
  /^\/(playground|requirements\/new|metrics\/new.*|models\/new.*|test-runs\/schedules\/new|settings\/(appearance|new-organization|tokens\/new))$/;

const busy = ".mantine-Skeleton-root, .mantine-Loader-root, [aria-busy=true]";

type Server = { mode: "hold" | "fail" | "answer"; change(mode: Server["mode"]): Promise<void> };

/** Stands between a page and the server: everything but who one is waits, fails or passes. */
async function standBetween(page: Page): Promise<Server> {
  const held: Route[] = [];
  const server: Server = {
    mode: "hold",
    async change(mode) {
      server.mode = mode;
      await Promise.all(held.splice(0).map(act));
    },
  };
  const act = async (route: Route): Promise<void> => {
    if (server.mode === "hold") return void held.push(route);
    if (server.mode === "answer") return route.continue();
    await route.fulfill({ status: 500, contentType: "text/html", body: "<h1>Internal Server Error</h1>" });
  };
  await page.route(/\/trpc\/(?!me\.get(\?|$))/, act);
  return server;
}

const failureOn = (page: Page): Locator =>
  page.getByRole("alert").filter({ has: page.getByRole("button", { name: "Try again" }) });

/** What is wrong with how a page waits for the server, says that it failed, and asks again. */
async function defectsOf(page: Page, address: string): Promise<string[]> {
  const server = await standBetween(page);
  const defects: string[] = [];
  const fine = (what: Promise<unknown>, otherwise: string) => what.catch(() => void defects.push(otherwise));
  await page.goto(address);
  const main = page.locator("main");
  const failure = failureOn(page);
  if (needNothing.test(address)) {
    await fine(main.locator("h1").waitFor(), "is not there at once");
    await server.change("fail");
  } else {
    const waits = page.locator(`main :is(${busy}), [role=dialog] :is(${busy})`);
    await fine(waits.first().waitFor({ timeout: 5_000 }), "does not show that it waits");
    await server.change("fail");
    await fine(failure.first().waitFor(), "does not say that the server failed, with a way to try again");
  }
  await server.change("answer");
  for (let left = await failure.count(); left > 0; left--) {
    await fine(failure.first().getByRole("button", { name: "Try again" }).click(), "cannot be asked again");
  }
  await fine(failure.first().waitFor({ state: "detached" }), "does not recover");
  await fine(main.locator("h1").first().waitFor({ timeout: 5_000 }), "has no heading in the end");
  await fine(page.locator(busy).first().waitFor({ state: "detached", timeout: 5_000 }), "waits for ever");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  return defects.map((defect) => `${address} ${defect}`);
}

browserTest(
  "every page shows that it waits, says when the server fails, and recovers by one click",
  async () => {
    const { finishedRun, visitAs } = stage();
    const run = await finishedRun();
    const visit = await visitAs(ada);
    visit.allow(/500|Failed to load resource/);
    const addresses = [...(await everyAddress(stage(), visit.page, run.id)), ...(await everyVariant(stage(), run.id))];
    const defects: string[] = [];
    // Several at a time: a page asks three times before it says that the server failed.
    const left = drawnFrom(addresses, 5);
    const walk = async (): Promise<void> => {
      const page = await visit.page.context().newPage();
      page.setDefaultTimeout(15_000);
      for (let address = left.shift(); address !== undefined; address = left.shift()) {
        defects.push(...(await defectsOf(page, address)));
      }
      await page.close();
    };
    await Promise.all(Array.from({ length: 5 }, walk));
    expect(defects.sort()).toEqual([]);
  },
  300_000,
);

browserTest("a panel shows that it waits, says when the server fails, and recovers by one click", async () => {
  const { finishedRun, visitAs } = stage();
  const run = await finishedRun();
  const visit = await visitAs(ada);
  visit.allow(/500|Failed to load resource/);
  const { page } = visit;
  for (const address of ["/requirements", "/tests", `/test-runs/${run.id}`, "/settings/audit-log"]) {
    await page.goto(address);
    const row = page.getByRole("row").nth(1);
    await row.getByText(/\w/).first().waitFor();
    const server = await standBetween(page);
    await row.getByRole("gridcell").last().click();
    const panel = page.getByRole("complementary");
    await panel.locator(busy).first().waitFor();
    await server.change("fail");
    await failureOn(page).waitFor();
    await server.change("answer");
    await panel.getByRole("button", { name: "Try again" }).click();
    await failureOn(page).waitFor({ state: "detached" });
    await panel.getByText(/\w{3}/).nth(1).waitFor();
    await page.unrouteAll({ behavior: "ignoreErrors" });
  }
});

browserTest("a call that fails later takes away neither the page nor what was typed", async () => {
  const { rest, visitAs } = stage();
  const [metric] = (await rest<{ items: { id: string }[] }>("GET", "/metrics?limit=1")).items;
  const visit = await visitAs(ada);
  visit.allow(/500|Failed to load resource/);
  const { page } = visit;
  await page.goto(`/metrics/${metric?.id}`);
  await page.getByLabel("Name").fill("Half written");
  const server = await standBetween(page);
  await server.change("fail");
  let failures = 0;
  page.on("response", (response) => void (response.url().includes("metric.get") && failures++));
  await page.clock.install();
  await page.clock.fastForward("01:00");
  // What a browser tells when one comes back to the window.
  await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
  // It asks three times, longer apart each time.
  await soon(async () => (await page.clock.runFor(1000), failures)).toBe(3);
  await page.clock.runFor(1000);
  expect(await page.getByLabel("Name").inputValue()).toBe("Half written");
});

browserTest("a list of choices that cannot be loaded does not say that there is nothing", async () => {
  const visit = await stage().visitAs(ada);
  visit.allow(/500|Failed to load resource/);
  const { page } = visit;
  const server = await standBetween(page);
  await page.goto("/tests/new");
  await server.change("fail");
  const requirement = page.getByRole("combobox", { name: "Requirement" });
  await failureOn(page).waitFor();
  await requirement.click();
  await page.getByText("The list could not be loaded.").first().waitFor();
  await server.change("answer");
  await page.keyboard.press("Escape");
  await requirement.click();
  await page.getByRole("option", { name: "Gives the right figures" }).waitFor();
});
