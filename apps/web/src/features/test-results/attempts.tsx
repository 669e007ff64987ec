import { Table, Text } from "@mantine/core";
import type { TargetAttempt } from "@rhesis/engine/target/schema";
import { absoluteText, durationText } from "../../ui/relative-time.tsx";

const words: Record<NonNullable<TargetAttempt["error_code"]>, string> = {
  timeout: "No answer in time",
  connection_failed: "Could not connect",
  connection_closed: "The connection was closed",
  address_refused: "The address is not allowed",
  http_error: "Answered with an error",
  rate_limited: "Too many requests",
  too_large: "The answer is too large",
  too_many_redirects: "Sent from address to address",
  not_json: "The answer is not JSON",
  empty_answer: "The answer is empty",
  stream_error: "Reported an error in its answer",
  not_connected: "No process is connected",
  function_failed: "The function ended with an error",
  mapping_failed: "The answer was not where it is expected",
  auth_failed: "Could not sign in",
  attempts_exhausted: "Given up",
  cancelled: "Cancelled",
};

/** Each try of the call, with the wait before it. */
export function Attempts({ attempts }: { attempts: readonly TargetAttempt[] }) {
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>#</Table.Th>
            <Table.Th>Begun</Table.Th>
            <Table.Th>Waited before</Table.Th>
            <Table.Th>Took</Table.Th>
            <Table.Th>What came</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {attempts.map(({ started_at, waited_ms, duration_ms, status, error_code }, index) => (
            <Table.Tr key={started_at}>
              <Table.Td>{index + 1}</Table.Td>
              <Table.Td>{absoluteText(new Date(started_at))}</Table.Td>
              <Table.Td>{waited_ms === 0 ? "–" : durationText(waited_ms)}</Table.Td>
              <Table.Td>{durationText(duration_ms)}</Table.Td>
              <Table.Td>
                <Text size="sm">
                  {[status === null ? "" : String(status), error_code === null ? "" : words[error_code]]
                    .filter((part) => part !== "")
                    .join(" · ") || "–"}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
