import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";
import { addToContext, runInContext } from "./request-context.ts";

function capture() {
  const lines: string[] = [];
  const logger = createLogger({ service: "test", level: "debug", destination: { write: (line) => lines.push(line) } });
  return { lines, logger };
}

const canary = "canary-7f3a9c";
const token = `rh-${canary}${"x".repeat(40)}`;
const jwt = `eyJhbGciOiJSUzI1NiJ9.${canary}.sig`;

test("planted secrets never reach a line, wherever they stand", () => {
  const { lines, logger } = capture();
  const databaseError = Object.assign(new Error(`refused ${token}`), { code: "23505", detail: `(email)=(${canary})` });
  const planted: [object, string?][] = [
    [{ authorization: canary }],
    [{ headers: { Authorization: canary, cookie: `a=${canary}`, "set-cookie": [canary], "x-api-key": canary } }],
    [{ deep: [{ list: [{ api_key: canary, apiKey: canary, auth_secret: canary, password: canary }] }] }],
    [{ accessToken: canary, refresh_token: canary, token: canary, client_secret: canary, secrets: { a: canary } }],
    [{ database_url: canary, config: { url: `postgres://user:${canary}@host/db` } }],
    [{ note: `sent with Bearer ${canary}` }, `token ${token} and ${jwt}`],
    [{ err: databaseError }],
    [new Error("outer", { cause: databaseError })],
    [{ url: `/x?access_token=${canary}&a=1` }, `postgres://user:${canary}@host/db`],
    [{ bytes: Buffer.from(canary) }],
  ];
  for (const [fields, message] of planted) logger.error(fields, message ?? "planted");
  logger.info(`only text ${token}`);
  expect(lines).toHaveLength(planted.length + 1);
  for (const line of lines) expect(line).not.toContain(canary);
});

test("what is no secret stays", () => {
  const { lines, logger } = capture();
  logger.info({ token_id: "t1", input_tokens: 12, name: "ok", at: new Date(0), nothing: null }, "said");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    level: "info",
    service: "test",
    msg: "said",
    token_id: "t1",
    input_tokens: 12,
    name: "ok",
    at: "1970-01-01T00:00:00.000Z",
    nothing: null,
  });
});

test("an error is told with type, code, stack and cause", () => {
  const { lines, logger } = capture();
  logger.error({ err: new TypeError("outer", { cause: new Error("inner") }) }, "failed");
  const { err } = JSON.parse(lines[0] ?? "") as { err: Record<string, unknown> };
  expect(err).toMatchObject({ type: "TypeError", message: "outer", cause: { message: "inner" } });
  expect(err["stack"]).toContain("logger.test.ts");
});

test("lines carry the ids of the work, also of what it started", async () => {
  const { lines, logger } = capture();
  await runInContext({ request_id: "r1" }, async () => {
    await Promise.resolve();
    addToContext({ organization_id: "o1" });
    logger.info("inside");
  });
  logger.info("outside");
  const [inside, outside] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(inside).toMatchObject({ request_id: "r1", organization_id: "o1" });
  expect(outside).not.toHaveProperty("request_id");
});

test("a line is one line, and circles end", () => {
  const { lines, logger } = capture();
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  logger.info({ circle, text: "a\nb" }, "two\nlines");
  expect(lines[0]?.trimEnd().split("\n")).toHaveLength(1);
});
