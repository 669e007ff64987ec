// Generated from the migrated database. Do not edit.

import type { JsonColumn } from "./json-column.ts";
import type { CheckOutcome, ConversationPlan, Evidence, Judgement, StopReason, TestKind } from "@rhesis/engine/conversation/schema";
import type { MetricImplementation, MetricParameters, ResultVerdict, ScoreVerdict } from "@rhesis/engine/metric/schema";
import type { ModelProvider } from "@rhesis/engine/model/schema";
import type { ParametersSchema, ParameterValues } from "@rhesis/engine/parameters/schema";
import type { RunPlan } from "@rhesis/engine/plan/schema";
import type { ReceivedResponse, SentRequest, TargetAnswer, TargetAttempt, TargetConfig, TargetErrorCode } from "@rhesis/engine/target/schema";
import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export interface ApiToken {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  expires_at: ColumnType<Date, Date | string, Date | string> | null;
  hint: string;
  id: Generated<string>;
  last_used_at: ColumnType<Date, Date | string, Date | string> | null;
  made_by: string | null;
  name: string;
  organization_id: Generated<string>;
  project_id: string | null;
  revoked_at: ColumnType<Date, Date | string, Date | string> | null;
  scopes: string[];
  token_hash: Buffer;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  user_id: Generated<string>;
  version: Generated<number>;
}

export interface AuditLog {
  action: "create" | "update" | "delete";
  after: JsonColumn<unknown> | null;
  before: JsonColumn<unknown> | null;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  entity_id: string;
  entity_type: string;
  id: Generated<string>;
  organization_id: Generated<string>;
  request_id: string | null;
  user_id: string | null;
}

export interface Category {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  deleted_at: ColumnType<Date, Date | string, Date | string> | null;
  deletion_id: string | null;
  description: Generated<string>;
  id: Generated<string>;
  name: string;
  organization_id: Generated<string>;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  version: Generated<number>;
}

export interface ConnectorCall {
  answer: string | null;
  connection_id: string;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  expires_at: ColumnType<Date, Date | string, Date | string>;
  id: string;
  organization_id: Generated<string>;
  request: string;
  status: Generated<"waiting" | "sent" | "answered" | "failed">;
}

export interface ConnectorConnection {
  client_version: Generated<string>;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  environment: string;
  expires_at: ColumnType<Date, Date | string, Date | string>;
  functions: string[];
  id: string;
  organization_id: Generated<string>;
  process: string;
  project_id: string;
  user_id: string | null;
}

export interface Conversation {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  organization_id: Generated<string>;
  plan: JsonColumn<ConversationPlan>;
  stop_reason: StopReason | null;
  test_result_id: string;
}

export interface Deletion {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  entity_id: string;
  entity_type: "project" | "model" | "endpoint" | "requirement" | "topic" | "category" | "prompt" | "metric" | "test" | "test_set" | "test_run" | "experiment" | "schedule";
  id: Generated<string>;
  name: string;
  organization_id: Generated<string>;
  private_to: string | null;
  project_id: string | null;
  user_id: Generated<string | null>;
}

export interface Endpoint {
  auth_secret: string | null;
  config: JsonColumn<TargetConfig>;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  deleted_at: ColumnType<Date, Date | string, Date | string> | null;
  deletion_id: string | null;
  description: Generated<string>;
  environment: Generated<"production" | "staging" | "development" | "local">;
  id: Generated<string>;
  max_concurrency: Generated<number>;
  max_per_minute: number | null;
  name: string;
  organization_id: Generated<string>;
  project_id: string;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  version: Generated<number>;
}

export interface Experiment {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  deleted_at: ColumnType<Date, Date | string, Date | string> | null;
  deletion_id: string | null;
  description: Generated<string>;
  id: Generated<string>;
  latest_version: Generated<number>;
  name: string;
  organization_id: Generated<string>;
  owner_id: Generated<string>;
  project_id: string;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  version: Generated<number>;
  visibility: Generated<"private" | "shared">;
}

export interface ExperimentVersion {
  content_hash: string;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  experiment_id: string;
  id: Generated<string>;
  note: Generated<string>;
  number: number;
  organization_id: Generated<string>;
  owner_id: string;
  parent: number | null;
  schema_fingerprint: string;
  user_id: string | null;
  values: JsonColumn<ParameterValues>;
  visibility: "private" | "shared";
}

export interface IdempotencyKey {
  body: JsonColumn<unknown> | null;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  key: string;
  organization_id: Generated<string>;
  request_hash: Buffer;
  status: number | null;
  user_id: string;
}

export interface Invitation {
  accepted_at: ColumnType<Date, Date | string, Date | string> | null;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  email: string;
  expires_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  id: Generated<string>;
  invited_by: string | null;
  organization_id: Generated<string>;
  role: "owner" | "admin" | "member" | "viewer";
}

export interface Job {
  attempts: Generated<number>;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  error: string | null;
  failures: Generated<number>;
  finished_at: ColumnType<Date, Date | string, Date | string> | null;
  id: Generated<string>;
  lease_until: ColumnType<Date, Date | string, Date | string> | null;
  name: string;
  offered_at: ColumnType<Date, Date | string, Date | string> | null;
  organization_id: Generated<string>;
  payload: Generated<JsonColumn<Record<string, unknown>>>;
  project_id: string | null;
  run_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  started_at: ColumnType<Date, Date | string, Date | string> | null;
  status: Generated<"queued" | "running" | "completed" | "failed" | "cancelled">;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  user_id: string | null;
  version: Generated<number>;
}

export interface Membership {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  organization_id: Generated<string>;
  role: "owner" | "admin" | "member" | "viewer";
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  user_id: string;
  version: Generated<number>;
}

export interface Metric {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  deleted_at: ColumnType<Date, Date | string, Date | string> | null;
  deletion_id: string | null;
  description: Generated<string>;
  id: Generated<string>;
  implementation: MetricImplementation;
  model_id: string | null;
  name: string;
  organization_id: Generated<string>;
  parameters: JsonColumn<MetricParameters>;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  version: Generated<number>;
}

export interface Model {
  api_key: string | null;
  base_url: string | null;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  deleted_at: ColumnType<Date, Date | string, Date | string> | null;
  deletion_id: string | null;
  description: Generated<string>;
  headers: Generated<JsonColumn<Record<string, string>>>;
  id: Generated<string>;
  input_price: number | null;
  is_default: Generated<boolean>;
  model_name: string;
  name: string;
  organization_id: Generated<string>;
  output_price: number | null;
  provider: ModelProvider;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  version: Generated<number>;
}

export interface Organization {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  deleted_at: ColumnType<Date, Date | string, Date | string> | null;
  feature_overrides: Generated<JsonColumn<Record<string, boolean>>>;
  id: Generated<string>;
  name: string;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  version: Generated<number>;
}

export interface ParameterEnvironment {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  experiment_id: string;
  experiment_version: number;
  id: Generated<string>;
  name: string;
  organization_id: Generated<string>;
  project_id: string;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  user_id: string | null;
  version: Generated<number>;
}

export interface Project {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  deleted_at: ColumnType<Date, Date | string, Date | string> | null;
  deletion_id: string | null;
  description: Generated<string>;
  id: Generated<string>;
  name: string;
  organization_id: Generated<string>;
  parameters_schema: Generated<JsonColumn<ParametersSchema>>;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  version: Generated<number>;
}

export interface Prompt {
  content: string;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  deleted_at: ColumnType<Date, Date | string, Date | string> | null;
  deletion_id: string | null;
  id: Generated<string>;
  language_code: Generated<string>;
  name: string;
  organization_id: Generated<string>;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  version: Generated<number>;
}

export interface Requirement {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  deleted_at: ColumnType<Date, Date | string, Date | string> | null;
  deletion_id: string | null;
  description: Generated<string>;
  id: Generated<string>;
  name: string;
  organization_id: Generated<string>;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  version: Generated<number>;
}

export interface RequirementMetric {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  metric_id: string;
  organization_id: Generated<string>;
  requirement_id: string;
}

export interface Schedule {
  concurrency: number | null;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  cron: string;
  deleted_at: ColumnType<Date, Date | string, Date | string> | null;
  deletion_id: string | null;
  enabled: Generated<boolean>;
  endpoint_id: string;
  failures: Generated<number>;
  id: Generated<string>;
  last_error: string | null;
  last_run_id: string | null;
  last_started_at: ColumnType<Date, Date | string, Date | string> | null;
  metric_ids: string[] | null;
  name: string;
  next_at: ColumnType<Date, Date | string, Date | string> | null;
  organization_id: Generated<string>;
  parameters: JsonColumn<{ experiment_id?: string; version?: number; environment?: string }> | null;
  params: Generated<JsonColumn<Record<string, unknown>>>;
  pause_after_errors: number | null;
  project_id: string;
  repeats: Generated<number>;
  test_set_id: string;
  time_zone: string;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  user_id: Generated<string | null>;
  version: Generated<number>;
}

export interface Score {
  cost: number | null;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  duration_ms: Generated<number>;
  input_tokens: number | null;
  label: string | null;
  metric_id: string;
  metric_name: string;
  model_id: string | null;
  organization_id: Generated<string>;
  output_tokens: number | null;
  raw: string | null;
  reason: Generated<string>;
  test_result_id: string;
  test_run_id: string;
  value: number | null;
  verdict: ScoreVerdict;
}

export interface Test {
  category_id: string | null;
  conversation: JsonColumn<ConversationPlan> | null;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  deleted_at: ColumnType<Date, Date | string, Date | string> | null;
  deletion_id: string | null;
  expected_output: string | null;
  id: Generated<string>;
  input: string;
  kind: Generated<TestKind>;
  metadata: Generated<JsonColumn<Record<string, unknown>>>;
  name: Generated<string>;
  organization_id: Generated<string>;
  project_id: string;
  prompt_id: string | null;
  requirement_id: string | null;
  topic_id: string | null;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  version: Generated<number>;
}

export interface TestResult {
  answer: JsonColumn<TargetAnswer> | null;
  attempts: JsonColumn<TargetAttempt[]> | null;
  category_id: string | null;
  claims: Generated<number>;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  error_code: TargetErrorCode | null;
  error_message: string | null;
  expected_output: string | null;
  finished_at: ColumnType<Date, Date | string, Date | string> | null;
  id: Generated<string>;
  input: string;
  latency_ms: number | null;
  metric_ids: Generated<string[]>;
  organization_id: Generated<string>;
  output: string | null;
  repeat: Generated<number>;
  request: JsonColumn<SentRequest> | null;
  requirement_id: string | null;
  response: JsonColumn<ReceivedResponse> | null;
  started_at: ColumnType<Date, Date | string, Date | string> | null;
  status: Generated<"pending" | "completed" | "cancelled">;
  test_id: string;
  test_run_id: string;
  topic_id: string | null;
  verdict: ResultVerdict | null;
}

export interface TestRun {
  begun_through: string | null;
  booked_cost: Generated<number>;
  booked_tokens: Generated<number>;
  cancel_requested_at: ColumnType<Date, Date | string, Date | string> | null;
  cost: Generated<number>;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  deleted_at: ColumnType<Date, Date | string, Date | string> | null;
  deletion_id: string | null;
  endpoint_id: string;
  error: string | null;
  errored: Generated<number>;
  experiment_id: string | null;
  experiment_version: number | null;
  failed: Generated<number>;
  finished_at: ColumnType<Date, Date | string, Date | string> | null;
  held_until: ColumnType<Date, Date | string, Date | string> | null;
  id: Generated<string>;
  inconclusive: Generated<number>;
  input_tokens: Generated<number>;
  job_id: string | null;
  kind: Generated<"execute" | "rescore">;
  lease_token: string | null;
  max_cost: number | null;
  max_tokens: number | null;
  name: string;
  organization_id: Generated<string>;
  output_tokens: Generated<number>;
  passed: Generated<number>;
  pause_reason: string | null;
  pause_requested_at: ColumnType<Date, Date | string, Date | string> | null;
  plan: JsonColumn<RunPlan>;
  project_id: string;
  reserved_cost: Generated<number>;
  reserved_tokens: Generated<number>;
  schedule_id: string | null;
  source_run_id: string | null;
  started_at: ColumnType<Date, Date | string, Date | string> | null;
  status: Generated<"queued" | "running" | "paused" | "completed" | "failed" | "cancelled">;
  test_set_id: string;
  total: Generated<number>;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  user_id: string | null;
  version: Generated<number>;
}

export interface TestSet {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  deleted_at: ColumnType<Date, Date | string, Date | string> | null;
  deletion_id: string | null;
  description: Generated<string>;
  id: Generated<string>;
  kind: Generated<TestKind>;
  name: string;
  organization_id: Generated<string>;
  project_id: string;
  test_count: Generated<number>;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  version: Generated<number>;
}

export interface TestSetMetric {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  metric_id: string;
  organization_id: Generated<string>;
  test_set_id: string;
}

export interface TestSetTest {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  is_live: Generated<boolean>;
  organization_id: Generated<string>;
  position: number;
  test_id: string;
  test_set_id: string;
}

export interface Topic {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  deleted_at: ColumnType<Date, Date | string, Date | string> | null;
  deletion_id: string | null;
  description: Generated<string>;
  id: Generated<string>;
  name: string;
  organization_id: Generated<string>;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  version: Generated<number>;
}

export interface Turn {
  answer: JsonColumn<TargetAnswer> | null;
  attempts: JsonColumn<TargetAttempt[]>;
  checks: JsonColumn<CheckOutcome[]>;
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  error_code: TargetErrorCode | null;
  error_message: string | null;
  evidence: JsonColumn<Evidence[]>;
  input: string;
  judgement: JsonColumn<Judgement> | null;
  latency_ms: number;
  number: number;
  organization_id: Generated<string>;
  output: string | null;
  reason: string | null;
  request: JsonColumn<SentRequest> | null;
  response: JsonColumn<ReceivedResponse> | null;
  test_result_id: string;
}

export interface User {
  created_at: Generated<ColumnType<Date, Date | string, Date | string>>;
  email: string | null;
  id: Generated<string>;
  issuer: string;
  last_seen_at: ColumnType<Date, Date | string, Date | string> | null;
  name: Generated<string>;
  picture: string | null;
  subject: string;
  updated_at: Generated<ColumnType<Date, Date | string, Date | string>>;
}

export interface DB {
  api_token: ApiToken;
  audit_log: AuditLog;
  category: Category;
  connector_call: ConnectorCall;
  connector_connection: ConnectorConnection;
  conversation: Conversation;
  deletion: Deletion;
  endpoint: Endpoint;
  experiment: Experiment;
  experiment_version: ExperimentVersion;
  idempotency_key: IdempotencyKey;
  invitation: Invitation;
  job: Job;
  membership: Membership;
  metric: Metric;
  model: Model;
  organization: Organization;
  parameter_environment: ParameterEnvironment;
  project: Project;
  prompt: Prompt;
  requirement: Requirement;
  requirement_metric: RequirementMetric;
  schedule: Schedule;
  score: Score;
  test: Test;
  test_result: TestResult;
  test_run: TestRun;
  test_set: TestSet;
  test_set_metric: TestSetMetric;
  test_set_test: TestSetTest;
  topic: Topic;
  turn: Turn;
  user: User;
}
