import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const source = join(import.meta.dirname, "..", "bootstrap.mjs");
let root: string;
let bin: string;

/** The Node that runs this, and the machine's own where it is another that the bootstrap has to work on. */
const nodes = [...new Set([process.execPath, ...machineNodes()])];

function machineNodes(): string[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "node"));
  return folders.filter(existsSync).flatMap((path) => {
    const version = execFileSync(path, ["--version"], { encoding: "utf8" });
    return Number(/^v(\d+)/.exec(version)?.[1]) === 20 ? [realpathSync(path)] : [];
  });
}

/** A workspace with the real bootstrap, an `npx` that notes its calls, and the Node that runs this as the pinned one. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "rhesis-bootstrap-"));
  bin = join(root, "bin");
  for (const folder of ["bin", "apps/local/src"]) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(source, join(root, "apps/local/bootstrap.mjs"));
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
const bootstrapOn = (node: string, ...args: string[]) =>
  spawnSync(node, [join(root, "apps/local/bootstrap.mjs"), ...args], {
    env: environment(),
    encoding: "utf8",
  });
const bootstrap = (...args: string[]) => bootstrapOn(process.execPath, ...args);
const calls = () => readFileSync(join(root, "calls"), "utf8").trim().split("\n");

function time(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

test.each(nodes)(
  "on %s: installs once with the pinned pnpm, again for a changed lockfile, and passes all on",
  (node) => {
    const first = bootstrapOn(node, "start", "--watch", "x");
    expect(first.stdout).toContain("Installing what Rhesis needs");
    expect(first.stdout).toContain("args --watch x");
    expect(first.status).toBe(7);
    expect(calls()).toEqual(["--yes pnpm@12.21.0 install --frozen-lockfile --config.pmOnFail=ignore"]);
    expect(bootstrapOn(node, "start").stdout).toBe("args \n");
    expect(calls()).toHaveLength(1);
    writeFileSync(join(root, "pnpm-lock.yaml"), "two");
    bootstrapOn(node, "start");
    expect(calls()).toHaveLength(2);
  },
);

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
  const child = spawn(nodes.at(-1) ?? "", [join(root, "apps/local/bootstrap.mjs"), "start"], {
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

describe("Node 20.0, the oldest that is promised", () => {
  /** What is wrong with this code where there is only what Node 20.0 has; how its untyped values fit does not matter. */
  function newerThanNode20(code: string): string[] {
    const files = [join(root, "code.mjs"), join(import.meta.dirname, "..", "node_modules/node-20-types/index.d.ts")];
    const language = { target: "es2023", lib: ["es2023"], module: "nodenext", types: [] };
    const untyped = { allowJs: true, checkJs: true, noEmit: true, strict: false, skipLibCheck: true };
    writeFileSync(join(root, "code.mjs"), code);
    writeFileSync(join(root, "tsconfig.json"), JSON.stringify({ files, compilerOptions: { ...language, ...untyped } }));
    const tsc = join(import.meta.dirname, "../../../node_modules/.bin/tsc");
    const { stdout } = spawnSync(tsc, ["-p", root], { cwd: root, encoding: "utf8" });
    return stdout.split("\n").filter((line) => /error TS(?!2322|2345|2810)/.test(line));
  }

  test.each([
    ["a place of its own", "console.log(import.meta.dirname)"],
    ["a function of a module", 'import { globSync } from "node:fs"; globSync("*");'],
    ["a module", 'import { DatabaseSync } from "node:sqlite"; new DatabaseSync("");'],
    ["a function of the language", "Promise.withResolvers();"],
    ["a method", "new Set([1]).union(new Set([2]));"],
    ["syntax", "using x = null; console.log(x);"],
  ])("has not all that Node 24 has: %s", (_what, code) => {
    expect(newerThanNode20(code)).not.toEqual([]);
  });

  test("has all that the bootstrap uses", () => {
    expect(newerThanNode20(readFileSync(source, "utf8"))).toEqual([]);
  });

  test("is what package.json asks for, and an older one is refused", () => {
    const manifest = readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8");
    expect(JSON.parse(manifest)).toMatchObject({ engines: { node: ">=20" } });
    const old = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.0" } })`;
    const { status, stderr } = spawnSync(
      process.execPath,
      ["--import", `data:text/javascript,${encodeURIComponent(old)}`, join(root, "apps/local/bootstrap.mjs"), "start"],
      { env: environment(), encoding: "utf8" },
    );
    expect([status, stderr]).toEqual([1, expect.stringContaining("Node 20 or later is needed")]);
  });
});
