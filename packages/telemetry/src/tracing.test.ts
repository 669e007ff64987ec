import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { isTracing, startServerSpan, startTracing, withSpan } from "./tracing.ts";

test("without an address nothing is loaded and work just runs", async () => {
  const stop = await startTracing("test", undefined);
  expect(isTracing()).toBe(false);
  await expect(withSpan("x", {}, async () => 7)).resolves.toBe(7);
  await stop();
});

test("with an address spans are sent there, with the trace of the caller", async () => {
  const bodies: Buffer[] = [];
  const collector = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => bodies.push(chunk)).on("end", () => response.end());
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const stop = await startTracing("test", `http://127.0.0.1:${(collector.address() as AddressInfo).port}`);
  const trace_id = "0af7651916cd43dd8448eb211c80319c";
  const span = startServerSpan({ traceparent: `00-${trace_id}-b7ad6b7169203331-01` }, {});
  await span.run(() => withSpan("inner work", { part: "a" }, async () => undefined));
  await expect(span.run(() => withSpan("failing", {}, () => Promise.reject(new Error("no"))))).rejects.toThrow("no");
  span.end("requirement.list", 200);
  await stop();
  const sent = Buffer.concat(bodies);
  for (const name of ["requirement.list", "inner work", "failing"]) expect(sent.includes(name)).toBe(true);
  expect(sent.includes(Buffer.from(trace_id, "hex"))).toBe(true);
  await new Promise((resolve) => collector.close(resolve));
});
