import { Tabs } from "@mantine/core";
import type { TestResult } from "@rhesis/router/test-result/schema";
import { Attempts } from "./attempts.tsx";
import { ReceivedView, SentView } from "./exchange.tsx";

type Call = Pick<TestResult, "request" | "response" | "attempts">;

/** Request, response and attempts, one click away. */
export function CallDetails({ call, label }: { call: Call; label: string }) {
  const { request, response, attempts } = call;
  if (request === null && response === null && attempts.length === 0) return null;
  return (
    <Tabs defaultValue={null} allowTabDeactivation keepMounted={false}>
      <Tabs.List aria-label={label}>
        {request !== null && <Tabs.Tab value="request">Request</Tabs.Tab>}
        {response !== null && <Tabs.Tab value="response">Response ({response.status})</Tabs.Tab>}
        {attempts.length > 0 && (
          <Tabs.Tab value="attempts">{attempts.length === 1 ? "1 attempt" : `${attempts.length} attempts`}</Tabs.Tab>
        )}
      </Tabs.List>
      {request !== null && (
        <Tabs.Panel value="request" pt="sm">
          <SentView request={request} />
        </Tabs.Panel>
      )}
      {response !== null && (
        <Tabs.Panel value="response" pt="sm">
          <ReceivedView response={response} />
        </Tabs.Panel>
      )}
      {attempts.length > 0 && (
        <Tabs.Panel value="attempts" pt="sm">
          <Attempts attempts={attempts} />
        </Tabs.Panel>
      )}
    </Tabs>
  );
}
