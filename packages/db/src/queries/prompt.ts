/** SQL of prompts. */
import { sql, type Selectable } from "kysely";
import { createAsset, getAsset, patchAsset, type AssetVersion } from "../asset.ts";
import type { Prompt } from "../database.generated.ts";
import { holds } from "../like.ts";
import { readPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";

const itemColumns = ["id", "name", "language_code", "created_at", "updated_at", "version"] as const;
const columns = [...itemColumns, "content"] as const;

export type PromptRow = Pick<Selectable<Prompt>, (typeof columns)[number]>;
export type PromptItemRow = Pick<Selectable<Prompt>, (typeof itemColumns)[number]> & { excerpt: string };

/** A page of prompts; `q` finds a part of the name or the content, ignoring case. `excerpt` is how a content starts. */
export async function listPrompts(tx: Tx, args: PageArgs & { q?: string | undefined }): Promise<Page<PromptItemRow>> {
  let matches = tx.selectFrom("prompt").where("deleted_at", "is", null);
  const { q } = args;
  if (q !== undefined) matches = matches.where((eb) => holds(eb, q, "name", "content"));
  const excerpt = sql<string>`substr(content, 1, 200)`.as("excerpt");
  return readPage(tx, args, "prompt", matches.select([...itemColumns, excerpt]), matches);
}

/** @throws not_found */
export function getPrompt(tx: Tx, id: string): Promise<PromptRow> {
  return getAsset(tx, "prompt", id, columns);
}

/** @throws conflict where the name is taken */
export function createPrompt(
  tx: Tx,
  values: { name: string; content: string; language_code?: string | undefined },
): Promise<PromptRow> {
  return createAsset(tx, "prompt", values, columns);
}

export type PromptChanges = {
  name?: string | undefined;
  content?: string | undefined;
  language_code?: string | undefined;
};

/** Changes what is named. @throws not_found; precondition_failed; conflict where the name is taken */
export function patchPrompt(tx: Tx, asset: AssetVersion, changes: PromptChanges): Promise<PromptRow> {
  return patchAsset(tx, "prompt", asset, changes, columns);
}

/** Gives all tests that use a prompt its content as their input; deleted ones too, since they may come back. */
export async function setInputOfTests(tx: Tx, prompt: { id: string; content: string }): Promise<void> {
  await tx
    .updateTable("test")
    .set({ input: prompt.content })
    .where("prompt_id", "=", prompt.id)
    .where("input", "!=", prompt.content)
    .execute();
}
