import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { codeOf, describeAsset, problemsOf } from "@rhesis/testkit/asset-contract";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();

describeAsset(
  {
    resource: "test_set",
    procedures: (caller) => caller.test_set,
    writer: "member",
    is_project_scoped: true,
    create: ({ project_id }, label) => ({ project_id, name: label }),
    change: (label) => ({ description: label }),
    refused: [
      { why: "no name", input: ({ project_id }) => ({ project_id, name: " " }), field: "name" },
      {
        why: "a project that is not there",
        input: () => ({ project_id: randomUUID(), name: "x" }),
        field: "project_id",
      },
    ],
  },
  open,
);

describe("the tests of a set", () => {
  let a: TestOrganization;
  let b: TestOrganization;
  let api: Caller;
  beforeAll(async () => {
    ({ a, b } = await createTenants(open().database));
    api = callerFor(open().database, a.people.member);
  });

  const make = async (name: string, count: number) => {
    const { project_id } = a;
    const set = await api.test_set.create({ project_id, name });
    const tests = Array.from({ length: count }, (_, at) => ({ input: `${name} ${at}` }));
    const { ids } = count === 0 ? { ids: [] } : await api.test.create_many({ project_id, tests });
    return { id: set.id, ids };
  };
  const order = async (id: string) => (await api.test_set.tests({ id, limit: 100 })).items.map((item) => item.id);

  test("keep the order in which they were added, each once", async () => {
    const { id, ids } = await make("order", 6);
    const mixed = [3, 0, 5].map((at) => ids[at] ?? "");
    expect(await api.test_set.add_tests({ id, test_ids: mixed })).toEqual({ added: 3, test_count: 3 });
    expect(await api.test_set.add_tests({ id, test_ids: [...ids, ids[1] ?? ""] })).toEqual({ added: 3, test_count: 6 });
    const expected = [3, 0, 5, 1, 2, 4].map((at) => ids[at]);
    expect(await order(id)).toEqual(expected);
    expect(await api.test_set.remove_tests({ id, test_ids: mixed })).toEqual({ removed: 3, test_count: 3 });
    expect(await api.test_set.remove_tests({ id, test_ids: mixed })).toEqual({ removed: 0, test_count: 3 });
    await api.test_set.add_tests({ id, test_ids: mixed.slice(0, 1) });
    expect(await order(id)).toEqual([1, 2, 4, 3].map((at) => ids[at]));
  });

  test("are paged both ways, and filter the list of tests", async () => {
    const { id, ids } = await make("pages", 5);
    await api.test_set.add_tests({ id, test_ids: ids.toReversed() });
    const first = await api.test_set.tests({ id, limit: 2 });
    expect([first.items.map((item) => item.id), first.total]).toEqual([[ids[4], ids[3]], 5]);
    const second = await api.test_set.tests({ id, limit: 2, cursor: first.next_cursor ?? "" });
    expect(second.items.map((item) => item.id)).toEqual([ids[2], ids[1]]);
    const back = await api.test_set.tests({ id, limit: 3, sort: "-position" });
    expect(back.items.map((item) => item.id)).toEqual(ids.slice(0, 3));
    expect((await api.test_set.tests({ id, limit: 2, offset: 4 })).items.map((item) => item.id)).toEqual([ids[0]]);
    expect((await api.test.list({ test_set_id: id })).items.map((item) => item.id)).toEqual(ids.toReversed());
    expect(await codeOf(api.test_set.tests({ id, cursor: "bm9uc2Vuc2U" }))).toBe("UNPROCESSABLE_CONTENT");
  });

  test("are found by a part of their name or input, in the order of the set, page by page", async () => {
    const { id, ids } = await make("Searching", 5);
    const { id: named } = await api.test.create({ project_id: a.project_id, name: "Found 100%", input: "x" });
    await api.test_set.add_tests({ id, test_ids: [ids[4] ?? "", named, ids[0] ?? "", ids[2] ?? ""] });
    const found = async (q: string, more: object = {}) => {
      const { items, total } = await api.test_set.tests({ id, q, ...more });
      return [items.map((item) => item.id), total];
    };
    expect(await found("searching")).toEqual([[ids[4], ids[0], ids[2]], 3]);
    expect(await found("SEARCHING", { sort: "-position", limit: 2 })).toEqual([[ids[2], ids[0]], 3]);
    expect(await found("100%")).toEqual([[named], 1]);
    expect(await found("1_0%")).toEqual([[], 0]);
    expect(await found("searching 3")).toEqual([[], 0]);
    const first = await api.test_set.tests({ id, q: "searching", limit: 1 });
    const second = await api.test_set.tests({ id, q: "searching", limit: 1, cursor: first.next_cursor ?? "" });
    expect([second.items.map((item) => item.id), second.total]).toEqual([[ids[0]], 3]);
    await api.test.delete({ id: ids[0] ?? "" });
    expect(await found("searching")).toEqual([[ids[4], ids[2]], 2]);
  });

  test("are put back where they stood, one position for each", async () => {
    const { id, ids } = await make("place", 5);
    await api.test_set.add_tests({ id, test_ids: ids });
    const taken = (await api.test_set.tests({ id })).items.filter((_, at) => at === 1 || at === 4);
    const test_ids = taken.map((item) => item.id);
    const positions = taken.map((item) => item.position);
    await api.test_set.remove_tests({ id, test_ids });
    expect(await order(id)).toEqual([ids[0], ids[2], ids[3]]);
    expect(await problemsOf(api.test_set.add_tests({ id, test_ids, positions: [1] }))).toEqual(["positions"]);
    expect(await problemsOf(api.test_set.add_tests({ id, test_ids, positions: [0, 2] }))).toEqual(["positions.0"]);
    const twice = { id, test_ids: [...test_ids, ...test_ids], positions: [...positions, 7, 8] };
    expect(await api.test_set.add_tests(twice)).toEqual({ added: 2, test_count: 5 });
    expect(await order(id)).toEqual(ids);
  });

  test("vanish with their deletion and come back to their place; the count and the version follow", async () => {
    const { id, ids } = await make("deleted", 3);
    await api.test_set.add_tests({ id, test_ids: ids });
    const before = await api.test_set.get({ id });
    const { deletion_id } = await api.test.delete({ id: ids[1] ?? "" });
    expect(await order(id)).toEqual([ids[0], ids[2]]);
    expect(await api.test_set.get({ id })).toMatchObject({ test_count: 2, version: before.version });
    expect((await api.test.list({ test_set_id: id })).total).toBe(2);
    expect(await problemsOf(api.test_set.add_tests({ id, test_ids: [ids[1] ?? ""] }))).toEqual(["test_ids.0"]);
    const owner = callerFor(open().database, a.people.owner);
    await owner.deletion.restore({ deletion_id });
    expect(await order(id)).toEqual(ids);
    expect(await api.test_set.get({ id })).toMatchObject({ test_count: 3, version: before.version });
    const again = await api.test.delete({ id: ids[0] ?? "" });
    await owner.deletion.purge({ deletion_id: again.deletion_id });
    expect(await api.test_set.get({ id })).toMatchObject({ test_count: 2 });
    expect(await order(id)).toEqual(ids.slice(1));
  });

  test("are of the set's project and organization only", async () => {
    const { id } = await make("foreign", 0);
    const other = await callerFor(open().database, a.people.owner).project.create({ name: "Other" });
    const { id: elsewhere } = await api.test.create({ project_id: other.id, input: "x" });
    const theirs = await callerFor(open().database, b.people.member).test.create({
      project_id: b.project_id,
      input: "x",
    });
    const test_ids = [elsewhere, theirs.id, randomUUID()];
    const refused = ["test_ids.0", "test_ids.1", "test_ids.2"];
    expect(await problemsOf(api.test_set.add_tests({ id, test_ids }))).toEqual(refused);
    expect((await api.test_set.get({ id })).test_count).toBe(0);
  });

  test("two additions at once follow each other", async () => {
    const { id, ids } = await make("race", 20);
    const halves = [ids.slice(0, 10), ids.slice(10)];
    await Promise.all(halves.map((test_ids) => api.test_set.add_tests({ id, test_ids })));
    const { items } = await api.test_set.tests({ id, limit: 100 });
    expect(new Set(items.map((item) => item.position)).size).toBe(20);
    expect((await api.test_set.get({ id })).test_count).toBe(20);
  });

  test("viewers and strangers change nothing", async () => {
    const { id, ids } = await make("guarded", 1);
    const viewer = callerFor(open().database, a.people.viewer);
    const stranger = callerFor(open().database, b.people.owner);
    const nobody = callerFor(open().database, null);
    const endpoint_id = randomUUID();
    const calls = (caller: Caller) => [
      caller.test_set.add_tests({ id, test_ids: ids }),
      caller.test_set.remove_tests({ id, test_ids: ids }),
      caller.test_set.add_metrics({ id, metric_ids: [randomUUID()] }),
      caller.test_set.remove_metrics({ id, metric_ids: [randomUUID()] }),
      caller.test_set.execute({ id, endpoint_id }),
    ];
    const codes = (caller: Caller) => Promise.all(calls(caller).map(codeOf));
    expect(await codes(nobody)).toEqual(Array(5).fill("UNAUTHORIZED"));
    expect(await codes(viewer)).toEqual(Array(5).fill("FORBIDDEN"));
    expect(await codes(stranger)).toEqual(Array(5).fill("NOT_FOUND"));
    expect(await codeOf(stranger.test_set.tests({ id }))).toBe("NOT_FOUND");
    expect(await codeOf(stranger.test_set.metrics({ id }))).toBe("NOT_FOUND");
    expect(await codeOf(viewer.test_set.tests({ id }))).toBe("done");
  });

  test("metrics of a set: added once, listed, taken away; only those that are there", async () => {
    const { id } = await make("metrics", 0);
    const first = await api.metric.create({ name: "Set first", parameters: { implementation: "json_valid" } });
    const second = await api.metric.create({ name: "Set second", parameters: { implementation: "json_valid" } });
    const metric_ids = [first.id, second.id];
    expect(await api.test_set.add_metrics({ id, metric_ids })).toEqual({ added: 2 });
    expect(await api.test_set.add_metrics({ id, metric_ids })).toEqual({ added: 0 });
    expect((await api.test_set.metrics({ id, sort: "name" })).items.map((item) => item.id)).toEqual(metric_ids);
    expect(await api.test_set.remove_metrics({ id, metric_ids: [first.id] })).toEqual({ removed: 1 });
    await api.metric.delete({ id: second.id });
    expect((await api.test_set.metrics({ id })).items).toEqual([]);
    expect(await problemsOf(api.test_set.add_metrics({ id, metric_ids: [second.id] }))).toEqual(["metric_ids.0"]);
  });
});
