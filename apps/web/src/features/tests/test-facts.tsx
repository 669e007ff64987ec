import { Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Test } from "@rhesis/router/test/schema";

/** From here on a text scrolls in its own place instead of pushing the rest away. In characters. */
const long = 900;

export function Fact({ label, children }: { label: string; children: ReactNode }) {
  const isLong = typeof children === "string" && children.length > long;
  const scroll = isLong ? { style: { maxHeight: 260, overflow: "auto" }, tabIndex: 0, role: "region" } : {};
  return (
    <div style={{ minWidth: 0 }}>
      <Text size="xs" c="dimmed" fw={600}>
        {label}
      </Text>
      <Text size="sm" component="div" className="break-words" {...scroll} {...(isLong ? { "aria-label": label } : {})}>
        {children}
      </Text>
    </div>
  );
}

type Shown = Pick<Test, "input" | "expected_output" | "requirement_name" | "topic_name" | "category_name">;

/** What a test says, to read. */
export function TestFacts({ test }: { test: Shown }) {
  return (
    <Stack gap="md">
      <Fact label="Input">{test.input}</Fact>
      <Fact label="Expected output">{test.expected_output ?? "None"}</Fact>
      <Group gap="xl">
        <Fact label="Requirement">{test.requirement_name ?? "None"}</Fact>
        <Fact label="Topic">{test.topic_name ?? "None"}</Fact>
        <Fact label="Category">{test.category_name ?? "None"}</Fact>
      </Group>
    </Stack>
  );
}
