import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { permissions, roleAllows, roles, type Role } from "@rhesis/auth/permissions";
import { startTestApi, type TestApi, type TestPerson } from "../api.ts";
import { useTestDatabase } from "../database.ts";
import { createTenants, type TestOrganization } from "../tenants.ts";
import { examplesOf } from "./examples.ts";
import { idPaths, withValueAt } from "./ids.ts";
import { createPlace, type Place } from "./place.ts";
import { callRest, callTrpc, catalogue, type Procedure, type Reply } from "./wire.ts";

const open = useTestDatabase();
let api: TestApi;
let a: TestOrganization;
let place: Place;
const people = {} as Record<Role, TestPerson>;

beforeAll(async () => {
  api = await startTestApi(open(), { RATE_LIMIT_PER_MINUTE: "0", FAILED_SIGN_INS_PER_MINUTE: "0" });
  ({ a } = await createTenants(open().database));
  place = await createPlace(open(), a);
  for (const role of roles) people[role] = await api.person(a.id, role);
});
afterAll(() => api.close());

const nothing = "01a20612-0000-7000-8000-000000000000";

/** An input that is about nothing: who may call is told that it is not there, who may not is told that. */
function inputOf(name: string): Record<string, unknown> {
  const example = examplesOf(place)[name] ?? {};
  return idPaths(example).reduce((input, path) => withValueAt(input, path, nothing), example);
}

function ask(procedure: Procedure, bearer: string | null, nth: number): Promise<Reply> {
  const headers = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
  const { rest } = procedure;
  const input = inputOf(procedure.name);
  return rest !== undefined && nth % 2 === 1
    ? callRest(api.url, headers, rest, input)
    : callTrpc(api.url, headers, procedure, input);
}

function outcomeOf({ status, text }: Reply): "unauthenticated" | "forbidden" | "heard" {
  if (status === 401 || text.includes('"code":"unauthenticated"')) return "unauthenticated";
  return status === 403 || text.includes('"code":"forbidden"') ? "forbidden" : "heard";
}

const guarded = catalogue.filter(({ permission }) => permission !== "public" && permission !== "signed_in");

async function outcomes(bearer: string | null, of = guarded): Promise<Record<string, string[]>> {
  const heard: Record<string, string[]> = {};
  for (const procedure of of) {
    heard[procedure.name] = [outcomeOf(await ask(procedure, bearer, 0)), outcomeOf(await ask(procedure, bearer, 1))];
  }
  return heard;
}

function expected(decide: (procedure: Procedure) => string, of = guarded): Record<string, string[]> {
  return Object.fromEntries(of.map((procedure) => [procedure.name, [decide(procedure), decide(procedure)]]));
}

describe("who may call what, over both transports", () => {
  test("nobody without a token, nor with one that is made up", async () => {
    const all = catalogue.filter(({ permission }) => permission !== "public");
    const refused = expected(() => "unauthenticated", all);
    expect(await outcomes(null, all)).toEqual(refused);
    expect(await outcomes("rh-made-up", all)).toEqual(refused);
    expect(await outcomes("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", all)).toEqual(refused);
  });

  test.each(roles)("%s: exactly what the table of permissions says", async (role) => {
    const allowed = expected(({ permission }) => (roleAllows(role, permission as never) ? "heard" : "forbidden"));
    expect(await outcomes(people[role].token)).toEqual(allowed);
  });

  test("somebody of no organization: only what is about themselves", async () => {
    const { token } = await api.person();
    expect(await outcomes(token)).toEqual(expected(() => "forbidden"));
  });

  test.each(permissions)("a token with the one scope %s", async (scope) => {
    const token = await api.apiToken(a.id, people.owner.user_id, { scopes: [scope] });
    const allowed = expected(({ permission }) => (permission === scope ? "heard" : "forbidden"));
    expect(await outcomes(token)).toEqual(allowed);
  });

  test("a token has no more than the role that its owner has now", async () => {
    const token = await api.apiToken(a.id, people.viewer.user_id);
    const allowed = expected(({ permission }) => (roleAllows("viewer", permission as never) ? "heard" : "forbidden"));
    expect(await outcomes(token)).toEqual(allowed);
  });
});

type Made = { id: string; token: string; scopes: string[]; expires_at: string | null; project_id: string | null };

function mint(bearer: string, draft: object = {}): Promise<Response> {
  return fetch(`${api.url}/api/v1/api-tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "minted", ...draft }),
  });
}

describe("a token that makes tokens", () => {
  test("gives no scope that it has not", async () => {
    const maker = await api.apiToken(a.id, people.owner.user_id, { scopes: ["api_token:create", "topic:read"] });
    expect((await mint(maker, { scopes: ["topic:delete"] })).status).toBe(403);
    const made = (await (await mint(maker)).json()) as Made;
    expect(made.scopes.toSorted()).toEqual(["api_token:create", "topic:read"]);
  });

  test("binds them to the project that it is bound to", async () => {
    const maker = await api.apiToken(a.id, people.owner.user_id, { project_id: place.project_id });
    expect((await mint(maker, { project_id: a.project_id })).status).toBe(404);
    expect(((await (await mint(maker)).json()) as Made).project_id).toBe(place.project_id);
  });

  test("makes none that outlives it", async () => {
    const expires_at = new Date(Date.now() + 86_400_000);
    const maker = await api.apiToken(a.id, people.owner.user_id, { expires_at });
    for (const draft of [{}, { expires_in_days: 3650 }]) {
      const made = (await (await mint(maker, draft)).json()) as Made;
      expect(new Date(made.expires_at ?? "9999-01-01").getTime()).toBeLessThanOrEqual(expires_at.getTime());
    }
  });

  test("takes them with it when it is revoked", async () => {
    const owner = people.owner.token;
    const maker = (await (await mint(owner)).json()) as Made;
    const made = (await (await mint(maker.token)).json()) as Made;
    const grandchild = (await (await mint(made.token)).json()) as Made;
    const headers = { authorization: `Bearer ${owner}` };
    await fetch(`${api.url}/api/v1/api-tokens/${maker.id}`, { method: "DELETE", headers });
    for (const { token } of [maker, made, grandchild]) {
      await expect
        .poll(
          async () => (await fetch(`${api.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status,
        )
        .toBe(401);
    }
  });
});

describe("those whose right has ended", () => {
  const follow = async (bearer: string): Promise<{ ended: Promise<void> }> => {
    const input = encodeURIComponent(JSON.stringify({ json: { id: place.test_run_id } }));
    const headers = { authorization: `Bearer ${bearer}` };
    const response = await fetch(`${api.url}/trpc/test_run.changes?input=${input}`, { headers });
    const reader = (response.body ?? new ReadableStream()).getReader();
    await reader.read();
    const drain = async (): Promise<void> => {
      while (!(await reader.read()).done);
    };
    return { ended: drain() };
  };
  const stillIn = async (bearer: string) =>
    (await fetch(`${api.url}/api/v1/organization`, { headers: { authorization: `Bearer ${bearer}` } })).status;

  test("a removed member is out at once: their sign-in, their tokens, and what they follow", async () => {
    const member = await api.person(a.id, "member");
    const token = await api.apiToken(a.id, member.user_id);
    expect([await stillIn(member.token), await stillIn(token)]).toEqual([200, 200]);
    const streams = [await follow(member.token), await follow(token)];
    const headers = { authorization: `Bearer ${people.owner.token}` };
    await fetch(`${api.url}/api/v1/members/${member.user_id}`, { method: "DELETE", headers });
    await expect.poll(async () => [await stillIn(member.token), await stillIn(token)]).toEqual([403, 401]);
    await Promise.all(streams.map(({ ended }) => ended));
  }, 10_000);

  test("a revoked token is out at once, and what it follows", async () => {
    const { id, token } = (await (await mint(people.owner.token)).json()) as Made;
    const stream = await follow(token);
    const headers = { authorization: `Bearer ${people.owner.token}` };
    await fetch(`${api.url}/api/v1/api-tokens/${id}`, { method: "DELETE", headers });
    await expect.poll(() => stillIn(token)).toBe(401);
    await stream.ended;
  }, 10_000);
});

describe("those whose organization was deleted", () => {
  test("are out at once, and so are its tokens; they go on in their others", async () => {
    const { a: gone, b: kept } = await createTenants(open().database);
    const owner = await api.person(gone.id, "owner");
    const member = await api.person(gone.id, "member");
    const join = "insert into membership (organization_id, user_id, role) values ($1, $2, 'viewer')";
    await open().admin(join, [kept.id, member.user_id]);
    const token = await api.apiToken(gone.id, owner.user_id);
    const statusIn = async (bearer: string, organization: TestOrganization) => {
      const headers = { authorization: `Bearer ${bearer}`, "x-organization-id": organization.id };
      return (await fetch(`${api.url}/api/v1/organization`, { headers })).status;
    };
    const all = () =>
      Promise.all([
        statusIn(owner.token, gone),
        statusIn(member.token, gone),
        statusIn(token, gone),
        statusIn(member.token, kept),
      ]);
    expect(await all()).toEqual([200, 200, 200, 200]);
    const headers = { authorization: `Bearer ${owner.token}` };
    const name = encodeURIComponent(gone.name);
    const deleted = await fetch(`${api.url}/api/v1/organization?name=${name}`, { method: "DELETE", headers });
    expect(deleted.status).toBe(200);
    await expect.poll(all).toEqual([404, 404, 401, 200]);
  }, 10_000);
});

describe("the last owner", () => {
  test("stays, whoever asks, also when two owners leave at once", async () => {
    const b = (await createTenants(open().database)).b;
    const [one, two] = [b.people.owner.user_id, (await api.person(b.id, "owner")).user_id];
    const token = await api.apiToken(b.id, one);
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const leave = (user_id: string, nth: number) =>
      nth === 0
        ? fetch(`${api.url}/api/v1/members/${user_id}`, { method: "DELETE", headers })
        : fetch(`${api.url}/api/v1/members/${user_id}`, { method: "PATCH", headers, body: '{"role":"viewer"}' });
    const statuses = await Promise.all([leave(two, 0), leave(one, 1)]).then((all) => all.map(({ status }) => status));
    expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 409]);
    const owners = await open().admin("select from membership where organization_id = $1 and role = 'owner'", [b.id]);
    expect(owners).toHaveLength(1);
  });
});
