import { types } from "pg";
import { expect, test } from "vitest";
import { useTestDatabase } from "@rhesis/testkit/database";
import { readTimestamp } from "./pg-types.ts";

const open = useTestDatabase();

test("reads moments as the server meant them, to the millisecond", async () => {
  const { rows } = await open().database.pool.query<{ at: Date; iso: string }>(
    `select at, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as iso from (
       select timestamptz '1000-01-01 00:00:00+00' + n * interval '1543 hours 17 minutes 31.283041 seconds' as at
       from generate_series(0, 20000) n union all
       select timestamptz '2026-02-28 23:59:59+00' + n * interval '1 millisecond' from generate_series(0, 2000) n
     ) moments`,
  );
  // to_char rounds to milliseconds where dates cut off, so a thousandth may lie between.
  for (const { at, iso } of rows) expect(Math.abs(at.getTime() - Date.parse(iso))).toBeLessThanOrEqual(1);
  expect(rows.filter(({ at, iso }) => at.toISOString() === iso).length).toBeGreaterThan(rows.length / 3);
});

test.each([
  ["2026-11-23 01:29:10+00", "2026-11-23T01:29:10.000Z"],
  ["2026-11-23 01:29:10.1+00", "2026-11-23T01:29:10.100Z"],
  ["2026-11-23 01:29:10.283+00", "2026-11-23T01:29:10.283Z"],
  ["2026-11-23 01:29:10.999999+00", "2026-11-23T01:29:10.999Z"],
  ["2024-02-29 23:59:59.000001+00", "2024-02-29T23:59:59.000Z"],
  ["2026-11-23 01:29:10.5+05:30", "2026-11-22T19:59:10.500Z"],
  ["2026-11-23 01:29:10-08", "2026-11-23T09:29:10.000Z"],
  ["0099-01-01 00:00:00+00", "0099-01-01T00:00:00.000Z"],
  ["12026-01-01 00:00:00+00", "+012026-01-01T00:00:00.000Z"],
  ["0044-03-15 12:00:00+00 BC", "-000043-03-15T12:00:00.000Z"],
])("reads %s", (text, iso) => {
  expect((readTimestamp(text) as Date).toISOString()).toBe(iso);
});

test.each(["infinity", "-infinity"])("leaves %s to the driver", (text) => {
  expect(readTimestamp(text)).toBe((types.getTypeParser(1184, "text") as (text: string) => unknown)(text));
});
