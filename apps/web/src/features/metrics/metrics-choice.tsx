import { Button, Collapse, MultiSelect, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { trpc } from "../../api/trpc.ts";

/** With which metrics a run scores: those of the set or of the requirements, unless others are named for this run. */
export function MetricsChoice(props: {
  test_set_id: string;
  value: string[];
  onChange: (ids: string[]) => void;
  error: string | undefined;
}) {
  const { test_set_id, value, onChange, error } = props;
  const [isAsked, setOpen] = useState(value.length > 0);
  const isOpen = isAsked || error !== undefined;
  const own = useQuery(trpc.test_set.metrics.queryOptions({ id: test_set_id, limit: 100, sort: "name" }));
  const all = useQuery(trpc.metric.list.queryOptions({ limit: 100, sort: "name" }, { enabled: isOpen }));
  const names = own.data?.items.map(({ name }) => name) ?? [];
  const shown = names.slice(0, 4).join(", ") + (names.length > 4 ? ` and ${names.length - 4} more` : "");
  const source =
    value.length > 0
      ? "Every test is scored with the metrics named here."
      : names.length > 0
        ? `Every test is scored with the metrics of this set: ${shown}.`
        : "Each test is scored with the metrics of its requirement.";
  return (
    <div>
      <Text size="sm" fw={500}>
        How answers are scored
      </Text>
      <Text size="sm" c="dimmed" className="break-words">
        {own.data === undefined && own.isError && "Which metrics the set has could not be loaded."}
        {own.isPending && <Skeleton component="span" display="block" height={12} w={260} my={4} />}
        {own.data !== undefined && source}
      </Text>
      {!isOpen && (
        <Button variant="subtle" size="compact-sm" mt={4} px={0} onClick={() => setOpen(true)}>
          Use other metrics for this run
        </Button>
      )}
      <Collapse expanded={isOpen}>
        <MultiSelect
          mt={6}
          aria-label="Metrics for this run"
          placeholder={value.length === 0 ? "Choose metrics" : ""}
          searchable
          clearable
          data={(all.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={value}
          onChange={(ids) => {
            setOpen(true);
            onChange(ids);
          }}
          error={error}
          nothingFoundMessage={all.isPending ? "Loading…" : "Nothing found"}
        />
      </Collapse>
    </div>
  );
}
