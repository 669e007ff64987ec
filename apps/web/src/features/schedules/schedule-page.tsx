import { Alert, Button, Text } from "@mantine/core";
import { IconPlayerPlay, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import type { Schedule } from "@rhesis/router/schedule/schema";
import { api, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { TextLink } from "../../ui/link.tsx";
import { notifyDone } from "../../ui/notices.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageWaiting } from "../../ui/page-waiting.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import type { ParametersChoice } from "../experiments/parameters-request.ts";
import { refreshSchedules } from "./refresh.ts";
import { routineText } from "./routine.ts";
import { ScheduleForm, type ScheduleInput } from "./schedule-form.tsx";
import { ScheduleSwitch } from "./schedule-switch.tsx";
import { useScheduleActs } from "./use-schedule-acts.ts";

export const Route = createLazyRoute("/test-runs/schedules/$id")({ component: SchedulePage });

function SchedulePage() {
  const { id } = Route.useParams();
  const query = useQuery(trpc.schedule.get.queryOptions({ id }));
  if (query.data === undefined) return <PageWaiting query={query} />;
  return <ScheduleView key={id} schedule={query.data} />;
}

function ScheduleView({ schedule }: { schedule: Schedule }) {
  const { id, name, last_error } = schedule;
  const can = useCan();
  const acts = useScheduleActs();
  return (
    <Page narrow>
      <PageHeader
        title={name}
        parents={[{ label: "Schedules", to: "/test-runs/schedules" }]}
        status={<ScheduleSwitch schedule={schedule} />}
        actions={
          <>
            {can("schedule:delete") && (
              <Button
                variant="default"
                leftSection={<IconTrash size={16} />}
                onClick={() => void acts.remove(schedule)}
              >
                Delete
              </Button>
            )}
            {can("test_set:execute") && (
              <Button
                variant="default"
                leftSection={<IconPlayerPlay size={16} />}
                onClick={() => void acts.runNow(schedule)}
              >
                Run now
              </Button>
            )}
          </>
        }
      />
      <Facts schedule={schedule} />
      {last_error !== null && (
        <Alert color="yellow" title={schedule.enabled ? "The last time came to nothing" : "It does not run"}>
          {last_error}
        </Alert>
      )}
      {can("schedule:update") ? <EditSchedule key={schedule.version} schedule={schedule} /> : null}
      <Text size="sm">
        <TextLink to="/test-runs" search={{ schedule: id }} size="sm">
          All runs of this schedule
        </TextLink>
      </Text>
    </Page>
  );
}

function Facts({ schedule }: { schedule: Schedule }) {
  const { next_at, last_run, user_name } = schedule;
  return (
    <Section title="Where it is">
      <Text size="sm" component="div" className="break-words">
        {`${routineText(schedule.cron)} (${schedule.time_zone}), ${schedule.test_set_name} against ${schedule.endpoint_name}`}
        {user_name !== null && `, for ${user_name}`}
        {". Next run: "}
        <RelativeTime date={next_at} empty="none, it is switched off" />
        {". Last run: "}
        {last_run === null ? (
          "none"
        ) : (
          <TextLink to="/test-runs/$id" params={{ id: last_run.id }} size="sm" underline="always">
            {last_run.name}
          </TextLink>
        )}
        .
      </Text>
    </Section>
  );
}

/** What is stored is what is chosen: nothing takes the place of no version. */
function choiceOf({ parameters }: Schedule): ParametersChoice {
  if (parameters === null) return { with: "none" };
  const { experiment_id, version, environment } = parameters;
  if (experiment_id === undefined) return { with: "environment", environment };
  return { with: "experiment", experiment: experiment_id, version };
}

function EditSchedule({ schedule }: { schedule: Schedule }) {
  const { id, version, name, test_set_id, endpoint_id, cron, time_zone, enabled } = schedule;
  const navigate = useNavigate({ from: "/test-runs/schedules/$id" });
  const { metric_ids, repeats, concurrency, pause_after_errors } = schedule;
  const when = { cron, time_zone, enabled };
  const params = schedule.params as ScheduleInput["params"];
  const choices = { metric_ids, repeats, concurrency, pause_after_errors, params, choice: choiceOf(schedule) };
  return (
    <ScheduleForm
      initial={{ name, test_set_id, endpoint_id, ...when, ...choices }}
      submit="Save changes"
      save={async (input) => {
        // The switch is one of its own: whoever saves has not asked for it.
        await api.schedule.update.mutate({ id, expected_version: version, ...input, enabled: undefined });
        await refreshSchedules();
        notifyDone("Saved. Its runs are yours.");
      }}
      onCancel={() => void navigate({ to: "/test-runs/schedules" })}
    />
  );
}
