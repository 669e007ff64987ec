import type { ColumnType } from "kysely";

/** A jsonb column: read as `T`, written as text, because the driver would turn a JavaScript array into a SQL array. */
export type JsonColumn<T> = ColumnType<T, string, string>;
