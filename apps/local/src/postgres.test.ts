import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nextFreePort } from "./free-port.ts";
import { startPostgres } from "./postgres.ts";
import { isReachable, isRoot, unprivileged } from "./postgres-binaries.ts";

let folder: string;
const options = () => ({ data_dir: join(folder, "cluster"), log_file: join(folder, "postgres.log"), durable: false });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rhesis-postgres-"));
  chmodSync(folder, 0o711);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  // The server may be killed under this client.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe("startPostgres", () => {
  test("starts a UTF-8 cluster that only the loopback interface and the password open, and keeps its data", async () => {
    const first = await startPostgres(options());
    await query(first.admin_url, "create table kept as select 'grün' as word");
    const [settings] = await query(
      first.admin_url,
      `select current_setting('server_encoding') as encoding, current_setting('listen_addresses') as listens,
              current_setting('unix_socket_directories') as sockets, current_setting('max_connections') as connections,
              (select datlocprovider::text || ':' || datlocale from pg_database where datname = 'postgres') as locale`,
    );
    expect(settings).toEqual({
      encoding: "UTF8",
      listens: "127.0.0.1",
      sockets: "",
      connections: "200",
      locale: "b:C.UTF-8",
    });
    const wrong = first.admin_url.replace(/:[^:@]+@/, ":wrong@");
    await expect(query(wrong, "select 1")).rejects.toThrow(/password authentication failed/);
    await first.stop();
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await startPostgres(options());
    expect(await query(second.admin_url, "select word from kept")).toEqual([{ word: "grün" }]);
    await second.stop();
  });

  test("keeps the password to its owner and runs without rights", async () => {
    const server = await startPostgres(options());
    expect(statSync(join(folder, "cluster.password")).mode & 0o777).toBe(0o600);
    const runner = isRoot() ? unprivileged.uid : process.getuid?.();
    expect(statSync(join(folder, "cluster")).uid).toBe(runner);
    expect(statSync(`/proc/${server.pid}`).uid).toBe(runner);
    await server.stop();
  });

  test("takes the next port when the wanted one is busy", async () => {
    const wanted = await nextFreePort(0);
    const blocker = createServer().listen(wanted, "127.0.0.1");
    await once(blocker, "listening");
    const server = await startPostgres({ ...options(), port: wanted });
    expect(server.port).toBeGreaterThan(wanted);
    expect(server.port).toBeLessThan(wanted + 50);
    await server.stop();
    blocker.close();
  });

  test("recovers what was committed after kill -9 of the server", async () => {
    const server = await startPostgres({ ...options(), durable: true });
    await query(server.admin_url, "create table survived as select 42 as answer");
    process.kill(server.pid, "SIGKILL");
    await server.ended;
    expect(existsSync(join(folder, "cluster", "postmaster.pid"))).toBe(true);
    const again = await startPostgres(options());
    expect(await query(again.admin_url, "select answer from survived")).toEqual([{ answer: 42 }]);
    await again.stop();
  });

  test("is not misled by a postmaster.pid whose number belongs to another program", async () => {
    writeFileSync(
      join(folder, "cluster", "postmaster.pid"),
      `${process.pid}\n${join(folder, "cluster")}\n1\n1\n\n\n\n`,
    );
    const server = await startPostgres(options());
    expect(await query(server.admin_url, "select 1 as one")).toEqual([{ one: 1 }]);
    await server.stop();
  });

  test("refuses a cluster that a living process keeps", async () => {
    const server = await startPostgres(options());
    await expect(startPostgres(options())).rejects.toThrow(`in use by process ${process.pid}`);
    expect(await query(server.admin_url, "select 1 as one")).toEqual([{ one: 1 }]);
    await server.stop();
  });

  test("goes down with a starter that is killed with kill -9", async () => {
    const program = `
      import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, "postgres.ts"))};
      const server = await startPostgres(${JSON.stringify(options())});
      console.log(server.pid);
      setInterval(() => {}, 1000);`;
    const starter = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(starter.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    starter.kill("SIGKILL");
    await waitUntil(() => !isAlive(pid));
    const server = await startPostgres(options());
    await server.stop();
  });

  test("says why the server did not come up", async () => {
    await expect(startPostgres({ ...options(), settings: { shared_buffers: "nonsense" } })).rejects.toThrow(
      /did not start[\s\S]*shared_buffers/,
    );
  });

  test("never clears a folder that holds something else", async () => {
    const data_dir = join(folder, "photos");
    const server = startPostgres({ ...options(), data_dir });
    await (await server).stop();
    rmSync(join(data_dir, "PG_VERSION"));
    await expect(startPostgres({ ...options(), data_dir })).rejects.toThrow("holds files, but no PostgreSQL");
    expect(readFileSync(join(data_dir, "postgresql.conf"), "utf8")).toContain("#");
  });

  test.runIf(isRoot())("says what to do about a folder that only root can enter", async () => {
    const closed = mkdtempSync(join(tmpdir(), "rhesis-closed-"));
    expect(isReachable(closed)).toBe(false);
    await expect(startPostgres({ ...options(), data_dir: join(closed, "cluster") })).rejects.toThrow("RHESIS_DATA_DIR");
    rmSync(closed, { recursive: true });
  });
});
