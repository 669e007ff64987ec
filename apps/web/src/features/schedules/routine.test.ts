import { expect, test } from "vitest";
import { cronOf, routineOf, routineText } from "./routine.ts";

test.each([
  ["15 * * * *", "Every hour at :15"],
  ["0 6 * * *", "Every day at 06:00"],
  ["30 18 * * 1-5", "Weekdays at 18:30"],
  ["5 0 * * 0", "Every Sunday at 00:05"],
])("%s is “%s”, and back", (cron, text) => {
  expect(routineText(cron)).toBe(text);
  const routine = routineOf(cron);
  expect(routine === null ? null : cronOf(routine)).toBe(cron);
});

test.each(["*/15 * * * *", "0 6 1 * *", "0 6 * * 1,3", "0 6,18 * * *", "0 * * * 1-5", "61 6 * * *", "0 24 * * *", ""])(
  "“%s” says more than a routine, and stands for itself",
  (cron) => {
    expect(routineOf(cron)).toBeNull();
    expect(routineText(cron)).toBe(cron);
  },
);
