import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { TestRun } from "@rhesis/router/test-run/schema";
import { trpc } from "../../api/trpc.ts";
import { ButtonLink } from "../../ui/link.tsx";
import { PanelContent } from "../../ui/panel-content.tsx";
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
  const query = useQuery(
    trpc.test_result.get.queryOptions({ id, ...asInput(filters) }, { placeholderData: keepPreviousData }),
  );
  const { data, isPlaceholderData } = query;
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
      <PanelContent query={query}>
        {(result) => (
          <div style={{ opacity: isPlaceholderData ? 0.6 : 1 }} aria-busy={isPlaceholderData}>
            <ResultView key={result.id} result={result} plan={run.plan} />
          </div>
        )}
      </PanelContent>
    </SidePanel>
  );
}
