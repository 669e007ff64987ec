import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("offline-start.ts", import.meta.url));
const isRoot = process.getuid?.() === 0;

/** A network namespace of its own holds nothing but a loopback, which is down at first. Whoever is not root stays who they are. */
function withoutNetwork(command: string[]) {
  const mapped = isRoot ? [] : ["--map-current-user", "--keep-caps"];
  const args = [...mapped, "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", ...command];
  return spawnSync("unshare", args, { encoding: "utf8" });
}

/** Where everything is required, a machine that has `unshare` must let it be used. */
function canGoOffline(): boolean {
  const isThere = spawnSync("unshare", ["--version"]).status === 0;
  const isRequired = process.env["RHESIS_REQUIRE_ALL"] === "1";
  return isThere && (isRequired || withoutNetwork(["true"]).status === 0);
}

test.skipIf(!canGoOffline())(
  "once installed it starts, and runs the demo, without a network",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "rhesis-offline-"));
    chmodSync(folder, 0o755);
    try {
      const { status, stdout, stderr } = withoutNetwork([process.execPath, script, folder]);
      expect(stderr).toBe("");
      expect(JSON.parse(stdout)).toEqual({
        outside: "away",
        page: 200,
        assets: [200],
        foreign: [],
        login: 200,
        demo: true,
        exit: 0,
      });
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  90_000,
);
