/** An input of every procedure that names an id wherever one can be named. */
import { randomUUID } from "node:crypto";
import { deadUrl, type Place } from "./place.ts";

type Input = Record<string, unknown>;

const newName = () => `Name ${randomUUID()}`;

const config = { url: deadUrl, max_attempts: 1, response_mapping: { output: "$.output" } };
const parameters = { implementation: "json_valid" };

/** Inputs by procedure, each of which succeeds once for an owner whose things `place` names. */
export function examplesOf(place: Place): Record<string, Input> {
  return {
    ...peopleExamples(place),
    ...labelExamples(place),
    ...callExamples(place),
    ...testExamples(place),
    ...parameterExamples(place),
    ...runExamples(place),
    ...scheduleExamples(place),
  };
}

function peopleExamples(place: Place): Record<string, Input> {
  const { project_id, user_id, token_id: id } = place;
  return {
    "api_token.list": { user_id },
    "api_token.create": { name: "t", scopes: ["api_token:create"], project_id },
    "api_token.get": { id },
    "api_token.revoke": { id },
    "audit_log.list": { entity_id: place.topic_id, user_id },
    "audit_log.get": { id: place.audit_id },
    "connector.connections": { project_id },
    "deletion.list": {},
    "deletion.restore": { deletion_id: place.deletion_id },
    "deletion.purge": { deletion_id: place.deletion_id },
    "job.list": { project_id },
    "job.get": { id: place.job_id },
    "me.get": {},
    "member.list": {},
    "member.get": { user_id },
    "member.update": { user_id, role: "member" },
    "member.remove": { user_id },
    "member.invite": { email: `${randomUUID()}@invited.example` },
    "member.invitations": {},
    "member.invitation": { id: place.invitation_id },
    "member.revoke_invitation": { id: place.invitation_id },
    "organization.get": {},
    "organization.update": { name: "Renamed" },
    "organization.find": { id: place.organization_id },
    "organization.create": { name: "Another" },
    // Not its name: the others still need it.
    "organization.delete": { name: "Another" },
    "project.list": {},
    "project.get": { id: project_id },
    "project.create": { name: newName() },
    "project.update": { id: project_id, name: newName() },
    "project.delete": { id: project_id },
  };
}

function labelExamples(place: Place): Record<string, Input> {
  const kinds = {
    topic: place.topic_id,
    category: place.category_id,
    prompt: place.prompt_id,
    requirement: place.requirement_id,
  };
  const asset = (kind: string, id: string): Record<string, Input> => ({
    [`${kind}.list`]: {},
    [`${kind}.get`]: { id },
    [`${kind}.create`]: { name: newName(), ...(kind === "prompt" ? { content: "Hello" } : {}) },
    [`${kind}.update`]: { id, name: newName() },
    [`${kind}.delete`]: { id },
  });
  const metrics = { id: place.requirement_id, metric_ids: [place.metric_id] };
  return {
    ...Object.fromEntries(Object.entries(kinds).flatMap(([kind, id]) => Object.entries(asset(kind, id)))),
    "requirement.metrics": { id: place.requirement_id },
    "requirement.add_metrics": metrics,
    "requirement.remove_metrics": metrics,
  };
}

function callExamples({ project_id, endpoint_id, model_id, metric_id }: Place): Record<string, Input> {
  return {
    "endpoint.list": { project_id },
    "endpoint.get": { id: endpoint_id },
    "endpoint.presets": {},
    "endpoint.propose": { source: { type: "curl", command: `curl ${deadUrl} --json '{"message":"Hello"}'` } },
    "endpoint.create": { project_id, name: newName(), config },
    "endpoint.update": { id: endpoint_id, name: newName() },
    "endpoint.delete": { id: endpoint_id },
    "endpoint.invoke": { id: endpoint_id, input: "Hello" },
    "endpoint.try": { endpoint_id, config, input: "Hello" },
    "model.list": {},
    "model.get": { id: model_id },
    "model.create": { name: newName(), provider: "openai", model_name: "m" },
    "model.update": { id: model_id, name: newName() },
    "model.delete": { id: model_id },
    "model.try": { id: model_id },
    "metric.list": { model_id },
    "metric.catalog": {},
    "metric.get": { id: metric_id },
    "metric.create": { name: newName(), parameters, model_id },
    "metric.update": { id: metric_id, model_id },
    "metric.delete": { id: metric_id },
    "metric.try": { metric_id, model_id, output: "{}" },
  };
}

function testExamples(place: Place): Record<string, Input> {
  const { project_id, requirement_id, topic_id, category_id, prompt_id, test_set_id, test_id, metric_id } = place;
  const refers = { requirement_id, topic_id, category_id };
  const draft = { ...refers, prompt_id };
  const tests = { id: test_set_id, test_ids: [test_id] };
  const metrics = { id: test_set_id, metric_ids: [metric_id] };
  const run = { ...metrics, endpoint_id: place.endpoint_id, parameters: { experiment_id: place.experiment_id } };
  return {
    "test.list": { project_id, ...refers, test_set_id },
    "test.get": { id: test_id },
    "test.create": { project_id, ...draft },
    "test.create_many": { project_id, tests: [draft, draft] },
    "test.update": { id: test_id, ...draft },
    "test.delete": { id: test_id },
    "test_set.list": { project_id },
    "test_set.get": { id: test_set_id },
    "test_set.create": { project_id, name: newName() },
    "test_set.update": { id: test_set_id, name: newName() },
    "test_set.delete": { id: test_set_id },
    "test_set.tests": { id: test_set_id },
    "test_set.add_tests": tests,
    "test_set.remove_tests": tests,
    "test_set.metrics": { id: test_set_id },
    "test_set.add_metrics": metrics,
    "test_set.remove_metrics": metrics,
    "test_set.execute": run,
    "test_set.preflight": run,
  };
}

function parameterExamples({ project_id, experiment_id, test_set_id, user_id }: Place): Record<string, Input> {
  const id = experiment_id;
  return {
    "experiment.list": { project_id, owner_id: user_id },
    "experiment.get": { id },
    "experiment.create": { project_id, name: newName() },
    "experiment.update": { id, name: newName() },
    "experiment.delete": { id },
    "experiment.share": { id },
    "experiment.unshare": { id },
    "experiment.versions": { id },
    "experiment.version": { id, number: 1 },
    "experiment.add_version": { id, values: { tone: newName() } },
    "experiment.results": { id, test_set_id },
    "parameters.schema": { project_id },
    "parameters.set_schema": { project_id, fields: [] },
    "parameters.resolve": { project_id, experiment_id },
    "parameter_environment.list": { project_id },
    "parameter_environment.bind": { project_id, name: "production", experiment_id, version: 1 },
    "parameter_environment.unbind": { project_id, name: "production" },
  };
}

function runExamples(place: Place): Record<string, Input> {
  const { project_id, test_set_id, endpoint_id, experiment_id, schedule_id } = place;
  const { requirement_id, metric_id, test_run_id, test_result_id } = place;
  const id = test_run_id;
  return {
    "test_run.list": { project_id, test_set_id, endpoint_id, experiment_id, schedule_id },
    "test_run.get": { id },
    "test_run.update": { id, name: "Renamed" },
    "test_run.delete": { id },
    "test_run.cancel": { id },
    "test_run.pause": { id },
    "test_run.resume": { id },
    "test_run.raise_budget": { id, max_tokens: 200_000 },
    "test_run.rescore": { id, metric_ids: [metric_id] },
    "test_run.retry_failed": { id },
    "test_run.changes": { id },
    "test_result.list": { test_run_id, requirement_id, metric_id },
    "test_result.get": { id: test_result_id, requirement_id, metric_id },
    "test_result.summary": { test_run_id },
  };
}

function scheduleExamples(place: Place): Record<string, Input> {
  const { project_id, test_set_id, endpoint_id, metric_id, experiment_id, schedule_id: id } = place;
  const things = { test_set_id, endpoint_id };
  const choices = { ...things, metric_ids: [metric_id], parameters: { experiment_id } };
  const when = { cron: "30 6 * * 1-5", time_zone: "Europe/Berlin" };
  return {
    "schedule.list": { project_id, ...things },
    "schedule.preview": when,
    "schedule.get": { id },
    "schedule.create": { name: newName(), ...choices, ...when },
    "schedule.update": { id, ...choices },
    "schedule.delete": { id },
    "schedule.run_now": { id },
  };
}
