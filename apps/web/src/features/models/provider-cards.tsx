import { Radio, SimpleGrid, Text } from "@mantine/core";
import { onlyReadOut } from "../../ui/only-read-out.ts";
import styles from "./provider-cards.module.css";
import { providerLooks, providers, type Provider } from "./providers.ts";

/** The providers to choose from. */
export function ProviderCards({ value, onChange }: { value: Provider; onChange: (provider: Provider) => void }) {
  return (
    <Radio.Group value={value} onChange={onChange} label="Provider" labelProps={onlyReadOut}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
        {providers.map((provider) => (
          <Radio.Card key={provider} value={provider} p="sm" radius="md" className={styles.card}>
            <Text fw={600} size="sm">
              {providerLooks[provider].title}
            </Text>
            <Text size="xs" c="dimmed">
              {providerLooks[provider].description}
            </Text>
          </Radio.Card>
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}
