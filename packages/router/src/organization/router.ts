/** Organizations: the one the call is about, and new ones. */
import * as organizations from "@rhesis/db/queries/organization";
import { createOrganization as addOrganization } from "@rhesis/services/organization/create";
import { AppError } from "@rhesis/telemetry/app-error";
import { requireAllProjects } from "../project-scope.ts";
import { procedure, signedInProcedure } from "../trpc.ts";
import {
  createdOrganization,
  createOrganization,
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

  create: signedInProcedure({
    method: "POST",
    path: "/organizations",
    tags,
    summary: "Create an organization",
    description: "You become its owner. It starts with one project.",
    successStatus: 201,
  })
    .input(createOrganization)
    .output(createdOrganization)
    .mutation(({ ctx, input }) => {
      if (ctx.identity.kind === "token") {
        throw new AppError("forbidden", "A token belongs to one organization. Sign in to create another.");
      }
      const { user_id } = ctx.identity;
      return addOrganization(ctx.platform.database, { name: input.name, user_id, request_id: ctx.request_id });
    }),
};
