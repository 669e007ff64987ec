/** At least one row in every tenant table, so that a loop over the catalogue proves something for each. */
import { randomBytes, randomUUID } from "node:crypto";
import { createAsset } from "@rhesis/db/asset";
import { insertConnectorCall, putConnection } from "@rhesis/db/queries/connector";
import type { Tx } from "@rhesis/db/tenant";
import type { TestDatabase } from "./database.ts";
import type { TestOrganization } from "./tenants.ts";

const config = {
  url: "http://127.0.0.1:9/chat",
  method: "POST",
  headers: {},
  query: {},
  request_mapping: { message: "{{ input }}" },
  response_mapping: { output: "$.reply" },
  auth: { type: "none" },
  timeout_ms: 1000,
  max_attempts: 1,
  max_redirects: 0,
  max_response_bytes: 100_000,
} as const;

/** Fills every tenant table of `organization`. */
export async function populate(open: TestDatabase, organization: TestOrganization): Promise<void> {
  await open.database.write(organization.tenant, async (tx) => {
    const assets = await insertAssets(tx, organization);
    await insertWork(tx, organization, assets);
  });
}

type Assets = { endpoint_id: string; test_id: string; test_set_id: string; metric_id: string };

async function insertAssets(tx: Tx, { project_id }: TestOrganization): Promise<Assets> {
  const parameters = JSON.stringify({ implementation: "json_valid" });
  const { id: requirement_id } = await createAsset(tx, "requirement", { name: "Correct" }, ["id"]);
  await createAsset(tx, "topic", { name: "Claims" }, ["id"]);
  await createAsset(tx, "category", { name: "Accuracy" }, ["id"]);
  await createAsset(tx, "prompt", { name: "Greeting", content: "Hello" }, ["id"]);
  await createAsset(tx, "model", { name: "Judge", provider: "openai", model_name: "m" }, ["id"]);
  const metric = await createAsset(tx, "metric", { name: "Valid", implementation: "json_valid", parameters }, ["id"]);
  const endpoint_config = JSON.stringify(config);
  const endpoint = await createAsset(tx, "endpoint", { project_id, name: "Bot", config: endpoint_config }, ["id"]);
  const test = await createAsset(tx, "test", { project_id, input: "Hello", requirement_id }, ["id"]);
  const set = await createAsset(tx, "test_set", { project_id, name: "Set" }, ["id"]);
  const metric_id = metric.id;
  await tx.insertInto("requirement_metric").values({ requirement_id, metric_id }).execute();
  await tx.insertInto("test_set_metric").values({ test_set_id: set.id, metric_id }).execute();
  await tx.insertInto("test_set_test").values({ test_set_id: set.id, test_id: test.id, position: 1 }).execute();
  await insertParameters(tx, project_id);
  return { endpoint_id: endpoint.id, test_id: test.id, test_set_id: set.id, metric_id };
}

async function insertParameters(tx: Tx, project_id: string): Promise<void> {
  const columns = ["id", "owner_id", "visibility"] as const;
  const draft = { project_id, name: "Prompts", visibility: "shared" as const, latest_version: 1 };
  const { id: experiment_id, owner_id, visibility } = await createAsset(tx, "experiment", draft, columns);
  const of = { experiment_id, owner_id, visibility, number: 1, content_hash: "1", schema_fingerprint: "1" };
  await tx
    .insertInto("experiment_version")
    .values({ ...of, values: "{}" })
    .execute();
  const bound = { project_id, experiment_id, experiment_version: 1 };
  await tx
    .insertInto("parameter_environment")
    .values({ ...bound, name: "default" })
    .execute();
}

async function insertWork(tx: Tx, { project_id, people }: TestOrganization, assets: Assets): Promise<void> {
  const { endpoint_id, test_set_id, test_id, metric_id } = assets;
  const plan = JSON.stringify({ metrics: [], models: [] });
  await tx.insertInto("job").values({ name: "execute_test_run", project_id }).execute();
  const run = { project_id, name: "Run", plan, total: 1, test_set_id, endpoint_id };
  const when = { cron: "0 6 * * *", time_zone: "UTC", next_at: "2999-01-01T06:00:00Z" };
  await createAsset(tx, "schedule", { project_id, name: "Nightly", test_set_id, endpoint_id, ...when }, ["id"]);
  const { id: test_run_id } = await createAsset(tx, "test_run", run, ["id"]);
  const { id: test_result_id } = await tx
    .insertInto("test_result")
    .values({ test_run_id, test_id, input: "Hello" })
    .returning("id")
    .executeTakeFirstOrThrow();
  await tx
    .insertInto("score")
    .values({ test_run_id, test_result_id, metric_id, metric_name: "Valid", verdict: "pass" })
    .execute();
  await insertConversation(tx, test_result_id);
  await insertPeoplesThings(tx, people.owner.user_id);
  await insertConnector(tx, project_id);
}

async function insertConnector(tx: Tx, project_id: string): Promise<void> {
  const [id, call_id] = [randomUUID(), randomUUID()];
  const offer = { environment: "development", process: "test", functions: ["ask"] };
  await putConnection(tx, { id, project_id, user_id: null, client_version: "", ...offer });
  const call = { environment: "development", function_name: "ask", request: "{}", timeout_ms: 60_000 };
  await insertConnectorCall(tx, { id: call_id, project_id, ...call });
}

async function insertConversation(tx: Tx, test_result_id: string): Promise<void> {
  const plan = JSON.stringify({ type: "scripted", turns: [{ input: "Hello", expected_output: null, checks: [] }] });
  await tx.insertInto("conversation").values({ test_result_id, plan }).execute();
  const empty = { attempts: "[]", checks: "[]", evidence: "[]" };
  await tx
    .insertInto("turn")
    .values({ test_result_id, number: 1, input: "Hello", latency_ms: 1, ...empty })
    .execute();
}

async function insertPeoplesThings(tx: Tx, user_id: string): Promise<void> {
  await tx
    .insertInto("api_token")
    .values({ user_id, name: "CI", token_hash: randomBytes(32), hint: "rh-…", scopes: [] })
    .execute();
  await tx
    .insertInto("idempotency_key")
    .values({ user_id, key: "k", request_hash: randomBytes(32) })
    .execute();
  await tx
    .insertInto("invitation")
    .values({ email: `${randomUUID()}@example.com`, role: "viewer" })
    .execute();
  await tx.insertInto("deletion").values({ entity_type: "topic", entity_id: randomUUID(), name: "Old" }).execute();
}
