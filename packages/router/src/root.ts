/** All procedures. Both transports serve these and nothing else. */
import { apiTokenRouter } from "./api-token/router.ts";
import { auditLogRouter } from "./audit-log/router.ts";
import { categoryRouter } from "./category/router.ts";
import { connectorRouter } from "./connector/router.ts";
import { deletionRouter } from "./deletion/router.ts";
import { endpointRouter } from "./endpoint/router.ts";
import { experimentRouter } from "./experiment/router.ts";
import { jobRouter } from "./job/router.ts";
import { meRouter } from "./me/router.ts";
import { memberRouter } from "./member/router.ts";
import { metricRouter } from "./metric/router.ts";
import { modelRouter } from "./model/router.ts";
import { organizationRouter } from "./organization/router.ts";
import { parameterEnvironmentRouter } from "./parameter-environment/router.ts";
import { parametersRouter } from "./parameters/router.ts";
import { projectRouter } from "./project/router.ts";
import { promptRouter } from "./prompt/router.ts";
import { requirementRouter } from "./requirement/router.ts";
import { scheduleRouter } from "./schedule/router.ts";
import { testRouter } from "./test/router.ts";
import { testResultRouter } from "./test-result/router.ts";
import { testRunRouter } from "./test-run/router.ts";
import { testSetRouter } from "./test-set/router.ts";
import { topicRouter } from "./topic/router.ts";
import { createCallerFactory, router } from "./trpc.ts";

// Spelled out, so that the emitted declaration names the parts instead of repeating them.
type Routes = {
  api_token: typeof apiTokenRouter;
  audit_log: typeof auditLogRouter;
  category: typeof categoryRouter;
  connector: typeof connectorRouter;
  deletion: typeof deletionRouter;
  endpoint: typeof endpointRouter;
  experiment: typeof experimentRouter;
  job: typeof jobRouter;
  me: typeof meRouter;
  member: typeof memberRouter;
  metric: typeof metricRouter;
  model: typeof modelRouter;
  organization: typeof organizationRouter;
  parameter_environment: typeof parameterEnvironmentRouter;
  parameters: typeof parametersRouter;
  project: typeof projectRouter;
  prompt: typeof promptRouter;
  requirement: typeof requirementRouter;
  schedule: typeof scheduleRouter;
  test: typeof testRouter;
  test_result: typeof testResultRouter;
  test_run: typeof testRunRouter;
  test_set: typeof testSetRouter;
  topic: typeof topicRouter;
};

const routes: Routes = {
  api_token: apiTokenRouter,
  audit_log: auditLogRouter,
  category: categoryRouter,
  connector: connectorRouter,
  deletion: deletionRouter,
  endpoint: endpointRouter,
  experiment: experimentRouter,
  job: jobRouter,
  me: meRouter,
  member: memberRouter,
  metric: metricRouter,
  model: modelRouter,
  organization: organizationRouter,
  parameter_environment: parameterEnvironmentRouter,
  parameters: parametersRouter,
  project: projectRouter,
  prompt: promptRouter,
  requirement: requirementRouter,
  schedule: scheduleRouter,
  test: testRouter,
  test_result: testResultRouter,
  test_run: testRunRouter,
  test_set: testSetRouter,
  topic: topicRouter,
};

export const appRouter: ReturnType<typeof router<Routes>> = router(routes);
export type AppRouter = typeof appRouter;

/** Calls procedures in process, as tests do. */
export const createCaller = createCallerFactory(appRouter);
