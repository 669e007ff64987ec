import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createApiToken } from "../api-token.ts";
import { useTestDatabase } from "../database.ts";
import { startStack, type Stack } from "../stack.ts";
import { createTenants, type TestOrganization } from "../tenants.ts";

/** As an installation on the internet is set up; one address stands for a host outside, which may be called. */
const outside = "127.0.0.2";

const open = useTestDatabase();
let stack: Stack;
let a: TestOrganization;
let token: string;
let port: number;
let connects = 0;
let inside: Server;
let redirecting: HttpServer;
let redirectingUrl: string;
let target = "";

beforeAll(async () => {
  ({ a } = await createTenants(open().database));
  token = await createApiToken(open().database, a.people.owner);
  inside = createServer((socket) => {
    connects += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => inside.listen(0, "::", resolve));
  port = (inside.address() as AddressInfo).port;
  redirecting = createHttpServer((_request, response) =>
    response.writeHead(307, { location: Buffer.from(target).toString("latin1") }).end(),
  );
  await new Promise<void>((resolve) => redirecting.listen(0, outside, resolve));
  redirectingUrl = `http://${outside}:${(redirecting.address() as AddressInfo).port}/`;
  stack = await startStack(open(), {
    environment: { RHESIS_ALLOW_LOOPBACK_TARGETS: "false", RHESIS_ALLOW_PRIVATE_TARGETS: `${outside}/32` },
  });
});
afterAll(async () => {
  await stack.close();
  inside.close();
  redirecting.close();
});
afterEach(() => expect(connects).toBe(0));

type Json = Record<string, unknown> & { id: string };

async function post(
  path: string,
  body: object,
  method = "POST",
): Promise<{ status: number; text: string; json: Json }> {
  const response = await fetch(`${stack.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: JSON.parse(text) as Json };
}

const spellings = [
  "127.0.0.1",
  "localhost",
  "localhost.",
  "LOCALHOST",
  "127.1",
  "127.0.1",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "0177.0.0.1",
  "017700000001",
  "0",
  "0.0.0.0",
  "127.255.255.254",
  "127.0.0.1.",
  "①②⑦.⓪.⓪.①",
  "%31%32%37.0.0.1",
  "[::1]",
  "[::]",
  "[0:0:0:0:0:0:0:1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::127.0.0.1]",
  "[64:ff9b::7f00:1]",
  "[2002:7f00:1::]",
] as const;

describe.each(spellings)("nobody is led to %s", (host) => {
  const address = () => `http://${host}:${port}/`;
  const auth = () => ({ type: "client_credentials", token_url: address(), client_id: "c" });

  test("by an endpoint, its token address, or a redirect", async () => {
    target = address();
    const socket = { protocol: "websocket", url: address().replace("http:", "ws:") };
    const ways = [{ url: address() }, socket, { url: redirectingUrl, auth: auth() }, { url: redirectingUrl }];
    for (const config of ways) {
      const { status, json } = await post("/endpoints/try", { config, secret: "s", input: "x" });
      expect([200, 400]).toContain(status);
      if (status === 200) expect(json).toMatchObject({ answer: null, error: expect.anything() });
    }
  });

  test("by a model, or a metric that asks it", async () => {
    const config = { provider: "openai_compatible", model_name: "m", base_url: address() };
    const { status, json } = await post("/models/try", { config, api_key: "k" });
    if (status === 200) expect(json).toMatchObject({ ok: false });
    const model = await post("/models", { ...config, name: host });
    expect(model.status).toBe(status === 200 ? 201 : 400);
    if (model.status !== 201) return;
    const parameters = { implementation: "judge_numeric", evaluation_prompt: "Good?" };
    const trial = await post("/metrics/try", { parameters, model_id: model.json.id, output: "x" });
    expect(trial.json).toMatchObject({ verdict: "inconclusive" });
  });
});

test("nobody is led inside by a run, nor told whether somebody listens there", async () => {
  const { project_id } = a;
  target = `http://127.0.0.1:${port}/`;
  const parameters = { implementation: "json_valid" };
  const metric = await post("/metrics", { name: "Valid", parameters });
  const set = await post("/test-sets", { project_id, name: "Set" });
  const made = await post("/tests", { project_id, input: "x" });
  await post(`/test-sets/${set.json.id}/tests`, { test_ids: [made.json.id] });
  const said: string[] = [];
  for (const [name, url] of [
    ["listens", target],
    ["does not listen", "http://127.0.0.1:1/"],
    ["redirects", redirectingUrl],
  ]) {
    const endpoint = await post("/endpoints", { project_id, name, config: { url, max_attempts: 1 } });
    const start = { endpoint_id: endpoint.json.id, metric_ids: [metric.json.id] };
    const run = await post(`/test-sets/${set.json.id}/execute`, start);
    const statusOf = async () => (await post(`/test-runs/${run.json.id}`, {}, "GET")).json["status"];
    await expect.poll(statusOf, { timeout: 25_000, interval: 200 }).toBe("completed");
    const results = (await post(`/test-results?test_run_id=${run.json.id}`, {}, "GET")).json["items"] as Json[];
    expect(results).toMatchObject([{ verdict: "error", error_code: "address_refused" }]);
    said.push(String(results[0]?.["error_message"]).replaceAll(/:\d+/g, ""));
  }
  expect(said[0]).toBe(said[1]);
}, 60_000);
