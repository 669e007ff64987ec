import { EventSource } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, type TestApi } from "@rhesis/testkit/api";
import { useTestDatabase } from "@rhesis/testkit/database";
import { prepareRun } from "@rhesis/testkit/run-fixture";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { createRhesisClient } from "./client.ts";

const open = useTestDatabase();
let api: TestApi;
let a: TestOrganization;
let b: TestOrganization;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  api = await startTestApi(open());
});
afterAll(() => api.close());

/** Follows a run and keeps what it hears. */
function follow(url: string, token: string, id: string, organization_id?: string) {
  const client = createRhesisClient({
    url,
    token,
    EventSource,
    ...(organization_id === undefined ? {} : { organization_id }),
  });
  const heard: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const subscription = client.test_run.changes.subscribe(
    { id },
    {
      onData: ({ data }) => void heard.push(`${data.status} ${data.passed}/${data.total}`),
      onError: (error) => resolve(`${error.data?.code ?? "unknown"}: ${error.message}`),
      onComplete: () => resolve("complete"),
    },
  );
  return { heard, ended, stop: () => subscription.unsubscribe() };
}

test("a run is followed to its end, by push", async () => {
  const { token } = await api.person(a.id);
  const { test_run_id } = await prepareRun(open().database, a, { tests: 3, target: { url: "http://127.0.0.1:9/" } });
  const run = follow(api.url, token, test_run_id, a.id);
  await expect.poll(() => run.heard).toEqual(["queued 0/3"]);
  await open().admin("update test_run set status = 'running', passed = 2 where id = $1", [test_run_id]);
  await expect.poll(() => run.heard.at(-1)).toBe("running 2/3");
  await open().admin("update test_run set status = 'completed', passed = 3, finished_at = now() where id = $1", [
    test_run_id,
  ]);
  await expect(run.ended).resolves.toBe("complete");
  expect(run.heard.at(-1)).toBe("completed 3/3");
});

test("nobody follows without a sign-in, or another organization's run", async () => {
  const { test_run_id } = await prepareRun(open().database, a, { tests: 1, target: { url: "http://127.0.0.1:9/" } });
  const foreign = (await api.person(b.id)).token;
  await expect(follow(api.url, "garbage", test_run_id).ended).resolves.toMatch(/^UNAUTHORIZED/);
  await expect(follow(api.url, foreign, test_run_id).ended).resolves.toMatch(/^NOT_FOUND: There is no such test run/);
  await expect(follow(api.url, foreign, test_run_id, a.id).ended).resolves.toMatch(/^NOT_FOUND: There is no such org/);
});

test("the end of a server does not wait for those who follow", async () => {
  const own = await startTestApi(open());
  const { token } = await own.person(a.id);
  const { test_run_id } = await prepareRun(open().database, a, { tests: 1, target: { url: "http://127.0.0.1:9/" } });
  const run = follow(own.url, token, test_run_id);
  await expect.poll(() => run.heard.length).toBe(1);
  const started = performance.now();
  await own.close();
  expect(performance.now() - started).toBeLessThan(3_000);
  run.stop();
});
