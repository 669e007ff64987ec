import { isTemplate } from "../template/render.ts";
import { checkMappings } from "./map-response.ts";
import { checkExpression, isPath } from "./mapping-expression.ts";
import type { TargetConfig } from "./schema.ts";

type Problem = { path: string[]; message: string };

/** What can never work in the configuration of a target, each problem with the place it is at. Nothing is called. */
export function checkConfig(config: TargetConfig): Problem[] {
  return [...checkMappings(config), ...checkProtocol(config), ...checkFormat(config), ...checkEnd(config)];
}

function checkProtocol({ protocol, url, response_format }: TargetConfig): Problem[] {
  const isSocket = /^wss?:/i.test(url);
  if (isSocket && protocol === "http")
    return [{ path: ["protocol"], message: "An address that starts with wss:// or ws:// is one of a WebSocket." }];
  if (!isSocket && protocol === "websocket")
    return [{ path: ["url"], message: "The address of a WebSocket starts with wss:// or ws://." }];
  const isMessage = response_format === "json" || response_format === "text";
  if (protocol === "http" || isMessage) return [];
  return [{ path: ["response_format"], message: "The messages of a WebSocket are JSON or text." }];
}

function checkFormat({ response_format, response_mapping }: TargetConfig): Problem[] {
  if (response_format !== "text") return [];
  const paths = Object.entries(response_mapping ?? {}).filter(([, expression]) => isPath(expression ?? ""));
  return paths.map(([name]) => ({
    path: ["response_mapping", name],
    message: "A path leads to a place inside JSON, but the response is read as text. Choose another response format.",
  }));
}

function checkEnd({ stream }: TargetConfig): Problem[] {
  const done = stream?.done;
  if (typeof done !== "string" || !(isPath(done) || isTemplate(done))) return [];
  const message = checkExpression(done);
  return message === null ? [] : [{ path: ["stream", "done"], message }];
}
