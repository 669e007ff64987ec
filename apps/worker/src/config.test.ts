import { expect, test } from "vitest";
import { ConfigurationError } from "@rhesis/telemetry/configuration";
import { readConfig } from "./config.ts";

const key = Buffer.alloc(32, 7).toString("base64");
const good = { DATABASE_URL: "postgres://app:hunter2@db/rhesis", RHESIS_SECRET_KEYS: `k1:${key}` };

test("takes the least there must be, with defaults that allow nothing", () => {
  const config = readConfig({ ...good, REDIS_URL: "" });
  expect(config).toMatchObject({
    WORKER_CONCURRENCY: 8,
    RHESIS_ALLOW_LOOPBACK_TARGETS: false,
    RHESIS_ALLOW_PRIVATE_TARGETS: [],
    LOG_LEVEL: "info",
  });
  expect(config.REDIS_URL).toBeUndefined();
  expect(config.RHESIS_SECRET_KEYS.current).toBe("k1");
});

test("reads lists and flags", () => {
  const config = readConfig({
    ...good,
    RHESIS_ALLOW_LOOPBACK_TARGETS: "true",
    RHESIS_ALLOW_PRIVATE_TARGETS: "10.0.0.0/8, fd00::/8",
    WORKER_CONCURRENCY: "3",
    RHESIS_FEATURES: "llm_judge=false",
  });
  expect(config.RHESIS_ALLOW_LOOPBACK_TARGETS).toBe(true);
  expect(config.RHESIS_ALLOW_PRIVATE_TARGETS).toEqual(["10.0.0.0/8", "fd00::/8"]);
  expect(config.WORKER_CONCURRENCY).toBe(3);
  expect(config.RHESIS_FEATURES).toEqual({ llm_judge: false });
});

test("names every wrong value at once, and shows none", () => {
  const wrong = {
    DATABASE_URL: "mysql://app:hunter2@db/rhesis",
    REDIS_URL: "http://:hunter2@redis",
    RHESIS_SECRET_KEYS: "k1:aHVudGVyMg==",
    RHESIS_ALLOW_LOOPBACK_TARGETS: "hunter2",
    RHESIS_ALLOW_PRIVATE_TARGETS: "hunter2",
    WORKER_CONCURRENCY: "hunter2",
    LOG_LEVEL: "hunter2",
  };
  const message = messageOf(wrong);
  for (const name of Object.keys(wrong)) expect(message).toContain(`  ${name}: `);
  expect(message).not.toMatch(/hunter2|aHVudGVyMg/);
});

test("says what is missing", () => {
  expect(messageOf({})).toContain("  DATABASE_URL: Is missing");
  expect(messageOf({})).toContain("  RHESIS_SECRET_KEYS: Is missing");
});

function messageOf(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
  }
  throw new Error("it was accepted");
}
