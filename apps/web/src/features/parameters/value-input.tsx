import { NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import type { ParameterType } from "@rhesis/engine/parameters/schema";
import { ModelSelect } from "../metrics/model-select.tsx";

type Value = string | number | boolean | null;

type Props = {
  type: ParameterType;
  /** Of a choice. */
  options: readonly string[];
  /** "" and null are none. */
  value: Value;
  onChange: (value: Value) => void;
  label: string;
  description?: ReactNode;
  placeholder?: string;
  error?: ReactNode;
  required?: boolean;
};

/** The field for a value of a parameter, by its type. */
export function ValueInput({ type, options, value, onChange, ...rest }: Props) {
  const { required = false, ...shown } = rest;
  const common = { ...shown, withAsterisk: required };
  const text = typeof value === "string" ? value : "";
  switch (type) {
    case "string":
      return <TextInput {...common} value={text} onChange={(event) => onChange(event.currentTarget.value)} />;
    case "text":
      return (
        <Textarea
          {...common}
          autosize
          minRows={3}
          maxRows={16}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "integer":
    case "number":
      return (
        <NumberInput
          {...common}
          allowDecimal={type === "number"}
          value={typeof value === "boolean" || value === null ? "" : value}
          onChange={onChange}
          w={{ base: "100%", xs: 260 }}
        />
      );
    case "boolean":
      return <YesOrNo {...common} value={value} onChange={onChange} />;
    case "enum":
      return (
        <Select
          {...common}
          placeholder={shown.placeholder ?? "None"}
          data={Array.from(new Set(options))}
          value={text === "" ? null : text}
          onChange={onChange}
          clearable={!required}
          clearButtonProps={{ "aria-label": `Clear ${shown.label}` }}
          w={{ base: "100%", xs: 260 }}
        />
      );
    case "model_ref":
      return (
        <ModelSelect
          {...shown}
          placeholder={shown.placeholder ?? "None"}
          required={required}
          value={text === "" ? null : text}
          onChange={(id) => onChange(id)}
        />
      );
  }
}

function YesOrNo(props: Omit<Props, "type" | "options" | "required"> & { withAsterisk: boolean }) {
  const { value, onChange, ...common } = props;
  return (
    <Select
      {...common}
      placeholder={common.placeholder ?? "None"}
      data={[
        { value: "yes", label: "Yes" },
        { value: "no", label: "No" },
      ]}
      value={typeof value === "boolean" ? (value ? "yes" : "no") : null}
      onChange={(next) => onChange(next === null ? null : next === "yes")}
      clearable={!common.withAsterisk}
      clearButtonProps={{ "aria-label": `Clear ${common.label}` }}
      w={{ base: "100%", xs: 260 }}
    />
  );
}
