import { connect } from "@rhesis/client/connector";
import { expect } from "vitest";
import { createApiToken } from "../api-token.ts";
import { identityOf } from "../tenants.ts";
import { expectAccessible } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

browserTest("a function of a connected process is an endpoint: tried, edited, and seen to come and go", async () => {
  const { open, stack, demo } = stage();
  const token = await createApiToken(open.database, identityOf(demo.user_id, demo.organization_id, "owner"));
  const connector = connect({
    url: stack.url,
    token,
    project_id: demo.project_id,
    functions: { answer: ({ input }: { input: string }) => ({ output: `heard ${input}` }) },
  });
  await expect.poll(() => connector.status.state, { timeout: 10_000 }).toBe("registered");
  const { page } = await stage().visitAs(ada);
  await page.goto("/endpoints");
  const row = page.getByRole("row", { name: /answer/ });
  await row.getByText("Connected", { exact: true }).waitFor();
  await row.getByRole("link", { name: "answer" }).click();

  await page.getByRole("heading", { name: "The function" }).waitFor();
  await page.getByText("A process with a token of").waitFor();
  expect(await page.getByLabel("Address", { exact: true }).count()).toBe(0);
  await page.getByLabel("Message").fill("a question");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("heard a question").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Assistant");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  await expectAccessible(page);

  await connector.close();
  await page.reload();
  await page.getByText("Not connected", { exact: true }).waitFor();
  await page.getByText('import { connect } from "@rhesis/client/connector"').waitFor();
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("No process is connected that offers the function answer").first().waitFor();
  // What lies under the pointer has colours of its own.
  await page.mouse.move(0, 0);
  await expectAccessible(page);
});
