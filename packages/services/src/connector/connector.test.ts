import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createDatabase, type Database } from "@rhesis/db/database";
import { createNotifications, type Notifications } from "@rhesis/db/notifications";
import type { ConnectorCall } from "@rhesis/engine/connector/port";
import type { ServerMessage } from "@rhesis/engine/connector/schema";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { ConnectorCalls } from "./calls.ts";
import { ConnectorHub } from "./hub.ts";
import type { Session } from "./session.ts";

/** A machine with much to do takes its time. */
const soon = { timeout: 10_000 };
const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
/** What one process of ours has. */
type Process = { hub: ConnectorHub; calls: ConnectorCalls; database: Database; notifications: Notifications };
let one: Process;
let two: Process;
let processes: Process[] = [];

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
});
beforeEach(async () => {
  processes = [];
  one = await startProcess();
  two = await startProcess();
});
afterEach(() => Promise.all(processes.map(stop)));

async function startProcess(): Promise<Process> {
  const database = createDatabase({ url: open().app_url, application_name: "test" });
  const notifications = createNotifications(open().app_url);
  const tools = { database, notifications, log: { warn: () => undefined } };
  const started = { hub: new ConnectorHub(tools, "test"), calls: new ConnectorCalls(tools), database, notifications };
  await notifications.ready();
  processes.push(started);
  return started;
}

async function stop({ hub, calls, database, notifications }: Process): Promise<void> {
  await hub.close();
  await calls.close();
  await notifications.close();
  await database.close();
}

type Client = { session: Session; heard: ServerMessage[]; closed: string[]; calls: () => string[] };

/** A process of a customer, without a network between. */
async function connectTo(
  { hub }: Process,
  organization: TestOrganization,
  environment = "development",
): Promise<Client> {
  const heard: ServerMessage[] = [];
  const closed: string[] = [];
  const { tenant, project_id, people } = organization;
  const admission = { tenant: { ...tenant, user_id: people.owner.user_id }, project_id, environment };
  const session = hub.open(admission, {
    send: (text) => void heard.push(JSON.parse(text) as ServerMessage),
    close: (code, reason) => {
      closed.push(`${code} ${reason}`);
      void session.ended();
    },
  });
  say(session, { type: "register", functions: [{ name: "ask" }] });
  await expect.poll(() => heard.at(-1)?.type, soon).toBe("registered");
  const calls = () => heard.flatMap((message) => (message.type === "execute_test" ? [message.call_id] : []));
  return { session, heard, closed, calls };
}

function say(session: Session, message: object): void {
  session.receive(JSON.stringify(message));
}

function call({ calls }: Process, organization: TestOrganization, more: Partial<ConnectorCall> = {}) {
  const { tenant, project_id } = organization;
  const call = { function_name: "ask", inputs: { input: "Hello" }, parameters: {}, environment: "development" };
  const rest = { timeout_ms: 10_000, idempotency_key: null, signal: undefined };
  return calls.portFor({ tenant, project_id }).call({ ...call, ...rest, ...more });
}

const left = () => open().admin<{ status: string }>("select status from connector_call");

test("a call made in one process reaches a socket held by another, and its answer comes back once", async () => {
  const client = await connectTo(two, a);
  const asked = call(one, a);
  await expect.poll(() => client.calls(), soon).toHaveLength(1);
  const [call_id = ""] = client.calls();
  expect(client.heard.at(-1)).toMatchObject({ function_name: "ask", inputs: { input: "Hello" }, timeout_ms: 10_000 });
  say(client.session, { type: "test_result", call_id, status: "success", output: { output: "Hi", n: 1 } });
  say(client.session, { type: "test_result", call_id, status: "success", output: "again" });
  await expect(asked).resolves.toEqual({ kind: "answered", output: { output: "Hi", n: 1 } });
  expect(await left()).toEqual([]);
});

test("a function that fails says why", async () => {
  const client = await connectTo(one, a);
  const asked = call(one, a);
  await expect.poll(() => client.calls(), soon).toHaveLength(1);
  say(client.session, { type: "test_result", call_id: client.calls()[0], status: "error", error: "no model\u0000" });
  await expect(asked).resolves.toEqual({ kind: "function_failed", error: "no model\uFFFD" });
});

test("nobody is called in another organization, project, environment or by another name", async () => {
  const theirs = await connectTo(two, b);
  const elsewhere = await connectTo(two, a, "production");
  await expect(call(one, a)).resolves.toEqual({ kind: "not_connected" });
  await expect(call(one, a, { environment: "production", function_name: "other" })).resolves.toEqual({
    kind: "not_connected",
  });
  // Naming the other organization's project from here finds nobody there either.
  const foreign = { ...a, project_id: b.project_id };
  await expect(call(one, foreign)).resolves.toEqual({ kind: "not_connected" });
  expect([theirs.calls(), elsewhere.calls()]).toEqual([[], []]);
});

test("calls are spread over the connections with the fewest under way", async () => {
  const clients = [await connectTo(one, a), await connectTo(two, a), await connectTo(two, a)];
  const asked = [];
  for (let n = 0; n < 9; n++) {
    asked.push(call(one, a));
    await expect.poll(() => clients.flatMap((client) => client.calls()).length, soon).toBe(n + 1);
  }
  expect(clients.map((client) => client.calls().length)).toEqual([3, 3, 3]);
  for (const { session, calls } of clients)
    for (const call_id of calls()) say(session, { type: "test_result", call_id, status: "success", output: "ok" });
  expect(await Promise.all(asked)).toEqual(asked.map(() => ({ kind: "answered", output: "ok" })));
});

test("a result from a connection that was not asked counts for nothing", async () => {
  const client = await connectTo(one, a);
  const asked = call(two, a);
  await expect.poll(() => client.calls(), soon).toHaveLength(1);
  const [call_id = ""] = client.calls();
  const other = await connectTo(two, a);
  const foreign = await connectTo(one, b);
  for (const { session } of [other, foreign])
    say(session, { type: "test_result", call_id, status: "success", output: "forged" });
  say(client.session, { type: "test_result", call_id, status: "success", output: "true" });
  await expect(asked).resolves.toEqual({ kind: "answered", output: "true" });
});

test("a connection that closes fails what it was asked, but for what it had answered", async () => {
  const client = await connectTo(one, a);
  const [first, second] = [call(two, a), call(two, a)];
  await expect.poll(() => client.calls(), soon).toHaveLength(2);
  say(client.session, { type: "test_result", call_id: client.calls()[0], status: "success", output: "in time" });
  await client.session.ended();
  const ends = await Promise.all([first, second]);
  expect(ends.map(({ kind }) => kind).toSorted()).toEqual(["answered", "closed"]);
  await expect(call(two, a)).resolves.toEqual({ kind: "not_connected" });
});

test("the connections of a process that died are dead once they gave no sign of life", async () => {
  const client = await connectTo(one, a);
  const asked = call(two, a);
  await expect.poll(() => client.calls(), soon).toHaveLength(1);
  await open().admin("update connector_connection set expires_at = now() - interval '1 second'");
  await expect(asked).resolves.toEqual({ kind: "closed" });
  await expect(call(two, a)).resolves.toEqual({ kind: "not_connected" });
  expect(await left()).toEqual([]);
}, 30_000);

test("a call that is lost, as in a crash of the database, ends as closed", async () => {
  await connectTo(one, a);
  const asked = call(two, a);
  await expect.poll(left, soon).toEqual([{ status: "sent" }]);
  await open().admin("truncate connector_call");
  await expect(asked).resolves.toEqual({ kind: "closed" });
}, 30_000);

test("whoever gives up is not waited for: the process is told, and its late answer is no fault", async () => {
  const client = await connectTo(two, a);
  const abort = new AbortController();
  const asked = call(one, a, { signal: abort.signal });
  const late = call(one, a, { timeout_ms: 300 });
  await expect.poll(() => client.calls(), soon).toHaveLength(2);
  const began = performance.now();
  abort.abort();
  await expect(asked).resolves.toEqual({ kind: "cancelled" });
  expect(performance.now() - began).toBeLessThan(1_000);
  await expect(late).resolves.toEqual({ kind: "timeout" });
  await expect.poll(() => client.heard.filter(({ type }) => type === "cancel_test"), soon).toHaveLength(2);
  for (const call_id of client.calls()) say(client.session, { type: "test_result", call_id, status: "success" });
  await expect.poll(left, soon).toEqual([]);
  expect(client.closed).toEqual([]);
});

test("what a process says of itself is made storable, and of many registrations the newest holds", async () => {
  const client = await connectTo(one, a);
  const names = ["b", "c", "d"];
  for (const name of names)
    say(client.session, { type: "register", client_version: "v\u0000", functions: [{ name, description: "\u0000" }] });
  await expect.poll(() => client.heard.filter(({ type }) => type === "registered"), soon).toHaveLength(3);
  const [row] = await open().admin("select functions, client_version from connector_connection where id = $1", [
    client.session.id,
  ]);
  expect(row).toEqual({ functions: ["d"], client_version: "v\uFFFD" });
  expect(client.closed).toEqual([]);
});

test("a process that stops sends everybody elsewhere", async () => {
  const client = await connectTo(one, a);
  const asked = call(two, a);
  await expect.poll(() => client.calls(), soon).toHaveLength(1);
  await one.hub.close();
  expect(client.closed).toEqual([expect.stringMatching(/^1012 /)]);
  await expect(asked).resolves.toEqual({ kind: "closed" });
});

test("what was long over is swept when somebody registers", async () => {
  const client = await connectTo(one, a);
  void call(two, a, { timeout_ms: 1000 });
  await expect.poll(() => client.calls(), soon).toHaveLength(1);
  await open().admin("update connector_connection set expires_at = now() - interval '1 hour'");
  await connectTo(one, a);
  const dead = "select id from connector_connection where expires_at < now() and organization_id = $1";
  expect(await open().admin(dead, [a.id])).toEqual([]);
  expect(await left()).toEqual([]);
});
