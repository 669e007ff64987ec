/** What people read when the database refuses: one entry per constraint that input can break. */
import type { ExpectedErrorCode, FieldProblem } from "@rhesis/telemetry/app-error";

type Problem = { code: ExpectedErrorCode; message: string; problems?: FieldProblem[] };

function taken(what: string, where = ""): Problem {
  const message = `${/^[aeiou]/.test(what) ? "An" : "A"} ${what} of that name exists already${where}.`;
  return { code: "conflict", message, problems: [{ path: ["name"], message }] };
}

function missing(field: string, what: string): Problem {
  const message = `There is no such ${what}.`;
  return { code: "invalid", message, problems: [{ path: [field], message }] };
}

export const constraintProblems: Readonly<Record<string, Problem>> = {
  organization_pkey: {
    code: "conflict",
    message: "This Idempotency-Key made an organization before. Use a new one.",
  },
  project_name_key: taken("project"),
  model_name_key: taken("model"),
  endpoint_name_key: taken("endpoint", " in this project"),
  requirement_name_key: taken("requirement"),
  topic_name_key: taken("topic"),
  category_name_key: taken("category"),
  prompt_name_key: taken("prompt"),
  metric_name_key: taken("metric"),
  test_set_name_key: taken("test set", " in this project"),
  experiment_private_name_key: taken("private experiment", " of yours in this project"),
  experiment_shared_name_key: taken("shared experiment", " in this project"),
  schedule_name_key: taken("schedule", " in this project"),
  model_default_key: {
    code: "conflict",
    message: "Somebody else chose another default model at the same time. Try again.",
  },
  invitation_email_key: {
    code: "conflict",
    message: "This address is invited already.",
    problems: [{ path: ["email"], message: "This address is invited already" }],
  },
  endpoint_project_id_fkey: missing("project_id", "project"),
  test_project_id_fkey: missing("project_id", "project"),
  test_set_project_id_fkey: missing("project_id", "project"),
  experiment_project_id_fkey: missing("project_id", "project"),
  experiment_version_parent_fkey: missing("parent", "version"),
  test_run_project_id_fkey: missing("project_id", "project"),
  api_token_project_id_fkey: missing("project_id", "project"),
  test_prompt_id_fkey: missing("prompt_id", "prompt"),
  test_requirement_id_fkey: missing("requirement_id", "requirement"),
  test_topic_id_fkey: missing("topic_id", "topic"),
  test_category_id_fkey: missing("category_id", "category"),
  metric_model_id_fkey: missing("model_id", "model"),
  requirement_metric_metric_id_fkey: missing("metric_ids", "metric"),
  requirement_metric_requirement_id_fkey: missing("requirement_id", "requirement"),
  test_set_metric_metric_id_fkey: missing("metric_ids", "metric"),
  test_set_test_test_id_fkey: missing("test_ids", "test"),
};
