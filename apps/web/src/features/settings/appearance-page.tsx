import { Radio, Stack, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { createLazyRoute } from "@tanstack/react-router";
import { onlyReadOut } from "../../ui/only-read-out.ts";
import { Page, Section } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";

export const Route = createLazyRoute("/settings/appearance")({ component: AppearancePage });

const choices: readonly { value: MantineColorScheme; label: string; description: string }[] = [
  { value: "auto", label: "As the system", description: "Follows your computer, also when it changes in the evening." },
  { value: "light", label: "Light", description: "Dark text on a light ground." },
  { value: "dark", label: "Dark", description: "Light text on a dark ground." },
];

function AppearancePage() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Page narrow>
      <PageHeader title="Appearance" description="For you, in this browser." />
      <Section title="Colours">
        <Radio.Group label="Colours" labelProps={onlyReadOut} value={colorScheme} onChange={setColorScheme}>
          <Stack gap="sm">
            {choices.map((choice) => (
              <Radio key={choice.value} {...choice} />
            ))}
          </Stack>
        </Radio.Group>
      </Section>
    </Page>
  );
}
