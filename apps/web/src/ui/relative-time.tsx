import { Text, Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });

const minute = 60;
const hour = 60 * minute;

/** "5 minutes ago", "in 3 days"; a date beyond four weeks. */
function relativeText(date: Date, now: number): string {
  const seconds = (date.getTime() - now) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 45) return seconds > 0 ? "in a moment" : "just now";
  if (distance < 45 * minute) return relative.format(Math.round(seconds / minute), "minute");
  if (distance < 22 * hour) return relative.format(Math.round(seconds / hour), "hour");
  if (distance < 28 * 24 * hour) return relative.format(Math.round(seconds / (24 * hour)), "day");
  return day.format(date);
}

export function absoluteText(date: Date): string {
  return absolute.format(date);
}

/** Milliseconds as a person reads them: "850 ms", "12.4 s", "3 min 20 s". */
export function durationText(ms: number | null): string {
  if (ms === null) return "–";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const listeners = new Set<(now: number) => void>();
let timer: number | undefined;

function onTick(listener: (now: number) => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    for (const each of listeners) each(Date.now());
  }, 30_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

/** When something was or will be; the exact time on hover or focus. */
export function RelativeTime({ date, empty = "–" }: { date: Date | null; empty?: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => onTick(setNow), []);
  if (date === null) return empty;
  // Something that happened since the clock was last looked at is not in the future.
  const ahead = date.getTime() - now;
  const present = ahead > 0 && ahead < 30_000 ? date.getTime() : now;
  return (
    <Tooltip label={absoluteText(date)}>
      <Text component="time" inherit dateTime={date.toISOString()}>
        {relativeText(date, present)}
      </Text>
    </Tooltip>
  );
}
