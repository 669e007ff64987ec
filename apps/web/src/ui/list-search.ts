/**
 * What the address of a list page holds: sort, search, open row. Filters of a resource are added by its route. All routes
 * are part of the first thing that is loaded, so they use zod's small edition and no schema of the contract but its types.
 */
import { z } from "zod/mini";

/** A filter that may be absent. A value that makes no sense is dropped rather than refused: links get old. */
export function filter<T extends z.ZodMiniType>(schema: T) {
  return z.catch(z.optional(schema), undefined);
}

/** Text that is searched for. */
export const searchFor = filter(z.string().check(z.trim(), z.maxLength(200)));

/**
 * The zod shape of a list's address.
 * @param sorts the columns the list procedure can sort by
 */
export function listSearch<const Sorts extends readonly string[]>(sorts: Sorts) {
  const ways = sorts.flatMap((sort) => [sort, `-${sort}`]) as `${"" | "-"}${Sorts[number]}`[];
  return { q: searchFor, sort: filter(z.enum(ways)), open: filter(z.uuid()) };
}

/** One of the contract's names. The compiler sees to it that none is missing. */
export function oneOf<Name extends string>(names: Record<Name, true>) {
  return z.enum(Object.keys(names) as Name[]);
}
