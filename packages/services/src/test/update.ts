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
import type { TestKind } from "@rhesis/engine/conversation/schema";
import { invalid } from "@rhesis/telemetry/app-error";
import { conversationProblems, summaryOf } from "./conversation.ts";
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
  const problems = [...referenceProblems(live, changes, []), ...conversationProblems(changes.conversation, [])];
  if (problems.length > 0) throw invalid("The test cannot be changed like this.", problems);
  const { kind } = await getTest(tx, asset.id);
  requireOfKind(kind, changes);
  const { conversation } = changes;
  const said = conversation ? summaryOf(conversation) : { input: changes.input ?? live.prompts[0]?.content };
  await storeTest(tx, asset, { ...changes, ...said });
  return getTest(tx, asset.id);
}

/** A test stays of its kind: what is said in one turn, or in several, but not both. */
function requireOfKind(kind: TestKind, changes: TestChanges): void {
  const others =
    kind === "multi_turn" ? (["input", "expected_output", "prompt_id"] as const) : (["conversation"] as const);
  const message =
    kind === "multi_turn"
      ? "A conversation says by itself what is said and expected. Change the conversation"
      : "A single-turn test has no conversation. Create a multi-turn test";
  const found = others.filter((field) => changes[field] !== undefined && changes[field] !== null);
  const problems = found.map((field) => ({ path: [field], message }));
  if (problems.length > 0) throw invalid("The test is of another kind.", problems);
}

function ids(id: string | null | undefined): string[] {
  return typeof id === "string" ? [id] : [];
}
