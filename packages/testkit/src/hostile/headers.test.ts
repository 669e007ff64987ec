import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { webFolder } from "@rhesis/local/steps/web";
import { startTestApi, type TestApi } from "../api.ts";
import { useTestDatabase } from "../database.ts";
import { createTenants, type TestOrganization } from "../tenants.ts";
import { inside } from "./nasty.ts";
import { ask, type Reply } from "./wire.ts";

const open = useTestDatabase();
const friend = "https://app.friend.example";
let api: TestApi;
let a: TestOrganization;
let token: string;

beforeAll(async () => {
  const variables = { CORS_ORIGINS: friend, PUBLIC_URL: "https://rhesis.example", WEB_DIR: webFolder };
  api = await startTestApi(open(), { ...variables, RATE_LIMIT_PER_MINUTE: "0" });
  ({ a } = await createTenants(open().database));
  token = await api.apiToken(a.id, a.people.owner.user_id);
});
afterAll(() => api.close());

const json = { "content-type": "application/json" };

/** One of every kind of answer there is. */
const answers: [string, string, () => RequestInit][] = [
  ["a page of the application", "/runs", () => ({ headers: { accept: "text/html" } })],
  ["the reference", "/docs", () => ({})],
  ["its script", "/docs/start.js", () => ({})],
  ["the document", "/api/v1/openapi.json", () => ({})],
  ["the configuration", "/config.json", () => ({})],
  ["health", "/healthz", () => ({})],
  ["readiness", "/readyz", () => ({})],
  ["metrics", "/metrics", () => ({})],
  ["REST done", "/api/v1/topics", () => ({ headers: { authorization: `Bearer ${token}` } })],
  ["REST without a caller", "/api/v1/topics", () => ({})],
  ["REST that is not there", "/api/v1/nothing", () => ({})],
  ["REST by another method", "/api/v1/me", () => ({ method: "PUT" })],
  [
    "REST with a bad body",
    "/api/v1/topics",
    () => ({ method: "POST", headers: { ...json, authorization: `Bearer ${token}` }, body: "{" }),
  ],
  [
    "tRPC done",
    "/trpc/topic.list?input=%7B%22json%22%3A%7B%7D%7D",
    () => ({ headers: { authorization: `Bearer ${token}` } }),
  ],
  ["tRPC without a caller", "/trpc/topic.list", () => ({})],
  ["tRPC that is not there", "/trpc/nothing", () => ({})],
  ["a stream", "/trpc/test_run.changes", () => ({})],
  ["a page that is not there", "/nothing.js", () => ({})],
  ["a path that does not decode", "/%E0%A4%A", () => ({})],
  ["a path out of the folder", "/assets/..%2f..%2f..%2fpackage.json", () => ({})],
];

describe.each(answers)("%s", (_, path, init) => {
  const get = (origin?: string): Promise<Reply> => {
    const { headers = {}, ...rest } = init();
    return ask(api.url + path, {
      ...rest,
      headers: { ...(headers as object), ...(origin === undefined ? {} : { origin }) },
    });
  };

  test("may not be framed, sniffed or run, is told apart and tells nothing of the inside", async () => {
    const { headers, text, status } = await get();
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/s),
      "strict-transport-security": expect.stringContaining("max-age=31536000"),
      "referrer-policy": "no-referrer",
      "x-request-id": expect.any(String),
    });
    expect(headers["content-security-policy"]).not.toMatch(/unsafe-|\*/);
    expect(headers).not.toHaveProperty("x-powered-by");
    expect(headers).not.toHaveProperty("set-cookie");
    if (status >= 400) expect(text).not.toMatch(inside);
  });

  test("may be read by the origins that are named and by no other, never with credentials", async () => {
    expect((await get(friend)).headers["access-control-allow-origin"]).toBe(friend);
    for (const origin of ["https://evil.example", "null", `${friend}.evil.example`, "http://app.friend.example"]) {
      const { headers } = await get(origin);
      expect(headers).not.toHaveProperty("access-control-allow-origin");
    }
    expect((await get(friend)).headers).not.toHaveProperty("access-control-allow-credentials");
  });
});

test("metrics are for this machine, not for whom a proxy on it forwards", async () => {
  for (const header of ["x-forwarded-for", "forwarded"]) {
    expect((await ask(`${api.url}/metrics`, { headers: { [header]: "203.0.113.9" } })).status).toBe(403);
  }
  expect((await ask(`${api.url}/metrics`, {})).status).toBe(200);
});

test("neither page of ours names another server", async () => {
  for (const path of ["/docs", "/docs/start.js", "/"]) {
    const { text, headers } = await ask(api.url + path, { headers: { accept: "text/html" } });
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
    const connects = /connect-src ([^;]*)/.exec(headers["content-security-policy"] ?? "")?.[1] ?? "";
    expect(
      connects.split(" ").filter((place) => place !== "" && place !== "'self'" && !api.issuer.issuer.startsWith(place)),
    ).toEqual([]);
  }
});
