import { Button, Group, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { longestSource } from "@rhesis/engine/mapping/schema";
import { alone, trpc } from "../../api/trpc.ts";
import { proposalProblem } from "./proposal-problem.ts";
import type { Found } from "./start-from.tsx";

const example = `curl https://chat.example.com/api/chat \\
  -H 'Authorization: Bearer …' \\
  --json '{"message": "Am I covered against theft?"}'`;

/** A pasted command. It may hold a secret, so it is dropped once it was read. */
export function FromCurl({ onFound }: { onFound: (found: Found) => void }) {
  const [command, setCommand] = useState("");
  const propose = useMutation(
    trpc.endpoint.propose.mutationOptions({
      ...alone,
      onSuccess: ({ proposal }) => {
        if (proposal.type !== "curl") return;
        const { config, secret, notes } = proposal;
        setCommand("");
        onFound({ what: "the command", config, secret, notes });
      },
    }),
  );
  return (
    <>
      <Textarea
        label="curl command"
        placeholder={example}
        rows={5}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
        value={command}
        maxLength={longestSource.curl}
        error={propose.isError && proposalProblem(propose.error)}
        onChange={(event) => {
          propose.reset();
          setCommand(event.currentTarget.value);
        }}
      />
      <Group>
        <Button
          variant="light"
          disabled={command.trim() === ""}
          loading={propose.isPending}
          onClick={() => propose.mutate({ source: { type: "curl", command } })}
        >
          Read the command
        </Button>
      </Group>
    </>
  );
}
