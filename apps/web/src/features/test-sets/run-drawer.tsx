/** Starting a run: where, scored with what, how often, how many at a time. */
import { Alert, Button, Drawer, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import type { Preflight, TestSet } from "@rhesis/router/test-set/schema";
import { failureOf, type Failure } from "../../api/problems.ts";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { ButtonLink, TextLink } from "../../ui/link.tsx";
import { MetricsChoice } from "../metrics/metrics-choice.tsx";
import { useCan } from "../../session/member.tsx";
import { EndpointSelect } from "./endpoint-select.tsx";
import { PreflightList } from "./preflight-list.tsx";

type Props = {
  testSet: TestSet;
  endpoint_id: string | null;
  onEndpoint: (id: string | null) => void;
  onClose: () => void;
};

type Settings = { metric_ids: string[]; repeats: number; concurrency: number | null };

type ExecuteInput = Parameters<typeof api.test_set.execute.mutate>[0];

function chosenOf({ metric_ids, repeats, concurrency }: Settings) {
  return {
    repeats,
    ...(metric_ids.length === 0 ? {} : { metric_ids }),
    ...(concurrency === null ? {} : { concurrency }),
  };
}

function problemsOf(failure: Failure | null): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const { path, message } of failure?.problems ?? []) problems[String(path[0] ?? "")] ??= message;
  return problems;
}

export function RunDrawer({ testSet, endpoint_id, onEndpoint, onClose }: Props) {
  const can = useCan();
  const navigate = useNavigate({ from: "/test-sets/$id" });
  const [settings, setSettings] = useState<Settings>({ metric_ids: [], repeats: 1, concurrency: null });
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isStarting, setStarting] = useState(false);
  const [preflight, setPreflight] = useState<Preflight | null>(null);
  const [isTrying, setTrying] = useState(false);
  const change = (changes: Partial<Settings>) => {
    setFailure(null);
    setPreflight(null);
    setSettings((before) => ({ ...before, ...changes }));
  };
  const problems = problemsOf(failure);
  const inputOf = (): ExecuteInput | null => {
    if (endpoint_id !== null) return { id: testSet.id, endpoint_id, ...chosenOf(settings) };
    const message = "Choose the endpoint to ask";
    setFailure({ code: "invalid", message, problems: [{ path: ["endpoint_id"], message }], request_id: "" });
    return null;
  };
  const check = async () => {
    const input = inputOf();
    if (input === null) return;
    setTrying(true);
    setFailure(null);
    setPreflight(null);
    try {
      setPreflight(await api.test_set.preflight.mutate(input));
    } catch (error) {
      setFailure(failureOf(error));
    } finally {
      setTrying(false);
    }
  };
  const start = async (event: FormEvent) => {
    event.preventDefault();
    const input = inputOf();
    if (input === null) return;
    setStarting(true);
    setFailure(null);
    try {
      const run = await api.test_set.execute.mutate(input);
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
              setPreflight(null);
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
            description="Left empty, as many as the endpoint allows."
            placeholder="As many as the endpoint allows"
            min={1}
            max={1000}
            allowDecimal={false}
            value={settings.concurrency ?? ""}
            onChange={(value) => change({ concurrency: typeof value === "number" ? value : null })}
            error={problems["concurrency"]}
          />
          {failure !== null && <StartFailure failure={failure} testSet={testSet} />}
          <PreflightList preflight={preflight} isTrying={isTrying} />
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
              <Group gap="xs">
                {can("endpoint:invoke") && (
                  <Button variant="default" disabled={isTrying} onClick={() => void check()}>
                    Check first
                  </Button>
                )}
                <Button type="submit" loading={isStarting}>
                  Start run
                </Button>
              </Group>
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
