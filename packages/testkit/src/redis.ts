/** A Redis of a test's own: from `redis-server` on PATH, on a free port, with nothing on disk. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { Redis } from "ioredis";

export type TestRedis = {
  url: string;
  /** Ends it like a crash. What it held is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  flushAll(): Promise<void>;
  stop(): Promise<void>;
};

function redisServer(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "redis-server")).find((path) => existsSync(path));
}

/**
 * Whether tests against Redis can run here. Where everything is required (`RHESIS_REQUIRE_ALL=1`) they run anyway,
 * and fail for want of a server.
 */
export function canStartRedis(): boolean {
  return redisServer() !== undefined || process.env["RHESIS_REQUIRE_ALL"] === "1";
}

/** Starts one and waits until it answers. */
export async function startRedis(): Promise<TestRedis> {
  const path = redisServer();
  if (path === undefined) throw new Error("redis-server is not on PATH");
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server = await launch(path, port);
  const kill = async (): Promise<void> => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill("SIGKILL");
    await ended;
  };
  return {
    url,
    kill,
    stop: kill,
    restart: async () => void (server = await launch(path, port)),
    flushAll: () => withClient(url, (client) => client.flushall()),
  };
}

async function launch(path: string, port: number): Promise<ChildProcess> {
  const server = spawn(
    path,
    [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--appendonly",
      "no",
      "--maxmemory-policy",
      "noeviction",
    ],
    { stdio: "ignore" },
  );
  await withClient(`redis://127.0.0.1:${port}`, (client) => client.ping());
  return server;
}

async function withClient(url: string, work: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: 250 });
  client.on("error", () => undefined);
  try {
    await work(client);
  } finally {
    client.disconnect();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
