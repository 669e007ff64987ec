import { createNotifications, type Notifications } from "@rhesis/db/notifications";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { randomUUID } from "node:crypto";
import { enqueueJob } from "./enqueue.ts";
import { silent } from "./queue.contract.ts";
import type { Offer, Queue } from "./queue.ts";
import { startRelay, type Relay } from "./relay.ts";

const open = useTestDatabase();
let tenants: { a: TestOrganization; b: TestOrganization };
let notifications: Notifications;
let relays: Relay[] = [];
const unused = () => Promise.reject(new Error("not part of this test"));

beforeAll(async () => {
  tenants = await createTenants(open().database);
});
beforeEach(async () => {
  await open().admin("update job set status = 'completed'");
  notifications = createNotifications(open().app_url);
});
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.close()));
  relays = [];
  await notifications.close();
});

/** A queue at the end of the relay's arm; it may be away. */
function collect(): { queue: Queue; offers: Offer[]; away: { is: boolean } } {
  const offers: Offer[] = [];
  const away = { is: false };
  const offer = async (jobs: Offer[]): Promise<void> => {
    if (away.is) throw new Error("away");
    offers.push(...jobs);
  };
  return { queue: { kind: "redis", offer, work: unused, health: unused, close: unused }, offers, away };
}

function start(queue: Queue, options: { sweep_ms?: number; offer_again_after_ms?: number } = {}): void {
  relays.push(startRelay({ database: open().database, notifications, queue, log: silent, ...options }));
}

const enqueue = (organization: TestOrganization): Promise<{ id: string }> =>
  open().database.write(organization.tenant, (tx) =>
    enqueueJob(tx, { name: "execute_test_run", payload: { test_run_id: randomUUID() }, project_id: null }),
  );

test("offers a committed job of any organization at once, and once among many relays", async () => {
  const { queue, offers } = collect();
  for (let n = 0; n < 3; n += 1) start(queue, { sweep_ms: 60_000 });
  await notifications.ready();
  const jobs = await Promise.all([enqueue(tenants.a), enqueue(tenants.b)]);
  await vi.waitFor(() => expect(offers).toHaveLength(2), { timeout: 2_000, interval: 5 });
  expect(offers.map((offer) => offer.job_id).toSorted()).toEqual(jobs.map((job) => job.id).toSorted());
  expect(offers.map((offer) => offer.organization_id).toSorted()).toEqual([tenants.a.id, tenants.b.id].toSorted());
});

test("offers nothing of a transaction that was rolled back", async () => {
  const { queue, offers } = collect();
  start(queue, { sweep_ms: 20 });
  const failing = open().database.write(tenants.a.tenant, async (tx) => {
    await enqueueJob(tx, { name: "execute_test_run", payload: { test_run_id: randomUUID() }, project_id: null });
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  const { id } = await enqueue(tenants.a);
  await vi.waitFor(() => expect(offers.map((offer) => offer.job_id)).toEqual([id]));
});

test("finds what was committed while nobody listened", async () => {
  const { id } = await enqueue(tenants.a);
  const { queue, offers } = collect();
  start(queue);
  await vi.waitFor(() => expect(offers.map((offer) => offer.job_id)).toEqual([id]));
});

test("offers again what nobody began, under another number that names the one before", async () => {
  const { queue, offers } = collect();
  start(queue, { sweep_ms: 20, offer_again_after_ms: 100 });
  await enqueue(tenants.a);
  await vi.waitFor(() => expect(offers.length).toBeGreaterThanOrEqual(2));
  expect(offers[0]?.previous_offer).toBeNull();
  expect(offers[1]?.previous_offer).toBe(offers[0]?.offer);
  expect(offers[1]?.offer).toBeGreaterThan(offers[0]?.offer ?? 0);
});

test("offers again what could not be offered while the queue was away", async () => {
  const { queue, offers, away } = collect();
  away.is = true;
  start(queue, { sweep_ms: 20, offer_again_after_ms: 100 });
  const { id } = await enqueue(tenants.a);
  await vi.waitFor(async () => {
    const [job] = await open().admin<{ offered_at: Date | null }>("select offered_at from job where id = $1", [id]);
    expect(job?.offered_at).not.toBeNull();
  });
  expect(offers).toEqual([]);
  away.is = false;
  await vi.waitFor(() => expect(offers.map((offer) => offer.job_id)).toContain(id));
});

test("offers again what a dead worker held, and leaves alone what a living one holds", async () => {
  const [held, dead] = [await enqueue(tenants.a), await enqueue(tenants.a)];
  await Promise.all([holdJob(held.id, "1 hour"), holdJob(dead.id, "-1 second")]);
  const { queue, offers } = collect();
  start(queue, { sweep_ms: 20 });
  await vi.waitFor(() => expect(offers.map((offer) => offer.job_id)).toEqual([dead.id]));
  expect(offers.some((offer) => offer.job_id === held.id)).toBe(false);
});

test("offers again what a dead worker held that had taken it from an offer before the last", async () => {
  const { id } = await enqueue(tenants.a);
  await holdJob(id, "-1 second");
  await open().admin("update job set offered_at = null where id = $1", [id]);
  const { queue, offers } = collect();
  start(queue, { sweep_ms: 20 });
  await vi.waitFor(() => expect(offers.map((offer) => offer.job_id)).toContain(id));
});

test("waits with a job that is to begin later", async () => {
  const { queue, offers } = collect();
  const { id } = await enqueue(tenants.a);
  await open().admin("update job set run_at = now() + interval '1 hour' where id = $1", [id]);
  start(queue, { sweep_ms: 20 });
  const { id: next } = await enqueue(tenants.a);
  await vi.waitFor(() => expect(offers.map((offer) => offer.job_id)).toEqual([next]));
});

function holdJob(id: string, lease: string): Promise<object[]> {
  return open().admin(
    `update job set status = 'running', attempts = 1, offered_at = now() - interval '10 seconds',
       lease_until = now() + $2::interval where id = $1`,
    [id, lease],
  );
}
