/** Names of the requirements, topics and categories that the rows of a page point at. */
import { sql, type RawBuilder } from "kysely";

export type LabelNames = { requirement_name: string | null; topic_name: string | null; category_name: string | null };

const labels = { requirement: "requirement_id", topic: "topic_id", category: "category_id" } as const;

/**
 * Common table expressions `<label>_of` (id, name): each label of the rows of `page` is read once, however many rows
 * point at it. Labels that were deleted keep their names here.
 */
export function labelsOf(page: string, which: readonly (keyof typeof labels)[]): RawBuilder<unknown> {
  return sql.join(
    which.map(
      (label) => sql`${sql.ref(`${label}_of`)} as materialized (
        select id, name from ${sql.table(label)} where id = any(array(select ${sql.ref(labels[label])} from ${sql.ref(page)})))`,
    ),
  );
}
