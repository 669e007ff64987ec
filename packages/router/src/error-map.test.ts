import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import { describe, expect, test } from "vitest";
import { AppError, errorCodes, type ExpectedErrorCode } from "@rhesis/telemetry/app-error";
import { codeOfTrpc, transportOf } from "./error-map.ts";
import { describeError } from "./trpc.ts";

describe.each(errorCodes)("%s", (code) => {
  test("is one thing on each transport, and found again from there", () => {
    const { trpc, http, title } = transportOf[code];
    expect(codeOfTrpc[trpc]).toBe(code);
    expect(getHTTPStatusCodeFromError(new TRPCError({ code: trpc }))).toBe(http);
    expect(title.length).toBeGreaterThan(3);
  });
});

test("an expected failure keeps its code, a fault of ours has one text", () => {
  for (const code of errorCodes.filter((one): one is ExpectedErrorCode => one !== "internal")) {
    const cause = new AppError(code, "Said to people");
    const told = describeError(new TRPCError({ code: transportOf[code].trpc, cause }));
    expect(told).toEqual({ code, message: "Said to people", problems: [] });
  }
  const fault = describeError(
    new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: "secret", cause: new Error("secret") }),
  );
  expect(fault.code).toBe("internal");
  expect(fault.message).not.toContain("secret");
});

test.each(Object.keys(TRPC_ERROR_CODES_BY_KEY) as (keyof typeof TRPC_ERROR_CODES_BY_KEY)[])(
  "what tRPC calls %s has a code of ours",
  (code) => {
    expect(errorCodes).toContain(describeError(new TRPCError({ code, message: "x" })).code);
  },
);
