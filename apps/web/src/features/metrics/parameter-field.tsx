/** The controls that the settings of metrics are made of. */
import { Checkbox, Group, Input, NumberInput, SegmentedControl, Slider, Textarea } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useId, type ReactNode } from "react";

/** What the settings of one kind of metric are given. `problem` reads the message of a field. */
export type ParameterProps<Parameters> = {
  value: Parameters;
  onChange: (changes: Partial<Parameters>) => void;
  problem: (field: string) => string | undefined;
};

type NumberProps = {
  label: string;
  description?: ReactNode;
  value: number | null;
  onChange: (value: number | null) => void;
  error?: string | undefined;
  placeholder?: string;
  suffix?: string;
  min?: number;
  decimals?: boolean;
};

/** A number that may be left empty: null then. */
export function NumberField(props: NumberProps) {
  const { value, onChange, decimals = false, min, suffix, placeholder } = props;
  return (
    <NumberInput
      label={props.label}
      description={props.description}
      value={value === null || Number.isNaN(value) ? "" : value}
      onChange={(next) => onChange(typeof next === "number" ? next : null)}
      error={props.error}
      allowDecimal={decimals}
      decimalScale={6}
      maw={240}
      {...(min === undefined ? {} : { min })}
      {...(suffix === undefined ? {} : { suffix })}
      {...(placeholder === undefined ? {} : { placeholder })}
    />
  );
}

/** A number that has to be there: while the field is empty it is not a number, and the form says so. */
export function RequiredNumber(props: Omit<NumberProps, "onChange"> & { onChange: (value: number) => void }) {
  return <NumberField {...props} onChange={(value) => props.onChange(value ?? Number.NaN)} />;
}

type ThresholdProps = {
  label: string;
  description: ReactNode;
  value: number;
  onChange: (value: number) => void;
  error?: string | undefined;
  min?: number;
  max?: number;
};

/** The bar on a scale, by slider and by number. */
export function Threshold({ label, description, value, onChange, error, min = 0, max = 1 }: ThresholdProps) {
  const id = useId();
  const isScale = Number.isFinite(min) && Number.isFinite(max) && max > min;
  return (
    <Input.Wrapper label={label} labelProps={{ htmlFor: id }} description={description} error={error}>
      <Group gap="md" mt={4} wrap="nowrap">
        {isScale && (
          <Slider
            flex={1}
            thumbLabel={label}
            value={Number.isFinite(value) ? value : min}
            onChange={onChange}
            min={min}
            max={max}
            step={(max - min) / 100}
            label={null}
          />
        )}
        <NumberInput
          id={id}
          w={110}
          value={Number.isFinite(value) ? value : ""}
          onChange={(next) => onChange(typeof next === "number" ? next : Number.NaN)}
          min={min}
          max={max}
          step={(max - min) / 20}
          decimalScale={4}
          error={error !== undefined}
        />
      </Group>
    </Input.Wrapper>
  );
}

type ChoiceProps<Value extends string> = {
  label: string;
  description?: ReactNode;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: string }[];
};

/** Letters that a phone shows beside each other. */
const mostInALine = 32;

/** One of a few. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const id = useId();
  const isNarrow = useMediaQuery("(max-width: 48em)") ?? false;
  const letters = props.options.reduce((sum, { label }) => sum + label.length, 0);
  return (
    <Input.Wrapper label={props.label} labelElement="div" labelProps={{ id }} description={props.description}>
      <div>
        <SegmentedControl
          mt={4}
          aria-labelledby={id}
          orientation={isNarrow && letters > mostInALine ? "vertical" : "horizontal"}
          value={props.value}
          onChange={(value) => props.onChange(value)}
          data={[...props.options]}
        />
      </div>
    </Input.Wrapper>
  );
}

/** A setting that is on or off, with what it means when it is on. */
export function Toggle(props: {
  label: string;
  description?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <Checkbox
      label={props.label}
      description={props.description}
      checked={props.checked}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
  );
}

export function IgnoreCase({ checked, onChange }: { checked: boolean; onChange: (checked: boolean) => void }) {
  return <Toggle label="Upper and lower case are the same" checked={checked} onChange={onChange} />;
}

/** What the answer is compared with: each test's expected output, or one text for all. */
export function ReferenceField(props: {
  value: string | null;
  onChange: (value: string | null) => void;
  error: string | undefined;
}) {
  const { value, onChange } = props;
  return (
    <>
      <Choice
        label="Compare with"
        value={value === null ? "test" : "own"}
        onChange={(from) => onChange(from === "test" ? null : "")}
        options={[
          { value: "test", label: "The test's expected output" },
          { value: "own", label: "One text for all tests" },
        ]}
      />
      {value !== null && (
        <Textarea
          label="Text to compare with"
          autosize
          minRows={2}
          maxRows={10}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          error={props.error}
        />
      )}
    </>
  );
}
