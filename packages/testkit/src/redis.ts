/**
 * A Redis of a test's own: from `redis-server` on PATH, on a free port, with nothing on disk. For tests that neither
 * kill nor empty it, the one that `REDIS_URL` names will do.
 */
import { randomUUID } from "node:crypto";
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

/** Somewhere in a Redis: whoever uses it keeps to keys with this prefix. */
export type RedisPlace = {
  url: string;
  key_prefix: string;
  /** Deletes the keys with the prefix, and no others. */
  close(): Promise<void>;
};

/** The address of a Redis to be used with care: others may use it too. */
function sharedUrl(): string | undefined {
  return process.env["REDIS_URL"] || undefined;
}

/** Whether tests that only need a place in a Redis can run here. */
export function canUseRedis(): boolean {
  return sharedUrl() !== undefined || canStartRedis();
}

/** A place in the Redis that `REDIS_URL` names, else in one that is started for it. */
export async function openRedisPlace(): Promise<RedisPlace> {
  const shared = sharedUrl();
  const started = shared === undefined ? await startRedis() : undefined;
  const url = shared ?? started?.url ?? "";
  const key_prefix = `rhesis-test-${randomUUID()}`;
  await withClient(url, (client) => client.ping());
  return {
    url,
    key_prefix,
    async close() {
      await withClient(url, (client) => deleteKeys(client, `${key_prefix}:*`));
      await started?.stop();
    },
  };
}

async function deleteKeys(client: Redis, pattern: string): Promise<void> {
  for await (const keys of client.scanStream({ match: pattern, count: 1_000 })) {
    if (keys.length > 0) await client.unlink(...(keys as string[]));
  }
}

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
