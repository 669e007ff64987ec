import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { codeOf, describeAsset, problemsOf, tokenOf } from "@rhesis/testkit/asset-contract";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase, type TestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
const when = { cron: "0 6 * * *", time_zone: "Europe/Berlin" };

type Things = { test_set_id: string; endpoint_id: string; metric_ids: string[] };

/** A set of one test, its metric and an endpoint. */
async function makeThings(database: TestDatabase, organization: TestOrganization): Promise<Things> {
  const { project_id, people } = organization;
  const caller = callerFor(database.database, people.member);
  const config = { url: "http://127.0.0.1:9/", response_mapping: { output: "$.output" } };
  const endpoint = await caller.endpoint.create({ project_id, name: randomUUID(), config });
  const set = await caller.test_set.create({ project_id, name: randomUUID() });
  const { id } = await caller.test.create({ project_id, input: "Hello" });
  await caller.test_set.add_tests({ id: set.id, test_ids: [id] });
  const parameters = { implementation: "json_valid" as const };
  const metric = await caller.metric.create({ name: randomUUID(), parameters });
  return { test_set_id: set.id, endpoint_id: endpoint.id, metric_ids: [metric.id] };
}

const prepared = new Map<string, Things>();
const thingsOf = ({ id }: TestOrganization) => prepared.get(id);

describeAsset(
  {
    resource: "schedule",
    procedures: (caller) => caller.schedule,
    writer: "member",
    is_project_scoped: true,
    prepare: async (database, organization) => {
      prepared.set(organization.id, await makeThings(database, organization));
    },
    create: (organization, label) => ({ name: label, ...thingsOf(organization), ...when }),
    change: (label) => ({ name: label }),
    refused: [
      { why: "no name", input: (a) => ({ name: " ", ...thingsOf(a), ...when }), field: "name" },
      { why: "no set", input: (a) => ({ name: "n", ...thingsOf(a), ...when, test_set_id: "x" }), field: "test_set_id" },
      {
        why: "a time that is none",
        input: (a) => ({ name: "n", ...thingsOf(a), ...when, cron: "daily" }),
        field: "cron",
      },
      { why: "every minute", input: (a) => ({ name: "n", ...thingsOf(a), ...when, cron: "* * * * *" }), field: "cron" },
      {
        why: "an unknown time zone",
        input: (a) => ({ name: "n", ...thingsOf(a), ...when, time_zone: "Atlantis" }),
        field: "time_zone",
      },
      {
        why: "an endpoint that is not there",
        input: (a) => ({ name: "n", ...thingsOf(a), ...when, endpoint_id: randomUUID() }),
        field: "endpoint_id",
      },
      {
        why: "a metric that is not there",
        input: (a) => ({ name: "n", ...thingsOf(a), ...when, metric_ids: [randomUUID()] }),
        field: "metric_ids.0",
      },
      {
        why: "values and a version at once",
        input: (a) => ({ name: "n", ...thingsOf(a), ...when, params: { x: 1 }, parameters: {} }),
        field: "params",
      },
    ],
  },
  open,
);

describe("a schedule", () => {
  let a: TestOrganization;
  let b: TestOrganization;
  let member: Caller;
  let admin: Caller;
  let things: Things;
  let id: string;

  beforeAll(async () => {
    ({ a, b } = await createTenants(open().database));
    member = callerFor(open().database, a.people.member);
    admin = callerFor(open().database, a.people.admin);
    things = await makeThings(open(), a);
  });
  beforeEach(async () => {
    ({ id } = await member.schedule.create({ name: randomUUID(), ...things, ...when }));
  });

  test("tells its next times in its zone, which are the preview's", async () => {
    const { times } = await member.schedule.preview(when);
    expect(times).toHaveLength(5);
    expect((await member.schedule.get({ id })).next_at).toEqual(times[0]);
    const inBerlin = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", timeStyle: "short" });
    expect(times.map((time) => inBerlin.format(time))).toEqual(Array.from({ length: 5 }, () => "06:00"));
    expect(await problemsOf(member.schedule.preview({ ...when, cron: "0 6 * *" }))).toEqual(["cron"]);
    expect(await problemsOf(member.schedule.preview({ ...when, time_zone: "Atlantis" }))).toEqual(["time_zone"]);
    expect(await codeOf(callerFor(open().database, null).schedule.preview(when))).toBe("UNAUTHORIZED");
  });

  test("has no next time while it is switched off, and a new one when its time is changed", async () => {
    expect(await member.schedule.update({ id, enabled: false })).toMatchObject({ enabled: false, next_at: null });
    expect(await member.schedule.update({ id, cron: "0 7 * * *" })).toMatchObject({ enabled: false, next_at: null });
    const on = await member.schedule.update({ id, enabled: true, time_zone: "UTC" });
    expect(on.next_at?.toISOString()).toMatch(/T07:00:00.000Z$/);
    const other = await member.schedule.update({ id, cron: "30 8 * * *" });
    expect(other.next_at?.toISOString()).toMatch(/T08:30:00.000Z$/);
    const off = await member.schedule.create({ name: randomUUID(), ...things, ...when, enabled: false });
    expect(off).toMatchObject({ enabled: false, next_at: null });
  });

  test("keeps what its runs are made with, and starts them so", async () => {
    const choices = { repeats: 2, concurrency: 3, pause_after_errors: null, params: { tone: "kind" } };
    const changed = await member.schedule.update({ id, ...choices });
    expect(changed).toMatchObject({ ...choices, metric_ids: things.metric_ids, parameters: null });
    const run = await member.schedule.run_now({ id });
    expect(run).toMatchObject({
      schedule_id: id,
      schedule_name: changed.name,
      total: 2,
      user_id: a.people.member.user_id,
    });
    expect(run.plan).toMatchObject({ repeats: 2, concurrency: 3, pause_after_errors: null, params: { tone: "kind" } });
    const after = await member.schedule.get({ id });
    expect(after).toMatchObject({ next_at: changed.next_at, version: changed.version, last_run: { id: run.id } });
    expect(await codeOf(member.schedule.run_now({ id }))).toBe("CONFLICT");
    await member.test_run.cancel({ id: run.id });
    expect(await codeOf(member.schedule.run_now({ id }))).toBe("done");
    expect((await member.test_run.list({ schedule_id: id })).total).toBe(2);
  });

  test("is run by whom runs are allowed, in the same organization", async () => {
    const as = (identity: Parameters<typeof callerFor>[1]) => callerFor(open().database, identity).schedule;
    expect(await codeOf(as(null).run_now({ id }))).toBe("UNAUTHORIZED");
    expect(await codeOf(as(a.people.viewer).run_now({ id }))).toBe("FORBIDDEN");
    expect(await codeOf(as(b.people.owner).run_now({ id }))).toBe("NOT_FOUND");
    const scoped = as(tokenOf(a.people.owner, ["schedule:create", "schedule:update", "schedule:read"], null));
    expect(await codeOf(scoped.create({ name: randomUUID(), ...things, ...when }))).toBe("FORBIDDEN");
    expect(await codeOf(scoped.update({ id, cron: "0 7 * * *" }))).toBe("FORBIDDEN");
    expect(await codeOf(scoped.update({ id, enabled: true }))).toBe("FORBIDDEN");
    expect(await codeOf(scoped.update({ id, enabled: false, name: randomUUID() }))).toBe("done");
  });

  test("runs for whoever decided last, so that nobody reads through it what is another's alone", async () => {
    const { project_id } = a;
    const draft = await member.experiment.create({ project_id, name: "Mine", visibility: "private" });
    await member.experiment.add_version({ id: draft.id, values: {} });
    const parameters = { experiment_id: draft.id };
    await member.schedule.update({ id, parameters });
    expect(await codeOf(admin.schedule.update({ id, cron: "0 7 * * *" }))).toBe("NOT_FOUND");
    expect(await codeOf(admin.schedule.run_now({ id }))).toBe("NOT_FOUND");
    const renamed = await admin.schedule.update({ id, name: randomUUID() });
    expect(renamed).toMatchObject({ user_id: a.people.member.user_id, parameters });
    const taken = await admin.schedule.update({ id, parameters: null });
    expect(taken).toMatchObject({ user_id: a.people.admin.user_id, parameters: null });
  });

  test("stays in its project", async () => {
    const other = await admin.project.create({ name: randomUUID() });
    const elsewhere = await makeThings(open(), { ...a, project_id: other.id });
    expect(await codeOf(member.schedule.update({ id, test_set_id: elsewhere.test_set_id }))).toBe("NOT_FOUND");
    const { endpoint_id } = elsewhere;
    expect(await problemsOf(member.schedule.update({ id, endpoint_id }))).toEqual(["endpoint_id"]);
  });

  test("goes with its project, and with a test set that is gone for good", async () => {
    const owner = callerFor(open().database, a.people.owner);
    const { id: project_id } = await owner.project.create({ name: randomUUID() });
    const inside = await makeThings(open(), { ...a, project_id });
    const made = await member.schedule.create({ name: randomUUID(), ...inside, ...when });
    const project = await owner.project.delete({ id: project_id });
    expect(await codeOf(member.schedule.get({ id: made.id }))).toBe("NOT_FOUND");
    await owner.deletion.restore({ deletion_id: project.deletion_id });
    expect(await member.schedule.get({ id: made.id })).toMatchObject({ enabled: true });
    const { deletion_id } = await member.test_set.delete({ id: inside.test_set_id });
    await owner.deletion.purge({ deletion_id });
    expect(await codeOf(member.schedule.get({ id: made.id }))).toBe("NOT_FOUND");
  });

  test("may be changed and switched off where what it runs is gone, and not switched on", async () => {
    const own = await makeThings(open(), a);
    const made = await member.schedule.create({ name: randomUUID(), ...own, ...when });
    await member.endpoint.delete({ id: own.endpoint_id });
    expect(await codeOf(member.schedule.update({ id: made.id, name: randomUUID(), enabled: false }))).toBe("done");
    expect(await problemsOf(member.schedule.update({ id: made.id, enabled: true }))).toEqual(["endpoint_id"]);
    expect((await member.schedule.list({ endpoint_id: own.endpoint_id })).items).toHaveLength(1);
  });
});
