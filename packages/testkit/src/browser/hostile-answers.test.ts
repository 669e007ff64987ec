import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { startEndpointZoo, type EndpointZoo } from "../endpoint-zoo.ts";
import { soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();
let zoo: EndpointZoo;
beforeAll(async () => {
  zoo = await startEndpointZoo();
});
afterAll(() => zoo.close());

/** Everything an application can say to reach out of the page that shows it. `home` answers, so that a call shows. */
function hostileAnswer(home: string): string {
  const svg = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" onload="window.hacked='svg'"/>`).toString("base64");
  return [
    "Hello.",
    `<img src="http://tracker.example/pixel.gif" onerror="window.hacked='onerror'">`,
    `<img src="${home}/pixel.gif">`,
    `<script>window.hacked = "script"; fetch("${home}/script")</script>`,
    `<link rel="stylesheet" href="${home}/sheet.css"><style>@import "${home}/import.css"; * { color: red !important }</style>`,
    `<iframe srcdoc="<script>parent.hacked='frame'</script>"></iframe> <svg onload="window.hacked='inline'"></svg>`,
    `<form action="${home}/form"><input name="password"><button>Sign in</button></form>`,
    `![a chart](${home}/chart.png) ![a drawing](data:image/svg+xml;base64,${svg})`,
    `[harmless](javascript:window.hacked='link') [paper](data:text/html,<script>window.hacked='data'</script>)`,
    `[sideways][trap] [hidden](java&#115;cript:window.hacked='entity') [relative](/settings/members)`,
    "[trap]: vbscript:msgbox(1)",
    "**Bold**, and the [terms](https://terms.example/2026).",
  ].join("\n\n");
}

/** What is formatted holds nothing that loads or runs, and keeps what it means readable. */
async function expectHarmless(page: Page, answer: Locator): Promise<void> {
  await soon(() => answer.locator("strong").allTextContents()).toContain("Bold");
  const loads = "img, script, style, link, iframe, object, embed, svg, form, input, button, video, audio, base, meta";
  expect(await answer.locator(loads).count()).toBe(0);
  const attributes = await answer.locator("*").evaluateAll((all) => all.flatMap((each) => each.getAttributeNames()));
  expect(attributes.filter((name) => name.startsWith("on") || name === "style" || name === "src")).toEqual([]);

  const links = await answer
    .locator("a[href]")
    .evaluateAll((all) => all.map((each) => [each.textContent, each.getAttribute("href"), each.getAttribute("rel")]));
  expect(links).toEqual([["terms", "https://terms.example/2026", "noopener noreferrer nofollow"]]);
  const text = (await answer.textContent()) ?? "";
  for (const word of [
    "harmless",
    "paper",
    "sideways",
    "hidden",
    "[picture: a chart]",
    "<script>",
    "<form",
    "@import",
  ]) {
    expect(text).toContain(word);
  }
  for (const word of await answer.getByText(/^(harmless|paper|sideways|hidden)$/).all()) await word.click();
  expect(await page.evaluate(() => Reflect.get(window, "hacked"))).toBeUndefined();
}

browserTest("an answer full of traps is shown, calls nobody and runs nothing", async () => {
  const { rest, demo } = stage();
  const answer = hostileAnswer(zoo.url);
  const endpoint = await rest<{ id: string }>("POST", "/endpoints", {
    project_id: demo.project_id,
    name: "Hostile assistant",
    config: {
      url: `${zoo.url}/chat`,
      request_mapping: { input: "{{ input }}" },
      response_mapping: { output: "$.output" },
    },
  });
  const test = await rest<{ id: string }>("POST", "/tests", { project_id: demo.project_id, input: answer });
  const set = await rest<{ id: string }>("POST", "/test-sets", { project_id: demo.project_id, name: "Traps" });
  await rest("POST", `/test-sets/${set.id}/tests`, { test_ids: [test.id] });
  const metric = (await rest<{ items: { id: string }[] }>("GET", "/metrics?limit=1")).items[0]?.id;
  const run = await rest<{ id: string }>("POST", `/test-sets/${set.id}/execute`, {
    endpoint_id: endpoint.id,
    metric_ids: [metric],
  });
  await soon(async () => (await rest<{ status: string }>("GET", `/test-runs/${run.id}`)).status).toBe("completed");

  const { page } = await stage().visitAs(ada);
  await page.goto(`/test-runs/${run.id}`);
  await page
    .getByRole("row", { name: /Hello\./ })
    .getByRole("gridcell")
    .first()
    .click();
  const panel = page.getByRole("complementary");
  await expectHarmless(page, panel.locator("[data-prose]"));
  await panel.getByText("As sent").click();
  await panel.getByText(`fetch("${zoo.url}/script")`).first().waitFor();
  await panel.getByRole("link", { name: "Full page" }).click();
  await page.getByRole("heading", { name: "Result", exact: true }).waitFor();
  await expectHarmless(page, page.locator("main [data-prose]"));

  await page.goto(`/endpoints/${endpoint.id}`);
  await page.getByLabel("Message").fill(answer);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByText("It answered").waitFor();
  await expectHarmless(page, page.locator("main [data-prose]"));

  const reached = zoo.log().filter(({ path }) => path !== "/chat");
  expect(reached.map(({ path }) => path)).toEqual([]);
  expect(zoo.calls("/chat")).toBe(2);
});
