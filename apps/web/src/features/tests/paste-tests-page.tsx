import { Alert, Button, FileButton, Group, List, SimpleGrid, Stack, Table, Text, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { failureOf, type Failure } from "../../api/problems.ts";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { FormFailure } from "../../ui/form-parts.tsx";
import { notifyDone } from "../../ui/notices.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { ProjectOfNew } from "../../ui/project-select.tsx";
import { TestSetSelect } from "../test-sets/test-set-select.tsx";
import { CategorySelect, RequirementSelect, TopicSelect } from "./label-selects.tsx";
import { inParts, parsePasted, type Pasted } from "./parse-pasted.ts";
import { withLabelIds } from "./resolve-labels.ts";

const exampleTable = "input,expected,topic\nIs theft covered?,Yes. Theft is covered.,Policy information";

type Labels = { requirement_id: string | null; topic_id: string | null; category_id: string | null };

/** Labels of the pasted table win; the chosen ones are for rows that have none. */
async function createAll(project_id: string, rows: Pasted["rows"], labels: Labels): Promise<string[]> {
  const tests = (await withLabelIds(rows)).map((test) => ({
    ...test,
    requirement_id: test.requirement_id ?? labels.requirement_id,
    topic_id: test.topic_id ?? labels.topic_id,
    category_id: test.category_id ?? labels.category_id,
  }));
  const ids: string[] = [];
  for (const part of inParts(tests, 1000)) {
    ids.push(...(await api.test.create_many.mutate({ project_id, tests: part })).ids);
  }
  return ids;
}

/** Creates tests, puts them into a set where one is chosen, and goes to where they are. */
function useCreation() {
  const navigate = useNavigate({ from: "/tests/paste" });
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isSaving, setSaving] = useState(false);
  const create = async (createTests: () => Promise<string[]>, test_set_id: string | null) => {
    setSaving(true);
    setFailure(null);
    try {
      const ids = await createTests();
      if (test_set_id !== null) {
        for (const test_ids of inParts(ids, 1000)) await api.test_set.add_tests.mutate({ id: test_set_id, test_ids });
      }
      await queryClient.invalidateQueries();
      notifyDone(`${ids.length.toLocaleString("en")} tests are there.`);
      if (test_set_id === null) await navigate({ to: "/tests" });
      else await navigate({ to: "/test-sets/$id", params: { id: test_set_id } });
    } catch (error) {
      setFailure(failureOf(error));
    } finally {
      setSaving(false);
    }
  };
  return { create, failure, isSaving };
}

function PasteTestsPage() {
  const { test_set } = Route.useSearch();
  const navigate = useNavigate({ from: "/tests/paste" });
  const [text, setText] = useState("");
  const [settled] = useDebouncedValue(text, 200);
  const pasted = useMemo(() => parsePasted(settled), [settled]);
  const [project, setProject] = useState("");
  const [chosenSet, setChosenSet] = useState<string | null>(test_set ?? null);
  const [labels, setLabels] = useState<Labels>({ requirement_id: null, topic_id: null, category_id: null });
  const { create, failure, isSaving } = useCreation();
  const set = useQuery(trpc.test_set.get.queryOptions({ id: test_set ?? "" }, { enabled: test_set !== undefined }));
  const project_id = set.data?.project_id ?? project;
  const count = pasted.rows.length;
  const save = () => create(() => createAll(project_id, pasted.rows, labels), chosenSet);
  return (
    <Page narrow>
      <PageHeader
        title="Paste many tests"
        parents={[{ label: "Tests", to: "/tests" }]}
        description="One input per line, or rows of a spreadsheet whose first row names the columns: input, expected, requirement, topic, category."
      />
      <Section title="What to bring in">
        <Stack gap="md">
          <TextOrFile value={text} onChange={setText} />
          {set.data === undefined && <ProjectOfNew value={project} onChange={setProject} />}
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TestSetSelect
              creatable
              kind="single_turn"
              label="Add them to a test set"
              placeholder="None"
              project_id={project_id === "" ? undefined : project_id}
              value={chosenSet}
              onChange={(id) => setChosenSet(id)}
            />
            <LabelsOfRows labels={labels} onChange={setLabels} />
          </SimpleGrid>
        </Stack>
      </Section>
      {settled.trim() !== "" && <Preview pasted={pasted} />}
      <FormFailure failure={failure} />
      <Group justify="flex-end">
        <Button variant="default" onClick={() => void navigate({ to: "/tests" })}>
          Cancel
        </Button>
        <Button disabled={count === 0 || project_id === ""} loading={isSaving} onClick={() => void save()}>
          Create {count === 0 ? "tests" : count === 1 ? "1 test" : `${count.toLocaleString("en")} tests`}
        </Button>
      </Group>
    </Page>
  );
}

function TextOrFile({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  return (
    <>
      <Textarea
        aria-label="Tests"
        placeholder={exampleTable}
        // Measuring thousands of lines to grow with them takes a browser many seconds.
        rows={12}
        data-autofocus
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Group gap="xs">
        <FileButton
          accept=".csv,.tsv,.txt,text/csv,text/plain"
          onChange={(file) => void file?.text().then((content) => onChange(content))}
        >
          {(props) => (
            <Button variant="default" size="compact-md" {...props}>
              Take a CSV or text file
            </Button>
          )}
        </FileButton>
      </Group>
    </>
  );
}

function LabelsOfRows({ labels, onChange }: { labels: Labels; onChange: (labels: Labels) => void }) {
  const common = { creatable: true, placeholder: "For rows that name none" } as const;
  return (
    <>
      <RequirementSelect
        {...common}
        value={labels.requirement_id}
        onChange={(id) => onChange({ ...labels, requirement_id: id })}
      />
      <TopicSelect {...common} value={labels.topic_id} onChange={(id) => onChange({ ...labels, topic_id: id })} />
      <CategorySelect
        {...common}
        value={labels.category_id}
        onChange={(id) => onChange({ ...labels, category_id: id })}
      />
    </>
  );
}

function Preview({ pasted: { rows, columns, problems } }: { pasted: Pasted }) {
  const how = columns === null ? "One input per line." : `A table with the columns ${columns.join(", ")}.`;
  return (
    <Section title={`${rows.length.toLocaleString("en")} tests found`} description={how.replaceAll("_", " ")}>
      {problems.length > 0 && (
        <Alert color="yellow" title="Not everything can be used">
          <List size="sm">
            {problems.slice(0, 8).map(({ line, message }) => (
              <List.Item key={`${line} ${message}`}>
                Line {line}: {message}
              </List.Item>
            ))}
          </List>
          {problems.length > 8 && <Text size="sm">And {problems.length - 8} more.</Text>}
        </Alert>
      )}
      <Table layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Input</Table.Th>
            <Table.Th>Expected output</Table.Th>
            <Table.Th visibleFrom="sm">Labels</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.slice(0, 5).map((row, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- a preview is drawn whole
            <Table.Tr key={index}>
              <Table.Td className="one-line">{row.input}</Table.Td>
              <Table.Td className="one-line">{row.expected_output ?? "–"}</Table.Td>
              <Table.Td className="one-line" visibleFrom="sm">
                {[row.requirement, row.topic, row.category].filter((label) => label !== null).join(" · ") || "–"}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {rows.length > 5 && (
        <Text size="sm" c="dimmed">
          And {(rows.length - 5).toLocaleString("en")} more.
        </Text>
      )}
    </Section>
  );
}

export const Route = createLazyRoute("/tests/paste")({ component: PasteTestsPage });
