/** SQL of tests. */
import { sql, type Selectable } from "kysely";
import type { ConversationPlan, TestKind } from "@rhesis/engine/conversation/schema";
import { notFound } from "@rhesis/telemetry/app-error";
import { patchAsset, type AssetVersion } from "../asset.ts";
import type { Test } from "../database.generated.ts";
import { holds } from "../like.ts";
import { readDressedPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";
import { labelsOf, type LabelNames } from "./label-names.ts";

type Row = Selectable<Test>;

export type TestItemRow = LabelNames &
  Pick<
    Row,
    | "id"
    | "project_id"
    | "kind"
    | "name"
    | "input"
    | "expected_output"
    | "requirement_id"
    | "topic_id"
    | "category_id"
    | "created_at"
    | "updated_at"
    | "version"
  >;

export type TestRow = TestItemRow & Pick<Row, "conversation" | "prompt_id" | "metadata">;

/** What a list shows of a test: texts are cut at 500 characters. */
export const testItemColumns = sql`test.id, test.project_id, test.kind, test.name, left(test.input, 500) as input,
  left(test.expected_output, 500) as expected_output, test.requirement_id, test.topic_id, test.category_id,
  test.created_at, test.updated_at, test.version`;

export const testLabels = ["requirement", "topic", "category"] as const;

export type TestFilter = {
  project_id?: string | undefined;
  requirement_id?: string | undefined;
  topic_id?: string | undefined;
  category_id?: string | undefined;
  test_set_id?: string | undefined;
  kind?: TestKind | undefined;
  q?: string | undefined;
};

/** A page of tests; `q` finds a part of the name or the input, ignoring case. */
export function listTests(tx: Tx, args: PageArgs & TestFilter): Promise<Page<TestItemRow>> {
  const matches = matchingTests(tx, args);
  const rows = matches.select([
    "test.id",
    "test.project_id",
    "test.kind",
    "test.name",
    sql<string>`left(test.input, 500)`.as("input"),
    sql<string | null>`left(test.expected_output, 500)`.as("expected_output"),
    "test.requirement_id",
    "test.topic_id",
    "test.category_id",
    "test.created_at",
    "test.updated_at",
    "test.version",
  ]);
  return readDressedPage(tx, args, "test", rows, matches, async (page, way) => {
    const named = await sql<TestItemRow>`
      with page as materialized (${page}), ${labelsOf("page", testLabels)}
      select page.*, r.name as requirement_name, t.name as topic_name, c.name as category_name
      from page left join requirement_of r on r.id = page.requirement_id left join topic_of t on t.id = page.topic_id
        left join category_of c on c.id = page.category_id
      order by page.id ${way}`.execute(tx);
    return named.rows;
  });
}

function matchingTests(tx: Tx, filter: TestFilter) {
  let matches = tx.selectFrom("test").where("test.deleted_at", "is", null);
  for (const column of ["project_id", "requirement_id", "topic_id", "category_id", "kind"] as const) {
    const value = filter[column];
    if (value !== undefined) matches = matches.where(`test.${column}`, "=", value);
  }
  const { q, test_set_id } = filter;
  if (test_set_id !== undefined) {
    const members = sql`select s.test_id from test_set_test s where s.test_set_id = ${test_set_id} and s.is_live`;
    // As an array the ids are sought in the order of the page, which then stops at its end; a join would fetch them all.
    matches = matches.where(sql<boolean>`test.id = any(array(${members}))`);
  }
  if (q !== undefined) matches = matches.where((eb) => holds(eb, q, "test.name", "test.input"));
  return matches;
}

/** @throws not_found */
export async function getTest(tx: Tx, id: string): Promise<TestRow> {
  const { rows } = await sql<TestRow>`
    select t.id, t.project_id, t.kind, t.conversation, t.name, t.input, t.expected_output, t.prompt_id, t.requirement_id, t.topic_id,
      t.category_id, t.metadata, t.created_at, t.updated_at, t.version,
      r.name as requirement_name, o.name as topic_name, c.name as category_name
    from test t left join requirement r on r.id = t.requirement_id left join topic o on o.id = t.topic_id
      left join category c on c.id = t.category_id
    where t.id = ${id} and t.deleted_at is null`.execute(tx);
  if (rows[0] === undefined) throw notFound("test");
  return rows[0];
}

export type NewTest = {
  kind: TestKind;
  conversation: ConversationPlan | null;
  name: string;
  input: string;
  prompt_id: string | null;
  expected_output: string | null;
  requirement_id: string | null;
  topic_id: string | null;
  category_id: string | null;
  metadata: Record<string, unknown>;
};

/** Inserts tests in one statement and returns their ids in the order given. */
export async function insertTests(tx: Tx, project_id: string, tests: readonly NewTest[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    insert into test (id, project_id, kind, conversation, name, input, prompt_id, expected_output, requirement_id, topic_id,
      category_id, metadata)
    select uuidv7(), ${project_id}::uuid, t.kind, t.conversation, t.name, t.input, t.prompt_id, t.expected_output, t.requirement_id, t.topic_id,
      t.category_id, t.metadata
    from jsonb_to_recordset(${JSON.stringify(tests)}::jsonb) as t (kind text, conversation jsonb, name text, input text, prompt_id uuid,
      expected_output text, requirement_id uuid, topic_id uuid, category_id uuid, metadata jsonb)
    returning id`.execute(tx);
  // Ids of one session only grow, so their order is the order in which they were made.
  return rows.map((row) => row.id).sort();
}

/** The kind of a test stays what it is. */
export type TestChanges = { [K in keyof Omit<NewTest, "kind">]?: NewTest[K] | undefined };

/** Changes a test. Of `metadata` the named keys: null removes one, the rest stay. @throws not_found; precondition_failed */
export async function updateTest(tx: Tx, asset: AssetVersion, changes: TestChanges): Promise<void> {
  const { metadata, conversation, ...plain } = changes;
  // Kysely takes an expression where a value goes; the column's type knows values only.
  const merged = metadata === undefined ? undefined : (mergeMetadata(metadata) as unknown as string);
  const said =
    conversation === undefined || conversation === null ? {} : { conversation: JSON.stringify(conversation) };
  await patchAsset(tx, "test", asset, { ...plain, ...said, metadata: merged }, ["id"]);
}

function mergeMetadata(changes: Record<string, unknown>) {
  const removed = Object.keys(changes).filter((key) => changes[key] === null);
  return sql`(metadata || ${JSON.stringify(changes)}::jsonb) - ${removed}::text[]`;
}

export type TestReferences = {
  project_ids: string[];
  requirement_ids: string[];
  topic_ids: string[];
  category_ids: string[];
  prompt_ids: string[];
};

export type LiveReferences = {
  projects: { id: string }[];
  requirements: { id: string }[];
  topics: { id: string }[];
  categories: { id: string }[];
  prompts: { id: string; content: string }[];
};

/** Which of these are there and not deleted, in one round trip. */
export async function readTestReferences(tx: Tx, ids: TestReferences): Promise<LiveReferences> {
  const live = (table: "project" | "requirement" | "topic" | "category", wanted: string[]) =>
    wanted.length === 0
      ? []
      : tx
          .selectFrom(table)
          .select("id")
          .where(sql<boolean>`id = any(${wanted}::uuid[])`)
          .where("deleted_at", "is", null)
          .execute();
  const [projects, requirements, topics, categories, prompts] = await Promise.all([
    live("project", ids.project_ids),
    live("requirement", ids.requirement_ids),
    live("topic", ids.topic_ids),
    live("category", ids.category_ids),
    ids.prompt_ids.length === 0
      ? []
      : tx
          .selectFrom("prompt")
          .select(["id", "content"])
          .where(sql<boolean>`id = any(${ids.prompt_ids}::uuid[])`)
          .where("deleted_at", "is", null)
          .execute(),
  ]);
  return { projects, requirements, topics, categories, prompts };
}
