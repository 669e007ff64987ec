import { expect } from "vitest";
import { expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

browserTest("the keys are told by a key, and the help closes by one", async () => {
  const { page } = await stage().visitAs(ada);
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await help.waitFor();
  const keys = await help.locator("kbd").allTextContents();
  expect(keys).toEqual(expect.arrayContaining(["⌘ K", "Ctrl K", "/", "j", "k", "Enter", "x", "f", "Esc", "?"]));
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await soon(() => help.count()).toBe(0);
});
