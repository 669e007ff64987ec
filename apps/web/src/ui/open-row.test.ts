import { expect, test } from "vitest";
import { idOrderOf, isFurtherDown } from "./open-row.ts";

const rows = [{ id: "b" }, { id: "d" }];

test("a row that is not loaded is looked for where its id says that it comes later", () => {
  expect(isFurtherDown(rows, "e", "ascending")).toBe(true);
  expect(isFurtherDown(rows, "c", "ascending")).toBe(false);
  expect(isFurtherDown(rows.toReversed(), "a", "descending")).toBe(true);
  expect(isFurtherDown(rows.toReversed(), "c", "descending")).toBe(false);
});

test("nothing is looked for where nothing is open or nothing is there, nor without end", () => {
  expect(isFurtherDown(rows, undefined, "ascending")).toBe(false);
  expect(isFurtherDown([], "e", "ascending")).toBe(false);
  const many = Array.from({ length: 10_000 }, () => ({ id: "b" }));
  expect(isFurtherDown(many.slice(1), "e", "ascending")).toBe(true);
  expect(isFurtherDown(many, "e", "ascending")).toBe(false);
  expect(isFurtherDown(many.slice(0, 1_999), "a", idOrderOf("name"))).toBe(true);
  expect(isFurtherDown(many.slice(0, 2_000), "a", idOrderOf("name"))).toBe(false);
});

test("a list is in the order of its ids by default and when sorted by creation", () => {
  expect([undefined, "-created_at", "created_at"].map(idOrderOf)).toEqual(["descending", "descending", "ascending"]);
});
