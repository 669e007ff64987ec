/** Two organizations with a person of every role, because with one organization a broken policy looks right. */
import { randomUUID } from "node:crypto";
import type { Database } from "@rhesis/db/database";
import type { Tenant } from "@rhesis/db/tenant";
import type { Identity } from "@rhesis/auth/identity";
import { permissionsOf, roles, type Role } from "@rhesis/auth/permissions";

export type TestOrganization = {
  id: string;
  name: string;
  people: Record<Role, Identity>;
  project_id: string;
  /** Of the owner, for work below the router. */
  tenant: Tenant;
};

/** Northwind and Contoso, each with owner, admin, member, viewer and one project. */
export async function createTenants(database: Database): Promise<{ a: TestOrganization; b: TestOrganization }> {
  return { a: await createOrganization(database, "Northwind"), b: await createOrganization(database, "Contoso") };
}

/** One organization with a person of every role and a project. */
export async function createOrganization(database: Database, name: string): Promise<TestOrganization> {
  const id = randomUUID();
  const users = await Promise.all(roles.map((role) => createUser(database, `${role}@${name.toLowerCase()}.example`)));
  const people = Object.fromEntries(
    roles.map((role, index) => [role, identityOf(users[index] ?? "", id, role)]),
  ) as Record<Role, Identity>;
  const tenant: Tenant = { organization_id: id, user_id: people.owner.user_id };
  const project_id = await database.write(tenant, async (tx) => {
    await tx.insertInto("organization").values({ id, name }).execute();
    await tx
      .insertInto("membership")
      .values(roles.map((role) => ({ user_id: people[role].user_id, role })))
      .execute();
    const project = await tx
      .insertInto("project")
      .values({ name: `${name} assistant` })
      .returning("id")
      .executeTakeFirstOrThrow();
    return project.id;
  });
  return { id, name, people, project_id, tenant };
}

/** A signed-in person who belongs to no organization yet. */
export async function createUser(database: Database, email: string): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    "select gate_sign_in('https://issuer.test/', $1, $2, true, $3, null) as id",
    [`test|${randomUUID()}`, email, email.split("@")[0]],
  );
  return rows[0]?.id ?? "";
}

/** A person in an organization, as the host would resolve them. */
export function identityOf(user_id: string, organization_id: string | null, role: Role | null): Identity {
  return {
    kind: "person",
    user_id,
    token_id: null,
    organization_id,
    role,
    permissions: new Set(role === null ? [] : permissionsOf(role, null)),
    project_id: null,
  };
}
