import { sql, type RawBuilder } from "kysely";

/** Characters of a cause: it stands in addresses. */
export const causeLength = 200;

const left_out = "…";
/** A word of eight letters or more with a digit in it: the id of a request, of a document, of a customer. */
const anId = String.raw`(?<![\w/.-])(?=[A-Za-z_-]*\d)[\w-]{8,}`;
/** But for what tells causes apart: a status or a code in brackets, a time limit, a limit of size, a part of an address. */
const aNumber = String.raw`(?<![\w(./:-])(?<!\(code )\d+(?:[.,]\d+)*(?![\w-]|[.,]\d| (?:s|bytes)\M)`;

/** The message of an error without what differs from call to call, so that errors can be grouped by it. */
export function errorCause(message: RawBuilder<string | null>): RawBuilder<string> {
  const withoutIds = sql`regexp_replace(coalesce(${message}, ''), ${sql.lit(anId)}, ${sql.lit(left_out)}, 'g')`;
  const withoutNumbers = sql`regexp_replace(${withoutIds}, ${sql.lit(aNumber)}, ${sql.lit(left_out)}, 'g')`;
  return sql<string>`left(${withoutNumbers}, ${sql.lit(causeLength)})`;
}
