import { setFeatureOverride } from "@rhesis/db/queries/organization";
import { startTestApi, type TestApi } from "@rhesis/testkit/api";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
let api: TestApi;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  api = await startTestApi(open(), { RHESIS_FEATURES: "endpoint_trial=false" });
});
afterAll(() => api.close());

async function call(token: string, method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const text = body === undefined ? null : JSON.stringify(body);
  const response = await fetch(`${api.url}/api/v1${path}`, { method, headers, body: text });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const featuresOf = async (token: string): Promise<unknown> => (await call(token, "GET", "/me")).body["features"];

const override = (organization: TestOrganization, feature: string, value: boolean | null) =>
  open().database.write(organization.tenant, (tx) => setFeatureOverride(tx, { feature, value }));

/** Long before what is remembered of a caller ends by itself. */
const soon = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 5_000 });

test("an override of an organization is in force in a running API at once, for people and programs of it alone", async () => {
  const [ours, theirs] = [await api.person(a.id), await api.person(b.id)];
  const program = await api.apiToken(a.id, ours.user_id);
  const before = { api_tokens: true, endpoint_trial: false, llm_judge: true };
  for (const token of [ours.token, program, theirs.token]) expect(await featuresOf(token)).toEqual(before);

  await override(a, "api_tokens", false);
  await override(a, "endpoint_trial", true);
  const after = { api_tokens: false, endpoint_trial: true, llm_judge: true };
  for (const token of [ours.token, program]) await soon(async () => expect(await featuresOf(token)).toEqual(after));
  expect(await featuresOf(theirs.token)).toEqual(before);
  const body = { name: "CI", scopes: ["test:read"] };
  expect((await call(ours.token, "POST", "/api-tokens", body)).status).toBe(403);
  expect((await call(theirs.token, "POST", "/api-tokens", body)).status).toBe(201);

  await override(a, "api_tokens", null);
  await soon(async () => expect(await featuresOf(ours.token)).toEqual({ ...after, api_tokens: true }));
  expect((await call(ours.token, "POST", "/api-tokens", body)).status).toBe(201);
});

test("it leaves an audit row of the organization", async () => {
  await override(b, "llm_judge", false);
  const rows = await open().admin(
    "select entity_id, before, after from audit_log where organization_id = $1 and entity_type = 'organization' and action = 'update'",
    [b.id],
  );
  expect(rows).toEqual([
    {
      entity_id: b.id,
      before: expect.objectContaining({ feature_overrides: {} }),
      after: expect.objectContaining({ feature_overrides: { llm_judge: false } }),
    },
  ]);
});
