import { expect, test } from "vitest";
import { idOrderOf, isFurtherDown } from "./open-row.ts";

const rows = [{ id: "b" }, { id: "d" }];

test("a row that is not loaded is looked for where its id says that it comes later", () => {
  expect(isFurtherDown(rows, "e", "ascending")).toBe(true);
  expect(isFurtherDown(rows, "c", "ascending")).toBe(false);
  expect(isFurtherDown(rows.toReversed(), "a", "descending")).toBe(true);
  expect(isFurtherDown(rows.toReversed(), "c", "descending")).toBe(false);
});

test("nothing is looked for where nothing is open, nothing is there, or the order is another", () => {
  expect(isFurtherDown(rows, undefined, "ascending")).toBe(false);
  expect(isFurtherDown([], "e", "ascending")).toBe(false);
  expect(isFurtherDown(rows, "e", idOrderOf("name"))).toBe(false);
});

test("a list is in the order of its ids by default and when sorted by creation", () => {
  expect([undefined, "-created_at", "created_at"].map(idOrderOf)).toEqual(["descending", "descending", "ascending"]);
});
