import { useTestDatabase } from "@rhesis/testkit/database";
import { expect, test, vi } from "vitest";
import { queueContract, offerOf, silent } from "./queue.contract.ts";
import { createQueue } from "./queue.ts";

const open = useTestDatabase();

queueContract("postgres", () => ({ database_url: open().app_url }));

test("delivers again after all its connections were cut", async () => {
  const queue = createQueue({ database_url: open().app_url }, silent);
  let delivered = 0;
  const worker = await queue.work(async () => void (delivered += 1), { concurrency: 1 });
  await queue.offer([offerOf()]);
  await vi.waitFor(() => expect(delivered).toBe(1), { timeout: 5_000 });
  await open().admin(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'rhesis_app'",
  );
  await vi.waitFor(() => queue.offer([offerOf()]), { timeout: 5_000 });
  await vi.waitFor(() => expect(delivered).toBeGreaterThanOrEqual(2), { timeout: 5_000 });
  await worker.close(false);
  await queue.close();
});

test("keeps ids only, and nothing of what is done", async () => {
  const queue = createQueue({ database_url: open().app_url }, silent);
  const offer = offerOf();
  await queue.offer([offer]);
  const rows = () =>
    open().admin<{ data: object }>("select data from queue.job where id like $1", [`${offer.job_id}%`]);
  expect(await rows()).toEqual([{ data: { organization_id: offer.organization_id, job_id: offer.job_id } }]);
  let delivered = 0;
  const worker = await queue.work(async () => void (delivered += 1), { concurrency: 1 });
  await vi.waitFor(async () => expect(await rows()).toEqual([]), { timeout: 5_000 });
  await worker.close(true);
  await queue.close();
});
