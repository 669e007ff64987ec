/** Starting a run: where, scored with what, how often, how many at a time. */
import { Alert, Button, Drawer, Group, Input, NumberInput, Stack, Text } from "@mantine/core";
import type { TestSet } from "@rhesis/router/test-set/schema";
import type { Failure } from "../../api/problems.ts";
import { ButtonLink, TextLink } from "../../ui/link.tsx";
import { MetricsChoice } from "../metrics/metrics-choice.tsx";
import { useCan } from "../../session/member.tsx";
import type { ParametersChoice } from "../experiments/parameters-request.ts";
import { ParametersChoiceField, useRunParameters } from "../experiments/run-parameters.tsx";
import { BudgetFields } from "../test-runs/budget-fields.tsx";
import { EndpointSelect } from "./endpoint-select.tsx";
import { PreflightList } from "./preflight-list.tsx";
import { useRunStart, type RunStart } from "./use-run-start.ts";

type Props = {
  testSet: TestSet;
  endpoint_id: string | null;
  onEndpoint: (id: string | null) => void;
  /** As they stand in the address. */
  parameters: ParametersChoice;
  onParameters: (changes: ParametersChoice) => void;
  onClose: () => void;
};

function problemsOf(failure: Failure | null): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const { path, message } of failure?.problems ?? []) problems[String(path[0] ?? "")] ??= message;
  return problems;
}

export function RunDrawer({ testSet, endpoint_id, onEndpoint, onClose, ...props }: Props) {
  const parameters = useRunParameters(testSet.project_id, props.parameters);
  const run = useRunStart(testSet, endpoint_id, parameters);
  const { settings, failure } = run;
  const problems = problemsOf(failure);
  return (
    <Drawer opened onClose={onClose} position="right" title={`Run “${testSet.name}”`} size={480}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run.start();
        }}
        noValidate
      >
        <Stack gap="lg">
          <EndpointSelect
            project_id={testSet.project_id}
            value={endpoint_id}
            onChange={(id) => {
              run.forget();
              onEndpoint(id);
            }}
            error={problems["endpoint_id"]}
          />
          <ParametersChoiceField
            project_id={testSet.project_id}
            choice={props.parameters}
            parameters={parameters}
            onChange={(changes) => {
              run.forget();
              props.onParameters(changes);
            }}
          />
          <MetricsChoice
            test_set_id={testSet.id}
            value={settings.metric_ids}
            onChange={(metric_ids) => run.change({ metric_ids })}
            error={problems["metric_ids"]}
          />
          <Amounts run={run} problems={problems} />
          {failure !== null && <StartFailure failure={failure} testSet={testSet} />}
          <PreflightList preflight={run.preflight} isTrying={run.busy === "trying"} />
          <RunByTheClock testSet={testSet} endpoint_id={endpoint_id} />
          {testSet.test_count === 0 ? (
            <EmptySet id={testSet.id} />
          ) : (
            <Beginning
              run={run}
              kind={testSet.kind}
              count={testSet.test_count * settings.repeats}
              isReady={parameters.isReady}
            />
          )}
        </Stack>
      </form>
    </Drawer>
  );
}

/** How often each test is asked, how many at the same time, and what models may use. */
function Amounts({ run, problems }: { run: RunStart; problems: Record<string, string> }) {
  const { settings } = run;
  return (
    <>
      <NumberInput
        label="Ask each test"
        description="More than once shows how much the answers vary."
        suffix={settings.repeats === 1 ? " time" : " times"}
        min={1}
        max={20}
        allowDecimal={false}
        value={settings.repeats}
        onChange={(value) => run.change({ repeats: typeof value === "number" ? value : 1 })}
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
        onChange={(value) => run.change({ concurrency: typeof value === "number" ? value : null })}
        error={problems["concurrency"]}
      />
      <Input.Wrapper
        label="Budget of the models"
        description="For judges and simulated users; your application is not counted. Before it would be exceeded, the run rests."
      >
        <BudgetFields value={settings} onChange={run.change} problems={problems} />
      </Input.Wrapper>
    </>
  );
}

function RunByTheClock({ testSet, endpoint_id }: Pick<Props, "testSet" | "endpoint_id">) {
  const can = useCan();
  if (!can("schedule:create")) return null;
  const search = { test_set: testSet.id, endpoint: endpoint_id ?? undefined };
  return (
    <TextLink to="/test-runs/schedules/new" search={search} size="sm">
      Run it every day or week instead
    </TextLink>
  );
}

function EmptySet({ id }: { id: string }) {
  return (
    <Alert color="yellow" title="The set is empty">
      <Stack gap="xs" align="flex-start">
        Add tests to it first.
        <ButtonLink size="compact-md" to="/tests/paste" search={{ test_set: id }}>
          Paste many
        </ButtonLink>
      </Stack>
    </Alert>
  );
}

type BeginningProps = { run: RunStart; kind: TestSet["kind"]; count: number; isReady: boolean };

function Beginning({ run, kind, count, isReady }: BeginningProps) {
  const can = useCan();
  return (
    <Group justify="space-between">
      <Text size="sm" c="dimmed">
        {count.toLocaleString("en")} {kind === "multi_turn" ? "conversation" : "call"}
        {count === 1 ? "" : "s"} {kind === "multi_turn" ? "with" : "to"} the endpoint
      </Text>
      <Group gap="xs">
        {can("endpoint:invoke") && (
          <Button variant="default" disabled={run.busy !== null || !isReady} onClick={() => void run.check()}>
            Check first
          </Button>
        )}
        <Button type="submit" loading={run.busy === "starting"} disabled={!isReady} data-autofocus>
          Start run
        </Button>
      </Group>
    </Group>
  );
}

/** What the server refused, with the places where it is put right. */
function StartFailure({ failure, testSet }: { failure: Failure; testSet: TestSet }) {
  const paths = new Set(failure.problems.map(({ path }) => String(path[0] ?? "")));
  const asksModel = /ask a model|a model play/.test(failure.message);
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
