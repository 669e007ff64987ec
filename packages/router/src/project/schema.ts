import { z } from "zod";
import { assetFields, description, listInput, listOutput, name, searchText, version } from "../list.ts";

/** A group of endpoints, tests and runs inside an organization. */
export const project = z.object({ ...assetFields, name: z.string(), description: z.string() }).meta({ id: "Project" });
export type Project = z.infer<typeof project>;

export const createProject = z.strictObject({ name, description: description.default("") });
export const updateProject = z.strictObject({
  ...version,
  name: name.optional(),
  description: description.optional(),
});

export const listProjects = listInput(["created_at", "name"], { q: searchText });
export const projectPage = listOutput(project);
