/**
 * Keeps two starts from using one data folder. The lock is a file that names a loopback port; whoever holds the lock
 * answers there with the file's own token. So a lock left by a killed process is told from a held one even when its
 * process id, or its port, has gone to somebody else.
 */
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";

const lockContent = z.object({ pid: z.int(), port: z.int(), token: z.string() });
type LockContent = z.infer<typeof lockContent>;
const lockAnswer = z.object({ token: z.string(), address: z.string().nullable() });

export type InstanceLock = {
  /** Says where the running instance can be reached, for a second start to show. */
  announce(address: string): void;
  release(): Promise<void>;
};

/** Thrown when another living process holds the folder. `address` is null while that one is still starting. */
export class AlreadyRunningError extends Error {
  override readonly name = "AlreadyRunningError";
  readonly pid: number;
  readonly address: string | null;

  constructor(pid: number, address: string | null, message: string) {
    super(message);
    this.pid = pid;
    this.address = address;
  }
}

/**
 * Takes the lock of a folder, making the folder if needed.
 *
 * @throws {AlreadyRunningError} when it is held
 */
export async function acquireInstanceLock(folder: string): Promise<InstanceLock> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "instance.json");
  const state: { address: string | null } = { address: null };
  const token = randomUUID();
  const { server, port } = await answer(token, state);
  const content: LockContent = { pid: process.pid, port, token };
  try {
    await take(path, content);
  } catch (error) {
    server.close();
    throw error;
  }
  return {
    announce: (address) => {
      state.address = address;
    },
    release: async () => {
      if ((await read(path))?.token === token) await rm(path, { force: true });
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const takeoverMs = 10_000;

async function take(path: string, content: LockContent): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await create(path, content)) return;
    const held = await read(path);
    if (held !== null) await refuseIfAlive(held);
    // An unreadable file may be one that is being written this moment, so it gets some time first.
    else if (attempt < 10) {
      await delay(20);
      continue;
    }
    await discardStale(path, held);
  }
  throw new Error(`The lock file ${path} keeps changing. Remove it if no Rhesis is running.`);
}

async function create(path: string, content: LockContent): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600);
    await file.writeFile(JSON.stringify(content));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function read(path: string): Promise<LockContent | null> {
  try {
    return lockContent.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

/**
 * Removes the lock that was found stale, unless it has changed since. One process at a time: without that, a second
 * one could remove the lock that the first has just taken.
 */
async function discardStale(path: string, stale: LockContent | null): Promise<void> {
  const turn = `${path}.takeover`;
  try {
    await mkdir(turn);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    await delay(20);
    const since = await stat(turn).catch(() => null);
    // Left by a process that was killed within these few milliseconds.
    if (since !== null && Date.now() - since.mtimeMs > takeoverMs) await rm(turn, { recursive: true, force: true });
    return;
  }
  try {
    if ((await read(path))?.token === stale?.token) await rm(path, { force: true });
  } finally {
    await rm(turn, { recursive: true, force: true });
  }
}

async function refuseIfAlive(held: LockContent): Promise<void> {
  const reply = await ask(held.port);
  if (reply === "unreachable") return;
  if (reply === "silent") {
    if (!isAlive(held.pid)) return;
    throw new AlreadyRunningError(
      held.pid,
      null,
      `Rhesis is already running here (process ${held.pid}) but does not answer. End that process and start again.`,
    );
  }
  if (reply.token !== held.token) return;
  const where = reply.address === null ? "and is still starting" : `at ${reply.address}`;
  throw new AlreadyRunningError(held.pid, reply.address, `Rhesis is already running ${where} (process ${held.pid}).`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

type Reply = z.infer<typeof lockAnswer> | "unreachable" | "silent";

function ask(port: number): Promise<Reply> {
  return new Promise((resolve) => {
    const call = request({ host: "127.0.0.1", port, path: "/", timeout: 1500, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve(understand(Buffer.concat(chunks).toString())));
    });
    call.on("timeout", () => {
      resolve("silent");
      call.destroy();
    });
    call.on("error", () => resolve("unreachable"));
    call.end();
  });
}

function understand(body: string): Reply {
  try {
    return lockAnswer.parse(JSON.parse(body));
  } catch {
    return "unreachable";
  }
}

function answer(token: string, state: { address: string | null }): Promise<{ server: Server; port: number }> {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.setHeader("connection", "close");
    response.end(JSON.stringify({ token, address: state.address }));
  });
  server.unref();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve({ server, port: typeof address === "object" && address !== null ? address.port : 0 });
    });
  });
}
