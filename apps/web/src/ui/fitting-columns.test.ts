import { expect, test } from "vitest";
import { fittingColumns, leastWidth } from "./fitting-columns.ts";

const columns = [
  { key: "verdict", width: "136px" },
  { key: "input", width: "minmax(180px, 1.5fr)" },
  { key: "answer", width: "minmax(180px, 2fr)", wide_only: true },
  { key: "metrics", width: "minmax(180px, 1.4fr)", wide_only: true },
  { key: "time", width: "84px", wide_only: true },
];

test("a column takes at least the first length of its track", () => {
  expect(leastWidth(columns)).toBe(136 + 180 * 3 + 84);
});

test.each([
  [null, ["verdict", "input", "answer", "metrics", "time"]],
  [760, ["verdict", "input", "answer", "metrics", "time"]],
  [759, ["verdict", "input", "answer", "metrics"]],
  [540, ["verdict", "input", "answer"]],
  [300, ["verdict", "input"]],
])("in %s pixels, columns yield from the last on, but for those that every screen shows", (room, keys) => {
  expect(fittingColumns(columns, room).map(({ key }) => key)).toEqual(keys);
});
