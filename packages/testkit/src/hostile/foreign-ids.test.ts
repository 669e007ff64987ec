import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../api.ts";
import { useTestDatabase } from "../database.ts";
import { createTenants, type TestOrganization } from "../tenants.ts";
import { examplesOf } from "./examples.ts";
import { idFields, idPaths, valueAt, withValueAt } from "./ids.ts";
import { createPlace, projectKinds, type Place } from "./place.ts";
import { callRest, callTrpc, catalogue, shapeOf, type Procedure, type Reply } from "./wire.ts";

const open = useTestDatabase();
let api: TestApi;
let a: TestOrganization;
let b: TestOrganization;
let own: Place;
let foreign: Place;
let other: Place;
let token: string;
let bound: string;

beforeAll(async () => {
  api = await startTestApi(open(), { RATE_LIMIT_PER_MINUTE: "0" });
  ({ a, b } = await createTenants(open().database));
  [own, foreign] = [await createPlace(open(), a), await createPlace(open(), b)];
  other = await createPlace(open(), a);
  bound = await api.apiToken(a.id, a.people.owner.user_id, { project_id: own.project_id });
  token = (await api.person(a.id, "owner")).token;
});
afterAll(() => api.close());

type Way = [transport: string, call: (input: object, bearer?: string, more?: Record<string, string>) => Promise<Reply>];

function waysOf(procedure: Procedure): Way[] {
  const headersOf = (bearer: string) => ({ authorization: `Bearer ${bearer}`, "x-organization-id": a.id });
  const trpc: Way = [
    "trpc",
    (input, bearer = token, more = {}) => callTrpc(api.url, { ...headersOf(bearer), ...more }, procedure, input),
  ];
  const { rest } = procedure;
  if (rest === undefined) return [trpc];
  return [
    trpc,
    [
      "rest",
      (input, bearer = token, more = {}) =>
        callRest(api.url, { ...headersOf(bearer), ...more }, rest, input as Record<string, unknown>),
    ],
  ];
}

function exampleOf(name: string, place: Place): Record<string, unknown> {
  const example = examplesOf(place)[name];
  if (example === undefined) throw new Error(`examples.ts has no input for ${name}`);
  return example;
}

/** Everything that an organization holds, row by row. */
async function contentOf(organization: TestOrganization): Promise<Record<string, unknown>> {
  const tables = await open().admin<{ name: string }>(
    `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'organization_id'`,
  );
  const content: Record<string, unknown> = {};
  for (const { name } of tables) {
    // Reading is noted there, and the relay works on jobs.
    const text = name === "job" ? "'job'" : "t::text";
    const rows = `select md5(string_agg(${text}, ',' order by t::text)) as rows from "${name}" t where organization_id = $1`;
    content[name] = (await open().admin(rows, [organization.id]))[0];
  }
  return content;
}

describe.each(catalogue.map((procedure) => [procedure.name, procedure] as const))("%s", (name, procedure) => {
  test("has an example that names an id wherever one can be named, and succeeds", async () => {
    const example = exampleOf(name, own);
    const named = new Set(idPaths(example).map((path) => path.join(".")));
    expect(
      idFields(procedure.input)
        .map((path) => path.join("."))
        .filter((path) => !named.has(path)),
    ).toEqual([]);
    const [, call] = waysOf(procedure).at(-1) as Way;
    const reply = await call(exampleOf(name, await createPlace(open(), a)));
    if (name === "organization.delete") {
      expect([reply.status, reply.text]).toEqual([422, expect.stringContaining('"path":["name"]')]);
      return;
    }
    // Some cannot be done while a run is under way, or by others than the owner, which is as good: what they are about
    // was found.
    const isFound = reply.status < 300 || reply.status === 409 || reply.text.includes("Only its owner can");
    expect([name, isFound ? "found" : reply.text]).toEqual([name, "found"]);
    expect(reply.text).not.toContain("serialized-error");
  });

  test("answers another organization's id as it answers an id of nothing", async () => {
    const example = exampleOf(name, own);
    const theirs = exampleOf(name, foreign);
    for (const [transport, call] of waysOf(procedure)) {
      for (const path of idPaths(example)) {
        const [id, nothing] = [String(valueAt(theirs, path)), randomUUID()];
        const answers = [await call(withValueAt(example, path, id)), await call(withValueAt(example, path, nothing))];
        const [theirAnswer, noAnswer] = answers.map((reply) => shapeOf(reply, [id, nothing]));
        expect({ transport, path, ...theirAnswer }).toEqual({ transport, path, ...noAnswer });
      }
    }
  });

  test("answers another project's id as it answers an id of nothing, where the token is bound to one", async () => {
    const scoped = new Set([...projectKinds].map((kind) => other[kind]));
    const [example, theirs] = [exampleOf(name, own), exampleOf(name, other)];
    for (const [transport, call] of waysOf(procedure)) {
      for (const path of idPaths(example)) {
        const [id, nothing] = [String(valueAt(theirs, path)), randomUUID()];
        if (!scoped.has(id)) continue;
        const answers = [
          await call(withValueAt(example, path, id), bound),
          await call(withValueAt(example, path, nothing), bound),
        ];
        const [theirAnswer, noAnswer] = answers.map((reply) => shapeOf(reply, [id, nothing]));
        expect({ transport, path, ...theirAnswer }).toEqual({ transport, path, ...noAnswer });
      }
    }
  });

  test("answers another organization's name in X-Organization-Id as that of nothing", async () => {
    const example = exampleOf(name, foreign);
    const needs = procedure.permission !== "signed_in" && procedure.permission !== "public";
    if (!needs) return;
    for (const [transport, call] of waysOf(procedure)) {
      const [theirAnswer, noAnswer] = [
        shapeOf(await call(example, token, { "x-organization-id": b.id })),
        shapeOf(await call(example, token, { "x-organization-id": randomUUID() })),
      ];
      expect({ transport, ...theirAnswer }).toEqual({ transport, ...noAnswer });
      expect(JSON.stringify(theirAnswer)).toMatch(/not_found|NOT_FOUND/);
    }
  });
});

test("all of that changes nothing of theirs", async () => {
  const before = await contentOf(b);
  for (const procedure of catalogue) {
    for (const [, call] of waysOf(procedure)) {
      if (procedure.permission === "signed_in") continue;
      await call(exampleOf(procedure.name, foreign));
      await call(exampleOf(procedure.name, foreign), token, { "x-organization-id": b.id });
    }
  }
  expect(await contentOf(b)).toEqual(before);
});

test("an Idempotency-Key and a cursor say nothing in another organization, not even to the same person", async () => {
  const person = await api.person(a.id, "owner");
  const join = "insert into membership (organization_id, user_id, role) values ($1, $2, 'owner')";
  await open().admin(join, [b.id, person.user_id]);
  const create = catalogue.find(({ name }) => name === "topic.create") as Procedure;
  const list = catalogue.find(({ name }) => name === "topic.list") as Procedure;
  const ask = (procedure: Procedure, input: object, organization: TestOrganization, more = {}) => {
    const headers = { authorization: `Bearer ${person.token}`, "x-organization-id": organization.id, ...more };
    return callTrpc(api.url, headers, procedure, input);
  };
  const key = { "idempotency-key": randomUUID() };
  const made = await Promise.all([a, b].map((organization) => ask(create, { name: "Keyed" }, organization, key)));
  const ids = made.map(({ text }) => /"id":"([^"]+)"/.exec(text)?.[1]);
  expect(new Set(ids).size).toBe(2);
  const page = await ask(list, { limit: 1, sort: "name" }, b);
  const cursor = /"next_cursor":"([^"]+)"/.exec(page.text)?.[1];
  const seen = await ask(list, { cursor, sort: "name" }, a);
  const rows = await open().admin<{ id: string }>("select id from topic where organization_id = $1", [b.id]);
  expect(rows.filter(({ id }) => seen.text.includes(id))).toEqual([]);
});
