import { Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { trpc } from "../../api/trpc.ts";
import { CopyLink } from "../../ui/copy.tsx";
import { ErrorState } from "../../ui/error-state.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { RequirementMetrics } from "./requirement-metrics.tsx";
import { ButtonLink, TextLink } from "../../ui/link.tsx";

type Props = {
  id: string;
  onClose: () => void;
  onPrevious: (() => void) | null;
  onNext: (() => void) | null;
};

/** A requirement looked at beside the list. */
export function RequirementPanel({ id, ...moves }: Props) {
  const { data, error, refetch } = useQuery(trpc.requirement.get.queryOptions({ id }));
  return (
    <SidePanel title={data?.name ?? "Requirement"} {...moves} actions={<CopyLink />}>
      {data === undefined &&
        (error === null ? <Skeleton height={160} /> : <ErrorState error={error} onRetry={refetch} />)}
      {data !== undefined && (
        <Stack gap="md">
          <Text size="sm" className="break-words" c={data.description === "" ? "dimmed" : "inherit"}>
            {data.description === "" ? "Nobody has described it yet." : data.description}
          </Text>
          <Group justify="space-between">
            <TextLink to="/tests" search={{ requirement: id }} size="sm">
              {data.test_count === 1 ? "1 test" : `${data.test_count.toLocaleString("en")} tests`}
            </TextLink>
            <ButtonLink variant="light" size="compact-sm" to="/requirements/$id" params={{ id }}>
              Open full page
            </ButtonLink>
          </Group>
          <div>
            <Title order={3} mb={8}>
              Metrics
            </Title>
            <RequirementMetrics id={id} />
          </div>
        </Stack>
      )}
    </SidePanel>
  );
}
