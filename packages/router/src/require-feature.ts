import type { Feature, Features } from "@rhesis/auth/features";
import { AppError } from "@rhesis/telemetry/app-error";

const names: Record<Feature, string> = {
  endpoint_trial: "Trying endpoints",
  llm_judge: "Judging by a model",
  api_tokens: "API tokens",
};

/** @throws forbidden where the feature is switched off for the organization or the installation */
export function requireFeature({ features }: { features: Features }, feature: Feature): void {
  if (!features[feature]) throw new AppError("forbidden", `${names[feature]} is switched off here.`);
}
