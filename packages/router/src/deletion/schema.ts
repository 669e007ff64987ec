import { z } from "zod";
import { id, listInput, listOutput, searchText, timestamp } from "../list.ts";

export const deletableTypes = [
  "project",
  "model",
  "endpoint",
  "requirement",
  "topic",
  "category",
  "prompt",
  "metric",
  "test",
  "test_set",
  "test_run",
  "experiment",
  "schedule",
] as const;
const entityType = z.enum(deletableTypes);

/** One thing that was deleted, with what went with it; restoring brings back exactly that. */
export const deletedThing = z
  .object({
    id: id.describe("Of the deletion"),
    entity_type: entityType,
    entity_id: id,
    name: z.string(),
    project_id: id.nullable(),
    user_id: id.nullable().describe("Who deleted it"),
    created_at: timestamp.describe("When it was deleted"),
  })
  .meta({ id: "Deletion" });
export type DeletedThing = z.infer<typeof deletedThing>;

export const listDeletions = listInput(["created_at"], { q: searchText, entity_type: entityType.optional() });
export const deletionPage = listOutput(deletedThing);

export const byDeletionId = z.strictObject({ deletion_id: id });
export const restored = z.object({ restored: z.int().describe("How many things came back") });
export const purged = z.object({ purged: z.int().describe("How many things are gone for good") });
