import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { leftoversSince, processesNow } from "./leftovers.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const canLook = existsSync("/proc/self/stat");

/** A program that starts another one, which outlives it, and says its process id. */
const abandoning = `
  import { spawn } from "node:child_process";
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
  child.unref();
  process.stdout.write(String(child.pid));
`;
const asModule = ["--input-type=module", "-e", abandoning];

test.skipIf(!canLook)(
  "a child and an orphan are found, what was there before and what ends in time are not",
  async () => {
    const early = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const before = processesNow();
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const orphan = Number(spawnSync(process.execPath, asModule, { cwd: root, encoding: "utf8" }).stdout);
    const left = await leftoversSince(before, root, 0);
    expect(left.map(({ pid }) => pid)).toEqual(expect.arrayContaining([child.pid, orphan]));
    expect(left.map(({ pid }) => pid)).not.toContain(early.pid);
    expect(left.find(({ pid }) => pid === orphan)?.command).toContain("setInterval");
    const ended = Promise.all([once(child, "exit"), once(early, "exit")]);
    for (const pid of [early.pid, child.pid, orphan]) process.kill(pid ?? 0, "SIGKILL");
    const after = await leftoversSince(before, root, 5_000);
    expect(after.map(({ pid }) => pid)).not.toContain(orphan);
    await ended;
  },
);

test.skipIf(!canLook)(
  "npm test fails where a test leaves a process behind, and names it",
  () => {
    const file = `${root}packages/testkit/src/abandons-a-process.test.ts`;
    writeFileSync(
      file,
      `import { spawn } from "node:child_process";
     import { test } from "vitest";
     test("leaves one behind", () => {
       spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", "abandoned"], { detached: true, stdio: "ignore" }).unref();
     });`,
    );
    try {
      const script = `${root}packages/testkit/src/run-tests.ts`;
      const { status, stdout } = spawnSync(process.execPath, [script, "abandons-a-process"], {
        cwd: root,
        encoding: "utf8",
      });
      const pid = Number(/left behind: (\d+) .*abandoned/.exec(stdout)?.[1]);
      expect(pid, stdout).toBeGreaterThan(1);
      process.kill(pid, "SIGKILL");
      expect(stdout.trim().split("\n").at(-1)).toBe("1 passed, 1 failed");
      expect(status).toBe(1);
    } finally {
      rmSync(file);
    }
  },
  60_000,
);
