/** Finds out whether a cluster is in use, and clears what a killed owner or a killed server left behind. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { PostgresBinaries } from "./postgres-binaries.ts";

export type Postmaster = { pid: number; status: string };

/** What the server says about itself in its data folder; null when no server has been there. */
export function readPostmaster(data_dir: string): Postmaster | null {
  try {
    const lines = readFileSync(join(data_dir, "postmaster.pid"), "utf8").split("\n");
    return { pid: Number(lines[0]), status: (lines[7] ?? "").trim() };
  } catch {
    return null;
  }
}

function ownerFile(data_dir: string): string {
  return join(dirname(data_dir), `${basename(data_dir)}.owner`);
}

/** Notes that this process keeps the server of `data_dir`, so that a second one leaves it alone. */
export function recordOwner(data_dir: string): void {
  writeFileSync(ownerFile(data_dir), String(process.pid), { mode: 0o600 });
}

export function removeOwner(data_dir: string): void {
  if (readOwner(data_dir) === process.pid) rmSync(ownerFile(data_dir), { force: true });
}

function readOwner(data_dir: string): number | null {
  const path = ownerFile(data_dir);
  if (!existsSync(path)) return null;
  const pid = Number(readFileSync(path, "utf8"));
  return Number.isInteger(pid) && pid > 0 ? pid : null;
}

/**
 * Stops a server whose owner is gone and removes a `postmaster.pid` whose server is gone. The number in that file may
 * belong to an unrelated program by now, so only a process that runs our `postgres` on this folder counts as a server.
 *
 * @throws when the owner is alive
 */
export async function clearStalePostmaster(data_dir: string, binaries: PostgresBinaries): Promise<void> {
  const postmaster = readPostmaster(data_dir);
  if (postmaster === null) return;
  if (isPostgresOf(postmaster.pid, data_dir)) {
    const owner = readOwner(data_dir);
    if (owner !== null && isAlive(owner)) {
      throw new Error(`The database in ${data_dir} is in use by process ${owner}.`);
    }
    await stopOrphan(postmaster.pid, data_dir, binaries);
  }
  rmSync(join(data_dir, "postmaster.pid"), { force: true });
}

async function stopOrphan(pid: number, data_dir: string, binaries: PostgresBinaries): Promise<void> {
  if (process.platform === "win32") {
    execFileSync(binaries.pg_ctl, ["stop", "-D", data_dir, "-m", "fast"], { stdio: "ignore" });
    return;
  }
  for (const [signal, patienceMs] of [
    ["SIGINT", 15_000],
    ["SIGQUIT", 5000],
    ["SIGKILL", 5000],
  ] as const) {
    sendSignal(pid, signal);
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      if (!isPostgresOf(pid, data_dir)) return;
      await delay(20);
    }
  }
  throw new Error(`A PostgreSQL left from an earlier start (process ${pid}) cannot be stopped.`);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function isPostgresOf(pid: number, data_dir: string): boolean {
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return false;
  const command = commandLine(pid);
  return /postgres/.test(command) && (process.platform === "win32" || command.includes(`-D ${data_dir} `));
}

function commandLine(pid: number): string {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    if (process.platform === "win32") {
      return execFileSync("tasklist", ["/FI", `PID eq ${pid}`, "/NH"], { encoding: "utf8" });
    }
    return execFileSync("ps", ["-ww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return "";
  }
}
