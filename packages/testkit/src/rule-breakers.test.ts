import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const sql = "SQL lives in packages/db.";
const testkit = "Only tests and benchmarks use the testkit.";
const contract = "The web app uses shapes and types of the contract, never its procedures.";
const shapes = "The web app uses shapes of the engine, never what runs them.";
const types = "The client holds types of the contract only.";
const secrets = "The web app knows the names of permissions, nothing of secrets.";
const engineTypes = "The database room takes types from the engine, nothing that runs.";
const hosts = "Hosts hold no SQL: they call a procedure or a service.";

/** A file at that place which imports a value of that module breaks this rule. */
const breakers: [file: string, module: string, message: string][] = [
  ["apps/web/src/breaker.ts", "@rhesis/router/me/router", contract],
  ["apps/web/src/breaker.ts", "@rhesis/router/root", contract],
  ["apps/web/src/breaker.ts", "@rhesis/engine/metric/score-answer", shapes],
  ["apps/web/src/breaker.ts", "@rhesis/auth/sealed-secret", secrets],
  ["apps/web/src/breaker.ts", "@rhesis/testkit/database", testkit],
  ["packages/client/src/breaker.ts", "@rhesis/router/root", types],
  ["packages/client/src/breaker.ts", "@rhesis/router/me/schema", types],
  ["packages/client/src/breaker.ts", "@rhesis/engine/connector/schema", types],
  ["apps/api/src/breaker.ts", "@rhesis/db/queries/test", hosts],
  ["apps/worker/src/breaker.ts", "@rhesis/db/queries/test", hosts],
  ["packages/services/src/breaker.ts", "pg", sql],
  ["packages/services/src/breaker.ts", "kysely", sql],
  ["packages/services/src/breaker.ts", "vitest", testkit],
  ["packages/services/src/breaker.ts", "@rhesis/testkit/database", testkit],
  ["packages/services/src/breaker.test.ts", "pg", sql],
  ["packages/jobs/src/breaker.ts", "pg", sql],
  ["packages/jobs/src/migrate-queue.ts", "kysely", sql],
  ["apps/local/src/breaker.ts", "pg", sql],
  ["apps/local/src/breaker.ts", "@rhesis/testkit/database", testkit],
  ["apps/local/src/identity-provider/postgres-store.ts", "kysely", sql],
  ["packages/db/src/breaker.ts", "vitest/node", testkit],
  ["packages/db/src/breaker.ts", "@rhesis/engine/metric/schema", engineTypes],
];

/** Lines that look like those above and are right. */
const keepers: [file: string, line: string][] = [
  ["apps/web/src/keeper.ts", 'import type { Routes } from "@rhesis/router/root";'],
  ["apps/web/src/keeper.ts", 'import { newEndpoint } from "@rhesis/router/endpoint/schema";'],
  ["apps/web/src/keeper.ts", 'import { newMetric } from "@rhesis/engine/metric/schema";'],
  ["apps/web/src/keeper.ts", 'import { mayGrant } from "@rhesis/auth/permissions";'],
  ["apps/web/src/keeper.test.ts", 'import { startTestApi } from "@rhesis/testkit/api";'],
  ["packages/client/src/keeper.ts", 'import type { Routes } from "@rhesis/router/root";'],
  ["packages/router/bench/keeper.bench.ts", 'import { startTestApi } from "@rhesis/testkit/api";'],
  ["packages/db/src/keeper.ts", 'import { Pool } from "pg";'],
  ["packages/db/src/keeper.ts", 'import type { RunPlan } from "@rhesis/engine/plan/schema";'],
  ["packages/jobs/src/migrate-queue.ts", 'import { Client } from "pg";'],
];

type Finding = { code: string; help: string; filename: string };

/** What our rules say of each line, in a file of its own at that place of an otherwise empty workspace. */
function lint(cases: [file: string, line: string][]): string[][] {
  const workspace = mkdtempSync(join(tmpdir(), "rhesis-rules-"));
  const files = cases.map(([file], index) => file.replace(/(breaker|keeper)/, `$1-${index}`));
  try {
    copyFileSync(join(root, ".oxlintrc.json"), join(workspace, ".oxlintrc.json"));
    for (const [index, [, line]] of cases.entries()) {
      const path = join(workspace, files[index] ?? "");
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${line}\n`);
    }
    const { stdout } = spawnSync(join(root, "node_modules/.bin/oxlint"), ["--format", "json"], {
      cwd: workspace,
      encoding: "utf8",
    });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Finding[] };
    const ours = diagnostics.filter(({ code }) => code.includes("no-restricted-imports"));
    return files.map((file) => ours.filter(({ filename }) => filename === file).map(({ help }) => help));
  } finally {
    rmSync(workspace, { recursive: true });
  }
}

test.each([
  ["imported", (module: string) => `import { value } from "${module}";`],
  ["passed on", (module: string) => `export { value } from "${module}";`],
  ["loaded late", (module: string) => `export const value = await import("${module}");`],
])("a value that a room may not have is caught when it is %s", (_name, write) => {
  const said = lint(breakers.map(([file, module]) => [file, write(module)]));
  const got = breakers.map(([file, module], index) => [file, module, ...(said[index] ?? [])]);
  expect(got).toEqual(breakers);
});

test("what a room may have is left alone", () => {
  const said = lint(keepers);
  expect(said).toEqual(keepers.map(() => []));
});

test("a package that a room does not depend on, and a way around by path, are caught", () => {
  const file = join(root, "packages/telemetry/src/rule-breaker.ts");
  writeFileSync(file, 'export { a } from "@rhesis/db/database";\nexport { b } from "../../db/src/database.ts";\n');
  try {
    const { status, stdout, stderr } = spawnSync(join(root, "node_modules/.bin/turbo"), ["boundaries", "--no-color"], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
    });
    const output = `${stdout}${stderr}`;
    expect(status).not.toBe(0);
    expect(output).toContain("cannot import package `@rhesis/db` because it is not a dependency");
    expect(output).toContain("import `../../db/src/database.ts` leaves the package");
    expect(output).toContain("2 issues found");
  } finally {
    rmSync(file);
  }
});
