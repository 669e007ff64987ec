import { randomUUID } from "node:crypto";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { beforeAll, expect, test, vi } from "vitest";
import { enqueueJob } from "./enqueue.ts";
import type { JobLog } from "./job-log.ts";
import { silent } from "./queue.contract.ts";
import { mostFailures, runJob, type JobHandler, type JobOutcome, type JobRunner } from "./run-job.ts";

const open = useTestDatabase();
let tenants: { a: TestOrganization; b: TestOrganization };
beforeAll(async () => {
  tenants = await createTenants(open().database);
});

type Handler = JobHandler<"execute_test_run">["run"];
type OnFailed = NonNullable<JobHandler<"execute_test_run">["onFailed"]>;
const completed: Handler = async () => ({ status: "completed" });

function runner(run: Handler, log: JobLog = silent, stop = new AbortController().signal): JobRunner {
  return { ...runnerWith({ run }), log, stop };
}

function runnerWith(execute_test_run: JobHandler<"execute_test_run">): JobRunner {
  const handlers = { execute_test_run, rescore_test_run: { run: completed } };
  return { database: open().database, handlers, log: silent, stop: new AbortController().signal };
}

async function enqueue(organization = tenants.a): Promise<{ organization_id: string; job_id: string }> {
  const { id } = await open().database.write(organization.tenant, (tx) =>
    enqueueJob(tx, {
      name: "execute_test_run",
      payload: { test_run_id: randomUUID() },
      project_id: organization.project_id,
    }),
  );
  return { organization_id: organization.id, job_id: id };
}

async function jobRow({ job_id }: { job_id: string }): Promise<Record<string, unknown>> {
  const [row] = await open().admin("select * from job where id = $1", [job_id]);
  return row ?? {};
}

test("hands a job to its handler as its owner, and closes it", async () => {
  const delivery = await enqueue();
  const handler = vi.fn<Handler>(completed);
  await runJob(runner(handler), delivery);
  expect(handler.mock.calls[0]?.[1].tenant).toEqual(tenants.a.tenant);
  expect(await jobRow(delivery)).toMatchObject({ status: "completed", attempts: 1, lease_until: null });
});

test.each([
  ["nothing", null],
  ["no organization", { job_id: randomUUID() }],
  ["no job", { organization_id: randomUUID() }],
  ["garbage", { organization_id: "x' or true", job_id: "1" }],
])("refuses a delivery with %s", async (_, delivered) => {
  const refused = vi.fn<JobLog["error"]>();
  const handler = vi.fn<Handler>(completed);
  await runJob(runner(handler, { ...silent, error: refused }), delivered);
  expect(refused).toHaveBeenCalledOnce();
  expect(handler).not.toHaveBeenCalled();
});

test("does not find a job under another organization", async () => {
  const delivery = await enqueue(tenants.a);
  const handler = vi.fn<Handler>(completed);
  await runJob(runner(handler), { ...delivery, organization_id: tenants.b.id });
  expect(handler).not.toHaveBeenCalled();
  expect(await jobRow(delivery)).toMatchObject({ status: "queued", attempts: 0 });
});

test("of many deliveries of one job only one is acted on", async () => {
  const delivery = await enqueue();
  const handler = vi.fn<Handler>(completed);
  await Promise.all(Array.from({ length: 5 }, () => runJob(runner(handler), delivery)));
  await runJob(runner(handler), delivery);
  expect(handler).toHaveBeenCalledOnce();
});

test("takes over from a worker whose lease ran out, which then may not close the job", async () => {
  const delivery = await enqueue();
  const firstEnds = Promise.withResolvers<JobOutcome>();
  const first = runJob(
    runner(() => firstEnds.promise),
    delivery,
  );
  await vi.waitFor(async () => expect(await jobRow(delivery)).toMatchObject({ status: "running" }));
  await open().admin("update job set lease_until = now() - interval '1 second' where id = $1", [delivery.job_id]);
  const secondEnds = Promise.withResolvers<JobOutcome>();
  const second = runJob(
    runner(() => secondEnds.promise),
    delivery,
  );
  await vi.waitFor(async () => expect(await jobRow(delivery)).toMatchObject({ attempts: 2 }));
  firstEnds.resolve({ status: "failed", error: "I am late" });
  await first;
  expect(await jobRow(delivery)).toMatchObject({ status: "running", error: null });
  secondEnds.resolve({ status: "completed" });
  await second;
  expect(await jobRow(delivery)).toMatchObject({ status: "completed", attempts: 2 });
});

test("keeps the lease while the handler works, and tells it when it is lost", async () => {
  const delivery = await enqueue();
  const lost = new Promise<void>((resolve, reject) => {
    const handler: Handler = (_, { lease }) =>
      new Promise((done) => lease.addEventListener("abort", () => (done({ status: "lost" }), resolve())));
    runJob(runner(handler), delivery).catch(reject);
  });
  await vi.waitFor(async () => expect(await jobRow(delivery)).toMatchObject({ status: "running" }));
  const before = (await jobRow(delivery))["lease_until"] as Date;
  await vi.waitFor(
    async () => expect(Number((await jobRow(delivery))["lease_until"])).toBeGreaterThan(Number(before)),
    { timeout: 3_000 },
  );
  await open().admin("update job set attempts = attempts + 1 where id = $1", [delivery.job_id]);
  await lost;
  expect(await jobRow(delivery)).toMatchObject({ status: "running" });
});

test("puts a job whose handler threw back in line, for later", async () => {
  const delivery = await enqueue();
  await runJob(
    runner(async () => {
      throw new Error("broken");
    }),
    delivery,
  );
  const row = await jobRow(delivery);
  expect(row).toMatchObject({ status: "queued", offered_at: null, lease_until: null });
  expect(Number(row["run_at"])).toBeGreaterThan(Date.now() + 200);
});

test("a job that fails time and again is failed, and says so; one that was given back in between is not", async () => {
  const broken: Handler = async () => {
    throw new Error("broken");
  };
  const delivery = await enqueue();
  const set = (failures: number) =>
    open().admin("update job set failures = $2, run_at = now() where id = $1", [delivery.job_id, failures]);
  await set(mostFailures - 2);
  await runJob(runner(broken), delivery);
  expect(await jobRow(delivery)).toMatchObject({ status: "queued", failures: mostFailures - 1 });
  await runJob(
    runner(async () => ({ status: "released", delay_ms: 0 })),
    delivery,
  );
  expect(await jobRow(delivery)).toMatchObject({ status: "queued", failures: 0 });
  await set(mostFailures - 1);
  const onFailed = vi.fn<OnFailed>();
  await runJob(runnerWith({ run: broken, onFailed }), delivery);
  expect(onFailed).toHaveBeenCalledOnce();
  const row = await jobRow(delivery);
  expect(row).toMatchObject({ status: "failed", error: expect.stringContaining("20 times in a row") });
});

test("a released job is due at once", async () => {
  const delivery = await enqueue();
  await runJob(
    runner(async () => ({ status: "released", delay_ms: 0 })),
    delivery,
  );
  const { rows } = await open().database.pool.query<{ job_id: string }>(
    "select job_id from gate_claim_due_jobs(1000, interval '1 hour')",
  );
  expect(rows.map((row) => row.job_id)).toContain(delivery.job_id);
});

test.each([
  ["a name that is not in the catalogue", "update job set name = 'make_coffee' where id = $1"],
  ["a payload of another shape", `update job set payload = '{"test_run_id": "1"}' where id = $1`],
  ["more attempts than it may have", "update job set attempts = 1000 where id = $1"],
])("fails a job with %s", async (_, change) => {
  const delivery = await enqueue();
  await open().admin(change, [delivery.job_id]);
  const handler = vi.fn<Handler>(completed);
  await runJob(runner(handler), delivery);
  expect(handler).not.toHaveBeenCalled();
  expect(await jobRow(delivery)).toMatchObject({ status: "failed" });
  expect(String((await jobRow(delivery))["error"])).toMatch(/\w/);
});

test.each([
  ["has had its attempts", "update job set attempts = 1000 where id = $1", /1000 times/],
  ["has a payload of another shape", `update job set payload = '{}' where id = $1`, /payload/],
])("what a job that %s was about ends with it", async (_, change, why) => {
  const delivery = await enqueue();
  await open().admin(change, [delivery.job_id]);
  const onFailed = vi.fn<OnFailed>(async () => undefined);
  await runJob(runnerWith({ run: completed, onFailed }), delivery);
  expect(onFailed).toHaveBeenCalledOnce();
  expect(onFailed.mock.calls[0]?.[1].id).toBe(delivery.job_id);
  expect(onFailed.mock.calls[0]?.[2]).toMatch(why);
});

test("a job is not failed where what it was about could not be ended with it", async () => {
  const delivery = await enqueue();
  const onFailed = vi.fn<OnFailed>(() => Promise.reject(new Error("away")));
  await runJob(runnerWith({ run: async () => ({ status: "failed", error: "No." }), onFailed }), delivery);
  expect(onFailed).toHaveBeenCalledOnce();
  expect(await jobRow(delivery)).toMatchObject({ status: "running", error: null });
});

test("who has lost a job ends nothing with it", async () => {
  const delivery = await enqueue();
  const onFailed = vi.fn<OnFailed>(async () => undefined);
  const run: Handler = async () => {
    await open().admin("update job set attempts = attempts + 1 where id = $1", [delivery.job_id]);
    return { status: "failed", error: "I am late" };
  };
  await runJob(runnerWith({ run, onFailed }), delivery);
  expect(onFailed).not.toHaveBeenCalled();
});

test("begins nothing while the process stops", async () => {
  const delivery = await enqueue();
  const handler = vi.fn<Handler>(completed);
  await runJob(runner(handler, silent, AbortSignal.abort()), delivery);
  expect(handler).not.toHaveBeenCalled();
  expect(await jobRow(delivery)).toMatchObject({ status: "queued" });
});
