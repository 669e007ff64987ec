/** Categories: what kind of test it is. */
import { deleteAsset } from "@rhesis/db/asset";
import * as categories from "@rhesis/db/queries/category";
import { byId, byVersion, deletion } from "../list.ts";
import { procedure } from "../trpc.ts";
import { category, categoryPage, createCategory, listCategories, updateCategory } from "./schema.ts";

const tags = ["Categories"];

export const categoryRouter = {
  list: procedure("category:read", { method: "GET", path: "/categories", tags, summary: "List categories" })
    .input(listCategories)
    .output(categoryPage)
    .query(({ ctx, input }) => categories.listCategories(ctx.tx, input)),

  get: procedure("category:read", { method: "GET", path: "/categories/{id}", tags, summary: "Get a category" })
    .input(byId)
    .output(category)
    .query(({ ctx, input }) => categories.getCategory(ctx.tx, input.id)),

  create: procedure("category:create", {
    method: "POST",
    path: "/categories",
    tags,
    summary: "Create a category",
    successStatus: 201,
  })
    .input(createCategory)
    .output(category)
    .mutation(({ ctx, input }) => categories.createCategory(ctx.tx, input)),

  update: procedure("category:update", {
    method: "PATCH",
    path: "/categories/{id}",
    tags,
    summary: "Change a category",
  })
    .input(updateCategory)
    .output(category)
    .mutation(({ ctx, input: { id, expected_version, ...changes } }) =>
      categories.updateCategory(ctx.tx, { id, expected_version }, changes),
    ),

  delete: procedure("category:delete", {
    method: "DELETE",
    path: "/categories/{id}",
    tags,
    summary: "Delete a category",
  })
    .input(byVersion)
    .output(deletion)
    .mutation(({ ctx, input }) => deleteAsset(ctx.tx, "category", input)),
};
