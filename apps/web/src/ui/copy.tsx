import { ActionIcon, Button, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconCopy, IconLink, IconTerminal2 } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from "react";
import { currentOrganization } from "../api/caller.ts";
import { shellWord } from "./shell-word.ts";

const CopyByHand = lazy(() => import("./copy-by-hand.tsx"));

type Props = {
  /** What goes to the clipboard; a function is asked when the button is pressed. */
  value: string | (() => string);
  label: string;
  icon?: ReactNode;
  /** A button with its label written out, instead of a sign alone. */
  wide?: boolean;
};

/** Milliseconds for which a button says that it has copied. */
const told = 1_500;

/** `refused` is the text that the browser did not let go to the clipboard. */
function useCopy() {
  const [isCopied, setCopied] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Refused, or a page without a secure address, which has no clipboard.
      return setRefused(text);
    }
    setCopied(true);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setCopied(false), told);
  };
  return { isCopied, refused, copy, close: () => setRefused(null) };
}

export function CopyButton({ value, label, icon = <IconCopy size={16} />, wide = false }: Props) {
  const { isCopied, refused, copy, close } = useCopy();
  const act = () => void copy(typeof value === "string" ? value : value());
  const sign = isCopied ? <IconCheck size={16} /> : icon;
  return (
    <>
      {wide ? (
        <Button variant="default" leftSection={sign} onClick={act}>
          {isCopied ? "Copied" : label}
        </Button>
      ) : (
        <Tooltip label={isCopied ? "Copied" : label} {...(isCopied ? { opened: true } : {})}>
          <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={act}>
            {sign}
          </ActionIcon>
        </Tooltip>
      )}
      <VisuallyHidden role="status">{isCopied && "Copied"}</VisuallyHidden>
      <Suspense fallback={null}>{refused !== null && <CopyByHand text={refused} onClose={close} />}</Suspense>
    </>
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
  const lines = [`curl -X ${call.method} ${shellWord(`${window.location.origin}/api/v1${call.path}`)}`];
  lines.push(`-H "Authorization: Bearer $RHESIS_TOKEN"`);
  if (call.body !== undefined) {
    lines.push(`-H 'Content-Type: application/json'`, `--data-raw ${shellWord(JSON.stringify(call.body))}`);
  }
  return lines.join(" \\\n  ");
}

export function CopyCurl({ call }: { call: { method: string; path: string; body?: unknown } }) {
  return <CopyButton value={() => curlOf(call)} label="Copy as curl" icon={<IconTerminal2 size={16} />} />;
}
