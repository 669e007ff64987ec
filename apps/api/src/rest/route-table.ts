/** Finds the operation of a path in as many steps as the path has segments; fixed segments go before parameters. */
import type { Method, Operation } from "./operations.ts";

type Node = {
  fixed: Map<string, Node>;
  parameter: Node | null;
  operations: Map<Method, Operation>;
};

export type Match =
  | { found: "operation"; operation: Operation; values: string[] }
  | { found: "path"; methods: Method[] }
  | { found: "nothing" };

export type RouteTable = { match(method: string, path: string): Match };

const newNode = (): Node => ({ fixed: new Map(), parameter: null, operations: new Map() });

/** @throws where two operations have the same method and path */
export function createRouteTable(operations: readonly Operation[]): RouteTable {
  const root = newNode();
  for (const operation of operations) add(root, operation);
  return {
    match(method, path) {
      const segments = path.split("/").slice(1);
      const candidates: { node: Node; values: string[] }[] = [];
      collect(root, segments, 0, [], candidates);
      const wanted = (method === "HEAD" ? "GET" : method) as Method;
      // What is written out is never also the value of a parameter: `/metrics/try` is no metric.
      const [first] = candidates;
      if (first === undefined) return { found: "nothing" };
      const operation = first.node.operations.get(wanted);
      if (operation !== undefined) return { found: "operation", operation, values: first.values };
      return { found: "path", methods: [...first.node.operations.keys()] };
    },
  };
}

function add(root: Node, operation: Operation): void {
  let node = root;
  for (const segment of operation.path.split("/").slice(1)) {
    if (segment.startsWith("{")) {
      node = node.parameter ??= newNode();
    } else {
      const next = node.fixed.get(segment) ?? newNode();
      node.fixed.set(segment, next);
      node = next;
    }
  }
  const earlier = node.operations.get(operation.method);
  if (earlier !== undefined) {
    throw new Error(`${operation.name} and ${earlier.name} are both ${operation.method} ${operation.path}`);
  }
  node.operations.set(operation.method, operation);
}

/** All nodes that fit, the one with the earliest fixed segments first. Values stay as sent: encoded. */
function collect(
  node: Node,
  segments: readonly string[],
  at: number,
  values: string[],
  found: { node: Node; values: string[] }[],
): void {
  const segment = segments[at];
  if (segment === undefined) {
    if (node.operations.size > 0) found.push({ node, values });
    return;
  }
  const fixed = node.fixed.get(segment);
  if (fixed !== undefined) collect(fixed, segments, at + 1, values, found);
  if (node.parameter !== null && segment !== "") collect(node.parameter, segments, at + 1, [...values, segment], found);
}
