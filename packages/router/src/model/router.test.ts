import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codeOf, describeAsset, problemsOf } from "@rhesis/testkit/asset-contract";
import { callerFor, testContext, testPlatform, testSecrets, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startOpenAiFake, type OpenAiFake } from "@rhesis/testkit/openai-fake";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { createCaller } from "../root.ts";

const open = useTestDatabase();
const key = "sk-planted-5f2c9a";
const config = { provider: "openai", model_name: "gpt-5-mini" } as const;

describeAsset(
  {
    resource: "model",
    procedures: (caller) => caller.model,
    writer: "admin",
    create: (_, label) => ({ name: label, ...config, api_key: key }),
    change: (label) => ({ model_name: label }),
    refused: [
      { why: "no provider", input: () => ({ name: "x", model_name: "m" }), field: "provider" },
      {
        why: "an address that is none",
        input: () => ({ name: "x", ...config, base_url: "ftp://x" }),
        field: "base_url",
      },
      {
        why: "a header with a line break",
        input: () => ({ name: "x", ...config, headers: { "x-team": "a\nb" } }),
        field: "headers.x-team",
      },
    ],
  },
  open,
);

let a: TestOrganization;
let b: TestOrganization;
let admin: Caller;
let fake: OpenAiFake;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  admin = callerFor(open().database, a.people.admin);
  fake = await startOpenAiFake({ api_key: key });
});
afterAll(() => fake.close());

async function storedKey(id: string): Promise<string | null> {
  const [row] = await open().admin<{ api_key: string | null }>("select api_key from model where id = $1", [id]);
  if (row?.api_key == null) return null;
  return testSecrets.open(row.api_key, { organization_id: a.id, table: "model", column: "api_key", row_id: id });
}

describe("the key of a model", () => {
  test("is sealed to its row and never shown or logged", async () => {
    const made = await admin.model.create({ name: "Secretive", ...config, api_key: key });
    expect(made).toMatchObject({ has_api_key: true });
    expect(await storedKey(made.id)).toBe(key);
    const { deletion_id } = await admin.model.delete({ id: made.id });
    await admin.deletion.restore({ deletion_id });
    const shown = [
      made,
      await admin.model.get({ id: made.id }),
      await admin.model.list({}),
      await admin.model.update({ id: made.id, description: "new" }),
      await open().admin("select * from audit_log where entity_id = $1", [made.id]),
      await open().admin("select * from deletion"),
    ];
    const [row] = await open().admin<{ api_key: string }>("select api_key from model where id = $1", [made.id]);
    expect(JSON.stringify(shown)).not.toContain(key);
    expect(JSON.stringify(shown)).not.toContain(row?.api_key);
  });

  const moves: [string, object, boolean][] = [
    ["another name", { name: "Renamed", model_name: "gpt-5" }, true],
    ["the provider's address spelled out", { base_url: "https://api.openai.com/v1" }, false],
    ["another provider", { provider: "anthropic" }, false],
    ["another host", { base_url: "https://evil.example/v1" }, false],
    ["null", { api_key: null }, false],
  ];
  test.each(moves)("after %s: %o", async (label, change, stays) => {
    const { id } = await admin.model.create({ name: `Moves to ${label}`, ...config, api_key: key });
    expect(await admin.model.update({ id, ...change })).toMatchObject({ has_api_key: stays });
    expect(await storedKey(id)).toBe(stays ? key : null);
    await admin.model.update({ id, ...change, api_key: "sk-new-one" });
    expect(await storedKey(id)).toBe("sk-new-one");
  });

  test("stays when only the path changes, goes with scheme and port", async () => {
    const server = { ...config, provider: "openai_compatible", base_url: "https://llm.example/v1" } as const;
    const { id } = await admin.model.create({ name: "Own server", ...server, api_key: key });
    expect(await admin.model.update({ id, base_url: "https://LLM.example:443/v2" })).toMatchObject({
      has_api_key: true,
    });
    expect(await admin.model.update({ id, base_url: "https://llm.example:8443/v2" })).toMatchObject({
      has_api_key: false,
    });
    await admin.model.update({ id, api_key: key });
    expect(await admin.model.update({ id, base_url: "http://llm.example:8443/v2" })).toMatchObject({
      has_api_key: false,
    });
    expect(await admin.model.update({ id, base_url: null })).toMatchObject({ base_url: null });
  });
});

describe("the default model", () => {
  const defaults = async () => (await admin.model.list({ is_default: true })).items.map(({ id }) => id);

  test("is one: a new one takes the place of the one before, and a restored one does not", async () => {
    const first = await admin.model.create({ name: "First", ...config, is_default: true });
    const second = await admin.model.create({ name: "Second", ...config });
    await admin.model.update({ id: second.id, is_default: true });
    expect(await defaults()).toEqual([second.id]);
    const { deletion_id } = await admin.model.delete({ id: second.id });
    expect(await defaults()).toEqual([]);
    await admin.model.update({ id: first.id, is_default: true });
    await admin.deletion.restore({ deletion_id });
    expect(await defaults()).toEqual([first.id]);
    await admin.model.update({ id: first.id, is_default: false });
    expect(await defaults()).toEqual([]);
  });

  test("comes back as default where no other was chosen", async () => {
    const { id } = await admin.model.create({ name: "Returns", ...config, is_default: true });
    const { deletion_id } = await admin.model.delete({ id });
    await admin.deletion.restore({ deletion_id });
    expect(await defaults()).toEqual([id]);
  });

  test("stays as it was when the change is refused", async () => {
    const before = await defaults();
    const other = await admin.model.create({ name: "Other", ...config });
    const late = admin.model.update({ id: other.id, expected_version: 99, is_default: true });
    expect(await codeOf(late)).toBe("PRECONDITION_FAILED");
    expect(await defaults()).toEqual(before);
  });

  test("two chosen at once end with one", async () => {
    const made = await Promise.all(["X", "Y", "Z"].map((name) => admin.model.create({ name, ...config })));
    const codes = await Promise.all(made.map(({ id }) => codeOf(admin.model.update({ id, is_default: true }))));
    expect(codes.every((code) => code === "done" || code === "CONFLICT")).toBe(true);
    expect(await defaults()).toHaveLength(1);
  });
});

test("a model that metrics use is not deleted, and a metric does not come back without its model", async () => {
  const { id } = await admin.model.create({ name: "Judge", ...config });
  const parameters = { implementation: "judge_numeric", evaluation_prompt: "Is it polite?" } as const;
  const metric = await admin.metric.create({ name: "Polite", parameters, model_id: id });
  await expect(admin.model.delete({ id })).rejects.toThrow("A metric uses this model as judge");
  expect(await codeOf(admin.model.delete({ id }))).toBe("CONFLICT");
  const gone = await admin.metric.delete({ id: metric.id });
  const { deletion_id } = await admin.model.delete({ id });
  expect(await codeOf(admin.deletion.restore({ deletion_id: gone.deletion_id }))).toBe("CONFLICT");
  await expect(admin.deletion.purge({ deletion_id })).rejects.toThrow("1 deleted metric still refer");
  await admin.deletion.restore({ deletion_id });
  expect(await admin.deletion.restore({ deletion_id: gone.deletion_id })).toEqual({ restored: 1 });
});

const draft = (model_name = "right", base_url = fake.url) =>
  ({ provider: "openai_compatible", model_name, base_url }) as const;

describe("trying a model", () => {
  test("is denied to nobody, viewers, and for another organization's model", async () => {
    const { id } = await admin.model.create({ name: "Tried", ...draft(), api_key: key });
    expect(await codeOf(callerFor(open().database, null).model.try({ id }))).toBe("UNAUTHORIZED");
    expect(await codeOf(callerFor(open().database, a.people.viewer).model.try({ id }))).toBe("FORBIDDEN");
    expect(await codeOf(callerFor(open().database, b.people.owner).model.try({ id }))).toBe("NOT_FOUND");
    expect(await problemsOf(admin.model.try({}))).toEqual(["id"]);
  });

  test("asks it with its key", async () => {
    const { id } = await admin.model.create({ name: "Works", ...draft(), api_key: key });
    expect(await admin.model.try({ id })).toMatchObject({ ok: true, usage: { output_tokens: 30 } });
    expect(await admin.model.try({ config: draft(), api_key: key })).toMatchObject({ ok: true });
  });

  test("says what is wrong without showing the key", async () => {
    const refused = await admin.model.try({ config: draft("unauthorized"), api_key: key });
    expect(refused).toMatchObject({ ok: false });
    expect(JSON.stringify(refused)).not.toContain(key);
  });

  test("lends the stored key to a draft at the same place only", async () => {
    const { id } = await admin.model.create({ name: "Lender", ...draft(), api_key: key });
    expect(await admin.model.try({ id, config: draft() })).toMatchObject({ ok: true });
    const elsewhere = await startOpenAiFake();
    await admin.model.try({ id, config: draft("right", elsewhere.url) });
    expect(elsewhere.requests.length).toBeGreaterThan(0);
    expect(JSON.stringify(elsewhere.requests)).not.toContain(key);
    await elsewhere.close();
  });

  test("does not reach private addresses", async () => {
    const before = fake.requests.length;
    const platform = testPlatform(open().database, { address_policy: { allow_loopback: false, allow_private: [] } });
    const caller = createCaller(testContext(platform, a.people.admin));
    expect(await caller.model.try({ config: draft(), api_key: key })).toMatchObject({ ok: false });
    expect(fake.requests.length).toBe(before);
  });
});
