import { Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../../api/trpc.ts";
import { CopyLink } from "../../ui/copy.tsx";
import { ErrorState } from "../../ui/error-state.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { TestFacts } from "./test-facts.tsx";
import { testTitle } from "./test-title.ts";

type Props = { id: string; onClose: () => void; onPrevious: (() => void) | null; onNext: (() => void) | null };

/** A test looked at beside the list. */
export function TestPanel({ id, ...moves }: Props) {
  const { data, error, refetch } = useQuery(trpc.test.get.queryOptions({ id }));
  return (
    <SidePanel title={data === undefined ? "Test" : testTitle(data)} {...moves} actions={<CopyLink />}>
      {data === undefined &&
        (error === null ? <Skeleton height={160} /> : <ErrorState error={error} onRetry={refetch} />)}
      {data !== undefined && (
        <Stack gap="md">
          <TestFacts test={data} />
          <div>
            <ButtonLink variant="light" to="/tests/$id" params={{ id }}>
              Open full page
            </ButtonLink>
          </div>
        </Stack>
      )}
    </SidePanel>
  );
}
