import { z } from "zod";
import { assetFields, description, listInput, listOutput, name, searchText, version } from "../list.ts";

/** A topic: one of the two independent labels of a test. */
export const topic = z.object({ ...assetFields, name: z.string(), description: z.string() }).meta({ id: "Topic" });
export type Topic = z.infer<typeof topic>;

export const createTopic = z.strictObject({ name, description: description.default("") });
export const updateTopic = z.strictObject({
  ...version,
  name: name.optional(),
  description: description.optional(),
});

export const listTopics = listInput(["created_at", "name"], { q: searchText });
export const topicPage = listOutput(topic);
