/** Shapes that all lists and all changes share. zod only. */
import { z } from "zod";

/** A Date on tRPC, an ISO 8601 string with `format: date-time` in REST and its document. */
export const timestamp = z.date().meta({
  override: ({ jsonSchema }: { jsonSchema: Record<string, unknown> }) => {
    jsonSchema["type"] = "string";
    jsonSchema["format"] = "date-time";
  },
});

export const id = z.uuid();

const page = {
  limit: z.int().min(1).max(100).default(50).describe("How many items to return"),
  cursor: z.string().max(2000).optional().describe("next_cursor of the page before"),
  offset: z.int().min(0).max(100_000).optional().describe("How many items to pass over; prefer cursor"),
};

/**
 * The input of a list: paging, sorting by one of `sorts` (descending with a leading `-`) and filters of the resource.
 * The newest come first unless said otherwise.
 */
export function listInput<const Sorts extends readonly string[], Filters extends z.ZodRawShape>(
  sorts: Sorts,
  filters: Filters,
) {
  const ways = sorts.flatMap((sort) => [sort, `-${sort}`]) as `${"" | "-"}${Sorts[number]}`[];
  return z.strictObject({
    ...page,
    sort: z.enum(ways as [(typeof ways)[number], ...(typeof ways)[number][]]).optional(),
    ...filters,
  });
}

/** A page of `item`s. */
export function listOutput<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable(),
    total: z.int().describe("How many match in all, at most 10,000"),
    total_is_capped: z.boolean().describe("True where more than 10,000 match"),
  });
}

/** Finds a part of a text, ignoring case. */
export const searchText = z.string().trim().min(1).max(200).optional();

export const byId = z.strictObject({ id });

/** The asset as the caller last saw it: `If-Match` in REST. A change to another version is refused. */
export const expectedVersion = { expected_version: z.int().min(1).max(2_147_483_647).optional() };
export const version = { id, ...expectedVersion };
export const byVersion = z.strictObject(version);

export const deletion = z.object({ id, deletion_id: id });

export const name = z.string().trim().min(1, "Give it a name").max(200);
export const description = z.string().max(10_000);

/** Fields every asset has. */
export const assetFields = { id, created_at: timestamp, updated_at: timestamp, version: z.int() };
