import { Select } from "@mantine/core";
import { skipToken, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { trpc } from "../../api/trpc.ts";

type Props = {
  experiment_id: string | null;
  value: number | null;
  onChange: (number: number | null) => void;
  label: string;
  /** What stands there where none is chosen. */
  placeholder?: string;
  clearable?: boolean;
  required?: boolean;
  error?: ReactNode;
  /** Focused when the dialog it stands in opens. */
  isFirst?: boolean;
  /** Without a visible label, as a filter above a table. */
  compact?: boolean;
};

/** Choosing a version of an experiment, the newest first, with what its author noted. */
export function VersionSelect({ experiment_id, value, onChange, label, compact = false, ...props }: Props) {
  const id = experiment_id ?? "";
  const experiment = useQuery(trpc.experiment.get.queryOptions(id === "" ? skipToken : { id }));
  const versions = useQuery(trpc.experiment.versions.queryOptions(id === "" ? skipToken : { id, limit: 100 }));
  const notes = new Map(versions.data?.items.map(({ number, note }) => [number, note]));
  const latest = experiment.data?.latest_version ?? 0;
  // Versions are numbered without gaps and never deleted.
  const data = Array.from({ length: latest }, (_, nr) => latest - nr).map((number) => {
    const note = notes.get(number) ?? "";
    return { value: String(number), label: note === "" ? `v${number}` : `v${number} · ${note.split("\n")[0]}` };
  });
  const { clearable = false, required = false, isFirst = false, ...rest } = props;
  return (
    <Select
      {...rest}
      {...(compact ? { "aria-label": label, w: 180 } : { label, withAsterisk: required })}
      {...(isFirst ? { "data-autofocus": true } : {})}
      searchable
      limit={200}
      clearable={clearable}
      allowDeselect={clearable}
      clearButtonProps={{ "aria-label": `Clear ${label}` }}
      data={data}
      value={value === null ? null : String(value)}
      onChange={(next) => onChange(next === null ? null : Number(next))}
      nothingFoundMessage={latest === 0 ? "It has no version yet" : "Nothing found"}
      disabled={experiment_id === null}
      comboboxProps={{ width: compact ? 300 : "target", position: "bottom-start" }}
    />
  );
}
