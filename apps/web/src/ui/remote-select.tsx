/** Choosing one thing out of a list the server searches, and making it where it is missing. */
import { Loader, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState, type ReactNode } from "react";
import { notifyFailure } from "./notices.ts";

export type Named = { id: string; name: string };

/** What every choice of this kind takes from the form it stands in. */
export type ChoiceProps = {
  value: string | null;
  onChange: (id: string | null, name: string | null) => void;
  label?: string;
  description?: ReactNode;
  placeholder?: string;
  error?: ReactNode;
  /** Small and without a visible label, as a filter above a table. */
  compact?: boolean;
  disabled?: boolean;
  required?: boolean;
};

type Props = ChoiceProps & {
  /** The first that match what is typed. */
  options: readonly Named[];
  /** The chosen one, where it is not among the options. */
  chosen: Named | undefined;
  list: { isFetching: boolean; isError: boolean; refetch: () => unknown };
  onSearch: (q: string | undefined) => void;
  /** Offered where nothing of that name is there. */
  create?: ((name: string) => Promise<Named>) | undefined;
};

const createValue = "create";

/** The search of a remote select, settled: undefined while nothing is typed. */
export function useSettledSearch(): [string | undefined, (q: string | undefined) => void] {
  const [q, setQ] = useState<string | undefined>(undefined);
  const [settled] = useDebouncedValue(q, 200);
  return [settled, setQ];
}

function nothingText({ isFetching, isError }: Props["list"]): string {
  if (isFetching) return "Searching…";
  return isError ? "The list could not be loaded. Close and open it to try again." : "Nothing found";
}

export function RemoteSelect(props: Props) {
  const { value, onChange, options, chosen, list, onSearch, create } = props;
  const [typed, setTyped] = useState("");
  const known = chosen === undefined || options.some(({ id }) => id === chosen.id) ? options : [chosen, ...options];
  const name = typed.trim();
  const isNew = name !== "" && !known.some((each) => each.name.toLowerCase() === name.toLowerCase());
  const data = known.map((each) => ({ value: each.id, label: each.name }));
  if (create !== undefined && isNew) data.push({ value: createValue, label: `Create “${name}”` });
  const choose = (next: string | null) => {
    if (next !== createValue || create === undefined) {
      onChange(next, known.find(({ id }) => id === next)?.name ?? null);
      return;
    }
    create(name).then(
      (made) => onChange(made.id, made.name),
      (error: unknown) => notifyFailure(error),
    );
  };
  const search = (text: string) => {
    setTyped(text);
    const shown = known.find(({ id }) => id === value)?.name;
    // The select writes the name of what is chosen into its search: that is not a search.
    onSearch(text.trim() === "" || text === shown ? undefined : text.trim());
  };
  return (
    <Select
      {...(props.compact === true ? { "aria-label": props.label, w: 180 } : { label: props.label })}
      description={props.description}
      placeholder={props.placeholder}
      error={props.error}
      disabled={props.disabled ?? false}
      withAsterisk={props.required ?? false}
      searchable
      clearable={props.required !== true}
      allowDeselect={props.required !== true}
      clearButtonProps={{ "aria-label": `Clear ${props.label ?? "choice"}` }}
      data={data}
      value={value}
      onChange={choose}
      onSearchChange={search}
      // The server has searched already; what is to be created stays in view.
      filter={({ options: all }) => all}
      nothingFoundMessage={nothingText(list)}
      onDropdownOpen={() => list.isError && void list.refetch()}
      rightSection={list.isFetching && typed !== "" ? <Loader size={14} /> : undefined}
      comboboxProps={{ withinPortal: true, width: props.compact === true ? 300 : "target", position: "bottom-start" }}
      maxDropdownHeight={280}
    />
  );
}
