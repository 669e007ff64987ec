import { z } from "zod";
import { assetFields, description, listInput, listOutput, name, searchText, version } from "../list.ts";

/** A category: one of the two independent labels of a test. */
export const category = z
  .object({ ...assetFields, name: z.string(), description: z.string() })
  .meta({ id: "Category" });
export type Category = z.infer<typeof category>;

export const createCategory = z.strictObject({ name, description: description.default("") });
export const updateCategory = z.strictObject({
  ...version,
  name: name.optional(),
  description: description.optional(),
});

export const listCategories = listInput(["created_at", "name"], { q: searchText });
export const categoryPage = listOutput(category);
