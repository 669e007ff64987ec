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
  /** Names of the path's parameters, in order. */
  path_names: string[];
  /** How to read each parameter of the path and the query. */
  strings: ReadonlyMap<string, StringsReader>;
  read_dates: ((body: unknown) => unknown) | null;
  has_expected_version: boolean;
  /** Where what was created is found: the path of its `get` before the id. */
  location: boolean;
  procedure: AnyProcedure;
};

/** All operations of `router`, in the order of its procedures. @throws where a path names what the input does not have */
export function operationsOf(router: AnyRouter): Operation[] {
  const procedures = Object.entries(router._def.procedures as unknown as Record<string, AnyProcedure>);
  const declared = procedures.flatMap(([name, procedure]) => {
    const { openapi } = metaOf(procedure);
    return openapi === undefined ? [] : [{ name, procedure, rest: openapi }];
  });
  const found = new Set(declared.filter(({ rest }) => rest.method === "GET").map(({ rest }) => rest.path));
  const isFound = (path: string) =>
    [...found].some((other) => other.startsWith(`${path}/{`) && !other.slice(path.length + 1).includes("/"));
  return declared.map(({ name, procedure, rest }) => prepare(name, procedure, rest, isFound(rest.path)));
}

function prepare(name: string, procedure: AnyProcedure, rest: RestOperation, location: boolean): Operation {
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
  return {
    name,
    type: procedure._def.type,
    method,
    path,
    success: rest.successStatus ?? 200,
    is_public: permission === "public",
    needs_organization: permission !== "public" && permission !== "signed_in",
    takes_body,
    path_names,
    strings: new Map(named.map((parameter) => [parameter, stringsReader(shape[parameter] as z.core.$ZodType)])),
    read_dates: takes_body ? bodyDates(procedure) : null,
    has_expected_version: "expected_version" in shape,
    location: rest.successStatus === 201 && location,
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
