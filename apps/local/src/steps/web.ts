/** The web app, built when its sources are newer than the last build. */
import { execFile } from "node:child_process";
import { globSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..", "..", "..", "..");
const web = join(root, "apps", "web");

/** Where the built app is. */
export const webFolder = join(web, "dist");

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
  const vite = join(web, "node_modules", "vite", "bin", "vite.js");
  await promisify(execFile)(process.execPath, [vite, "build", "--logLevel", "warn"], { cwd: web });
}

/** Milliseconds since the epoch; 0 where there is no such file. */
function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
