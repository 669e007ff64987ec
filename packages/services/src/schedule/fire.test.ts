import { randomUUID } from "node:crypto";
import type { DueSchedule } from "@rhesis/db/gates";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { fireDueSchedules, type Outcome } from "./fire.ts";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
let owner: Caller;
let member: Caller;
let metric_id: string;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  owner = callerFor(open().database, a.people.owner);
  member = callerFor(open().database, a.people.member);
  metric_id = (await member.metric.create({ name: "Valid", parameters: { implementation: "json_valid" } })).id;
});
beforeEach(() => open().admin("update schedule set enabled = false"));

/** What a schedule of organization A names, all of its own. */
async function things(caller = member) {
  const { project_id } = a;
  const config = { url: "http://127.0.0.1:9/", response_mapping: { output: "$.output" } };
  const endpoint = await caller.endpoint.create({ project_id, name: randomUUID(), config });
  const set = await caller.test_set.create({ project_id, name: randomUUID() });
  const { id } = await caller.test.create({ project_id, input: "Hello" });
  await caller.test_set.add_tests({ id: set.id, test_ids: [id] });
  return { test_set_id: set.id, endpoint_id: endpoint.id, metric_ids: [metric_id], test_id: id };
}

/** Due at six in the morning in Berlin; its next time is 5 January 2031, 05:00 UTC. */
async function nightly(more: object = {}) {
  const { test_id: _, ...named } = await things();
  const when = { cron: "0 6 * * *", time_zone: "Europe/Berlin" };
  const made = await member.schedule.create({ name: randomUUID(), ...named, ...when, ...more });
  await open().admin("update schedule set next_at = $2 where id = $1", [made.id, due_at]);
  return made;
}

const due_at = new Date("2031-01-05T05:00:00Z");
const later = (ms: number) => new Date(due_at.getTime() + ms);
const aDay = 24 * 3_600_000;

async function fire(now: Date, features = {}): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const onFired = (_: DueSchedule, outcome: Outcome) => void outcomes.push(outcome);
  await fireDueSchedules({ database: open().database, features, now, most: 10, onFired });
  return outcomes;
}

const runsOf = async (schedule_id: string) => (await owner.test_run.list({ schedule_id })).items;
const endRun = async (id: string | undefined) => {
  for (const status of ["running", "completed"]) {
    await open().admin("update test_run set status = $2 where id = $1", [id, status]);
  }
};

test("starts a run when its time has come, for the person it runs for, and not before", async () => {
  const { id, name } = await nightly({ repeats: 3, concurrency: 2, pause_after_errors: null });
  expect(await fire(later(-1))).toEqual([]);
  expect(await fire(later(0))).toEqual(["started"]);
  const [run] = await runsOf(id);
  expect(run).toMatchObject({ schedule_id: id, user_id: a.people.member.user_id, status: "queued", total: 3 });
  const { plan, schedule_name } = await owner.test_run.get({ id: run?.id ?? "" });
  expect(schedule_name).toBe(name);
  expect(plan).toMatchObject({ repeats: 3, concurrency: 2, pause_after_errors: null, metrics_source: "run" });
  const after = await owner.schedule.get({ id });
  expect(after).toMatchObject({ next_at: later(aDay), last_started_at: later(0), last_error: null, version: 1 });
  expect(after.last_run).toMatchObject({ id: run?.id, status: "queued", total: 3 });
  expect(await fire(later(0))).toEqual([]);
});

test("starts one run where two workers look at once", async () => {
  const made = await nightly();
  const outcomes = (await Promise.all([fire(later(0)), fire(later(0)), fire(later(0))])).flat();
  expect(outcomes.filter((outcome) => outcome !== "taken")).toEqual(["started"]);
  expect(await runsOf(made.id)).toHaveLength(1);
});

test("makes up for one of the times that were missed, and goes on from now", async () => {
  const { id } = await nightly();
  expect(await fire(later(10.5 * aDay))).toEqual(["started"]);
  expect(await fire(later(10.5 * aDay))).toEqual([]);
  expect(await runsOf(id)).toHaveLength(1);
  expect((await owner.schedule.get({ id })).next_at).toEqual(later(11 * aDay));
});

test("leaves a time out while its run before is under way, and says so; a paused run holds nothing up", async () => {
  const { id } = await nightly();
  await fire(later(0));
  expect(await fire(later(aDay))).toEqual(["skipped"]);
  expect(await owner.schedule.get({ id })).toMatchObject({
    next_at: later(2 * aDay),
    last_error: "The run due at 2031-01-06 05:00 UTC was left out: the one before was still under way.",
  });
  const [run] = await runsOf(id);
  await open().admin("update test_run set status = 'paused' where id = $1", [run?.id]);
  expect(await fire(later(2 * aDay))).toEqual(["started"]);
  expect(await runsOf(id)).toHaveLength(2);
  expect(await owner.schedule.get({ id })).toMatchObject({ last_error: null });
});

test("says why a run could not be started, tries again the next time, and is switched off after five", async () => {
  const { id, endpoint_id } = await nightly();
  await member.endpoint.delete({ id: endpoint_id });
  const missing = "There is no such endpoint in the project of the test set.";
  for (const day of [0, 1, 2, 3]) {
    expect(await fire(later(day * aDay))).toEqual(["failed"]);
    expect(await owner.schedule.get({ id })).toMatchObject({
      enabled: true,
      next_at: later((day + 1) * aDay),
      last_error: missing,
    });
  }
  expect(await fire(later(4 * aDay))).toEqual(["switched_off"]);
  expect(await owner.schedule.get({ id })).toMatchObject({
    enabled: false,
    next_at: null,
    last_error: `Switched off after 5 failures in a row. The last: ${missing}`,
  });
  expect(await fire(later(9 * aDay))).toEqual([]);
  expect(await runsOf(id)).toEqual([]);
  const { endpoint_id: other } = await things();
  const again = await member.schedule.update({ id, endpoint_id: other, enabled: true });
  expect(again).toMatchObject({ enabled: true, last_error: null, next_at: expect.any(Date) });
});

test("counts failures in a row only", async () => {
  const { id, test_set_id } = await nightly();
  const tests = (await member.test_set.tests({ id: test_set_id })).items.map((item) => item.id);
  for (const day of [0, 2, 4, 6, 8, 10]) {
    await member.test_set.remove_tests({ id: test_set_id, test_ids: tests });
    expect(await fire(later(day * aDay))).toEqual(["failed"]);
    expect((await owner.schedule.get({ id })).last_error).toBe("The test set is empty. Add tests to it first.");
    await member.test_set.add_tests({ id: test_set_id, test_ids: tests });
    expect(await fire(later((day + 1) * aDay))).toEqual(["started"]);
    await endRun((await runsOf(id))[0]?.id);
  }
});

test("a schedule that fails holds up no other, in any organization", async () => {
  const [broken, fine] = [await nightly(), await nightly()];
  await member.endpoint.delete({ id: broken.endpoint_id });
  await open().admin("update schedule set next_at = next_at - interval '1 minute' where id = $1", [broken.id]);
  expect(await fire(later(0))).toEqual(["failed", "started"]);
  expect(await runsOf(fine.id)).toHaveLength(1);
  expect((await callerFor(open().database, b.people.owner).test_run.list({})).total).toBe(0);
});

test("is switched off once its person is gone, or may not start runs, until somebody takes it over", async () => {
  const [gone, viewing] = [await nightly(), await nightly()];
  const { user_id } = a.people.member;
  const setRole = (role: string) => open().admin("update membership set role = $2 where user_id = $1", [user_id, role]);
  await open().admin("update schedule set next_at = '2999-01-01' where id = $1", [viewing.id]);
  await open().admin("delete from membership where user_id = $1", [user_id]);
  expect(await fire(later(0))).toEqual(["switched_off"]);
  const membership = "insert into membership (organization_id, user_id, role) values ($1, $2, 'viewer')";
  await open().admin(membership, [a.id, user_id]);
  await open().admin("update schedule set next_at = $2 where id = $1", [viewing.id, due_at]);
  expect(await fire(later(0))).toEqual(["switched_off"]);
  await setRole("member");
  const off = { enabled: false, next_at: null };
  expect(await owner.schedule.get({ id: gone.id })).toMatchObject({
    ...off,
    last_error: expect.stringContaining("no longer a member"),
  });
  expect(await owner.schedule.get({ id: viewing.id })).toMatchObject({
    ...off,
    last_error: expect.stringContaining("may not start runs"),
  });
  const taken = await owner.schedule.update({ id: gone.id, enabled: true });
  expect(taken).toMatchObject({ enabled: true, user_id: a.people.owner.user_id, last_error: null });
  await open().admin("update schedule set next_at = $2 where id = $1", [gone.id, due_at]);
  expect(await fire(later(0))).toEqual(["started"]);
  expect((await runsOf(gone.id))[0]).toMatchObject({ user_id: a.people.owner.user_id });
});

test("judges by a model only where the installation and the organization allow it", async () => {
  await owner.model.create({ name: "Judge", provider: "openai", model_name: "m", is_default: true });
  const parameters = { implementation: "judge_numeric" as const, evaluation_prompt: "Good?" };
  const judge = await member.metric.create({ name: "Good", parameters });
  const { id } = await nightly({ metric_ids: [judge.id] });
  expect(await fire(later(0), { llm_judge: false })).toEqual(["failed"]);
  expect((await owner.schedule.get({ id })).last_error).toContain("Judging by a model is switched off here");
  await open().admin(`update organization set feature_overrides = '{"llm_judge": true}' where id = $1`, [a.id]);
  expect(await fire(later(aDay), { llm_judge: false })).toEqual(["started"]);
});

test("a deleted one rests; restored it is planned anew and does not make up for what it missed", async () => {
  const { id } = await nightly();
  const { deletion_id } = await member.schedule.delete({ id });
  expect(await fire(later(0))).toEqual([]);
  await member.deletion.restore({ deletion_id });
  expect(await fire(later(2.5 * aDay))).toEqual(["planned"]);
  expect(await owner.schedule.get({ id })).toMatchObject({ next_at: later(3 * aDay), last_run: null });
  expect(await runsOf(id)).toEqual([]);
});

test("a schedule of a deleted organization rests", async () => {
  const { id } = await nightly();
  await open().admin("update organization set deleted_at = now() where id = $1", [a.id]);
  expect(await fire(later(0))).toEqual([]);
  await open().admin("update organization set deleted_at = null where id = $1", [a.id]);
  expect(await fire(later(0))).toEqual(["started"]);
  expect(await runsOf(id)).toHaveLength(1);
});
