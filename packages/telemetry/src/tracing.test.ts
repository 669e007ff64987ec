import { startCollector } from "@rhesis/testkit/collector";
import { expect, test } from "vitest";
import { isTracing, startServerSpan, startTracing, withSpan } from "./tracing.ts";

test("without an address nothing is loaded and work just runs", async () => {
  const stop = await startTracing("test", undefined);
  expect(isTracing()).toBe(false);
  await expect(withSpan("x", {}, async () => 7)).resolves.toBe(7);
  await stop();
});

test("with an address spans are sent there, with the trace of the caller, and without secrets", async () => {
  const collector = await startCollector();
  const stop = await startTracing("test", collector.url);
  const trace_id = "0af7651916cd43dd8448eb211c80319c";
  const span = startServerSpan({ traceparent: `00-${trace_id}-b7ad6b7169203331-01` }, {});
  await span.run(() => withSpan("inner work", { part: "a" }, async () => undefined));
  const failing = () => Promise.reject(new Error("no entry for rh-canary-7f3a9c-canary-7f3a9c"));
  await expect(span.run(() => withSpan("failing", {}, failing))).rejects.toThrow("no entry");
  span.end("requirement.list", 200);
  await stop();
  const sent = collector.received();
  for (const name of ["requirement.list", "inner work", "failing", "no entry"]) expect(sent.includes(name)).toBe(true);
  expect(sent.includes("canary")).toBe(false);
  expect(sent.includes(Buffer.from(trace_id, "hex"))).toBe(true);
  await collector.close();
});
