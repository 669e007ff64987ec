/** Starts the programs of one installation, keeps their logs, and stops them all, last first, leaving none behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

export type ProgramSpec = {
  name: string;
  /** Defaults to the Node that runs us. */
  command?: string;
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Resolves true once the program serves; asked every 50 ms. Without it a started program counts as ready. */
  ready?: () => Promise<boolean>;
  /** Milliseconds, default 30,000. */
  ready_within_ms?: number;
  /** Start it again when it ends by itself. */
  restart?: boolean;
};

export type StopStep = { name: string; stop: () => Promise<void> };

export type ProcessesOptions = {
  log_dir: string;
  /** How long a program may take to end after SIGTERM before SIGKILL, in milliseconds. */
  grace_ms?: number;
  /** Told once when a program ended and is not, or no longer, started again. */
  on_failure: (name: string, last_lines: string) => void;
  on_restart?: (name: string) => void;
};

const restartsAllowed = 5;
const restartWindowMs = 60_000;
const tailLength = 20;

type Program = {
  spec: ProgramSpec;
  child: ChildProcess;
  ended: Promise<void>;
  tail: string[];
  log: WriteStream;
  /** When it was started again before, in milliseconds since the epoch. */
  restarts: number[];
};

export class Processes {
  readonly #options: ProcessesOptions;
  readonly #steps: StopStep[] = [];
  readonly #programs = new Map<string, Program>();
  #stopping: Promise<void> | null = null;

  constructor(options: ProcessesOptions) {
    this.#options = options;
  }

  /** Adds something of another kind, to be stopped in its turn. */
  add(step: StopStep): void {
    this.#steps.push(step);
  }

  /** The process id of a running program. */
  pid(name: string): number | undefined {
    return this.#programs.get(name)?.child.pid;
  }

  /**
   * Starts a program and waits until it is ready.
   *
   * @throws with the end of its log when it does not get there
   */
  async start(spec: ProgramSpec): Promise<void> {
    const path = join(this.#options.log_dir, `${spec.name}.log`);
    const log = createWriteStream(path, { flags: "a", mode: 0o600 });
    const program = spawnProgram(spec, [], log);
    this.#programs.set(spec.name, program);
    this.#steps.push({ name: spec.name, stop: () => this.#end(spec.name, log) });
    await untilReady(program);
    void program.ended.then(() => this.#revive(program));
  }

  /** Stops everything in the reverse order of its start. Later calls wait for the first. */
  stop(): Promise<void> {
    return (this.#stopping ??= stopAll(this.#steps));
  }

  async #end(name: string, log: WriteStream): Promise<void> {
    const program = this.#programs.get(name);
    this.#programs.delete(name);
    if (program !== undefined) await end(program, this.#options.grace_ms ?? 10_000);
    await new Promise<void>((resolve) => log.end(resolve));
  }

  async #revive(ended: Program): Promise<void> {
    const { spec, log, tail } = ended;
    if (this.#stopping !== null) return;
    const restarts = ended.restarts.filter((at) => at > Date.now() - restartWindowMs);
    if (!spec.restart || restarts.length >= restartsAllowed) {
      this.#options.on_failure(spec.name, tail.join("\n"));
      return;
    }
    await delay(restarts.length === 0 ? 0 : 200 * 2 ** restarts.length);
    if (this.#stopping !== null) return;
    this.#options.on_restart?.(spec.name);
    const program = spawnProgram(spec, [...restarts, Date.now()], log);
    this.#programs.set(spec.name, program);
    void program.ended.then(() => this.#revive(program));
  }
}

async function stopAll(steps: StopStep[]): Promise<void> {
  const problems: unknown[] = [];
  for (const step of steps.toReversed()) await step.stop().catch((error: unknown) => problems.push(error));
  if (problems.length > 0) throw new AggregateError(problems, "Not everything stopped cleanly.");
}

function spawnProgram(spec: ProgramSpec, restarts: number[], log: WriteStream): Program {
  const child = spawn(spec.command ?? process.execPath, spec.args, {
    cwd: spec.cwd,
    env: { ...process.env, ...spec.env },
    // The channel closes when we die, however we die: see follow-parent.ts.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // Ctrl-C reaches the whole group of the terminal, but the order of stopping is ours.
    detached: process.platform !== "win32",
  });
  child.channel?.unref();
  const tail: string[] = [];
  const keep = (line: string): void => {
    tail.push(line);
    if (tail.length > tailLength) tail.shift();
    log.write(`${new Date().toISOString()} ${spec.name} ${line}\n`);
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on("line", keep);
  }
  const ended = new Promise<void>((resolve) => {
    // `close` comes after the last line of output, `error` when there was no program to start.
    child.once("close", () => resolve());
    child.once("error", (error) => {
      keep(error.message);
      resolve();
    });
  });
  return { spec, child, ended, tail, log, restarts };
}

async function untilReady(program: Program): Promise<void> {
  const { spec } = program;
  const within = spec.ready_within_ms ?? 30_000;
  const deadline = Date.now() + within;
  const over = program.ended.then(() => "ended" as const);
  while (spec.ready !== undefined) {
    const isReady = await Promise.race([spec.ready().catch(() => false), over]);
    if (isReady === true) return;
    if (isReady === "ended")
      throw new Error(`${spec.name} ended at once. Its log ends with:\n${program.tail.join("\n")}`);
    if (Date.now() > deadline) {
      throw new Error(
        `${spec.name} was not ready after ${within / 1000} s. Its log ends with:\n${program.tail.join("\n")}`,
      );
    }
    await Promise.race([delay(50), over]);
  }
}

async function end({ child, ended }: Program, grace_ms: number): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  const late = setTimeout(() => killGroup(child), grace_ms);
  await ended;
  clearTimeout(late);
}

/** The program and what it started: it leads a process group of its own. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
  } catch {
    // It ended in between.
  }
}
