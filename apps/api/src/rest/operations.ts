/** The REST operations of a router, prepared once: how to call each and how to read its input. */
import type { AnyProcedure, AnyRouter } from "@trpc/server/unstable-core-do-not-import";
import type { z } from "zod";
import type { RestOperation } from "@rhesis/router/trpc";
import { metaOf } from "../host/procedures.ts";
import { datesReader } from "./read-dates.ts";
import { defOf, stringsReader, unwrap, type StringsReader } from "./read-strings.ts";

export type Method = RestOperation["method"];

export type Operation = {
  /** The procedure's path, such as `requirement.list`. */
  name: string;
  type: "query" | "mutation";
  method: Method;
  path: string;
  success: number;
  is_public: boolean;
  needs_organization: boolean;
  takes_body: boolean;
  /** Repeated with the same Idempotency-Key it is answered, not repeated. */
  takes_idempotency_key: boolean;
  /** Names of the path's parameters, in order. */
  path_names: string[];
  /** How to read each parameter of the path and the query. */
  strings: ReadonlyMap<string, StringsReader>;
  read_dates: ((body: unknown) => unknown) | null;
  has_expected_version: boolean;
  /** Of one that creates or starts something: where that is found, with fields of the answer or the input in braces. */
  location: string | null;
  procedure: AnyProcedure;
};

/**
 * All operations of `router`, in the order of its procedures.
 * @throws where a path names what the input does not have, or nothing is found where a location says
 */
export function operationsOf(router: AnyRouter): Operation[] {
  const procedures = Object.entries(router._def.procedures as unknown as Record<string, AnyProcedure>);
  const declared = procedures.flatMap(([name, procedure]) => {
    const { openapi } = metaOf(procedure);
    return openapi === undefined ? [] : [{ name, procedure, rest: openapi }];
  });
  const read = new Set(declared.filter(({ rest }) => rest.method === "GET").map(({ rest }) => placeOf(rest.path)));
  const operations = declared.map(({ name, procedure, rest }) => prepare(name, procedure, rest));
  for (const { name, location } of operations) {
    if (location !== null && !read.has(placeOf(location))) throw new Error(`${name}: nothing is at ${location}`);
  }
  return operations;
}

/** A path without its query and the names of its parameters. */
function placeOf(path: string): string {
  return path.replace(/\?.*/, "").replaceAll(/\{\w+\}/g, "{}");
}

function prepare(name: string, procedure: AnyProcedure, rest: RestOperation): Operation {
  const { method, path } = rest;
  if (procedure._def.type === "subscription") throw new Error(`${name}: a subscription has no REST operation`);
  const shape = shapeOf(procedure);
  const path_names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  for (const parameter of path_names) {
    if (!(parameter in shape)) throw new Error(`${name}: the path has {${parameter}}, the input does not`);
  }
  const takes_body = method === "POST" || method === "PATCH" || method === "PUT";
  const named = takes_body ? path_names : Object.keys(shape);
  const permission = metaOf(procedure).permission;
  const success = rest.successStatus ?? 200;
  return {
    name,
    type: procedure._def.type,
    method,
    path,
    success,
    is_public: permission === "public",
    needs_organization: permission !== "public" && permission !== "signed_in",
    takes_body,
    takes_idempotency_key: method === "POST" && metaOf(procedure).is_idempotent === true,
    path_names,
    strings: new Map(named.map((parameter) => [parameter, stringsReader(shape[parameter] as z.core.$ZodType)])),
    read_dates: takes_body ? bodyDates(procedure) : null,
    has_expected_version: "expected_version" in shape,
    location: success === 201 || success === 202 ? (rest.location ?? `${path}/{id}`) : null,
    procedure,
  };
}

function inputsOf(procedure: AnyProcedure): z.core.$ZodType[] {
  return (procedure._def as unknown as { inputs: z.core.$ZodType[] }).inputs;
}

function shapeOf(procedure: AnyProcedure): Record<string, z.core.$ZodType> {
  const shapes = inputsOf(procedure).map((input) => {
    const def = defOf(unwrap(input));
    return def.type === "object" ? def.shape : {};
  });
  return Object.assign({}, ...shapes) as Record<string, z.core.$ZodType>;
}

function bodyDates(procedure: AnyProcedure): ((body: unknown) => unknown) | null {
  const readers = inputsOf(procedure).flatMap((input) => datesReader(input) ?? []);
  return readers.length === 0 ? null : (body) => readers.reduce((value, read) => read(value), body);
}
