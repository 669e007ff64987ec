import { Group, SimpleGrid, Text } from "@mantine/core";
import type { TestRunItem } from "@rhesis/router/test-run/schema";
import { TextLink } from "../../ui/link.tsx";
import { Section } from "../../ui/page.tsx";
import { PassRate } from "../../ui/pass-rate.tsx";
import { passRateOf, percentText } from "../../ui/pass-rate-text.ts";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { VerdictBadge, type ShownVerdict } from "../../ui/verdict-badge.tsx";

/** The newest run in large: how much passed, and a way to what did not. */
export function LatestRun({ run }: { run: TestRunItem }) {
  const counts: [ShownVerdict, number][] = [
    ["pass", run.passed],
    ["fail", run.failed],
    ["inconclusive", run.inconclusive],
    ["error", run.errored],
  ];
  return (
    <Section
      title="Latest run"
      aside={
        <Text size="sm" c="dimmed">
          <RelativeTime date={run.created_at} />
        </Text>
      }
    >
      <Group gap="lg" align="center" wrap="nowrap">
        <Text fz={40} fw={700} lh={1}>
          {percentText(passRateOf(run))}
        </Text>
        <div style={{ minWidth: 0 }}>
          <TextLink to="/test-runs/$id" params={{ id: run.id }} fw={600} className="break-words">
            {run.name}
          </TextLink>
          <Text size="sm" c="dimmed" className="break-words">
            {run.test_set_name} against {run.endpoint_name}
          </Text>
        </div>
      </Group>
      <PassRate counts={run} />
      <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="xs">
        {counts.map(([verdict, count]) => (
          <Group key={verdict} gap={8}>
            <VerdictBadge verdict={verdict} />
            <Text fw={600}>{count}</Text>
          </Group>
        ))}
      </SimpleGrid>
    </Section>
  );
}
