/** Which tests are in a set: of its project and kind, each once, in the order in which they were added. */
import {
  addTests as appendTests,
  getTestSet,
  lockTestSet,
  readAddableTests,
  removeTests as dropTests,
  type PlacedTests,
  type SetTests,
} from "@rhesis/db/queries/test-set";
import type { Tx } from "@rhesis/db/tenant";
import type { TestKind } from "@rhesis/engine/conversation/schema";
import { invalid } from "@rhesis/telemetry/app-error";

/**
 * Appends tests, or puts them at `positions`, one for each; those in the set already keep their place.
 * @throws not_found; invalid where a test is not there, or is of another project or kind
 */
export async function addTests(
  tx: Tx,
  { id, test_ids, positions }: PlacedTests,
): Promise<{ added: number; test_count: number }> {
  const { project_id, kind } = await lockTestSet(tx, id);
  const wanted = [...new Set(test_ids)];
  const found = await readAddableTests(tx, { project_id, test_ids: wanted });
  const kinds = new Map(found.map((test) => [test.id, test.kind]));
  const problems = test_ids.flatMap((test_id, at) => {
    const test_kind = kinds.get(test_id);
    return test_kind === kind ? [] : [{ path: ["test_ids", at], message: refusals[test_kind ?? "missing"] }];
  });
  if (problems.length > 0) {
    throw invalid("A set takes tests of its own project and kind only.", problems.slice(0, 100));
  }
  const placed =
    positions === undefined ? {} : { positions: wanted.map((each) => positions[test_ids.indexOf(each)] ?? 1) };
  const added = await appendTests(tx, { id, test_ids: wanted, ...placed });
  return { added, test_count: (await getTestSet(tx, id)).test_count };
}

const refusals: Record<TestKind | "missing", string> = {
  missing: "There is no such test in the set's project",
  single_turn: "This is a single-turn test, and the set holds multi-turn tests",
  multi_turn: "This is a multi-turn test, and the set holds single-turn tests",
};

/** Takes tests out of a set; those that are not in it do not matter. @throws not_found */
export async function removeTests(
  tx: Tx,
  { id, test_ids }: SetTests,
): Promise<{ removed: number; test_count: number }> {
  await lockTestSet(tx, id);
  const removed = await dropTests(tx, { id, test_ids });
  return { removed, test_count: (await getTestSet(tx, id)).test_count };
}
