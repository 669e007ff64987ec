export type FieldChange = { field: string; before: unknown; after: unknown };

type Row = Readonly<Record<string, unknown>> | null;

/** Fields that come and change by themselves. */
const own = new Set(["id", "created_at", "updated_at", "version", "organization_id"]);

/** What differs between two states of a row; undefined stands for a state that is not there. */
export function changesOf(before: Row, after: Row): FieldChange[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...fields]
    .filter((field) => !own.has(field))
    .map((field) => ({ field, before: before?.[field], after: after?.[field] }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after))
    .filter((change) => !(before === null && change.after === null));
}
