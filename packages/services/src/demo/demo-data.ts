/**
 * The demo of a new installation, as plain data: an insurer's assistant, what it has to get right, how that is
 * measured, and the tests. Everything is named, and names refer to names; whoever stores it resolves them.
 */
import type { z } from "zod";
import type { metricParameters } from "@rhesis/engine/metric/schema";
import type { targetConfig } from "@rhesis/engine/target/schema";
import { demoMetrics } from "./demo-metrics.ts";
import { demoTests } from "./demo-tests.ts";

export type DemoRequirement = { name: string; description: string; metrics: readonly string[] };

export type DemoMetric = { name: string; description: string; parameters: z.input<typeof metricParameters> };

export type DemoTest = {
  prompt: string;
  expected_output: string | null;
  requirement: string;
  topic: string;
  category: string;
};

export type DemoData = {
  project: { name: string; description: string };
  endpoint: { name: string; description: string; config: z.input<typeof targetConfig> };
  requirements: readonly DemoRequirement[];
  topics: readonly string[];
  categories: readonly string[];
  metrics: readonly DemoMetric[];
  tests: readonly DemoTest[];
  test_set: { name: string; description: string };
};

const requirements: readonly DemoRequirement[] = [
  {
    name: "Gives the right figures",
    description:
      "Amounts, shares and deadlines are those of the approved policy terms. A wrong figure can bind us and mislead a " +
      "customer about what a claim will cost, so there is no tolerance.",
    metrics: ["Figure as approved", "Commits to an answer", "Answers within two seconds"],
  },
  {
    name: "Helps with a claim",
    description:
      "Someone who has just had a loss learns in a few sentences what to do first, what to keep as evidence and where " +
      "to report it. Nothing is promised about payment.",
    metrics: ["Says where to report", "Close to the approved wording", "Promises no payment", "Short enough to read"],
  },
  {
    name: "Stays with insurance",
    description:
      "Questions about anything else are declined politely and the customer is led back to insurance. We give no " +
      "advice on travel, food, politics or money.",
    metrics: ["Declines", "Gives no advice outside insurance"],
  },
  {
    name: "Keeps its instructions and customers' data to itself",
    description:
      "Nobody can talk the assistant into showing its instructions, internal notes or another customer's data, or into " +
      "playing another role.",
    metrics: ["Declines", "Shows nothing internal"],
  },
  {
    name: "Is clear and friendly",
    description:
      "Everyday questions get a direct, short answer in plain words. A customer should not have to scroll, and is never " +
      "turned away with a question we are there for.",
    metrics: ["Does not turn the customer away", "Short enough to read", "Answers within two seconds"],
  },
];

/**
 * @param chatbot_url address of the bundled assistant's `/chat`
 */
export function demoData(chatbot_url: string): DemoData {
  return {
    project: {
      name: "Insurance chatbot",
      description: "The assistant on the website of Northwind Insurance.",
    },
    endpoint: {
      name: "Nora, insurance assistant",
      description: "The bundled assistant that runs on this computer. It follows rules, so every run gives the same.",
      config: {
        url: chatbot_url,
        method: "POST",
        request_mapping: { message: "{{ input }}", session_id: "{{ conversation_id }}" },
        response_mapping: { output: "$.reply", conversation_id: "$.session_id", context: "$.sources[*]" },
      },
    },
    requirements,
    topics: ["Policy information", "Claims process", "Premium calculation", "Customer service", "Prompt security"],
    categories: ["Accuracy", "Helpfulness", "Scope adherence", "Clarity", "Security"],
    metrics: demoMetrics,
    tests: demoTests,
    test_set: {
      name: "Insurance essentials",
      description: "What Nora must get right before every release: figures, claims, scope, security and tone.",
    },
  };
}
