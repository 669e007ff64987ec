import { randomBytes, randomUUID } from "node:crypto";
import type { PoolClient } from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { deleteAsset } from "./asset.ts";
import { touchToken } from "./gates.ts";
import { addTests } from "./queries/test-set.ts";
import { useTestDatabase } from "@rhesis/testkit/database";
import { populate } from "@rhesis/testkit/populate";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
let a: TestOrganization;

beforeAll(async () => {
  ({ a } = await createTenants(open().database));
  await populate(open(), a);
});

/** What a table is changed by, and how: the rest is filled from a row that is there. */
type Life = {
  /** The column that names the thing in the log. */
  key?: string;
  /** Of a second row, beside a new id and name. */
  copy?: () => object;
  /** Null where the application cannot update. */
  change?: string | null;
};

const lives: Record<string, Life> = {
  api_token: { copy: () => ({ token_hash: `\\x${randomBytes(32).toString("hex")}` }) },
  category: {},
  endpoint: {},
  experiment: {},
  experiment_version: { copy: () => ({ number: 2, content_hash: randomUUID() }), change: null },
  invitation: { copy: () => ({ email: `${randomUUID()}@example.com` }), change: "role = 'admin'" },
  membership: { key: "user_id", change: "role = 'admin'" },
  metric: {},
  model: {},
  organization: {},
  parameter_environment: { copy: () => ({ name: "staging" }), change: "name = 'production'" },
  project: {},
  prompt: {},
  requirement: {},
  requirement_metric: { key: "requirement_id", change: null },
  schedule: {},
  test: {},
  test_run: {},
  test_set: {},
  test_set_metric: { key: "test_set_id", change: null },
  test_set_test: { key: "test_set_id", change: "position = position + 1" },
  topic: {},
};

const exempt = {
  audit_log: "is the log itself, and can only be added to",
  connector_call: "is a call under way, gone with its answer",
  connector_connection: "is who is connected at the moment; the endpoints that this makes are in the log",
  conversation: "is what a test said when its run began; what became of it is what the run measured",
  deletion: "stands in the log as the deletion of the thing that it names",
  idempotency_key: "repeats an answer for a day and changes nothing that people see",
  job: "is the platform's work; what the work changes is in the log",
  schema_migration: "is the operator's, written by migrations",
  schema_migration_lock: "is the operator's, written by migrations",
  score: "is what a run measured, and is never changed",
  test_result: "is what a run measured, and is never changed by people",
  turn: "is what a run heard, and is never changed",
  user: "belongs to no organization; what the login provider says of a person is copied into it",
};

type Entry = { action: string; entity_id: string; user_id: string; changed: boolean };

/** Runs statements as the owner of `organization_id` and undoes them; resolves to what they left in the log. */
async function logOf(
  table: string,
  organization_id: string,
  work: (client: PoolClient) => Promise<void>,
): Promise<Entry[]> {
  const client = await open().database.pool.connect();
  try {
    await client.query("begin");
    const settings = "select set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true)";
    await client.query(settings, [organization_id, a.tenant.user_id]);
    const [last] = (await client.query<{ id: string }>("select uuidv7() as id")).rows;
    await work(client);
    const { rows } = await client.query<Entry>(
      `select action, entity_id, user_id, before is distinct from after as changed from audit_log
       where id > $1 and entity_type = $2 order by id`,
      [last?.id, table],
    );
    return rows;
  } finally {
    await client.query("rollback");
    client.release();
  }
}

type Columns = { has: Set<string>; identity: string[]; may_delete: boolean };

async function columnsOf(table: string): Promise<Columns> {
  const [row] = await open().admin<{ columns: string[]; identity: string[]; may_delete: boolean }>(
    `select array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped) as columns,
       array(select a.attname::text from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
         where i.indrelid = c.oid and i.indisprimary) as identity,
       has_table_privilege('rhesis_app', c.oid, 'delete') as may_delete
     from pg_class c where c.oid = $1::regclass`,
    [`public."${table}"`],
  );
  return {
    has: new Set(row?.columns),
    identity: row?.identity ?? [],
    may_delete: row?.may_delete ?? false,
  };
}

test("every table leaves a trail or is exempt for a reason", async () => {
  const tables = await open().admin<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1",
  );
  const known = [...Object.keys(lives), ...Object.keys(exempt)];
  expect(tables.map(({ name }) => name)).toEqual(known.toSorted());
});

describe.each(Object.entries(lives))("%s", (table, { key = "id", copy = () => ({}), change }) => {
  test("leaves a row in the log for each that is created, changed and deleted, by whom it was", async () => {
    const { has, identity, may_delete } = await columnsOf(table);
    const insert = `insert into "${table}" select * from jsonb_populate_record(null::"${table}", $1)`;
    const isNew = has.has("id");
    const [model] = await open().admin<{ row: Record<string, unknown> }>(
      `select to_jsonb(t) as row from "${table}" t where ${table === "organization" ? "id" : "organization_id"} = $1 limit 1`,
      [a.id],
    );
    const row = {
      ...model?.row,
      ...(isNew ? { id: randomUUID() } : {}),
      ...(has.has("name") ? { name: `Name ${randomUUID()}` } : {}),
      ...copy(),
    };
    const expected: string[] = [];
    const log = await logOf(table, table === "organization" ? String(row["id"]) : a.id, async (client) => {
      const where = `where ${identity.map((column, index) => `${column} = $${index + 1}`).join(" and ")}`;
      const values = identity.map((column) => row[column as keyof typeof row]);
      const run = async (action: string, sql: string, parameters: unknown[]) => {
        expected.push(action);
        expect((await client.query(sql, parameters)).rowCount, sql).toBe(1);
      };
      if (!isNew) await run("delete", `delete from "${table}" ${where}`, values);
      await run("create", insert, [JSON.stringify(row)]);
      if (change !== null) await run("update", `update "${table}" set ${change ?? "name = 'Other'"} ${where}`, values);
      if (has.has("deleted_at")) await run("delete", `update "${table}" set deleted_at = now() ${where}`, values);
      if (has.has("deleted_at")) await run("update", `update "${table}" set deleted_at = null ${where}`, values);
      if (isNew && may_delete) await run("delete", `delete from "${table}" ${where}`, values);
    });
    const entity_id = row[key as keyof typeof row];
    expect(log).toEqual(expected.map((action) => ({ action, entity_id, user_id: a.tenant.user_id, changed: true })));
  });
});

test("a run leaves a row when it is cancelled, and none for what its executor writes", async () => {
  const change = (columns: string) =>
    logOf("test_run", a.id, async (client) => {
      expect((await client.query(`update test_run set ${columns}`)).rowCount).toBe(1);
    });
  expect((await change("cancel_requested_at = now()")).map(({ action }) => action)).toEqual(["update"]);
  expect(await change("status = 'running', started_at = now(), lease_token = uuidv7(), passed = 1")).toEqual([]);
});

describe("what moves by itself", () => {
  /** What is new in the log since `id`, of any kind. */
  const logAfter = (id: string | undefined) =>
    open().admin<{ action: string; entity_type: string }>(
      "select action, entity_type from audit_log where organization_id = $1 and id > $2 order by id",
      [a.id, id],
    );
  const now = async () => (await open().admin<{ id: string }>("select uuidv7() as id"))[0]?.id;

  test("the use of a token is noted in the token only, and makes no version", async () => {
    const stamp = "select id, version, updated_at, last_used_at from api_token where organization_id = $1";
    const [before] = await open().admin<{ id: string; version: number }>(stamp, [a.id]);
    const start = await now();
    await touchToken(open().database.pool, before?.id ?? "");
    const [after] = await open().admin(stamp, [a.id]);
    expect(after).toEqual({ ...before, last_used_at: expect.any(Date) as Date });
    expect(await logAfter(start)).toEqual([]);
  });

  test("adding a test to a set is one addition, and deleting the test one deletion; neither changes the set", async () => {
    const stamp = "select id, version, updated_at, test_count from test_set where organization_id = $1";
    const [before] = await open().admin<{ id: string; test_count: number }>(stamp, [a.id]);
    const test_id = await open().database.write(a.tenant, async (tx) => {
      const values = { project_id: a.project_id, input: "One more" };
      return (await tx.insertInto("test").values(values).returning("id").executeTakeFirstOrThrow()).id;
    });
    const start = await now();
    await open().database.write(a.tenant, (tx) => addTests(tx, { id: before?.id ?? "", test_ids: [test_id] }));
    expect(await open().admin(stamp, [a.id])).toEqual([{ ...before, test_count: (before?.test_count ?? 0) + 1 }]);
    expect(await logAfter(start)).toEqual([{ action: "create", entity_type: "test_set_test" }]);
    await open().database.write(a.tenant, (tx) => deleteAsset(tx, "test", { id: test_id }));
    expect(await open().admin(stamp, [a.id])).toEqual([before]);
    expect((await logAfter(start)).slice(1)).toEqual([{ action: "delete", entity_type: "test" }]);
  });
});

test("the log holds no secrets and no plans", async () => {
  const rows = await open().admin<{ entity_type: string; after: Record<string, unknown> }>(
    "select entity_type, after from audit_log where organization_id = $1 and action = 'create'",
    [a.id],
  );
  const fields = (type: string) => Object.keys(rows.find((row) => row.entity_type === type)?.after ?? {});
  expect(fields("api_token")).toContain("hint");
  expect(fields("api_token")).not.toContain("token_hash");
  expect(fields("endpoint")).not.toContain("auth_secret");
  expect(fields("model")).not.toContain("api_key");
  expect(fields("test_run")).not.toContain("plan");
});
