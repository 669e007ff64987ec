/**
 * A call of a function in a customer's process, from a worker through the database, an API process and its WebSocket and
 * back, against a bare WebSocket echo. Every part is a process of its own, and the function answers at once.
 */
import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createDatabase } from "@rhesis/db/database";
import { createNotifications } from "@rhesis/db/notifications";
import { migrateQueue } from "@rhesis/jobs/migrate-queue";
import { ConnectorCalls } from "@rhesis/services/connector/calls";
import { WebSocket, WebSocketServer } from "ws";
import { createApiToken } from "../src/api-token.ts";
import { openBenchDatabase } from "../src/bench/database.ts";
import { compareRounds, median, perSecond } from "../src/bench/rounds.ts";
import { startServer } from "../src/bench/server.ts";
import { startProgram } from "../src/stack.ts";
import { createOrganization } from "../src/tenants.ts";

const roundMs = Number(process.env["BENCH_ROUND_MS"] ?? 1_000);
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 7);
const atOnce = 50;

if (process.send === undefined) await measure();
else echo();

function echo(): void {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("listening", () => process.send?.((server.address() as AddressInfo).port));
  server.on("connection", (socket) => socket.on("message", (data) => socket.send((data as Buffer).toString())));
  process.on("disconnect", () => process.exit());
}

async function openEcho(): Promise<{ ask: () => Promise<void>; close: () => void }> {
  const child = fork(import.meta.filename, { execArgv: [] });
  const [port] = (await once(child, "message")) as [number];
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  await once(socket, "open");
  const waiting: (() => void)[] = [];
  socket.on("message", () => waiting.shift()?.());
  const message = JSON.stringify({ inputs: { message: "hello" } });
  return {
    ask: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        socket.send(message);
      }),
    close() {
      socket.terminate();
      child.disconnect();
    },
  };
}

type Asked = { ask: () => Promise<void>; close: () => Promise<void> };

/** An API and the process of a customer that is connected to it. */
async function startOthers(app_url: string, token: string, project_id: string) {
  const environment = {
    DATABASE_URL: app_url,
    // Not called: API tokens need no login provider.
    OIDC_ISSUER: "https://login.example/",
    AUTH0_AUDIENCE: "bench",
    AUTH0_CLIENT_ID: "bench",
    RHESIS_SECRET_KEYS: `bench:${randomBytes(32).toString("base64")}`,
    HOST: "127.0.0.1",
  };
  const api = await startServer("apps/api/src/main.ts", environment, "/readyz", "the API");
  const place = { RHESIS_URL: api.url, RHESIS_TOKEN: token, RHESIS_PROJECT: project_id };
  const customer = await startProgram("packages/testkit/src/connector/customer.ts", place);
  while (!customer.output().includes('"registered"')) await new Promise((resolve) => setTimeout(resolve, 50));
  return async () => {
    await customer.kill();
    await api.stop();
  };
}

async function openConnector(): Promise<Asked> {
  const bench = await openBenchDatabase();
  await migrateQueue(bench.owner_url);
  const database = createDatabase({ url: bench.app_url, application_name: "bench" });
  const notifications = createNotifications(bench.app_url);
  const { tenant, project_id, people } = await createOrganization(database, "Bench");
  const stop = await startOthers(bench.app_url, await createApiToken(database, people.owner), project_id);
  const log = { warn: (fields: object, text: string) => console.log(text, fields) };
  const calls = new ConnectorCalls({ database, notifications, log });
  const port = calls.portFor({ tenant, project_id });
  const asked = { function_name: "answer", environment: "development", inputs: { message: "hello" }, parameters: {} };
  return {
    async ask() {
      const rest = { timeout_ms: 10_000, idempotency_key: null, signal: undefined };
      const reply = await port.call({ ...asked, ...rest });
      if (reply.kind !== "answered") throw new Error(reply.kind);
    },
    async close() {
      await stop();
      await calls.close();
      await Promise.all([notifications.close(), database.close()]);
      await bench.drop();
    },
  };
}

async function milliseconds(ask: () => Promise<void>): Promise<number> {
  const taken: number[] = [];
  const end = performance.now() + roundMs;
  while (performance.now() < end) {
    const began = performance.now();
    await ask();
    taken.push(performance.now() - began);
  }
  return median(taken);
}

async function measure(): Promise<void> {
  const [bare, ours] = [await openEcho(), await openConnector()];
  await compareRounds({
    name: "one call at a time of a connected function / echo of a WebSocket",
    unit: "ms",
    better: "smaller",
    goal: 300,
    rounds,
    limit: () => milliseconds(bare.ask),
    ours: () => milliseconds(ours.ask),
  });
  await compareRounds({
    name: `${atOnce} calls at a time of a connected function / echoes of a WebSocket`,
    unit: "calls/s",
    better: "larger",
    goal: 0.005,
    rounds,
    limit: () => perSecond(roundMs, atOnce, bare.ask),
    ours: () => perSecond(roundMs, atOnce, ours.ask),
  });
  await ours.close();
  bare.close();
}
