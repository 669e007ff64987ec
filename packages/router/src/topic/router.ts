/** Topics: what a test is about. */
import { deleteAsset } from "@rhesis/db/asset";
import * as topics from "@rhesis/db/queries/topic";
import { byId, byVersion, deletion } from "../list.ts";
import { procedure } from "../trpc.ts";
import { topic, topicPage, createTopic, listTopics, updateTopic } from "./schema.ts";

const tags = ["Topics"];

export const topicRouter = {
  list: procedure("topic:read", { method: "GET", path: "/topics", tags, summary: "List topics" })
    .input(listTopics)
    .output(topicPage)
    .query(({ ctx, input }) => topics.listTopics(ctx.tx, input)),

  get: procedure("topic:read", { method: "GET", path: "/topics/{id}", tags, summary: "Get a topic" })
    .input(byId)
    .output(topic)
    .query(({ ctx, input }) => topics.getTopic(ctx.tx, input.id)),

  create: procedure("topic:create", {
    method: "POST",
    path: "/topics",
    tags,
    summary: "Create a topic",
    successStatus: 201,
  })
    .input(createTopic)
    .output(topic)
    .mutation(({ ctx, input }) => topics.createTopic(ctx.tx, input)),

  update: procedure("topic:update", { method: "PATCH", path: "/topics/{id}", tags, summary: "Change a topic" })
    .input(updateTopic)
    .output(topic)
    .mutation(({ ctx, input: { id, expected_version, ...changes } }) =>
      topics.updateTopic(ctx.tx, { id, expected_version }, changes),
    ),

  delete: procedure("topic:delete", { method: "DELETE", path: "/topics/{id}", tags, summary: "Delete a topic" })
    .input(byVersion)
    .output(deletion)
    .mutation(({ ctx, input }) => deleteAsset(ctx.tx, "topic", input)),
};
