/** Writes what is derived from the migrated database: row types and a readable schema. `--verify` only compares. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { describeSchema } from "./describe-schema.ts";

const root = new URL("../", import.meta.url);

// kysely-codegen collects the imports of overridden columns with the compiler's API, which TypeScript 7 does not have.
const imports = [
  ["./json-column.ts", ["JsonColumn"]],
  [
    "@rhesis/engine/conversation/schema",
    ["CheckOutcome", "ConversationPlan", "Evidence", "Judgement", "StopReason", "TestKind"],
  ],
  ["@rhesis/engine/metric/schema", ["MetricImplementation", "MetricParameters", "ResultVerdict", "ScoreVerdict"]],
  ["@rhesis/engine/model/schema", ["ModelProvider"]],
  ["@rhesis/engine/parameters/schema", ["ParametersSchema", "ParameterValues"]],
  ["@rhesis/engine/plan/schema", ["RunPlan"]],
  [
    "@rhesis/engine/target/schema",
    ["ReceivedResponse", "SentRequest", "TargetAnswer", "TargetAttempt", "TargetConfig", "TargetErrorCode"],
  ],
] as const;

/** @param owner_url a migrated database; returns the paths that differ from what is committed */
export async function generateFromDatabase(owner_url: string, verify: boolean): Promise<string[]> {
  const files = {
    "src/database.generated.ts": await rowTypes(owner_url),
    "schema.sql": await describeSchema(owner_url),
  };
  const changed: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    const url = new URL(path, root);
    const current = await readFile(url, "utf8").catch(() => "");
    if (current === text) continue;
    changed.push(`packages/db/${path}`);
    if (!verify) await writeFile(url, text);
  }
  return changed;
}

async function rowTypes(owner_url: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      "node_modules/kysely-codegen/dist/cli/bin.js",
      "--config-file",
      ".kysely-codegenrc.json",
      "--print",
      "--url",
      owner_url,
    ],
    { cwd: root },
  );
  const lines = imports.map(([from, names]) => `import type { ${names.join(", ")} } from "${from}";`);
  const start = stdout.indexOf('import type { ColumnType } from "kysely";');
  if (start < 0) throw new Error("kysely-codegen printed no types");
  return `// Generated from the migrated database. Do not edit.\n\n${lines.join("\n")}\n${stdout.slice(start).trimEnd()}\n`;
}
