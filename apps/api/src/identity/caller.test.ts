import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiToken } from "@rhesis/auth/api-token";
import { createDatabase } from "@rhesis/db/database";
import { createNotifications } from "@rhesis/db/notifications";
import { createLogger } from "@rhesis/telemetry/logger";
import { startTestApi, type TestApi } from "@rhesis/testkit/api";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { createRateLimits } from "../host/rate-limits.ts";
import { createCallerSource } from "./caller.ts";

const open = useTestDatabase();
let api: TestApi;
let a: TestOrganization;
let b: TestOrganization;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  api = await startTestApi(open());
});
afterAll(() => api.close());

async function get(path: string, token: string | null, headers: Record<string, string> = {}) {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${api.url}/api/v1${path}`, { headers: { ...authorization, ...headers } });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body };
}

const inOrganization = (id: string) => ({ "x-organization-id": id });

describe("a person", () => {
  test("is made at the first sign-in, belongs nowhere yet, and is told so", async () => {
    const token = await api.issuer.sign({
      sub: "new|1",
      email: "new@person.example",
      email_verified: true,
      name: "New",
    });
    const me = await get("/me", token);
    expect(me).toMatchObject({
      status: 200,
      body: { kind: "person", memberships: [], organization: null, role: null },
    });
    expect(me.body["user"]).toMatchObject({ email: "new@person.example", name: "New" });
    const list = await get("/requirements", token);
    expect(list).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining("do not belong to an organization") },
    });
  });

  test("acts in the organization they name, else in the first by name", async () => {
    const { token, user_id } = await api.person(a.id, "viewer");
    await open().admin("insert into membership (organization_id, user_id, role) values ($1, $2, 'owner')", [
      b.id,
      user_id,
    ]);
    const names = [];
    for (const headers of [{}, inOrganization(a.id), inOrganization(b.id.toUpperCase())]) {
      const { body } = await get("/me", token, headers);
      names.push([(body["organization"] as { name: string }).name, body["role"]]);
    }
    expect(names).toEqual([
      ["Contoso", "owner"],
      ["Northwind", "viewer"],
      ["Contoso", "owner"],
    ]);
  });

  test("does not learn whether another organization exists, and can still see who they are", async () => {
    const { token } = await api.person(a.id);
    for (const id of [b.id, "00000000-0000-4000-8000-000000000000", "nonsense"]) {
      const refused = await get("/requirements", token, inOrganization(id));
      expect(refused).toMatchObject({ status: 404, body: { detail: "There is no such organization." } });
      await expect(get("/me", token, inOrganization(id))).resolves.toMatchObject({
        status: 200,
        body: { organization: null },
      });
    }
  });

  test("has a new role at once, and none when removed", async () => {
    const { token, user_id } = await api.person(a.id, "viewer");
    const role = async () => (await get("/me", token)).body["role"];
    expect(await role()).toBe("viewer");
    await open().admin("update membership set role = 'admin' where user_id = $1", [user_id]);
    await expect.poll(role).toBe("admin");
    await open().admin("delete from membership where user_id = $1", [user_id]);
    await expect.poll(role).toBe(null);
  });

  test("is asked for a profile once where the token carries none", async () => {
    const subject = "auth0|bare";
    api.issuer.userinfo = { sub: subject, email: "bare@person.example", email_verified: true, name: "Bare" };
    const token = await api.issuer.sign({ sub: subject });
    const me = await get("/me", token);
    expect(me.body["user"]).toMatchObject({ email: "bare@person.example", name: "Bare" });
    const { id } = me.body["user"] as { id: string };
    await open().admin("select pg_notify('identity', $1)", [id]);
    await get("/me", await api.issuer.sign({ sub: subject, jti: "another" }));
    expect(api.issuer.fetches.userinfo).toBe(1);
  });

  test("is not given the profile of somebody else", async () => {
    api.issuer.userinfo = { sub: "auth0|other", email: "other@person.example" };
    const { body } = await get("/me", await api.issuer.sign({ sub: "auth0|confused" }));
    expect(body["user"]).toMatchObject({ email: null });
  });
});

describe("a token for programs", () => {
  test("acts for its owner in its organization, within its scopes", async () => {
    const owner = await api.person(a.id);
    const token = await api.apiToken(a.id, owner.user_id, { scopes: ["requirement:read"] });
    expect(await get("/requirements", token)).toMatchObject({ status: 200 });
    expect(await get("/requirements", token, inOrganization(a.id))).toMatchObject({ status: 200 });
    expect(await get("/requirements", token, inOrganization(b.id))).toMatchObject({ status: 404 });
    expect(await get("/tests", token)).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining("This token") },
    });
    const used = "select last_used_at from api_token where user_id = $1 and last_used_at is not null";
    await expect.poll(async () => (await open().admin(used, [owner.user_id])).length).toBe(1);
  });

  test("never exceeds the role of its owner", async () => {
    const viewer = await api.person(a.id, "viewer");
    const token = await api.apiToken(a.id, viewer.user_id);
    const response = await fetch(`${api.url}/api/v1/requirements`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: '{"name":"x"}',
    });
    expect(response.status).toBe(403);
  });

  test("says why it is refused: unknown, mistyped, expired, revoked; and stops at once when revoked", async () => {
    const { user_id } = await api.person(a.id);
    const past = new Date(Date.now() - 1000);
    const refused: [string, string][] = [
      [createApiToken().token, "There is no such API token."],
      ["rh-nonsense", "There is no such API token."],
      [await api.apiToken(a.id, user_id, { expires_at: past }), "This API token has expired."],
      [await api.apiToken(a.id, user_id, { revoked_at: past }), "This API token was revoked."],
    ];
    for (const [token, detail] of refused) {
      expect(await get("/requirements", token)).toMatchObject({ status: 401, body: { detail } });
    }
    const token = await api.apiToken(a.id, user_id);
    expect(await get("/requirements", token)).toMatchObject({ status: 200 });
    await open().admin("update api_token set revoked_at = now() where user_id = $1", [user_id]);
    await expect.poll(async () => (await get("/requirements", token)).status).toBe(401);
  });
});

test("every bad sign-in is a 401 that says what is wrong, the same over tRPC", async () => {
  const cases: [string | null, RegExp][] = [
    [null, /Sign in/],
    [await api.issuer.sign({}, { expires_in: -60 }), /has expired/],
    [await api.issuer.sign({ aud: "other" }), /another application/],
    [await api.issuer.sign({}, { alg: "HS256" }), /not accepted/],
    [await api.issuer.sign({}, { forged: true }), /signature/],
    [await api.issuer.sign({}, { kid: "nobody" }), /does not publish/],
    ["garbage", /not a valid access token/],
  ];
  for (const [token, detail] of cases) {
    expect(await get("/requirements", token)).toMatchObject({
      status: 401,
      body: { detail: expect.stringMatching(detail) },
    });
    const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${api.url}/trpc/requirement.list`, { headers });
    expect([response.status, await response.text()]).toEqual([401, expect.stringMatching(detail)]);
  }
  const basic = await fetch(`${api.url}/api/v1/requirements`, { headers: { authorization: "Basic abc" } });
  expect([basic.status, await basic.text()]).toEqual([401, expect.stringContaining("Bearer <token>")]);
});

test("no token reaches the log", async () => {
  const { token } = await api.person(a.id);
  await get("/requirements", token);
  const secret = await api.apiToken(a.id, (await api.person(a.id)).user_id);
  await fetch(`${api.url}/api/v1/requirements?token=${secret}`);
  await expect.poll(() => api.log.length).toBeGreaterThan(1);
  expect(api.log.join("")).not.toContain(token.split(".")[2]);
  expect(api.log.join("")).not.toContain(secret.slice(3, 30));
});

test("somebody known costs no round trip to the database", async () => {
  const database = createDatabase({ url: open().app_url, application_name: "counted" });
  const notifications = createNotifications(open().app_url);
  let queries = 0;
  database.pool.on("acquire", () => void (queries += 1));
  const limits = createRateLimits({
    calls_per_minute: 0,
    failed_sign_ins_per_minute: 0,
    redis_url: undefined,
    onRefused: () => undefined,
  });
  const login = { issuer: api.issuer.issuer, audience: api.issuer.audience };
  const logger = createLogger({ service: "test", level: "silent" });
  const callers = createCallerSource({ database, notifications, login, features: {}, limits, logger });
  const { token, user_id } = await api.person(a.id);
  const program = await api.apiToken(a.id, user_id);
  const ask = async () => {
    for (const one of [token, program]) await callers.resolve(`Bearer ${one}`, a.id, "127.0.0.1");
  };
  await ask();
  await expect.poll(() => queries).toBe(4);
  for (let call = 0; call < 100; call += 1) await ask();
  expect(queries).toBe(4);
  expect(api.issuer.fetches.jwks).toBeGreaterThan(0);
  await Promise.all([database.close(), notifications.close()]);
});

describe("the login provider is away", () => {
  const answerOf = async (fresh: TestApi, token: string) => {
    const response = await fetch(`${fresh.url}/api/v1/requirements`, { headers: { authorization: `Bearer ${token}` } });
    return [response.status, await response.text()];
  };
  const told = [401, expect.stringContaining("cannot be reached")];

  test("whoever comes while its keys are not known is told so", async () => {
    const fresh = await startTestApi(open());
    fresh.issuer.behave("fail");
    const { token } = await fresh.person(a.id);
    expect(await answerOf(fresh, token)).toEqual(told);
    await fresh.close();
  });

  test("those it has let in before go on, with the same token and with a new one", async () => {
    const fresh = await startTestApi(open());
    const { token, subject } = await fresh.person(a.id);
    expect((await answerOf(fresh, token))[0]).toBe(200);
    for (const how of ["fail", "hang"] as const) {
      fresh.issuer.behave(how);
      const renewed = await fresh.issuer.sign({ sub: subject, jti: how });
      const strange = await fresh.issuer.sign({ sub: subject }, { kid: "not known" });
      const statuses = [await answerOf(fresh, token), await answerOf(fresh, renewed)].map(([status]) => status);
      expect(statuses).toEqual([200, 200]);
      expect((await answerOf(fresh, strange))[0]).toBe(401);
    }
    await fresh.close();
  });
});
