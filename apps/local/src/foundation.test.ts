import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Foundation, startFoundation } from "./foundation.ts";

let folder: string;
let running: Foundation | null = null;
const said: string[] = [];
const failures: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rhesis-data-"));
  chmodSync(folder, 0o711);
  said.length = 0;
  failures.length = 0;
});
afterEach(async () => {
  await running?.processes.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<Foundation> {
  running = await startFoundation({
    data_dir: join(folder, "data"),
    preferred_port: 0,
    report: (line) => said.push(line),
    on_failure: (name) => failures.push(name),
  });
  return running;
}

async function rows(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test("brings up database, login and chatbot, refuses a second start, stops all, and keeps data and secrets", async () => {
  const first = await start();
  const issuer = first.environment["OIDC_ISSUER"] ?? "";
  expect(await (await fetch(`${issuer}.well-known/openid-configuration`)).json()).toMatchObject({ issuer });
  const body = JSON.stringify({ message: "Hello" });
  expect((await fetch(first.chatbot_url, { method: "POST", body })).status).toBe(200);
  const who = "select rolname, rolsuper, rolbypassrls from pg_roles where rolname = current_user";
  expect(await rows(first.environment["DATABASE_URL"] ?? "", who)).toEqual([
    { rolname: "rhesis_app", rolsuper: false, rolbypassrls: false },
  ]);
  first.lock.announce("http://localhost:4700");
  await expect(start()).rejects.toMatchObject({ name: "AlreadyRunningError", address: "http://localhost:4700" });
  await rows(first.owner_url, "create table kept as select 1 as one");
  expect(statSync(join(folder, "data", "secrets.json")).mode & 0o777).toBe(0o600);
  const secrets = readFileSync(join(folder, "data", "secrets.json"), "utf8");
  await first.processes.stop();
  await expect(fetch(first.chatbot_url)).rejects.toThrow("fetch failed");
  await expect(fetch(issuer)).rejects.toThrow("fetch failed");
  expect(existsSync(join(folder, "data", "instance.json"))).toBe(false);

  const began = performance.now();
  const second = await start();
  expect(performance.now() - began).toBeLessThan(5000);
  expect(await rows(second.owner_url, "select one from kept")).toEqual([{ one: 1 }]);
  expect(readFileSync(join(folder, "data", "secrets.json"), "utf8")).toBe(secrets);
  expect(failures).toEqual([]);
});

test("people keep their accounts when the login is at another port", async () => {
  const first = await start();
  const add = (issuer: string) =>
    `insert into "user" (issuer, subject) values ('${issuer}', 'local|ada') returning id, issuer`;
  const [ada] = await rows(first.admin_url.replace(/[^/]*$/, "rhesis"), add(first.environment["OIDC_ISSUER"] ?? ""));
  await first.processes.stop();
  const second = await start();
  const issuer = second.environment["OIDC_ISSUER"];
  expect(ada).not.toMatchObject({ issuer });
  const now = await rows(second.admin_url.replace(/[^/]*$/, "rhesis"), `select id, issuer from "user"`);
  expect(now).toEqual([{ ...(ada as { id: string }), issuer }]);
});

test("reports a database that dies", async () => {
  const foundation = await start();
  const [{ pid }] = (await rows(
    foundation.admin_url,
    "select (regexp_split_to_array(pg_read_file('postmaster.pid'), '\\n'))[1]::int as pid",
  )) as [{ pid: number }];
  const died = new Promise<void>((resolve) => {
    const check = setInterval(() => {
      if (failures.length === 0) return;
      clearInterval(check);
      resolve();
    }, 10);
  });
  process.kill(pid, "SIGKILL");
  await died;
  expect(failures).toEqual(["PostgreSQL"]);
});
