/** Changing a test: what it newly refers to must be there. */
import type { AssetVersion } from "@rhesis/db/asset";
import {
  getTest,
  readTestReferences,
  updateTest as storeTest,
  type TestChanges,
  type TestRow,
} from "@rhesis/db/queries/test";
import type { Tx } from "@rhesis/db/tenant";
import { invalid } from "@rhesis/telemetry/app-error";
import { referenceProblems } from "./create.ts";

/** @throws not_found; invalid where a reference is not there; precondition_failed */
export async function updateTest(tx: Tx, asset: AssetVersion, changes: TestChanges): Promise<TestRow> {
  const live = await readTestReferences(tx, {
    project_ids: [],
    requirement_ids: ids(changes.requirement_id),
    topic_ids: ids(changes.topic_id),
    category_ids: ids(changes.category_id),
    prompt_ids: ids(changes.prompt_id),
  });
  const problems = referenceProblems(live, changes, []);
  if (problems.length > 0) throw invalid("What the test refers to is not there.", problems);
  await storeTest(tx, asset, { ...changes, input: changes.input ?? live.prompts[0]?.content });
  return getTest(tx, asset.id);
}

function ids(id: string | null | undefined): string[] {
  return typeof id === "string" ? [id] : [];
}
