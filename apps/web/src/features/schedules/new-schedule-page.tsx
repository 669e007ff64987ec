import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { api } from "../../api/trpc.ts";
import { notifyDone } from "../../ui/notices.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Page } from "../../ui/page.tsx";
import { refreshSchedules } from "./refresh.ts";
import { cronOf, firstRoutine } from "./routine.ts";
import { ScheduleForm } from "./schedule-form.tsx";

export const Route = createLazyRoute("/test-runs/schedules/new")({ component: NewSchedulePage });

function browserTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function NewSchedulePage() {
  const { test_set, endpoint } = Route.useSearch();
  const navigate = useNavigate({ from: "/test-runs/schedules/new" });
  return (
    <Page narrow>
      <PageHeader
        title="New schedule"
        parents={[{ label: "Schedules", to: "/test-runs/schedules" }]}
        description="Its runs start by themselves, and are yours."
      />
      <ScheduleForm
        initial={{
          name: "",
          test_set_id: test_set ?? null,
          endpoint_id: endpoint ?? "",
          cron: cronOf(firstRoutine),
          time_zone: browserTimeZone(),
          enabled: true,
          metric_ids: null,
          repeats: 1,
          concurrency: null,
          pause_after_errors: 25,
          params: {},
          choice: {},
        }}
        submit="Create schedule"
        save={async (input) => {
          const { name } = await api.schedule.create.mutate(input);
          await refreshSchedules();
          await navigate({ to: "/test-runs/schedules" });
          notifyDone(`“${name}” starts runs from now on.`);
        }}
        onCancel={() => void navigate({ to: "/test-runs/schedules" })}
      />
    </Page>
  );
}
