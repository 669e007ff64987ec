import { z } from "zod";
import { parameterValue } from "@rhesis/engine/parameters/schema";
import { assetFields, description, id, listInput, listOutput, name, searchText, timestamp, version } from "../list.ts";

export const visibilities = ["private", "shared"] as const;
const visibility = z.enum(visibilities).describe("private: seen by its owner only");

/** A named holder of versions of a project's parameters. */
export const experiment = z
  .object({
    ...assetFields,
    project_id: id,
    owner_id: id,
    owner_name: z.string().nullable(),
    name: z.string(),
    description: z.string(),
    visibility,
    latest_version: z.int().describe("The number of its newest version, 0 where it has none"),
  })
  .meta({ id: "Experiment" });
export type Experiment = z.infer<typeof experiment>;

export const createExperiment = z.strictObject({
  project_id: id,
  name,
  description: description.default(""),
  visibility: visibility.default("private"),
});
export const updateExperiment = z.strictObject({
  ...version,
  name: name.optional(),
  description: description.optional(),
});

export const listExperiments = listInput(["created_at", "name"], {
  project_id: id.optional(),
  owner_id: id.optional(),
  visibility: visibility.optional(),
  q: searchText,
});
export const experimentPage = listOutput(experiment);

const number = z.int().min(1).max(2_147_483_647);

const versionFields = {
  id,
  experiment_id: id,
  number: z.int(),
  note: z.string(),
  user_id: id.nullable().describe("Who saved it"),
  user_name: z.string().nullable(),
  content_hash: z.string().describe("SHA-256 of the values and of the schema they were saved under"),
  schema_fingerprint: z.string().describe("SHA-256 of the parameters of the project when it was saved"),
  parent: z.int().nullable().describe("The version it was made from"),
  created_at: timestamp,
};

/** Values of a project's parameters, as they were saved. They never change. */
export const versionItem = z.object(versionFields).meta({ id: "ExperimentVersionItem" });
export type VersionItem = z.infer<typeof versionItem>;

const values = z.record(z.string().max(63), parameterValue);

export const experimentVersion = z.object({ ...versionFields, values }).meta({ id: "ExperimentVersion" });
export type ExperimentVersion = z.infer<typeof experimentVersion>;

export const listVersions = listInput(["created_at"], { id });
export const versionPage = listOutput(versionItem);

export const oneVersion = z.strictObject({ id, number });

export const addVersion = z.strictObject({
  id,
  values: values.describe(
    "By the name of the parameter. Those with a default may be left out; a model is named by its id",
  ),
  note: z.string().trim().max(1000).default("").describe("What is different"),
  parent: number.optional().describe("The version they were made from. Where left out: the newest"),
});
export const addedVersion = z.object({
  ...experimentVersion.shape,
  created: z.boolean().describe("False where a version with these values was there already: then it is that one"),
});

export const resultsByVersion = z.strictObject({
  id,
  test_set_id: id.optional().describe("Only of runs of this test set"),
});

/** What runs with one version came to. Results that are missing from `tests` are still open, or were cancelled. */
export const versionResults = z
  .object({
    version: z.int(),
    runs: z.int(),
    tests: z.int(),
    passed: z.int(),
    failed: z.int(),
    inconclusive: z.int(),
    errored: z.int(),
    last_run_at: timestamp,
  })
  .meta({ id: "VersionResults" });
export type VersionResults = z.infer<typeof versionResults>;

export const experimentResults = z.object({
  items: z.array(versionResults).describe("Of the newest 200 versions that runs were made with, the newest first"),
});
