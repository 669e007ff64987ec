import { expect } from "vitest";
import { signUp, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

type Member = { user_id: string; email: string; role: string };
type Entry = { entity_type: string; action: string; user_name: string };

const members = async (): Promise<Member[]> => (await stage().rest<{ items: Member[] }>("GET", "/members")).items;

browserTest("an invitation is taken back, and a member loses access when they are removed", async () => {
  const { rest } = stage();
  const { page } = await stage().visitAs(ada);
  await page.goto("/settings/members");
  const invite = async (email: string): Promise<void> => {
    await page.getByRole("button", { name: "Invite someone" }).click();
    await page.getByLabel("E-mail address").fill(email);
    await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
    await page.getByRole("cell", { name: email, exact: true }).waitFor();
  };
  await invite("joan@northwind.example");
  await page.getByRole("button", { name: "Take back the invitation of joan@northwind.example" }).click();
  await soon(() => page.getByRole("cell", { name: "joan@northwind.example", exact: true }).count()).toBe(0);
  expect((await rest<{ items: unknown[] }>("GET", "/invitations")).items).toEqual([]);
  const turnedAway = await stage().visit();
  await signUp(turnedAway.page, { name: "Joan Clarke", email: "joan@northwind.example" });

  const email = "hedy@northwind.example";
  await invite(email);
  const guest = await stage().visit();
  await guest.page.goto("/");
  await guest.page.getByRole("button", { name: "Sign in" }).click();
  await guest.page.getByText("Create an account").click();
  await guest.page.getByLabel("Name").fill("Hedy Lamarr");
  await guest.page.getByLabel("E-mail").last().fill(email);
  await guest.page.getByRole("button", { name: "Create account and sign in" }).click();
  await guest.page.getByRole("heading", { name: "Northwind Insurance" }).waitFor();
  await page.reload();
  await page.getByRole("combobox", { name: "Role of Hedy Lamarr" }).click();
  await page.getByRole("option", { name: "Admin" }).click();
  await page.getByText("Hedy Lamarr is now admin.").waitFor();
  expect((await members()).find((member) => member.email === email)?.role).toBe("admin");

  await page.getByRole("button", { name: "Remove Hedy Lamarr" }).click();
  const question = page.getByRole("dialog");
  await question.getByText("Access ends at once").waitFor();
  await question.getByRole("button", { name: "Remove", exact: true }).click();
  await soon(() => page.getByRole("button", { name: "Remove Hedy Lamarr" }).count()).toBe(0);
  expect((await members()).map((member) => member.email)).not.toContain(email);
  guest.allow(/40[34]/);
  await guest.page.reload();
  await guest.page.getByRole("heading", { name: "Create your organization" }).waitFor();
});

browserTest("the last owner cannot leave, and is told why", async () => {
  const visit = await stage().visitAs(ada);
  const { page } = visit;
  visit.allow(/409/);
  await page.goto("/settings/members");
  await page.getByRole("button", { name: "Leave the organization" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
  await page.getByRole("alert").filter({ hasText: "This did not work" }).getByText(/owner/i).waitFor();
  expect((await members()).length).toBe(1);
});

browserTest("a token of chosen scopes does these and nothing else", async () => {
  const { stack } = stage();
  const { page } = await stage().visitAs(ada);
  await page.goto("/settings/tokens/new");
  await page.getByLabel("Name", { exact: true }).fill("Reporting");
  await page.getByRole("radiogroup", { name: "What it may do" }).getByRole("radio", { name: "Choose" }).check();
  await page.getByRole("button", { name: "Create token" }).click();
  await page.getByText("At least one is needed").waitFor();
  await page.getByRole("group", { name: "Metric", exact: true }).getByLabel("read").check();
  await page.getByRole("button", { name: "Create token" }).click();
  const token = await page.getByRole("textbox", { name: "Token", exact: true }).inputValue();
  const status = async (path: string): Promise<number> =>
    (await fetch(`${stack.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })).status;
  expect(await status("/metrics")).toBe(200);
  expect(await status("/endpoints")).toBe(403);
});

browserTest("the audit log names who changed what, from which value to which", async () => {
  const { rest } = stage();
  const { page } = await stage().visitAs(ada);
  await page.goto("/requirements/new");
  await page.getByLabel("What it has to get right").fill("Names the deadline");
  await page.getByRole("button", { name: "Create requirement" }).click();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("What it has to get right").fill("Names every deadline");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("heading", { name: "Names every deadline", level: 1 }).waitFor();

  await page.goto("/settings/audit-log");
  await page.getByRole("combobox", { name: "Kind" }).click();
  await page.getByRole("option", { name: "Requirement", exact: true }).click();
  await page.waitForURL(/type=requirement/);
  const row = page.getByRole("row", { name: /Changed/ }).first();
  await row.getByText("Ada").waitFor();
  expect(await row.textContent()).toContain("Names every deadline");
  await row.click();
  const panel = page.getByRole("complementary");
  await panel.getByText(/Changed by Ada/).waitFor();
  expect(
    await panel
      .getByText(/^Before$/)
      .locator("..")
      .textContent(),
  ).toBe("BeforeNames the deadline");
  expect(
    await panel
      .getByText(/^After$/)
      .locator("..")
      .textContent(),
  ).toBe("AfterNames every deadline");
  const [newest] = (await rest<{ items: Entry[] }>("GET", "/audit-log?entity_type=requirement&limit=1")).items;
  expect(newest).toMatchObject({ entity_type: "requirement", action: "update", entity_name: "Names every deadline" });
});
