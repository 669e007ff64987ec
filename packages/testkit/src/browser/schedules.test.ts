import { expect } from "vitest";
import { capture, expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

type Schedule = { id: string; name: string; cron: string; time_zone: string; enabled: boolean; next_at: string | null };
type List = { items: Schedule[] };

browserTest("a schedule is made in words, run now, changed to an expression, switched off and deleted", async () => {
  const { rest, visitAs, demo } = stage();
  const stored = async () => (await rest<List>("GET", "/schedules")).items[0];
  const visit = await visitAs(ada);
  const { page } = visit;
  await page.goto("/test-runs");
  await page.getByRole("link", { name: "Schedules", exact: true }).click();
  await page.getByRole("heading", { name: "No schedules yet" }).waitFor();
  await page.getByRole("link", { name: "New schedule" }).click();

  const choose = async (field: string, option: string | RegExp) => {
    await page.getByRole("combobox", { name: field, exact: true }).click();
    await page.getByRole("option", { name: option }).first().click();
  };
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const times = () => page.getByRole("listitem").locator("time").allTextContents();
  await button("Create schedule").click();
  await page.getByText("Give it a name").first().waitFor();
  await page.getByLabel("Name").fill("Every weekday");
  await choose("Test set", /./);
  // The only endpoint of the project chooses itself.
  await soon(() => page.getByRole("combobox", { name: "Endpoint", exact: true }).inputValue()).not.toBe("");
  await choose("When", "Weekdays");
  await page.getByLabel("Time", { exact: true }).fill("06:30");
  await page.getByRole("combobox", { name: "Time zone" }).fill("Tokyo");
  await page.getByRole("option", { name: "Asia/Tokyo" }).click();
  await soon(
    async () => (await times()).filter((time) => /^(Mon|Tue|Wed|Thu|Fri).* 06:30 GMT\+9$/.test(time)).length,
  ).toBe(5);
  await expectAccessible(page);
  await capture(page, "new-schedule-filled");
  await button("Create schedule").click();
  await page.getByRole("link", { name: "Every weekday" }).waitFor();
  expect(await stored()).toMatchObject({ cron: "30 6 * * 1-5", time_zone: "Asia/Tokyo", enabled: true });
  await page.getByText("Weekdays at 06:30").waitFor();
  await capture(page, "schedules-list");

  await page.getByRole("link", { name: "Every weekday" }).click();
  await button("Run now").click();
  await page.getByText("by the schedule").waitFor();
  await page.getByRole("link", { name: "Every weekday" }).click();
  await choose("When", "At other times (cron)");
  const cron = page.getByLabel("Cron expression");
  visit.allow(/422.*schedule\.preview/);
  await cron.fill("* * * * *");
  await page.getByText("A schedule starts a run every 5 minutes at most.").waitFor();
  await cron.fill("*/15 8-17 * * *");
  await soon(async () => (await times()).length).toBe(5);
  await button("Save changes").click();
  await page.getByText("Saved. Its runs are yours.").waitFor();
  expect(await stored()).toMatchObject({ cron: "*/15 8-17 * * *", enabled: true });

  await page.getByRole("link", { name: "All runs of this schedule" }).click();
  await soon(() => page.getByRole("row").count()).toBe(2);
  await page.getByRole("link", { name: "Schedules", exact: true }).click();
  await page.getByRole("switch", { name: "Start runs of “Every weekday” by the clock" }).click({ force: true });
  await page.getByText("Switched off", { exact: true }).waitFor();
  expect(await stored()).toMatchObject({ enabled: false, next_at: null });
  await page.getByRole("link", { name: "Every weekday" }).click();
  await button("Delete").click();
  await page.getByRole("heading", { name: "No schedules yet" }).waitFor();
  await page.goto(`/test-sets/${demo.test_set_id}?run=true`);
  await page.getByRole("link", { name: "Run it every day or week instead" }).click();
  await soon(() => page.getByRole("combobox", { name: "Test set", exact: true }).inputValue()).not.toBe("");
});
