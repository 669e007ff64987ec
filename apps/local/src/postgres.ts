/** A real PostgreSQL of our own on the loopback interface: made on first start, kept in a folder, stopped with us. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { nextFreePort } from "./free-port.ts";
import { isReachable, isRoot, locateBinaries, type PostgresBinaries, unprivileged } from "./postgres-binaries.ts";
import { clearStalePostmaster, readPostmaster, recordOwner, removeOwner } from "./postgres-recovery.ts";

const run = promisify(execFile);
const superuser = "postgres";
const startTimeoutMs = 60_000;

export type PostgresOptions = {
  /** Folder of the cluster; made if missing. Its parent gets the password and owner files. */
  data_dir: string;
  /** Preferred port; the next free one is taken when it is busy. 0 or missing: any. */
  port?: number;
  /** Server settings on top of ours. */
  settings?: Record<string, string>;
  log_file: string;
  /** False trades safety at a crash of the machine for speed: for tests only. */
  durable?: boolean;
};

export type RunningPostgres = {
  port: number;
  /** Address of the `postgres` database as superuser, password included. */
  admin_url: string;
  pid: number;
  /** Settles when the server has ended, wanted or not, with its exit code. */
  ended: Promise<number | null>;
  /** Fast shutdown: open transactions are rolled back. Safe to call twice. */
  stop(): Promise<void>;
};

/**
 * Starts the cluster in `data_dir`. A server left behind by a killed owner is stopped first.
 *
 * @throws when another living process owns the cluster, when the folder cannot be reached, or when the server does
 *   not come up; the message ends with the last lines of its log
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const data_dir = resolve(options.data_dir);
  const binaries = locateBinaries();
  prepareFolder(data_dir);
  await clearStalePostmaster(data_dir, binaries);
  const password = readOrMakePassword(data_dir);
  if (!existsSync(join(data_dir, "PG_VERSION"))) await initialise(binaries, data_dir, password, options);
  recordOwner(data_dir);
  try {
    return await launch(binaries, data_dir, password, options);
  } catch (error) {
    removeOwner(data_dir);
    throw error;
  }
}

function prepareFolder(data_dir: string): void {
  mkdirSync(dirname(data_dir), { recursive: true, mode: 0o711 });
  if (isRoot() && !isReachable(dirname(data_dir))) {
    throw new Error(
      `PostgreSQL does not run as root, and nobody else can enter ${dirname(data_dir)}. ` +
        "Set RHESIS_DATA_DIR to a folder outside of private homes, or start as another user.",
    );
  }
  mkdirSync(data_dir, { recursive: true, mode: 0o700 });
  if (isRoot()) chownSync(data_dir, unprivileged.uid, unprivileged.gid);
}

function readOrMakePassword(data_dir: string): string {
  const path = join(dirname(data_dir), `${basename(data_dir)}.password`);
  if (existsSync(join(data_dir, "PG_VERSION"))) return readFileSync(path, "utf8").trim();
  const password = randomBytes(24).toString("base64url");
  writeFileSync(path, `${password}\n`, { mode: 0o600 });
  return password;
}

function account(): { uid?: number; gid?: number } {
  return isRoot() ? unprivileged : {};
}

/** Only what the server needs: a locale or time zone of the shell must not change what is stored. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP, TMPDIR } = process.env;
  return { PATH, SystemRoot, TEMP, TMPDIR, LC_ALL: "C", TZ: "UTC" };
}

/** Made beside its place and moved there when complete, so that an interrupted first start leaves nothing half-made. */
async function initialise(
  binaries: PostgresBinaries,
  data_dir: string,
  password: string,
  options: PostgresOptions,
): Promise<void> {
  if (readdirSync(data_dir).length > 0) throw new Error(`${data_dir} holds files, but no PostgreSQL database.`);
  const unfinished = `${data_dir}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  prepareFolder(unfinished);
  const passwordFile = `${data_dir}.init-${process.pid}`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (isRoot()) chownSync(passwordFile, unprivileged.uid, unprivileged.gid);
  const fixed = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const access = ["--auth=scram-sha-256", `--username=${superuser}`, `--pwfile=${passwordFile}`, "--no-instructions"];
  const quick = options.durable === false ? ["--no-sync"] : [];
  try {
    await run(binaries.initdb, [`--pgdata=${unfinished}`, ...fixed, ...access, ...quick], {
      ...account(),
      cwd: unfinished,
      env: environment(),
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  rmdirSync(data_dir);
  renameSync(unfinished, data_dir);
}

function serverSettings(options: PostgresOptions, port: number): string[] {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    port: String(port),
    max_connections: "200",
    shared_buffers: "256MB",
    log_timezone: "UTC",
    timezone: "UTC",
    ...(options.durable === false ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off" } : {}),
    ...options.settings,
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function launch(
  binaries: PostgresBinaries,
  data_dir: string,
  password: string,
  options: PostgresOptions,
): Promise<RunningPostgres> {
  for (let attempt = 1; ; attempt++) {
    const port = await nextFreePort(options.port ?? 0);
    const log = openSync(options.log_file, "a", 0o600);
    const child = spawn(binaries.postgres, ["-D", data_dir, ...serverSettings(options, port)], {
      ...account(),
      cwd: data_dir,
      env: environment(),
      stdio: ["ignore", log, log],
      // Ctrl-C reaches the whole group of the terminal; the database has to outlive its clients.
      detached: process.platform !== "win32",
    });
    closeSync(log);
    const ended = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
    const failure = new Promise<Error>((done) => child.once("error", done));
    const outcome = await Promise.race([untilReady(child, data_dir), failure]);
    if (outcome === "ready") return handle(child, binaries, data_dir, port, password, ended);
    if (outcome instanceof Error) throw outcome;
    const tail = lastLines(options.log_file);
    if (attempt >= 5 || !/could not (bind|create any TCP)/.test(tail)) {
      throw new Error(`PostgreSQL did not start. Its log (${options.log_file}) ends with:\n${tail}`);
    }
  }
}

/** PostgreSQL writes its state into the eighth line of postmaster.pid; that is what pg_ctl waits for, too. */
async function untilReady(child: ChildProcess, data_dir: string): Promise<"ready" | "failed"> {
  const deadline = Date.now() + startTimeoutMs;
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const postmaster = readPostmaster(data_dir);
    if (postmaster?.status === "ready" && postmaster.pid === child.pid) return "ready";
    await delay(10);
  }
  child.kill("SIGKILL");
  return "failed";
}

function handle(
  child: ChildProcess,
  binaries: PostgresBinaries,
  data_dir: string,
  port: number,
  password: string,
  ended: Promise<number | null>,
): RunningPostgres {
  const pid = child.pid ?? 0;
  const guard = watchOver(pid);
  const finished = ended.then((code) => {
    guard?.kill("SIGKILL");
    removeOwner(data_dir);
    return code;
  });
  return {
    port,
    pid,
    admin_url: `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`,
    ended: finished,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) await requestStop(child, binaries, data_dir);
      await finished;
    },
  };
}

async function requestStop(child: ChildProcess, binaries: PostgresBinaries, data_dir: string): Promise<void> {
  // Windows has no signals: pg_ctl speaks to the server through its named pipe.
  if (process.platform === "win32") await run(binaries.pg_ctl, ["stop", "-D", data_dir, "-m", "fast"]);
  else child.kill("SIGINT");
}

/**
 * Should we be killed without a chance to stop the server, the pipe to this shell closes and the shell stops it.
 * PostgreSQL itself does not notice that its parent is gone.
 */
function watchOver(pid: number): ChildProcess | null {
  if (process.platform === "win32") return null;
  const guard = spawn("/bin/sh", ["-c", `read -r _; kill -INT ${pid}`], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  guard.on("error", () => undefined);
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return guard;
}

function lastLines(log_file: string): string {
  return readFileSync(log_file, "utf8").trimEnd().split("\n").slice(-8).join("\n");
}
