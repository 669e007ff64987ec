import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../api.ts";
import { useTestDatabase } from "../database.ts";
import { createTenants, type TestOrganization } from "../tenants.ts";
import { examplesOf } from "./examples.ts";
import { idPaths, valueAt, withValueAt } from "./ids.ts";
import { createPlace, projectKinds, type Place } from "./place.ts";
import { callRest, callTrpc, catalogue, type Procedure, type Reply } from "./wire.ts";

const open = useTestDatabase();
let api: TestApi;
let a: TestOrganization;
let other: Place;

beforeAll(async () => {
  api = await startTestApi(open(), { RATE_LIMIT_PER_MINUTE: "0" });
  ({ a } = await createTenants(open().database));
  other = await createPlace(open(), a);
});
afterAll(() => api.close());

/** A project with one of everything, and a token that is bound to it. */
async function boundPlace(): Promise<{ own: Place; token: string }> {
  const own = await createPlace(open(), a);
  return { own, token: await api.apiToken(a.id, a.people.owner.user_id, { project_id: own.project_id }) };
}

type Ask = (input: Record<string, unknown>) => Promise<Reply>;

/** The procedure as that token calls it, over each transport. */
function waysOf(procedure: Procedure, token: string): Ask[] {
  const headers = { authorization: `Bearer ${token}` };
  const { rest } = procedure;
  const trpc: Ask = (input) => callTrpc(api.url, headers, procedure, input);
  return rest === undefined ? [trpc] : [trpc, (input) => callRest(api.url, headers, rest, input)];
}

type Outcome = "found" | "not found" | "empty";

/** What came of a call, or the whole answer where it is another. */
function outcomeOf({ status, text }: Reply): string {
  // An id that an input refers to is answered as invalid, with the same words as one of nothing.
  if (status === 404 || /"code":"not_found"|There is no such/.test(text)) return "not found";
  if (/"items":\[\]/.test(text) && /"total":0/.test(text)) return "empty";
  // What cannot be done while a run is under way was found as well.
  return status < 300 || status === 409 ? "found" : text;
}

/** What a foreign id comes to: a filter by it leaves nothing, and what is not in a set can be taken out of it. */
function expectedOf(name: string, path: readonly (string | number)[]): Outcome[] {
  if (name === "test_set.remove_tests" && path[0] === "test_ids") return ["found"];
  return name.endsWith(".list") ? ["empty", "not found"] : ["not found"];
}

const kindsIn = (text: string, place: Place) => [...projectKinds].filter((kind) => text.includes(place[kind]));
const sample = examplesOf(Object.fromEntries([...projectKinds].map((kind) => [kind, kind])) as Place);
const scoped = catalogue.filter(({ name }) => {
  const values = JSON.stringify(sample[name]);
  return [...projectKinds].some((kind) => values.includes(`"${kind}"`));
});

test("most procedures are about a thing of one project", () => {
  expect(scoped.length).toBeGreaterThan(30);
});

describe.each(scoped.map((procedure) => [procedure.name, procedure] as const))("%s", (name, procedure) => {
  test("finds what is of the token's project and nothing of another", async () => {
    const { own, token } = await boundPlace();
    const [example = {}, theirs = {}] = [own, other].map((place) => examplesOf(place)[name]);
    const kinds = new Set([...projectKinds].map((kind) => other[kind]));
    const paths = idPaths(example).filter((path) => kinds.has(String(valueAt(theirs, path))));
    expect(paths.length).toBeGreaterThan(0);
    for (const ask of waysOf(procedure, token)) {
      for (const path of paths) {
        const reply = await ask(withValueAt(example, path, valueAt(theirs, path)));
        expect(expectedOf(name, path), String(path)).toContain(outcomeOf(reply));
        expect(reply.text).not.toContain(other.project_id);
      }
    }
    const [ask] = waysOf(procedure, token);
    expect(["found", "empty"]).toContain(outcomeOf(await (ask as Ask)(example)));
  });
});

const lists = catalogue.filter(({ type, input }) => type === "query" && input.safeParse({}).success);

test.each(lists.map((procedure) => [procedure.name, procedure] as const))(
  "%s, asked for everything, shows the token's project only, or is refused",
  async (_name, procedure) => {
    const { own, token } = await boundPlace();
    const everything = await api.apiToken(a.id, a.people.owner.user_id);
    for (const [index, ask] of waysOf(procedure, token).entries()) {
      const reply = await ask({ limit: 100 });
      if (reply.status === 403) continue;
      const all = await (waysOf(procedure, everything)[index] as Ask)({ limit: 100 });
      expect(kindsIn(reply.text, other)).toEqual([]);
      expect(kindsIn(reply.text, own)).toEqual(expect.arrayContaining(kindsIn(all.text, other)));
    }
  },
);
