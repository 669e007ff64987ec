/** The recycle bin. */
import { listDeletions as list } from "@rhesis/db/queries/deletion";
import { purge } from "@rhesis/services/deletion/purge";
import { restore } from "@rhesis/services/deletion/restore";
import type { Member } from "../context.ts";
import { projectScope } from "../project-scope.ts";
import { procedure } from "../trpc.ts";
import { byDeletionId, deletionPage, listDeletions, purged, restored } from "./schema.ts";

const tags = ["Recycle bin"];

export const deletionRouter = {
  list: procedure("deletion:read", {
    method: "GET",
    path: "/deletions",
    tags,
    summary: "List what was deleted",
  })
    .input(listDeletions)
    .output(deletionPage)
    .query(({ ctx, input }) => list(ctx.tx, { ...input, project_id: projectScope(ctx.identity) })),

  restore: procedure("deletion:restore", {
    method: "POST",
    path: "/deletions/{deletion_id}/restore",
    tags,
    summary: "Bring back what one deletion hid",
  })
    .input(byDeletionId)
    .output(restored)
    .mutation(({ ctx, input }) => restore(ctx.tx, rightsOf(ctx.identity), input.deletion_id)),

  purge: procedure("deletion:purge", {
    method: "DELETE",
    path: "/deletions/{deletion_id}",
    tags,
    summary: "Remove what one deletion hid for good",
  })
    .input(byDeletionId)
    .output(purged)
    .mutation(({ ctx, input }) => purge(ctx.tx, rightsOf(ctx.identity), input.deletion_id)),
};

function rightsOf(identity: Member) {
  return { permissions: identity.permissions, project_id: projectScope(identity) };
}
