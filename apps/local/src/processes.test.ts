import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Processes, type ProgramSpec } from "./processes.ts";

let folder: string;
let processes: Processes;
let failures: [string, string][];
let restarts: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rhesis-processes-"));
  failures = [];
  restarts = [];
  processes = new Processes({
    log_dir: folder,
    grace_ms: 300,
    on_failure: (name, lines) => failures.push([name, lines]),
    on_restart: (name) => restarts.push(name),
  });
});
afterEach(async () => {
  await processes.stop();
  rmSync(folder, { recursive: true, force: true });
});

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A program that marks its readiness and its end by files. */
function program(name: string, code: string, more: Partial<ProgramSpec> = {}): ProgramSpec {
  const mark = join(folder, `${name}.ready`);
  const text = `const fs = require("node:fs"); ${code}; fs.writeFileSync(${JSON.stringify(mark)}, "");
    setInterval(() => {}, 1000);`;
  return { name, args: ["-e", text], ready: () => Promise.resolve(existsSync(mark)), ...more };
}

describe("Processes", () => {
  test("stops last first, and by force what does not listen", async () => {
    const order = join(folder, "order");
    const noteEnd = (name: string) =>
      `process.on("SIGTERM", () => { fs.appendFileSync(${JSON.stringify(order)}, "${name} "); process.exit(); })`;
    await processes.start(program("first", noteEnd("first")));
    processes.add({ name: "server", stop: () => Promise.resolve(void failures.push(["server", "stopped"])) });
    await processes.start(program("stubborn", `process.on("SIGTERM", () => {})`));
    await processes.start(program("last", noteEnd("last")));
    const pids = ["first", "stubborn", "last"].map((name) => processes.pid(name));
    expect(pids.every(isAlive)).toBe(true);
    await Promise.all([processes.stop(), processes.stop()]);
    expect(pids.some(isAlive)).toBe(false);
    expect(readFileSync(order, "utf8")).toBe("last first ");
    expect(failures).toEqual([["server", "stopped"]]);
  });

  test("writes every line with its time and name", async () => {
    await processes.start(program("talker", `console.log("one"); console.error("two"); process.stdout.write("th")`));
    await processes.stop();
    const lines = readFileSync(join(folder, "talker.log"), "utf8").trim().split("\n").sort();
    expect(lines.map((line) => line.split(" ").slice(1).join(" ")).sort()).toEqual([
      "talker one",
      "talker th",
      "talker two",
    ]);
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test("tells why a program did not start", async () => {
    const broken = program("broken", `console.error("no such table"); process.exit(3)`);
    await expect(processes.start(broken)).rejects.toThrow(/broken ended at once[\s\S]*no such table/);
    const slow = program("slow", `while (true) {}`, { ready_within_ms: 100 });
    await expect(processes.start(slow)).rejects.toThrow("slow was not ready after 0.1 s");
    await expect(processes.start(program("absent", "", { command: "/no/such/program" }))).rejects.toThrow("ENOENT");
    expect(failures).toEqual([]);
  });

  test("starts again what was killed, and reports what keeps dying", async () => {
    await processes.start(program("worker", "", { restart: true }));
    const first = processes.pid("worker");
    process.kill(first ?? 0, "SIGKILL");
    await waitUntil(() => processes.pid("worker") !== first && isAlive(processes.pid("worker")));
    expect(restarts).toEqual(["worker"]);
    expect(failures).toEqual([]);
    await processes.start(program("mortal", `setTimeout(() => { console.log("bye"); process.exit(1); }, 200)`));
    await waitUntil(() => failures.length > 0);
    expect(failures).toEqual([["mortal", "bye"]]);
  });

  test("leaves no program behind when the starter is killed with kill -9", async () => {
    const starter = spawn(
      process.execPath,
      [
        "--input-type=module-typescript",
        "-e",
        `import { Processes } from ${JSON.stringify(join(import.meta.dirname, "processes.ts"))};
         const processes = new Processes({ log_dir: ${JSON.stringify(folder)}, on_failure: () => {} });
         await processes.start({ name: "child", args: ["--import", ${JSON.stringify(join(import.meta.dirname, "follow-parent.ts"))}, "-e", "setInterval(() => {}, 1000)"] });
         console.log(processes.pid("child"));`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const [line] = (await once(starter.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    starter.kill("SIGKILL");
    await waitUntil(() => !isAlive(pid));
  });
});
