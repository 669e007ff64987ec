/** `npm run verify`: all that CI asks, in the order in which it fails fastest. `--static` leaves the tests out. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, chmodSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateFromDatabase } from "@rhesis/db/generate";
import { migrateToLatest } from "@rhesis/db/migrate";
import { provisionDatabase } from "@rhesis/db/provision";
import { startPostgres } from "@rhesis/local/postgres";
import { databaseUrl, template } from "./cluster.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const steps: [name: string, command: string, args: string[]][] = [
  ["format", "oxfmt", ["--check", "."]],
  ["lint", "oxlint", ["--type-aware", "--deny-warnings"]],
  ["types", "tsc", ["-b"]],
  ["unused code", "knip", []],
  ["room boundaries", "turbo", ["boundaries"]],
];

function runStep(command: string, args: string[]): boolean {
  const { status } = spawnSync(join(root, "node_modules/.bin", command), args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" },
  });
  return status === 0;
}

/** Migrates an empty database and compares what is generated from it with what is committed. */
async function generatedFilesAgree(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "rhesis-verify-"));
  chmodSync(folder, 0o755);
  const postgres = await startPostgres({
    data_dir: join(folder, "data"),
    log_file: join(folder, "log"),
    durable: false,
  });
  try {
    await provisionDatabase({ admin_url: postgres.admin_url, ...template });
    const owner_url = databaseUrl(postgres.admin_url, "rhesis_owner", template.database);
    await migrateToLatest(owner_url);
    const changed = await generateFromDatabase(owner_url, !process.argv.includes("--write"));
    for (const path of changed)
      process.stderr.write(`${path} is not what the migrations make. Run: npm run generate\n`);
    return changed.length === 0;
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function verify(): Promise<boolean> {
  if (process.argv.includes("--write")) return (await generatedFilesAgree(), true);
  for (const [name, command, args] of steps) {
    process.stdout.write(`\n== ${name}\n`);
    if (!runStep(command, args)) return false;
  }
  process.stdout.write("\n== generated files\n");
  if (!(await generatedFilesAgree())) return false;
  if (process.argv.includes("--static")) return true;
  process.stdout.write("\n== tests\n");
  const { runTests } = await import("./run-tests.ts");
  return (await runTests([])) === 0;
}

process.exitCode = (await verify()) ? 0 : 1;
