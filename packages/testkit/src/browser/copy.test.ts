import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { createApiToken } from "../api-token.ts";
import { startEndpointZoo, type EndpointZoo } from "../endpoint-zoo.ts";
import { identityOf } from "../tenants.ts";
import { expectAccessible, signIn, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();
let zoo: EndpointZoo;

beforeAll(async () => {
  zoo = await startEndpointZoo();
});
afterAll(() => zoo.close());

const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

/** Presses a button that copies, sees that it says so, and returns what it copied. */
async function copied(page: Page, button: string): Promise<string> {
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await page.getByRole("button", { name: button, exact: true }).first().click();
  await page.getByRole("tooltip", { name: "Copied", exact: true }).waitFor();
  return clipboard(page);
}

/** Runs a command as a person would who pastes it into a shell. */
async function inShell(command: string, environment: Record<string, string> = {}): Promise<string> {
  const env = { PATH: process.env["PATH"], ...environment };
  return (await promisify(execFile)("sh", ["-c", `${command} -sS`], { env })).stdout;
}

browserTest(
  "a copied link opens the same page in the same organization, for whoever last worked in another",
  async () => {
    const { demo, visit, visitAs } = stage();
    const { page } = await visitAs(ada);
    await page.goto(`/test-sets/${demo.test_set_id}?tab=metrics`);
    const link = await copied(page, "Copy link");
    expect(link).toContain(`/test-sets/${demo.test_set_id}?tab=metrics`);
    expect(new URL(link).searchParams.get("organization")).toBe(demo.organization_id);

    await page.goto("/settings/new-organization");
    await page.getByLabel("Name of the organization").fill("Northwind Labs");
    await page.getByRole("button", { name: "Create organization" }).click();
    await page.getByRole("heading", { name: "Northwind Labs" }).waitFor();
    await page.goto(link);
    await page.getByRole("heading", { name: "Insurance essentials", level: 1 }).waitFor();
    await page.getByRole("tab", { name: "Metrics", selected: true }).waitFor();
    expect(page.url()).not.toContain("organization=");

    const elsewhere = await visit();
    await elsewhere.page.goto(link);
    await signIn(elsewhere.page, ada, elsewhere.page.getByRole("heading", { name: "Insurance essentials", level: 1 }));
  },
);

browserTest(
  "a browser that refuses the clipboard is told as such, with the text ready to be copied by hand",
  async () => {
    const { demo, visitAs } = stage();
    const { page } = await visitAs(ada);
    await page.goto(`/test-sets/${demo.test_set_id}`);
    await page.evaluate(() => {
      const refuse = () => Promise.reject(new DOMException("Write permission denied.", "NotAllowedError"));
      Object.defineProperty(navigator.clipboard, "writeText", { value: refuse });
    });
    await page.getByRole("button", { name: "Copy link" }).click();
    const dialog = page.getByRole("dialog", { name: "Not copied" });
    const text = dialog.getByRole("textbox");
    expect(await text.inputValue()).toContain(`/test-sets/${demo.test_set_id}?organization=`);
    await expectAccessible(page);
    await text.focus();
    await page.keyboard.press("ControlOrMeta+c");
    expect(await clipboard(page)).toBe(await text.inputValue());
    await page.keyboard.press("Escape");
    await soon(() => dialog.count()).toBe(0);
  },
);

browserTest("the curl command of an endpoint asks it", async () => {
  const { open, demo, visitAs } = stage();
  const { page } = await visitAs(ada);
  await page.goto(`/endpoints/${demo.endpoint_id}`);
  const command = await copied(page, "Copy as curl");
  const owner = identityOf(demo.user_id, demo.organization_id, "owner");
  const RHESIS_TOKEN = await createApiToken(open.database, owner);
  expect(command).not.toContain(RHESIS_TOKEN);
  const answer: unknown = JSON.parse(await inShell(command, { RHESIS_TOKEN }));
  expect(answer).toMatchObject({ error: null, answer: { output: expect.stringMatching(/Nora/) } });
});

/** What a shell would read if it were not told to leave it alone. */
const nasty = `It's "here"\nand $HOME, \`date\`, \\n, !! and 'there'\n`;

browserTest("the curl command of a result makes the same call again, whatever the question holds", async () => {
  const { demo, rest, visitAs } = stage();
  const { project_id } = demo;
  const make = async (path: string, body: object) => (await rest<{ id: string }>("POST", path, body)).id;
  const endpoint_id = await make("/endpoints", {
    project_id,
    name: "Echo",
    config: {
      url: `${zoo.url}/echo?a=1&b=it's&c[0]={d}`,
      headers: { "x-said": "it's $HOME" },
      request_mapping: { __body__: "Question: {{ input }}" },
      response_mapping: { output: "$.output" },
    },
  });
  const parameters = { implementation: "length", unit: "characters", min: 1 };
  const metric_id = await make("/metrics", { name: "Says something", parameters });
  const set_id = await make("/test-sets", { project_id, name: "Nasty" });
  const test_id = await make("/tests", { project_id, input: nasty });
  await rest("POST", `/test-sets/${set_id}/tests`, { test_ids: [test_id] });
  const run = await make(`/test-sets/${set_id}/execute`, { endpoint_id, metric_ids: [metric_id] });

  const { page } = await visitAs(ada);
  await page.goto(`/test-runs/${run}`);
  await page.getByText("1 of 1 done").waitFor();
  await page.getByRole("grid", { name: "Results" }).getByText("It's").first().click();
  await page.getByRole("tab", { name: "Request" }).click();
  const command = await copied(page, "Copy as curl, without secrets");
  expect(zoo.calls("/echo")).toBe(1);
  await inShell(command);
  const [asked, again] = zoo.log("/echo");
  expect(asked?.body).toBe(`Question: ${nasty}`);
  const told = ({ body, method, query, headers }: NonNullable<typeof asked>) => ({
    body,
    method,
    query: [...query],
    said: headers["x-said"],
    type: headers["content-type"],
  });
  expect(again === undefined ? undefined : told(again)).toEqual(asked === undefined ? null : told(asked));
});
