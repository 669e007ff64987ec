/** The audit log: every change, by whom and when. */
import * as audit from "@rhesis/db/queries/audit-log";
import { byId } from "../list.ts";
import { requireAllProjects } from "../project-scope.ts";
import { procedure } from "../trpc.ts";
import { auditEntryDetail, auditPage, listAuditLog } from "./schema.ts";

const tags = ["Audit log"];

export const auditLogRouter = {
  list: procedure("audit_log:read", { method: "GET", path: "/audit-log", tags, summary: "List changes" })
    .input(listAuditLog)
    .output(auditPage)
    .query(({ ctx, input }) => {
      requireAllProjects(ctx.identity);
      return audit.listAuditLog(ctx.tx, input);
    }),

  get: procedure("audit_log:read", {
    method: "GET",
    path: "/audit-log/{id}",
    tags,
    summary: "Get a change with what was before and after",
  })
    .input(byId)
    .output(auditEntryDetail)
    .query(({ ctx, input }) => {
      requireAllProjects(ctx.identity);
      return audit.getAuditEntry(ctx.tx, input.id);
    }),
};
