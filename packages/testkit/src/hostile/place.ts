/** One of everything in one project, so that an attacker has an id of each kind to try. */
import { randomUUID } from "node:crypto";
import { permissions } from "@rhesis/auth/permissions";
import { callerFor, type Caller } from "../caller.ts";
import type { TestDatabase } from "../database.ts";
import { prepareRun } from "../run-fixture.ts";
import { createUser, type TestOrganization } from "../tenants.ts";

/** Ids by kind. */
export type Place = Record<
  | "organization_id"
  | "project_id"
  | "endpoint_id"
  | "requirement_id"
  | "topic_id"
  | "category_id"
  | "prompt_id"
  | "model_id"
  | "metric_id"
  | "test_id"
  | "test_set_id"
  | "experiment_id"
  | "schedule_id"
  | "test_run_id"
  | "test_result_id"
  | "job_id"
  | "deletion_id"
  | "token_id"
  | "invitation_id"
  | "audit_id"
  | "user_id",
  string
>;

/** Kinds that belong to one project; the others belong to all of the organization. */
export const projectKinds: ReadonlySet<keyof Place> = new Set([
  "project_id",
  "endpoint_id",
  "test_id",
  "test_set_id",
  "experiment_id",
  "schedule_id",
  "test_run_id",
  "test_result_id",
  "job_id",
  "deletion_id",
  "token_id",
]);

/** Nobody listens there: a call to it is refused at once. */
export const deadUrl = "http://127.0.0.1:9/";

/** Makes a project of `organization` with one of everything in it. */
export async function createPlace(open: TestDatabase, organization: TestOrganization): Promise<Place> {
  const caller = callerFor(open.database, organization.people.owner);
  const label = randomUUID();
  const project_id = (await caller.project.create({ name: label })).id;
  const labels = await createLabels(caller, label);
  const assets = await createAssets(caller, label, project_id, labels);
  const experiment_id = await createParameters(caller, label, project_id);
  const schedule_id = await createSchedule(caller, label, assets);
  const work = await createWork(open, { ...organization, project_id });
  const organization_id = organization.id;
  return {
    organization_id,
    project_id,
    ...labels,
    ...assets,
    experiment_id,
    schedule_id,
    ...work,
    ...(await createRest(open, organization, caller, project_id)),
  };
}

async function createLabels(caller: Caller, name: string) {
  const [requirement, topic, category, prompt, model] = await Promise.all([
    caller.requirement.create({ name }),
    caller.topic.create({ name }),
    caller.category.create({ name }),
    caller.prompt.create({ name, content: "Hello" }),
    caller.model.create({ name, provider: "openai_compatible", model_name: "m", base_url: deadUrl }),
  ]);
  return {
    requirement_id: requirement.id,
    topic_id: topic.id,
    category_id: category.id,
    prompt_id: prompt.id,
    model_id: model.id,
  };
}

type Labels = Awaited<ReturnType<typeof createLabels>>;

async function createAssets(caller: Caller, name: string, project_id: string, labels: Labels) {
  const { requirement_id, topic_id, category_id } = labels;
  const metric = await caller.metric.create({ name, parameters: { implementation: "json_valid" } });
  const endpoint = await caller.endpoint.create({
    project_id,
    name,
    config: { url: deadUrl, max_attempts: 1, response_mapping: { output: "$.output" } },
  });
  const test = await caller.test.create({ project_id, input: name, requirement_id, topic_id, category_id });
  const set = await caller.test_set.create({ project_id, name });
  await caller.test_set.add_tests({ id: set.id, test_ids: [test.id] });
  await caller.test_set.add_metrics({ id: set.id, metric_ids: [metric.id] });
  return { metric_id: metric.id, endpoint_id: endpoint.id, test_id: test.id, test_set_id: set.id };
}

async function createParameters(caller: Caller, name: string, project_id: string): Promise<string> {
  await caller.parameters.set_schema({ project_id, fields: [{ name: "tone", type: "string", default: "kind" }] });
  const { id } = await caller.experiment.create({ project_id, name, visibility: "shared" });
  await caller.experiment.add_version({ id, values: {} });
  return id;
}

async function createSchedule(caller: Caller, name: string, things: { test_set_id: string; endpoint_id: string }) {
  const { test_set_id, endpoint_id } = things;
  const when = { cron: "0 0 29 2 *", time_zone: "UTC" };
  return (await caller.schedule.create({ name, test_set_id, endpoint_id, ...when })).id;
}

async function createWork(open: TestDatabase, organization: TestOrganization) {
  const { test_run_id, job_id } = await prepareRun(open.database, organization, {
    target: { url: deadUrl },
    tests: 1,
    max_tokens: 100_000,
  });
  const [result] = await open.admin<{ id: string }>(
    "update test_result set verdict = 'error', status = 'completed' where test_run_id = $1 returning id",
    [test_run_id],
  );
  return { test_run_id, job_id, test_result_id: result?.id ?? "" };
}

async function createRest(open: TestDatabase, organization: TestOrganization, caller: Caller, project_id: string) {
  const doomed = await caller.test.create({ project_id, input: "doomed" });
  const { deletion_id } = await caller.test.delete({ id: doomed.id });
  const token = await caller.api_token.create({
    name: "t",
    scopes: [permissions[0] ?? "organization:read"],
    project_id,
  });
  const invitation = await caller.member.invite({ email: `${randomUUID()}@invited.example` });
  const [entry] = (await caller.audit_log.list({ limit: 1 })).items;
  const user_id = await createUser(open.database, `${randomUUID()}@member.example`);
  await open.admin("insert into membership (organization_id, user_id, role) values ($1, $2, 'viewer')", [
    organization.id,
    user_id,
  ]);
  return { deletion_id, token_id: token.id, invitation_id: invitation.id, audit_id: entry?.id ?? "", user_id };
}
