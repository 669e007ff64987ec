import { expect, test } from "vitest";
import { createEndpoint, updateEndpoint, type Endpoint } from "@rhesis/router/endpoint/schema";
import { targetConfig } from "@rhesis/engine/target/schema";
import { createInputOf, leavesHost, newEndpointValues, updateInputOf, valuesOfEndpoint } from "./endpoint-values.ts";
import { paramsUsed } from "./params-used.ts";
import { insertionFor } from "./variables.ts";

const id = "01a20616-e9ab-7bca-a851-051b3c826420";
const config = targetConfig.parse({
  url: "https://chat.example.com/v1",
  headers: { "X-Client": "rhesis" },
  request_mapping: { message: "{{ input }}", language: "{{ params.language }}" },
  response_mapping: { output: "$.reply", context: "$.sources[*]" },
  auth: { type: "client_credentials", token_url: "https://login.example.com/token", client_id: "me", scope: "chat" },
});
const endpoint: Endpoint = {
  id,
  created_at: new Date(0),
  updated_at: new Date(0),
  version: 3,
  project_id: id,
  name: "Bot",
  description: "",
  environment: "staging",
  max_per_minute: null,
  max_concurrency: 5,
  has_secret: true,
  conversation_memory: "none",
  config,
};

test("what was stored goes through the form unchanged", () => {
  const input = updateEndpoint.parse(updateInputOf(valuesOfEndpoint(endpoint), endpoint));
  expect(input.config).toEqual(config);
  expect(input).not.toHaveProperty("secret");
  expect(input.expected_version).toBe(3);
});

test("a connected function stays one: it has no address", () => {
  const connector = { function: "answer", environment: "development" };
  const connected = { ...endpoint, config: targetConfig.parse({ protocol: "connector", connector }) };
  const input = updateEndpoint.parse(updateInputOf(valuesOfEndpoint(connected), connected));
  expect(input.config).toEqual(connected.config);
});

test("a new endpoint needs a name and an address, and a body that is JSON", () => {
  const values = newEndpointValues(id);
  values.config = { ...values.config, request_mapping: "{ not json" };
  const parsed = createEndpoint.safeParse(createInputOf(values));
  const paths = parsed.error?.issues.map((issue) => issue.path.join(".")) ?? [];
  expect(paths).toEqual(expect.arrayContaining(["name", "config.url", "config.request_mapping"]));
});

test("removing a secret sends null, a new one replaces it", () => {
  const values = valuesOfEndpoint(endpoint);
  expect(updateInputOf({ ...values, removes_secret: true }, endpoint)).toMatchObject({ secret: null });
  expect(updateInputOf({ ...values, removes_secret: true, secret: "new" }, endpoint)).toMatchObject({ secret: "new" });
});

test("another host loses the secret, another path does not", () => {
  const values = valuesOfEndpoint(endpoint);
  const at = (url: string) => ({ ...values, config: { ...values.config, url } });
  expect(leavesHost(at("https://chat.example.com/v2"), endpoint)).toBe(false);
  expect(leavesHost(at("http://chat.example.com/v1"), endpoint)).toBe(true);
  expect(leavesHost(at("https://chat.example.com:8443/v1"), endpoint)).toBe(true);
});

test("a variable keeps the JSON valid wherever it is put", () => {
  expect(insertionFor('{"a": ', 6, "{{ input }}")).toBe('"{{ input }}"');
  expect(insertionFor('{"a": "Hi "}', 10, "{{ input }}")).toBe("{{ input }}");
  expect(insertionFor('{"a": "say \\"x\\" ', 17, "{{ input }}")).toBe("{{ input }}");
});

test("parameters of a request are asked for once each", () => {
  expect(paramsUsed('{"a": "{{ params.x }} {{ params.y | tojson }}", "b": "{{ params.x }}"}')).toEqual(["x", "y"]);
});
