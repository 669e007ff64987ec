import { existsSync, globSync, readFileSync } from "node:fs";
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

/** What only the driver can do: the queue's own tables, and the store of a login that has no tenant. */
const driverFiles = ["packages/jobs/src/migrate-queue.ts", "apps/local/src/identity-provider/postgres-store.ts"];

test("SQL is written in one room", () => {
  const files = Object.keys(rooms).filter((room) => room !== "db");
  const withDriver = files
    .flatMap(sourcesOf)
    .filter((file) => /(from|import\() ?"(pg|kysely)"/.test(readFileSync(file, "utf8")));
  expect(new Set(withDriver.map((file) => file.replace(root, "")))).toEqual(new Set(driverFiles));
});
