/** Stores the demo in an organization, so that a new installation has something to run and to look at. */
import { randomUUID } from "node:crypto";
import type { SecretBox } from "@rhesis/auth/sealed-secret";
import type { Database } from "@rhesis/db/database";
import { createCategory } from "@rhesis/db/queries/category";
import { insertOrganization } from "@rhesis/db/queries/organization";
import { updateProject } from "@rhesis/db/queries/project";
import { addRequirementMetrics, createRequirement } from "@rhesis/db/queries/requirement";
import { insertTests } from "@rhesis/db/queries/test";
import { addTests, createTestSet } from "@rhesis/db/queries/test-set";
import { createTopic } from "@rhesis/db/queries/topic";
import type { Tx } from "@rhesis/db/tenant";
import { metricParameters } from "@rhesis/engine/metric/schema";
import { targetConfig } from "@rhesis/engine/target/schema";
import { createEndpoint, type Vault } from "../endpoint/create.ts";
import { createMetric } from "../metric/create.ts";
import type { DemoData } from "./demo-data.ts";

export type SeededDemo = { organization_id: string; project_id: string; endpoint_id: string; test_set_id: string };

type Ids = Map<string, string>;

/** A new organization of `user_id` that holds the demo. One transaction. */
export function seedDemoOrganization(
  database: Pick<Database, "write">,
  secrets: SecretBox,
  { name, user_id, data }: { name: string; user_id: string; data: DemoData },
): Promise<SeededDemo> {
  const organization_id = randomUUID();
  return database.write({ organization_id, user_id }, async (tx) => {
    const { project_id } = await insertOrganization(tx, {
      id: organization_id,
      name,
      owner_id: user_id,
      project_name: data.project.name,
    });
    return { organization_id, ...(await seedDemo(tx, { secrets, organization_id }, project_id, data)) };
  });
}

/** @throws conflict where the organization has things of these names already */
async function seedDemo(
  tx: Tx,
  vault: Vault,
  project_id: string,
  data: DemoData,
): Promise<Omit<SeededDemo, "organization_id">> {
  await updateProject(tx, { id: project_id }, { description: data.project.description });
  const endpoint = await createEndpoint(tx, vault, {
    ...data.endpoint,
    project_id,
    environment: "local",
    max_concurrency: 10,
    max_per_minute: null,
    config: targetConfig.parse(data.endpoint.config),
  });
  const requirements = await seedRequirements(tx, data);
  const topics = await byName(data.topics, (name) => createTopic(tx, { name }));
  const categories = await byName(data.categories, (name) => createCategory(tx, { name }));
  const test_ids = await insertTests(
    tx,
    project_id,
    data.tests.map((test) => ({
      kind: "single_turn",
      conversation: null,
      name: "",
      input: test.prompt,
      expected_output: test.expected_output,
      prompt_id: null,
      requirement_id: idOf(requirements, test.requirement),
      topic_id: idOf(topics, test.topic),
      category_id: idOf(categories, test.category),
      metadata: {},
    })),
  );
  const set = await createTestSet(tx, { ...data.test_set, project_id, kind: "single_turn" });
  await addTests(tx, { id: set.id, test_ids });
  return { project_id, endpoint_id: endpoint.id, test_set_id: set.id };
}

async function seedRequirements(tx: Tx, data: DemoData): Promise<Ids> {
  const metrics: Ids = new Map();
  for (const { name, description, parameters } of data.metrics) {
    const metric = await createMetric(tx, {
      name,
      description,
      parameters: metricParameters.parse(parameters),
      model_id: null,
    });
    metrics.set(name, metric.id);
  }
  const requirements: Ids = new Map();
  for (const { name, description, metrics: named } of data.requirements) {
    const { id } = await createRequirement(tx, { name, description });
    await addRequirementMetrics(tx, { id, metric_ids: named.map((metric) => idOf(metrics, metric)) });
    requirements.set(name, id);
  }
  return requirements;
}

async function byName(names: readonly string[], create: (name: string) => Promise<{ id: string }>): Promise<Ids> {
  const ids: Ids = new Map();
  for (const name of names) ids.set(name, (await create(name)).id);
  return ids;
}

function idOf(ids: Ids, name: string): string {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`the demo names "${name}", which it does not have`);
  return id;
}
