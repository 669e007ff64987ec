import { z } from "zod";
import { permissions, type Permission } from "@rhesis/auth/permissions";
import { id, listInput, listOutput, name, timestamp } from "../list.ts";

const scope = z.enum(permissions as [Permission, ...Permission[]]);

/** The key of a program. The token itself is shown once, when it is created. */
export const apiToken = z
  .object({
    id,
    name: z.string(),
    hint: z.string().describe("Its first characters, to recognise it by"),
    scopes: z.array(z.string()),
    project_id: id.nullable().describe("It sees and touches only this project's things"),
    user_id: id,
    user_name: z.string().nullable(),
    expires_at: timestamp.nullable(),
    last_used_at: timestamp.nullable(),
    revoked_at: timestamp.nullable(),
    created_at: timestamp,
  })
  .meta({ id: "ApiToken" });
export type ApiToken = z.infer<typeof apiToken>;

export const createApiToken = z.strictObject({
  name,
  scopes: z
    .array(scope)
    .min(1)
    .max(200)
    .optional()
    .describe("What it may do, at most what you may do. Where left out: all that you may do"),
  expires_in_days: z.int().min(1).max(3650).optional().describe("Where left out it does not expire"),
  project_id: id.optional(),
});

export const createdApiToken = apiToken
  .extend({ token: z.string().describe("Shown this once") })
  .meta({ id: "CreatedApiToken" });

export const listApiTokens = listInput(["created_at"], {
  user_id: id.optional(),
  include_revoked: z.boolean().default(false),
});
export const apiTokenPage = listOutput(apiToken);
