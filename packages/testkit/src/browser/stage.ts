/** The whole system, two organizations as a new installation has them, and a browser, for the tests of one file. */
import { randomBytes } from "node:crypto";
import { createSecretBox, parseSecretKeys } from "@rhesis/auth/sealed-secret";
import { signIn } from "@rhesis/db/gates";
import { readyAccounts, type Account } from "@rhesis/local/identity-provider/accounts";
import { buildWebApp } from "@rhesis/local/steps/web";
import { demoData } from "@rhesis/services/demo/demo-data";
import { seedDemoOrganization, type SeededDemo } from "@rhesis/services/demo/seed-demo";
import { createOrganization } from "@rhesis/services/organization/create";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createApiToken } from "../api-token.ts";
import { openTestDatabase, type TestDatabase } from "../database.ts";
import { startStack, type Stack, type StackOptions } from "../stack.ts";
import { identityOf } from "../tenants.ts";
import { capture, signIn as signInAt, startVisit, type Visit, type VisitOptions } from "./browser.ts";
import { canBrowse, launchChromium } from "./chromium.ts";

/** `test`, for what needs a browser: left out where there is none, unless everything is required. */
export function browserTest(name: string, body: () => Promise<void>, timeout = 60_000): void {
  // oxlint-disable-next-line vitest/expect-expect -- the body it is given asserts, which the rule cannot see from here
  test.skipIf(!canBrowse())(name, body, timeout);
}

const [adaAccount, graceAccount] = readyAccounts as [Account, Account];
/** The address each signs in by. Ada's organization holds the demo, Grace's is empty. */
export const ada = adaAccount.email;
export const grace = graceAccount.email;

export type Stage = {
  open: TestDatabase;
  stack: Stack;
  demo: SeededDemo & { user_id: string };
  /** Calls the REST API as Ada. @throws on any answer but a good one */
  rest: <T>(method: string, path: string, body?: unknown) => Promise<T>;
  /** A finished run of the demo set. */
  finishedRun: () => Promise<{ id: string; passed: number; failed: number }>;
  /** A new person at a browser; it is closed, and held to have had no problems, at the end of the test. */
  visit: (options?: VisitOptions) => Promise<Visit>;
  /** The same, signed in. */
  visitAs: (email: string, options?: VisitOptions) => Promise<Visit>;
};

type Props = Omit<Stage, "visit" | "visitAs"> & { browser: Browser };

/** @param options as of `startStack` */
export function useStage(options: StackOptions = {}): () => Stage {
  let props: Props | undefined;
  const visits: Visit[] = [];
  beforeAll(async () => {
    props = await setTheStage(options);
  });
  afterEach(async ({ task }) => {
    const ended = visits.splice(0);
    const failed = task.result?.state === "fail";
    if (failed) await Promise.all(ended.map(({ page }, nr) => capture(page, `failed-${task.name}-${nr}`)));
    const problems = ended.flatMap((visit) => visit.problems());
    await Promise.all(ended.map((visit) => visit.close()));
    expect(problems).toEqual([]);
  });
  afterAll(async () => {
    await props?.browser.close();
    await props?.stack.close();
    await props?.open.close();
  });
  return () => {
    if (props === undefined) throw new Error("the stage is set before the first test");
    const { browser, ...rest } = props;
    const visit = async (at?: VisitOptions): Promise<Visit> => {
      const started = await startVisit(browser, rest.stack.url, at);
      visits.push(started);
      return started;
    };
    const visitAs = async (email: string, at?: VisitOptions): Promise<Visit> => {
      const started = await visit(at);
      await signInAt(started.page, email);
      return started;
    };
    return { ...rest, visit, visitAs };
  };
}

type Run = { id: string; status: string; passed: number; failed: number };

async function runDemo({ rest, demo }: Pick<Stage, "rest" | "demo">): Promise<Run> {
  const { id } = await rest<Run>("POST", `/test-sets/${demo.test_set_id}/execute`, { endpoint_id: demo.endpoint_id });
  let run: Run | undefined;
  await expect
    .poll(async () => (run = await rest<Run>("GET", `/test-runs/${id}`)).status, { timeout: 20_000 })
    .toBe("completed");
  if (run === undefined) throw new Error("the run was never read");
  return run;
}

async function setTheStage(options: StackOptions): Promise<Props> {
  const environment = { ...(await webApp()), ...options.environment };
  const open = await openTestDatabase();
  const [stack, browser] = await Promise.all([startStack(open, { ...options, environment }), launchChromium()]);
  const demo = await seed(open, stack);
  const token = await createApiToken(open.database, identityOf(demo.user_id, demo.organization_id, "owner"));
  const rest = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${stack.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  return { open, stack, browser, demo, rest, finishedRun: () => runDemo({ rest, demo }) };
}

/** The app in the folder that WEB_DIR names, as for the API, else the one in the workspace, built where it is stale. */
async function webApp(): Promise<Record<string, string>> {
  const { WEB_DIR } = process.env;
  if (WEB_DIR !== undefined && WEB_DIR !== "") return { WEB_DIR };
  await buildWebApp(() => undefined);
  return {};
}

async function seed({ database }: TestDatabase, stack: Stack): Promise<Stage["demo"]> {
  const signInAs = ({ sub, email, name }: Account): Promise<string> =>
    signIn(database.pool, {
      issuer: stack.login.issuer,
      subject: sub,
      email,
      email_verified: true,
      name,
      picture: null,
    });
  const [user_id, grace_id] = await Promise.all([signInAs(adaAccount), signInAs(graceAccount)]);
  const name = graceAccount.organization ?? "";
  await createOrganization(database, { name, user_id: grace_id, request_id: "stage" });
  const secrets = createSecretBox(parseSecretKeys(`test:${randomBytes(32).toString("base64")}`));
  const demo = await seedDemoOrganization(database, secrets, {
    name: adaAccount.organization ?? "",
    user_id,
    data: demoData(stack.chatbot_url),
  });
  return { ...demo, user_id };
}
