import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { beforeAll, describe, expect, test } from "vitest";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
});

const names = (tenant: TestOrganization) =>
  open().database.read(tenant.tenant, (tx) => tx.selectFrom("project").select("name").orderBy("id").execute());

describe("read", () => {
  test("interleaves many tenants on few connections without mixing them", async () => {
    const { database } = open();
    const organizations = Array.from({ length: 200 }, () => ({ organization_id: randomUUID(), user_id: null }));
    for (const tenant of organizations) {
      await database.write(tenant, async (tx) => {
        await tx.insertInto("organization").values({ id: tenant.organization_id, name: "x" }).execute();
        await tx.insertInto("project").values({ name: tenant.organization_id }).execute();
      });
    }
    const reads = Array.from({ length: 10_000 }, async (_, index) => {
      const tenant = organizations[index % organizations.length] ?? organizations[0];
      if (tenant === undefined) throw new Error("no organization");
      const rows = await database.read(tenant, (tx) =>
        tx.selectFrom("project").select(["name", "organization_id"]).execute(),
      );
      return rows.length === 1 && rows[0]?.organization_id === tenant.organization_id;
    });
    expect((await Promise.all(reads)).every(Boolean)).toBe(true);
  });

  test("refuses to write", async () => {
    const write = open().database.read(a.tenant, (tx) => tx.insertInto("topic").values({ name: "x" }).execute());
    await expect(write).rejects.toMatchObject({ code: "25006" });
  });

  test("goes on after a query that failed, with the same statements", async () => {
    const cast = (text: string) =>
      open().database.read(a.tenant, (tx) => sql<{ n: number }>`select ${text}::int as n`.execute(tx as never));
    await expect(cast("1")).resolves.toMatchObject({ rows: [{ n: 1 }] });
    await expect(cast("one")).rejects.toMatchObject({ code: "22P02" });
    await expect(cast("2")).resolves.toMatchObject({ rows: [{ n: 2 }] });
  });

  test("goes on after its connections were ended by the server", async () => {
    await names(a);
    await open().admin("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'rhesis_app'");
    await expect.poll(() => names(a).catch(() => []), { timeout: 5000 }).toHaveLength(1);
  });

  test("leaves no tenant behind on a connection", async () => {
    await Promise.all(Array.from({ length: 20 }, () => names(a)));
    const { rows } = await open().database.pool.query("select current_setting('app.organization_id', true) as left");
    expect(["", null]).toContain(rows[0]?.left);
  });

  test("refuses ids that are no uuid before anything is sent", async () => {
    const read = open().database.read({ organization_id: "x' or true --", user_id: null }, (tx) =>
      tx.selectFrom("project").selectAll().execute(),
    );
    await expect(read).rejects.toThrow(TypeError);
  });
});

describe("write", () => {
  test("rolls everything back when the work throws", async () => {
    const write = open().database.write(a.tenant, async (tx) => {
      await tx.insertInto("topic").values({ name: "gone" }).execute();
      throw new Error("no");
    });
    await expect(write).rejects.toThrow("no");
    const left = await open().database.read(a.tenant, (tx) => tx.selectFrom("topic").select("id").execute());
    expect(left).toEqual([]);
  });

  test("refuses a query after it has ended", async () => {
    const late = await open().database.write(
      a.tenant,
      async (tx) => () => tx.selectFrom("topic").selectAll().execute(),
    );
    await expect(late()).rejects.toThrow("has ended");
  });

  test("never reports a transaction as done that the database rolled back", async () => {
    const write = open().database.write(a.tenant, async (tx) => {
      await tx
        .insertInto("topic")
        .values({ name: "" })
        .execute()
        .catch(() => undefined);
    });
    await expect(write).rejects.toThrow("rolled back");
  });

  test("tells which of the statements that it started together was refused", async () => {
    const write = open().database.write(a.tenant, (tx) =>
      Promise.all(["", "one", "two"].map((name) => tx.insertInto("topic").values({ name }).execute())),
    );
    await expect(write).rejects.toMatchObject({ code: "23514" });
  });

  test("stamps rows with its organization and its user", async () => {
    await open().database.write(b.tenant, (tx) => tx.insertInto("topic").values({ name: "Claims" }).execute());
    const [row] = await open().admin("select organization_id, user_id from audit_log where entity_type = 'topic'");
    expect(row).toEqual({ organization_id: b.id, user_id: b.tenant.user_id });
  });
});

describe("write at once", () => {
  test("commits what one tick started, in the name of its tenant", async () => {
    await open().database.writeAtOnce(a.tenant, (tx) =>
      Promise.all([
        tx.insertInto("category").values({ name: "one" }).execute(),
        tx.insertInto("category").values({ name: "two" }).execute(),
      ]),
    );
    const rows = await open().admin("select name, organization_id from category order by name");
    expect(rows).toEqual([
      { name: "one", organization_id: a.id },
      { name: "two", organization_id: a.id },
    ]);
  });

  test("keeps nothing of a tick in which one statement failed", async () => {
    const write = open().database.writeAtOnce(b.tenant, (tx) =>
      Promise.all([
        tx.insertInto("category").values({ name: "three" }).execute(),
        tx.insertInto("category").values({ name: "" }).execute(),
      ]),
    );
    await expect(write).rejects.toMatchObject({ code: "23514" });
    expect(await open().admin("select from category where organization_id = $1", [b.id])).toEqual([]);
  });
});
