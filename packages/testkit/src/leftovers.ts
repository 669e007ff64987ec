/** Finds processes that a test run has started and not ended. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

export type Leftover = { pid: number; command: string };

type Process = { pid: number; parent: number; name: string; started: string };

/** What exists now; to be handed to `leftoversSince` later. Empty where there is no /proc, as everywhere but on Linux. */
export function processesNow(): ReadonlySet<string> {
  return new Set(listProcesses().map(idOf));
}

/**
 * Processes that are new since `before` and were started by this one, also where whoever started them has ended since.
 * What is about to end gets `patience_ms` to do so.
 * @param folder of the workspace: an orphan is ours if its program, its folder or its command is in there
 */
export async function leftoversSince(
  before: ReadonlySet<string>,
  folder: string,
  patience_ms: number,
): Promise<Leftover[]> {
  const deadline = performance.now() + patience_ms;
  for (;;) {
    const left = findLeftovers(before, folder);
    if (left.length === 0 || performance.now() > deadline) return left;
    await delay(50);
  }
}

function findLeftovers(before: ReadonlySet<string>, folder: string): Leftover[] {
  const processes = new Map(listProcesses().map((found) => [found.pid, found]));
  return [...processes.values()]
    .filter((found) => isOurs(found, { processes, before, folder }))
    .map(({ pid }) => ({ pid, command: read(pid, "cmdline").replaceAll("\0", " ").trim() }))
    .filter(({ command }) => command !== "");
}

const adopters = new Set(["init", "systemd", "launchd", "tini", "docker-init", "dumb-init"]);

type Known = { processes: ReadonlyMap<number, Process>; before: ReadonlySet<string>; folder: string };

/** The way up leads to us over new processes only, or ends at a new orphan that has to do with the workspace. */
function isOurs(found: Process, known: Known): boolean {
  if (found.pid === process.pid || known.before.has(idOf(found))) return false;
  if (found.parent === process.pid) return true;
  const parent = known.processes.get(found.parent);
  const isOrphan = found.parent <= 1 || parent === undefined || adopters.has(parent.name);
  return isOrphan ? touches(found.pid, known.folder) && !isOfAnotherRun(found.pid) : isOurs(parent, known);
}

const marker = "RHESIS_TEST_RUN";

/** Marks what this process starts from now on, so that runs beside each other do not take each other's orphans for theirs. */
export function markTestRun(): void {
  process.env[marker] = String(process.pid);
}

function isOfAnotherRun(pid: number): boolean {
  const mark = read(pid, "environ")
    .split("\0")
    .find((entry) => entry.startsWith(`${marker}=`));
  return mark !== undefined && mark !== `${marker}=${process.env[marker]}`;
}

function touches(pid: number, folder: string): boolean {
  return [link(pid, "exe"), `${link(pid, "cwd")}/`, read(pid, "cmdline")].some((text) => text.includes(folder));
}

/** A process id is used again; with the time of its start it is not. */
const idOf = ({ pid, started }: Process): string => `${pid} ${started}`;

function listProcesses(): Process[] {
  return entriesOfProc()
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => parse(Number(entry), read(Number(entry), "stat")));
}

/** See proc(5): the name stands in brackets and may hold anything; the parent is field 4, the start field 22. */
function parse(pid: number, stat: string): Process[] {
  const open = stat.indexOf("(");
  const close = stat.lastIndexOf(")");
  const fields = stat.slice(close + 2).split(" ");
  if (open < 0 || fields[0] === "Z") return [];
  return [{ pid, parent: Number(fields[1]), name: stat.slice(open + 1, close), started: fields[19] ?? "" }];
}

function entriesOfProc(): string[] {
  try {
    return readdirSync("/proc");
  } catch {
    return [];
  }
}

/** Empty where the process has ended, or is not ours to look at. */
function read(pid: number, file: "stat" | "cmdline" | "environ"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function link(pid: number, file: "exe" | "cwd"): string {
  try {
    return readlinkSync(`/proc/${pid}/${file}`);
  } catch {
    return "";
  }
}
