import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import type { ClientMessage, ServerMessage } from "@rhesis/engine/connector/schema";
import { connect, reconnectDelay, type ConnectOptions, type Connector, type ConnectorStatus } from "./connector.ts";

/** The other side, which here does what no server of ours would, and when. */
let server: Server;
let sockets: WebSocketServer;
let asked: IncomingMessage[];
let refuse: ((socket: Duplex) => void) | null;
let connectors: Connector[];
const text = { type: "string" };
/** A machine with much to do takes its time. */
const soon = { timeout: 10_000 };

beforeEach(async () => {
  asked = [];
  refuse = null;
  connectors = [];
  server = createServer();
  sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    asked.push(request);
    if (refuse !== null) return refuse(socket);
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit("connection", opened));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  for (const socket of sockets.clients) socket.terminate();
  await Promise.all(connectors.map((connector) => connector.close(0)));
  server.close();
});

type Other = { socket: WebSocket; say: (message: ServerMessage) => void; next: () => Promise<ClientMessage> };

/** The next connection, greeted and registered. */
async function accept(): Promise<Other> {
  const [socket] = (await once(sockets, "connection")) as [WebSocket];
  const heard: ClientMessage[] = [];
  const waiting: (() => void)[] = [];
  socket.on("message", (data) => {
    heard.push(JSON.parse((data as Buffer).toString()) as ClientMessage);
    waiting.shift()?.();
  });
  const say = (message: ServerMessage) => socket.send(JSON.stringify(message));
  const next = async (): Promise<ClientMessage> => {
    while (heard.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    return heard.shift() as ClientMessage;
  };
  const ids = { connection_id: "c", organization_id: "o", project_id: "p", user_id: "u" };
  say({ type: "connected", environment: "development", ...ids });
  expect(await next()).toMatchObject({ type: "register" });
  say({ type: "registered", endpoints: [] });
  return { socket, say, next };
}

function start(options: Partial<ConnectOptions>): Connector {
  const url = options.url ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const connector = connect({ token: "rh-secret", functions: {}, ...options, url });
  connectors.push(connector);
  return connector;
}

function execute(call_id: string, more: object = {}): ServerMessage {
  const origin = { parameter_source: null, parameter_source_environment: null, parameter_experiment_id: null };
  const call = { function_name: "ask", inputs: { input: call_id }, parameters: { model: "small" }, timeout_ms: 1000 };
  const rest = { type: "execute_test" as const, call_id, idempotency_key: null, parameter_version: 3 };
  return { ...call, ...origin, ...rest, ...more };
}

test("says who it is and what it offers", async () => {
  const ask = { handler: () => "yes", description: "Asks", parameters: { question: text } };
  start({ project_id: "p1", environment: "staging", functions: { ask, plain: () => "yes" } });
  const [socket] = (await once(sockets, "connection")) as [WebSocket];
  expect(asked[0]?.url).toBe("/api/v1/connector?project_id=p1&environment=staging");
  expect(asked[0]?.headers.authorization).toBe("Bearer rh-secret");
  socket.send(JSON.stringify({ type: "connected", connection_id: "c" }));
  const [data] = (await once(socket, "message")) as [Buffer];
  expect(JSON.parse(data.toString())).toMatchObject({
    type: "register",
    functions: [
      { name: "ask", description: "Asks", parameters: { question: text } },
      { name: "plain", description: "", parameters: { input: text } },
    ],
  });
});

test("answers with what its function returns, and with what it throws", async () => {
  const functions: ConnectOptions["functions"] = {
    ask: ({ input }, { parameters, parameter_version }) => ({ output: input, parameters, parameter_version }),
    nothing: () => undefined,
    fail: () => Promise.reject(new Error("no model")),
    huge: () => "x".repeat(1_048_576),
    number: () => 1n,
    deep: () => JSON.parse(`${"[".repeat(200)}${"]".repeat(200)}`) as unknown,
    circle: () => {
      const circle: { self?: unknown } = {};
      circle.self = circle;
      return circle;
    },
  };
  start({ functions });
  const { say, next } = await accept();
  say(execute("1"));
  expect(await next()).toMatchObject({
    type: "test_result",
    call_id: "1",
    status: "success",
    output: { output: "1", parameters: { model: "small" }, parameter_version: 3 },
  });
  const outcomes: Record<string, object> = {
    nothing: { status: "success", output: null },
    fail: { status: "error", error: "no model" },
    huge: { status: "error", error: "The answer is longer than 1 MiB, which no connection takes." },
    circle: { status: "error", error: "The answer is nested more than 150 levels deep." },
    number: { status: "error", error: expect.stringMatching(/BigInt/) as string },
    deep: { status: "error", error: "The answer is nested more than 150 levels deep." },
    missing: { status: "error", error: "This process has no function missing." },
    constructor: { status: "error", error: "This process has no function constructor." },
  };
  for (const [function_name, outcome] of Object.entries(outcomes)) {
    say(execute("2", { function_name }));
    expect(await next()).toMatchObject({ call_id: "2", ...outcome });
  }
});

test("works on so many at once; a call taken back is aborted and has no result", async () => {
  const under_way: string[] = [];
  const aborted: string[] = [];
  const release = new Map<string, () => void>();
  start({
    concurrency: 2,
    functions: {
      ask: ({ input }, { signal }) => {
        const id = String(input);
        under_way.push(id);
        signal.addEventListener("abort", () => void aborted.push(id));
        return new Promise((resolve) => release.set(id, () => resolve(id)));
      },
    },
  });
  const { say, next } = await accept();
  for (const id of ["1", "2", "3", "4"]) say(execute(id));
  await expect.poll(() => under_way, soon).toEqual(["1", "2"]);
  say({ type: "cancel_test", call_id: "1" });
  say({ type: "cancel_test", call_id: "3" });
  await expect.poll(() => aborted, soon).toEqual(["1"]);
  for (const id of ["1", "2"]) release.get(id)?.();
  expect(await next()).toMatchObject({ call_id: "2" });
  await expect.poll(() => under_way, soon).toEqual(["1", "2", "4"]);
  release.get("4")?.();
  expect(await next()).toMatchObject({ call_id: "4", output: "4" });
});

test("comes back after a lost connection and registers again; what it was asked before is aborted", async () => {
  const states: ConnectorStatus["state"][] = [];
  let aborted = 0;
  const ask = (_: object, { signal }: { signal: AbortSignal }) =>
    new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve((aborted += 1)));
    });
  start({ functions: { ask }, onStatus: ({ state }) => void states.push(state) });
  const first = await accept();
  first.say(execute("1"));
  first.say({ type: "ping" });
  expect(await first.next()).toEqual({ type: "pong" });
  first.socket.close(1012);
  const second = await accept();
  expect(aborted).toBe(1);
  second.say({ type: "ping" });
  expect(await second.next()).toEqual({ type: "pong" });
  expect(states).toEqual(["connecting", "registered", "waiting", "connecting", "registered"]);
});

test.each([1002, 1003, 1007, 1008, 1009, 1010])("does not come back after close code %i", async (code) => {
  const connector = start({});
  const { socket } = await accept();
  socket.close(code, "because");
  await expect(connector.ended).rejects.toMatchObject({ name: "ConnectorError", status: code, message: "because" });
  expect(connector.status.state).toBe("refused");
});

test.each([
  [401, "refused"],
  [404, "refused"],
  [302, "refused"],
  [429, "waiting"],
  [503, "waiting"],
])("is %i and then %s", async (status, state) => {
  refuse = (socket) => socket.end(`HTTP/1.1 ${status} X\r\nConnection: close\r\n\r\n{"detail":"Not now."}`);
  const connector = start({});
  await expect.poll(() => connector.status.state, soon).toBe(state);
  const told = connector.status.state === "waiting" ? connector.status.reason : connector.status;
  expect(JSON.stringify(told)).toMatch(state === "waiting" ? "Not now." : `"status":${status}`);
});

test("waits where nobody is there, and closes meanwhile", async () => {
  const { port } = server.address() as AddressInfo;
  server.close();
  const connector = start({ url: `http://127.0.0.1:${port}` });
  await expect.poll(() => connector.status.state, soon).toBe("waiting");
  await connector.close();
  await expect(connector.ended).resolves.toBeUndefined();
});

test("lets calls under way end when it closes, takes no new ones, and waits no longer than it may", async () => {
  const { promise: hold, resolve: release } = Promise.withResolvers<string>();
  let begun = 0;
  const ask = () => {
    begun += 1;
    return hold;
  };
  const connector = start({ functions: { ask } });
  const { say, next, socket } = await accept();
  say(execute("1"));
  await expect.poll(() => begun, soon).toBe(1);
  const closing = connector.close();
  say(execute("2"));
  release("done");
  expect(await next()).toMatchObject({ call_id: "1", output: "done" });
  await closing;
  expect([begun, socket.readyState, connector.status.state]).toEqual([1, socket.CLOSED, "closed"]);
  const hanging = start({ functions: { ask: () => new Promise(() => undefined) } });
  (await accept()).say(execute("3"));
  await hanging.close(50);
  expect(hanging.status.state).toBe("closed");
});

test("comes back later and later, a minute at most, and not all at once", () => {
  expect([0, 1, 2, 5, 6, 60].map((failures) => reconnectDelay(failures, () => 0))).toEqual([
    1000, 2000, 4000, 32_000, 60_000, 60_000,
  ]);
  expect(reconnectDelay(2, () => 1)).toBe(2000);
});
