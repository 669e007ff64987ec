import { Text } from "@mantine/core";
import type { ReactNode } from "react";

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
