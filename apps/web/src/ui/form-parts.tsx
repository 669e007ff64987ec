import { Alert, Button, Code, Group, List } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { useEffect, type ReactNode } from "react";
import type { Failure } from "../api/problems.ts";
import { confirmDestroy } from "./confirm-destroy.ts";
import styles from "./page.module.css";

/** What the server said, above the form's buttons. Messages of fields stand at the fields as well. */
export function FormFailure({ failure }: { failure: Failure | null }) {
  if (failure === null) return null;
  return (
    <Alert color="red" role="alert" title={failure.message}>
      {failure.problems.length > 0 && (
        <List size="sm">
          {failure.problems.map((problem) => (
            <List.Item key={problem.path.join(".") + problem.message}>{problem.message}</List.Item>
          ))}
        </List>
      )}
      {failure.code === "precondition_failed" && "Load the page again to see the newer state before you change it."}
      {failure.request_id !== "" && failure.code === "internal" && (
        <>
          Request id <Code>{failure.request_id}</Code>
        </>
      )}
    </Alert>
  );
}

/** The last row of a form: saving, and going back. Stays in view. */
export function FormActions(props: {
  submit: string;
  isSaving: boolean;
  onCancel?: () => void;
  disabled?: boolean;
  children?: ReactNode;
}) {
  return (
    <Group justify="flex-end" gap="xs" className={styles.formActions}>
      {props.children}
      {props.onCancel !== undefined && (
        <Button variant="default" onClick={props.onCancel}>
          Cancel
        </Button>
      )}
      <Button type="submit" loading={props.isSaving} disabled={props.disabled ?? false}>
        {props.submit}
      </Button>
    </Group>
  );
}

/** Asks before a page with unsaved changes is left. */
export function useUnsavedGuard(hasUnsaved: () => boolean): void {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && hasUnsaved(),
    enableBeforeUnload: hasUnsaved,
    withResolver: true,
  });
  const { status, proceed, reset } = blocker;
  useEffect(() => {
    if (status !== "blocked") return;
    confirmDestroy({
      title: "Leave without saving?",
      body: "What you changed on this page is lost when you leave it.",
      action: "Leave",
      otherwise: "Stay",
      onConfirm: () => proceed(),
      onCancel: () => reset(),
    });
  }, [status, proceed, reset]);
}
