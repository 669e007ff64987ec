import { Group, NumberInput } from "@mantine/core";

/** What the models of a run may use; null is no cap. */
export type BudgetValues = { max_tokens: number | null; max_cost: number | null };

export const noBudget: BudgetValues = { max_tokens: null, max_cost: null };

/** The caps that were entered, as the server takes them. */
export function capsOf({ max_tokens, max_cost }: BudgetValues): { max_tokens?: number; max_cost?: number } {
  return { ...(max_tokens !== null && { max_tokens }), ...(max_cost !== null && { max_cost }) };
}

type Props = {
  value: BudgetValues;
  onChange: (changes: Partial<BudgetValues>) => void;
  problems: Record<string, string>;
  /** Which caps there are. */
  caps?: readonly (keyof BudgetValues)[];
};

const bothCaps = ["max_tokens", "max_cost"] as const;

export function BudgetFields({ value, onChange, problems, caps = bothCaps }: Props) {
  const amountOf = (entered: number | string) => (typeof entered === "number" ? entered : null);
  return (
    <Group gap="md" align="flex-start" grow>
      {caps.includes("max_tokens") && (
        <NumberInput
          label="Most tokens"
          placeholder="No limit"
          thousandSeparator=","
          min={1}
          allowDecimal={false}
          allowNegative={false}
          value={value.max_tokens ?? ""}
          onChange={(entered) => onChange({ max_tokens: amountOf(entered) })}
          error={problems["max_tokens"]}
        />
      )}
      {caps.includes("max_cost") && (
        <NumberInput
          label="Most US dollars"
          placeholder="No limit"
          prefix="$"
          thousandSeparator=","
          min={0}
          decimalScale={6}
          allowNegative={false}
          value={value.max_cost ?? ""}
          onChange={(entered) => onChange({ max_cost: amountOf(entered) })}
          error={problems["max_cost"]}
        />
      )}
    </Group>
  );
}
