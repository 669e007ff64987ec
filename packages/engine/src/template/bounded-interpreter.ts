import { type Callable, Environment, Interpreter, type Node, type Value } from "./jinja.ts";
import { maxCharacters, maxSteps, spendSteps } from "./allowance.ts";
import { TemplateError } from "./template-error.ts";

/** One turn of a loop costs about as much as this many steps, even with nothing in it. */
const loopStepCost = 6;
const maxIndent = 8;
const maxIndentedDepth = 50;

const valueNode = "Known";
type KnownNode = Node & { known: Value };

function known(value: Value): KnownNode {
  return { type: valueNode, known: value };
}

function isUndefined(value: Value): boolean {
  return value.type === "UndefinedValue";
}

function tooLarge(): TemplateError {
  return new TemplateError("The template makes a text that is too long.");
}

/**
 * Jinja as the library does it, with two differences: what does not exist stays empty through filters and loops, and
 * work and memory are bounded. Bounds count steps, not time, so that the same template always ends the same way.
 */
export class BoundedInterpreter extends Interpreter {
  private steps = 0;
  private readonly weights = new WeakMap<object, number>();

  override evaluate(node: Node | undefined, environment: Environment): Value {
    this.charge(1);
    switch (node?.type) {
      case valueNode:
        return (node as KnownNode).known;
      case "For":
        return this.measured(this.evaluateLoop(node as LoopNode, environment));
      case "FilterExpression":
        return this.measured(this.evaluateFilter(node as FilterNode, environment));
      case "FilterStatement": {
        const { filter, body } = node as FilterStatementNode;
        const operand = this.evaluate(block(body), environment);
        return this.measured(this.evaluateFilter(filterNode(known(operand), filter), environment));
      }
      case "MemberExpression": {
        const member = node as MemberNode;
        const object = this.evaluate(member.object, environment);
        if (typeof object.value === "string") this.guardMethods(object);
        return this.measured(super.evaluate({ ...member, object: known(object) } as Node, environment));
      }
      default:
        return this.measured(super.evaluate(node, environment));
    }
  }

  private charge(steps: number): void {
    this.steps += steps;
    if (this.steps > maxSteps) throw new TemplateError("The template does too much work: it loops too often.");
    spendSteps(steps);
  }

  private measured(result: Value | undefined): Value {
    // `first` and `last` of an empty list give nothing at all, as the only ones in the library.
    const value = result ?? absent;
    const content: unknown = value.value;
    if (typeof content === "string") {
      if (content.length > maxCharacters) throw tooLarge();
      this.charge(content.length >> 10);
    } else if (typeof content === "object" && content !== null) {
      this.charge(sizeOf(value));
      if (this.weigh(value) > maxCharacters) throw tooLarge();
    }
    return value;
  }

  /** Characters `value` could print as. Lists share their elements, so a short template can build a huge tree. */
  private weigh(value: Value): number {
    const content: unknown = value.value;
    if (typeof content === "string") return content.length;
    if (typeof content !== "object" || content === null) return 8;
    const before = this.weights.get(value);
    if (before !== undefined) return before;
    let weight = 2;
    const parts = Array.isArray(content) ? (content as Value[]) : [...(content as Map<string, Value>).values()];
    for (const part of parts) {
      // A namespace can change after it was put somewhere, so what holds one could grow unseen.
      if (part?.type === "NamespaceValue") throw new TemplateError("A namespace cannot be kept inside another value.");
      weight += 4 + (part === undefined ? 0 : this.weigh(part));
    }
    if (!Array.isArray(content)) for (const key of (content as Map<string, Value>).keys()) weight += key.length;
    if (value.type !== "NamespaceValue") this.weights.set(value, weight);
    return weight;
  }

  private evaluateLoop(node: LoopNode, environment: Environment): Value | undefined {
    const selecting = node.iterable.type === "SelectExpression";
    const source = selecting ? (node.iterable as SelectNode).lhs : node.iterable;
    const items = this.evaluate(source, environment);
    if (isUndefined(items) || items.value === null) return this.evaluate(block(node.defaultBlock), environment);
    this.charge(loopStepCost * sizeOf(items));
    const iterable = selecting ? { ...node.iterable, lhs: known(items) } : known(items);
    return super.evaluate({ ...node, iterable } as Node, environment);
  }

  private evaluateFilter(node: FilterNode, environment: Environment): Value | undefined {
    const operand = this.evaluate(node.operand, environment);
    const name = filterName(node.filter);
    if (isUndefined(operand) && name !== "default" && name !== "tojson") return operand;
    if (typeof operand.value === "string") this.guardMethods(operand);
    const filter = amplifying.has(name) ? this.checkedFilter(operand, name, node.filter, environment) : node.filter;
    return super.evaluate(filterNode(known(operand), filter), environment);
  }

  /** Refuses arguments that would make a filter print far more than it was given, before it does. */
  private checkedFilter(operand: Value, name: string, filter: Node, environment: Environment): Node {
    if (filter.type !== "CallExpression") return filter;
    const call = filter as CallNode;
    const values: Value[] = [];
    const keep = (argument: Node): KnownNode => {
      const value = this.evaluate(argument, environment);
      values.push(value);
      return known(value);
    };
    const args = call.args.map((argument): Node => {
      if (argument.type.endsWith("SpreadExpression"))
        throw new TemplateError(`The filter "${name}" does not take * or **.`);
      if (argument.type !== "KeywordArgumentExpression") return keep(argument);
      return { ...argument, value: keep((argument as KeywordNode).value) } as Node;
    });
    if (name === "join") this.checkJoin(operand, values[0]);
    else this.checkIndent(operand, values);
    return { ...call, args } as Node;
  }

  private checkJoin(operand: Value, separator: Value | undefined): void {
    const content: unknown = operand.value;
    const count = typeof content === "string" || Array.isArray(content) ? content.length : 0;
    const width = typeof separator?.value === "string" ? separator.value.length : 0;
    this.charge(count);
    if (this.weigh(operand) + count * width > maxCharacters) throw tooLarge();
  }

  private checkIndent(operand: Value, args: Value[]): void {
    for (const argument of args) {
      const content: unknown = argument.value;
      if (typeof content === "number" && content > maxIndent)
        throw new TemplateError(`A template may indent by ${maxIndent} at most.`);
      if (Array.isArray(content) && this.weigh(argument) > 64) throw tooLarge();
    }
    if (deeperThan(operand, maxIndentedDepth)) throw new TemplateError("The value is nested too deeply to indent.");
  }

  /** `replace` and `split` make their whole result in one step, so their size is worked out beforehand. */
  private guardMethods(text: Value): void {
    const content = text.value as string;
    this.wrapMethod(text, "replace", ([from, to]) => {
      if (typeof from?.value !== "string" || typeof to?.value !== "string") return;
      const count = from.value === "" ? content.length + 1 : occurrences(content, from.value);
      this.charge(count >> 3);
      if (content.length + count * (to.value.length - from.value.length) > maxCharacters) throw tooLarge();
    });
    this.wrapMethod(text, "split", ([separator]) => {
      const by: unknown = separator?.value;
      this.charge(typeof by === "string" && by !== "" ? occurrences(content, by) : content.length >> 1);
    });
  }

  private wrapMethod(text: Value, name: string, check: (args: Value[]) => void): void {
    const method = text.builtins.get(name) as { value: Callable } | undefined;
    if (method === undefined || guarded.has(method)) return;
    guarded.add(method);
    const original = method.value;
    method.value = (args, scope) => {
      check(args);
      return original(args, scope);
    };
  }
}

const absent = new Environment().lookupVariable("absent");
const guarded = new WeakSet<object>();
const amplifying = new Set(["join", "indent", "tojson"]);

type LoopNode = Node & { iterable: Node; defaultBlock: Node[] };
type SelectNode = Node & { lhs: Node };
type FilterNode = Node & { operand: Node; filter: Node };
type FilterStatementNode = Node & { filter: Node; body: Node[] };
type MemberNode = Node & { object: Node };
type CallNode = Node & { callee: Node & { value?: unknown }; args: Node[] };
type KeywordNode = Node & { value: Node };

function block(body: Node[]): Node {
  return { type: "Program", body } as Node;
}

function filterNode(operand: Node, filter: Node): FilterNode {
  return { type: "FilterExpression", operand, filter };
}

function filterName(filter: Node): string {
  const named = filter.type === "CallExpression" ? (filter as CallNode).callee : filter;
  return String((named as { value?: unknown }).value);
}

function sizeOf(value: Value): number {
  if (Array.isArray(value.value)) return value.value.length;
  return value.value instanceof Map ? value.value.size : 0;
}

function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) count++;
  return count;
}

function deeperThan(value: Value, depth: number): boolean {
  const content: unknown = value.value;
  if (typeof content !== "object" || content === null) return false;
  if (depth === 0) return true;
  const parts = Array.isArray(content) ? (content as Value[]) : [...(content as Map<string, Value>).values()];
  return parts.some((part) => deeperThan(part, depth - 1));
}
