import { expect, test } from "vitest";
import { AppError } from "@rhesis/telemetry/app-error";
import { nextTime, nextTimes } from "./next-times.ts";

const minuteOf = (time: Date) => time.toISOString().slice(0, 16);
const times = (cron: string, time_zone: string, after: string, count = 3) =>
  nextTimes({ cron, time_zone }, new Date(after), count).map(minuteOf);

function problemOf(cron: string, time_zone = "UTC") {
  try {
    nextTime({ cron, time_zone }, new Date("2026-01-01T00:00Z"));
  } catch (error) {
    if (error instanceof AppError) return `${error.problems[0]?.path.join(".")}: ${error.message}`;
    throw error;
  }
  return "fine";
}

test("a time is that of the zone, in summer and in winter", () => {
  expect(times("30 6 * * 1-5", "Europe/Berlin", "2026-07-03T04:30:00Z")).toEqual([
    "2026-07-06T04:30",
    "2026-07-07T04:30",
    "2026-07-08T04:30",
  ]);
  expect(times("30 6 * * *", "America/New_York", "2026-01-15T11:29:59Z", 1)).toEqual(["2026-01-15T11:30"]);
  expect(times("0 9 * * sun", "UTC", "2026-01-01T00:00:00Z", 2)).toEqual(["2026-01-04T09:00", "2026-01-11T09:00"]);
});

test.each([
  ["Europe/Berlin", "30 2 * * *", "2026-03-28T12:00:00Z", ["2026-03-29T01:30", "2026-03-30T00:30"]],
  ["America/New_York", "30 2 * * *", "2026-03-07T12:00:00Z", ["2026-03-08T07:30", "2026-03-09T06:30"]],
  ["Europe/Berlin", "30 2,3 * * *", "2026-03-28T12:00:00Z", ["2026-03-29T01:30", "2026-03-30T00:30"]],
])("%s: %s fires once on the day it does not exist", (zone, cron, after, expected) => {
  expect(times(cron, zone, after, 2)).toEqual(expected);
});

test.each([
  ["Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00Z", ["2026-10-25T00:30", "2026-10-26T01:30"]],
  ["America/New_York", "30 1 * * *", "2026-10-31T12:00:00Z", ["2026-11-01T05:30", "2026-11-02T06:30"]],
])("%s: %s fires once on the day it exists twice", (zone, cron, after, expected) => {
  expect(times(cron, zone, after, 2)).toEqual(expected);
});

const changes = [
  ["Europe/Berlin", "30 2 * * *", "2026-03-29T00:00:00Z"],
  ["Europe/Berlin", "30 2 * * *", "2026-10-24T23:30:00Z"],
  ["America/New_York", "30 2 * * *", "2026-03-08T05:00:00Z"],
  ["America/New_York", "30 1 * * *", "2026-11-01T04:00:00Z"],
] as const;

test.each(changes)("%s: %s fires once, from whichever minute of that night it is asked", (zone, cron, night) => {
  const [once = "", following = ""] = times(cron, zone, night, 2);
  const start = new Date(night).getTime();
  const asked = Array.from({ length: 60 * 5 }, (_, minute) => new Date(start + minute * 60_000));
  const due = asked.map((after) => minuteOf(nextTime({ cron, time_zone: zone }, after)));
  expect(due).toEqual(asked.map((after) => (minuteOf(after) < once ? once : following)));
});

test("every hour means each hour that passes, also where clocks are moved", () => {
  expect(times("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 4)).toEqual([
    "2026-10-25T00:00",
    "2026-10-25T01:00",
    "2026-10-25T02:00",
    "2026-10-25T03:00",
  ]);
  expect(times("0 * * * *", "America/New_York", "2026-03-08T06:30:00Z", 2)).toEqual([
    "2026-03-08T07:00",
    "2026-03-08T08:00",
  ]);
});

test.each(["* * * * *", "*/4 * * * *", "0,58 * * * *", "1,3 9 * * *", "58,2 23,0 * * *"])("%s is too often", (cron) => {
  expect(problemOf(cron)).toBe("cron: A schedule starts a run every 5 minutes at most.");
});

test.each(["*/5 * * * *", "0,58 9 * * *", "0 9 * * MON-THU", "0 9 1,15 * *", "0 9 * * 1#2", "0 0 29 2 *"])(
  "%s is taken",
  (cron) => {
    expect(problemOf(cron)).toBe("fine");
  },
);

test.each(["", "@daily", "0 9 * *", "0 0 9 * * *", "H 9 * * *", "0 H(0-7) * * *", "daily at nine"])(
  "“%s” has not five fields",
  (cron) => {
    expect(problemOf(cron)).toContain("cron: Give five fields");
  },
);

test.each(["61 9 * * *", "0 24 * * *", "5-1 9 * * *", "0 9 * * FOO", "*/0 9 * * *"])("%s is no expression", (cron) => {
  expect(problemOf(cron)).toContain("cron: This is no cron expression");
});

test.each(["0 9 31 2,4 *", "0 9 30 2 *"])("%s never comes", (cron) => {
  expect(problemOf(cron)).toBe("cron: This time never comes: no month has such a day.");
});

test.each(["Nowhere/City", "+01:00", "", "Europe"])("“%s” is no time zone", (zone) => {
  expect(problemOf("0 9 * * *", zone)).toContain("time_zone: There is no such time zone");
});
