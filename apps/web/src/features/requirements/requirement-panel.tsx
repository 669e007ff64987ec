import { Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../../api/trpc.ts";
import { CopyLink } from "../../ui/copy.tsx";
import { PanelContent } from "../../ui/panel-content.tsx";
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
  const query = useQuery(trpc.requirement.get.queryOptions({ id }));
  return (
    <SidePanel title={query.data?.name ?? "Requirement"} {...moves} actions={<CopyLink />}>
      <PanelContent query={query}>
        {({ description, test_count }) => (
          <Stack gap="md">
            <Text size="sm" className="break-words" c={description === "" ? "dimmed" : "inherit"}>
              {description === "" ? "Nobody has described it yet." : description}
            </Text>
            <Group justify="space-between">
              <TextLink to="/tests" search={{ requirement: id }} size="sm">
                {test_count === 1 ? "1 test" : `${test_count.toLocaleString("en")} tests`}
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
      </PanelContent>
    </SidePanel>
  );
}
