import { Kbd, UnstyledButton } from "@mantine/core";
import type { ResultVerdict } from "@rhesis/engine/metric/schema";
import type { TestRun } from "@rhesis/router/test-run/schema";
import { VerdictBadge } from "../../ui/verdict-badge.tsx";
import { doneOf } from "./run-pace.ts";
import { isLive } from "./run-status.tsx";
import styles from "./test-run.module.css";

type Props = {
  run: TestRun;
  verdict: ResultVerdict | undefined;
  onChange: (verdict: ResultVerdict | undefined) => void;
};

const countOf = { pass: "passed", fail: "failed", inconclusive: "inconclusive", error: "errored" } as const;

/** Counts by verdict; pressing one shows only those, pressing it again shows all. */
export function VerdictChips({ run, verdict, onChange }: Props) {
  const open = run.total - doneOf(run);
  return (
    <div className={styles.chips} role="group" aria-label="Results by verdict">
      <UnstyledButton className={styles.chip} aria-pressed={verdict === undefined} onClick={() => onChange(undefined)}>
        All <strong>{run.total.toLocaleString("en")}</strong>
      </UnstyledButton>
      {(Object.keys(countOf) as ResultVerdict[]).map((each) => (
        <UnstyledButton
          key={each}
          className={styles.chip}
          aria-pressed={verdict === each}
          onClick={() => onChange(verdict === each ? undefined : each)}
        >
          <VerdictBadge verdict={each} />
          <strong>{run[countOf[each]].toLocaleString("en")}</strong>
          {each === "fail" && (
            <Kbd size="xs" aria-hidden visibleFrom="sm">
              f
            </Kbd>
          )}
        </UnstyledButton>
      ))}
      {open > 0 && (
        <span className={styles.open}>
          {open.toLocaleString("en")} {isLive(run) ? "to come" : "not asked"}
        </span>
      )}
    </div>
  );
}
