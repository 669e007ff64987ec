import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asTenant, outcomeOf } from "@rhesis/testkit/as-tenant";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { deleteAsset } from "./asset.ts";
import { purgeDeletion, restoreDeletion, takeDeletion } from "./queries/deletion.ts";
import type { Tenant } from "./tenant.ts";

const open = useTestDatabase();
let a: TestOrganization;
let author: Tenant;
let colleague: Tenant;
let experiment_id: string;

const refused = "42501";

beforeAll(async () => {
  ({ a } = await createTenants(open().database));
  author = { ...a.tenant, user_id: a.people.member.user_id };
  // An owner of the organization: no role is above what is private.
  colleague = a.tenant;
});

/** A private experiment of the author with a version whose values and note are told to nobody. */
beforeEach(async () => {
  experiment_id = await open().database.write(author, async (tx) => {
    const made = await tx
      .insertInto("experiment")
      .values({ project_id: a.project_id, name: `secret-name ${randomUUID()}`, description: "secret-description" })
      .returning(["id", "owner_id", "visibility"])
      .executeTakeFirstOrThrow();
    const { id, owner_id, visibility } = made;
    const content = { values: '{"prompt":"secret-value"}', note: "secret-note", content_hash: "secret-hash" };
    await tx
      .insertInto("experiment_version")
      .values({ ...content, experiment_id: id, owner_id, visibility, number: 1, schema_fingerprint: "1" })
      .execute();
    return id;
  });
});

/** How many rows of the experiment `who` sees, of itself and of its versions. */
async function seenBy(who: Tenant): Promise<[number, number]> {
  const count = (sql: string) => outcomeOf(asTenant(open(), who, sql, [experiment_id])) as Promise<number>;
  return [
    await count("select from experiment where id = $1"),
    await count("select from experiment_version where experiment_id = $1"),
  ];
}

function set(who: Tenant, changes: string): Promise<unknown> {
  return open().database.write(who, async (tx) => {
    const [field = "", value = ""] = changes.split("=");
    const result = await tx
      .updateTable("experiment")
      .set({ [field]: value })
      .where("id", "=", experiment_id)
      .executeTakeFirst();
    return Number(result.numUpdatedRows);
  });
}

test("what a version holds is never changed and never taken out, whoever asks", async () => {
  for (const column of ["values", "number", "note", "content_hash", "user_id", "visibility"]) {
    const sql = `update experiment_version set "${column}" = "${column}" where experiment_id = $1`;
    expect(await outcomeOf(asTenant(open(), author, sql, [experiment_id])), column).toBe(refused);
  }
  const remove = "delete from experiment_version where experiment_id = $1";
  expect(await outcomeOf(asTenant(open(), author, remove, [experiment_id]))).toBe(refused);
});

describe("a private experiment", () => {
  test("is seen by its owner only, with its versions", async () => {
    expect(await seenBy(author)).toEqual([1, 1]);
    expect(await seenBy(colleague)).toEqual([0, 0]);
    expect(await seenBy({ ...colleague, user_id: null })).toEqual([0, 0]);
  });

  test("is changed, taken over, deleted and added to by its owner only", async () => {
    for (const sql of [
      "update experiment set name = 'Mine' where id = $1",
      "update experiment set visibility = 'shared' where id = $1",
      "update experiment set owner_id = current_actor() where id = $1",
      "delete from experiment where id = $1",
    ]) {
      expect(await outcomeOf(asTenant(open(), colleague, sql, [experiment_id])), sql).toBe(0);
    }
    const insert = `insert into experiment_version (experiment_id, owner_id, visibility, number, values, content_hash, schema_fingerprint)
      values ($1, $2, $3, 2, '{}', 'x', 'x')`;
    const outcomes = [];
    for (const [owner_id, visibility] of [
      [author.user_id, "private"],
      [colleague.user_id, "private"],
      [author.user_id, "shared"],
    ])
      outcomes.push(await outcomeOf(asTenant(open(), colleague, insert, [experiment_id, owner_id, visibility])));
    expect(outcomes).toEqual([refused, "23503", "23503"]);
  });

  test("is made for oneself only", async () => {
    const insert = "insert into experiment (project_id, name, owner_id) values ($1, 'Theirs', $2)";
    expect(await outcomeOf(asTenant(open(), colleague, insert, [a.project_id, author.user_id]))).toBe(refused);
    expect(await outcomeOf(asTenant(open(), colleague, insert, [a.project_id, colleague.user_id]))).toBe(1);
  });

  test("shows itself and its versions when it is shared, and hides them again, for its owner alone", async () => {
    await set(author, "visibility=shared");
    expect(await seenBy(colleague)).toEqual([1, 1]);
    await expect(set(colleague, "visibility=private")).rejects.toMatchObject({ code: refused });
    await set(author, "visibility=private");
    expect(await seenBy(colleague)).toEqual([0, 0]);
    expect(await seenBy(author)).toEqual([1, 1]);
  });

  test.each(["experiment", "experiment_version"])("leaks where the policy of %s forgets its owner", async (table) => {
    const mine = "organization_id = (select current_organization())";
    const whole = `${mine} and (visibility = 'shared' or owner_id = (select current_actor()))`;
    const alter = (condition: string) =>
      open().admin(`alter policy tenant on ${table} using (${condition}) with check (${condition})`);
    await alter(mine);
    const seen = await seenBy(colleague).finally(() => alter(whole));
    expect(seen).not.toEqual([0, 0]);
    expect(await seenBy(colleague)).toEqual([0, 0]);
  });

  test("stands in the audit log without what it says, until it is shared", async () => {
    const entries = () =>
      open().admin(
        "select * from audit_log where entity_id = $1 or entity_id in (select id from experiment_version where experiment_id = $1)",
        [experiment_id],
      );
    await set(author, "description=secret-again");
    expect(JSON.stringify(await entries())).toContain(experiment_id);
    expect(JSON.stringify(await entries())).not.toContain("secret");
    await set(author, "visibility=shared");
    expect(JSON.stringify(await entries())).toContain("secret-name");
    expect(JSON.stringify(await entries())).not.toContain("secret-value");
  });

  test("is in the recycle bin of its owner only", async () => {
    const { deletion_id } = await open().database.write(author, (tx) =>
      deleteAsset(tx, "experiment", { id: experiment_id }),
    );
    const bin = (who: Tenant) => asTenant(open(), who, "select from deletion where id = $1", [deletion_id]);
    expect([await outcomeOf(bin(author)), await outcomeOf(bin(colleague))]).toEqual([1, 0]);
    await expect(open().database.write(colleague, (tx) => takeDeletion(tx, deletion_id))).rejects.toThrow("no such");
    const restore = open().database.write(author, async (tx) =>
      restoreDeletion(tx, await takeDeletion(tx, deletion_id)),
    );
    await expect(restore).resolves.toBe(1);
  });

  test("goes and comes back with its project, also where another person deletes it, and is purged with it", async () => {
    const { database } = open();
    const remove = () => database.write(colleague, (tx) => deleteAsset(tx, "project", { id: a.project_id }));
    const first = await remove();
    expect(await isLive()).toBe(false);
    await database.write(colleague, async (tx) => restoreDeletion(tx, await takeDeletion(tx, first.deletion_id)));
    expect(await isLive()).toBe(true);
    await database.write(author, (tx) => deleteAsset(tx, "experiment", { id: experiment_id }));
    const last = await remove();
    await database.write(colleague, async (tx) => purgeDeletion(tx, await takeDeletion(tx, last.deletion_id)));
    expect(await isLive()).toBeUndefined();
    expect(await open().admin("select from deletion where organization_id = $1", [a.id])).toEqual([]);
  });
});

/** Undefined where the experiment is not there at all. */
async function isLive(): Promise<boolean | undefined> {
  const sql = "select deleted_at is null as live from experiment where id = $1";
  return (await open().admin<{ live: boolean }>(sql, [experiment_id]))[0]?.live;
}
