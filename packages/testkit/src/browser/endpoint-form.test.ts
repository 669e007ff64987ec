import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import type { Endpoint } from "@rhesis/router/endpoint/schema";
import { startEndpointZoo, type EndpointZoo } from "../endpoint-zoo.ts";
import { captureAt, expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();
let zoo: EndpointZoo;
beforeAll(async () => {
  zoo = await startEndpointZoo();
});
afterAll(() => zoo.close());

const zebras = "Zebras are 🦓 striped.";

/** The page as a person may see it: light, dark, on a telephone. */
async function look(page: Page, name: string): Promise<void> {
  await expectAccessible(page);
  await captureAt(page, name, [
    [1280, 1500],
    [390, 2600],
  ]);
}

const field = (page: Page, name: string) => page.getByRole("textbox", { name, exact: true });
const valueOf = (page: Page, name: string) => field(page, name).inputValue();

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole("combobox", { name: label, exact: true }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

async function startFrom(page: Page, source: string): Promise<void> {
  await page.getByRole("radiogroup", { name: "Start from" }).getByText(source, { exact: true }).click();
}

async function send(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByText("It answered").waitFor();
}

browserTest(
  "a command that streams fills in the form, the answer just tried says how it is read, and so it is stored",
  async () => {
    const { visitAs, rest } = stage();
    const visit = await visitAs(ada);
    const { page } = visit;
    await page.goto("/endpoints/new");
    await startFrom(page, "curl");
    await field(page, "curl command").fill("wget https://bot.example");
    visit.allow(/422/);
    await page.getByRole("button", { name: "Read the command" }).click();
    await page.getByText("it does not begin with curl").waitFor();
    await look(page, "start-from-curl-refused");
    const secret = "from-the-command-77";
    await field(page, "curl command").fill(
      `curl '${zoo.url}/stream/own_types?bytes=150&ms=5' -H 'Authorization: Bearer ${secret}' --json '{"message":"Hi","stream":true}'`,
    );
    await page.getByRole("button", { name: "Read the command" }).click();
    await page.getByText("Filled in from the command").waitFor();
    await page.getByText("“stream” asks for the answer in pieces").waitFor();
    expect(await valueOf(page, "Address")).toBe(`${zoo.url}/stream/own_types`);
    expect(await page.getByLabel("Token", { exact: true }).inputValue()).toBe(secret);
    expect(await page.locator("main").textContent()).not.toContain(secret);
    expect(await page.getByRole("combobox", { name: "Response format" }).inputValue()).toBe(
      "In pieces, as server-sent events",
    );
    await send(page);
    expect(zoo.log("/stream/own_types").at(-1)?.headers["authorization"]).toBe(`Bearer ${secret}`);

    await page.getByRole("button", { name: "Use an example answer" }).click();
    const dialog = page.getByRole("dialog", { name: "Use an example answer" });
    await dialog.getByRole("button", { name: "Take the answer just tried" }).click();
    await dialog.getByText("The end of the answer is marked by message_end.").waitFor();
    await dialog.getByText(zebras).first().waitFor();
    await look(page, "example-answer");
    await choose(page, "Answer", '{{ answer if event == "workflow_started" }}');
    await dialog.getByText("“not this”").waitFor();
    await choose(page, "Answer", '{{ answer if event == "message" }}');
    await dialog.getByRole("button", { name: "Fill these in" }).click();
    await soon(() => dialog.count()).toBe(0);
    expect(await valueOf(page, "Sources")).toBe("$.metadata.sources[*].text");
    expect(await valueOf(page, "End mark")).toBe("message_end");
    await send(page);
    await page.getByRole("tabpanel").getByText(zebras).waitFor();
    await page.getByText(/^9 pieces, the first after \d+ ms$/).waitFor();
    await look(page, "streamed-trial");

    await field(page, "End mark").fill(" ");
    await field(page, "Name").fill("Streams");
    await page.getByRole("button", { name: "Connect endpoint" }).click();
    await soon(() => field(page, "End mark").getAttribute("aria-invalid")).toBe("true");
    await look(page, "end-mark-missing");
    await field(page, "End mark").fill("message_end");
    await page.getByRole("button", { name: "Connect endpoint" }).click();
    await page.getByRole("heading", { name: "Streams", level: 1 }).waitFor();
    const stored = await rest<Endpoint>("GET", `/endpoints/${page.url().split("/").at(-1)}`);
    expect(stored.config).toMatchObject({
      url: `${zoo.url}/stream/own_types`,
      query: { bytes: "150", ms: "5" },
      request_mapping: { message: "{{ input }}", stream: true },
      response_format: "sse",
      response_mapping: { output: '{{ answer if event == "message" }}' },
      stream: { done: "message_end", join: "concat" },
    });
    expect(stored.has_secret).toBe(true);

    await field(page, "Address").fill(`${zoo.socket_url}/ws/echo?ms=10`);
    expect(await page.getByRole("combobox", { name: "Protocol" }).inputValue()).toBe("WebSocket");
    expect(await page.getByRole("combobox", { name: "Method" }).count()).toBe(0);
    await choose(page, "Protocol", "HTTP");
    expect(await valueOf(page, "Address")).toBe(`${zoo.url}/ws/echo?ms=10`);
    await choose(page, "Protocol", "WebSocket");
    await field(page, "Subprotocol").fill("not one");
    await page.getByRole("combobox", { name: "How to sign in" }).click();
    await page.getByRole("option", { name: "Nothing is needed" }).click();
    await field(page, "Answer").fill("$.content");
    await field(page, "Sources").fill("");
    await field(page, "Other facts").fill("");
    await field(page, "Conversation id").fill("");
    await choose(page, "The answer ends", "After a number of messages");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("A subprotocol may hold letters, digits and - only").waitFor();
    await look(page, "websocket-form");
    await field(page, "Subprotocol").fill("");
    await field(page, "Number of messages").fill("4");
    await send(page);
    await page.getByText(/^4 pieces, the first after/).waitFor();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved.").waitFor();
    const changed = await rest<Endpoint>("GET", `/endpoints/${stored.id}`);
    expect(changed.config).toMatchObject({ protocol: "websocket", subprotocol: null, stream: { done: 4 } });
  },
  120_000,
);

/** Two operations; the likelier answers in JSON. */
const description = `openapi: 3.1.0
info: {title: Bot, version: "1"}
servers: [{url: "https://bot.example"}]
paths:
  /chat:
    post:
      summary: Ask the assistant about anything that is in the terms of the insurance, in any of the languages it knows
      requestBody: {content: {application/json: {schema: {type: object, required: [message], properties: {message: {type: string}}}}}}
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object, properties: {answer: {type: string}}}}}}}
  /login:
    post: {summary: Sign in, responses: {"200": {description: ok}}}
`;

browserTest(
  "a new endpoint starts from a preset or a document, and what was there comes back",
  async () => {
    const visit = await stage().visitAs(ada);
    const { page } = visit;
    await page.goto("/endpoints/new");
    await startFrom(page, "Preset");
    await page.getByRole("button", { name: /^Ollama/ }).click();
    await page.getByText("Filled in from the preset Ollama").waitFor();
    expect(await valueOf(page, "Name")).toBe("Ollama");
    expect(await page.getByRole("combobox", { name: "Response format" }).inputValue()).toBe(
      "In pieces, one JSON a line",
    );
    await page.getByRole("button", { name: /^Anthropic messages/ }).click();
    await soon(() => valueOf(page, "Address")).toBe("https://api.anthropic.com/v1/messages");
    expect(await valueOf(page, "Name")).toBe("Anthropic messages");
    await look(page, "start-from-preset");
    await page.getByRole("button", { name: "Put back what was there" }).click();
    await soon(() => valueOf(page, "Address")).toBe("");
    expect(await page.getByText("Filled in from").count()).toBe(0);

    await startFrom(page, "OpenAPI");
    visit.allow(/422/);
    await field(page, "OpenAPI document").fill("swagger: '2.0'");
    await page.getByRole("button", { name: "Read the document" }).click();
    await page.getByText("Convert it to OpenAPI 3").waitFor();
    const file = { name: "openapi.yaml", mimeType: "application/yaml", buffer: Buffer.from(description) };
    await page.locator("input[type=file]").setInputFiles(file);
    await soon(() => valueOf(page, "OpenAPI document")).toBe(description);
    await page.getByRole("button", { name: "Read the document" }).click();
    await page.getByText("Filled in from the operation POST /chat").waitFor();
    expect(await valueOf(page, "Answer")).toBe("$.answer");
    await look(page, "start-from-openapi");
    await page.getByRole("combobox", { name: "Operation" }).click();
    await page.getByRole("option", { name: /^POST \/login/ }).click();
    await page.getByText("Filled in from the operation POST /login").waitFor();
    expect(await valueOf(page, "Address")).toBe("https://bot.example/login");
  },
  90_000,
);
