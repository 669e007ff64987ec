import { z } from "zod";
import { roles } from "@rhesis/auth/permissions";
import { expectedVersion, id, listInput, listOutput, timestamp } from "../list.ts";

const role = z.enum(roles);

/** A person in the organization. */
export const member = z
  .object({
    user_id: id,
    name: z.string(),
    email: z.string().nullable(),
    picture: z.string().nullable(),
    role,
    last_seen_at: timestamp.nullable(),
    created_at: timestamp.describe("When they joined"),
    updated_at: timestamp,
    version: z.int(),
  })
  .meta({ id: "Member" });
export type Member = z.infer<typeof member>;

export const listMembers = listInput(["created_at"], {});
export const memberPage = listOutput(member);

export const updateMember = z.strictObject({ user_id: id, role, ...expectedVersion });
export const byUserId = z.strictObject({ user_id: id });

/** An address that may join by signing in. */
export const invitation = z
  .object({
    id,
    email: z.string(),
    role,
    invited_by: id.nullable(),
    invited_by_name: z.string().nullable(),
    created_at: timestamp,
    expires_at: timestamp,
  })
  .meta({ id: "Invitation" });
export type Invitation = z.infer<typeof invitation>;

export const inviteMember = z.strictObject({
  email: z.email("Enter an e-mail address").max(320),
  role: role.default("member"),
});
export const listInvitations = listInput(["created_at"], {});
export const invitationPage = listOutput(invitation);
