import { beforeAll, describe, expect, test } from "vitest";
import { codeOf, describeAsset, problemsOf } from "@rhesis/testkit/asset-contract";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();

describeAsset(
  {
    resource: "requirement",
    procedures: (caller) => caller.requirement,
    writer: "member",
    create: (_, label) => ({ name: label, description: "what good looks like" }),
    change: (label) => ({ description: label }),
    refused: [
      { why: "no name", input: () => ({ name: " " }), field: "name" },
      { why: "a name that is too long", input: () => ({ name: "x".repeat(201) }), field: "name" },
    ],
  },
  open,
);

async function metricOf(caller: Caller, name: string): Promise<string> {
  return (await caller.metric.create({ name, parameters: { implementation: "json_valid" } })).id;
}

describe("the metrics of a requirement", () => {
  let a: TestOrganization;
  let b: TestOrganization;
  let member: Caller;
  let requirement_id: string;

  beforeAll(async () => {
    ({ a, b } = await createTenants(open().database));
    member = callerFor(open().database, a.people.member);
    requirement_id = (await member.requirement.create({ name: "Correct" })).id;
  });

  test("are added and removed once, however often it is asked", async () => {
    const metric_ids = [await metricOf(member, "One"), await metricOf(member, "Two")];
    const change = { id: requirement_id, metric_ids };
    expect(await member.requirement.add_metrics(change)).toEqual({ added: 2 });
    expect(await member.requirement.add_metrics(change)).toEqual({ added: 0 });
    expect(await member.requirement.metrics({ id: requirement_id, sort: "name" })).toMatchObject({
      items: [{ name: "One" }, { name: "Two" }],
      total: 2,
    });
    expect(await member.requirement.get({ id: requirement_id })).toMatchObject({ metric_count: 2, test_count: 0 });
    expect(await member.requirement.remove_metrics(change)).toEqual({ removed: 2 });
    expect(await member.requirement.remove_metrics(change)).toEqual({ removed: 0 });
  });

  test("hold no metric twice where it is named twice", async () => {
    const metric = await metricOf(member, "Three");
    const change = { id: requirement_id, metric_ids: [metric, metric] };
    expect(await member.requirement.add_metrics(change)).toEqual({ added: 1 });
  });

  test("come from the same organization and are not deleted", async () => {
    const theirs = await metricOf(callerFor(open().database, b.people.member), "Theirs");
    const gone = await metricOf(member, "Gone");
    const own = await metricOf(member, "Own");
    await member.metric.delete({ id: gone });
    const add = () => member.requirement.add_metrics({ id: requirement_id, metric_ids: [own, theirs, gone] });
    expect(await problemsOf(add())).toEqual(["metric_ids.1", "metric_ids.2"]);
    expect((await member.requirement.metrics({ id: requirement_id })).items.map(({ id }) => id)).not.toContain(own);
  });

  test("are denied to a viewer, to nobody and to another organization", async () => {
    const change = { id: requirement_id, metric_ids: [await metricOf(member, "Kept")] };
    const { requirement: viewer } = callerFor(open().database, a.people.viewer);
    const { requirement: nobody } = callerFor(open().database, null);
    const { requirement: stranger } = callerFor(open().database, b.people.owner);
    expect(await codeOf(viewer.metrics({ id: requirement_id }))).toBe("done");
    expect(await codeOf(viewer.add_metrics(change))).toBe("FORBIDDEN");
    expect(await codeOf(viewer.remove_metrics(change))).toBe("FORBIDDEN");
    expect(await codeOf(nobody.metrics({ id: requirement_id }))).toBe("UNAUTHORIZED");
    expect(await codeOf(nobody.add_metrics(change))).toBe("UNAUTHORIZED");
    expect(await codeOf(nobody.remove_metrics(change))).toBe("UNAUTHORIZED");
    expect(await codeOf(stranger.metrics({ id: requirement_id }))).toBe("NOT_FOUND");
    expect(await codeOf(stranger.remove_metrics(change))).toBe("NOT_FOUND");
  });

  test("are at most a thousand at a time and at least one", async () => {
    const many = Array.from({ length: 1001 }, () => requirement_id);
    expect(await codeOf(member.requirement.add_metrics({ id: requirement_id, metric_ids: many }))).toBe("BAD_REQUEST");
    expect(await codeOf(member.requirement.add_metrics({ id: requirement_id, metric_ids: [] }))).toBe("BAD_REQUEST");
  });

  test("do not show a deleted metric, and show it again when it is restored", async () => {
    const { id } = await member.requirement.create({ name: "Polite" });
    const metric = await metricOf(member, "Polite words");
    await member.requirement.add_metrics({ id, metric_ids: [metric] });
    const { deletion_id } = await member.metric.delete({ id: metric });
    expect((await member.requirement.metrics({ id })).total).toBe(0);
    expect(await member.requirement.get({ id })).toMatchObject({ metric_count: 0 });
    await member.deletion.restore({ deletion_id });
    expect((await member.requirement.metrics({ id })).total).toBe(1);
  });
});

test("a purged requirement takes its name from the tests that asked for it", async () => {
  const { a } = await createTenants(open().database);
  const owner = callerFor(open().database, a.people.owner);
  const { id } = await owner.requirement.create({ name: "Short" });
  const [made] = await open().admin<{ id: string }>(
    "insert into test (organization_id, project_id, input, requirement_id) values ($1, $2, 'Hi', $3) returning id",
    [a.id, a.project_id, id],
  );
  expect(await owner.requirement.get({ id })).toMatchObject({ test_count: 1 });
  const { deletion_id } = await owner.requirement.delete({ id });
  const member = callerFor(open().database, a.people.member);
  expect(await codeOf(member.deletion.purge({ deletion_id }))).toBe("FORBIDDEN");
  expect(await owner.deletion.purge({ deletion_id })).toEqual({ purged: 1 });
  const [left] = await open().admin("select requirement_id from test where id = $1", [made?.id]);
  expect(left).toEqual({ requirement_id: null });
});
