import { z } from "zod";
import { assetFields, listInput, listOutput, name, searchText, version } from "../list.ts";

const content = z.string().min(1, "Write the text of the prompt").max(100_000);
const languageCode = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, "Use a language tag such as en or pt-BR");

const promptFields = { ...assetFields, name: z.string(), language_code: z.string().describe("BCP 47 language tag") };

/** The reusable text of a stimulus. */
export const prompt = z.object({ ...promptFields, content: z.string() }).meta({ id: "Prompt" });
export type Prompt = z.infer<typeof prompt>;

/** A prompt in a list: `excerpt` is how its content starts. */
export const promptItem = z.object({ ...promptFields, excerpt: z.string() }).meta({ id: "PromptItem" });
export type PromptItem = z.infer<typeof promptItem>;

export const createPrompt = z.strictObject({ name, content, language_code: languageCode.default("en") });
export const updatePrompt = z.strictObject({
  ...version,
  name: name.optional(),
  content: content.optional().describe("Tests that use the prompt get the new text as their input"),
  language_code: languageCode.optional(),
});

export const listPrompts = listInput(["created_at", "name"], { q: searchText });
export const promptPage = listOutput(promptItem);
