import { randomUUID } from "node:crypto";
import { enqueueJob } from "@rhesis/jobs/enqueue";
import type { JobHandlers } from "@rhesis/jobs/run-job";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { beforeAll, expect, test, vi } from "vitest";
import { Deliveries } from "./deliveries.ts";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
});

async function enqueue(organization: TestOrganization): Promise<{ organization_id: string; job_id: string }> {
  const payload = { test_run_id: randomUUID() };
  const { id } = await open().database.write(organization.tenant, (tx) =>
    enqueueJob(tx, { name: "execute_test_run", payload, project_id: null }),
  );
  return { organization_id: organization.id, job_id: id };
}

test("an organization with many jobs leaves places for the others, and gets its own when they are free again", async () => {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const run = async (_payload: object, { tenant }: { tenant: { organization_id: string } }) => {
    begun.push(tenant.organization_id);
    await new Promise<void>((resolve) => ends.push(resolve));
    return { status: "completed" } as const;
  };
  const handlers: JobHandlers = { execute_test_run: { run }, rescore_test_run: { run } };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const runner = { database: open().database, handlers, log, stop: new AbortController().signal };
  const deliveries = new Deliveries(runner, 4);
  const many = await Promise.all(Array.from({ length: 6 }, () => enqueue(a)));
  for (const delivered of many) void deliveries.take(delivered);
  await vi.waitFor(() => expect(begun).toHaveLength(3));
  void deliveries.take(await enqueue(b));
  await vi.waitFor(() => expect(begun).toEqual([a.id, a.id, a.id, b.id]));

  // What was left in line is offered again, and begins once a place is free.
  ends.shift()?.();
  ends.shift()?.();
  await vi.waitFor(async () => {
    for (const delivered of many.slice(3, 4)) void deliveries.take(delivered);
    expect(begun.length).toBe(5);
  });
  for (const end of ends) end();
  await deliveries.ended(5_000);
});
