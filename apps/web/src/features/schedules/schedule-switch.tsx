import { Switch } from "@mantine/core";
import type { ScheduleItem } from "@rhesis/router/schedule/schema";
import { useCan } from "../../session/member.tsx";
import { useScheduleActs } from "./use-schedule-acts.ts";

/** Whether it starts runs by itself. */
export function ScheduleSwitch({ schedule }: { schedule: ScheduleItem }) {
  const acts = useScheduleActs();
  const mayChange = useCan()("schedule:update");
  return (
    <Switch
      aria-label={`Start runs of “${schedule.name}” by the clock`}
      checked={schedule.enabled}
      disabled={!mayChange}
      onChange={(event) => void acts.setEnabled(schedule, event.currentTarget.checked)}
    />
  );
}
