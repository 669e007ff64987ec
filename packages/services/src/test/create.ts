/** Creating tests: what they refer to must be there, and a prompt can give its text. */
import { insertTests, readTestReferences, type LiveReferences, type NewTest } from "@rhesis/db/queries/test";
import type { Tx } from "@rhesis/db/tenant";
import type { ConversationPlan, TestKind } from "@rhesis/engine/conversation/schema";
import { invalid, type FieldProblem } from "@rhesis/telemetry/app-error";
import { conversationProblems, summaryOf } from "./conversation.ts";

export type TestDraft = Omit<NewTest, "input" | "prompt_id" | "kind" | "conversation"> & {
  kind: TestKind;
  conversation?: ConversationPlan | null | undefined;
  input?: string | undefined;
  prompt_id?: string | undefined;
};

/**
 * Creates all of `tests` or none, and returns their ids in the same order.
 * @param path where in the caller's input a test stands, for problems
 * @throws invalid where something they refer to is not there
 */
export async function createTests(
  tx: Tx,
  project_id: string,
  tests: readonly TestDraft[],
  path: (at: number) => (string | number)[],
): Promise<string[]> {
  const live = await readTestReferences(tx, {
    project_ids: [project_id],
    requirement_ids: idsOf(tests, "requirement_id"),
    topic_ids: idsOf(tests, "topic_id"),
    category_ids: idsOf(tests, "category_id"),
    prompt_ids: idsOf(tests, "prompt_id"),
  });
  const problems: FieldProblem[] =
    live.projects.length === 0 ? [{ path: ["project_id"], message: "There is no such project" }] : [];
  for (const [at, test] of tests.entries()) {
    problems.push(...referenceProblems(live, test, path(at)), ...conversationProblems(test.conversation, path(at)));
  }
  if (problems.length > 0) throw invalid("A test cannot be created as it is.", problems.slice(0, 100));
  const prompts = new Map(live.prompts.map((prompt) => [prompt.id, prompt.content]));
  return insertTests(
    tx,
    project_id,
    tests.map((test) => ({
      ...test,
      conversation: test.conversation ?? null,
      prompt_id: test.prompt_id ?? null,
      ...(test.conversation
        ? summaryOf(test.conversation)
        : { input: test.input ?? prompts.get(test.prompt_id ?? "") ?? "" }),
    })),
  );
}

type Reference = "requirement_id" | "topic_id" | "category_id" | "prompt_id";
type References = { [K in Reference]?: string | null | undefined };

function idsOf(tests: readonly References[], reference: Reference): string[] {
  return [...new Set(tests.map((test) => test[reference]).filter((id) => typeof id === "string"))];
}

const referenced = [
  ["requirement_id", "requirements", "requirement"],
  ["topic_id", "topics", "topic"],
  ["category_id", "categories", "category"],
  ["prompt_id", "prompts", "prompt"],
] as const satisfies [Reference, keyof LiveReferences, string][];

/** What a test refers to that is not there, said at its fields. */
export function referenceProblems(
  live: LiveReferences,
  test: References,
  path: readonly (string | number)[],
): FieldProblem[] {
  return referenced.flatMap(([field, list, word]) => {
    const id = test[field];
    if (id === undefined || id === null || live[list].some((row) => row.id === id)) return [];
    return [{ path: [...path, field], message: `There is no such ${word}` }];
  });
}
