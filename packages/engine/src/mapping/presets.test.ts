import { chatApiKey, startChatApiFakes, type ChatApiFakes } from "@rhesis/testkit/chat-api-fakes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestVariables } from "../target/map-request.ts";
import { checkMappings } from "../target/map-response.ts";
import type { TargetConfig } from "../target/schema.ts";
import { createTargetClient, type TargetClient } from "../target/target-client.ts";
import { visibleSecrets } from "../target/visible-secret.ts";
import { presets } from "./presets.ts";
import { preset, presetNames } from "./schema.ts";

let fakes: ChatApiFakes;
let client: TargetClient;

beforeAll(async () => {
  fakes = await startChatApiFakes();
  client = createTargetClient({ policy: { allow_loopback: true, allow_private: [] } });
});
afterAll(() => Promise.all([fakes.close(), client.close()]));

/** The preset as it is, at the fake instead of the provider. */
function atFake(config: TargetConfig): TargetConfig {
  const { pathname } = new URL(config.url ?? "");
  return { ...config, url: fakes.url + pathname, max_attempts: 1 };
}

function call(config: TargetConfig, variables: RequestVariables) {
  // One that needs no sign-in by itself is called as the fake wants it.
  const auth: TargetConfig["auth"] = config.auth.type === "none" ? { type: "bearer" } : config.auth;
  return client.call({ ...atFake(config), auth }, chatApiKey, variables);
}

test("there is one for each name", () => {
  expect(presets.map(({ name }) => name)).toEqual(presetNames);
});

describe.each(presets.map((one) => [one.name, one] as const))("%s", (_, one) => {
  const { config } = one;

  test("can be stored as it is", () => {
    expect(preset.parse(one)).toEqual(one);
    expect(checkMappings(config)).toEqual([]);
    expect(visibleSecrets(config)).toEqual([]);
  });

  test("asks one question and reads the answer", async () => {
    const input = 'Is "theft" covered?\nAnd {{ fire }} \\ 100 % 👍';
    const outcome = await call(config, { input });
    expect(outcome.error).toBeNull();
    expect(outcome.answer).toMatchObject({ output: `You said: ${input}`, tool_calls: [] });
    expect(fakes.calls.at(-1)?.turns).toEqual([{ role: "user", text: input }]);
  });

  test("goes on in a conversation", async () => {
    const messages = [
      { role: "user", content: "Is theft covered?" },
      { role: "assistant", content: 'Yes, "it" is.' },
      { role: "user", content: "And hail?" },
    ];
    const outcome = await call(config, { input: "And hail?", messages });
    expect(outcome.answer).toMatchObject({ output: "You said: And hail?" });
    expect(fakes.calls.at(-1)?.turns).toEqual(messages.map(({ role, content }) => ({ role, text: content })));
  });

  test("reads a tool call, which may come without a text", async () => {
    const outcome = await call(config, { input: "Use a tool" });
    expect(outcome.error).toBeNull();
    expect(outcome.answer?.output ?? "").toBe("");
    expect(outcome.answer?.tool_calls).toHaveLength(1);
    expect(JSON.stringify(outcome.answer?.tool_calls)).toContain("weather");
  });

  test("is refused where the secret is wrong", async () => {
    if (config.auth.type === "none") return;
    const outcome = await client.call(atFake(config), "wrong", { input: "Hi" });
    expect(outcome).toMatchObject({ answer: null, error: { code: "auth_failed" }, response: { status: 401 } });
  });
});
