import type { AssetVersion } from "@rhesis/db/asset";
import { patchPrompt, setInputOfTests, type PromptChanges, type PromptRow } from "@rhesis/db/queries/prompt";
import type { Tx } from "@rhesis/db/tenant";

/** Tests that use the prompt get its new content as their input. @throws not_found; precondition_failed; conflict */
export async function updatePrompt(tx: Tx, asset: AssetVersion, changes: PromptChanges): Promise<PromptRow> {
  const prompt = await patchPrompt(tx, asset, changes);
  if (changes.content !== undefined) await setInputOfTests(tx, prompt);
  return prompt;
}
