import { readFileSync } from "node:fs";
import { isRunOver, runStatuses, runTransitions, type RunStatus } from "@rhesis/engine/run/schema";
import { useTestDatabase } from "@rhesis/testkit/database";
import { prepareRun } from "@rhesis/testkit/run-fixture";
import { createTenants } from "@rhesis/testkit/tenants";
import { beforeAll, expect, test } from "vitest";

const open = useTestDatabase();
let id: string;
beforeAll(async () => {
  const { a } = await createTenants(open().database);
  const run = await prepareRun(open().database, a, { target: { url: "http://127.0.0.1:9/" }, tests: 1 });
  id = run.test_run_id;
});

const pairs = runStatuses.flatMap((from) => runStatuses.filter((to) => to !== from).map((to) => ({ from, to })));

/** As the owner of the table, whom no policy of grants keeps away from the column. */
async function tryTransition(from: RunStatus, to: RunStatus): Promise<string> {
  await open().admin("alter table test_run disable trigger check_transition");
  await open().admin("update test_run set status = $2 where id = $1", [id, from]);
  await open().admin("alter table test_run enable trigger check_transition");
  try {
    await open().admin("update test_run set status = $2 where id = $1", [id, to]);
    return "allowed";
  } catch (error) {
    return error instanceof Error && "constraint" in error ? String(error.constraint) : String(error);
  }
}

test.each(pairs)("$from → $to: the database and the code agree", async ({ from, to }) => {
  const expected = Object.hasOwn(runTransitions[from], to) ? "allowed" : "test_run_transition_check";
  expect(await tryTransition(from, to)).toBe(expected);
});

test("a run that is over stays as it is", () => {
  expect(runStatuses.filter(isRunOver)).toEqual(["completed", "failed", "cancelled"]);
});

test("the page that draws the states draws these", () => {
  const page = readFileSync(new URL("../../../../docs/test-run-states.md", import.meta.url), "utf8");
  const drawn = [...page.matchAll(/^ {2}(\w+) --> (\w+): (.+)$/gm)].map(([, from, to, why]) => ({ from, to, why }));
  const written = runStatuses.flatMap((from) =>
    Object.entries(runTransitions[from]).map(([to, why]) => ({ from, to, why })),
  );
  expect(drawn.toSorted(byPair)).toEqual(written.toSorted(byPair));
});

type Drawn = { from: string | undefined; to: string | undefined };
function byPair(a: Drawn, b: Drawn): number {
  return `${a.from} ${a.to}`.localeCompare(`${b.from} ${b.to}`);
}
