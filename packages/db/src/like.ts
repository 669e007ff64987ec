import { sql, type Expression, type ExpressionBuilder, type SqlBool, type StringReference } from "kysely";

/** A condition: `text` stands somewhere in one of the columns, taken literally, ignoring case. */
export function holds<DB, TB extends keyof DB>(
  eb: ExpressionBuilder<DB, TB>,
  text: string,
  ...columns: readonly (StringReference<DB, TB> | Expression<unknown>)[]
): Expression<SqlBool> {
  const part = `%${text.replace(/[\\%_]/g, "\\$&")}%`;
  return eb.or(
    columns.map((column) => sql<SqlBool>`${typeof column === "string" ? eb.ref(column) : column} ilike ${part}`),
  );
}
