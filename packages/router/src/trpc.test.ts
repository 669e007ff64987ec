import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createRequirement, listRequirements } from "@rhesis/db/queries/requirement";
import { codeOf } from "@rhesis/testkit/asset-contract";
import { callerFor, testContext, testPlatform } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { callingOutProcedure, createCallerFactory, procedure, router } from "./trpc.ts";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;

const rest = { no_rest_because: "it is there for this test only" };
const named = z.strictObject({ name: z.string() });
const counted = z.object({ total: z.number() });
const probe = router({
  throws: procedure("requirement:create", rest)
    .input(named)
    .output(named)
    .mutation(async ({ ctx, input }) => {
      await createRequirement(ctx.tx, input);
      throw new Error("a fault with an inner secret");
    }),
  answers_wrongly: procedure("requirement:create", rest)
    .input(named)
    .output(named)
    .mutation(async ({ ctx, input }) => {
      await createRequirement(ctx.tx, input);
      return { nome: input.name } as unknown as { name: string };
    }),
  refused_by_the_database: procedure("requirement:create", rest)
    .input(named)
    .output(named)
    .mutation(async ({ ctx, input }) => {
      await createRequirement(ctx.tx, input);
      return createRequirement(ctx.tx, input);
    }),
  swallows: procedure("requirement:create", rest)
    .input(named)
    .output(named)
    .mutation(async ({ ctx, input }) => {
      await createRequirement(ctx.tx, input);
      await createRequirement(ctx.tx, input).catch(() => undefined);
      return input;
    }),
  writes_in_a_query: procedure("requirement:read", rest)
    .input(named)
    .output(named)
    .query(({ ctx, input }) => createRequirement(ctx.tx, input)),
  calls_out: callingOutProcedure("requirement:create", rest)
    .input(named)
    .output(counted)
    .mutation(async ({ ctx, input }) => {
      await ctx.tenant.write((tx) => createRequirement(tx, input));
      return ctx.tenant.read((tx) => listRequirements(tx, { limit: 1, q: input.name }));
    }),
});

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
});

const probeAs = (organization: TestOrganization) =>
  createCallerFactory(probe)(testContext(testPlatform(open().database), organization.people.owner));

async function stored(name: string): Promise<number> {
  return (await open().admin("select id from requirement where name = $1", [name])).length;
}

describe("a mutation leaves nothing behind", () => {
  test("when its resolver throws", async () => {
    expect(await codeOf(probeAs(a).throws({ name: "thrown" }))).toBe("INTERNAL_SERVER_ERROR");
    expect(await stored("thrown")).toBe(0);
  });

  test("when its answer is not what it promised", async () => {
    expect(await codeOf(probeAs(a).answers_wrongly({ name: "wrong" }))).toBe("INTERNAL_SERVER_ERROR");
    expect(await stored("wrong")).toBe(0);
  });

  test("when the database refuses, also where the resolver does not mind", async () => {
    expect(await codeOf(probeAs(a).refused_by_the_database({ name: "twice" }))).toBe("CONFLICT");
    expect(await codeOf(probeAs(a).swallows({ name: "twice" }))).toBe("INTERNAL_SERVER_ERROR");
    expect(await stored("twice")).toBe(0);
  });

  test("when its input is refused", async () => {
    expect(await codeOf(probeAs(a).throws({ name: 7 as unknown as string }))).toBe("BAD_REQUEST");
  });

  test("and its connection goes on being of use", async () => {
    for (let i = 0; i < 30; i++) await codeOf(probeAs(a).throws({ name: "thrown" }));
    await callerFor(open().database, a.people.owner).requirement.create({ name: "after all" });
    expect(await stored("after all")).toBe(1);
  });
});

test("a query cannot write", async () => {
  expect(await codeOf(probeAs(a).writes_in_a_query({ name: "sly" }))).not.toBe("done");
  expect(await stored("sly")).toBe(0);
});

test("a procedure that calls out has short transactions of its own", async () => {
  expect(await probeAs(a).calls_out({ name: "short" })).toEqual({ total: 1 });
  expect(await stored("short")).toBe(1);
});

const keyed = (key: string, organization = a, role: "owner" | "member" = "owner") =>
  callerFor(open().database, organization.people[role], { idempotency_key: key }).requirement;

describe("a call with an Idempotency-Key", () => {
  test("is answered from its first answer when it is repeated", async () => {
    const first = await keyed("k1").create({ name: "once" });
    const again = await keyed("k1").create({ name: "once" });
    expect(again).toEqual(first);
    expect(again.created_at).toBeInstanceOf(Date);
    expect(await stored("once")).toBe(1);
  });

  test("is a conflict with another body or another procedure", async () => {
    const { id } = await keyed("k2").create({ name: "mine" });
    expect(await codeOf(keyed("k2").create({ name: "other" }))).toBe("CONFLICT");
    expect(await codeOf(keyed("k2").delete({ id }))).toBe("CONFLICT");
    expect(await stored("other")).toBe(0);
  });

  test("does not meet another person's or another organization's", async () => {
    await keyed("k3").create({ name: "of the owner" });
    expect(await codeOf(keyed("k3", a, "member").create({ name: "of the member" }))).toBe("done");
    expect(await codeOf(keyed("k3", b).create({ name: "of the owner" }))).toBe("done");
  });

  test("may be tried again when it failed", async () => {
    await callerFor(open().database, a.people.owner).requirement.create({ name: "taken" });
    expect(await codeOf(keyed("k4").create({ name: "taken" }))).toBe("CONFLICT");
    expect(await codeOf(keyed("k4").create({ name: "free" }))).toBe("done");
  });

  test("takes effect once when it is sent many times at once", async () => {
    const calls = Array.from({ length: 8 }, () => keyed("k5").create({ name: "raced" }));
    const answers = await Promise.all(calls);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await stored("raced")).toBe(1);
  });
});
