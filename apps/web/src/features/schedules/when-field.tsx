/** Choosing when: a routine or a cron expression, a time zone, and what that comes to. */
import { Group, NumberInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { failureOf } from "../../api/problems.ts";
import { trpc } from "../../api/trpc.ts";
import { cronOf, firstRoutine, routineOf, weekdays, type Frequency, type Routine } from "./routine.ts";

type When = { cron: string; time_zone: string };
type Props = When & {
  onChange: (changes: Partial<When>) => void;
  errors: { cron: ReactNode; time_zone: ReactNode };
};

const choices: { value: Frequency; label: string }[] = [
  { value: "hourly", label: "Every hour" },
  { value: "daily", label: "Every day" },
  { value: "weekdays", label: "Weekdays" },
  { value: "weekly", label: "Once a week" },
  { value: "cron", label: "At other times (cron)" },
];

export function WhenField({ cron, time_zone, onChange, errors }: Props) {
  const [isCron, setCron] = useState(() => routineOf(cron) === null);
  const routine = routineOf(cron) ?? firstRoutine;
  const change = (changes: Partial<Routine>) => onChange({ cron: cronOf({ ...routine, ...changes }) });
  const choose = (frequency: Frequency) => {
    setCron(frequency === "cron");
    if (frequency !== "cron") change({ frequency });
  };
  return (
    <Stack gap="md">
      <Group align="flex-start" gap="sm">
        <Select
          label="When"
          data={choices}
          allowDeselect={false}
          value={isCron ? "cron" : routine.frequency}
          onChange={(value) => value !== null && choose(value)}
          w={220}
        />
        {isCron ? (
          <TextInput
            label="Cron expression"
            description="Minute, hour, day of the month, month, day of the week."
            placeholder="30 6 * * 1-5"
            maxLength={100}
            value={cron}
            onChange={(event) => onChange({ cron: event.currentTarget.value })}
            error={errors.cron}
            style={{ flex: "1 1 220px" }}
          />
        ) : (
          <RoutineFields routine={routine} onChange={change} />
        )}
      </Group>
      <TimeZoneSelect value={time_zone} onChange={(zone) => onChange({ time_zone: zone })} error={errors.time_zone} />
      <NextTimes cron={cron} time_zone={time_zone} />
    </Stack>
  );
}

function RoutineFields({ routine, onChange }: { routine: Routine; onChange: (changes: Partial<Routine>) => void }) {
  const { frequency, time, weekday } = routine;
  if (frequency === "hourly") {
    return (
      <NumberInput
        label="Minutes after the hour"
        min={0}
        max={59}
        clampBehavior="strict"
        allowDecimal={false}
        value={Number(time.slice(3))}
        onChange={(value) => onChange({ time: `00:${String(Number(value)).padStart(2, "0")}` })}
        w={180}
      />
    );
  }
  return (
    <>
      {frequency === "weekly" && (
        <Select
          label="Day"
          data={weekdays.map((label, nr) => ({ value: String(nr), label }))}
          allowDeselect={false}
          value={String(weekday)}
          onChange={(value) => onChange({ weekday: Number(value) })}
          w={160}
        />
      )}
      <TextInput
        type="time"
        label="Time"
        value={time}
        onChange={(event) => event.currentTarget.value !== "" && onChange({ time: event.currentTarget.value })}
        w={140}
      />
    </>
  );
}

const knownZones = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

type ZoneProps = { value: string; onChange: (zone: string) => void; error: ReactNode };

function TimeZoneSelect({ value, onChange, error }: ZoneProps) {
  return (
    <Select
      label="Time zone"
      searchable
      allowDeselect={false}
      data={knownZones.includes(value) ? knownZones : [value, ...knownZones]}
      limit={200}
      value={value}
      onChange={(zone) => zone !== null && onChange(zone)}
      error={error}
      nothingFoundMessage="Nothing found"
    />
  );
}

/** As the clocks of the time zone show them. */
function NextTimes(when: When) {
  const [settled] = useDebouncedValue(when, 300, { leading: true });
  const { data, error } = useQuery({
    ...trpc.schedule.preview.queryOptions(settled, { placeholderData: keepPreviousData }),
    retry: false,
  });
  const format = new Intl.DateTimeFormat("en", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
    ...(data === undefined || error !== null ? {} : { timeZone: settled.time_zone }),
  });
  return (
    <div aria-live="polite">
      <Text size="sm" fw={500}>
        The next five runs
      </Text>
      {error !== null && (
        <Text size="sm" c="var(--fail)">
          {failureOf(error).message}
        </Text>
      )}
      {error === null && (
        <Stack component="ul" gap={2} m={0} pl="md" mih={110}>
          {data?.times.map((time) => (
            <Text key={time.getTime()} component="li" size="sm">
              <time dateTime={time.toISOString()}>{format.format(time)}</time>
            </Text>
          ))}
        </Stack>
      )}
    </div>
  );
}
