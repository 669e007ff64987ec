import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ConfigurationError } from "@rhesis/telemetry/configuration";
import { readConfig } from "./config.ts";

const good = {
  DATABASE_URL: "postgres://app:pw@localhost/rhesis",
  AUTH0_DOMAIN: "example.eu.auth0.com",
  AUTH0_AUDIENCE: "https://api.example.com",
  AUTH0_CLIENT_ID: "abc",
  RHESIS_SECRET_KEYS: `k1:${randomBytes(32).toString("base64")}`,
};

function problemsOf(variables: Record<string, string>): Record<string, string> {
  try {
    readConfig(variables);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return Object.fromEntries(error.problems.map(({ name, message }) => [name, message]));
    }
    throw error;
  }
  return {};
}

test("a few values are enough", () => {
  const config = readConfig(good);
  expect(config).toMatchObject({
    issuer: "https://example.eu.auth0.com/",
    PORT: 4000,
    LOG_LEVEL: "info",
    CORS_ORIGINS: [],
  });
  expect(config.RHESIS_ALLOW_LOOPBACK_TARGETS).toBe(false);
});

describe("the issuer ends in a slash", () => {
  test.each([
    [{ AUTH0_DOMAIN: "http://localhost:4400" }, "http://localhost:4400/"],
    [{ AUTH0_DOMAIN: "https://a.auth0.com/" }, "https://a.auth0.com/"],
    [{ OIDC_ISSUER: "https://login.example.com/realms/x" }, "https://login.example.com/realms/x"],
  ])("%j", (variables, issuer) => {
    expect(readConfig({ ...good, ...variables }).issuer).toBe(issuer);
  });
});

test("lists and flags are read strictly", () => {
  const config = readConfig({
    ...good,
    CORS_ORIGINS: "https://a.example.com, http://localhost:5173",
    RHESIS_FEATURES: "llm_judge=false, api_tokens=true",
    RHESIS_ALLOW_PRIVATE_TARGETS: "10.0.0.0/8,fd00::/8",
    RHESIS_ALLOW_LOOPBACK_TARGETS: "false",
  });
  expect(config.CORS_ORIGINS).toEqual(["https://a.example.com", "http://localhost:5173"]);
  expect(config.RHESIS_FEATURES).toEqual({ llm_judge: false, api_tokens: true });
  expect(config.RHESIS_ALLOW_LOOPBACK_TARGETS).toBe(false);
});

test("everything that is wrong is told at once, by name, without a value", () => {
  const canary = "canary-value";
  const wrong = {
    DATABASE_URL: `mysql://${canary}`,
    AUTH0_CLIENT_ID: "",
    REDIS_URL: canary,
    RHESIS_SECRET_KEYS: `k1:${canary}`,
    CORS_ORIGINS: `https://a.example.com/${canary}`,
    PORT: `80${canary}`,
    LOG_LEVEL: canary,
    TRUST_PROXY: "99",
    RHESIS_FEATURES: `a=${canary}`,
    RHESIS_ALLOW_LOOPBACK_TARGETS: canary,
    RHESIS_ALLOW_PRIVATE_TARGETS: canary,
    METRICS_TOKEN: "short",
    OTEL_EXPORTER_OTLP_ENDPOINT: canary,
  };
  const problems = problemsOf(wrong);
  const names = [...Object.keys(wrong), "AUTH0_DOMAIN", "AUTH0_AUDIENCE"];
  expect(Object.keys(problems).toSorted((x, y) => x.localeCompare(y))).toEqual(
    names.toSorted((x, y) => x.localeCompare(y)),
  );
  expect(JSON.stringify(problems)).not.toContain(canary);
  expect(() => readConfig(wrong)).toThrow(/DATABASE_URL: [\s\S]*PORT: Use a whole number/);
});

test.each(["*", "https://*.example.com", "https://a.example.com/", "null"])("%s is no exact origin", (origin) => {
  expect(problemsOf({ ...good, CORS_ORIGINS: origin })).toHaveProperty("CORS_ORIGINS");
});
