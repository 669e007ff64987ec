import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { deleteAsset } from "@rhesis/db/asset";
import { getEndpoint, insertEndpoint } from "@rhesis/db/queries/endpoint";
import type { OfferedFunction } from "@rhesis/engine/connector/schema";
import { targetConfig } from "@rhesis/engine/target/schema";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createOrganization, type TestOrganization } from "@rhesis/testkit/tenants";
import { registerFunctions } from "./register.ts";

const open = useTestDatabase();
let organization: TestOrganization;

beforeEach(async () => {
  organization = await createOrganization(open().database, `Org ${randomUUID()}`);
});

const ask = { name: "ask", description: "Asks", parameters: { question: { type: "str" }, k: { default: 3 } } };

function register(offered: OfferedFunction[], environment = "development", id = randomUUID()) {
  const { tenant, project_id } = organization;
  const connection = { id, project_id, environment, user_id: tenant.user_id, process: "test", client_version: "1" };
  return open().database.write(tenant, (tx) => registerFunctions(tx, { ...connection, offered }));
}

const read = (id = "") => open().database.read(organization.tenant, (tx) => getEndpoint(tx, id));
const names = async () => {
  const rows = await open().admin<{ name: string }>(
    "select name from endpoint where organization_id = $1 and deleted_at is null order by id",
    [organization.id],
  );
  return rows.map(({ name }) => name);
};

test("makes an endpoint for each function, mapped from its parameters, and none again", async () => {
  const [made] = await register([ask]);
  expect(made).toMatchObject({ function_name: "ask", created: true });
  expect(await read(made?.endpoint_id)).toMatchObject({
    name: "ask",
    description: "Asks",
    environment: "development",
    has_secret: false,
    config: {
      protocol: "connector",
      url: null,
      connector: { function: "ask", environment: "development" },
      request_mapping: { question: "{{ input }}" },
      timeout_ms: 120_000,
    },
  });
  expect(await register([ask])).toEqual([{ ...made, created: false }]);
  expect(await names()).toEqual(["ask"]);
});

test("leaves an endpoint as people left it, also under another name", async () => {
  const [made] = await register([ask]);
  const id = made?.endpoint_id ?? "";
  const mapping = JSON.stringify({ request_mapping: { question: "edited" } });
  await open().admin("update endpoint set name = 'Mine', config = config || $1 where id = $2", [mapping, id]);
  await register([{ ...ask, parameters: { other: {} } }]);
  expect(await read(id)).toMatchObject({ name: "Mine", config: { request_mapping: { question: "edited" } } });
  expect(await names()).toEqual(["Mine"]);
});

test("finds a name where the function's own is taken, and keeps environments apart", async () => {
  const config = JSON.stringify(targetConfig.parse({ url: "https://x.example/" }));
  const { project_id, tenant } = organization;
  await open().database.write(tenant, (tx) => insertEndpoint(tx, { project_id, name: "ask", config }));
  await register([ask], "production");
  await register([ask], "development");
  await register([ask], "qa");
  expect(await names()).toEqual(["ask", "ask (production)", "ask (development)", "ask (qa)"]);
  const rows = await open().admin("select environment from endpoint where organization_id = $1 order by id", [
    organization.id,
  ]);
  // What an endpoint cannot be called is development.
  expect(rows.map((row) => row["environment"])).toEqual(["development", "production", "development", "development"]);
});

test("many that register at once make one endpoint", async () => {
  const made = await Promise.all(Array.from({ length: 5 }, () => register([ask])));
  expect(new Set(made.flat().map(({ endpoint_id }) => endpoint_id)).size).toBe(1);
  expect(made.flat().filter(({ created }) => created)).toHaveLength(1);
});

test("is refused where the project was deleted", async () => {
  const { tenant, project_id: id } = organization;
  await open().database.write(tenant, (tx) => deleteAsset(tx, "project", { id }));
  await expect(register([ask])).rejects.toMatchObject({ code: "not_found" });
});

test("an endpoint is called at an address or as a function: the database holds it too", async () => {
  const { project_id, tenant } = organization;
  const insert = (config: object) =>
    open().database.write(tenant, (tx) =>
      insertEndpoint(tx, { project_id, name: randomUUID(), config: JSON.stringify(config) }),
    );
  const connector = { function: "ask", environment: "development" };
  const refused = { code: "23514", constraint: "endpoint_config_check" };
  for (const config of [
    {},
    { protocol: "http" },
    { protocol: "websocket", url: null },
    { protocol: "connector" },
    { protocol: "connector", connector: { function: "ask" } },
    { protocol: "connector", connector, url: "https://x.example/" },
  ])
    await expect(insert(config)).rejects.toMatchObject(refused);
  await expect(insert({ protocol: "connector", connector, url: null })).resolves.toBeDefined();
});
