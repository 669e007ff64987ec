/** Projects: groups of endpoints, tests and runs. */
import * as projects from "@rhesis/db/queries/project";
import { deleteProject } from "@rhesis/services/project/delete";
import type { Identity } from "@rhesis/auth/identity";
import { byId, byVersion, deletion } from "../list.ts";
import { projectScope, requireAllProjects } from "../project-scope.ts";
import { procedure } from "../trpc.ts";
import { createProject, listProjects, project, projectPage, updateProject } from "./schema.ts";

const tags = ["Projects"];

export const projectRouter = {
  list: procedure("project:read", { method: "GET", path: "/projects", tags, summary: "List projects" })
    .input(listProjects)
    .output(projectPage)
    .query(({ ctx, input }) => projects.listProjects(ctx.tx, { ...input, id: projectScope(ctx.identity) })),

  get: procedure("project:read", { method: "GET", path: "/projects/{id}", tags, summary: "Get a project" })
    .input(byId)
    .output(project)
    .query(({ ctx, input }) => projects.getProject(ctx.tx, scoped(ctx.identity, input.id))),

  create: procedure("project:create", {
    method: "POST",
    path: "/projects",
    tags,
    summary: "Create a project",
    successStatus: 201,
  })
    .input(createProject)
    .output(project)
    .mutation(({ ctx, input }) => {
      requireAllProjects(ctx.identity);
      return projects.createProject(ctx.tx, input);
    }),

  update: procedure("project:update", { method: "PATCH", path: "/projects/{id}", tags, summary: "Change a project" })
    .input(updateProject)
    .output(project)
    .mutation(({ ctx, input: { id, expected_version, ...changes } }) =>
      projects.updateProject(ctx.tx, { id: scoped(ctx.identity, id), expected_version }, changes),
    ),

  delete: procedure("project:delete", {
    method: "DELETE",
    path: "/projects/{id}",
    tags,
    summary: "Delete a project",
    description: "Its endpoints, tests, test sets and test runs are deleted with it, and restored with it.",
  })
    .input(byVersion)
    .output(deletion)
    .mutation(({ ctx, input }) => deleteProject(ctx.tx, { ...input, id: scoped(ctx.identity, input.id) })),
};

function scoped(identity: Identity, id: string): string {
  return projectScope(identity, id) ?? id;
}
