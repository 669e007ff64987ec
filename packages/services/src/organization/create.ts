/** Creating an organization: a tenant with its first owner and its first project. */
import { randomUUID } from "node:crypto";
import type { Database } from "@rhesis/db/database";
import { insertOrganization, type OrganizationRow } from "@rhesis/db/queries/organization";

/** One transaction in the name of the organization that it creates; `user_id` becomes its owner. */
export function createOrganization(
  database: Pick<Database, "write">,
  { name, user_id, request_id }: { name: string; user_id: string; request_id: string },
): Promise<OrganizationRow & { project_id: string }> {
  const id = randomUUID();
  return database.write({ organization_id: id, user_id, request_id }, (tx) =>
    insertOrganization(tx, { id, name, owner_id: user_id, project_name: "My project" }),
  );
}
