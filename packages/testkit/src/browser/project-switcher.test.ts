import { beforeAll, expect } from "vitest";
import { capture, expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();
let last: { id: string };

/** More projects than a list gives at once; the one that is looked for comes last by name. */
beforeAll(async () => {
  const { rest } = stage();
  for (let nr = 1; nr <= 110; nr++)
    await rest("POST", "/projects", { name: `Assistant ${String(nr).padStart(3, "0")}` });
  last = await rest<{ id: string }>("POST", "/projects", { name: "Zephyr pilot" });
});

browserTest("the last of many projects is found by its name, and narrows the lists", async () => {
  const { page } = await stage().visitAs(ada);
  await page.goto("/endpoints");
  await page.getByText("Nora, insurance assistant").waitFor();
  await page.getByRole("button", { name: "Project: All projects" }).click();
  const search = page.getByRole("combobox", { name: "Search projects" });
  await soon(() => search.evaluate((field) => field === document.activeElement)).toBe(true);
  await page.getByText(/^\d+ more\. Type a part of the name\.$/).waitFor();
  await expectAccessible(page);
  await capture(page, "project-switcher");
  await page.keyboard.type("zeph");
  await page.getByRole("option", { name: "Zephyr pilot" }).waitFor();
  await soon(() => page.getByRole("option").count()).toBe(1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/endpoints?project=${last.id}`);
  await page.getByRole("heading", { name: "Connect the application you want to test" }).waitFor();
  const chosen = page.getByRole("button", { name: "Project: Zephyr pilot" });
  await chosen.waitFor();
  await page.reload();
  await chosen.click();
  await page.getByRole("option", { name: "All projects" }).click();
  await page.getByText("Nora, insurance assistant").waitFor();
  expect(page.url()).not.toContain("project=");
});

browserTest("the last of many projects is found in a form", async () => {
  const { rest, visitAs } = stage();
  const { page } = await visitAs(ada);
  await page.goto("/tests/new");
  const project = page.getByRole("combobox", { name: "Project" });
  await project.fill("zeph");
  await page.getByRole("option", { name: "Zephyr pilot" }).click();
  await page.getByLabel("Input").fill("Who are you?");
  await page.getByRole("button", { name: "Create test" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/new"));
  const { items } = await rest<{ items: { input: string }[] }>("GET", `/tests?project_id=${last.id}`);
  expect(items.map(({ input }) => input)).toEqual(["Who are you?"]);
});
