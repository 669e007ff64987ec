/** A server of its own process, its output thrown away, and the processor time it takes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { nextFreePort } from "@rhesis/local/free-port";
import { profileArgs } from "./profile.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const microsPerTick = 10_000;

export type BenchServer = {
  pid: number;
  /** Without a slash at its end. */
  url: string;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
};

/**
 * Starts `entry`, relative to the root, with a free PORT on loopback.
 * @param ready the path that answers 200 once the server can be used
 * @param label names its profile, where profiles are asked for; left out for what is not measured
 */
export async function startServer(
  entry: string,
  environment: Record<string, string>,
  ready: string,
  label?: string,
): Promise<BenchServer> {
  const port = await nextFreePort(0);
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [...(label === undefined ? [] : profileArgs(label)), entry], {
    cwd: root,
    env: { PATH: process.env["PATH"] ?? "", PORT: String(port), ...environment },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(child, "exit");
  const deadline = Date.now() + 30_000;
  const isUp = () =>
    fetch(url + ready).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isUp())) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${entry} did not start`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    pid: child.pid ?? 0,
    url,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Microseconds of processor time that a process has taken so far. Linux; NaN elsewhere. */
export function processorMicros(pid: number): number {
  const [own, system] = ticksOf(pid);
  return ((own ?? Number.NaN) + (system ?? Number.NaN)) * microsPerTick;
}

/** Seconds of processor time of a process, its children, and those of them that have ended. Linux; NaN elsewhere. */
export function processorSeconds(pid: number): number {
  const all = [ticksOf(pid), ...childrenOf(pid).map((child) => ticksOf(child).slice(0, 2))].flat();
  return (all.reduce((sum, ticks) => sum + ticks, 0) * microsPerTick) / 1e6;
}

/** In user and system mode, its own and of its ended children. */
function ticksOf(pid: number): number[] {
  try {
    // The name of the program, in brackets, may hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return fields.slice(11, 15).map(Number);
  } catch {
    return [Number.NaN, Number.NaN];
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
