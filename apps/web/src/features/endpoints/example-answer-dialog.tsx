import { Alert, Button, Group, List, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { longestSource } from "@rhesis/engine/mapping/schema";
import { alone, trpc } from "../../api/trpc.ts";
import type { Reading } from "./endpoint-values.ts";
import { ExamplePlaces } from "./example-places.tsx";
import { proposalProblem } from "./proposal-problem.ts";

type Props = {
  /** What the last trial was answered, as it came. */
  tried: string | null;
  onUse: (reading: Reading) => void;
  onClose: () => void;
};

/** Finds out by an example where in an answer everything stands. */
export function ExampleAnswerDialog({ tried, onUse, onClose }: Props) {
  const [text, setText] = useState("");
  const propose = useMutation(trpc.endpoint.propose.mutationOptions(alone));
  const read = (answer: string) => {
    setText(answer);
    propose.mutate({ source: { type: "example", answer } });
  };
  const proposal = propose.data?.proposal.type === "example" ? propose.data.proposal : null;
  return (
    <Modal opened onClose={onClose} title="Use an example answer" size="lg">
      <Stack gap="sm">
        <Textarea
          label="An answer of the application"
          description="As it sends it: JSON, or the whole text of one that comes in pieces. Nothing is stored."
          placeholder={'{"reply": "Yes, theft is covered.", "sources": ["§ 4"]}'}
          // Measuring long texts to grow with them is slow.
          rows={proposal === null ? 9 : 4}
          data-autofocus
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
          value={text}
          maxLength={longestSource.example}
          error={propose.isError && proposalProblem(propose.error)}
          onChange={(event) => {
            propose.reset();
            setText(event.currentTarget.value);
          }}
        />
        <Group gap="xs">
          <Button
            variant={proposal === null ? "filled" : "default"}
            disabled={text.trim() === ""}
            loading={propose.isPending}
            onClick={() => read(text)}
          >
            Find the places
          </Button>
          {tried !== null && (
            <Button variant="default" disabled={propose.isPending} onClick={() => read(tried)}>
              Take the answer just tried
            </Button>
          )}
        </Group>
        {proposal !== null && <Notes notes={proposal.notes} isNothing={proposal.response_format === null} />}
        {proposal !== null && proposal.response_format !== null && (
          <ExamplePlaces
            key={propose.submittedAt}
            proposal={proposal}
            onUse={(response_mapping) =>
              onUse({
                response_format: proposal.response_format ?? "json",
                stream: proposal.stream,
                response_mapping,
              })
            }
          />
        )}
      </Stack>
    </Modal>
  );
}

function Notes({ notes, isNothing }: { notes: readonly string[]; isNothing: boolean }) {
  const [only, ...more] = notes;
  return (
    <Alert color={isNothing ? "yellow" : "blue"} role="status">
      {more.length === 0 ? (
        <Text size="sm">{only}</Text>
      ) : (
        <List size="sm" spacing={2}>
          {notes.map((note) => (
            <List.Item key={note} className="break-words">
              {note}
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
