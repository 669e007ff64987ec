/** The process of a customer, as a program of its own: one function that takes its time. */
import { connect } from "@rhesis/client/connector";

const {
  RHESIS_URL: url = "",
  RHESIS_TOKEN: token = "",
  RHESIS_PROJECT: project_id = "",
  LATENCY_MS = "0",
} = process.env;

const connector = connect({
  url,
  token,
  project_id,
  concurrency: 20,
  functions: {
    answer: {
      description: "Repeats what it hears",
      parameters: { message: { type: "string" }, style: { type: "string", default: "plain" } },
      async handler({ message }: { message: string }, { parameters, parameter_version }) {
        await new Promise((resolve) => setTimeout(resolve, Number(LATENCY_MS)));
        say({ called: message });
        return { output: `heard ${message}`, metadata: { ...parameters, parameter_version } };
      },
    },
  },
  onStatus: ({ state }) => say({ state }),
});
process.once("SIGTERM", () => void connector.close());

function say(fact: object): void {
  process.stdout.write(`${JSON.stringify(fact)}\n`);
}
