import type { Page } from "playwright-core";
import { expect } from "vitest";
import { expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

/** The numbers on the buttons that filter by verdict. */
async function counts(page: Page): Promise<Record<"all" | "pass" | "fail" | "inconclusive" | "error", number>> {
  const numbers = await page.getByRole("group", { name: "Results by verdict" }).locator("strong").allTextContents();
  const [all = 0, pass = 0, fail = 0, inconclusive = 0, error = 0] = numbers.map((text) =>
    Number(text.replaceAll(",", "")),
  );
  return { all, pass, fail, inconclusive, error };
}

const doneOf = (page: Page): Promise<number> =>
  page
    .getByRole("progressbar", { name: "Results done" })
    .getAttribute("aria-valuenow")
    .then((text) => Number(text));

browserTest(
  "the demo run fills while one watches, and its failures are read with the keyboard",
  async () => {
    const { demo, stack, rest } = stage();
    const endpoint = await rest<{ version: number; config: object }>("GET", `/endpoints/${demo.endpoint_id}`);
    await rest("PATCH", `/endpoints/${demo.endpoint_id}`, {
      expected_version: endpoint.version,
      max_concurrency: 1,
      config: { ...endpoint.config, url: `${stack.chatbot_url}?latency_ms=60` },
    });
    const { page } = await stage().visitAs(ada);
    await page.getByRole("link", { name: "Test sets", exact: true }).click();
    await page.getByRole("link", { name: "Insurance essentials" }).click();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    const drawer = page.getByRole("dialog");
    await soon(() => drawer.getByLabel("Endpoint").inputValue()).toContain("Nora");
    await drawer.getByRole("button", { name: "Start run" }).click();
    await page.waitForURL(/\/test-runs\//);

    await page.evaluate(() => Reflect.set(window, "stayed", true));
    const seen = new Set<number>();
    await expect
      .poll(async () => (seen.add(await doneOf(page)), page.getByText("Completed", { exact: true }).count()), {
        timeout: 30_000,
        interval: 50,
      })
      .toBeGreaterThan(0);
    expect(seen.size, `progress was seen at ${[...seen].join(", ")}`).toBeGreaterThan(3);
    expect(await page.evaluate(() => Reflect.get(window, "stayed"))).toBe(true);
    const { all, pass, fail, inconclusive, error } = await counts(page);
    expect(pass + fail + inconclusive + error).toBe(all);
    expect(all).toBe(await doneOf(page));
    expect(fail).toBeGreaterThan(0);

    await page.keyboard.press("f");
    await page.waitForURL(/verdict=fail/);
    const grid = page.getByRole("grid", { name: "Results" });
    await soon(() => grid.getAttribute("aria-rowcount")).toBe(String(fail + 1));
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/open=/);
    const panel = page.getByRole("complementary");
    await panel.getByRole("heading", { name: "Metrics" }).waitFor();
    await expectAccessible(page);
    const firstTitle = await panel.getByRole("heading", { level: 2 }).textContent();
    await page.keyboard.press("j");
    await soon(() => panel.getByRole("heading", { level: 2 }).textContent()).not.toBe(firstTitle);
    await page.keyboard.press("k");
    await soon(() => panel.getByRole("heading", { level: 2 }).textContent()).toBe(firstTitle);

    await panel.getByRole("link", { name: "Full page" }).click();
    await page.waitForURL(/\/test-results\/.*verdict=fail/);
    const failed = page.locator("main li").filter({ hasText: "Fail" }).first();
    await failed.waitFor();
    expect((await failed.locator("p").allTextContents()).join(" ").length, "a reason is given").toBeGreaterThan(20);
    await page.getByRole("tab", { name: "Request" }).click();
    await soon(() => page.getByRole("region", { name: "Request body" }).textContent()).toContain("message");
    await page.getByRole("tab", { name: "Response (200)" }).click();
    await soon(() => page.getByRole("region", { name: "Response body" }).textContent()).toContain("reply");
    await expectAccessible(page);
    const before = page.url();
    await page.keyboard.press("j");
    await soon(() => page.url()).not.toBe(before);
    await page.getByRole("button", { name: /^Previous under the filter/ }).click();
    await soon(() => page.url()).toBe(before);
    await page.keyboard.press("Escape");
    await page.waitForURL(/\/test-runs\/.*verdict=fail/);
  },
  60_000,
);

async function nameAndSave(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Create metric" }).click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
}

browserTest(
  "an application is connected, measured, asked and scored, all by hand",
  async () => {
    const { stack } = stage();
    const { page } = await stage().visitAs(ada);
    await page.goto("/endpoints/new");
    await page.getByLabel("Name").fill("Shop assistant");
    await page.getByLabel("Address", { exact: true }).fill(stack.chatbot_url);
    const body = page.getByRole("textbox", { name: "Body" });
    await body.click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("Delete");
    await page.keyboard.insertText('{ "message": }');
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("button", { name: "Question", exact: true }).click();
    await soon(() => body.textContent()).toContain('"{{ input }}"');
    await page.getByLabel("Message").fill("How do I report a claim?");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText("It answered").waitFor();
    await page.getByRole("tab", { name: "Response" }).click();
    await page.locator("button", { hasText: /claim/i }).first().click();
    await page.getByRole("menuitem", { name: "Answer" }).click();
    expect(await page.getByRole("textbox", { name: "Answer", exact: true }).inputValue()).toBe("$.reply");
    await page.getByRole("tab", { name: "Sent" }).click();
    await soon(() => page.getByRole("region", { name: "Request body" }).textContent()).toContain("report a claim");
    await page.getByRole("button", { name: "Connect endpoint" }).click();
    await page.getByRole("heading", { name: "Shop assistant", level: 1 }).waitFor();

    await page.goto("/metrics/new");
    await page.getByRole("link", { name: /^Contains/ }).click();
    await page.getByLabel("Phrases 1").fill("claim");
    const answer = page.getByLabel("Answer of the application");
    const trial = page.locator("[aria-live=polite]");
    await answer.fill("Please report your claim online.");
    await trial.getByText("Pass").waitFor();
    await answer.fill("We cannot help.");
    await trial.getByText("Fail").waitFor();
    await nameAndSave(page, "Talks about the claim");

    await page.goto("/metrics/new?kind=exact_match");
    await answer.fill("Yes.");
    await page.getByRole("textbox", { name: "Expected output" }).fill("yes.");
    await trial.getByText("Pass").waitFor();
    await page.getByText("Upper and lower case are the same").click();
    await trial.getByText("Fail").waitFor();
    await nameAndSave(page, "Word for word");

    await page.goto("/test-sets/new");
    await page.getByRole("textbox", { name: "Name" }).fill("First questions");
    await page.getByRole("button", { name: "Create test set" }).click();
    await page.getByRole("heading", { name: "First questions", level: 1 }).waitFor();
    await page.getByRole("tab", { name: "Metrics" }).click();
    await page.getByRole("button", { name: "Attach metrics" }).first().click();
    const picker = page.getByRole("dialog");
    for (const name of ["Talks about the claim", "Word for word"]) {
      await picker.getByRole("row", { name }).getByRole("checkbox").check();
    }
    await picker.getByRole("button", { name: "Attach 2 metrics" }).click();
    await page.getByRole("link", { name: "Word for word" }).waitFor();

    const set = new URL(page.url()).pathname.split("/").at(-1);
    await page.goto(`/tests/new?test_set=${set}`);
    await page.getByLabel("Input").fill("How do I report a claim?");
    await page.getByRole("button", { name: "Create test" }).click();
    await page.getByRole("heading", { name: "First questions", level: 1 }).waitFor();
    await page.goto(`/tests/paste?test_set=${set}`);
    await page
      .getByLabel("Tests", { exact: true })
      .fill("Is theft covered?\nWhat does a claim need?\nWhat is the weather?");
    await page.getByRole("button", { name: "Create 3 tests" }).click();
    await page.getByRole("tab", { name: "Tests (4)" }).waitFor();

    await page.getByRole("button", { name: "Run", exact: true }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByLabel("Endpoint").click();
    await page.getByRole("option", { name: "Shop assistant" }).click();
    await drawer.getByRole("button", { name: "Start run" }).click();
    await page.waitForURL(/\/test-runs\//);
    await page.getByText("4 of 4 done").waitFor();
    const { all, pass, fail, inconclusive, error } = await counts(page);
    expect({ all, sum: pass + fail + inconclusive + error }).toEqual({ all: 4, sum: 4 });
    expect(error).toBe(0);
    await page.getByRole("grid", { name: "Results" }).getByText("Talks about the claim").first().waitFor();
  },
  60_000,
);

browserTest("a run that cannot be brought to its end says so while one watches", async () => {
  const { demo, open, stack, rest } = stage();
  const endpoint = await rest<{ version: number; config: object }>("GET", `/endpoints/${demo.endpoint_id}`);
  await rest("PATCH", `/endpoints/${demo.endpoint_id}`, {
    expected_version: endpoint.version,
    config: { ...endpoint.config, url: `${stack.chatbot_url}?latency_ms=5000` },
  });
  const path = `/test-sets/${demo.test_set_id}/execute`;
  const { id } = await rest<{ id: string }>("POST", path, { endpoint_id: demo.endpoint_id });
  const { page } = await stage().visitAs(ada);
  await page.goto(`/test-runs/${id}`);
  await page.getByText("Running", { exact: true }).waitFor();
  await open.admin("update job set status = 'failed' where id = (select job_id from test_run where id = $1)", [id]);
  const alert = page.getByRole("alert").filter({ hasText: "The run was stopped by a fault" });
  await alert.waitFor();
  expect(await alert.textContent()).toContain("Run the test set again");
  await page.getByText("Stopped by a fault", { exact: true }).waitFor();
  await expectAccessible(page);
});
