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

const press = async (page: Page, name: string): Promise<void> =>
  page.getByRole("button", { name, exact: true }).click();

/** Deletes what the page is about. */
async function remove(page: Page, way: "button" | "menu"): Promise<void> {
  if (way === "button") return press(page, "Delete");
  await press(page, "More actions");
  await page.getByRole("menuitem", { name: "Delete" }).click();
}

const deletable = [
  {
    what: "a test",
    list: "/tests",
    way: "button",
    create: (project_id: string) => make("/tests", { project_id, input: "Come back" }),
  },
  {
    what: "a requirement",
    list: "/requirements",
    way: "button",
    create: () => make("/requirements", { name: "Come back" }),
  },
  {
    what: "a test set",
    list: "/test-sets",
    way: "menu",
    create: (project_id: string) => make("/test-sets", { project_id, name: "Come back" }),
  },
  {
    what: "a run",
    list: "/test-runs",
    way: "menu",
    create: async () => {
      const { id } = await stage().finishedRun();
      await stage().rest("PATCH", `/test-runs/${id}`, { name: "Come back" });
      return id;
    },
  },
] as const;

for (const { what, list, way, create } of deletable) {
  browserTest(`${what} that was deleted comes back by Undo`, async () => {
    const id = await create(stage().demo.project_id);
    const { page } = await stage().visitAs(ada);
    await page.goto(`${list}/${id}`);
    await page.getByRole("heading", { name: "Come back", level: 1 }).waitFor();
    await remove(page, way);
    await page.waitForURL(`**${list}`);
    const row = page.getByRole("row", { name: "Come back" });
    await page.getByRole("alert").filter({ hasText: "is deleted." }).waitFor();
    await soon(() => row.count()).toBe(0);
    await undo(page, "is deleted.", "Restored.");
    await row.waitFor();
  });
}

browserTest("several tests that were deleted at once come back at once", async () => {
  const { rest, demo, visitAs } = stage();
  const tests = [1, 2, 3].map((nr) => ({ input: `Together ${nr}` }));
  await rest("POST", "/tests/bulk", { project_id: demo.project_id, tests });
  const { page } = await visitAs(ada);
  await page.goto("/tests?q=Together");
  const rows = page.getByRole("row", { name: /Together \d/ });
  await soon(() => rows.count()).toBe(3);
  await page.getByRole("checkbox", { name: "Select all loaded rows" }).check();
  await page.getByRole("toolbar", { name: "Chosen tests" }).getByRole("button", { name: "Delete" }).click();
  await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
  await undo(page, "3 tests are deleted.", "Restored.");
  await soon(() => rows.count()).toBe(3);
});

browserTest("the recycle bin brings back what was deleted, long after the notice is gone", async () => {
  const id = await make("/requirements", { name: "Long gone" });
  await stage().rest("DELETE", `/requirements/${id}`);
  const { page } = await stage().visitAs(ada);
  await page.goto("/settings/recycle-bin?q=long");
  const row = page.getByRole("row", { name: "Long gone" });
  await row.getByRole("button", { name: "Restore Long gone" }).click();
  await page.getByText("Long gone is back.").waitFor();
  await soon(() => row.count()).toBe(0);
  await page.goto(`/requirements/${id}`);
  await page.getByRole("heading", { name: "Long gone", level: 1 }).waitFor();
});
