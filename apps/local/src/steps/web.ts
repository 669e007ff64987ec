/** The web app, built when its sources are newer than the last build, or at every change. */
import { execFile } from "node:child_process";
import { existsSync, globSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Processes } from "../processes.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");
const followParent = join(import.meta.dirname, "..", "follow-parent.ts");

/** Where the sources of the app are. */
export const webSource = join(root, "apps", "web");

/** Where the built app is. */
export const webFolder = join(webSource, "dist");

const sources = [
  "apps/web/{src,public}/**/*",
  "apps/web/{index.html,package.json,vite.config.ts}",
  "packages/{router,engine,auth,client}/src/**/*.ts",
  "pnpm-lock.yaml",
];

/** Builds the app unless the last build is newer than everything it is made of. @throws with what the build said */
export async function buildWebApp(report: (line: string) => void): Promise<void> {
  const built = changedAt(join(webFolder, "index.html"));
  const newest = Math.max(...globSync(sources, { cwd: root }).map((file) => changedAt(join(root, file))));
  if (built > newest) return;
  report("Building the web app …");
  await promisify(execFile)(process.execPath, [viteOf(webSource), "build", "--logLevel", "warn"], { cwd: webSource });
}

/**
 * Starts a program that builds the app into `built` now and at every change of what it is made of, and waits for the
 * first build. `built` is emptied; it is not `webFolder`, so that a half-finished change never reaches a normal start.
 */
export async function watchWebApp(processes: Processes, folders: { source: string; built: string }): Promise<void> {
  rmSync(folders.built, { recursive: true, force: true });
  const build = [viteOf(folders.source), "build", "--watch", "--outDir", folders.built, "--emptyOutDir"];
  await processes.start({
    name: "web",
    args: ["--import", followParent, ...build],
    cwd: folders.source,
    restart: true,
    ready: () => Promise.resolve(existsSync(join(folders.built, "index.html"))),
    ready_within_ms: 120_000,
  });
}

function viteOf(source: string): string {
  return join(source, "node_modules", "vite", "bin", "vite.js");
}

/** Milliseconds since the epoch; 0 where there is no such file. */
function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
