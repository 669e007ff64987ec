import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import type { Test } from "@rhesis/router/test/schema";
import { startChatbotFake, type ChatbotFake } from "../chatbot-fake.ts";
import { startEndpointZoo, type EndpointZoo } from "../endpoint-zoo.ts";
import { captureAt, expectAccessible, soon } from "./browser.ts";
import { ada, browserTest, useStage } from "./stage.ts";

const stage = useStage();
let bot: ChatbotFake;
let zoo: EndpointZoo;
beforeAll(async () => {
  [bot, zoo] = await Promise.all([startChatbotFake(), startEndpointZoo()]);
});
afterAll(() => Promise.all([bot.close(), zoo.close()]));

/** Pictures of the page as a person may see it: light, dark, on a telephone. */
async function look(page: Page, name: string): Promise<void> {
  await captureAt(page, name, [
    [1280, 800],
    [390, 844],
  ]);
}

async function create(name: string, config: object): Promise<string> {
  const { project_id } = stage().demo;
  return (await stage().rest<{ id: string }>("POST", "/endpoints", { project_id, name, config })).id;
}

browserTest(
  "one talks with an endpoint, stops a call, goes on with two side by side, and saves what was said as a test",
  async () => {
    const { demo, rest, visitAs } = stage();
    const reply = { output: "$.reply" };
    const stateless = { request_mapping: { messages: "{{ messages }}" }, response_mapping: reply };
    const second = await create("Remembers nothing", { ...stateless, url: `${bot.url}/stateless` });
    await create("Hangs", { url: `${zoo.url}/hang`, request_mapping: { q: "{{ params.language }}" } });
    await create("Echo", { url: `${zoo.url}/echo`, response_format: "text" });
    const { page } = await visitAs(ada, { width: 1280, height: 800 });

    await page.goto(`/endpoints/${demo.endpoint_id}`);
    await page.getByRole("link", { name: "Chat" }).click();
    await page.getByRole("heading", { name: "Playground", level: 1 }).waitFor();
    const message = page.getByRole("textbox", { name: "Message" });
    const pane = (name: string | RegExp) => page.getByRole("region", { name, exact: true });
    const nora = page.getByRole("region", { name: /^Conversation with Nora/ });
    await page.getByText("It keeps the conversation itself, under an id that its answers name.").waitFor();
    await nora.getByText("Nothing has been said yet.").waitFor();
    expect(await page.getByRole("button", { name: "Save as a test" }).isDisabled()).toBe(true);
    await look(page, "playground-empty");

    await message.fill("What is the deductible of my car insurance?");
    await message.press("Shift+Enter");
    await message.press("Backspace");
    await message.press("Enter");
    await nora.getByRole("listitem").getByText("500 euros").waitFor();
    await nora
      .getByRole("status")
      .filter({ hasText: /answered: .*500 euros/s })
      .waitFor({ state: "attached" });
    expect(await message.inputValue()).toBe("");
    await page.getByText(/It keeps the conversation itself, under the id \S+\./).waitFor();
    await message.fill("And for my home?");
    await page.getByRole("button", { name: "Send" }).click();
    await nora.getByRole("listitem").getByText("150 euros").waitFor();
    const turn = (number: number) =>
      nora.getByRole("listitem").filter({ has: page.getByRole("heading", { name: `Turn ${number}` }) });
    await turn(2).getByRole("tab", { name: "Request" }).click();
    await soon(() => turn(2).getByRole("region", { name: "Request body" }).textContent()).toContain("session_id");
    await look(page, "playground-one");

    await page.getByRole("combobox", { name: "Beside it" }).click();
    await page.getByRole("option", { name: "Remembers nothing" }).click();
    await soon(() => page.url()).toContain(`beside=${second}`);
    await page.getByText("It is sent the whole conversation with each message.").waitFor();
    const other = pane("Conversation with Remembers nothing");
    for (const [number, text] of ["Hello **both**", "Again"].entries()) {
      await message.fill(text);
      await message.press("Enter");
      await other
        .getByRole("listitem")
        .getByText(`Answer ${number + 1} to`)
        .waitFor();
      await turn(number + 3)
        .getByText("answered in")
        .waitFor();
    }
    expect(bot.calls.at(-1)).toMatchObject({ said: ["Hello **both**", "Again"], remembers: true });
    await expectAccessible(page);
    await look(page, "playground-two");

    await pane(/^Nora/).getByRole("button", { name: "Save as a test" }).click();
    const dialog = page.getByRole("dialog", { name: "Save as a test" });
    await dialog.getByText("Your 4 messages become a multi-turn test").waitFor();
    await dialog.getByRole("textbox", { name: "Name" }).fill("Deductibles, as asked");
    await dialog.getByRole("checkbox").check();
    await dialog.getByRole("combobox", { name: "Test set" }).fill("Held by hand");
    await page.getByRole("option", { name: "Create “Held by hand”" }).click();
    await expectAccessible(page);
    await look(page, "playground-save");
    await dialog.getByRole("button", { name: "Save test" }).click();
    await dialog.getByText("The test is saved").waitFor();
    const href = await dialog.getByRole("link", { name: "Open the test" }).getAttribute("href");
    const saved = await rest<Test>("GET", `/tests/${/tests\/([^?]+)/.exec(href ?? "")?.[1]}`);
    expect(saved).toMatchObject({ kind: "multi_turn", name: "Deductibles, as asked", project_id: demo.project_id });
    const script = saved.conversation?.type === "scripted" ? saved.conversation.turns : [];
    expect(script.map(({ input }) => input)).toEqual([
      "What is the deductible of my car insurance?",
      "And for my home?",
      "Hello **both**",
      "Again",
    ]);
    expect(script[0]?.expected_output).toContain("500 euros");
    const { items } = await rest<{ items: object[] }>("GET", "/test-sets?q=Held%20by%20hand");
    expect(items).toMatchObject([{ kind: "multi_turn", test_count: 1 }]);
    await dialog.getByRole("button", { name: "Back to the conversation" }).click();

    await page.keyboard.press("ControlOrMeta+k");
    await page.getByRole("textbox", { name: "Go to, begin, or search" }).fill("playground");
    await page.getByText("Chat with an endpoint (playground)").click();
    await page.getByText("Choose an endpoint to talk with").waitFor();
    await page.getByRole("combobox", { name: "Endpoint", exact: true }).click();
    await page.getByRole("option", { name: "Hangs" }).click();
    const hangs = pane("Conversation with Hangs");
    await page.getByText("It knows only the last message.").waitFor();
    await page.getByRole("textbox", { name: "Parameter language" }).fill("de");
    await message.fill("Hi");
    await message.press("Enter");
    await soon(() => zoo.calls("/hang")).toBe(1);
    await hangs.getByText("Waiting for the answer…").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await hangs.getByText("You stopped this call.").waitFor();
    expect(zoo.log("/hang").at(-1)?.body).toBe(JSON.stringify({ q: "de" }));
    await page.getByRole("combobox", { name: "Endpoint", exact: true }).click();
    await page.getByRole("option", { name: "Echo" }).click();
    await message.fill(`Long ${"and longer ".repeat(800)}${"w".repeat(3000)}`);
    await message.press("Enter");
    await pane("Conversation with Echo").getByRole("listitem").getByText("answered in").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
    await expectAccessible(page);
    await look(page, "playground-long");
    await page.getByRole("button", { name: "Start over" }).click();
    await pane("Conversation with Echo").getByText("Nothing has been said yet.").waitFor();
  },
  120_000,
);
