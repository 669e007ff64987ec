import { z } from "zod";
import { assetFields, description, id, listInput, listOutput, name, searchText, version } from "../list.ts";
import { metricPage } from "../metric/schema.ts";

/** A thing the application has to get right. */
export const requirement = z
  .object({ ...assetFields, name: z.string(), description: z.string() })
  .meta({ id: "Requirement" });
export type Requirement = z.infer<typeof requirement>;

export const createRequirement = z.strictObject({ name, description: description.default("") });
export const updateRequirement = z.strictObject({
  ...version,
  name: name.optional(),
  description: description.optional(),
});

export const listRequirements = listInput(["created_at", "name"], { q: searchText });
export const requirementPage = listOutput(requirement);

/** A requirement with how many metrics score it and how many tests ask for it. */
export const requirementDetail = requirement
  .extend({ metric_count: z.int(), test_count: z.int() })
  .meta({ id: "RequirementDetail" });
export type RequirementDetail = z.infer<typeof requirementDetail>;

export const listRequirementMetrics = listInput(["created_at", "name"], { id });
export const requirementMetricPage = metricPage;

export const changeMetrics = z.strictObject({ id, metric_ids: z.array(id).min(1).max(1000) });
export const metricsAdded = z.object({ added: z.int().describe("Those that were there already do not count") });
export const metricsRemoved = z.object({ removed: z.int().describe("Those that were not there do not count") });
