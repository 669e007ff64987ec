/** The whole system as real processes: API and workers over HTTP, a login provider, the bundled assistant. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startChatbot } from "@rhesis/local/chatbot/server";
import { nextFreePort } from "@rhesis/local/free-port";
import { startLogin, type Login } from "@rhesis/local/steps/login";
import { webFolder } from "@rhesis/local/steps/web";
import type { TestDatabase } from "./database.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A program of ours that can be ended gently, or killed as a crash would. */
export type Program = {
  readonly pid: number;
  output(): string;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
};

export type StackOptions = {
  redis_url?: string;
  /** How many workers and further APIs to start. */
  workers?: number;
  apis?: number;
  environment?: Record<string, string>;
};

type StackDatabase = Pick<TestDatabase, "app_url" | "admin_url">;

export type Stack = {
  /** Of the first API, which also serves the web app. */
  url: string;
  api_urls: string[];
  login: Login;
  chatbot_url: string;
  apis: Program[];
  workers: Program[];
  startApi(port?: number): Promise<Program>;
  startWorker(): Promise<Program>;
  close(): Promise<void>;
};

/** Starts all and waits until the APIs are ready. Close it when done. */
export async function startStack(open: StackDatabase, options: StackOptions = {}): Promise<Stack> {
  const taken = new Set<number>();
  const port = async () => {
    const free = await nextFreePort(0, taken);
    taken.add(free);
    return free;
  };
  const ports = await Promise.all(Array.from({ length: options.apis ?? 1 }, port));
  const url = `http://localhost:${ports[0]}`;
  const login = await startLogin({ admin_url: open.admin_url, port: await port(), application_url: url });
  const chatbot = await startChatbot({ port: await port() });
  const programs = createPrograms(environmentOf(open, login, url, options));
  const startApi = (at = ports[0] ?? 0) =>
    programs.start("apps/api/src/main.ts", { PORT: String(at) }, `http://127.0.0.1:${at}/readyz`);
  const startWorker = () => programs.start("apps/worker/src/main.ts", {});
  const apis = await Promise.all(ports.map(startApi));
  const workers = await Promise.all(Array.from({ length: options.workers ?? 1 }, startWorker));
  return {
    url,
    api_urls: ports.map((at) => `http://127.0.0.1:${at}`),
    login,
    chatbot_url: chatbot.url,
    apis,
    workers,
    startApi,
    startWorker,
    async close() {
      await programs.stop();
      await Promise.all([login.close(), chatbot.close()]);
    },
  };
}

/** Programs that end together. A test that has run out of time goes on by itself: what it starts then is refused. */
function createPrograms(environment: Record<string, string>) {
  const started: Promise<Program>[] = [];
  let isStopped = false;
  return {
    async start(entry: string, extra: Record<string, string>, ready?: string): Promise<Program> {
      if (isStopped) throw new Error("the programs have been stopped");
      const program = startProgram(entry, { ...environment, ...extra }, ready);
      started.push(program);
      return program;
    },
    async stop(): Promise<void> {
      isStopped = true;
      // One that was never ready has ended by itself.
      const stop = (program: Program) => program.stop();
      await Promise.allSettled(started.map((program) => program.then(stop)));
    },
  };
}

function environmentOf(open: StackDatabase, login: Login, url: string, options: StackOptions): Record<string, string> {
  return {
    DATABASE_URL: open.app_url,
    OIDC_ISSUER: login.issuer,
    AUTH0_AUDIENCE: login.audience,
    AUTH0_CLIENT_ID: login.client_id,
    PUBLIC_URL: url,
    HOST: "127.0.0.1",
    WEB_DIR: webFolder,
    RHESIS_SECRET_KEYS: `test:${randomBytes(32).toString("base64")}`,
    RHESIS_ALLOW_LOOPBACK_TARGETS: "true",
    LOG_LEVEL: "info",
    ...(options.redis_url === undefined ? {} : { REDIS_URL: options.redis_url }),
    ...options.environment,
  };
}

/** Runs one of our programs; with `ready`, waits until that address answers. @throws with its output where it ends first */
export async function startProgram(
  entry: string,
  environment: Record<string, string>,
  ready?: string,
): Promise<Program> {
  const child = spawn(process.execPath, [entry], {
    cwd: root,
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const keep = (chunk: Buffer) => (text = (text + chunk.toString()).slice(-200_000));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = once(child, "exit");
  if (ready !== undefined) await untilReady(child, ready, () => text);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  return { pid: child.pid ?? 0, output: () => text, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

async function untilReady(child: ChildProcess, url: string, output: () => string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the program ended before it was ready:\n${output()}`);
    const ok = await fetch(url, { signal: AbortSignal.timeout(1000) }).then(
      async (response) => (await response.body?.cancel(), response.ok),
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  child.kill("SIGKILL");
  throw new Error(`the program was not ready in time:\n${output()}`);
}
