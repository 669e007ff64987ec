/** SQL of test results and their scores, as people read them. */
import { sql, type RawBuilder, type Selectable } from "kysely";
import { notFound } from "@rhesis/telemetry/app-error";
import type { ResultVerdict, ScoreVerdict } from "@rhesis/engine/metric/schema";
import type { Score, TestResult } from "../database.generated.ts";
import { errorCause } from "../error-cause.ts";
import { holds } from "../like.ts";
import { readDressedPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";
import { labelsOf, type LabelNames } from "./label-names.ts";

type Row = Selectable<TestResult>;
type ScoreColumns = Selectable<Score>;

export type ScoreItemRow = Pick<ScoreColumns, "metric_id" | "metric_name" | "verdict" | "value" | "label">;
export type ScoreRow = ScoreItemRow &
  Pick<ScoreColumns, "reason" | "raw" | "model_id" | "input_tokens" | "output_tokens" | "cost" | "duration_ms">;

const itemColumns = [
  "id",
  "test_run_id",
  "test_id",
  "repeat",
  "status",
  "verdict",
  "requirement_id",
  "error_code",
  "error_message",
  "latency_ms",
  "started_at",
  "finished_at",
  "created_at",
] as const;

export type TestResultItemRow = Pick<Row, (typeof itemColumns)[number] | "input" | "output"> &
  Pick<LabelNames, "requirement_name"> & { scores: ScoreItemRow[] };

export type TestResultRow = Pick<
  Row,
  | (typeof itemColumns)[number]
  | "input"
  | "output"
  | "expected_output"
  | "topic_id"
  | "category_id"
  | "answer"
  | "request"
  | "response"
  | "attempts"
> &
  LabelNames & { project_id: string };

export type ResultFilter = {
  status?: Row["status"] | undefined;
  verdict?: ResultVerdict | undefined;
  requirement_id?: string | undefined;
  metric_id?: string | undefined;
  metric_verdict?: ScoreVerdict | undefined;
  error_code?: string | undefined;
  error_cause?: string | undefined;
  q?: string | undefined;
};

const causeOfResult = errorCause(sql.ref("error_message"));

function matching(tx: Tx, filter: ResultFilter) {
  let matches = tx.selectFrom("test_result");
  for (const column of ["status", "verdict", "requirement_id", "error_code"] as const) {
    const value = filter[column];
    if (value !== undefined) matches = matches.where(column, "=", value);
  }
  const { q, error_code, error_cause } = filter;
  // Implied, and said for the index that holds the results of a run by verdict.
  if (error_code !== undefined || error_cause !== undefined) matches = matches.where("verdict", "=", "error");
  if (error_cause !== undefined) matches = matches.where(sql<boolean>`${causeOfResult} = ${error_cause}`);
  if (q !== undefined) matches = matches.where((eb) => holds(eb, q, "input", "output"));
  return matches;
}

function resultsOfRun(tx: Tx, test_run_id: string, filter: ResultFilter) {
  const matches = matching(tx, filter).where("test_run_id", "=", test_run_id);
  const { metric_id, metric_verdict } = filter;
  if (metric_id === undefined && metric_verdict === undefined) return matches;
  const byMetric = metric_id === undefined ? sql`` : sql`and s.metric_id = ${metric_id}`;
  const byVerdict = metric_verdict === undefined ? sql`` : sql`and s.verdict = ${metric_verdict}`;
  return matches.where(
    sql<boolean>`id in (select s.test_result_id from score s where s.test_run_id = ${test_run_id} ${byMetric} ${byVerdict})`,
  );
}

/** A page of a run's results in the order of the run; `q` finds a part of the input or the output, ignoring case. */
export function listTestResults(
  tx: Tx,
  args: PageArgs & ResultFilter & { test_run_id: string },
): Promise<Page<TestResultItemRow>> {
  const matches = resultsOfRun(tx, args.test_run_id, args);
  const rows = matches
    .select(itemColumns)
    .select([sql<string>`left(input, 500)`.as("input"), sql<string | null>`left(output, 500)`.as("output")]);
  const inOrder = { ...args, sort: args.sort ?? "created_at" };
  const dress = async (page: typeof rows, way: RawBuilder<unknown>) => {
    const dressed = await sql<TestResultItemRow>`
      with page as materialized (${page}), ${labelsOf("page", ["requirement"])},
        scored as materialized (
          select test_result_id, json_agg(json_build_object('metric_id', metric_id, 'metric_name', metric_name,
            'verdict', verdict, 'value', value, 'label', label) order by metric_name, metric_id) as scores
          from score where test_result_id = any(array(select id from page)) group by test_result_id
        )
      select page.*, r.name as requirement_name, coalesce(s.scores, '[]') as scores
      from page left join requirement_of r on r.id = page.requirement_id left join scored s on s.test_result_id = page.id
      order by page.id ${way}`.execute(tx);
    return dressed.rows;
  };
  return readDressedPage(tx, inOrder, "test_result", rows, matches, dress, countedTotal(tx, args));
}

const counters = { pass: "passed", fail: "failed", inconclusive: "inconclusive", error: "errored" } as const;

/** The run counts its results as they come; only other filters than the verdict need another count. */
async function countTotal(tx: Tx, test_run_id: string, verdict: ResultVerdict | undefined): Promise<number> {
  const run = await tx
    .selectFrom("test_run")
    .select(verdict === undefined ? "total" : `${counters[verdict]} as total`)
    .where("id", "=", test_run_id)
    .executeTakeFirst();
  return run?.total ?? 0;
}

function countedTotal(tx: Tx, args: ResultFilter & { test_run_id: string }): Promise<number> | undefined {
  const { status, requirement_id, metric_id, metric_verdict, error_code, error_cause, q } = args;
  const others = [status, requirement_id, metric_id, metric_verdict, error_code, error_cause, q];
  return others.some((filter) => filter !== undefined) ? undefined : countTotal(tx, args.test_run_id, args.verdict);
}

/** A result with everything, but for those of deleted runs. @throws not_found */
export async function getTestResult(tx: Tx, id: string): Promise<TestResultRow> {
  const row = await tx
    .selectFrom("test_result as t")
    .innerJoin("test_run as run", "run.id", "t.test_run_id")
    .leftJoin("requirement as r", "r.id", "t.requirement_id")
    .leftJoin("topic as o", "o.id", "t.topic_id")
    .leftJoin("category as c", "c.id", "t.category_id")
    .select(itemColumns.map((column) => `t.${column}` as const))
    .select(["t.input", "t.output", "t.expected_output", "t.topic_id", "t.category_id"])
    .select(["t.answer", "t.request", "t.response", "t.attempts", "run.project_id"])
    .select(["r.name as requirement_name", "o.name as topic_name", "c.name as category_name"])
    .where("t.id", "=", id)
    .where("run.deleted_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) throw notFound("test result");
  return row;
}

/** The scores of a result, in the order of the metrics' names. */
export function listScores(tx: Tx, test_result_id: string): Promise<ScoreRow[]> {
  return tx
    .selectFrom("score")
    .select(["metric_id", "metric_name", "verdict", "value", "label", "reason", "raw", "model_id"])
    .select(["input_tokens", "output_tokens", "cost", "duration_ms"])
    .where("test_result_id", "=", test_result_id)
    .orderBy("metric_name")
    .orderBy("metric_id")
    .execute();
}

/** The results of the same run before and after one, under a filter. */
export async function readNeighbours(
  tx: Tx,
  id: string,
  filter: ResultFilter,
): Promise<{ previous_id: string | null; next_id: string | null }> {
  const { metric_id, metric_verdict } = filter;
  const neighbour = (beyond: "<" | ">", way: "asc" | "desc") => {
    let found = matching(tx, filter)
      .select("id")
      .where("test_run_id", "=", (eb) =>
        eb.selectFrom("test_result as own").select("own.test_run_id").where("own.id", "=", id),
      )
      .where("id", beyond, id);
    if (metric_id !== undefined || metric_verdict !== undefined) {
      const byMetric = metric_id === undefined ? sql`` : sql`and s.metric_id = ${metric_id}`;
      const byVerdict = metric_verdict === undefined ? sql`` : sql`and s.verdict = ${metric_verdict}`;
      found = found.where(
        sql<boolean>`exists (select from score s where s.test_result_id = test_result.id ${byMetric} ${byVerdict})`,
      );
    }
    return found.orderBy("id", way).limit(1).executeTakeFirst();
  };
  const [previous, next] = await Promise.all([neighbour("<", "desc"), neighbour(">", "asc")]);
  return { previous_id: previous?.id ?? null, next_id: next?.id ?? null };
}

type VerdictCounts = { total: number; pass: number; fail: number; inconclusive: number; error: number };

export type RequirementSummaryRow = VerdictCounts & { requirement_id: string | null; requirement_name: string | null };
export type MetricSummaryRow = Omit<VerdictCounts, "error"> & {
  metric_id: string;
  metric_name: string;
  mean_value: number | null;
};
/** Errors of one cause; `example` is the message of one of them. */
export type ErrorSummaryRow = { error_code: Row["error_code"]; error_cause: string; total: number; example: string };
export type ResultSummaryRow = VerdictCounts & {
  open: number;
  cancelled: number;
  by_requirement: RequirementSummaryRow[];
  by_metric: MetricSummaryRow[];
  by_error: ErrorSummaryRow[];
};

const verdictCounts = sql`count(*)::integer as total, count(*) filter (where verdict = 'pass')::integer as pass,
  count(*) filter (where verdict = 'fail')::integer as fail,
  count(*) filter (where verdict = 'inconclusive')::integer as inconclusive`;

const mostCauses = 50;

/** The causes of a run's errors, the most frequent first. Each message is read for its cause once, however often it came. */
async function summarizeErrors(tx: Tx, test_run_id: string): Promise<ErrorSummaryRow[]> {
  const { rows } = await sql<ErrorSummaryRow>`
    with said as materialized (
      select error_code, error_message, count(*) as times
      from test_result where test_run_id = ${test_run_id} and verdict = 'error' group by error_code, error_message
    )
    select error_code, ${causeOfResult} as error_cause, sum(times)::integer as total,
      coalesce(min(left(error_message, 500)), '') as example
    from said group by 1, 2 order by 3 desc, 1, 2 limit ${mostCauses}`.execute(tx);
  return rows;
}

/** Counts of a run's results by verdict, requirement, metric and cause of error, in one round trip. */
export async function summarizeResults(tx: Tx, test_run_id: string): Promise<ResultSummaryRow> {
  type Counted = VerdictCounts & { whole: boolean; open: number; cancelled: number } & RequirementSummaryRow;
  const [results, metrics, by_error] = await Promise.all([
    sql<Counted>`
      with counted as materialized (
        select grouping(requirement_id) = 1 as whole, requirement_id, ${verdictCounts},
          count(*) filter (where verdict = 'error')::integer as error,
          count(*) filter (where status = 'pending')::integer as open,
          count(*) filter (where status = 'cancelled')::integer as cancelled
        from test_result where test_run_id = ${test_run_id}
        group by grouping sets ((), (requirement_id))
      ), ${labelsOf("counted", ["requirement"])}
      select counted.*, r.name as requirement_name
      from counted left join requirement_of r on r.id = counted.requirement_id
      order by r.name nulls last, counted.requirement_id`.execute(tx),
    sql<MetricSummaryRow>`
      select metric_id, min(metric_name) as metric_name, ${verdictCounts}, avg(value) as mean_value
      from score where test_run_id = ${test_run_id} group by metric_id order by 2, 1`.execute(tx),
    summarizeErrors(tx, test_run_id),
  ]);
  const whole = results.rows.find((row) => row.whole);
  const { total = 0, pass = 0, fail = 0, inconclusive = 0, error = 0, open = 0, cancelled = 0 } = whole ?? {};
  const by_requirement = results.rows.filter((row) => !row.whole);
  return { total, pass, fail, inconclusive, error, open, cancelled, by_requirement, by_metric: metrics.rows, by_error };
}
