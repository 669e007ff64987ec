/** When a schedule is due. */
import { CronExpressionParser, type CronExpression } from "cron-parser";
import { invalid } from "@rhesis/telemetry/app-error";

export type When = {
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  cron: string;
  /** A name of the IANA time zone database. */
  time_zone: string;
};

const shortestMinutes = 5;

/**
 * Longer than clocks are ever moved. The parser is asked from before that: started between a moved time and the moment
 * it fires instead, it passes it over, and started between the two of a time that comes twice, it gives the second.
 */
const longestShiftMs = 4 * 3_600_000;

/**
 * The next `count` times after `after`, as they are in the time zone. A time that the clocks jump over is due as much
 * later as they jump; one that they come by twice is due the first time, unless every hour is meant.
 * @throws invalid for an expression that is none, never comes, or comes more often than every five minutes; for an
 * unknown time zone
 */
export function nextTimes(when: When, after: Date, count: number): Date[] {
  requireTimeZone(when.time_zone);
  const expression = parse(when, new Date(after.getTime() - longestShiftMs));
  requireInterval(expression);
  const times: Date[] = [];
  while (times.length < count) {
    const time = next(expression);
    if (time > after) times.push(time);
  }
  return times;
}

/** The first of `nextTimes`. @throws what they throw */
export function nextTime(when: When, after: Date): Date {
  const [time] = nextTimes(when, after, 1);
  if (time === undefined) throw neverComes();
  return time;
}

/** One name of the database, not an offset, which knows no summer time. */
function requireTimeZone(time_zone: string): void {
  if (/^[a-z]/i.test(time_zone) && isKnown(time_zone)) return;
  const message = "There is no such time zone. Use a name such as Europe/Berlin or UTC.";
  throw invalid(message, [{ path: ["time_zone"], message }]);
}

function isKnown(timeZone: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

// The parser fills in fields that are left out, takes seconds, names such as @daily, and H for a random value.
const fiveFields = /^(?:(?!(?<![A-Z])H)[\dA-Z*/,\-#?]+(?:\s+|$)){5}$/i;

function parse({ cron, time_zone }: When, currentDate: Date): CronExpression {
  if (!fiveFields.test(cron)) {
    throw wrongCron(
      "Give five fields: minute, hour, day of the month, month and day of the week, such as 30 6 * * 1-5.",
    );
  }
  try {
    return CronExpressionParser.parse(cron, { tz: time_zone, currentDate });
  } catch (error) {
    if (error instanceof Error && error.message.includes("day of month definition")) throw neverComes();
    throw wrongCron("This is no cron expression: a field holds a value it cannot have. An example: 30 6 * * 1-5.");
  }
}

function next(expression: CronExpression): Date {
  try {
    return expression.next().toDate();
  } catch {
    throw neverComes();
  }
}

/** Hours are next to each other also over midnight: whether the days are does not matter to anybody. */
function requireInterval({ fields }: CronExpression): void {
  const minutes = fields.minute.values as number[];
  const hours = new Set<unknown>(fields.hour.values);
  const gaps = minutes.slice(1).map((minute, at) => minute - (minutes[at] ?? 0));
  const [first = 0, last = 0] = [minutes[0], minutes.at(-1)];
  if ([...hours].some((hour) => hours.has((Number(hour) + 1) % 24))) gaps.push(first + 60 - last);
  if (gaps.some((gap) => gap < shortestMinutes)) {
    throw wrongCron(`A schedule starts a run every ${shortestMinutes} minutes at most.`);
  }
}

function neverComes() {
  return wrongCron("This time never comes: no month has such a day.");
}

function wrongCron(message: string) {
  return invalid(message, [{ path: ["cron"], message }]);
}
