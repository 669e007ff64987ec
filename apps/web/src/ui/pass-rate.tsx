import { Group, Text, Tooltip } from "@mantine/core";
import { passRateOf, percentText, type VerdictCounts } from "./pass-rate-text.ts";
import styles from "./verdict-badge.module.css";

function describe(counts: VerdictCounts): string {
  const done = counts.passed + counts.failed + counts.inconclusive + counts.errored;
  const parts = [
    `${counts.passed} passed`,
    `${counts.failed} failed`,
    counts.inconclusive > 0 ? `${counts.inconclusive} inconclusive` : "",
    counts.errored > 0 ? `${counts.errored} with errors` : "",
    done < counts.total ? `${counts.total - done} to come` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** Passes and the rest of a run as a bar with the percentage beside it. */
export function PassRate({ counts }: { counts: VerdictCounts }) {
  const width = (count: number) => ({ width: `${counts.total === 0 ? 0 : (count / counts.total) * 100}%` });
  const text = describe(counts);
  return (
    <Tooltip label={text}>
      <Group gap="xs" wrap="nowrap" w="100%" role="img" aria-label={text}>
        <div className={styles.bar}>
          <span className={styles.part} data-verdict="pass" style={width(counts.passed)} />
          <span className={styles.part} data-verdict="fail" style={width(counts.failed)} />
          <span className={styles.part} data-verdict="inconclusive" style={width(counts.inconclusive)} />
          <span className={styles.part} data-verdict="error" style={width(counts.errored)} />
        </div>
        <Text size="sm" fw={600} w={44} ta="right" style={{ flexShrink: 0 }}>
          {percentText(passRateOf(counts))}
        </Text>
      </Group>
    </Tooltip>
  );
}
