import { z } from "zod";
import { id, listInput, listOutput, timestamp } from "../list.ts";

const fields = {
  id,
  user_id: id.nullable(),
  user_name: z.string().nullable(),
  request_id: z.string().nullable(),
  action: z.enum(["create", "update", "delete"]),
  entity_type: z.string(),
  entity_id: id,
  entity_name: z.string().nullable().describe("What it is called, at most 200 characters"),
  created_at: timestamp,
};

/** One change that somebody made. */
export const auditEntry = z.object(fields).meta({ id: "AuditEntry" });
export type AuditEntry = z.infer<typeof auditEntry>;

export const auditEntryDetail = z
  .object({
    ...fields,
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: "AuditEntryDetail" });
export type AuditEntryDetail = z.infer<typeof auditEntryDetail>;

export const listAuditLog = listInput(["created_at"], {
  entity_type: z.string().min(1).max(100).optional(),
  entity_id: id.optional(),
  user_id: id.optional(),
});
export const auditPage = listOutput(auditEntry);
