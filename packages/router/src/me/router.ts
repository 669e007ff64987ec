/** Who is calling. */
import { getPerson, readOwnMemberships } from "@rhesis/db/queries/me";
import { signedInProcedure } from "../trpc.ts";
import { getMe, me } from "./schema.ts";

/** Of somebody who belongs nowhere yet: no rows but their own person are seen from here. */
const noOrganization = "00000000-0000-0000-0000-000000000000";

export const meRouter = {
  get: signedInProcedure({
    method: "GET",
    path: "/me",
    tags: ["Me"],
    summary: "Who you are, where you belong and what you may do",
  })
    .input(getMe)
    .output(me)
    .query(async ({ ctx: { identity, platform, features, request_id } }) => {
      const { user_id, organization_id, kind, role, project_id, permissions } = identity;
      const tenant = { organization_id: organization_id ?? noOrganization, user_id, request_id };
      const [user, all] = await platform.database.read(tenant, (tx) =>
        Promise.all([getPerson(tx, user_id), readOwnMemberships(tx)]),
      );
      // A token speaks for one organization, whatever else its owner belongs to.
      const memberships = kind === "token" ? all.filter((row) => row.organization_id === organization_id) : all;
      const current = memberships.find((row) => row.organization_id === organization_id);
      const organization =
        current === undefined ? null : { id: current.organization_id, name: current.organization_name };
      return { kind, user, memberships, organization, role, project_id, permissions: [...permissions], features };
    }),
};
