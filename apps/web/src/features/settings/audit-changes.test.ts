import { expect, test } from "vitest";
import { changesOf } from "./audit-changes.ts";

test("shows what differs, and nothing that changes by itself", () => {
  const before = { name: "A", version: 1, updated_at: "x", config: { a: 1 } };
  const after = { name: "B", version: 2, updated_at: "y", config: { a: 1 } };
  expect(changesOf(before, after)).toEqual([{ field: "name", before: "A", after: "B" }]);
});

test("a new thing shows what it was given", () => {
  expect(changesOf(null, { name: "A", deleted_at: null })).toEqual([{ field: "name", before: undefined, after: "A" }]);
});
