import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { linesOf, profileArgs, readProfiles } from "./profile.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rhesis-profile-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs this code to its end as a measured process would be. */
function run(label: string, code: string): void {
  const file = join(folder, `${label}.mjs`);
  writeFileSync(file, code);
  const { status } = spawnSync(process.execPath, [...profileArgs(label, folder), file]);
  expect(status).toBe(0);
}

const burn = `function burnHere(sum) { for (let nr = 0; nr < 3e7; nr += 1) sum = (sum * 31 + nr) % 65537; return sum; }
  process.exitCode = burnHere(process.pid) < 0 ? 1 : 0;`;

test("names the functions that the time went into, and how long there was nothing to do", () => {
  run("busy", burn);
  run("waiting", "setTimeout(() => {}, 500);");
  const [busy, waiting] = readProfiles(folder);
  expect([busy?.label, busy?.functions[0]?.name]).toEqual(["busy", "burnHere"]);
  expect(busy?.functions[0]?.place).toMatch(/busy\.mjs:1$/);
  expect(busy?.functions[0]?.share).toBeGreaterThan(0.5);
  expect(waiting?.idle).toBeGreaterThan(0.5);
  expect(waiting?.functions.map(({ name }) => name)).not.toContain("(idle)");
  const lines = busy === undefined ? [] : linesOf(busy, 2);
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(/^ +\d+\.\d %  burnHere  .*busy\.mjs:1$/);
});

test("adds up what several processes of one name did", () => {
  run("worker", burn);
  const once = readProfiles(folder)[0]?.busy_seconds ?? 0;
  run("worker", burn);
  const [both, ...others] = readProfiles(folder);
  expect(others).toEqual([]);
  expect(both?.busy_seconds).toBeGreaterThan(once * 1.2);
});

test("costs nothing where no profile is asked for", () => {
  expect(profileArgs("api", undefined)).toEqual([]);
});
