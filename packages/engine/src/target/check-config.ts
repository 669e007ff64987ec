import { isTemplate } from "../template/render.ts";
import { bodyKey } from "./map-request.ts";
import { checkMappings } from "./map-response.ts";
import { checkExpression, isPath } from "./mapping-expression.ts";
import type { TargetConfig } from "./schema.ts";

type Problem = { path: string[]; message: string };

/** What can never work in the configuration of a target, each problem with the place it is at. Nothing is called. */
export function checkConfig(config: TargetConfig): Problem[] {
  return [...checkMappings(config), ...checkProtocol(config), ...checkFormat(config), ...checkEnd(config)];
}

function checkProtocol(config: TargetConfig): Problem[] {
  const { protocol, url, response_format } = config;
  if (protocol === "connector") return checkConnector(config);
  // What was stored before there were connectors has no such key.
  if ((config.connector ?? null) !== null)
    return [{ path: ["connector"], message: "Only an endpoint whose protocol is connector names a function." }];
  if (url === null)
    return [{ path: ["url"], message: "Enter a full address that starts with https://, http://, wss:// or ws://" }];
  const isSocket = /^wss?:/i.test(url);
  if (isSocket && protocol === "http")
    return [{ path: ["protocol"], message: "An address that starts with wss:// or ws:// is one of a WebSocket." }];
  if (!isSocket && protocol === "websocket")
    return [{ path: ["url"], message: "The address of a WebSocket starts with wss:// or ws://." }];
  const isMessage = response_format === "json" || response_format === "text";
  if (protocol === "http" || isMessage) return [];
  return [{ path: ["response_format"], message: "The messages of a WebSocket are JSON or text." }];
}

function checkConnector({ connector, url, auth, response_format, request_mapping }: TargetConfig): Problem[] {
  const problems: (Problem | false)[] = [
    connector === null && { path: ["connector"], message: "Name the function to call." },
    url !== null && { path: ["url"], message: "A connected process has no address: leave it out." },
    auth.type !== "none" && { path: ["auth"], message: "A connected process has signed in itself: choose none here." },
    response_format !== "json" && { path: ["response_format"], message: "What a function returns is JSON." },
    !isObject(request_mapping) && {
      path: ["request_mapping"],
      message: "Say what goes into each parameter of the function, as an object.",
    },
  ];
  return problems.filter((problem) => problem !== false);
}

function isObject(mapping: TargetConfig["request_mapping"]): boolean {
  return typeof mapping === "object" && mapping !== null && !Array.isArray(mapping) && !Object.hasOwn(mapping, bodyKey);
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
