import { IconAlertOctagon, IconCircleCheck, IconCircleX, IconHelpCircle, IconLoader } from "@tabler/icons-react";
import styles from "./verdict-badge.module.css";

export type ShownVerdict = "pass" | "fail" | "inconclusive" | "error" | "pending";

const looks = {
  pass: { Icon: IconCircleCheck, word: "Pass" },
  fail: { Icon: IconCircleX, word: "Fail" },
  inconclusive: { Icon: IconHelpCircle, word: "Inconclusive" },
  error: { Icon: IconAlertOctagon, word: "Error" },
  pending: { Icon: IconLoader, word: "Pending" },
};

/** A verdict as sign and word; the colour only helps. */
export function VerdictBadge({ verdict }: { verdict: ShownVerdict | null }) {
  const { Icon, word } = looks[verdict ?? "pending"];
  return (
    <span className={styles.badge} data-verdict={verdict ?? "pending"}>
      <Icon size={15} aria-hidden />
      {word}
    </span>
  );
}
