/**
 * `npm run bench`: every benchmark in turn, against one PostgreSQL with the settings of production. Arguments choose by
 * a part of the path. `--profile` prints what the measured processes spent their time on; its figures are slower ones.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startPostgres } from "@rhesis/local/postgres";
import { linesOf, profileArgs, readProfiles } from "./profile.ts";
import { processorSeconds } from "./server.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

type Server = { admin_url: string; pid: number };

async function runBenchmarks(filters: string[], profile: boolean): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "rhesis-bench-"));
  chmodSync(folder, 0o755);
  const postgres = await startPostgres({
    data_dir: join(folder, "data"),
    log_file: join(folder, "postgres.log"),
    settings: { shared_buffers: "1GB" },
  });
  try {
    const files = globSync("{apps,packages}/*/bench/*.bench.ts", { cwd: root }).toSorted();
    const chosen = files.filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
    const failed = chosen.filter((file, index) => {
      console.log(`\n== ${file}`);
      return !runOne(file, postgres, profile ? join(folder, `profile-${index}`) : undefined);
    });
    return failed.length === 0 && chosen.length > 0;
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function runOne(file: string, { admin_url, pid }: Server, profiles: string | undefined): boolean {
  const before = processorSeconds(pid);
  const { status } = spawnSync(process.execPath, [...profileArgs("the benchmark itself", profiles), file], {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      BENCH_ADMIN_URL: admin_url,
      ...(profiles === undefined ? {} : { BENCH_PROFILE_DIR: profiles }),
    },
  });
  if (profiles !== undefined) {
    for (const profile of readProfiles(profiles)) console.log(linesOf(profile).join("\n"));
    console.log(`  PostgreSQL: busy ${(processorSeconds(pid) - before).toFixed(1)} s in all of its processes`);
  }
  return status === 0;
}

const { values, positionals } = parseArgs({
  options: { profile: { type: "boolean", default: false } },
  allowPositionals: true,
});
process.exitCode = (await runBenchmarks(positionals, values.profile)) ? 0 : 1;
