import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiToken } from "./api-token.ts";
import { useTestDatabase } from "./database.ts";
import { startStack, type Stack } from "./stack.ts";
import { createOrganization } from "./tenants.ts";

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const open = useTestDatabase();
let stack: Stack;
let folder: string;

beforeAll(async () => {
  stack = await startStack(open());
  folder = mkdtempSync(join(tmpdir(), "rhesis-readme-"));
  mkdirSync(join(folder, "node_modules/@rhesis"), { recursive: true });
  symlinkSync(fileURLToPath(new URL("../../client", import.meta.url)), join(folder, "node_modules/@rhesis/client"));
});
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
});

test("its commands connect an application, run tests and show scored results", async () => {
  const blocks = [...readme.matchAll(/```sh rest\n([\s\S]*?)```/g)].map((match) => match[1]);
  expect(blocks.length).toBeGreaterThan(6);
  const organization = await createOrganization(open().database, "Northwind");
  const RHESIS_TOKEN = await createApiToken(open().database, organization.people.owner);
  const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", blocks.join("\n")], {
    cwd: folder,
    env: { PATH: process.env["PATH"], RHESIS_URL: stack.url, RHESIS_TOKEN },
  });
  const lines = stdout.trim().split("\n");
  // Of the application at an address, the run of it, and the function of the process that connected.
  expect(lines.filter((line) => line === "It is Paris.")).toHaveLength(2);
  expect(lines.slice(-4, -1).toSorted()).toEqual(["1", "fail: I do not know.", "pass: It is Paris."]);
});

test("the scripts it names exist", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
    scripts: Record<string, string>;
  };
  const named = [...readme.matchAll(/npm (?:run )?([a-z:]+)/g)].map((match) => match[1] ?? "");
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
});
