/**
 * The parts of @huggingface/jinja that are used here, with types. Its own declarations import each other without file
 * extensions, so under `module: nodenext` everything in them silently becomes `any`.
 */
import * as library from "@huggingface/jinja";

export type Node = { type: string };
export type Program = Node & { body: Node[] };
export type Callable = (args: Value[], scope: Environment) => Value;
export type Value = {
  type: string;
  value: unknown;
  builtins: ReadonlyMap<string, Value>;
};
export type Environment = {
  variables: Map<string, Value>;
  set(name: string, value: unknown): Value;
  lookupVariable(name: string): Value;
};
type Interpreter = {
  evaluate(node: Node | undefined, environment: Environment): Value | undefined;
  run(program: Program): Value;
};

export const Environment = library.Environment as new (parent?: Environment) => Environment;
export const Interpreter = library.Interpreter as new (environment: Environment) => Interpreter;
export const tokenize = library.tokenize as (source: string, options: Record<string, never>) => unknown[];
export const parse = library.parse as (tokens: unknown[]) => Program;
