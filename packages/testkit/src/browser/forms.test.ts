import type { Page } from "playwright-core";
import { expect } from "vitest";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

/** Words of the validation library, which say nothing to a person. */
const jargon = /too (small|big)|invalid|expected|received|>=|<=|string|array|undefined|null/i;

/** What the form says at its fields after it was sent as it is. */
async function complaints(page: Page, submit: string): Promise<string[]> {
  // Forms fill in by themselves what there is one of only, once it is known.
  await page.waitForLoadState("networkidle");
  await page.getByRole("button", { name: submit, exact: true }).last().click();
  const shown = page.locator(".mantine-InputWrapper-error, [role=alert]");
  await shown.first().waitFor();
  return shown.allTextContents();
}

browserTest("a form that is sent empty says in plain words what is missing, and goes to the first of it", async () => {
  const { page } = await stage().visitAs(ada);
  const forms: [address: string, submit: string][] = [
    ["/endpoints/new", "Connect endpoint"],
    ["/requirements/new", "Create requirement"],
    ["/metrics/new?kind=contains", "Create metric"],
    ["/metrics/new?kind=regex", "Create metric"],
    ["/metrics/new?kind=judge_categorical", "Create metric"],
    ["/tests/new", "Create test"],
    ["/test-sets/new", "Create test set"],
    ["/models/new?provider=azure", "Connect model"],
    ["/settings/tokens/new", "Create token"],
    ["/settings/new-organization", "Create organization"],
  ];
  const puzzling: string[] = [];
  for (const [address, submit] of forms) {
    await page.goto(address);
    const said = await complaints(page, submit);
    puzzling.push(
      ...said.filter((text) => text.trim() === "" || jargon.test(text)).map((text) => `${address}: ${text}`),
    );
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-invalid") ?? "false");
    await expect.poll(focused, { message: `the first of it, at ${address}` }).toBe("true");
  }
  expect(puzzling).toEqual([]);
});

browserTest("what is wrong is said in plain words too", async () => {
  const { page } = await stage().visitAs(ada);
  await page.goto("/endpoints/new");
  await page.getByLabel("Name").fill("Shop assistant");
  await page.getByLabel("Address", { exact: true }).fill("shop");
  expect((await complaints(page, "Connect endpoint")).join()).not.toMatch(jargon);
  await page.goto("/models/new?provider=openai_compatible");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Judge");
  await page.getByLabel("Model", { exact: true }).fill("right");
  await page.getByLabel("Address").fill("localhost");
  expect((await complaints(page, "Connect model")).join()).not.toMatch(jargon);
  await page.goto("/settings/members");
  await page.getByRole("button", { name: "Invite someone" }).click();
  await page.getByLabel("E-mail address").fill("nobody");
  expect((await complaints(page, "Invite")).join()).not.toMatch(jargon);
  await page.goto("/settings/tokens/new");
  await page.getByLabel("Name", { exact: true }).fill("Nothing");
  await page.getByText("Choose", { exact: true }).click();
  expect(await complaints(page, "Create token")).toContain("At least one is needed");
});

/** Whether what has the focus lies under the row of buttons that stays at the end of a form. */
const isCovered = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const focused = document.activeElement;
    const bar = document.querySelector("main form button[type=submit]")?.parentElement;
    if (focused === null || bar == null || bar.contains(focused) || !bar.closest("main")?.contains(focused))
      return false;
    const { top, height } = focused.getBoundingClientRect();
    return top + height / 2 > bar.getBoundingClientRect().top;
  });

browserTest("what Tab reaches in a form is never hidden behind its buttons", async () => {
  const { page } = await stage().visitAs(ada);
  await page.setViewportSize({ width: 1280, height: 700 });
  const hidden: string[] = [];
  for (const address of ["/endpoints/new", "/models/new", "/metrics/new?kind=judge_numeric"]) {
    await page.goto(address);
    await page.waitForLoadState("networkidle");
    await page.locator("main form input:visible").first().focus();
    for (let presses = 0; presses < 25; presses++) {
      await page.keyboard.press("Tab");
      const name = () => page.evaluate(() => document.activeElement?.id ?? document.activeElement?.textContent ?? "");
      if (await isCovered(page)) hidden.push(`${address}: ${await name()}`);
    }
  }
  expect(hidden).toEqual([]);
});
