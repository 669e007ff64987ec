import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";
import { createShutdown } from "./shutdown.ts";

const logger = createLogger({ service: "test", level: "silent" });

test("stops in reverse order, once, however often it is asked", async () => {
  const order: string[] = [];
  const shutdown = createShutdown({ logger });
  for (const name of ["database", "server"]) shutdown.onShutdown(name, async () => void order.push(name));
  const codes = await Promise.all([shutdown.begin("a"), shutdown.begin("b")]);
  expect(codes).toEqual([0, 0]);
  expect(order).toEqual(["server", "database"]);
});

test("goes on after a step that failed, and says so", async () => {
  const order: string[] = [];
  const shutdown = createShutdown({ logger });
  shutdown.onShutdown("database", async () => void order.push("database"));
  shutdown.onShutdown("server", () => Promise.reject(new Error("stuck")));
  await expect(shutdown.begin("test")).resolves.toBe(1);
  expect(order).toEqual(["database"]);
});

test("does not wait for ever", async () => {
  const shutdown = createShutdown({ logger, timeout_ms: 20 });
  shutdown.onShutdown("stuck", () => new Promise(() => undefined));
  await expect(shutdown.begin("test")).resolves.toBe(1);
});
