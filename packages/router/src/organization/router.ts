/** Organizations: the one the call is about, and new ones. */
import * as organizations from "@rhesis/db/queries/organization";
import { foundOrganization } from "@rhesis/services/organization/create";
import { deleteOrganization as removeOrganization } from "@rhesis/services/organization/delete";
import { AppError, notFound } from "@rhesis/telemetry/app-error";
import { byId } from "../list.ts";
import { requireAllProjects } from "../project-scope.ts";
import { foundingProcedure, procedure, signedInProcedure } from "../trpc.ts";
import {
  createdOrganization,
  createOrganization,
  deletedOrganization,
  deleteOrganization,
  getOrganization,
  organization,
  updateOrganization,
} from "./schema.ts";

const tags = ["Organizations"];

export const organizationRouter = {
  get: procedure("organization:read", {
    method: "GET",
    path: "/organization",
    tags,
    summary: "Get the organization of this call",
  })
    .input(getOrganization)
    .output(organization)
    .query(({ ctx }) => organizations.getOrganization(ctx.tx)),

  update: procedure("organization:update", {
    method: "PATCH",
    path: "/organization",
    tags,
    summary: "Rename the organization",
  })
    .input(updateOrganization)
    .output(organization)
    .mutation(({ ctx, input }) => {
      requireAllProjects(ctx.identity);
      return organizations.renameOrganization(ctx.tx, input);
    }),

  delete: procedure("organization:delete", {
    method: "DELETE",
    path: "/organization",
    tags,
    summary: "Delete the organization",
    description:
      "Nobody opens it any more, its API tokens end and its runs stop. Its name confirms that this one is meant.",
  })
    .input(deleteOrganization)
    .output(deletedOrganization)
    .mutation(({ ctx, input }) => {
      requireAllProjects(ctx.identity);
      return removeOrganization(ctx.tx, input);
    }),

  find: signedInProcedure({
    method: "GET",
    path: "/organizations/{id}",
    tags,
    summary: "Get one of your organizations",
  })
    .input(byId)
    .output(organization)
    .query(({ ctx: { identity, platform, request_id }, input: { id } }) => {
      const { kind, user_id, permissions } = identity;
      if (kind === "token" && !permissions.has("organization:read")) {
        throw new AppError("forbidden", "This token does not include organization:read.");
      }
      if (kind === "token" && identity.organization_id !== id) throw notFound("organization");
      const tenant = { organization_id: id, user_id, request_id };
      return platform.database.read(tenant, (tx) => organizations.getOrganizationOf(tx, user_id));
    }),

  create: foundingProcedure({
    method: "POST",
    path: "/organizations",
    tags,
    summary: "Create an organization",
    description: "You become its owner. It starts with one project.",
    successStatus: 201,
  })
    .input(createOrganization)
    .output(createdOrganization)
    .mutation(({ ctx: { tx, organization_id: id, user_id }, input: { name } }) =>
      foundOrganization(tx, { id, name, user_id }),
    ),
};
