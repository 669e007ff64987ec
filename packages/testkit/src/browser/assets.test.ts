import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { startOpenAiFake, type OpenAiFake } from "../openai-fake.ts";
import { soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();
let provider: OpenAiFake;
beforeAll(async () => {
  provider = await startOpenAiFake({ api_key: "sk-right" });
});
afterAll(() => provider.close());

type Row = { id: string; name: string; description: string };

async function names(path: string): Promise<string[]> {
  const separator = path.includes("?") ? "&" : "?";
  return (await stage().rest<{ items: Row[] }>("GET", `${path}${separator}limit=100`)).items.map(({ name }) => name);
}

const notice = (page: Page, text: string | RegExp) => page.getByRole("alert").filter({ hasText: text });

browserTest("a project is created, renamed, deleted, taken back, and restored from the recycle bin", async () => {
  const { page } = await stage().visitAs(ada);
  await page.goto("/settings/projects");
  await page.getByRole("button", { name: "Create a project" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Create project" }).click();
  await dialog.getByLabel("Name").and(page.locator("[aria-invalid=true]")).waitFor();
  await dialog.getByLabel("Name").fill("Claims portal");
  await dialog.getByLabel("Description").fill("What customers see after a loss.");
  await dialog.getByRole("button", { name: "Create project" }).click();
  await page.getByRole("row", { name: /Claims portal/ }).waitFor();
  expect(await names("/projects")).toContain("Claims portal");

  await page.getByRole("button", { name: "Actions for Claims portal" }).click();
  await page.getByRole("menuitem", { name: "Rename or describe" }).click();
  expect(await dialog.getByLabel("Description").inputValue()).toBe("What customers see after a loss.");
  await dialog.getByLabel("Name").fill("Claims desk");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByRole("row", { name: /Claims desk/ }).waitFor();
  expect(await names("/projects")).not.toContain("Claims portal");

  const remove = async (): Promise<void> => {
    await page.getByRole("button", { name: "Actions for Claims desk" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await notice(page, "Claims desk was deleted").waitFor();
    await soon(() => page.getByRole("row", { name: /Claims desk/ }).count()).toBe(0);
    expect(await names("/projects")).not.toContain("Claims desk");
  };
  await remove();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("row", { name: /Claims desk/ }).waitFor();
  expect(await names("/projects")).toContain("Claims desk");

  await remove();
  await page.goto("/settings/recycle-bin");
  await page.getByRole("button", { name: "Restore Claims desk" }).click();
  await notice(page, "Claims desk is back").waitFor();
  await soon(() => page.getByRole("button", { name: "Restore Claims desk" }).count()).toBe(0);
  expect(await names("/projects")).toContain("Claims desk");
});

browserTest("what is removed from the recycle bin is gone for good, after a question", async () => {
  const { rest } = stage();
  const requirement = await rest<Row>("POST", "/requirements", { name: "Speaks Latin" });
  await rest("DELETE", `/requirements/${requirement.id}`);
  const { page } = await stage().visitAs(ada);
  await page.goto("/settings/recycle-bin?type=requirement");
  await page.getByRole("button", { name: "Remove Speaks Latin for good" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Remove Speaks Latin for good" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove for good" }).click();
  await notice(page, "Speaks Latin is gone for good").waitFor();
  await soon(() => page.getByText("Speaks Latin", { exact: true }).count()).toBe(0);
  const bin = await rest<{ items: Row[] }>("GET", "/deletions?limit=100");
  expect(bin.items.map(({ name }) => name)).not.toContain("Speaks Latin");
});

browserTest("a model is tried with a wrong and a right key, connected, made the default, and judges", async () => {
  const { rest } = stage();
  const { page } = await stage().visitAs(ada);
  await page.goto("/models");
  await page.getByRole("link", { name: "Connect a model" }).first().click();
  await page.getByRole("radiogroup", { name: "Provider" }).getByText("OpenAI-compatible").click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("House judge");
  await page.getByLabel("Model", { exact: true }).fill("right");
  await page.getByLabel("Address").fill(provider.url);
  await page.getByLabel("API key").fill("sk-wrong");
  await page.getByRole("button", { name: "Try", exact: true }).click();
  await page.getByText("It does not answer").waitFor();
  expect(await page.locator("main").textContent()).not.toContain("sk-wrong");
  await page.getByLabel("API key").fill("sk-right");
  await page.getByRole("button", { name: "Try", exact: true }).click();
  await page.getByText("It answers").waitFor();
  await page.getByRole("button", { name: "Connect model" }).click();
  await page.getByRole("row", { name: /House judge/ }).waitFor();
  const stored = (await rest<{ items: (Row & { is_default: boolean })[] }>("GET", "/models")).items[0];
  expect(stored).toMatchObject({ name: "House judge", is_default: false, has_api_key: true });

  await page.getByRole("link", { name: "House judge" }).click();
  await page.getByText("One is stored. It is never shown.").waitFor();
  await page.getByRole("switch", { name: "Default judge" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await notice(page, "Saved.").waitFor();
  expect(await rest("GET", `/models/${stored?.id}`)).toMatchObject({ is_default: true, has_api_key: true });
  await page.getByRole("button", { name: "Try", exact: true }).click();
  const outcome = page.getByText("It answers");
  await outcome.waitFor();
  const isCovered = () =>
    outcome.evaluate((text) => {
      const { x, y, height } = text.getBoundingClientRect();
      return !text.contains(document.elementFromPoint(x + 1, y + height / 2));
    });
  await soon(isCovered).toBe(false);
  await page.goto("/models");
  await page
    .getByRole("row", { name: /House judge/ })
    .getByText("Default judge")
    .waitFor();

  await page.goto("/metrics/new?kind=judge_numeric");
  await page.getByLabel("What the judge decides").fill("Is the answer friendly?");
  await page.getByLabel("Answer of the application").fill("We are happy to help.");
  const judged = provider.requests.length;
  await page.getByRole("button", { name: "Ask the judge" }).click();
  await page
    .locator("[aria-live=polite]")
    .getByText(/^(Pass|Fail)$/)
    .waitFor();
  expect(provider.requests.length).toBe(judged + 1);
  expect(provider.requests.at(-1)?.headers["authorization"]).toBe("Bearer sk-right");
});

browserTest("a requirement is written, described, given metrics and loses one", async () => {
  const { rest } = stage();
  const { page } = await stage().visitAs(ada);
  await page.goto("/requirements");
  await page.getByRole("link", { name: "New requirement" }).click();
  await page.getByRole("button", { name: "Create requirement" }).click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await page.getByLabel("What it has to get right").fill("Explains the deductible");
  await page.getByRole("button", { name: "Create requirement" }).click();
  await page.getByRole("heading", { name: "Explains the deductible", level: 1 }).waitFor();
  const id = new URL(page.url()).pathname.split("/").at(-1);

  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("In detail").fill("Says what it is, and what it does to a payment.");
  await page.getByRole("button", { name: "Save changes" }).click();
  await notice(page, "Saved.").waitFor();
  await page.getByText("Says what it is, and what it does to a payment.").waitFor();
  expect(await rest("GET", `/requirements/${id}`)).toMatchObject({
    name: "Explains the deductible",
    description: "Says what it is, and what it does to a payment.",
  });

  await page.getByRole("button", { name: "Attach metrics" }).click();
  const picker = page.getByRole("dialog");
  for (const name of ["Promises no payment", "Short enough to read"]) {
    await picker.getByRole("row", { name }).getByRole("checkbox").check();
  }
  await picker.getByRole("button", { name: "Attach 2 metrics" }).click();
  await page.getByRole("link", { name: "Promises no payment" }).waitFor();
  expect((await names(`/requirements/${id}/metrics`)).sort()).toEqual(["Promises no payment", "Short enough to read"]);
  await page.getByRole("button", { name: "Detach Promises no payment" }).click();
  await soon(() => page.getByRole("link", { name: "Promises no payment" }).count()).toBe(0);
  expect(await names(`/requirements/${id}/metrics`)).toEqual(["Short enough to read"]);

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("heading", { name: "Requirements", level: 1 }).waitFor();
  await notice(page, "“Explains the deductible” is deleted.").getByRole("button", { name: "Undo" }).click();
  await page.getByRole("row", { name: /Explains the deductible/ }).waitFor();
  expect(await names(`/requirements/${id}/metrics`)).toEqual(["Short enough to read"]);
});

browserTest("a metric is changed, and a change that came in between is not overwritten", async () => {
  const { rest } = stage();
  const metric = await rest<Row & { version: number }>("POST", "/metrics", {
    name: "Brief",
    parameters: { implementation: "length", unit: "words", max: 50 },
  });
  const visit = await stage().visitAs(ada);
  const { page } = visit;
  await page.goto("/metrics?q=Brief");
  await page.getByRole("link", { name: "Brief" }).click();
  await page.getByRole("heading", { name: "Brief", level: 1 }).waitFor();
  await page.getByLabel("Name").fill("Brief enough");
  await page.getByLabel("At most").fill("3");
  await page.getByLabel("Answer of the application").fill("One two three four.");
  await page.locator("[aria-live=polite]").getByText("Fail").waitFor();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("heading", { name: "Brief enough", level: 1 }).waitFor();
  expect(await rest("GET", `/metrics/${metric.id}`)).toMatchObject({
    name: "Brief enough",
    parameters: { implementation: "length", unit: "words", max: 3 },
  });

  await rest("PATCH", `/metrics/${metric.id}`, { expected_version: metric.version + 1, name: "Short" });
  visit.allow(/412/);
  await page.getByLabel("Name").fill("Shorter");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Load the page again to see the newer state").waitFor();
  expect(await rest("GET", `/metrics/${metric.id}`)).toMatchObject({ name: "Short" });
});
