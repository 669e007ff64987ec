import { expect, test } from "vitest";
import { pagesToRefresh } from "./pages-to-refresh.ts";

const done = { items: [{ status: "completed" }, { status: "cancelled" }] };
const open = { items: [{ status: "completed" }, { status: "pending" }] };
const running = { items: [{ status: "running" }] };

test("pages that are done are left alone", () => {
  expect(pagesToRefresh([done, open, done, running], false)).toEqual([1, 3]);
});

test("never more than a few requests, however much is loaded", () => {
  expect(
    pagesToRefresh(
      Array.from({ length: 100 }, () => open),
      false,
    ),
  ).toEqual([0, 1, 2]);
});

test("under a filter new rows come in at the end", () => {
  expect(pagesToRefresh([done, done, done, done], true)).toEqual([1, 2, 3]);
  expect(pagesToRefresh([done], true)).toEqual([0]);
});
