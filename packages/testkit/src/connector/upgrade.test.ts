import { get } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type ConnectorStatus } from "@rhesis/client/connector";
import { startTestApi, type TestApi } from "../api.ts";
import { useTestDatabase } from "../database.ts";
import { createTenants, type TestOrganization } from "../tenants.ts";
import { openRawClient, openRegistered } from "./raw-client.ts";

const open = useTestDatabase();
let api: TestApi;
let a: TestOrganization;
let b: TestOrganization;
let token: string;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  api = await startTestApi(open(), { RATE_LIMIT_PER_MINUTE: "0" });
  token = await api.apiToken(a.id, a.people.member.user_id);
});
afterAll(() => api.close());

/** How a process is refused, as the library tells it. */
async function refusal(options: { token?: string; project_id?: string; environment?: string }) {
  const connector = connect({ url: api.url, token, functions: { ask: () => "yes" }, ...options });
  const error: unknown = await connector.ended.catch((reason: unknown) => reason);
  expect(connector.status.state).toBe("refused");
  return error;
}

test("is refused without a token, with a scope too few, without a project, and for another's project", async () => {
  const limited = await api.apiToken(a.id, a.people.member.user_id, { scopes: ["endpoint:read"] });
  const viewer = await api.apiToken(a.id, a.people.viewer.user_id);
  const bound = await api.apiToken(b.id, b.people.owner.user_id, { project_id: b.project_id });
  const { project_id } = a;
  expect(await refusal({ token: "rh-nonsense", project_id })).toMatchObject({ status: 401 });
  expect(await refusal({ token: limited, project_id })).toMatchObject({
    status: 403,
    message: "This token does not include connector:connect.",
  });
  expect(await refusal({ token: viewer, project_id })).toMatchObject({ status: 403 });
  expect(await refusal({})).toMatchObject({ status: 400 });
  expect(await refusal({ project_id: "x" })).toMatchObject({ status: 400 });
  expect(await refusal({ project_id, environment: "No Such" })).toMatchObject({ status: 400 });
  expect(await refusal({ project_id: b.project_id })).toMatchObject({ status: 404 });
  expect(await refusal({ token: bound, project_id })).toMatchObject({ status: 404 });
});

/** What is answered to a request that asks for an upgrade. */
function answerTo(
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; type: string; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = get(`${api.url}/api/v1${path}`, { headers: { connection: "upgrade", ...headers } }, (response) => {
      const { statusCode: status = 0, headers: told } = response;
      const type = told["content-type"] ?? "";
      const read = (chunks: Buffer[]) => ({ status, type, body: Buffer.concat(chunks).toString() });
      (response.toArray() as Promise<Buffer[]>).then(read).then(resolve, reject);
    });
    asked.on("error", reject);
  });
}

test("answers a refusal as every other: problem+json with a request id", async () => {
  const upgrade = { upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": "x".repeat(22) + "==" };
  const refused = await answerTo("/connector", upgrade);
  expect(refused).toMatchObject({ status: 401, type: "application/problem+json" });
  expect(JSON.parse(refused.body)).toMatchObject({ code: "unauthenticated", request_id: expect.any(String) as string });
  // An upgrade is an offer: other requests that make one are answered as without it.
  const authorization = `Bearer ${token}`;
  expect((await answerTo("/projects", { upgrade: "h2c", authorization })).status).toBe(200);
  expect((await answerTo("/projects", { ...upgrade, authorization })).status).toBe(200);
  expect((await answerTo("/connector", { upgrade: "h2c", authorization })).status).toBe(404);
  const socket = await openRawClient(api.url, "rh-nonsense", "").catch((error: unknown) => String(error));
  expect(socket).toMatch("401");
  const other = await openRawClient(`${api.url}/elsewhere`, token, "").catch((error: unknown) => String(error));
  expect(other).toMatch("404");
});

test.each([
  ["no JSON", "{", 1007],
  ["a depth without end", "[".repeat(500_000), 1007],
  ["no type that is known", { type: "execute_metric" }, 1008],
  ["no object", "[]", 1008],
  ["no function", { type: "register", functions: [] }, 1008],
  ["a function twice", { type: "register", functions: [{ name: "a" }, { name: "a" }] }, 1008],
  ["a name that is none", { type: "register", functions: [{ name: "a b" }] }, 1008],
  [
    "too many functions",
    { type: "register", functions: Array.from({ length: 101 }, (_, n) => ({ name: `f${n}` })) },
    1008,
  ],
  ["more than a message may hold", JSON.stringify({ type: "ping", more: "x".repeat(1_048_577) }), 1009],
])("closes on %s", async (_, message, code) => {
  const client = await openRawClient(api.url, token, `project_id=${a.project_id}`);
  await client.next("connected");
  client.say(message);
  expect(await client.closed).toMatchObject({ code });
});

test("closes on a message that is no text, and on a flood", async () => {
  const query = `project_id=${a.project_id}`;
  const binary = await openRawClient(api.url, token, query);
  binary.socket.send(Buffer.from("{}"));
  expect(await binary.closed).toMatchObject({ code: 1003 });
  const flood = await openRegistered(api.url, token, query);
  for (let n = 0; n < 200; n++) flood.say({ type: "ping" });
  expect(await flood.closed).toMatchObject({ code: 1008, reason: expect.stringMatching(/in a second/) });
  expect(flood.heard.filter(({ type }) => type === "pong").length).toBeLessThanOrEqual(50);
  const frames = await openRawClient(api.url, token, query);
  for (let n = 0; n < 200; n++) frames.socket.ping();
  expect(await frames.closed).toMatchObject({ code: 1008 });
});

test("closes when the token is revoked, and the library does not come back", async () => {
  const own = await api.apiToken(a.id, a.people.member.user_id);
  const seen: ConnectorStatus["state"][] = [];
  const options = { url: api.url, token: own, project_id: a.project_id, functions: { ask: () => "yes" } };
  const connector = connect({ ...options, onStatus: ({ state }) => void seen.push(state) });
  await expect.poll(() => connector.status.state, { timeout: 10_000 }).toBe("registered");
  await open().admin("update api_token set revoked_at = now() where organization_id = $1", [a.id]);
  await expect(connector.ended).rejects.toMatchObject({ status: 1008, message: "This API token was revoked." });
  expect(seen).toEqual(["connecting", "registered", "refused"]);
});
