import { beforeAll, expect, test } from "vitest";
import { deleteAsset } from "@rhesis/db/asset";
import { codeOf, tokenOf } from "@rhesis/testkit/asset-contract";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
let owner: Caller;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  owner = callerFor(open().database, a.people.owner);
});

test("is denied to nobody; a viewer looks and does nothing", async () => {
  const { id } = await owner.topic.create({ name: "Claims" });
  const { deletion_id } = await owner.topic.delete({ id });
  for (const [identity, list, act] of [
    [null, "UNAUTHORIZED", "UNAUTHORIZED"],
    [a.people.viewer, "done", "FORBIDDEN"],
    [tokenOf(a.people.owner, ["topic:read"], null), "FORBIDDEN", "FORBIDDEN"],
    [tokenOf(a.people.owner, ["deletion:restore", "deletion:purge"], null), "FORBIDDEN", "FORBIDDEN"],
    [b.people.owner, "done", "NOT_FOUND"],
  ] as const) {
    const { deletion } = callerFor(open().database, identity);
    expect(await codeOf(deletion.list({}))).toBe(list);
    expect(await codeOf(deletion.restore({ deletion_id }))).toBe(act);
    expect(await codeOf(deletion.purge({ deletion_id }))).toBe(act);
  }
  expect(await owner.deletion.restore({ deletion_id })).toEqual({ restored: 1 });
});

test("lists the newest first, by kind and by name, page by page", async () => {
  const made = [];
  for (const name of ["Motor", "Travel", "Health"]) made.push(await owner.category.create({ name }));
  for (const { id } of made) await owner.category.delete({ id });
  const { id } = await owner.prompt.create({ name: "Travel greeting", content: "Hello" });
  await owner.prompt.delete({ id });
  const first = await owner.deletion.list({ limit: 2 });
  expect(first.items.map(({ name }) => name)).toEqual(["Travel greeting", "Health"]);
  const second = await owner.deletion.list({ limit: 2, cursor: first.next_cursor ?? "" });
  expect(second.items.map(({ name }) => name)).toEqual(["Travel", "Motor"]);
  expect((await owner.deletion.list({ q: "travel" })).total).toBe(2);
  const { items } = await owner.deletion.list({ q: "travel", entity_type: "category" });
  expect(items).toMatchObject([{ name: "Travel", entity_id: made[1]?.id, user_id: a.people.owner.user_id }]);
  expect(items[0]?.created_at).toBeInstanceOf(Date);
});

test("a test without a name is listed by how its input starts", async () => {
  const [row] = await open().admin<{ id: string }>(
    "insert into test (organization_id, project_id, input) values ($1, $2, 'Am I covered abroad?') returning id",
    [a.id, a.project_id],
  );
  await open().database.write(a.tenant, (tx) => deleteAsset(tx, "test", { id: row?.id ?? "" }));
  const { items } = await owner.deletion.list({ entity_type: "test" });
  expect(items).toMatchObject([{ name: "Am I covered abroad?", project_id: a.project_id }]);
  const token = callerFor(open().database, tokenOf(a.people.owner, null, a.project_id));
  expect((await token.deletion.list({})).total).toBe(1);
});

test("a deletion is restored once, also when two ask at the same time", async () => {
  const { id } = await owner.topic.create({ name: "Raced" });
  const { deletion_id } = await owner.topic.delete({ id });
  const codes = await Promise.all([1, 2, 3].map(() => codeOf(owner.deletion.restore({ deletion_id }))));
  expect(codes.toSorted()).toEqual(["NOT_FOUND", "NOT_FOUND", "done"]);
});
