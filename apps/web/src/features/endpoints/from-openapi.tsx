import { Button, FileButton, Group, Select, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { longestSource, type OpenApiProposal } from "@rhesis/engine/mapping/schema";
import { alone, trpc } from "../../api/trpc.ts";
import { proposalProblem } from "./proposal-problem.ts";
import type { Found } from "./start-from.tsx";

const example = `openapi: 3.1.0
paths:
  /chat:
    post:
      …`;

/** A pasted document or a file, and which of its operations is the chat. */
export function FromOpenApi({ onFound }: { onFound: (found: Found) => void }) {
  const [document, setDocument] = useState("");
  const propose = useMutation(
    trpc.endpoint.propose.mutationOptions({
      ...alone,
      onSuccess: ({ proposal }) => {
        if (proposal.type !== "openapi") return;
        const { config, notes, operation } = proposal;
        onFound({ what: `the operation ${operation}`, config, notes });
      },
    }),
  );
  const read = (text: string, operation?: string) => {
    setDocument(text);
    propose.mutate({ source: { type: "openapi", document: text, ...(operation === undefined ? {} : { operation }) } });
  };
  const proposal = propose.data?.proposal;
  const isTooLong = document.length > longestSource.openapi;
  return (
    <>
      <Textarea
        label="OpenAPI document"
        placeholder={example}
        rows={5}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
        value={document}
        error={isTooLong ? tooLong : propose.isError && proposalProblem(propose.error)}
        onChange={(event) => {
          propose.reset();
          setDocument(event.currentTarget.value);
        }}
      />
      <Group gap="xs">
        <Button
          variant="light"
          disabled={document.trim() === "" || isTooLong}
          loading={propose.isPending}
          onClick={() => read(document)}
        >
          Read the document
        </Button>
        <FileButton
          accept=".json,.yaml,.yml,application/json,application/yaml,text/yaml"
          onChange={(file) => void file?.text().then(setDocument)}
        >
          {(props) => (
            <Button variant="default" {...props}>
              Take a file
            </Button>
          )}
        </FileButton>
      </Group>
      {proposal?.type === "openapi" && (
        <Operations proposal={proposal} onChange={(operation) => read(document, operation)} />
      )}
    </>
  );
}

const tooLong = `A document may have at most ${longestSource.openapi.toLocaleString("en")} characters.`;

/** The likeliest operation was taken; another can be. */
function Operations(props: { proposal: OpenApiProposal; onChange: (operation: string) => void }) {
  const { operation, operations } = props.proposal;
  if (operations.length < 2) return null;
  const reason = operations.find((one) => one.operation === operation)?.reason ?? "";
  return (
    <Select
      label="Operation"
      description={reason === "" ? "Which of them answers a message" : reason}
      data={operations.map((one) => ({
        value: one.operation,
        label: one.title === "" ? one.operation : `${one.operation} – ${one.title}`,
      }))}
      value={operation}
      onChange={(next) => next !== null && props.onChange(next)}
      allowDeselect={false}
      searchable
    />
  );
}
