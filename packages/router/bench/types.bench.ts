/** What the typed contract costs: checking the workspace, type instantiations in the web app, and bytes to first paint. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { openBenchDatabase } from "@rhesis/testkit/bench/database";
import { measureFirstPaint } from "@rhesis/testkit/bench/first-paint";
import { judge } from "@rhesis/testkit/bench/judge";
import { withRange } from "@rhesis/testkit/bench/rounds";
import { canBrowse } from "@rhesis/testkit/browser/chromium";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const tsc = join(root, "node_modules/.bin/tsc");
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 3);
const mostBytes = 300_000;

function runTsc(args: string[]): { seconds: number; output: string } {
  const started = performance.now();
  const { stdout, status } = spawnSync(tsc, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) {
    console.log(`tsc ${args.join(" ")} found errors, so its figures say little:\n${stdout.slice(0, 500)}`);
    process.exitCode = 1;
  }
  return { seconds: (performance.now() - started) / 1000, output: stdout };
}

function diagnosticOf(output: string, name: string): string {
  return new RegExp(`^${name}:\\s+(\\S+)`, "m").exec(output)?.[1] ?? "unknown";
}

/** Scripts that the page loads before it shows anything: its own, and all that those import statically. */
function scriptsToFirstPaint(directory: string): string[] {
  const page = readFileSync(join(directory, "index.html"), "utf8");
  const named = [...page.matchAll(/(?:src|href)="\/?([^"]+\.js)"/g)].map((match) => join(directory, match[1] ?? ""));
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    const text = readFileSync(file, "utf8");
    const imports = text.matchAll(
      /(?:^|[;}\n])\s*(?:import|export)(?:[^"'()]*?from)?\s*["'](\.{1,2}\/[^"']+\.js)["']/g,
    );
    for (const match of imports) visit(join(dirname(file), match[1] ?? ""));
  };
  named.forEach(visit);
  return [...found];
}

function report(name: string, text: string): void {
  console.log(`${name}\n  ${text}`);
}

const checks = Array.from({ length: rounds }, () => runTsc(["-b", "--force"]).seconds);
report(
  "checking the types of the workspace from nothing (tsc -b --force)",
  `median ${withRange(checks, (seconds) => seconds.toFixed(1))} s`,
);
const { output } = runTsc([
  "-p",
  "apps/web",
  "--extendedDiagnostics",
  "--noEmit",
  "--incremental",
  "false",
  "--composite",
  "false",
]);
report(
  "the web app alone",
  ["Instantiations", "Types", "Parse time", "Bind time", "Check time", "Total time", "Memory used"]
    .map((name) => `${name.toLowerCase()} ${diagnosticOf(output, name)}`)
    .join(", "),
);

const built = join(root, "apps/web/dist");
if (!existsSync(join(built, "index.html"))) throw new Error("build the web app first: pnpm build");
const scripts = scriptsToFirstPaint(built);
const bytes = scripts.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
report("JavaScript to first paint, gzip", `the page and what it imports: ${scripts.length} files`);
judge("counted from the build", bytes, { at_most: mostBytes, unit: "bytes" });

if (canBrowse()) {
  const bench = await openBenchDatabase();
  const [first, ...later] = await measureFirstPaint(bench);
  judge("sent to Chromium until the first page has its heading", first.bytes, { at_most: mostBytes, unit: "bytes" });
  for (const { page, bytes: sent, scripts: files, milliseconds } of [first, ...later]) {
    console.log(`    ${page}: ${sent.toLocaleString("en")} bytes in ${files} scripts, ${milliseconds.toFixed(0)} ms`);
  }
  await bench.drop();
} else {
  console.log("  no Chromium on PATH or in CHROMIUM_PATH, so what is sent to one is not measured");
}
