/** The `rhesis` command, for operators. */
import { Command } from "commander";
import { doctor, migrate, provision, rotateKeys } from "./commands.ts";
import { createToken } from "./create-token.ts";
import { clearFeature, listFeatures, setFeature, type FeatureOptions } from "./feature.ts";
import { seed } from "./seed.ts";

const print = (line: string) => process.stdout.write(`${line}\n`);

const program = new Command("rhesis").description("Runs and looks after an installation of Rhesis.").version("0.1.0");

program
  .command("provision")
  .description("make the database and its roles (once, as an administrator)")
  .action(() => provision(print));
program
  .command("migrate")
  .description("bring the schema to this version")
  .action(() => migrate(print));
program
  .command("seed")
  .description("make an organization with the demo project")
  .requiredOption("--email <address>", "of the person who owns it; they must have signed in once")
  .option("--organization <name>", "its name", "Demo")
  .option("--chatbot <url>", "address of the bundled assistant", "http://127.0.0.1:4705/chat")
  .action((options: { email: string; organization: string; chatbot: string }) => seed(options, print));
program
  .command("doctor")
  .description("check the configuration, the database, the queue and the login, and say what to do")
  .action(async () => {
    if (!(await doctor(print))) process.exitCode = 1;
  });

program
  .command("token")
  .description("API tokens")
  .command("create")
  .description("make a token for a member; it is shown once")
  .requiredOption("--organization <id>", "the organization it acts in")
  .requiredOption("--email <address>", "the member it acts for")
  .option("--name <name>", "what it is for", "made by the operator")
  .option("--scope <permission...>", "what it may do; all that the member may, if left out")
  .option("--days <days>", "valid for so many days", "90")
  .action((options: { organization: string; email: string; name: string; scope?: string[]; days: string }) =>
    createToken(options, print),
  );

program
  .command("keys")
  .description("the keys that seal stored secrets")
  .command("rotate")
  .description("seal every stored secret again with the first of RHESIS_SECRET_KEYS")
  .action(() => rotateKeys(print));

const feature = program.command("feature").description("what is switched on or off for one organization");
const ofOrganization = ["--organization <id>", "the organization"] as const;
feature
  .command("list")
  .description("each feature, whether it is on, and who says so")
  .requiredOption(...ofOrganization)
  .action((options: FeatureOptions) => listFeatures(options, print));
feature
  .command("set")
  .description("switch a feature for this organization alone")
  .argument("<flag>", "the feature")
  .argument("<value>", "on or off")
  .requiredOption(...ofOrganization)
  .action((flag: string, value: string, options: FeatureOptions) => setFeature(options, flag, value, print));
feature
  .command("clear")
  .description("leave a feature to the installation again")
  .argument("<flag>", "the feature")
  .requiredOption(...ofOrganization)
  .action((flag: string, options: FeatureOptions) => clearFeature(options, flag, print));

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
