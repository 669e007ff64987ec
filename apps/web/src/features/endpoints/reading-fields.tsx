import { NumberInput, Select, SimpleGrid, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { isStreamed } from "./answer-reading.ts";
import type { EndpointValues } from "./endpoint-values.ts";

type Form = UseFormReturnType<EndpointValues>;

const wholeFormats = [
  { value: "json", label: "JSON, in one piece" },
  { value: "text", label: "Text, in one piece" },
  { value: "sse", label: "In pieces, as server-sent events" },
  { value: "json_lines", label: "In pieces, one JSON a line" },
];
const messageFormats = [
  { value: "json", label: "In pieces, messages of JSON" },
  { value: "text", label: "In pieces, messages of text" },
];
const mono = { input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } };

/** How the answer comes, and how its pieces become one. */
export function ReadingFields({ form }: { form: Form }) {
  const { config } = form.getValues();
  const isSocket = config.protocol === "websocket";
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      <Select
        label="Response format"
        description="How the answer comes"
        data={isSocket ? messageFormats : wholeFormats}
        allowDeselect={false}
        {...form.getInputProps("config.response_format")}
      />
      {isStreamed(config) && <PieceFields form={form} piece={pieceOf(config)} />}
    </SimpleGrid>
  );
}

/** What one piece of an answer is called. */
export function pieceOf({ protocol, response_format }: EndpointValues["config"]): string {
  if (protocol === "websocket") return "message";
  return response_format === "json_lines" ? "line" : "event";
}

function PieceFields({ form, piece }: { form: Form; piece: string }) {
  const { protocol, stream } = form.getValues().config;
  const whole = protocol === "websocket" ? "connection" : "response";
  const error = form.errors["config.stream.done"];
  const forget = () => form.clearFieldError("config.stream.done");
  return (
    <>
      <Select
        label={`Each ${piece} holds`}
        description="How the pieces become one answer"
        data={[
          { value: "concat", label: "The next part of the answer" },
          { value: "last", label: "The whole answer so far" },
        ]}
        allowDeselect={false}
        {...form.getInputProps("config.stream.join")}
      />
      <Select
        label="The answer ends"
        description="One that breaks off before counts as failed"
        data={[
          { value: "by_itself", label: `When the ${whole} ends` },
          { value: "mark", label: "With an end mark" },
          { value: "count", label: `After a number of ${piece}s` },
        ]}
        allowDeselect={false}
        {...form.getInputProps("config.stream.ends")}
      />
      {stream.ends === "mark" && (
        <TextInput
          label="End mark"
          description="Such as [DONE], message_end or $.done"
          placeholder="[DONE]"
          styles={mono}
          value={stream.mark}
          onChange={(event) => {
            forget();
            form.setFieldValue("config.stream.mark", event.currentTarget.value);
          }}
          error={error}
        />
      )}
      {stream.ends === "count" && (
        <NumberInput
          label={`Number of ${piece}s`}
          description="What comes after them is not read"
          min={1}
          max={10_000}
          allowDecimal={false}
          value={stream.count}
          onChange={(count) => {
            forget();
            form.setFieldValue("config.stream.count", typeof count === "number" ? count : "");
          }}
          error={error}
        />
      )}
    </>
  );
}
