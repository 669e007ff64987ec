import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let root: string;
let bin: string;

/** A workspace with the real bootstrap, an `npx` that notes its calls, and the Node that runs this as the pinned one. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "rhesis-bootstrap-"));
  bin = join(root, "bin");
  for (const folder of ["bin", "apps/local/src"]) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(join(import.meta.dirname, "..", "bootstrap.mjs"), join(root, "apps/local/bootstrap.mjs"));
  writeFileSync(join(root, "package.json"), JSON.stringify({ packageManager: "pnpm@12.21.0" }));
  writeFileSync(join(root, "pnpm-lock.yaml"), "one");
  writeFileSync(join(root, "pnpm-workspace.yaml"), "");
  symlinkSync(process.execPath, join(bin, "node"));
  installer(`mkdir -p node_modules/node/bin && ln -sf ${process.execPath} node_modules/node/bin/node`);
  program(`console.log("args", process.argv.slice(2).join(" ")); process.exitCode = 7;`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function installer(script: string): void {
  writeFileSync(join(bin, "npx"), `#!/bin/sh\necho "$@" >> ${root}/calls\n${script}\n`, { mode: 0o755 });
}

function program(code: string): void {
  writeFileSync(join(root, "apps/local/src/main.ts"), code);
}

const environment = () => ({ ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}` });
const bootstrap = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, "apps/local/bootstrap.mjs"), ...args], {
    env: environment(),
    encoding: "utf8",
  });
const calls = () => readFileSync(join(root, "calls"), "utf8").trim().split("\n");

function time(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

test("installs once with the pinned pnpm, again when the lockfile changed, and passes arguments and exit code on", () => {
  const first = bootstrap("start", "--watch", "x");
  expect(first.stdout).toContain("Installing what Rhesis needs");
  expect(first.stdout).toContain("args --watch x");
  expect(first.status).toBe(7);
  expect(calls()).toEqual(["--yes pnpm@12.21.0 install --frozen-lockfile --config.pmOnFail=ignore"]);
  expect(bootstrap("start").stdout).toBe("args \n");
  expect(calls()).toHaveLength(1);
  writeFileSync(join(root, "pnpm-lock.yaml"), "two");
  bootstrap("start");
  expect(calls()).toHaveLength(2);
});

test("shows why an installation failed, but no address, and tries again the next time", () => {
  installer(`echo "GET https://user:secret@packages.example.org/pnpm: not found" >&2; exit 1`);
  const failed = bootstrap("start");
  expect(failed.status).toBe(1);
  expect(failed.stderr).toContain("GET <registry>/pnpm: not found");
  expect(failed.stdout + failed.stderr).not.toMatch(/packages\.example|secret/);
  bootstrap("start");
  expect(calls()).toHaveLength(2);
});

test("refuses a command it does not know", () => {
  expect(bootstrap("dance")).toMatchObject({ status: 1, stderr: expect.stringContaining("start, test, verify") });
});

test.each(["SIGINT", "SIGTERM"] as const)("passes %s on once when no terminal has sent it to all", async (signal) => {
  bootstrap("start");
  program(`let count = 0; setInterval(() => {}, 1000);
    process.on("${signal}", () => { count += 1; setTimeout(() => { console.log("got", count); process.exit(3); }, 100); });
    console.log("up");`);
  const child = spawn(process.execPath, [join(root, "apps/local/bootstrap.mjs"), "start"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child.stdout, "data");
  child.kill(signal);
  expect(await ended).toEqual([3, null]);
  expect(output).toBe("up\ngot 1\n");
});

test("adds less than 0.3 s when there is nothing to install", () => {
  bootstrap("start");
  const main = join(root, "apps/local/src/main.ts");
  program("");
  const rounds = Array.from({ length: 5 }, () => {
    const alone = time(() => execFileSync(process.execPath, [main]));
    return time(() => bootstrap("start")) - alone;
  });
  expect(rounds.sort((a, b) => a - b)[2]).toBeLessThan(300);
});
