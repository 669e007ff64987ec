/** `npm run bench`: every benchmark in turn, against one PostgreSQL with the settings of production. */
import { spawnSync } from "node:child_process";
import { chmodSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgres } from "@rhesis/local/postgres";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

async function runBenchmarks(filters: string[]): Promise<boolean> {
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
    const failed = chosen.filter((file) => {
      console.log(`\n== ${file}`);
      const { status } = spawnSync(process.execPath, [file], {
        cwd: root,
        stdio: "inherit",
        env: { ...process.env, BENCH_ADMIN_URL: postgres.admin_url },
      });
      return status !== 0;
    });
    return failed.length === 0 && chosen.length > 0;
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = (await runBenchmarks(process.argv.slice(2))) ? 0 : 1;
