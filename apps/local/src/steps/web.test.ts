import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { webAppRoutes } from "@rhesis/api/pages/web-app";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listenLoopback } from "../listen-loopback.ts";
import { Processes } from "../processes.ts";
import { watchWebApp, webSource } from "./web.ts";

let folder: string;
let processes: Processes;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rhesis-web-"));
  processes = new Processes({ log_dir: folder, on_failure: () => undefined });
});
afterEach(async () => {
  await processes.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The application's own configuration and packages, with a page of one line. */
function smallApp(says: string): { source: string; say: (text: string) => void } {
  const source = join(folder, "source");
  const say = (text: string) =>
    writeFileSync(join(source, "src/main.tsx"), `document.title = ${JSON.stringify(text)};\n`);
  mkdirSync(join(source, "src"), { recursive: true });
  for (const file of ["index.html", "vite.config.ts", "package.json"])
    cpSync(join(webSource, file), join(source, file));
  symlinkSync(join(webSource, "node_modules"), join(source, "node_modules"));
  say(says);
  return { source, say };
}

/** The script that the page at this address loads. */
async function servedScript(url: string): Promise<string> {
  const page = await (await fetch(url, { headers: { accept: "text/html" } })).text();
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? "";
  return (await fetch(new URL(script, url))).text();
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Processes that mention the folder of this test. */
function leftovers(): string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const commands = pids.map((pid) => `/proc/${pid}/cmdline`).filter((file) => existsSync(file));
  return commands.map((file) => readFileSync(file, "utf8")).filter((command) => command.includes(folder));
}

test("in watch mode a changed source changes what is served, and the build ends with the rest", async () => {
  const app = smallApp("before the change");
  const built = join(folder, "built");
  await watchWebApp(processes, { source: app.source, built });
  const config = { issuer: "http://localhost/", AUTH0_CLIENT_ID: "c", AUTH0_AUDIENCE: "a", RHESIS_FEATURES: {} };
  const server = await listenLoopback(express().use(webAppRoutes(built, config)), 0);
  try {
    const url = `http://localhost:${server.port}/`;
    expect(await servedScript(url)).toContain("before the change");
    app.say("after the change");
    await until(async () => (await servedScript(url)).includes("after the change"));
    expect(leftovers()).toHaveLength(1);
  } finally {
    await server.close();
    await processes.stop();
  }
  expect(leftovers()).toEqual([]);
});
