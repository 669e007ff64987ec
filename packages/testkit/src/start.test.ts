import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rhesis-start-"));
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Started = { child: ChildProcess; url: string; output: () => string; stop: () => Promise<number | null> };

/** What `npm start` runs, on ports and in a folder of its own. */
async function start(...options: string[]): Promise<Started> {
  const child = spawn(process.execPath, ["apps/local/bootstrap.mjs", "start", ...options], {
    cwd: root,
    env: { ...process.env, RHESIS_DATA_DIR: folder, RHESIS_PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let text = "";
  const ended = once(child, "exit") as Promise<[number | null]>;
  const ready = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      const address = /Rhesis is ready: (\S+)/.exec(text)?.[1];
      if (address !== undefined) resolve(address);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    void ended.then(() => reject(new Error(`it ended before it was ready:\n${text}`)));
  });
  const url = await ready;
  const stop = async () => {
    // Ctrl-C reaches the whole group.
    process.kill(-(child.pid ?? 0), "SIGINT");
    return (await ended)[0];
  };
  return { child, url, output: () => text, stop };
}

/** Processes that mention the folder of this test, as a leftover PostgreSQL, API or worker would. */
function leftovers(): string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
      return command.includes(folder) || environment.includes(folder) ? [command.replaceAll("\0", " ")] : [];
    } catch {
      return [];
    }
  });
}

test("it brings everything up, runs the demo once, tells a second start, and leaves nothing behind", async () => {
  const first = await start();
  try {
    expect(first.output()).toMatch(/\d+ of \d+ demo tests passed/);
    const page = await fetch(first.url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("<title>");
    const config = (await (await fetch(`${first.url}/config.json`)).json()) as { issuer: string };
    expect((await fetch(new URL(".well-known/openid-configuration", config.issuer))).status).toBe(200);
    const second = spawn(process.execPath, ["apps/local/bootstrap.mjs", "start"], {
      cwd: root,
      env: { ...process.env, RHESIS_DATA_DIR: folder, RHESIS_PORT: "0" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said = Buffer.concat(await second.stdout.toArray()).toString();
    expect(said).toContain(first.url);
  } finally {
    expect(await first.stop()).toBe(0);
  }
  expect(leftovers()).toEqual([]);
}, 120_000);

/** From the command to a page that can be used, in milliseconds: what is promised of every start but the first. */
const laterStartMs = 5_000;
/** A machine that is busy with other things now and then is not what is measured. */
const mostTries = 3;

/** Starts again, takes everything down, and returns how long the page took to be there. */
async function timeLaterStart(): Promise<number> {
  const asked = performance.now();
  const again = await start();
  try {
    const page = await fetch(again.url);
    const html = await page.text();
    const took = performance.now() - asked;
    expect(page.status).toBe(200);
    expect(html).toContain('<div id="root">');
    expect(html).toContain('<script type="module"');
    expect(again.output()).not.toContain("demo tests passed");
    expect((await fetch(`${again.url}/readyz`)).status).toBe(200);
    return took;
  } finally {
    expect(await again.stop()).toBe(0);
  }
}

test("a later start has a page within 5 s, with the data of the first and without another demo run", async () => {
  const times: number[] = [];
  while (times.length < mostTries && !times.some((ms) => ms < laterStartMs)) times.push(await timeLaterStart());
  expect(Math.min(...times), `took ${times.map(Math.round).join(", ")} ms`).toBeLessThan(laterStartMs);
  expect(leftovers()).toEqual([]);
}, 90_000);

test("in watch mode the web app is built into the data folder by a program that ends with the rest", async () => {
  const watching = await start("--watch");
  try {
    const page = readFileSync(join(folder, "web", "index.html"), "utf8");
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? "";
    expect((await fetch(new URL(script, watching.url))).status).toBe(200);
    expect(leftovers().filter((command) => command.includes("--watch --outDir"))).toHaveLength(1);
  } finally {
    expect(await watching.stop()).toBe(0);
  }
  expect(leftovers()).toEqual([]);
}, 120_000);
