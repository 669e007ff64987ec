import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isFree, nextFreePort } from "./free-port.ts";
import { acquireInstanceLock, AlreadyRunningError } from "./instance-lock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rhesis-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = async (): Promise<{ kill: () => Promise<void>; pid: number }> => {
  const program = `
    import { acquireInstanceLock } from ${JSON.stringify(join(import.meta.dirname, "instance-lock.ts"))};
    const lock = await acquireInstanceLock(${JSON.stringify(folder)});
    lock.announce("http://localhost:4000");
    console.log("held");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
};

test("a second start learns the address of the first", async () => {
  const lock = await acquireInstanceLock(folder);
  await expect(acquireInstanceLock(folder)).rejects.toThrow("still starting");
  lock.announce("http://localhost:4000");
  const refusal = await acquireInstanceLock(folder).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(AlreadyRunningError);
  expect(refusal).toMatchObject({ address: "http://localhost:4000", pid: process.pid });
  await lock.release();
  await (await acquireInstanceLock(folder)).release();
  expect(readdirSync(folder)).toEqual([]);
});

test("a lock left by kill -9 is taken over", async () => {
  const holder = await start();
  await expect(acquireInstanceLock(folder)).rejects.toMatchObject({ pid: holder.pid });
  await holder.kill();
  const lock = await acquireInstanceLock(folder);
  expect(JSON.parse(readFileSync(join(folder, "instance.json"), "utf8"))).toMatchObject({ pid: process.pid });
  await lock.release();
});

test("a lock whose process and port belong to others by now is taken over", async () => {
  const stranger = createServer((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"));
  stranger.listen(0, "127.0.0.1");
  await once(stranger, "listening");
  const address = stranger.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  writeFileSync(join(folder, "instance.json"), JSON.stringify({ pid: process.pid, port, token: "old" }));
  const lock = await acquireInstanceLock(folder);
  expect(readFileSync(join(folder, "instance.json"), "utf8")).not.toContain("old");
  await lock.release();
  stranger.close();
});

test("an empty or broken lock file does not block", async () => {
  writeFileSync(join(folder, "instance.json"), "");
  const lock = await acquireInstanceLock(folder);
  expect(JSON.parse(readFileSync(join(folder, "instance.json"), "utf8"))).toMatchObject({ pid: process.pid });
  await lock.release();
});

test("of many starts at the same moment over a stale lock exactly one wins", async () => {
  writeFileSync(join(folder, "instance.json"), JSON.stringify({ pid: 1, port: 1, token: "old" }));
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => acquireInstanceLock(folder)));
  const won = outcomes.filter((outcome) => outcome.status === "fulfilled");
  expect(won).toHaveLength(1);
  for (const lock of won) await lock.value.release();
});

test("a busy or promised port is passed over", async () => {
  const port = await nextFreePort(0);
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  expect(await isFree(port)).toBe(false);
  const next = await nextFreePort(port);
  expect(next).toBeGreaterThan(port);
  expect(await nextFreePort(port, new Set([next]))).toBeGreaterThan(next);
  server.close();
});
