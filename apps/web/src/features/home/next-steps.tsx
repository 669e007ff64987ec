import { Group, Stack, Text } from "@mantine/core";
import { IconCircle, IconCircleCheckFilled } from "@tabler/icons-react";
import { ButtonLink } from "../../ui/link.tsx";
import { Section } from "../../ui/page.tsx";
import type { Step } from "./steps.ts";

/** What is done and what comes next; only the next step has a button. */
export function NextSteps({ steps }: { steps: readonly Step[] }) {
  const next = steps.find((step) => !step.isDone);
  const done = steps.filter((step) => step.isDone).length;
  return (
    <Section
      title="What to do next"
      aside={
        <Text size="sm" c="dimmed">
          {done} of {steps.length} done
        </Text>
      }
    >
      <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: "none" }}>
        {steps.map((step) => (
          <Group key={step.title} component="li" gap="sm" wrap="nowrap" align="flex-start">
            {step.isDone ? (
              <IconCircleCheckFilled size={20} color="var(--pass)" aria-label="Done" style={{ flexShrink: 0 }} />
            ) : (
              <IconCircle size={20} color="var(--line-strong)" aria-label="To do" style={{ flexShrink: 0 }} />
            )}
            <div>
              <Text size="sm" fw={600} c={step.isDone ? "dimmed" : "var(--ink)"}>
                {step.title}
              </Text>
              {!step.isDone && (
                <Text size="sm" c="dimmed">
                  {step.description}
                </Text>
              )}
              {step === next && (
                <ButtonLink to={step.to} size="xs" mt={8}>
                  {step.action}
                </ButtonLink>
              )}
            </div>
          </Group>
        ))}
      </Stack>
    </Section>
  );
}
