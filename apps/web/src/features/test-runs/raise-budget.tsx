import { Button, Group, Stack } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { TestRun } from "@rhesis/router/test-run/schema";
import { failureOf } from "../../api/problems.ts";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { notifyFailure } from "../../ui/notices.ts";
import { BudgetFields, capsOf, type BudgetValues } from "./budget-fields.tsx";

/** A larger budget for a run that rests, and going on with it. */
export function RaiseBudget({ run }: { run: TestRun }) {
  const can = useCan();
  const [value, setValue] = useState<BudgetValues>({ max_tokens: run.max_tokens, max_cost: run.max_cost });
  const [problems, setProblems] = useState<Record<string, string>>({});
  const [isBusy, setBusy] = useState(false);
  const caps = (["max_tokens", "max_cost"] as const).filter((cap) => run[cap] !== null);
  if (caps.length === 0 || !can("test_run:pause")) return null;
  const raise = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblems({});
    const raised = caps.filter((cap) => value[cap] !== run[cap]);
    const changes = Object.fromEntries(raised.map((cap) => [cap, value[cap]] as const));
    try {
      await api.test_run.raise_budget.mutate({
        id: run.id,
        ...capsOf({ max_tokens: null, max_cost: null, ...changes }),
      });
      queryClient.setQueryData(
        trpc.test_run.get.queryKey({ id: run.id }),
        await api.test_run.resume.mutate({ id: run.id }),
      );
    } catch (error) {
      const failure = failureOf(error);
      setProblems(Object.fromEntries(failure.problems.map(({ path, message }) => [String(path[0]), message])));
      if (failure.problems.length === 0) notifyFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void raise(event)} noValidate>
      <Stack gap="xs" maw={480}>
        <BudgetFields
          value={value}
          caps={caps}
          problems={problems}
          onChange={(changes) => setValue((before) => ({ ...before, ...changes }))}
        />
        <Group>
          <Button type="submit" size="compact-md" loading={isBusy}>
            Raise the budget and go on
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
