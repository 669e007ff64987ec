import { z } from "zod";
import { expectedVersion, id, name, timestamp } from "../list.ts";

/** The tenant: everything below it belongs to exactly one. */
export const organization = z
  .object({ id, name: z.string(), created_at: timestamp, updated_at: timestamp, version: z.int() })
  .meta({ id: "Organization" });
export type Organization = z.infer<typeof organization>;

export const createOrganization = z.strictObject({ name });
export const createdOrganization = organization
  .extend({ project_id: id.describe("Of its first project") })
  .meta({ id: "CreatedOrganization" });

export const getOrganization = z.strictObject({});
export const updateOrganization = z.strictObject({
  name,
  ...expectedVersion,
});
export const deleteOrganization = z.strictObject({
  name: z.string().max(200).describe("The name of the organization, to confirm that this one is meant"),
  ...expectedVersion,
});
export const deletedOrganization = z.object({ id });
