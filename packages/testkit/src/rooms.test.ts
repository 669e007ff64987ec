import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { rooms } from "./rooms.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

type Manifest = { dependencies?: Record<string, string>; devDependencies?: Record<string, string> };

function folderOf(room: string): string {
  const app = `${root}apps/${room}`;
  return existsSync(app) ? app : `${root}packages/${room}`;
}

function sourcesOf(room: string): string[] {
  return globSync(`${folderOf(room)}/src/**/*.{ts,tsx}`).filter((file) => !/\.test\.tsx?$/.test(file));
}

describe.each(Object.entries(rooms))("%s", (room, allowed) => {
  test("depends on the rooms it imports, and no other", () => {
    const manifest = JSON.parse(readFileSync(`${folderOf(room)}/package.json`, "utf8")) as Manifest;
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
      .filter((name) => name.startsWith("@rhesis/"))
      .map((name) => name.replace("@rhesis/", ""));
    expect(new Set(declared)).toEqual(new Set(allowed));
    const references = [...readFileSync(`${folderOf(room)}/tsconfig.json`, "utf8").matchAll(/"path": ".*\/(\w+)"/g)];
    // The web app is built by Vite; nobody compiles against it.
    const compiled = allowed.filter((name) => name !== "web");
    expect(new Set(references.map((match) => match[1]))).toEqual(new Set(compiled));
  });
});

test("shapes are free of everything but zod and other shapes, so that forms can use them", () => {
  const schemas = globSync(`${root}packages/{router,engine}/src/**/schema.ts`);
  expect(schemas.length).toBeGreaterThan(10);
  for (const file of schemas) {
    const imports = [...readFileSync(file, "utf8").matchAll(/from "([^"]+)"/g)].map((match) => match[1] ?? "");
    const foreign = imports.filter(
      (name) => !/^zod$|\/schema(\.ts)?$|^\.\.?\/.*list\.ts$|^@rhesis\/auth\/(permissions|features)$/.test(name),
    );
    expect(foreign, file).toEqual([]);
  }
});

test("SQL is written in one room", () => {
  for (const room of Object.keys(rooms).filter((name) => !["db", "local", "jobs"].includes(name))) {
    for (const file of sourcesOf(room)) expect(readFileSync(file, "utf8"), file).not.toMatch(/from "(pg|kysely)"/);
  }
});

test("an import that breaks a rule is caught", () => {
  const file = `${root}packages/auth/src/rule-breaker.ts`;
  writeFileSync(file, 'import { createDatabase } from "@rhesis/db/database";\nexport const broken = createDatabase;\n');
  try {
    const { status, stdout, stderr } = spawnSync(`${root}node_modules/.bin/turbo`, ["boundaries"], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
    });
    expect(status).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain("rule-breaker.ts");
  } finally {
    rmSync(file);
  }
});

test("an import of the driver outside its room is caught", () => {
  const file = `${root}packages/services/src/rule-breaker.ts`;
  writeFileSync(file, 'import { Pool } from "pg";\nexport const broken = Pool;\n');
  try {
    expect(() => execFileSync(`${root}node_modules/.bin/oxlint`, [file], { cwd: root, stdio: "pipe" })).toThrow(
      "Command failed",
    );
  } finally {
    rmSync(file);
  }
});
