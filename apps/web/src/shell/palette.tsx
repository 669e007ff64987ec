/** ⌘K: pages, things to begin, and a search over what the organization has. Loaded on demand. */
import {
  createSpotlight,
  Spotlight,
  type SpotlightActionData,
  type SpotlightActionGroupData,
} from "@mantine/spotlight";
import "@mantine/spotlight/styles.css";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useIsOffered } from "../session/member.tsx";
import { useFound } from "./palette-search.ts";
import { experimentPlaces, places, quickActions, settingsPlaces } from "./places.ts";

const [store, spotlight] = createSpotlight();

const nothing = {
  idle: "Nothing found",
  searching: "Searching…",
  failed: "The search did not work. Check your connection and try again.",
};

function matches(text: string, query: string): boolean {
  return text.toLowerCase().includes(query.trim().toLowerCase());
}

export default function Palette({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState("");
  const [asked] = useDebouncedValue(query.trim(), 200);
  const navigate = useNavigate();
  const isOffered = useIsOffered();
  const { found, state } = useFound(asked);
  useEffect(() => spotlight.open(), []);

  const action = (to: string, label: string, extra: Partial<SpotlightActionData> = {}): SpotlightActionData => ({
    id: `${to} ${label}`,
    label,
    onClick: () => void navigate({ to }),
    ...extra,
  });
  const pages = [...places, ...experimentPlaces.slice(1), ...settingsPlaces.slice(1)]
    .filter((place) => isOffered(place) && matches(`${place.label} ${place.hint}`, query))
    .map(({ to, label, hint, Icon }) => action(to, label, { description: hint, leftSection: <Icon size={18} /> }));
  const beginnings = quickActions
    .filter((each) => isOffered(each) && matches(each.label, query))
    .map(({ to, label, Icon }) => action(to, label, { leftSection: <Icon size={18} /> }));
  const searching = asked !== query.trim() || state === "searching";
  // While the server is asked, what it found for fewer letters stays only where it still fits.
  const fitting = searching ? found.filter(({ label }) => matches(label, query)) : found;
  const groups: SpotlightActionGroupData[] = [
    { group: "Found", actions: fitting.map(({ to, label, kind }) => action(to, label, { description: kind })) },
    { group: "Pages", actions: pages },
    { group: "Begin", actions: beginnings },
  ];
  return (
    <Spotlight
      store={store}
      actions={groups.filter((group) => group.actions.length > 0)}
      filter={(_, actions) => actions}
      query={query}
      onQueryChange={setQuery}
      onSpotlightClose={onClose}
      shortcut={null}
      nothingFound={nothing[searching ? "searching" : state]}
      highlightQuery
      scrollable
      maxHeight="60vh"
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: "Go to, begin, or search…",
        "aria-label": "Go to, begin, or search",
      }}
    />
  );
}
