/** What a kind of thing is called, and where one of them is opened. */

export const entityNames: Record<string, string> = {
  project: "Project",
  model: "Model",
  endpoint: "Endpoint",
  requirement: "Requirement",
  topic: "Topic",
  category: "Category",
  prompt: "Prompt",
  metric: "Metric",
  test: "Test",
  test_set: "Test set",
  experiment: "Experiment",
  parameter_environment: "Environment of parameters",
  test_run: "Run",
  organization: "Organization",
  membership: "Membership",
  invitation: "Invitation",
  api_token: "API token",
  requirement_metric: "Metric of a requirement",
  test_set_test: "Test in a test set",
  test_set_metric: "Metric of a test set",
};

export function entityName(type: string): string {
  return entityNames[type] ?? type.replaceAll("_", " ");
}

export function entityOptions(types: readonly string[]): { value: string; label: string }[] {
  return types.map((value) => ({ value, label: entityName(value) }));
}
