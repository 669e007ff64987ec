import { ActionIcon, Tooltip } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trpc } from "../../api/trpc.ts";
import { CopyLink } from "../../ui/copy.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageWaiting } from "../../ui/page-waiting.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { testTitle } from "../tests/test-title.ts";
import { asInput, filtersOf, hasFilters } from "./result-filters.ts";
import { ResultView } from "./result-view.tsx";

function TestResultPage() {
  const { id } = Route.useParams();
  const filters = filtersOf(Route.useSearch());
  const navigate = useNavigate({ from: "/test-results/$id" });
  const result = useQuery(
    trpc.test_result.get.queryOptions({ id, ...asInput(filters) }, { placeholderData: keepPreviousData }),
  );
  const runId = result.data?.test_run_id;
  const run = useQuery(trpc.test_run.get.queryOptions({ id: runId ?? "" }, { enabled: runId !== undefined }));
  const go = (to: string | null | undefined) => {
    if (typeof to === "string") void navigate({ params: { id: to }, search: filters });
  };
  const previous = result.data?.previous_id ?? null;
  const next = result.data?.next_id ?? null;
  useHotkeys([
    ["j", () => go(next)],
    ["k", () => go(previous)],
    [
      "Escape",
      () => void (runId !== undefined && navigate({ to: "/test-runs/$id", params: { id: runId }, search: filters })),
    ],
  ]);
  if (result.data === undefined) return <PageWaiting query={result} />;
  if (run.data === undefined) return <PageWaiting query={run} />;
  const under = hasFilters(filters) ? " under the filter" : "";
  return (
    <Page narrow>
      <PageHeader
        title={testTitle(result.data)}
        parents={[
          { label: "Runs", to: "/test-runs" },
          { label: run.data.name, to: `/test-runs/${run.data.id}` },
        ]}
        actions={
          <>
            <CopyLink />
            <Step label={`Previous${under} (k)`} to={previous} onGo={go}>
              <IconChevronUp size={18} />
            </Step>
            <Step label={`Next${under} (j)`} to={next} onGo={go}>
              <IconChevronDown size={18} />
            </Step>
            <ButtonLink
              variant="default"
              to="/test-runs/$id"
              params={{ id: run.data.id }}
              search={{ ...filters, open: id }}
            >
              Back to the run
            </ButtonLink>
          </>
        }
      />
      <Section title="Result">
        <ResultView key={result.data.id} result={result.data} plan={run.data.plan} />
      </Section>
    </Page>
  );
}

function Step(props: { label: string; to: string | null; onGo: (to: string | null) => void; children: ReactNode }) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={props.label}
        disabled={props.to === null}
        onClick={() => props.onGo(props.to)}
      >
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}

export const Route = createLazyRoute("/test-results/$id")({ component: TestResultPage });
