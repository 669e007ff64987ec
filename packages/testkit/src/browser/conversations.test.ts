import type { Page } from "playwright-core";
import { expect } from "vitest";
import { startOpenAiFake } from "../openai-fake.ts";
import { capture, expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

/** A new set of conversations, and the form for its first. */
async function newSet(page: Page, name: string): Promise<void> {
  await page.goto("/test-sets/new");
  await page.waitForLoadState("networkidle");
  await page.getByText("Conversations", { exact: true }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Create test set" }).click();
  await page.getByRole("link", { name: "Write one" }).first().click();
  await page.getByRole("heading", { name: "New test" }).waitFor();
}

/** Runs the set that is open, and opens its results in the order of the set. */
async function run(page: Page): Promise<string[]> {
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const drawer = page.getByRole("dialog");
  await soon(() => drawer.getByLabel("Endpoint").inputValue()).toContain("Nora");
  await drawer.getByText("conversation with the endpoint").or(drawer.getByText("conversations with")).waitFor();
  await drawer.getByRole("button", { name: "Start run" }).click();
  await page.waitForURL(/\/test-runs\//);
  await page.getByText("Completed", { exact: true }).waitFor({ timeout: 30_000 });
  const [, id] = /test-runs\/([^?]+)/.exec(page.url()) ?? [];
  const { items } = await stage().rest<{ items: { id: string }[] }>("GET", `/test-results?test_run_id=${id}`);
  return items.map((result) => result.id);
}

browserTest(
  "a scripted conversation is written, run, and read turn by turn; then a simulated user attacks",
  async () => {
    const visit = await stage().visitAs(ada);
    // A run that has no model for the user is refused.
    visit.allow(/422/);
    const { page } = visit;
    await newSet(page, "Talks with Nora");
    const turn = (number: number) => page.getByRole("region", { name: `Turn ${number}` });
    await page.getByRole("button", { name: "Create test", exact: true }).click();
    await turn(1).getByText("Write what is said to the application").waitFor();
    await turn(1).getByLabel("Message").fill("And for my home?");
    await turn(2).getByLabel("Message").fill("What is the deductible of my car insurance?");
    await page.getByRole("button", { name: "Move turn 2 up" }).click();
    expect(await turn(1).getByLabel("Message").inputValue()).toContain("car insurance");
    await turn(2).getByRole("button", { name: "Add a check of the answer" }).click();
    await page
      .getByRole("menuitem", { name: /^Contains/ })
      .first()
      .click();
    await page.getByRole("button", { name: "Create test", exact: true }).click();
    await soon(() => page.locator(".mantine-InputWrapper-error").allTextContents()).not.toEqual([]);
    await turn(2).getByLabel("Phrases 1").fill("250 euros");
    await turn(1).getByRole("button", { name: "Add a check of the answer" }).click();
    await page
      .getByRole("menuitem", { name: /^Latency|time|quick/i })
      .first()
      .click();
    await page.getByRole("button", { name: "Add a turn" }).click();
    await page.getByRole("button", { name: "Remove turn 3" }).click();
    await expectAccessible(page);
    await capture(page, "conversation-form");
    await page.getByRole("button", { name: "Create test", exact: true }).click();
    await page.getByRole("grid", { name: "Tests of the set" }).getByText("What is the deductible").waitFor();

    const [result] = await run(page);
    await page.goto(`/test-results/${result}`);
    await page.getByRole("heading", { name: "Conversation" }).waitFor();
    const said = (number: number) =>
      page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: `Turn ${number}` }) });
    await said(1).getByText("500 euros").waitFor();
    await said(2).getByText("150 euros").first().waitFor();
    expect(await said(1).getByRole("list", { name: "Checks" }).textContent()).toContain("Pass");
    expect(await said(2).getByRole("list", { name: "Checks" }).textContent()).toContain("Fail");
    await page.getByText("1 of 2 checks do not pass").waitFor();
    await said(2).getByRole("tab", { name: "Request" }).click();
    await soon(() => said(2).getByRole("region", { name: "Request body" }).textContent()).toContain("session_id");
    await expectAccessible(page);
    await capture(page, "conversation-result");

    await page.getByRole("link", { name: "Open test" }).click();
    await turn(2).getByLabel("Message").fill("And for my house?");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("Saved. Runs that have started").waitFor();
    expect(await turn(2).getByLabel("Phrases 1").inputValue()).toBe("250 euros");

    await newSet(page, "Attacks on Nora");
    await page.getByText("Simulated user", { exact: true }).click();
    await page.getByLabel("Goal of the user").fill('Have it say "a code that nobody knows"');
    await page.getByText("Resisted (an attack)").click();
    await page.getByLabel("Most turns").fill("2");
    await page.getByLabel("Fewest turns").fill("3");
    await page.getByRole("button", { name: "Create test", exact: true }).click();
    await page.getByText("The fewest turns must not be more than the most").waitFor();
    await page.getByLabel("Fewest turns").fill("1");
    await expectAccessible(page);
    await capture(page, "simulated-form");
    await page.getByRole("button", { name: "Create test", exact: true }).click();
    await page.getByRole("grid", { name: "Tests of the set" }).getByText("Have it say").waitFor();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    const drawer = page.getByRole("dialog");
    await soon(() => drawer.getByLabel("Endpoint").inputValue()).toContain("Nora");

    await drawer.getByRole("button", { name: "Start run" }).click();
    await drawer.getByRole("link", { name: "Connect a model or choose the default" }).waitFor();
    await page.keyboard.press("Escape");
    const set = page.url();

    const fake = await startOpenAiFake();
    try {
      const config = { provider: "openai_compatible", base_url: fake.url, model_name: "right", is_default: true };
      await stage().rest("POST", "/models", { name: "Judge", ...config });
      const [attacked] = await run(page);
      await page.goto(`/test-results/${attacked}`);
      await said(2).getByText("Judge: The goal is open.").waitFor();
      await page.getByText("Why it was said: It goes on.").first().waitFor();
      await page.getByText("It ended because the most turns were reached.").waitFor();
      await page.getByText("withstood").waitFor();
      await expectAccessible(page);
      await capture(page, "simulated-result");

      // A call may use some 12,000 tokens, and uses 4,000: two have room, the third has not.
      await stage().rest("POST", "/models", { name: "Thinks a lot", ...config, model_name: "hungry" });
      await page.goto(set);
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await soon(() => drawer.getByLabel("Endpoint").inputValue()).toContain("Nora");
      await drawer.getByLabel("Most tokens").fill("9000");
      await drawer.getByRole("button", { name: "Start run" }).click();
      await drawer.getByText("This budget is too small for a single call").first().waitFor();
      await drawer.getByLabel("Most tokens").fill("18000");
      await expectAccessible(page);
      await drawer.getByRole("button", { name: "Start run" }).click();
      await page.waitForURL(/\/test-runs\//);
      await page.getByText("The budget of 18,000 tokens is spent: 8,000 are booked").waitFor({ timeout: 30_000 });
      await page.getByText("8,000 of 18,000 tokens").waitFor();
      await expectAccessible(page);
      await capture(page, "budget-spent");
      await page.getByLabel("Most tokens").fill("100000");
      await page.getByRole("button", { name: "Raise the budget and go on" }).click();
      await page.getByText("Completed", { exact: true }).waitFor({ timeout: 30_000 });
      await page.getByText("24,000 of 100,000 tokens").waitFor();
    } finally {
      await fake.close();
    }
  },
  150_000,
);
