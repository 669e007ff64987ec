import type { Page } from "playwright-core";
import { expect } from "vitest";
import { soon, useScheme } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

/** Whether the ground of the page is darker than what is written on it. */
const isDark = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const brightness = (color: string): number =>
      (color.match(/\d+/g) ?? [])
        .slice(0, 3)
        .map(Number)
        .reduce((a, b) => a + b, 0);
    const { backgroundColor, color } = getComputedStyle(document.body);
    return brightness(backgroundColor) < brightness(color);
  });

/** The colours before any script of the app itself has run. */
async function isDarkAtFirst(page: Page): Promise<boolean> {
  const held = Promise.withResolvers<void>();
  await page.route("**/assets/*.js", (route) => held.promise.then(() => route.continue()));
  await page.reload({ waitUntil: "commit" });
  await page.waitForFunction(() => {
    const sheets = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')];
    return sheets.length > 0 && sheets.every(({ sheet }) => sheet !== null) && document.getElementById("root") !== null;
  });
  const dark = await isDark(page);
  held.resolve();
  await page.getByRole("radiogroup", { name: "Colours" }).waitFor();
  await page.unroute("**/assets/*.js");
  return dark;
}

browserTest("dark, once chosen, stays over a reload from the first moment, whatever the system says", async () => {
  const { page } = await stage().visitAs(ada);
  await page.goto("/settings/appearance");
  await page.getByRole("radio", { name: "As the system" }).and(page.locator(":checked")).waitFor();
  expect(await isDark(page)).toBe(false);

  await page.getByRole("radio", { name: "Dark" }).check();
  await soon(() => isDark(page)).toBe(true);
  expect(await isDarkAtFirst(page)).toBe(true);
  await page.getByRole("radio", { name: "Dark" }).and(page.locator(":checked")).waitFor();
  expect(await isDark(page)).toBe(true);

  await page.emulateMedia({ colorScheme: "dark" });
  await page.getByRole("radio", { name: "Light" }).check();
  await soon(() => isDark(page)).toBe(false);
  expect(await isDarkAtFirst(page)).toBe(false);
});

browserTest("as the system: the colours follow it, also while one looks", async () => {
  const { page } = await stage().visitAs(ada);
  await page.goto("/settings/appearance");
  await page.getByRole("radio", { name: "Dark" }).check();
  await soon(() => isDark(page)).toBe(true);
  await page.getByRole("radio", { name: "As the system" }).check();
  await soon(() => isDark(page)).toBe(false);
  await useScheme(page, "dark");
  await soon(() => isDark(page)).toBe(true);
  await page.reload();
  await page.getByRole("radio", { name: "As the system" }).and(page.locator(":checked")).waitFor();
  expect(await isDark(page)).toBe(true);
  await useScheme(page, "light");
  await soon(() => isDark(page)).toBe(false);
});
