import { Table, Text } from "@mantine/core";
import type { TestRunItem } from "@rhesis/router/test-run/schema";
import { RowLink, TextLink } from "../../ui/link.tsx";
import { Section } from "../../ui/page.tsx";
import { PassRate } from "../../ui/pass-rate.tsx";
import { durationText, RelativeTime } from "../../ui/relative-time.tsx";
import styles from "./recent-runs.module.css";

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
      <Table verticalSpacing="xs" fz="sm" layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Run</Table.Th>
            <Table.Th w={110} visibleFrom="xs">
              State
            </Table.Th>
            <Table.Th className={styles.passed}>Passed</Table.Th>
            <Table.Th w={80} ta="right" visibleFrom="md">
              Tests
            </Table.Th>
            <Table.Th w={100} ta="right" visibleFrom="md">
              Took
            </Table.Th>
            <Table.Th w={130} visibleFrom="sm">
              Started
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <RunRow key={run.id} run={run} />
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}

/** On a phone its state and when it started stand below its name. */
function RunRow({ run }: { run: TestRunItem }) {
  return (
    <Table.Tr>
      <Table.Td>
        <RowLink to="/test-runs/$id" params={{ id: run.id }} className="break-words">
          {run.name}
        </RowLink>
        <Text size="xs" c="dimmed" className="one-line">
          {run.test_set_name} · {run.endpoint_name}
        </Text>
        <Text size="xs" c="dimmed" hiddenFrom="xs">
          {states[run.status]}, <RelativeTime date={run.created_at} />
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="xs">{states[run.status]}</Table.Td>
      <Table.Td>
        <PassRate counts={run} />
      </Table.Td>
      <Table.Td ta="right" visibleFrom="md">
        {run.total.toLocaleString("en")}
      </Table.Td>
      <Table.Td ta="right" visibleFrom="md">
        {durationText(tookMs(run))}
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <RelativeTime date={run.created_at} />
      </Table.Td>
    </Table.Tr>
  );
}
