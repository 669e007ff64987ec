import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTargetClient } from "@rhesis/engine/target/target-client";
import { codeOf, describeAsset, problemsOf, tokenOf } from "@rhesis/testkit/asset-contract";
import { callerFor, testContext, testPlatform, testSecrets, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { createCaller } from "../root.ts";

const open = useTestDatabase();
const secret = "planted-7d41b6e0";
const plain = { url: "https://bot.example/chat" };
const made = (config: object) => (organization: TestOrganization) => ({
  project_id: organization.project_id,
  name: "x",
  config: { ...plain, ...config },
});

describeAsset(
  {
    resource: "endpoint",
    procedures: (caller) => caller.endpoint,
    writer: "member",
    create: ({ project_id }, label) => ({ project_id, name: label, config: plain, secret }),
    change: (label) => ({ name: label }),
    is_project_scoped: true,
    refused: [
      { why: "no address", input: ({ project_id }) => ({ project_id, name: "x", config: {} }), field: "config.url" },
      { why: "an address with a password", input: made({ url: "https://u:p@bot.example/" }), field: "config.url" },
      { why: "an unknown key", input: made({ colour: "red" }), field: "config.colour" },
      {
        why: "a template that does not compile",
        input: made({ request_mapping: { message: { text: "{{ input" } } }),
        field: "config.request_mapping.message.text",
      },
      {
        why: "a path that is none",
        input: made({ response_mapping: { output: "$.[" } }),
        field: "config.response_mapping.output",
      },
      {
        why: "a project that is not there",
        input: () => ({ project_id: "019aaaaa-0000-7000-8000-000000000000", name: "x", config: plain }),
        field: "project_id",
      },
    ],
  },
  open,
);

let a: TestOrganization;
let b: TestOrganization;
let member: Caller;
let zoo: EndpointZoo;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  member = callerFor(open().database, a.people.member);
  zoo = await startEndpointZoo();
});
afterAll(() => zoo.close());

let names = 0;
const create = (config: object) =>
  member.endpoint.create({
    project_id: a.project_id,
    name: `Bot ${++names}`,
    config: { ...plain, ...config },
    secret,
  });

async function storedSecret(id: string): Promise<string | null> {
  const [row] = await open().admin<{ auth_secret: string | null }>("select auth_secret from endpoint where id = $1", [
    id,
  ]);
  if (row?.auth_secret == null) return null;
  const place = { organization_id: a.id, table: "endpoint", column: "auth_secret", row_id: id };
  return testSecrets.open(row.auth_secret, place);
}

describe("the configuration", () => {
  test("changes by its top keys: others stay, null means null, the unknown is refused", async () => {
    const { id } = await create({ headers: { "x-a": "1" }, response_mapping: { output: "$.reply" }, timeout_ms: 5000 });
    const changed = await member.endpoint.update({ id, config: { headers: { "x-b": "2" }, response_mapping: null } });
    expect(changed.config).toMatchObject({
      ...plain,
      headers: { "x-b": "2" },
      response_mapping: null,
      timeout_ms: 5000,
      request_mapping: { input: "{{ input }}" },
    });
    expect(changed.config.headers).not.toHaveProperty("x-a");
    expect(await member.endpoint.update({ id, config: {} })).toMatchObject({ config: changed.config });
    const unknown = { colour: "red" } as object;
    expect(await problemsOf(member.endpoint.update({ id, config: unknown }))).toEqual(["config.colour"]);
    const broken = member.endpoint.update({ id, config: { response_mapping: { output: "{% if %}" } } });
    expect(await problemsOf(broken)).toEqual(["config.response_mapping.output"]);
  });

  test("is not in a list, its address and method are", async () => {
    const { id } = await create({ method: "PUT" });
    const { items } = await member.endpoint.list({ project_id: a.project_id });
    const item = items.find((one) => one.id === id);
    expect(item).toMatchObject({ ...plain, method: "PUT", has_secret: true });
    expect(item).not.toHaveProperty("config");
    expect((await member.endpoint.list({ environment: "production" })).total).toBe(0);
  });

  test("of two changes at once neither undoes the other", async () => {
    const { id } = await create({});
    const changes = [{ timeout_ms: 1111 }, { max_attempts: 2 }].map((config) => member.endpoint.update({ id, config }));
    const codes = await Promise.all(changes.map(codeOf));
    const { config } = await member.endpoint.get({ id });
    const done = codes.filter((code) => code === "done").length;
    expect(done).toBeGreaterThan(0);
    expect(Number(config.timeout_ms === 1111) + Number(config.max_attempts === 2)).toBe(done);
  });
});

describe("the secret", () => {
  test("is sealed to its row and never shown or logged", async () => {
    const endpoint = await create({ auth: { type: "bearer" } });
    expect(endpoint.has_secret).toBe(true);
    expect(await storedSecret(endpoint.id)).toBe(secret);
    const shown = [
      endpoint,
      await member.endpoint.get({ id: endpoint.id }),
      await member.endpoint.list({}),
      await member.endpoint.update({ id: endpoint.id, description: "new" }),
      await open().admin("select * from audit_log where entity_id = $1", [endpoint.id]),
    ];
    const [row] = await open().admin<{ auth_secret: string }>("select auth_secret from endpoint where id = $1", [
      endpoint.id,
    ]);
    expect(JSON.stringify(shown)).not.toContain(secret);
    expect(JSON.stringify(shown)).not.toContain(row?.auth_secret);
  });

  const oauth = { type: "client_credentials", token_url: "https://login.example/token", client_id: "me" } as const;
  const moves: [string, object, object, boolean][] = [
    ["another path", {}, { url: "https://bot.example:443/v2/chat?x=1" }, true],
    ["the same host in capitals", {}, { url: "https://BOT.example/chat" }, true],
    ["other headers", {}, { headers: { "x-a": "1" } }, true],
    ["another host", {}, { url: "https://evil.example/chat" }, false],
    ["another port", {}, { url: "https://bot.example:8443/chat" }, false],
    ["no encryption", {}, { url: "http://bot.example/chat" }, false],
    ["a subdomain", {}, { url: "https://x.bot.example/chat" }, false],
    ["another token host", { auth: oauth }, { auth: { ...oauth, token_url: "https://evil.example/token" } }, false],
    ["another token path", { auth: oauth }, { auth: { ...oauth, token_url: "https://login.example/v2" } }, true],
    ["a client secret that would become a bearer token", { auth: oauth }, { auth: { type: "bearer" } }, false],
    ["a bearer token that would go to a login", { auth: { type: "bearer" } }, { auth: oauth }, false],
  ];
  test.each(moves)("after %s", async (_, before, change, stays) => {
    const { id } = await create(before);
    expect(await member.endpoint.update({ id, config: change })).toMatchObject({ has_secret: stays });
    expect(await storedSecret(id)).toBe(stays ? secret : null);
    expect(await member.endpoint.update({ id, config: before, secret: "new-secret" })).toMatchObject({
      has_secret: true,
    });
    expect(await storedSecret(id)).toBe("new-secret");
    expect(await member.endpoint.update({ id, secret: null })).toMatchObject({ has_secret: false });
  });
});

const chat = (path = "/chat") => ({ url: `${zoo.url}${path}`, response_mapping: { output: "$.output" } });

describe("calling", () => {
  test("is denied to nobody, viewers, other organizations and tokens of other projects", async () => {
    const { id } = await create(chat());
    const before = zoo.calls();
    const call = { id, input: "Hi" };
    const draft = { config: chat(), endpoint_id: id, input: "Hi" };
    const other = await callerFor(open().database, a.people.owner).project.create({ name: "Elsewhere" });
    const token = callerFor(open().database, tokenOf(a.people.owner, null, other.id));
    for (const [caller, code] of [
      [callerFor(open().database, null), "UNAUTHORIZED"],
      [callerFor(open().database, a.people.viewer), "FORBIDDEN"],
      [callerFor(open().database, b.people.owner), "NOT_FOUND"],
      [token, "NOT_FOUND"],
    ] as const) {
      expect(await codeOf(caller.endpoint.invoke(call))).toBe(code);
      expect(await codeOf(caller.endpoint.try(draft))).toBe(code);
    }
    const features = { endpoint_trial: false, llm_judge: true, api_tokens: true };
    const off = callerFor(open().database, a.people.owner, { features });
    expect(await codeOf(off.endpoint.invoke(call))).toBe("FORBIDDEN");
    expect(zoo.calls()).toBe(before);
  });

  test("shows request, response and answer, and hides the secret", async () => {
    const { id } = await create({ ...chat(), auth: { type: "bearer" } });
    const outcome = await member.endpoint.invoke({ id, input: "Am I covered?" });
    expect(outcome).toMatchObject({
      answer: { output: "You said: Am I covered?", context: [] },
      error: null,
      request: { method: "POST", body: JSON.stringify({ input: "Am I covered?" }) },
      response: { status: 200 },
    });
    expect(zoo.log("/chat").at(-1)?.headers["authorization"]).toBe(`Bearer ${secret}`);
    expect(JSON.stringify(outcome)).not.toContain(secret);
  });

  test("shows no secret that the application sends back", async () => {
    const { id } = await create({ ...chat("/echo"), response_mapping: null, auth: { type: "bearer" } });
    const outcome = await member.endpoint.invoke({ id, input: "Hi" });
    expect(zoo.log("/echo").at(-1)?.headers["authorization"]).toBe(`Bearer ${secret}`);
    expect(JSON.stringify(outcome)).not.toContain(secret);
  });

  test("tries once and says what went wrong", async () => {
    zoo.clear();
    const { id } = await create({ ...chat("/500"), max_attempts: 5 });
    const outcome = await member.endpoint.invoke({ id, input: "Hi" });
    expect(outcome).toMatchObject({ answer: null, error: { code: "http_error" } });
    expect(zoo.calls("/500")).toBe(1);
    expect(outcome.attempts).toHaveLength(1);
    const hanging = { ...chat("/hang"), timeout_ms: 100 };
    expect(await member.endpoint.try({ config: hanging, input: "Hi" })).toMatchObject({ error: { code: "timeout" } });
  });

  test("holds no transaction open meanwhile", async () => {
    const { id } = await create({ ...chat("/slow?ms=300") });
    const call = member.endpoint.invoke({ id, input: "Hi" });
    await expect.poll(() => zoo.calls("/slow")).toBe(1);
    const busy = await open().admin(
      "select state from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
    );
    expect(busy).toEqual([]);
    await call;
  });

  test("lends the stored secret to a draft at the same place only", async () => {
    const bearer = { auth: { type: "bearer" as const } };
    const { id } = await create({ ...chat(), ...bearer });
    const sent = () => zoo.log("/chat").at(-1)?.headers["authorization"];
    await member.endpoint.try({ config: { ...chat(), ...bearer }, endpoint_id: id, input: "Hi" });
    expect(sent()).toBe(`Bearer ${secret}`);
    const elsewhere = { ...chat(), ...bearer, url: `${zoo.sister}/chat` };
    const before = zoo.calls();
    const without = await member.endpoint.try({ config: elsewhere, endpoint_id: id, input: "Hi" });
    expect(without).toMatchObject({ answer: null, error: { code: "auth_failed" } });
    expect(zoo.calls()).toBe(before);
    await member.endpoint.try({ config: elsewhere, endpoint_id: id, secret: "another-one", input: "Hi" });
    expect(sent()).toBe("Bearer another-one");
    const broken = { ...chat(), response_mapping: { output: "$.[" } };
    expect(await problemsOf(member.endpoint.try({ config: broken, input: "Hi" }))).toEqual([
      "config.response_mapping.output",
    ]);
  });

  test("does not reach private addresses, by whatever name", async () => {
    const before = zoo.connections();
    const policy = { allow_loopback: false, allow_private: [] };
    const targets = createTargetClient({ policy });
    const platform = testPlatform(open().database, { address_policy: policy, targets });
    const caller = createCaller(testContext(platform, a.people.member));
    const { port } = new URL(zoo.url);
    const { id } = await create({ ...chat() });
    expect(await caller.endpoint.invoke({ id, input: "Hi" })).toMatchObject({ error: { code: "address_refused" } });
    const hosts = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0.0.0.0", "169.254.169.254"];
    for (const host of hosts) {
      const outcome = await caller.endpoint.try({ config: { url: `http://${host}:${port}/chat` }, input: "Hi" });
      expect({ host, ...outcome }).toMatchObject({ host, answer: null, error: { code: "address_refused" } });
    }
    const token_url = `${zoo.url}/oauth/token`;
    const auth = { type: "client_credentials", token_url, client_id: "zoo" } as const;
    const config = { url: "https://192.0.2.1/chat", auth, timeout_ms: 1000 };
    expect(await caller.endpoint.try({ config, secret, input: "Hi" })).toMatchObject({ answer: null });
    expect(zoo.connections()).toBe(before);
    await targets.close();
  });
});
