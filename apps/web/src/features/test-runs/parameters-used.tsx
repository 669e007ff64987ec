import { Code, Group, Modal, Stack, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { TestRun } from "@rhesis/router/test-run/schema";
import { trpc } from "../../api/trpc.ts";
import { CopyButton } from "../../ui/copy.tsx";
import { ValueList } from "../experiments/value-list.tsx";
import { VersionLink } from "../experiments/version-link.tsx";
import { usedValueText } from "../parameters/parameter-words.ts";
import { Fact } from "../tests/test-facts.tsx";

type Used = NonNullable<TestRun["plan"]["parameters"]>;

function sourceText({ source, environment }: Used): string {
  if (source === "environment") return `what ${environment ?? "its environment"} was bound to when the run started`;
  return source === "latest" ? "the newest version when the run started" : "the version that was asked for";
}

/** With which parameters a run was made, in the sentence about it, and their values one press away. */
export function ParametersUsed({ run }: { run: TestRun }) {
  const [isOpen, setOpen] = useState(false);
  const { parameters, params } = run.plan;
  if (parameters === null && Object.keys(params).length === 0) return null;
  return (
    <>
      {", with "}
      {parameters === null ? "parameters of its own" : <VersionLink {...parameters} />}
      {" ("}
      <UnstyledButton fz="sm" td="underline" c="inherit" onClick={() => setOpen(true)}>
        values
      </UnstyledButton>
      {")"}
      {isOpen && <UsedDialog run={run} onClose={() => setOpen(false)} />}
    </>
  );
}

function UsedDialog({ run: { plan, project_id }, onClose }: { run: TestRun; onClose: () => void }) {
  const { parameters, params } = plan;
  const schema = useQuery(trpc.parameters.schema.queryOptions({ project_id }));
  const values = Object.entries(params).map(([name, value]) => ({ name, text: usedValueText(value) }));
  return (
    <Modal opened onClose={onClose} title="Parameters of this run" size="lg">
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          Fixed when the run started. What changed since changes nothing here.
        </Text>
        {parameters !== null && (
          <Group gap="xl" align="flex-start">
            <Fact label="Version">
              <VersionLink {...parameters} />
            </Fact>
            <Fact label="Taken as">{sourceText(parameters)}</Fact>
            <Fact label="Hash">
              <Group gap={4} wrap="nowrap">
                <Code title={parameters.content_hash}>{parameters.content_hash.slice(0, 12)}</Code>
                <CopyButton value={parameters.content_hash} label="Copy the whole hash" />
              </Group>
            </Fact>
          </Group>
        )}
        <ValueList values={values} fields={schema.data?.fields} />
      </Stack>
    </Modal>
  );
}
