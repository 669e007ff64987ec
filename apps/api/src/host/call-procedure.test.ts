import type { AnyProcedure } from "@trpc/server/unstable-core-do-not-import";
import { startTracing } from "@rhesis/telemetry/tracing";
import { startTestApi } from "@rhesis/testkit/api";
import { startCollector } from "@rhesis/testkit/collector";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants } from "@rhesis/testkit/tenants";
import { expect, test, vi } from "vitest";
import { callProcedure } from "./call-procedure.ts";

const open = useTestDatabase();

test("without a collector a call is nothing but the call", () => {
  const answer = Promise.resolve("answer");
  const procedure = vi.fn<() => Promise<string>>(() => answer);
  const call = { path: "me.get" } as Parameters<AnyProcedure>[0];
  expect(callProcedure(procedure as unknown as AnyProcedure, call)).toBe(answer);
  expect(procedure.mock.calls).toEqual([[call]]);
});

test("with a collector every call is a span of its request: REST, tRPC, each of a batch, and one that fails", async () => {
  const { a } = await createTenants(open().database);
  const collector = await startCollector();
  const stop = await startTracing("api", collector.url);
  const api = await startTestApi(open());
  const { token } = await api.person(a.id);
  const get = (path: string) => fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect((await get("/api/v1/projects")).status).toBe(200);
  const inputs = encodeURIComponent('{"0":{"json":{}},"1":{"json":{}}}');
  expect((await get(`/trpc/topic.list,category.list?batch=1&input=${inputs}`)).status).toBe(200);
  expect((await get(`/api/v1/requirements/${a.id}`)).status).toBe(404);
  await api.close();
  await stop();
  const spans = collector.received().toString("latin1");
  for (const name of ["project.list", "topic.list", "category.list", "requirement.get"]) {
    // Once by itself; the request around it is named `rest project.list` or `trpc batch(2)`.
    expect(spans.match(new RegExp(`(?<!rest )${name.replace(".", "[.]")}`, "g")), name).toHaveLength(1);
  }
  expect(spans).toContain("trpc batch(2)");
  await collector.close();
});
