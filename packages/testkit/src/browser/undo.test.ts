import type { Page } from "playwright-core";
import { expect } from "vitest";
import { capture, expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

const make = async (path: string, body: object): Promise<string> =>
  (await stage().rest<{ id: string }>("POST", path, body)).id;

/** Presses Undo in the notice that says `message`, and waits until it is done. */
async function undo(page: Page, message: string | RegExp, done: string): Promise<void> {
  const notice = page.getByRole("alert").filter({ hasText: message });
  await notice.getByRole("button", { name: "Undo" }).click();
  await page.getByText(done).waitFor();
}

browserTest("tests taken out of a set come back to their places", async () => {
  const { rest, demo, visitAs } = stage();
  const { project_id } = demo;
  const set = await make("/test-sets", { project_id, name: "Ordered" });
  const tests = [1, 2, 3, 4, 5].map((nr) => ({ input: `In place ${nr}` }));
  const { ids } = await rest<{ ids: string[] }>("POST", "/tests/bulk", { project_id, tests });
  await rest("POST", `/test-sets/${set}/tests`, { test_ids: ids });
  const order = async (): Promise<string[]> =>
    (await rest<{ items: { id: string }[] }>("GET", `/test-sets/${set}/tests`)).items.map(({ id }) => id);

  const { page } = await visitAs(ada);
  await page.goto(`/test-sets/${set}`);
  const row = (nr: number) => page.getByRole("row", { name: `In place ${nr}` });
  for (const nr of [2, 4]) await row(nr).getByRole("checkbox").check();
  await page.getByRole("button", { name: "Take out of the set" }).click();
  await soon(() => row(2).count()).toBe(0);
  expect(await order()).toEqual([0, 2, 4].map((at) => ids[at]));
  // A notice stays while the mouse is on it.
  await page.getByText("2 tests are out of the set.").hover();
  await expectAccessible(page);
  await capture(page, "undo-taken-out");
  await undo(page, "2 tests are out of the set.", "2 tests are back in place.");
  await row(2).waitFor();
  expect(await order()).toEqual(ids);
});

browserTest("a metric that was detached is attached again", async () => {
  const { demo, visitAs } = stage();
  const { page } = await visitAs(ada);
  const parameters = { implementation: "json_valid" };
  const metric = await make("/metrics", { name: "Is JSON", parameters });
  await stage().rest("POST", `/test-sets/${demo.test_set_id}/metrics`, { metric_ids: [metric] });
  await page.goto(`/test-sets/${demo.test_set_id}?tab=metrics`);
  const link = page.getByRole("link", { name: "Is JSON" });
  await page.getByRole("button", { name: "Detach Is JSON" }).click();
  await soon(() => link.count()).toBe(0);
  await undo(page, "“Is JSON” is detached.", "“Is JSON” is attached again.");
  await link.waitFor();
});
