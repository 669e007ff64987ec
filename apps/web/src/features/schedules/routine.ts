/** The times that people name without knowing cron, and the expressions they stand for. */

export const frequencies = ["hourly", "daily", "weekdays", "weekly", "cron"] as const;
export type Frequency = (typeof frequencies)[number];

/** `time` is HH:MM, of which an hourly one uses the minutes; `weekday` is 0 for Sunday to 6. */
export type Routine = { frequency: Exclude<Frequency, "cron">; time: string; weekday: number };

export const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

const monday = 1;

export const firstRoutine: Routine = { frequency: "daily", time: "06:00", weekday: monday };

export function cronOf({ frequency, time, weekday }: Routine): string {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  if (frequency === "hourly") return `${minute} * * * *`;
  const day = { daily: "*", weekdays: "1-5", weekly: String(weekday) }[frequency];
  return `${minute} ${hour} * * ${day}`;
}

/** Null for an expression that says more than one of these. */
export function routineOf(cron: string): Routine | null {
  const parts = /^(\d{1,2}) (\*|\d{1,2}) \* \* (\*|1-5|[0-6])$/.exec(cron.trim().replaceAll(/\s+/g, " "));
  const [, minute = "", hour = "", day = ""] = parts ?? [];
  if (parts === null || Number(minute) > 59 || Number(hour) > 23) return null;
  const time = `${hour === "*" ? "00" : hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  const of = (frequency: Routine["frequency"], weekday = monday): Routine => ({ frequency, time, weekday });
  if (hour === "*") return day === "*" ? of("hourly") : null;
  if (day === "*") return of("daily");
  return day === "1-5" ? of("weekdays") : of("weekly", Number(day));
}

/** "Weekdays at 06:00"; the expression itself where it says more. */
export function routineText(cron: string): string {
  const routine = routineOf(cron);
  if (routine === null) return cron;
  const { frequency, time, weekday } = routine;
  if (frequency === "hourly") return `Every hour at ${time.slice(2)}`;
  const days = { daily: "Every day", weekdays: "Weekdays", weekly: `Every ${weekdays[weekday]}` }[frequency];
  return `${days} at ${time}`;
}
