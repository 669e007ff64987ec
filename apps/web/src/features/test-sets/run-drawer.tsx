/** Starting a run: where, scored with what, how often, how many at a time. */
import { Alert, Button, Collapse, Drawer, Group, MultiSelect, NumberInput, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import type { TestSet } from "@rhesis/router/test-set/schema";
import { failureOf, type Failure } from "../../api/problems.ts";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { ButtonLink, TextLink } from "../../ui/link.tsx";
import { EndpointSelect } from "./endpoint-select.tsx";

type Props = {
  testSet: TestSet;
  endpoint_id: string | null;
  onEndpoint: (id: string | null) => void;
  onClose: () => void;
};

type Settings = { metric_ids: string[]; repeats: number; concurrency: number | null };

function problemsOf(failure: Failure | null): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const { path, message } of failure?.problems ?? []) problems[String(path[0] ?? "")] ??= message;
  return problems;
}

export function RunDrawer({ testSet, endpoint_id, onEndpoint, onClose }: Props) {
  const navigate = useNavigate({ from: "/test-sets/$id" });
  const [settings, setSettings] = useState<Settings>({ metric_ids: [], repeats: 1, concurrency: null });
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isStarting, setStarting] = useState(false);
  const change = (changes: Partial<Settings>) => {
    setFailure(null);
    setSettings((before) => ({ ...before, ...changes }));
  };
  const problems = problemsOf(failure);
  const start = async (event: FormEvent) => {
    event.preventDefault();
    if (endpoint_id === null) {
      const message = "Choose the endpoint to ask";
      return setFailure({ code: "invalid", message, problems: [{ path: ["endpoint_id"], message }], request_id: "" });
    }
    setStarting(true);
    setFailure(null);
    try {
      const run = await api.test_set.execute.mutate({
        id: testSet.id,
        endpoint_id,
        repeats: settings.repeats,
        ...(settings.metric_ids.length === 0 ? {} : { metric_ids: settings.metric_ids }),
        ...(settings.concurrency === null ? {} : { concurrency: settings.concurrency }),
      });
      queryClient.setQueryData(trpc.test_run.get.queryKey({ id: run.id }), run);
      void queryClient.invalidateQueries(trpc.test_run.list.pathFilter());
      await navigate({ to: "/test-runs/$id", params: { id: run.id } });
    } catch (error) {
      setFailure(failureOf(error));
    } finally {
      setStarting(false);
    }
  };
  const calls = testSet.test_count * settings.repeats;
  return (
    <Drawer opened onClose={onClose} position="right" title={`Run “${testSet.name}”`} size={480}>
      <form onSubmit={(event) => void start(event)} noValidate>
        <Stack gap="lg">
          <EndpointSelect
            project_id={testSet.project_id}
            value={endpoint_id}
            onChange={(id) => {
              setFailure(null);
              onEndpoint(id);
            }}
            error={problems["endpoint_id"]}
          />
          <MetricsChoice
            test_set_id={testSet.id}
            value={settings.metric_ids}
            onChange={(metric_ids) => change({ metric_ids })}
            error={problems["metric_ids"]}
          />
          <NumberInput
            label="Ask each test"
            description="More than once shows how much the answers vary."
            suffix={settings.repeats === 1 ? " time" : " times"}
            min={1}
            max={20}
            allowDecimal={false}
            value={settings.repeats}
            onChange={(value) => change({ repeats: typeof value === "number" ? value : 1 })}
            error={problems["repeats"]}
          />
          <NumberInput
            label="Calls at the same time"
            description="Fewer is gentler to the application."
            placeholder="As many as the endpoint allows"
            min={1}
            max={1000}
            allowDecimal={false}
            value={settings.concurrency ?? ""}
            onChange={(value) => change({ concurrency: typeof value === "number" ? value : null })}
            error={problems["concurrency"]}
          />
          {failure !== null && <StartFailure failure={failure} testSet={testSet} />}
          {testSet.test_count === 0 ? (
            <Alert color="yellow" title="The set is empty">
              <Stack gap="xs" align="flex-start">
                Add tests to it first.
                <ButtonLink size="compact-md" to="/tests/paste" search={{ test_set: testSet.id }}>
                  Paste many
                </ButtonLink>
              </Stack>
            </Alert>
          ) : (
            <Group justify="space-between">
              <Text size="sm" c="dimmed">
                {calls.toLocaleString("en")} {calls === 1 ? "call" : "calls"} to the endpoint
              </Text>
              <Button type="submit" loading={isStarting} data-autofocus>
                Start run
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Drawer>
  );
}

/** What the server refused, with the places where it is put right. */
function StartFailure({ failure, testSet }: { failure: Failure; testSet: TestSet }) {
  const paths = new Set(failure.problems.map(({ path }) => String(path[0] ?? "")));
  const asksModel = failure.message.includes("ask a model");
  return (
    <Alert color="red" role="alert" title="The run did not start">
      <Stack gap="xs">
        <Text size="sm">{failure.message}</Text>
        {paths.has("metric_ids") && (
          <Text size="sm">
            <TextLink to="/test-sets/$id" params={{ id: testSet.id }} search={{ tab: "metrics" }} size="sm">
              Add metrics to this set
            </TextLink>
            {" or "}
            <TextLink to="/requirements" size="sm">
              to the requirements
            </TextLink>
            .
          </Text>
        )}
        {asksModel && (
          <Text size="sm">
            <TextLink to="/models" size="sm">
              Connect a model or choose the default
            </TextLink>
          </Text>
        )}
      </Stack>
    </Alert>
  );
}

function MetricsChoice(props: {
  test_set_id: string;
  value: string[];
  onChange: (ids: string[]) => void;
  error: string | undefined;
}) {
  const { test_set_id, value, onChange, error } = props;
  const [isAsked, setOpen] = useState(value.length > 0);
  const isOpen = isAsked || error !== undefined;
  const own = useQuery(trpc.test_set.metrics.queryOptions({ id: test_set_id, limit: 100, sort: "name" }));
  const all = useQuery(trpc.metric.list.queryOptions({ limit: 100, sort: "name" }, { enabled: isOpen }));
  const names = own.data?.items.map(({ name }) => name) ?? [];
  const shown = names.slice(0, 4).join(", ") + (names.length > 4 ? ` and ${names.length - 4} more` : "");
  const source =
    value.length > 0
      ? "Every test is scored with the metrics named here."
      : names.length > 0
        ? `Every test is scored with the metrics of this set: ${shown}.`
        : "Each test is scored with the metrics of its requirement.";
  return (
    <div>
      <Text size="sm" fw={500}>
        How answers are scored
      </Text>
      <Text size="sm" c="dimmed" className="break-words">
        {own.data === undefined && own.isError && "Which metrics the set has could not be loaded."}
        {own.isPending && <Skeleton component="span" display="block" height={12} w={260} my={4} />}
        {own.data !== undefined && source}
      </Text>
      {!isOpen && (
        <Button variant="subtle" size="compact-sm" mt={4} px={0} onClick={() => setOpen(true)}>
          Use other metrics for this run
        </Button>
      )}
      <Collapse expanded={isOpen}>
        <MultiSelect
          mt={6}
          aria-label="Metrics for this run"
          placeholder={value.length === 0 ? "Choose metrics" : ""}
          searchable
          clearable
          data={(all.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={value}
          onChange={(ids) => {
            setOpen(true);
            onChange(ids);
          }}
          error={error}
          nothingFoundMessage={all.isPending ? "Loading…" : "Nothing found"}
        />
      </Collapse>
    </div>
  );
}
