import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { TestRun } from "@rhesis/router/test-run/schema";
import { Skeleton, Stack } from "@mantine/core";
import { trpc } from "../../api/trpc.ts";
import { ErrorState } from "../../ui/error-state.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { CopyLink } from "../../ui/copy.tsx";
import { testTitle } from "../tests/test-title.ts";
import { asInput, type ResultFilters } from "./result-filters.ts";
import { ResultView } from "./result-view.tsx";

type Props = {
  id: string;
  run: TestRun;
  filters: ResultFilters;
  onClose: () => void;
  onPrevious: (() => void) | null;
  onNext: (() => void) | null;
};

/** A result looked at beside the table of its run. */
export function ResultPanel({ id, run, filters, ...moves }: Props) {
  const { data, error, isPlaceholderData, refetch } = useQuery(
    trpc.test_result.get.queryOptions({ id, ...asInput(filters) }, { placeholderData: keepPreviousData }),
  );
  return (
    <SidePanel
      title={data === undefined ? "Result" : testTitle(data)}
      {...moves}
      actions={
        <>
          <CopyLink />
          <ButtonLink variant="subtle" size="compact-sm" to="/test-results/$id" params={{ id }} search={filters}>
            Full page
          </ButtonLink>
        </>
      }
    >
      {error !== null && data === undefined && <ErrorState error={error} onRetry={refetch} />}
      {data === undefined && error === null && (
        <Stack>
          <Skeleton height={60} />
          <Skeleton height={140} />
          <Skeleton height={100} />
        </Stack>
      )}
      {data !== undefined && (
        <div style={{ opacity: isPlaceholderData ? 0.6 : 1 }} aria-busy={isPlaceholderData}>
          <ResultView key={data.id} result={data} plan={run.plan} />
        </div>
      )}
    </SidePanel>
  );
}
