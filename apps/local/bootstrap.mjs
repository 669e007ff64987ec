/**
 * What `npm start` and `npm test` run first, with whatever Node is there (20 or later) and nothing installed:
 * installs the pinned toolchain when the lockfile has changed since the last time, then hands over to Node 24.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const isWindows = process.platform === "win32";
const entries = {
  start: "apps/local/src/main.ts",
  test: "packages/testkit/src/run-tests.ts",
  verify: "packages/testkit/src/verify.ts",
  bench: "packages/testkit/src/bench/run-benchmarks.ts",
  faults: "packages/testkit/src/faults/run-faults.ts",
  cli: "apps/cli/src/main.ts",
};

const [name = "start", ...rest] = process.argv.slice(2);
const entry = entries[name];
if (entry === undefined) fail(`Unknown command "${name}". Known: ${Object.keys(entries).join(", ")}.`);
if (Number(process.versions.node.split(".")[0]) < 20) fail(`Node 20 or later is needed, this is ${process.version}.`);

await installIfNeeded();
run(entry, rest);

function fail(message) {
  console.error(message);
  process.exit(1);
}

/** Changes when the lockfile does, and on another platform, whose packages are others. */
function fingerprint() {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}\n`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

function nodePath() {
  return join(root, "node_modules", "node", "bin", isWindows ? "node.exe" : "node");
}

async function installIfNeeded() {
  const record = join(root, "node_modules", ".rhesis-install");
  const wanted = fingerprint();
  if (existsSync(record) && readFileSync(record, "utf8") === wanted && existsSync(nodePath())) return;
  await install();
  if (!existsSync(nodePath())) fail("Node 24 was not installed. Delete node_modules and run the command again.");
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, wanted);
}

function install() {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const text = "Installing what Rhesis needs (only now and after updates; takes about a minute)";
  const started = Date.now();
  const onTerminal = process.stdout.isTTY;
  process.stdout.write(onTerminal ? text : `${text}\n`);
  const clock = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    if (onTerminal) process.stdout.write(`\r${text} ${seconds} s`);
    else if (seconds % 15 === 0) process.stdout.write(`  still installing, ${seconds} s\n`);
  }, 1000);
  // npx has fetched the pinned version already, so pnpm need not find itself in the lockfile.
  const args = ["--yes", packageManager, "install", "--frozen-lockfile", "--config.pmOnFail=ignore"];
  const child = spawn("npx", args, {
    cwd: root,
    // npx is a .cmd file on Windows, which only a shell starts; no argument comes from outside.
    shell: isWindows,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, CI: "true" },
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  return new Promise((resolve) => {
    child.on("error", (error) => fail(`\nThe installation could not start: ${error.message}`));
    child.on("close", (code) => {
      clearInterval(clock);
      if (onTerminal) process.stdout.write("\n");
      if (code === 0) return resolve();
      const tail = output.trimEnd().split("\n").slice(-30).join("\n");
      fail(`${withoutHosts(tail)}\n\nThe installation failed. If the network was the reason, run the command again.`);
    });
  });
}

/** A package registry may be a private one whose address, or the password in it, is nobody's business. */
function withoutHosts(text) {
  return text
    .replace(/\bhttps?:\/\/[^\s/"')\]]+/gi, "<registry>")
    .replace(/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT)\s+\S+/g, "$1");
}

function run(script, args) {
  // The channel tells the child when we are gone, even by kill -9.
  // An operator's settings; what the environment says already holds before them.
  const settings = name === "cli" ? [`--env-file-if-exists=${join(root, ".env")}`] : [];
  // What was compiled once is kept: a later start takes a third less.
  const cache = join(root, "node_modules", ".cache", "node");
  const child = spawn(nodePath(), [...settings, join(root, script), ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { NODE_COMPILE_CACHE: cache, ...process.env },
  });
  child.channel?.unref();
  const onTerminal = process.stdin.isTTY;
  process.on("SIGINT", () => {
    // Ctrl-C in a terminal reaches the whole process group, so the child has its own already.
    if (!onTerminal) child.kill("SIGINT");
  });
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  stopWithParent(child);
  child.on("error", (error) => fail(`Node 24 could not start: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

/** npm passes a signal to its shell only, and some shells do not pass it on; so a parent that goes away means stop. */
function stopWithParent(child) {
  if (isWindows || process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill("SIGTERM");
  }, 500);
  watch.unref();
}
