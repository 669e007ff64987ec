/** Environments: names for the version of parameters that is in use somewhere. */
import { bind, environmentsOfProject, unbind } from "@rhesis/services/parameters/environments";
import { byProject } from "../parameters/schema.ts";
import { projectScope } from "../project-scope.ts";
import { procedure } from "../trpc.ts";
import {
  bindEnvironment,
  environmentOfProject,
  parameterEnvironment,
  parameterEnvironments,
  unbound,
} from "./schema.ts";

const tags = ["Parameters"];
const path = "/projects/{project_id}/parameters/environments";

export const parameterEnvironmentRouter = {
  list: procedure("experiment:read", {
    method: "GET",
    path,
    tags,
    summary: "List what the environments of a project are bound to",
  })
    .input(byProject)
    .output(parameterEnvironments)
    .query(async ({ ctx, input: { project_id } }) => {
      projectScope(ctx.identity, project_id);
      return { items: await environmentsOfProject(ctx.tx, project_id) };
    }),

  bind: procedure("experiment:promote", {
    method: "PUT",
    path: `${path}/{name}`,
    tags,
    summary: "Bind an environment to a version",
    description: "Takes the place of what it was bound to. The experiment has to be shared.",
  })
    .input(bindEnvironment)
    .output(parameterEnvironment)
    .mutation(({ ctx, input: { version, ...environment } }) => {
      projectScope(ctx.identity, environment.project_id);
      return bind(ctx.tx, { ...environment, experiment_version: version });
    }),

  unbind: procedure("experiment:promote", {
    method: "DELETE",
    path: `${path}/{name}`,
    tags,
    summary: "Unbind an environment",
    description: "Repeating it changes nothing.",
  })
    .input(environmentOfProject)
    .output(unbound)
    .mutation(({ ctx, input }) => {
      projectScope(ctx.identity, input.project_id);
      return unbind(ctx.tx, input);
    }),
};
