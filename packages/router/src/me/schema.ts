import { z } from "zod";
import { features, type Feature } from "@rhesis/auth/features";
import { roles } from "@rhesis/auth/permissions";
import { id } from "../list.ts";

const role = z.enum(roles);

/** Who is calling, where they belong, and what they may do in the organization the call is about. */
export const me = z
  .object({
    kind: z.enum(["person", "token"]),
    user: z.object({ id, name: z.string(), email: z.string().nullable(), picture: z.string().nullable() }),
    memberships: z.array(z.object({ organization_id: id, organization_name: z.string(), role })),
    organization: z.object({ id, name: z.string() }).nullable(),
    role: role.nullable(),
    project_id: id.nullable().describe("Of a token bound to a project"),
    permissions: z.array(z.string()),
    features: z.record(z.enum(features as [Feature, ...Feature[]]), z.boolean()),
  })
  .meta({ id: "Me" });
export type Me = z.infer<typeof me>;

export const getMe = z.strictObject({});
