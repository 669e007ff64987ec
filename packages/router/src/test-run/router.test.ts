import { randomUUID } from "node:crypto";
import { isTrackedEnvelope } from "@trpc/server";
import { beforeAll, describe, expect, test } from "vitest";
import { callerFor, testContext, testPlatform, type Caller } from "@rhesis/testkit/caller";
import { codeOf, problemsOf, tokenOf } from "@rhesis/testkit/asset-contract";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { createCaller } from "../root.ts";
import type { TestRunProgress } from "./schema.ts";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
let api: Caller;
let owner: Caller;
let endpoint_id: string;
let labels = 0;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  api = callerFor(open().database, a.people.member);
  owner = callerFor(open().database, a.people.owner);
  ({ id: endpoint_id } = await api.endpoint.create({
    project_id: a.project_id,
    name: "Bot",
    max_concurrency: 7,
    config: { url: "http://127.0.0.1:9/chat?tenant=secret", headers: { "x-tenant": "s3cret" } },
  }));
});

const metric = async (name: string) =>
  (await api.metric.create({ name: `${name} ${++labels}`, parameters: { implementation: "json_valid" } })).id;
const requirement = async (metric_ids: string[]) => {
  const { id } = await api.requirement.create({ name: `Requirement ${++labels}` });
  if (metric_ids.length > 0) await api.requirement.add_metrics({ id, metric_ids });
  return id;
};
const setOf = async (tests: { input: string; requirement_id?: string }[], metric_ids: string[] = []) => {
  const { project_id } = a;
  const { id } = await api.test_set.create({ project_id, name: `Set ${++labels}` });
  const { ids } = await api.test.create_many({ project_id, tests });
  await api.test_set.add_tests({ id, test_ids: ids });
  if (metric_ids.length > 0) await api.test_set.add_metrics({ id, metric_ids });
  return { id, ids };
};
const rowsOf = (run_id: string) =>
  open().admin<{ test_id: string; repeat: number; input: string; status: string; metric_ids: string[] }>(
    "select test_id, repeat, input, status, metric_ids from test_result where test_run_id = $1 order by id",
    [run_id],
  );
/** Ends a run as its executor would, the nth result with the nth verdict. */
const finish = async (run_id: string, verdicts: string[]) => {
  await open().admin(
    `update test_result r set status = 'completed', verdict = v.verdict, output = 'said ' || v.verdict from (
       select id, ($2::text[])[row_number() over (order by id)] as verdict from test_result where test_run_id = $1
     ) v where v.id = r.id and r.test_run_id = $1`,
    [run_id, verdicts],
  );
  await open().admin("update test_run set status = 'running' where id = $1 and status = 'queued'", [run_id]);
  await open().admin("update test_run set status = 'completed', finished_at = now() where id = $1", [run_id]);
};

describe("starting a run", () => {
  test("takes the metrics of the run before those of the set before those of each test's requirement", async () => {
    const [m1, m2, m3, m4] = [await metric("Run"), await metric("Set"), await metric("First"), await metric("Second")];
    const first = await requirement([m3]);
    const second = await requirement([m3, m4]);
    const tests = [
      { input: "one", requirement_id: first },
      { input: "two", requirement_id: second },
    ];
    const withSet = await setOf(tests, [m2]);
    const bare = await setOf(tests);
    const table = [
      { set: withSet.id, metric_ids: [m1], source: "run", expected: [[m1], [m1]] },
      { set: withSet.id, metric_ids: undefined, source: "test_set", expected: [[m2], [m2]] },
      { set: bare.id, metric_ids: [m1], source: "run", expected: [[m1], [m1]] },
      { set: bare.id, metric_ids: undefined, source: "requirement", expected: [[m3], [m3, m4]] },
    ];
    for (const { set, metric_ids, source, expected } of table) {
      const run = await api.test_set.execute({ id: set, endpoint_id, ...(metric_ids && { metric_ids }) });
      expect(run.plan.metrics_source).toBe(source);
      expect(run.plan.metrics.map(({ id }) => id).toSorted()).toEqual([...new Set(expected.flat())].toSorted());
      expect((await rowsOf(run.id)).map((row) => row.metric_ids.toSorted())).toEqual(
        expected.map((ids) => ids.toSorted()),
      );
    }
    await owner.metric.delete({ id: m2 });
    const fallen = await api.test_set.execute({ id: withSet.id, endpoint_id });
    expect(fallen.plan.metrics_source).toBe("requirement");
  });

  test("writes run, results and job, in the order of the set, repeat by repeat; nothing secret is shown", async () => {
    const { id, ids } = await setOf([{ input: "x" }, { input: "y" }, { input: "z" }], [await metric("Any")]);
    const run = await api.test_set.execute({ id, endpoint_id, repeats: 2, concurrency: 50, params: { model: "m" } });
    expect(run).toMatchObject({
      status: "queued",
      total: 6,
      passed: 0,
      endpoint_name: "Bot",
      user_id: a.people.member.user_id,
    });
    expect(run.name).toMatch(/^Set \d+ · run 1$/);
    expect(run.plan).toMatchObject({ concurrency: 7, repeats: 2, params: { model: "m" } });
    expect(run.plan.endpoint.url).toBe("http://127.0.0.1:9/chat");
    expect(JSON.stringify(run)).not.toContain("s3cret");
    const rows = await rowsOf(run.id);
    expect(rows.map(({ repeat, test_id }) => [repeat, test_id])).toEqual(
      [1, 2].flatMap((nr) => ids.map((test) => [nr, test])),
    );
    expect(rows.every(({ status }) => status === "pending")).toBe(true);
    const { items } = await api.job.list({ project_id: a.project_id });
    expect(items[0]).toMatchObject({
      name: "execute_test_run",
      status: "queued",
      test_run_id: run.id,
      test_run_name: run.name,
    });
    expect(await api.job.get({ id: items[0]?.id ?? "" })).toEqual(items[0]);
    expect((await api.test_set.execute({ id, endpoint_id })).name).toMatch(/ · run 2$/);
    expect((await api.test_set.execute({ id, endpoint_id, name: "Own" })).name).toBe("Own");
  });

  test("leaves out deleted tests, and refuses a set without any other", async () => {
    const { id, ids } = await setOf([{ input: "stays" }, { input: "goes" }], [await metric("Any")]);
    await api.test.delete({ id: ids[1] ?? "" });
    const run = await api.test_set.execute({ id, endpoint_id });
    expect((await rowsOf(run.id)).map(({ input }) => input)).toEqual(["stays"]);
    await api.test.delete({ id: ids[0] ?? "" });
    await expect(api.test_set.execute({ id, endpoint_id })).rejects.toThrow("The test set is empty");
  });

  test("refuses tests without a metric, saying how many and what to do", async () => {
    const scored = await requirement([await metric("Any")]);
    const unscored = await requirement([]);
    const { id } = await setOf([
      { input: "1", requirement_id: scored },
      { input: "2", requirement_id: unscored },
      { input: "3" },
    ]);
    await expect(api.test_set.execute({ id, endpoint_id })).rejects.toThrow(
      /^2 of the tests have no metric.*Requirement \d+; 1 have no requirement.*Add metrics/,
    );
  });

  test("refuses endpoints and metrics that are not there, and judges without a model", async () => {
    const { id } = await setOf([{ input: "x" }], [await metric("Any")]);
    const other = await owner.project.create({ name: "Elsewhere" });
    const elsewhere = await api.endpoint.create({
      project_id: other.id,
      name: "Bot",
      config: { url: "http://127.0.0.1:9/" },
    });
    const gone = await api.endpoint.create({
      project_id: a.project_id,
      name: "Gone",
      config: { url: "http://127.0.0.1:9/" },
    });
    await api.endpoint.delete({ id: gone.id });
    for (const wrong of [elsewhere.id, gone.id, randomUUID()]) {
      expect(await problemsOf(api.test_set.execute({ id, endpoint_id: wrong }))).toEqual(["endpoint_id"]);
    }
    const metric_ids = [randomUUID()];
    expect(await problemsOf(api.test_set.execute({ id, endpoint_id, metric_ids }))).toEqual(["metric_ids.0"]);
    const parameters = { implementation: "judge_numeric", evaluation_prompt: "Good?" } as const;
    const judge = await api.metric.create({ name: "Judged", parameters });
    const judged = { id, endpoint_id, metric_ids: [judge.id] };
    await expect(api.test_set.execute(judged)).rejects.toThrow(/ask a model and have none: Judged/);
    const config = { provider: "openai", model_name: "m" } as const;
    const model = await owner.model.create({ name: "Judge", ...config, is_default: true });
    const run = await api.test_set.execute(judged);
    expect(run.plan.models).toEqual([{ id: model.id, name: "Judge", ...config }]);
  });
});

describe("steering a run", () => {
  const start = async (count = 2) => {
    const tests = Array.from({ length: count }, (_, at) => ({ input: `Question ${at}` }));
    const { id } = await setOf(tests, [await metric("Any")]);
    return api.test_set.execute({ id, endpoint_id });
  };

  test("denies before it allows", async () => {
    const { id } = await start();
    const calls = (caller: Caller) =>
      Promise.all(
        [
          caller.test_run.get({ id }),
          caller.test_run.update({ id, name: "n" }),
          caller.test_run.cancel({ id }),
          caller.test_run.pause({ id }),
          caller.test_run.resume({ id }),
          caller.test_run.raise_budget({ id, max_tokens: 20_000 }),
          caller.test_run.rescore({ id }),
          caller.test_run.retry_failed({ id }),
          caller.test_run.delete({ id }),
        ].map(codeOf),
      );
    expect(await calls(callerFor(open().database, null))).toEqual(Array(9).fill("UNAUTHORIZED"));
    expect(await calls(callerFor(open().database, b.people.owner))).toEqual(Array(9).fill("NOT_FOUND"));
    const no = "FORBIDDEN";
    expect(await calls(callerFor(open().database, a.people.viewer))).toEqual(["done", ...Array(8).fill(no)]);
    const other = await owner.project.create({ name: `Bound ${++labels}` });
    const bound = callerFor(open().database, tokenOf(a.people.owner, null, other.id));
    expect(await calls(bound)).toEqual(Array(9).fill("NOT_FOUND"));
    expect((await bound.test_run.list({})).total).toBe(0);
  });

  test("lists by project, set, endpoint and status, with names", async () => {
    const run = await start();
    const { test_set_id, project_id } = run;
    const { items, total } = await api.test_run.list({ project_id, test_set_id, endpoint_id, status: "queued" });
    const { plan: _plan, schedule_name: _name, ...item } = run;
    expect([total, items]).toEqual([1, [item]]);
    expect((await api.test_run.list({ test_set_id, status: "running" })).total).toBe(0);
  });

  test("are found by a part of their name, taken literally, in their own organization only", async () => {
    const { id } = await start();
    await api.test_run.update({ id, name: "Release 2.0 (50%_done)" });
    const found = async (caller: Caller, q: string) => (await caller.test_run.list({ q })).items.map((item) => item.id);
    for (const q of ["release 2", "50%_D", " (50%"]) expect(await found(api, q)).toEqual([id]);
    for (const q of ["release_2", "%done", "release 3"]) expect(await found(api, q)).toEqual([]);
    expect(await found(callerFor(open().database, b.people.member), "release")).toEqual([]);
    expect(await codeOf(api.test_run.list({ q: " " }))).toBe("BAD_REQUEST");
  });

  test("a run that has not begun is cancelled at once, with its results and its job", async () => {
    const { id } = await start();
    expect(await api.test_run.cancel({ id })).toMatchObject({ status: "cancelled", finished_at: expect.any(Date) });
    expect((await rowsOf(id)).map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
    const jobs = (await api.job.list({ status: "cancelled" })).items;
    expect(jobs.map((job) => job.test_run_id)).toContain(id);
    expect(await codeOf(api.test_run.cancel({ id }))).toBe("done");
  });

  test("a run at work is asked to stop; one that has ended is not", async () => {
    const { id } = await start();
    await open().admin("update test_run set status = 'running' where id = $1", [id]);
    expect(await api.test_run.cancel({ id })).toMatchObject({
      status: "running",
      cancel_requested_at: expect.any(Date),
    });
    await finish(id, ["pass", "pass"]);
    expect(await codeOf(api.test_run.cancel({ id }))).toBe("CONFLICT");
  });

  test("a run is paused with a reason and goes on as another job", async () => {
    const { id } = await start();
    const [before] = await open().admin<{ job_id: string }>("select job_id from test_run where id = $1", [id]);
    expect(await api.test_run.pause({ id, reason: "Deployment" })).toMatchObject({
      status: "paused",
      pause_reason: "Deployment",
    });
    expect((await api.test_run.list({ status: "paused" })).items.map((run) => run.id)).toContain(id);
    expect(await api.test_run.resume({ id })).toMatchObject({ status: "queued", pause_reason: null });
    const [after] = await open().admin<{ job_id: string }>("select job_id from test_run where id = $1", [id]);
    expect(after?.job_id).not.toBe(before?.job_id);
    expect(await codeOf(api.test_run.pause({ id, reason: " " }))).toBe("BAD_REQUEST");
  });

  test("a budget is raised and never lowered, by whoever knows the run as it is, while it is not over", async () => {
    const { id: set } = await setOf([{ input: "x" }], [await metric("Any")]);
    const run = await api.test_set.execute({ id: set, endpoint_id, max_tokens: 10_000 });
    expect(run).toMatchObject({ max_tokens: 10_000, max_cost: null, booked_tokens: 0, booked_cost: 0 });
    const { id, version } = run;
    expect(await codeOf(api.test_run.raise_budget({ id, max_tokens: 0 }))).toBe("BAD_REQUEST");
    expect(await codeOf(api.test_run.raise_budget({ id, max_tokens: 10_000 }))).toBe("UNPROCESSABLE_CONTENT");
    expect(await problemsOf(api.test_run.raise_budget({ id, max_cost: 1 }))).toEqual(["max_cost"]);
    const raised = await api.test_run.raise_budget({ id, max_tokens: 20_000, expected_version: version });
    expect(raised).toMatchObject({ max_tokens: 20_000, version: version + 1 });
    const late = { id, max_tokens: 30_000, expected_version: version };
    expect(await codeOf(api.test_run.raise_budget(late))).toBe("PRECONDITION_FAILED");
    const [noted] = await open().admin(
      "select count(*)::int as n from audit_log where entity_id = $1 and action = 'update' and after ->> 'max_tokens' = '20000'",
      [id],
    );
    expect(noted).toEqual({ n: 1 });
    await finish(id, ["error"]);
    expect(await codeOf(api.test_run.raise_budget({ id, max_tokens: 40_000 }))).toBe("CONFLICT");
    expect(await api.test_run.retry_failed({ id })).toMatchObject({ max_tokens: 20_000, booked_tokens: 0 });
    expect(await api.test_run.retry_failed({ id, max_tokens: 50_000 })).toMatchObject({ max_tokens: 50_000 });
  });

  test("the answers of a run that is over are scored again as a run of their own", async () => {
    const { id } = await start();
    expect(await codeOf(api.test_run.rescore({ id }))).toBe("CONFLICT");
    await finish(id, ["pass", "fail"]);
    const metric_id = await metric("Another");
    expect(await codeOf(api.test_run.rescore({ id, metric_ids: [randomUUID()] }))).toBe("UNPROCESSABLE_CONTENT");
    const again = await api.test_run.rescore({ id, metric_ids: [metric_id] });
    expect(again).toMatchObject({ kind: "rescore", source_run_id: id, status: "queued", total: 2 });
    expect(again.name).toMatch(/ · scored again$/);
    expect(again.plan.metrics.map((planned) => planned.id)).toEqual([metric_id]);
    expect((await rowsOf(again.id)).every((row) => row.metric_ids.join() === metric_id)).toBe(true);
    const jobs = (await api.job.list({ status: "queued" })).items;
    expect(jobs.find((job) => job.test_run_id === again.id)?.name).toBe("rescore_test_run");
    expect(await codeOf(api.test_run.retry_failed({ id: again.id }))).toBe("CONFLICT");
  });

  test("renaming keeps the rest; a deleted run is gone with its results", async () => {
    const run = await start();
    const renamed = await api.test_run.update({ id: run.id, name: "Nightly", expected_version: run.version });
    expect(renamed).toMatchObject({ name: "Nightly", version: run.version + 1, total: run.total });
    const late = { id: run.id, name: "x", expected_version: run.version };
    expect(await codeOf(api.test_run.update(late))).toBe("PRECONDITION_FAILED");
    const { deletion_id } = await api.test_run.delete({ id: run.id });
    expect(await codeOf(api.test_result.list({ test_run_id: run.id }))).toBe("NOT_FOUND");
    await owner.deletion.purge({ deletion_id });
    expect(await rowsOf(run.id)).toEqual([]);
  });

  test("a restored run is back as it was, with its results", async () => {
    const { id } = await start(2);
    await finish(id, ["pass", "fail"]);
    const [run, results] = [await api.test_run.get({ id }), await api.test_result.list({ test_run_id: id })];
    expect(results.items).toHaveLength(2);
    const { deletion_id } = await api.test_run.delete({ id });
    const listed = async () => (await api.test_run.list({})).items.some((item) => item.id === id);
    expect([await codeOf(api.test_run.get({ id })), await listed()]).toEqual(["NOT_FOUND", false]);
    expect(await api.deletion.restore({ deletion_id })).toEqual({ restored: 1 });
    const back = await api.test_run.get({ id });
    expect(back).toEqual({ ...run, version: back.version, updated_at: back.updated_at });
    expect(await listed()).toBe(true);
    expect(await api.test_result.list({ test_run_id: id })).toEqual(results);
    expect((await api.test_run.retry_failed({ id, verdicts: ["fail"] })).total).toBe(1);
  });

  test("asks again what ended in error, in a new run under the same plan", async () => {
    const run = await start(4);
    expect(await codeOf(api.test_run.retry_failed({ id: run.id }))).toBe("CONFLICT");
    await finish(run.id, ["pass", "error", "fail", "error"]);
    const rows = await rowsOf(run.id);
    const retry = await api.test_run.retry_failed({ id: run.id });
    expect(retry).toMatchObject({ total: 2, status: "queued", name: `${run.name} · retry`, plan: run.plan });
    const again = await rowsOf(retry.id);
    expect(again.map(({ test_id }) => test_id)).toEqual([rows[1]?.test_id, rows[3]?.test_id]);
    expect(again.map(({ metric_ids }) => metric_ids)).toEqual([rows[1]?.metric_ids, rows[3]?.metric_ids]);
    const both = await api.test_run.retry_failed({ id: run.id, verdicts: ["error", "fail"] });
    expect(both.total).toBe(3);
    await api.test.delete({ id: rows[1]?.test_id ?? "" });
    expect((await api.test_run.retry_failed({ id: run.id })).total).toBe(1);
    const inconclusive = api.test_run.retry_failed({ id: run.id, verdicts: ["inconclusive"] });
    expect(await codeOf(inconclusive)).toBe("UNPROCESSABLE_CONTENT");
  });
});

describe("following a run", () => {
  const listeners = new Set<(id: string) => void>();
  const follow = async (run_id: string, lastEventId: string | null, who = a.people.viewer) => {
    const onTestRunChange = (listener: (id: string) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    };
    const caller = createCaller(testContext(testPlatform(open().database, { onTestRunChange }), who));
    const events: AsyncIterable<unknown> = await caller.test_run.changes({ id: run_id, lastEventId });
    return events[Symbol.asyncIterator]();
  };
  const next = async (events: AsyncIterator<unknown>) => {
    const step = await events.next();
    if (step.done === true) return null;
    const envelope: unknown = step.value;
    if (!isTrackedEnvelope(envelope)) throw new Error("an event without an id");
    return { id: envelope[0], data: envelope[1] as TestRunProgress };
  };
  const firstOf = async (...asked: Parameters<typeof follow>) => next(await follow(...asked));
  const wake = (id: string) => listeners.forEach((listener) => listener(id));
  const started = async () => {
    const { id } = await setOf([{ input: "x" }, { input: "y" }], [await metric("Any")]);
    return (await api.test_set.execute({ id, endpoint_id })).id;
  };

  test("tells where it is, then every move, at most four times a second, and ends with the run", async () => {
    const id = await started();
    const events = await follow(id, null);
    expect((await next(events))?.data).toMatchObject({ id, status: "queued", total: 2, passed: 0 });
    const began = performance.now();
    for (const passed of [1, 2]) {
      await open().admin("update test_run set status = 'running', passed = $2 where id = $1", [id, passed]);
      wake(randomUUID());
      wake(id);
    }
    expect((await next(events))?.data).toMatchObject({ status: "running", passed: 2 });
    expect(performance.now() - began).toBeGreaterThan(240);
    await open().admin("update test_run set status = 'completed' where id = $1", [id]);
    wake(id);
    expect((await next(events))?.data.status).toBe("completed");
    expect(await next(events)).toBeNull();
    expect(listeners.size).toBe(0);
  });

  test("goes on from the last event, and stops listening when the client leaves", async () => {
    const id = await started();
    const first = await follow(id, null);
    const seen = await next(first);
    await first.return?.();
    expect(listeners.size).toBe(0);
    const again = await follow(id, seen?.id ?? null);
    const waiting = next(again);
    await open().admin("update test_run set status = 'running', failed = 1 where id = $1", [id]);
    wake(id);
    expect((await waiting)?.data).toMatchObject({ status: "running", failed: 1 });
    await again.return?.();
    expect(listeners.size).toBe(0);
  });

  test("ends with an answer when the run is deleted meanwhile", async () => {
    const id = await started();
    const events = await follow(id, null);
    await next(events);
    const waiting = codeOf(next(events));
    await api.test_run.delete({ id });
    wake(id);
    expect(await waiting).toBe("NOT_FOUND");
    expect(listeners.size).toBe(0);
  });

  test("lets nobody else listen", async () => {
    const id = await started();
    expect(await codeOf(firstOf(id, null, b.people.owner))).toBe("NOT_FOUND");
    expect(await codeOf(firstOf(randomUUID(), null))).toBe("NOT_FOUND");
    expect(await codeOf(callerFor(open().database, null).test_run.changes({ id }))).toBe("UNAUTHORIZED");
    expect(listeners.size).toBe(0);
  });
});
