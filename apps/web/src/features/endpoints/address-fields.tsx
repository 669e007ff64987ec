import { Group, Select, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { addressFor, formatFor, protocolOf, type Protocol } from "./answer-reading.ts";
import type { EndpointValues } from "./endpoint-values.ts";

type Form = UseFormReturnType<EndpointValues>;

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const protocols = [
  { value: "http", label: "HTTP" },
  { value: "websocket", label: "WebSocket" },
];

/** Where the application is. The protocol follows the address, and the address the protocol. */
export function AddressFields({ form }: { form: Form }) {
  const { protocol, url, response_format } = form.getValues().config;
  const isSocket = protocol === "websocket";
  const speak = (next: Protocol, address: string) => {
    form.setFieldValue("config.url", address);
    if (next === protocol) return;
    form.setFieldValue("config.protocol", next);
    form.setFieldValue("config.response_format", formatFor(next, response_format));
  };
  return (
    <>
      <Group align="flex-start" gap="sm">
        <Select
          label="Protocol"
          data={protocols}
          allowDeselect={false}
          w={130}
          value={protocol}
          onChange={(next) => speak(next === "websocket" ? next : "http", addressFor(next as Protocol, url))}
          error={form.errors["config.protocol"]}
        />
        {!isSocket && (
          <Select
            label="Method"
            data={methods}
            allowDeselect={false}
            w={110}
            {...form.getInputProps("config.method")}
          />
        )}
        <TextInput
          label="Address"
          placeholder={isSocket ? "wss://chat.example.com/ws" : "https://chat.example.com/api/chat"}
          type="url"
          flex={1}
          miw={260}
          {...form.getInputProps("config.url")}
          onChange={(event) => {
            const address = event.currentTarget.value;
            speak(protocolOf(address) ?? protocol, address);
          }}
        />
      </Group>
      {isSocket && (
        <TextInput
          label="Subprotocol"
          description="Asked for when it opens; empty for none"
          placeholder="chat.v1"
          maw={320}
          {...form.getInputProps("config.subprotocol")}
        />
      )}
    </>
  );
}
