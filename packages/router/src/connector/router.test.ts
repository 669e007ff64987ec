import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { putConnection } from "@rhesis/db/queries/connector";
import { tokenOf } from "@rhesis/testkit/asset-contract";
import { callerFor } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
});

const caller = (identity: TestOrganization["people"]["owner"] | null) => callerFor(open().database, identity);

async function connect(organization: TestOrganization, functions: string[]): Promise<string> {
  const { tenant, project_id } = organization;
  const id = randomUUID();
  const connection = { id, project_id, environment: "development", user_id: tenant.user_id, process: "test" };
  await open().database.write(tenant, (tx) => putConnection(tx, { ...connection, client_version: "1.0", functions }));
  return id;
}

test("lists who is connected, for whoever may read, in their organization and project only", async () => {
  const id = await connect(a, ["ask"]);
  await connect(b, ["theirs"]);
  const dead = await connect(a, ["gone"]);
  await open().admin("update connector_connection set expires_at = now() - interval '1 second' where id = $1", [dead]);
  await expect(caller(null).connector.connections({})).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  const scopeless = tokenOf(a.people.owner, ["endpoint:read"], null);
  await expect(caller(scopeless).connector.connections({})).rejects.toMatchObject({ code: "FORBIDDEN" });
  const { project_id } = a;
  const listed = await caller(a.people.viewer).connector.connections({ project_id });
  expect(listed.items).toEqual([
    {
      id,
      project_id,
      environment: "development",
      client_version: "1.0",
      functions: ["ask"],
      user_name: "owner",
      created_at: expect.any(Date) as Date,
    },
  ]);
  expect(await caller(a.people.owner).connector.connections({ project_id: b.project_id })).toEqual({ items: [] });
  const bound = tokenOf(a.people.owner, ["connector:read"], a.project_id);
  expect(await caller(bound).connector.connections({})).toEqual(listed);
  await expect(caller(bound).connector.connections({ project_id: b.project_id })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("an endpoint that calls a function is made like any other, and is told where nobody is connected", async () => {
  const endpoints = caller(a.people.member).endpoint;
  const config = { protocol: "connector", connector: { function: "ask" } } as const;
  const base = { project_id: a.project_id, name: "Agent" };
  const wrong = { ...base, config: { ...config, url: "https://x.example/" } };
  await expect(endpoints.create(wrong)).rejects.toMatchObject({ code: "UNPROCESSABLE_CONTENT" });
  await expect(endpoints.create({ ...base, config: {} })).rejects.toMatchObject({ code: "UNPROCESSABLE_CONTENT" });
  const { id } = await endpoints.create({ ...base, config });
  expect((await endpoints.list({ q: "ask" })).items).toMatchObject([
    { id, url: null, connector: { function: "ask", environment: "development" } },
  ]);
  expect((await endpoints.invoke({ id, input: "Hello" })).error?.code).toBe("not_connected");
  await expect(endpoints.try({ config, input: "Hello" })).rejects.toMatchObject({ code: "UNPROCESSABLE_CONTENT" });
  expect((await endpoints.try({ config, input: "Hello", endpoint_id: id })).error?.code).toBe("not_connected");
  // From a function to an address and back: the whole of it has to fit.
  await expect(endpoints.update({ id, config: { protocol: "http" } })).rejects.toMatchObject({
    code: "UNPROCESSABLE_CONTENT",
  });
  const moved = { protocol: "http", url: "https://x.example/", connector: null } as const;
  expect(await endpoints.update({ id, config: moved })).toMatchObject({ config: moved });
});
