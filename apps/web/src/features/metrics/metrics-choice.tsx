import { Button, Collapse, MultiSelect, Skeleton, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { trpc } from "../../api/trpc.ts";
import { useSettledSearch } from "../../ui/remote-select.tsx";

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
        <MetricsSelect
          isOpen={isOpen}
          value={value}
          onChange={(ids) => {
            setOpen(true);
            onChange(ids);
          }}
          error={error}
        />
      </Collapse>
    </div>
  );
}

type SelectProps = { isOpen: boolean; value: string[]; onChange: (ids: string[]) => void; error: string | undefined };

/** The server searches: an organization may have more metrics than anybody would scroll through. */
function MetricsSelect({ isOpen, value, onChange, error }: SelectProps) {
  const [q, setQ] = useSettledSearch();
  const [chosen, setChosen] = useState<{ value: string; label: string }[]>([]);
  const input = { limit: 50, sort: "name" as const, ...(q === undefined ? {} : { q }) };
  const found = useQuery(trpc.metric.list.queryOptions(input, { enabled: isOpen, placeholderData: keepPreviousData }));
  const options = (found.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const listed = new Set(options.map((option) => option.value));
  const known = [...options, ...chosen.filter((option) => !listed.has(option.value))];
  return (
    <MultiSelect
      mt={6}
      aria-label="Metrics for this run"
      placeholder={value.length === 0 ? "Search metrics" : ""}
      searchable
      clearable
      data={known}
      // The server has searched already; what is chosen is known by name, and listed where it was found.
      filter={({ options: all }) => all.filter((option) => "value" in option && listed.has(option.value))}
      value={value}
      onSearchChange={(text) => setQ(text.trim() === "" ? undefined : text.trim())}
      onChange={(ids) => {
        setChosen(known.filter((option) => ids.includes(option.value)));
        onChange(ids);
      }}
      error={error}
      nothingFoundMessage={found.isFetching ? "Searching…" : "Nothing found"}
    />
  );
}
