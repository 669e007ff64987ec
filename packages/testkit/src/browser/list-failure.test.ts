import type { Page, Request } from "playwright-core";
import { expect } from "vitest";
import { expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();
const many = 250;

/** Requests for a page of tests after the first. */
function watchLaterPages(page: Page): () => number {
  let count = 0;
  page.on("request", (request) => (count += isLaterPage(request.url()) ? 1 : 0));
  return () => count;
}

function isLaterPage(url: string): boolean {
  return url.includes("/trpc/") && url.includes("test.list") && decodeURIComponent(url).includes('"cursor":"');
}

const scrollToEnd = (page: Page): Promise<void> =>
  page.getByRole("grid", { name: "Tests" }).evaluate((grid) => grid.scrollTo(0, grid.scrollHeight));

/** Waits until the browser has drawn `count` more frames: what a loop of effects would use to ask again. */
const frames = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (more) => {
    for (let nr = 0; nr < more; nr++) await new Promise((resolve) => requestAnimationFrame(resolve));
  }, count);

browserTest(
  "a page of a list that cannot be loaded is told, is not asked for again and again, and comes on demand",
  async () => {
    const { rest, demo, visitAs } = stage();
    await rest("POST", "/tests/bulk", {
      project_id: demo.project_id,
      tests: Array.from({ length: many }, (_, nr) => ({ input: `Question ${nr}` })),
    });
    const visit = await visitAs(ada);
    visit.allow(/500/);
    const { page } = visit;
    const asked = watchLaterPages(page);
    const isFailing = { now: true };
    await page.route(
      (url) => isLaterPage(url.href),
      (route) => (isFailing.now ? route.fulfill({ status: 500, json: [{}] }) : route.continue()),
    );
    await page.goto("/tests");
    const footer = page.getByText("More rows could not be loaded");
    await page.getByText(/^100 of \d+ loaded$/).waitFor();
    await scrollToEnd(page);
    await footer.waitFor();
    const afterFailure = asked();
    expect(afterFailure, "the first try and two more").toBe(3);
    await frames(page, 60);
    await scrollToEnd(page);
    await frames(page, 60);
    expect(asked()).toBe(afterFailure);
    await expectAccessible(page);

    isFailing.now = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText(/^200 of \d+ loaded$/).waitFor();
    expect(await footer.count()).toBe(0);
    expect(asked()).toBe(afterFailure + 1);
    await scrollToEnd(page);
    await soon(() => page.getByText(/in all$/).count()).toBe(1);
  },
);

browserTest("one failed request of a later page is made good without a word", async () => {
  const visit = await stage().visitAs(ada);
  visit.allow(/500/);
  const { page } = visit;
  const asked = watchLaterPages(page);
  const failed: Request[] = [];
  await page.route(
    (url) => isLaterPage(url.href),
    async (route) => {
      if (failed.length > 0) return route.continue();
      failed.push(route.request());
      return route.fulfill({ status: 500, json: [{}] });
    },
  );
  await page.goto("/tests");
  await page.getByText(/^100 of \d+ loaded$/).waitFor();
  await scrollToEnd(page);
  await page.getByText(/^200 of \d+ loaded$/).waitFor();
  expect([failed.length, asked()]).toEqual([1, 2]);
  expect(await page.getByRole("alert").count()).toBe(0);
});
