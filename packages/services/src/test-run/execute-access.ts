/** The secrets of a run, read when it is executed. The plan holds none, and none goes where it was not meant for. */
import { SealedSecretError, type SecretBox } from "@rhesis/auth/sealed-secret";
import type { EndpointAccess, ModelAccess } from "@rhesis/db/queries/run-access";
import type { ModelBudget } from "@rhesis/engine/model/budget";
import { createJudgeModel, noUsage, type JudgeModel } from "@rhesis/engine/model/judge-model";
import type { ModelConfig } from "@rhesis/engine/model/schema";
import type { RunPlan } from "@rhesis/engine/plan/schema";
import type { AddressPolicy } from "@rhesis/engine/target/address-policy";
import type { TargetConfig, TargetError } from "@rhesis/engine/target/schema";
import { bounded } from "./execute-bounded.ts";
import type { Scoring } from "./execute-score.ts";
import type { BegunRun, ExecutionTools } from "./execute-types.ts";

export type TargetAccess = { secret: string | null; refused: TargetError | null };

const refused = (message: string): TargetAccess => ({ secret: null, refused: { code: "auth_failed", message } });

/** The secret of the endpoint, if it still belongs to the address that the plan calls. */
export function openTargetSecret(
  box: SecretBox,
  plan: RunPlan,
  { organization_id, endpoint }: { organization_id: string; endpoint: EndpointAccess | undefined },
): TargetAccess {
  const { config, id } = plan.endpoint;
  if (config.auth.type === "none") return { secret: null, refused: null };
  if (endpoint === undefined)
    return refused("The endpoint was deleted after this run started, and its secret with it.");
  if (!sameDestination(config, endpoint.config))
    return refused(
      "The endpoint has had its address or authentication changed since this run started, so its secret was not sent. Start a new run.",
    );
  if (endpoint.auth_secret === null) return { secret: null, refused: null };
  const place = { organization_id, table: "endpoint", column: "auth_secret", row_id: id };
  try {
    return { secret: box.open(endpoint.auth_secret, place), refused: null };
  } catch (error) {
    if (!(error instanceof SealedSecretError)) throw error;
    return refused(`The endpoint's secret could not be read. ${error.message}. Enter it again.`);
  }
}

function sameDestination(planned: TargetConfig, current: TargetConfig): boolean {
  if (originOf(planned.url) !== originOf(current.url) || planned.auth.type !== current.auth.type) return false;
  if (planned.auth.type !== "client_credentials" || current.auth.type !== "client_credentials") return true;
  return originOf(planned.auth.token_url) === originOf(current.auth.token_url);
}

function originOf(url: string | null): string | null {
  return url === null ? null : (URL.parse(url)?.origin ?? null);
}

export type JudgeLookup = (model_id: string | null) => JudgeModel | null;

type JudgeAccess = {
  organization_id: string;
  models: ModelAccess[];
  policy: AddressPolicy;
  budget: ModelBudget | undefined;
};

/** The judges of a run by model; a metric without one uses the plan's default. Each is made when first asked for. */
function openJudges(box: SecretBox, plan: RunPlan, access: JudgeAccess): JudgeLookup {
  const made = new Map<string, JudgeModel>();
  return (model_id) => {
    const id = model_id ?? plan.default_model_id;
    if (id === null) return null;
    const before = made.get(id);
    if (before !== undefined) return before;
    const planned = plan.models.find((model) => model.id === id);
    if (planned === undefined) return null;
    const judge = openJudge(box, { id, config: planned.config }, access);
    made.set(id, judge);
    return judge;
  };
}

const judgesAtOnce = 10;

/** What scores the results of a run. */
export function openScoring(
  tools: ExecutionTools,
  { run, plan, signal, budget }: BegunRun,
  models: ModelAccess[],
): Scoring {
  const { secrets, policy } = tools;
  return {
    plan,
    metrics: new Map(plan.metrics.map((metric) => [metric.id, metric])),
    judge: openJudges(secrets, plan, { organization_id: run.tenant.organization_id, models, policy, budget }),
    judging: bounded(judgesAtOnce),
    signal,
  };
}

function openJudge(
  box: SecretBox,
  { id, config }: { id: string; config: ModelConfig },
  { organization_id, models, policy, budget }: JudgeAccess,
): JudgeModel {
  const current = models.find((model) => model.id === id);
  if (current === undefined) return unavailable(config, "The model was deleted after this run started.");
  if (current.provider !== config.provider || originOf(current.base_url) !== originOf(config.base_url))
    return unavailable(config, "The model has had its provider or address changed since this run started.");
  if (current.api_key === null) return createJudgeModel(config, null, { policy, budget });
  const place = { organization_id, table: "model", column: "api_key", row_id: id };
  try {
    return createJudgeModel(config, box.open(current.api_key, place), { policy, budget });
  } catch (error) {
    if (!(error instanceof SealedSecretError)) throw error;
    return unavailable(config, `The model's key could not be read. ${error.message}.`);
  }
}

function unavailable(config: ModelConfig, message: string): JudgeModel {
  return {
    config,
    judge: async () => ({ value: null, text: null, usage: noUsage, error: { code: "auth_failed", message } }),
  };
}
