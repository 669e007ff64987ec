import { Box, Loader } from "@mantine/core";
import { lazy, Suspense, type RefObject } from "react";
import { CopyButton } from "./copy.tsx";
import { prettyJson } from "./pretty-json.ts";
import type { InsertText } from "./code-editor.tsx";
import styles from "./code.module.css";

const CodeEditor = lazy(() => import("./code-editor.tsx"));

/** Text as it was sent or received: fixed width, wrapped, copyable, never interpreted. */
export function CodeBlock({ text, label, height = 360 }: { text: string; label: string; height?: number }) {
  return (
    <Box className={styles.block}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls, so the keyboard has to reach it */}
      <pre className={styles.code} style={{ maxHeight: height }} tabIndex={0} aria-label={label} role="region">
        {text}
      </pre>
      <div className={styles.corner}>
        <CopyButton value={text} label={`Copy ${label.toLowerCase()}`} />
      </div>
    </Box>
  );
}

export function JsonView({ value, label, height }: { value: unknown; label: string; height?: number }) {
  return <CodeBlock text={prettyJson(value)} label={label} {...(height === undefined ? {} : { height })} />;
}

/** JSON written by hand. `value` is text, so that it can be wrong while one types. The editor is loaded on demand. */
export function JsonEditor(props: {
  value: string;
  onChange: (text: string) => void;
  label: string;
  error?: string | undefined;
  height?: string;
  /** Takes the function that inserts at the cursor. */
  insertRef?: RefObject<InsertText | null>;
}) {
  return (
    <div>
      <div className={styles.editor} data-error={props.error !== undefined || undefined}>
        <Suspense fallback={<Loader size="sm" m="md" />}>
          <CodeEditor
            value={props.value}
            onChange={props.onChange}
            label={props.label}
            height={props.height ?? "220px"}
            insertRef={props.insertRef}
          />
        </Suspense>
      </div>
      {props.error !== undefined && (
        <div className={styles.error} role="alert">
          {props.error}
        </div>
      )}
    </div>
  );
}
