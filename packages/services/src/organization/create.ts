/** Creating an organization: a tenant with its first owner and its first project. */
import { randomUUID } from "node:crypto";
import type { Database } from "@rhesis/db/database";
import { insertOrganization, type OrganizationRow } from "@rhesis/db/queries/organization";
import type { Tx } from "@rhesis/db/tenant";

type Created = OrganizationRow & { project_id: string };

/** In a transaction in the name of the organization that it creates, `id`; `user_id` becomes its owner. */
export function foundOrganization(
  tx: Tx,
  { id, name, user_id }: { id: string; name: string; user_id: string },
): Promise<Created> {
  return insertOrganization(tx, { id, name, owner_id: user_id, project_name: "My project" });
}

/** One transaction; `user_id` becomes the owner. */
export function createOrganization(
  database: Pick<Database, "write">,
  { name, user_id, request_id }: { name: string; user_id: string; request_id: string },
): Promise<Created> {
  const id = randomUUID();
  return database.write({ organization_id: id, user_id, request_id }, (tx) =>
    foundOrganization(tx, { id, name, user_id }),
  );
}
