/** The second and later starts of `npm start`, from the command to a page on which somebody can sign in. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge } from "@rhesis/testkit/bench/judge";
import { profileArgs } from "@rhesis/testkit/bench/profile";
import { median, withRange } from "@rhesis/testkit/bench/rounds";
import { canBrowse, launchChromium } from "@rhesis/testkit/browser/chromium";

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 7);
const mostSeconds = 5;
const root = join(import.meta.dirname, "..", "..", "..");

const folder = mkdtempSync(join(tmpdir(), "rhesis-warm-"));
chmodSync(folder, 0o755);
const browser = canBrowse() ? await launchChromium() : null;

/** Starts all, waits until `usable` finds the page at its address, and stops it again. Seconds to the line and to the page. */
async function start(usable: (url: string) => Promise<void>): Promise<{ ready: number; page: number }> {
  const began = performance.now();
  const child = spawn(process.execPath, ["apps/local/bootstrap.mjs", "start"], {
    cwd: root,
    // Handed down to every program of the start.
    env: {
      ...process.env,
      RHESIS_DATA_DIR: folder,
      RHESIS_PORT: "0",
      NODE_OPTIONS: profileArgs("the-start").join(" "),
    },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const ended = once(child, "exit");
  const seconds = () => (performance.now() - began) / 1000;
  try {
    const url = await addressIn(child.stdout);
    const ready = seconds();
    await usable(url);
    return { ready, page: seconds() };
  } finally {
    // Ctrl-C reaches the whole group.
    process.kill(-(child.pid ?? 0), "SIGINT");
    await ended;
  }
}

async function addressIn(output: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const chunk of output) {
    text += chunk.toString();
    const url = /Rhesis is ready: (\S+)/.exec(text)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`it ended before it was ready:\n${text}`);
}

async function openPage(url: string): Promise<void> {
  if (browser === null) {
    const page = await (await fetch(url)).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? "";
    for (const path of [script, "/config.json"]) await (await fetch(new URL(path, url))).arrayBuffer();
    return;
  }
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await context.close();
}

try {
  const first = await start(openPage);
  const starts = [];
  for (let round = 0; round < rounds; round += 1) starts.push(await start(openPage));
  const pages = starts.map(({ page }) => page);
  console.log(
    `npm start with data, ${rounds} times, to ${browser === null ? "its page, fetched" : "its page in Chromium"}`,
  );
  judge("median", median(pages), { at_most: mostSeconds, unit: "s", shown: withRange(pages) });
  console.log(
    `  to its last line ${withRange(starts.map(({ ready }) => ready))} s; first start ${first.page.toFixed(1)} s`,
  );
} finally {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
}
