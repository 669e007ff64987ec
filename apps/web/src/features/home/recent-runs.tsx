import { Table, Text } from "@mantine/core";
import type { TestRunItem } from "@rhesis/router/test-run/schema";
import { RowLink, TextLink } from "../../ui/link.tsx";
import { Section } from "../../ui/page.tsx";
import { PassRate } from "../../ui/pass-rate.tsx";
import { durationText, RelativeTime } from "../../ui/relative-time.tsx";

const states: Record<TestRunItem["status"], string> = {
  queued: "Waiting",
  running: "Running",
  paused: "Paused",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
};

function tookMs({ started_at, finished_at }: TestRunItem): number | null {
  return started_at === null || finished_at === null ? null : finished_at.getTime() - started_at.getTime();
}

export function RecentRuns({ runs }: { runs: readonly TestRunItem[] }) {
  return (
    <Section
      title="Recent runs"
      aside={
        <TextLink to="/test-runs" size="sm">
          All runs
        </TextLink>
      }
    >
      <Table.ScrollContainer minWidth={860}>
        <Table verticalSpacing="xs" fz="sm" layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Run</Table.Th>
              <Table.Th w={110}>State</Table.Th>
              <Table.Th w={220}>Passed</Table.Th>
              <Table.Th w={80} ta="right">
                Tests
              </Table.Th>
              <Table.Th w={100} ta="right">
                Took
              </Table.Th>
              <Table.Th w={130}>Started</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.map((run) => (
              <Table.Tr key={run.id}>
                <Table.Td>
                  <RowLink to="/test-runs/$id" params={{ id: run.id }} className="break-words">
                    {run.name}
                  </RowLink>
                  <Text size="xs" c="dimmed" className="one-line">
                    {run.test_set_name} · {run.endpoint_name}
                  </Text>
                </Table.Td>
                <Table.Td>{states[run.status]}</Table.Td>
                <Table.Td>
                  <PassRate counts={run} />
                </Table.Td>
                <Table.Td ta="right">{run.total.toLocaleString("en")}</Table.Td>
                <Table.Td ta="right">{durationText(tookMs(run))}</Table.Td>
                <Table.Td>
                  <RelativeTime date={run.created_at} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}
