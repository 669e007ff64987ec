import { newPathWork } from "../json-path-query.ts";
import { findAll } from "../json-path.ts";
import { newAllowance, withinOneAllowance } from "../template/allowance.ts";
import { isTemplate, renderTemplate, singlePath, valueAt } from "../template/render.ts";
import { type Failure, failure } from "./call-failure.ts";
import { cleanJson, cleanText, parseJson } from "./clean-json.ts";
import { answerOf, asText, describe, furtherFields, notFound, nothingFound, recognisedId } from "./map-response.ts";
import { findMapped, findPiece, isPath, MappingError, type Readable, readable } from "./mapping-expression.ts";
import type { Json, ResponseMapping, TargetAnswer, TargetConfig } from "./schema.ts";
import type { StreamEvent } from "./stream-events.ts";
import { brokenOff, counted, notJson, reportedError, type Unit } from "./stream-problems.ts";

type Redact = (text: string) => string;
export type StreamResult = { answer: TargetAnswer; failure: null } | { answer: null; failure: Failure };

/** How templates print what is not there. */
const nothingSaid: ReadonlySet<string> = new Set(["", "false", "none", "null"]);

/** An answer that comes in events: joins its pieces, and knows when it is complete or cannot become an answer. */
export class StreamAnswer {
  /** `performance.now()` when the first piece was found. */
  firstPieceAt: number | null = null;
  /** Nothing that still comes can change the result. */
  isOver = false;
  /** Events so far. */
  count = 0;
  private readonly config: TargetConfig;
  private readonly redact: Redact;
  private readonly done: string | number | undefined;
  private readonly parses: boolean;
  private readonly unit: Unit;
  private readonly work = newPathWork();
  private readonly allowance = newAllowance();
  private readonly found = nothingFound();
  private problem: Failure | null = null;
  private sawEnd = false;
  private matched = false;
  private text: string | null = null;
  private lastBody: Json = null;

  /** @param redact applied to every event and, because a secret may come in pieces, to what they make together */
  constructor(config: TargetConfig, redact: Redact) {
    this.config = config;
    this.redact = redact;
    this.done = config.stream?.done;
    this.unit = unitOf(config);
    const asksForJson = config.response_mapping !== null || isExpression(this.done);
    this.parses = config.response_format !== "text" && (asksForJson || config.response_format === "json_lines");
  }

  take(event: StreamEvent): void {
    if (this.isOver) return;
    this.count++;
    try {
      withinOneAllowance(() => this.read({ ...event, data: this.redact(event.data) }), this.allowance);
    } catch (error) {
      this.fail(failureOf(error));
    }
  }

  /** What came of it, when no more events will come. */
  result(): StreamResult {
    if (this.problem === null && this.count > 0 && this.done !== undefined && !this.sawEnd)
      this.problem = brokenOff(this.unit, this.count, this.done);
    if (this.problem !== null) return { answer: null, failure: this.problem };
    try {
      return { answer: this.mapped(), failure: null };
    } catch (error) {
      return { answer: null, failure: failureOf(error) };
    }
  }

  /** How far an answer has come that took too long. */
  standing(): string {
    if (this.count === 0) return `No ${this.unit} came until then.`;
    const mark = this.done === undefined ? "" : ", but not its end mark";
    const hint = "If the connection stays open after an answer, enter what marks its end.";
    return `${counted(this.count, this.unit)} came until then${mark}. ${hint}`;
  }

  /** Whether the pieces together hold what none of them shows: a secret, cut up. */
  get hidesSecret(): boolean {
    return this.text !== null && this.redact(this.text) !== this.text;
  }

  private read(event: StreamEvent): void {
    const { data } = event;
    const literal = typeof this.done === "string" && !isExpression(this.done) ? this.done : null;
    if (literal !== null && data.trim() === literal) return this.finish();
    const parsed = this.parses && data.trim() !== "" ? parseJson(data) : undefined;
    const isLine = this.config.response_format === "json_lines";
    if (isLine && parsed === undefined) return this.fail(notJson(this.unit, event));
    const body = parsed === undefined ? data : parsed;
    const type = event.type ?? typeOf(body);
    const reported = reportedError(type, body);
    if (reported !== null) return this.fail(reported);
    this.lastBody = body;
    const document = readable(body, this.work, { event: type ?? "", data });
    if (this.config.response_mapping === null) this.add(isLine ? asText(body) : data);
    else this.keep(this.config.response_mapping, document, parsed === undefined, event);
    if ((literal !== null && type === literal) || this.done === this.count || this.isLast(document)) this.finish();
  }

  /** Takes what an event holds of the answer. */
  private keep(mapping: ResponseMapping, document: Readable, isText: boolean, event: StreamEvent): void {
    if (isText && isPath(mapping.output) && event.data.trim() !== "") return this.fail(notJson(this.unit, event));
    const [piece] = findPiece(mapping.output, document);
    if (piece !== undefined) this.matched = true;
    if (piece !== undefined && piece !== null) this.add(asText(piece));
    for (const name of furtherFields) {
      const expression = mapping[name];
      if (expression === undefined || (isText && isPath(expression))) continue;
      const found = findMapped(expression, name, document);
      if (found.some((value) => value !== null)) this.found[name] = found;
    }
    const id = recognisedId(mapping, document.body);
    if (id[0] != null) this.found.conversation_id = id;
  }

  private add(piece: string): void {
    if (piece !== "") this.firstPieceAt ??= performance.now();
    this.matched = true;
    this.text = this.config.stream?.join === "last" ? piece : (this.text ?? "") + piece;
  }

  private isLast({ body, variables, work }: Readable): boolean {
    const { done } = this;
    if (!isExpression(done)) return false;
    try {
      if (isPath(done)) return isSomething(findAll(done, body, 1, work)[0]);
      const path = singlePath(done);
      if (path !== null) return isSomething(valueAt(variables, path));
      return !nothingSaid.has(renderTemplate(done, variables).trim().toLowerCase());
    } catch (error) {
      const reason = error instanceof Error ? error.message : "unknown problem";
      throw new MappingError("mapping_failed", `The end mark could not be looked for. ${reason}`);
    }
  }

  private finish(): void {
    this.sawEnd = true;
    this.isOver = true;
  }

  private fail(problem: Failure): void {
    this.problem = problem;
    this.isOver = true;
  }

  private mapped(): TargetAnswer {
    if (this.count === 0)
      throw new MappingError("empty_answer", `The application answered without a single ${this.unit}.`);
    const mapping = this.config.response_mapping;
    for (const name of furtherFields) this.found[name] = this.found[name].map(cleanJson);
    const output = this.text === null ? null : cleanText(this.redact(this.text));
    if (!this.matched && mapping !== null && this.found.tool_calls.length === 0)
      throw notFound(
        mapping.output,
        `in the ${counted(this.count, this.unit)}`,
        describe(this.lastBody, "The last one"),
      );
    return answerOf(output, this.found, mapping?.output);
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof MappingError)) throw error;
  return failure(error.code, error.message, "no");
}

function isExpression(done: string | number | undefined): done is string {
  return typeof done === "string" && (isPath(done) || isTemplate(done));
}

function isSomething(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== "";
}

/** What an event without a type of its own calls itself. */
export function typeOf(body: Json): string | undefined {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  const named = ["type", "event"].map((key) => (Object.hasOwn(body, key) ? body[key] : undefined));
  return named.find((name) => typeof name === "string");
}

function unitOf({ protocol, response_format }: TargetConfig): Unit {
  if (protocol === "websocket") return "message";
  return response_format === "json_lines" ? "line" : "event";
}
