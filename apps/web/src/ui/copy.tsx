import { ActionIcon, Button, CopyButton as MantineCopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy, IconLink, IconTerminal2 } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { currentOrganization } from "../api/caller.ts";

type Props = {
  /** What goes to the clipboard. */
  value: string | (() => string);
  label: string;
  icon?: ReactNode;
  /** A button with its label written out, instead of a sign alone. */
  wide?: boolean;
};

export function CopyButton({ value, label, icon = <IconCopy size={16} />, wide = false }: Props) {
  return (
    <MantineCopyButton value={typeof value === "string" ? value : ""} timeout={1500}>
      {({ copied, copy }) => {
        const act = typeof value === "string" ? copy : () => void navigator.clipboard.writeText(value());
        const sign = copied ? <IconCheck size={16} /> : icon;
        if (wide) {
          return (
            <Button variant="default" leftSection={sign} onClick={act}>
              {copied ? "Copied" : label}
            </Button>
          );
        }
        return (
          <Tooltip label={copied ? "Copied" : label}>
            <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={act}>
              {sign}
            </ActionIcon>
          </Tooltip>
        );
      }}
    </MantineCopyButton>
  );
}

/** This page's address, naming the organization, so that it opens for a colleague who belongs to several. */
function linkHere(): string {
  const url = new URL(window.location.href);
  const organization = currentOrganization();
  if (organization !== null) url.searchParams.set("organization", organization);
  return url.href;
}

export function CopyLink({ label = "Copy link" }: { label?: string }) {
  return <CopyButton value={linkHere} label={label} icon={<IconLink size={16} />} />;
}

/** A shell command that makes the same call through the REST API. The token comes from the environment. */
function curlOf(call: { method: string; path: string; body?: unknown }): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const lines = [`curl -X ${call.method} ${quote(`${window.location.origin}/api/v1${call.path}`)}`];
  lines.push(`-H "Authorization: Bearer $RHESIS_TOKEN"`);
  if (call.body !== undefined) {
    lines.push(`-H 'Content-Type: application/json'`, `-d ${quote(JSON.stringify(call.body))}`);
  }
  return lines.join(" \\\n  ");
}

export function CopyCurl({ call }: { call: { method: string; path: string; body?: unknown } }) {
  return <CopyButton value={() => curlOf(call)} label="Copy as curl" icon={<IconTerminal2 size={16} />} />;
}
