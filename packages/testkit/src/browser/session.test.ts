import { expect } from "vitest";
import { expectAccessible, signUp, soon } from "./browser.ts";
import { ada, browserTest, grace, useStage } from "./stage.ts";

const stage = useStage();

browserTest("signing in leads to the page that was asked for, lasts over a reload, and ends", async () => {
  const { page } = await stage().visit();
  await page.goto("/endpoints?sort=-name");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await expectAccessible(page);
  await page.getByRole("button", { name: ada }).click();
  await page.getByRole("heading", { name: "Endpoints" }).waitFor();
  expect(page.url()).toBe(`${stage().stack.url}/endpoints?sort=-name`);
  await page.reload();
  await page.getByRole("heading", { name: "Endpoints" }).waitFor();
  await page.getByRole("button", { name: "Account and organization" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.goto("/endpoints");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  expect(await page.getByRole("heading", { name: "Endpoints" }).count()).toBe(0);
});

browserTest("a new account creates its organization, is led on, changes between them and deletes one", async () => {
  const { page } = await stage().visit();
  await signUp(page, { name: "Katherine Johnson", email: "katherine@orbit.example" });
  await expectAccessible(page);
  await page.getByLabel("Name of the organization").fill("Orbit Travel");
  await page.getByRole("button", { name: "Create organization" }).click();
  await page.getByRole("heading", { name: "Orbit Travel" }).waitFor();
  await page.getByText("0 of 6 done").waitFor();
  await page.getByRole("link", { name: "Connect an endpoint" }).click();
  await page.getByRole("heading", { name: "Connect an endpoint" }).waitFor();
  for (const place of ["Endpoints", "Requirements", "Metrics", "Tests", "Test sets", "Runs", "Models"]) {
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: place, exact: true }).click();
    await page.getByRole("heading", { name: place, level: 1 }).waitFor();
    const empty = page.getByRole("heading", { level: 2 }).first();
    await empty.waitFor();
    const action = page.locator("main").getByRole("link").or(page.locator("main").getByRole("button"));
    expect(await action.count(), `${place} leads on`).toBeGreaterThan(0);
  }
  await page.goto("/settings/new-organization");
  await page.getByLabel("Name of the organization").fill("Orbit Labs");
  await page.getByRole("button", { name: "Create organization" }).click();
  await page.getByRole("heading", { name: "Orbit Labs" }).waitFor();
  await page.getByRole("button", { name: "Account and organization" }).click();
  await page.getByRole("menuitem", { name: "Orbit Travel" }).click();
  await page.getByRole("heading", { name: "Orbit Travel" }).waitFor();
  await page.goto("/settings");
  await page.getByRole("button", { name: "Delete organization" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete Orbit Travel?" });
  await dialog.waitFor();
  await expectAccessible(page);
  const remove = dialog.getByRole("button", { name: "Delete organization" });
  await dialog.getByLabel("Name of the organization").fill("Orbit Labs");
  expect(await remove.isDisabled()).toBe(true);
  await dialog.getByLabel("Name of the organization").fill("Orbit Travel");
  await remove.click();
  await page.getByRole("heading", { name: "Orbit Labs" }).waitFor();
  await page.getByRole("button", { name: "Account and organization" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).waitFor();
  expect(await page.getByRole("menuitem", { name: "Orbit Travel" }).count()).toBe(0);
});

browserTest("another organization's things are not there, by no address", async () => {
  const { demo } = stage();
  const visit = await stage().visitAs(grace);
  const { page } = visit;
  await page.getByRole("heading", { name: "Contoso Bank" }).waitFor();
  await page.goto("/test-sets");
  await page.getByRole("heading", { name: "Test sets", level: 1 }).waitFor();
  expect(await page.getByText("Insurance essentials").count()).toBe(0);
  visit.allow(/404/);
  const foreign = [`/test-sets/${demo.test_set_id}`, `/endpoints/${demo.endpoint_id}`, `/endpoints/${demo.project_id}`];
  for (const address of foreign) {
    await page.goto(address);
    await page.getByRole("alert").getByRole("heading", { name: "This does not exist" }).waitFor();
  }
  await page.goto("/no-such-page");
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
});

browserTest("a token is shown once, works for a program, and is refused once revoked", async () => {
  const { stack } = stage();
  const { page } = await stage().visitAs(ada);
  await page.goto("/settings/tokens");
  await page.getByRole("link", { name: "Create a token" }).first().click();
  await page.getByLabel("Name").fill("Release pipeline");
  await page.getByRole("button", { name: "Create token" }).click();
  const shown = page.getByRole("textbox", { name: "Token", exact: true });
  await shown.waitFor();
  const token = await shown.inputValue();
  await page.getByRole("button", { name: "Copy", exact: true }).first().click();
  await soon(() => page.evaluate(() => navigator.clipboard.readText())).toBe(token);
  const call = async (): Promise<number> =>
    (await fetch(`${stack.url}/api/v1/endpoints`, { headers: { authorization: `Bearer ${token}` } })).status;
  expect(await call()).toBe(200);
  await page.getByRole("button", { name: "I have copied it" }).click();
  await page.getByRole("row", { name: /Release pipeline/ }).waitFor();
  expect(await page.content()).not.toContain(token);
  await page.getByRole("button", { name: "Revoke Release pipeline" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await soon(call).toBe(401);
  await soon(() => page.getByRole("row", { name: /Release pipeline/ }).count()).toBe(0);
});

browserTest("someone invited joins by signing in, with the role they were given and then another", async () => {
  const email = "margaret@northwind.example";
  const { page } = await stage().visitAs(ada);
  await page.goto("/settings/members");
  await page.getByRole("button", { name: "Invite someone" }).click();
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("combobox", { name: "Role", exact: true }).click();
  await page.getByRole("option", { name: "Viewer" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
  await page.getByRole("cell", { name: email, exact: true }).waitFor();

  const guest = await stage().visit();
  await guest.page.goto("/");
  await guest.page.getByRole("button", { name: "Sign in" }).click();
  await guest.page.getByText("Create an account").click();
  await guest.page.getByLabel("Name").fill("Margaret Hamilton");
  await guest.page.getByLabel("E-mail").last().fill(email);
  await guest.page.getByRole("button", { name: "Create account and sign in" }).click();
  await guest.page.getByRole("heading", { name: "Northwind Insurance" }).waitFor();
  await guest.page.goto("/endpoints");
  await guest.page.getByText("Nora, insurance assistant").waitFor();
  expect(await guest.page.getByRole("link", { name: "Connect an endpoint" }).count()).toBe(0);

  await page.reload();
  await page.getByRole("combobox", { name: "Role of Margaret Hamilton" }).click();
  await page.getByRole("option", { name: "Member" }).click();
  await page.getByText("Margaret Hamilton is now member.").waitFor();
  await guest.page.reload();
  await guest.page
    .getByRole("link", { name: /Connect an endpoint/ })
    .first()
    .waitFor();
});

browserTest("a server that is away is told as such, and the page recovers by one click", async () => {
  const { stack } = stage();
  const visit = await stage().visitAs(ada);
  const { page } = visit;
  visit.allow(/Failed to load resource|no answer|Unable to preload/);
  const [api] = stack.apis;
  await api?.stop();
  await page.getByRole("link", { name: "Endpoints", exact: true }).click();
  await page.getByRole("heading", { name: "No connection to the server" }).waitFor();
  await stack.startApi();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Nora, insurance assistant").waitFor();
});

browserTest("a session that is over asks to sign in again", async () => {
  const visit = await stage().visitAs(ada);
  const { page } = visit;
  visit.allow(/40[01]/);
  await page.context().clearCookies();
  await page.evaluate(() => {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith("@@auth0"))) {
      const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
      localStorage.setItem(
        key,
        JSON.stringify(kept, (name, value: unknown) => (name === "access_token" ? "spent" : value)),
      );
    }
  });
  await page.reload();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
});
