import type { Page } from "playwright-core";
import { expect } from "vitest";
import { expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();

type Row = { id: string; name: string };
type Fields = { fields: { name: string; default: unknown; required: boolean }[] };
type Environments = { items: { name: string; experiment_version: number }[] };
type Run = Row & { status: string; total: number; passed: number; plan: { params: object; parameters: object | null } };

const notice = (page: Page, text: string | RegExp) => page.getByRole("alert").filter({ hasText: text });
const parametersPath = (): string => `/projects/${stage().demo.project_id}/parameters`;
const schema = (): Promise<Fields> => stage().rest<Fields>("GET", `${parametersPath()}/schema`);
const bound = async (): Promise<Record<string, number>> => {
  const { items } = await stage().rest<Environments>("GET", `${parametersPath()}/environments`);
  return Object.fromEntries(items.map(({ name, experiment_version }) => [name, experiment_version]));
};

async function choose(page: Page, field: string, option: string): Promise<void> {
  await page.getByRole("combobox", { name: field }).click();
  await page.getByRole("option", { name: option }).click();
}

/** The card of a parameter, from 1. */
const card = (page: Page, nr: number) => page.getByRole("listitem", { name: `Parameter ${nr}`, exact: true });

async function addParameter(page: Page, nr: number, name: string, type: string): Promise<void> {
  await page.getByRole("button", { name: "Add a parameter" }).click();
  // Writing begins at the name.
  await page.keyboard.insertText(name);
  await card(page, nr).getByLabel("Type").click();
  await page.getByRole("option", { name: type, exact: true }).click();
}

/** From nothing to three parameters, the last of which was moved to the second place. */
async function describeParameters(page: Page): Promise<void> {
  await page.goto("/experiments");
  await page.getByRole("heading", { name: "No experiments yet" }).waitFor();
  await page.getByRole("link", { name: "Parameters", exact: true }).click();
  await page.getByRole("heading", { name: "No parameters yet" }).waitFor();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Describe the first parameter" }).click();
  await addParameter(page, 1, "System Prompt", "Long text");
  await addParameter(page, 2, "tone", "Choice");
  await card(page, 2).getByLabel("Options 1").fill("kind");
  await page.keyboard.press("Enter");
  await card(page, 2).getByLabel("Options 2").fill("formal");
  await card(page, 2).getByLabel("Default").click();
  await page.getByRole("option", { name: "kind", exact: true }).click();
  await addParameter(page, 3, "turns", "Whole number");
  await card(page, 3).getByLabel("Default").fill("3");
  await addParameter(page, 4, "extra", "Short text");
  await page.getByRole("button", { name: "Remove extra" }).click();
  await page.getByRole("button", { name: "Move turns up" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("turns is now 2 of 3").waitFor({ state: "attached" });
  await card(page, 2).getByText("2. turns").waitFor();
  await page.getByRole("button", { name: "Save parameters" }).click();
  await card(page, 1).getByText("Use small letters, digits and _, and start with a letter").waitFor();
  await soon(() => page.evaluate(() => document.activeElement?.getAttribute("value"))).toBe("System Prompt");
  await card(page, 1).getByLabel("Name").fill("system_prompt");
  await card(page, 1).getByRole("checkbox", { name: "Required" }).check();
  await page.getByRole("button", { name: "Save parameters" }).click();
  await notice(page, "Saved.").waitFor();
  await page.getByText("{{ params.system_prompt }}").waitFor();
}

/** Two versions, and a third time the values of the second. */
async function saveVersions(page: Page): Promise<void> {
  await page.getByRole("link", { name: "New version", exact: true }).click();
  await page.getByRole("button", { name: "Save version" }).click();
  await page.getByLabel("System prompt").and(page.locator("[aria-invalid=true]")).waitFor();
  await page.getByLabel("System prompt").fill("You are Nora.\nAnswer in full.");
  await page.getByRole("button", { name: "Save version" }).click();
  await notice(page, "v1 is saved.").waitFor();
  await page.getByRole("link", { name: "New version", exact: true }).click();
  await page.getByText("It starts from v1.").waitFor();
  await page.getByLabel("System prompt").fill("You are Nora.\nAnswer in one sentence.");
  await choose(page, "Tone", "formal");
  await page.getByLabel("Note").fill("Shorter and more formal");
  await page.getByRole("button", { name: "Save version" }).click();
  await page
    .getByRole("complementary", { name: "v2 of Shorter answers" })
    .getByText("formal", { exact: true })
    .waitFor();
  await page.getByRole("link", { name: "New version", exact: true }).click();
  await page.getByText("It starts from v2.").waitFor();
  await page.getByRole("button", { name: "Save version" }).click();
  await notice(page, "Nothing new was saved: v2 holds these values already.").waitFor();
  await page.getByRole("tab", { name: "Versions (2)" }).waitFor();
}

async function compareVersions(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Close (Esc)" }).click();
  const row = (nr: number) => page.getByRole("row", { name: new RegExp(`v${nr}`) });
  await row(1).getByRole("checkbox").check();
  await page.getByText("Choose two to compare them").waitFor();
  await row(2).getByRole("checkbox").check();
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.waitForURL(/from=1&to=2/);
  await page.getByText("2 parameters are different, 1 is the same.").waitFor();
  const lines = page.getByRole("region", { name: "Lines of System prompt" });
  expect(await lines.innerText()).toMatch(/You are Nora\.[^]*Answer in full\.[^]*Answer in one sentence\./);
  expect(await page.getByText("Turns", { exact: true }).count()).toBe(0);
  await page.keyboard.press("d");
  await page.getByText("Turns", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Swap the two" }).click();
  await page.waitForURL(/from=2&to=1/);
}

browserTest(
  "parameters are described, given values in versions, compared, shared and promoted",
  async () => {
    const visit = await stage().visitAs(ada);
    const { page } = visit;
    await describeParameters(page);
    expect(await schema()).toMatchObject({
      fields: [
        { name: "system_prompt", default: null, required: true },
        { name: "turns", default: 3, required: false },
        { name: "tone", default: "kind", options: ["kind", "formal"] },
      ],
    });
    await page.getByRole("link", { name: "Experiments" }).first().click();
    await page.getByRole("link", { name: "New experiment" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Shorter answers");
    await page.getByRole("button", { name: "Create experiment" }).click();
    await page.getByRole("heading", { name: "No versions yet" }).waitFor();
    await page.getByText("Private", { exact: true }).waitFor();
    await saveVersions(page);
    await compareVersions(page);

    await page.getByRole("tab", { name: "Versions (2)" }).click();
    await page.getByRole("grid", { name: "Versions" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/version=2/);
    await page.getByRole("button", { name: "Promote", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Environment").fill("Production");
    await dialog.getByRole("button", { name: "Promote" }).click();
    await dialog.getByText("Use small letters, digits, dots").waitFor();
    await dialog.getByLabel("Environment").fill("production");
    visit.allow(/409/);
    await dialog.getByRole("button", { name: "Promote" }).click();
    await dialog.getByText("“Shorter answers” is private. Share it first").waitFor();
    await dialog.getByRole("button", { name: "Share it with everybody" }).click();
    await soon(() => dialog.getByText("Only you see this experiment").count()).toBe(0);
    await dialog.getByRole("button", { name: "Promote" }).click();
    await notice(page, "production is v2 of “Shorter answers” now.").waitFor();
    await page.getByText("in use as production (v2)").waitFor();
    for (const act of ["Make private again", "Delete"]) {
      await page.getByRole("button", { name: "More actions" }).click();
      await page.getByRole("menuitem", { name: act }).click();
      const refusal = notice(page, "“Shorter answers” is in use: it is bound to production.");
      await refusal.waitFor();
      await refusal.getByRole("button", { name: "Close" }).click();
    }
    expect(await bound()).toEqual({ production: 2 });
  },
  90_000,
);

/** Ready-made: two versions, the newer one in production. */
async function prepare(): Promise<string> {
  const { rest, demo } = stage();
  const { project_id } = demo;
  const fields = [
    { name: "tone", type: "enum", options: ["kind", "formal"], required: true },
    { name: "greeting", type: "text", default: "Hello" },
  ];
  await rest("PUT", `${parametersPath()}/schema`, { fields });
  const { id } = await rest<Row>("POST", "/experiments", { project_id, name: "Tones", visibility: "shared" });
  for (const tone of ["kind", "formal"]) await rest("POST", `/experiments/${id}/versions`, { values: { tone } });
  await rest("PUT", `${parametersPath()}/environments/production`, { experiment_id: id, version: 2 });
  return id;
}

async function bindAndUnbind(page: Page): Promise<void> {
  await page.goto("/experiments/environments");
  const row = (name: string) => page.getByRole("row", { name: new RegExp(`^${name}`) });
  await row("production").getByRole("link", { name: "v2 of Tones" }).waitFor();
  await row("staging").getByText("Nothing is bound").waitFor();
  await page.getByRole("grid", { name: "Environments" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/bind=default/);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Promote a version" }).click();
  await dialog.getByLabel("Environment").fill("eu-1");
  await choose(page, "Experiment", "Tones");
  await choose(page, "Version", "v1");
  await dialog.getByRole("button", { name: "Promote" }).click();
  await row("eu-1").getByRole("link", { name: "v1 of Tones" }).waitFor();
  await page.getByRole("button", { name: "Actions for production" }).click();
  await page.getByRole("menuitem", { name: "Unbind" }).click();
  await row("production").getByText("Nothing is bound").waitFor();
  expect(await bound()).toEqual({ "eu-1": 1 });
  await page.getByRole("button", { name: "Undo" }).click();
  await row("production").getByRole("link", { name: "v2 of Tones" }).waitFor();
  expect(await bound()).toEqual({ "eu-1": 1, production: 2 });
}

/** Starts a run of the drawer that is open, and waits for its end. */
async function startRun(page: Page): Promise<Run> {
  await page.getByRole("dialog").getByRole("button", { name: "Start run" }).click();
  await page.waitForURL(/\/test-runs\//);
  await page.getByText("Completed", { exact: true }).waitFor();
  return stage().rest<Run>("GET", `/test-runs/${new URL(page.url()).pathname.split("/").at(-1)}`);
}

/** One run with what production is bound to, and one with the first version. */
async function runBoth(page: Page): Promise<[Run, Run]> {
  await page.goto(`/test-sets/${stage().demo.test_set_id}?run=true`);
  const drawer = page.getByRole("dialog");
  await drawer.getByText("Environment", { exact: true }).click();
  await drawer.getByText("Nothing is bound to the environment “default”").waitFor();
  await choose(page, "Environment", "production");
  await drawer.getByRole("link", { name: "v2 of Tones" }).waitFor();
  await drawer.getByRole("button", { name: "Show the values" }).click();
  await drawer.getByText("formal", { exact: true }).waitFor();
  const first = await startRun(page);
  await page.getByRole("link", { name: "v2 of Tones" }).waitFor();
  await page.getByRole("button", { name: "values" }).click();
  await drawer.getByText("what production was bound to when the run started").waitFor();
  await drawer.getByText("formal", { exact: true }).waitFor();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Run again" }).click();
  await soon(() => drawer.getByRole("combobox", { name: "Experiment" }).inputValue()).toBe("Tones");
  await soon(() => drawer.getByRole("combobox", { name: "Version" }).inputValue()).toBe("v2");
  await choose(page, "Version", "v1");
  await drawer.getByRole("link", { name: "v1 of Tones" }).waitFor();
  return [first, await startRun(page)];
}

browserTest(
  "environments are bound, runs are made with versions, and versions are compared by results",
  async () => {
    const { rest } = stage();
    const id = await prepare();
    const visit = await stage().visitAs(ada);
    const { page } = visit;
    visit.allow(/404/);
    await bindAndUnbind(page);
    const [first, second] = await runBoth(page);
    expect(first.plan).toMatchObject({
      params: { tone: "formal", greeting: "Hello" },
      parameters: { source: "environment", environment: "production", version: 2 },
    });
    expect(second.plan).toMatchObject({ params: { tone: "kind" }, parameters: { source: "version", version: 1 } });

    await page.goto(`/experiments/${id}?tab=results`);
    const row = (nr: number) => page.getByRole("row", { name: new RegExp(`^v${nr}`) });
    const rate = `${Math.round((first.passed / first.total) * 100)}%`;
    await row(2).getByText(rate, { exact: true }).waitFor();
    await row(2).getByText("the same", { exact: true }).waitFor();
    expect(await row(1).getByRole("cell").allInnerTexts()).toContain("–");
    expect(await row(2).getByRole("cell").allInnerTexts()).toContain(String(first.total));
    await expectAccessible(page);
    await choose(page, "Compare with", "Compared with v2");
    await page.waitForURL(/against=2/);
    await row(1)
      .getByRole("link", { name: /what changed\s+from v2 to v1/ })
      .click();
    await page.getByText("1 parameter is different, 1 is the same.").waitFor();
    await page.goBack();
    await row(2).getByRole("link", { name: "1 run" }).click();
    await page.getByRole("grid", { name: "Runs" }).getByRole("link", { name: first.name }).waitFor();
    expect(await page.getByRole("grid", { name: "Runs" }).getByRole("link", { name: second.name }).count()).toBe(0);

    const fields = [{ name: "tone", type: "integer" }];
    await rest("PUT", `${parametersPath()}/schema`, { fields });
    visit.allow(/409/);
    await page.goto("/experiments/parameters");
    await page.getByText("Runs cannot use these environments any more").waitFor();
    await page.goto("/experiments/environments");
    await page.getByText("Does not fit any more").first().waitFor();
    await page.goto(`/test-sets/${stage().demo.test_set_id}?run=true&environment=production`);
    await page.getByText("does not fit the parameters of the project any more").waitFor();

    for (const name of ["production", "eu-1"]) await rest("DELETE", `${parametersPath()}/environments/${name}`);
    await page.goto(`/experiments/${id}`);
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("heading", { name: "Experiments", level: 1 }).waitFor();
    await soon(() => page.getByRole("link", { name: "Tones", exact: true }).count()).toBe(0);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("link", { name: "Tones", exact: true }).waitFor();

    // With a second project, pages of one project ask which.
    const { name } = await rest<Row>("GET", `/projects/${stage().demo.project_id}`);
    await rest("POST", "/projects", { name: "Another project" });
    await page.goto("/experiments/parameters");
    await page.getByRole("heading", { name: "Choose a project" }).waitFor();
    await choose(page, "Project", name);
    await page.waitForURL(/project=/);
    await page.getByText("{{ params.tone }}").waitFor();
  },
  120_000,
);
