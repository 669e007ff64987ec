import { SimpleGrid, Skeleton, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../../api/trpc.ts";
import { ErrorState } from "../../ui/error-state.tsx";
import type { Found } from "./start-from.tsx";
import styles from "./start-from.module.css";

/** The presets to choose from. */
export function FromPreset({ onFound }: { onFound: (found: Found) => void }) {
  const presets = useQuery(trpc.endpoint.presets.queryOptions({}, { staleTime: Infinity }));
  if (presets.isLoadingError) return <ErrorState error={presets.error} onRetry={presets.refetch} />;
  if (presets.data === undefined) return <Skeleton height={180} radius="md" />;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }} spacing="sm">
      {presets.data.items.map(({ name, title, description, config, notes }) => (
        <UnstyledButton
          key={name}
          className={styles.preset}
          onClick={() => onFound({ what: `the preset ${title}`, name: title, config, notes })}
        >
          <Text fw={600} size="sm">
            {title}
          </Text>
          <Text size="xs" c="dimmed">
            {description}
          </Text>
        </UnstyledButton>
      ))}
    </SimpleGrid>
  );
}
