/** Everything about one result: what was asked, what came, what the metrics say, and how the call went. */
import { Alert, Group, Stack, Text, Title } from "@mantine/core";
import type { Score, TestResult } from "@rhesis/router/test-result/schema";
import type { PlanSummary } from "@rhesis/router/test-run/schema";
import { TextLink } from "../../ui/link.tsx";
import { LongText } from "../../ui/long-text.tsx";
import { durationText } from "../../ui/relative-time.tsx";
import { VerdictBadge } from "../../ui/verdict-badge.tsx";
import { TurnsView } from "../conversations/turns-view.tsx";
import { Fact } from "../tests/fact.tsx";
import { AnswerText } from "./answer-text.tsx";
import { CallDetails } from "./call-details.tsx";
import { ScoreList } from "./score-list.tsx";

type Props = { result: TestResult; plan: PlanSummary };

const notDone = {
  pending: "This test is waiting for its turn.",
  running: "The application is being asked right now.",
  cancelled: "The run was cancelled before this test was asked.",
};

function answered({ conversation }: TestResult): string {
  const turns = conversation?.turns.length ?? 0;
  return conversation === null ? "answered" : `${turns === 1 ? "1 turn" : `${turns} turns`} answered`;
}

function usageOf({ scores }: TestResult): string {
  const tokens = scores.reduce(
    (sum, { input_tokens, output_tokens }) => sum + (input_tokens ?? 0) + (output_tokens ?? 0),
    0,
  );
  const cost = scores.reduce((sum, score) => sum + (score.cost ?? 0), 0);
  const parts = [
    tokens > 0 ? `${tokens.toLocaleString("en")} tokens of models` : "",
    cost > 0 ? `$${cost.toFixed(4)}` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

export function ResultView({ result, plan }: Props) {
  const { status, verdict, error_message, conversation } = result;
  const usage = usageOf(result);
  return (
    <Stack gap="md">
      <Group gap="sm">
        {status !== "cancelled" && <VerdictBadge verdict={verdict} />}
        <Text size="sm" c="dimmed">
          {[
            result.latency_ms === null ? "" : `${answered(result)} in ${durationText(result.latency_ms)}`,
            plan.repeats > 1 ? `time ${result.repeat} of ${plan.repeats}` : "",
            usage,
          ]
            .filter((part) => part !== "")
            .join(" · ")}
        </Text>
        <TextLink to="/tests/$id" params={{ id: result.test_id }} size="sm">
          Open test
        </TextLink>
      </Group>
      {status !== "completed" && <Alert color="gray">{notDone[status]}</Alert>}
      {error_message !== null && (
        <Alert color="grape" title="The application gave no usable answer">
          <div className="break-words">{error_message}</div>
        </Alert>
      )}
      {conversation === null && <Said result={result} />}
      {result.scores.length > 0 && <Metrics scores={result.scores} plan={plan} />}
      {conversation !== null && <TurnsView conversation={conversation} />}
      <Labels result={result} />
      <CallDetails call={result} label="How the call went" />
    </Stack>
  );
}

function Metrics(props: { scores: readonly Score[]; plan: PlanSummary }) {
  return (
    <div>
      <Title order={3} mb={8}>
        Metrics
      </Title>
      <ScoreList {...props} />
    </div>
  );
}

/** What was asked in a single turn, and what came. */
function Said({ result }: { result: TestResult }) {
  const { output, answer } = result;
  return (
    <>
      <LongText label="Input" text={result.input} />
      {output !== null && <AnswerText text={output} />}
      {result.expected_output !== null && <LongText label="Expected output" text={result.expected_output} />}
      {(answer?.context.length ?? 0) > 0 && (
        <Fact label="What the application looked up">
          <ol style={{ margin: 0, paddingLeft: 20 }}>
            {answer?.context.map((passage, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- passages have no identity but their place
              <li key={index}>{passage}</li>
            ))}
          </ol>
        </Fact>
      )}
    </>
  );
}

function Labels({ result: { requirement_name, topic_name, category_name } }: { result: TestResult }) {
  if (requirement_name === null && topic_name === null && category_name === null) return null;
  return (
    <Group gap="xl">
      {requirement_name !== null && <Fact label="Requirement">{requirement_name}</Fact>}
      {topic_name !== null && <Fact label="Topic">{topic_name}</Fact>}
      {category_name !== null && <Fact label="Category">{category_name}</Fact>}
    </Group>
  );
}
