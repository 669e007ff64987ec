/** The parameters of a project, and which values a request for them means. */
import { getParameters } from "@rhesis/db/queries/parameters";
import { resolveParameters as resolve } from "@rhesis/services/parameters/resolve";
import { setParametersSchema as setSchema } from "@rhesis/services/parameters/set-schema";
import { projectScope } from "../project-scope.ts";
import { procedure } from "../trpc.ts";
import { byProject, projectParameters, resolvedParameters, resolveParameters, setParametersSchema } from "./schema.ts";

const tags = ["Parameters"];

export const parametersRouter = {
  schema: procedure("project:read", {
    method: "GET",
    path: "/projects/{project_id}/parameters/schema",
    tags,
    summary: "Get the parameters of a project",
  })
    .input(byProject)
    .output(projectParameters)
    .query(({ ctx, input: { project_id } }) => {
      projectScope(ctx.identity, project_id);
      return getParameters(ctx.tx, project_id);
    }),

  set_schema: procedure("project:update", {
    method: "PUT",
    path: "/projects/{project_id}/parameters/schema",
    tags,
    summary: "Replace the parameters of a project",
    description: "Versions keep their values. Those that do not fit any more are refused where they are used.",
  })
    .input(setParametersSchema)
    .output(projectParameters)
    .mutation(({ ctx, input: { project_id, expected_version, fields } }) => {
      projectScope(ctx.identity, project_id);
      return setSchema(ctx.tx, { id: project_id, expected_version }, fields);
    }),

  resolve: procedure("experiment:read", {
    method: "GET",
    path: "/projects/{project_id}/parameters/resolve",
    tags,
    summary: "Find the values that a request for parameters means",
    description:
      "A named version, else the newest of a named experiment, else what is bound to the named environment, else to " +
      "`default`. What is not there is an error: nothing else takes its place.",
  })
    .input(resolveParameters)
    .output(resolvedParameters)
    .query(({ ctx, input: { project_id, ...request } }) => {
      projectScope(ctx.identity, project_id);
      return resolve(ctx.tx, project_id, request);
    }),
};
