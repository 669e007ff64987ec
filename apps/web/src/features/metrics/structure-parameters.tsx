/** Settings of metrics that look at the structure of an answer. */
import { Input, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ParametersOf } from "@rhesis/engine/metric/schema";
import { JsonEditor } from "../../ui/json-view.tsx";
import type { ParameterProps } from "./parameter-field.tsx";
import { parseJson, parseJsonObject } from "./parse-json.ts";

/** Tells the form about text that is not yet JSON; null when it is. */
type TextProblem = (field: string, message: string | null) => void;

export function JsonSchemaFields(props: ParameterProps<ParametersOf<"json_schema">> & { onTextProblem: TextProblem }) {
  const { value, onChange, problem, onTextProblem } = props;
  const [text, setText] = useState(() => JSON.stringify(value.schema, null, 2));
  return (
    <Input.Wrapper
      label="JSON Schema"
      labelElement="div"
      description="The fields and types the answer must have (draft 2020-12)."
    >
      <JsonEditor
        label="JSON Schema"
        value={text}
        onChange={(next) => {
          setText(next);
          const parsed = parseJsonObject(next);
          onTextProblem("schema", parsed.ok ? null : parsed.message);
          if (parsed.ok) onChange({ schema: parsed.value });
        }}
        error={problem("schema")}
      />
    </Input.Wrapper>
  );
}

export function JsonPathFields(
  props: ParameterProps<ParametersOf<"json_path_equals">> & { onTextProblem: TextProblem },
) {
  const { value, onChange, problem, onTextProblem } = props;
  const [text, setText] = useState(() => JSON.stringify(value.expected, null, 2));
  return (
    <>
      <TextInput
        label="Where to look"
        description="A JSONPath. $ is the whole answer, $.claim.status the status of its claim."
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        spellCheck={false}
        value={value.path}
        onChange={(event) => onChange({ path: event.currentTarget.value })}
        error={problem("path")}
      />
      <Input.Wrapper
        label="What must be there"
        labelElement="div"
        description='As JSON: "open" with quotation marks is a text, 7 a number.'
      >
        <JsonEditor
          label="What must be there"
          height="90px"
          value={text}
          onChange={(next) => {
            setText(next);
            const parsed = parseJson(next);
            onTextProblem("expected", parsed.ok ? null : parsed.message);
            if (parsed.ok) onChange({ expected: parsed.value });
          }}
          error={problem("expected")}
        />
      </Input.Wrapper>
    </>
  );
}

export function JsonValidNote() {
  return (
    <Text size="sm" c="dimmed">
      There is nothing to set: the whole answer has to be JSON.
    </Text>
  );
}
