/** Forms over the contract's own zod schemas: the same rules in the browser, and the server's problems at the field. */
import { useForm, type UseFormReturnType } from "@mantine/form";
import { useRef, useState } from "react";
import type { z } from "zod";
import { failureOf, type Failure, type FieldProblem } from "../api/problems.ts";
import { plainProblem } from "./plain-problem.ts";

type Options<Values extends Record<string, unknown>, Output> = {
  /** What the procedure accepts. */
  schema: z.ZodType<Output>;
  initialValues: Values;
  /** Where the form holds something else than the procedure takes. Paths of problems must stay those of the form. */
  toInput?: (values: Values) => unknown;
  /** Sends it. A failure is shown at the form; what it returns goes to `onSaved`. */
  save: (input: Output) => Promise<unknown>;
};

export type ContractForm<Values> = {
  form: UseFormReturnType<Values>;
  onSubmit: (event?: React.FormEvent<HTMLFormElement>) => void;
  isSaving: boolean;
  /** What the server said that belongs to no field. Show it with `FormFailure`. */
  failure: Failure | null;
  /** For `useUnsavedGuard`. */
  hasUnsaved: () => boolean;
};

/** @returns Mantine's form (`form.getInputProps("name")`) with saving and its failures taken care of */
export function useContractForm<Values extends Record<string, unknown>, Output>(
  options: Options<Values, Output>,
): ContractForm<Values> {
  const { schema, initialValues, toInput = (values: Values) => values, save } = options;
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isSaving, setSaving] = useState(false);
  // What is being saved may be left: saving often ends with going elsewhere.
  const isLeaving = useRef(false);
  const form = useForm<Values>({ initialValues, validate: (values) => problemsOf(schema, toInput(values)) });

  const send = async (values: Values): Promise<void> => {
    setFailure(null);
    setSaving(true);
    isLeaving.current = true;
    try {
      await save(schema.parse(toInput(values)));
      form.resetDirty();
    } catch (error) {
      const failed = failureOf(error);
      form.setErrors(errorsByField(failed.problems));
      setFailure(failed);
      focusFirstError();
    }
    isLeaving.current = false;
    setSaving(false);
  };
  const onSubmit = (event?: React.FormEvent<HTMLFormElement>): void => {
    event?.preventDefault();
    if (isSaving) return;
    if (form.validate().hasErrors) focusFirstError();
    else void send(form.getValues());
  };
  return { form, onSubmit, isSaving, failure, hasUnsaved: () => !isLeaving.current && hasChanges(form) };
}

/** The project is filled in by itself where there is one only: nobody's work is lost with it. */
function hasChanges<Values extends Record<string, unknown>>(form: UseFormReturnType<Values>): boolean {
  return Object.keys(form.getValues()).some((field) => field !== "project_id" && form.isDirty(field));
}

function problemsOf(schema: z.ZodType, input: unknown): Record<string, string> {
  const parsed = schema.safeParse(input, { error: plainProblem });
  return parsed.success ? {} : errorsByField(parsed.error.issues as FieldProblem[]);
}

/** `config.headers.0.name` → message; the first problem of a field counts. */
function errorsByField(problems: readonly FieldProblem[]): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { path, message } of problems) errors[path.join(".")] ??= message;
  return errors;
}

function focusFirstError(): void {
  // After React has drawn the messages.
  window.setTimeout(() => document.querySelector<HTMLElement>('form [aria-invalid="true"]')?.focus(), 0);
}
