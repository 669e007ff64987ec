import { expect, test } from "vitest";
import { callerFor } from "./caller.ts";
import { useTestDatabase } from "./database.ts";
import { createTenants } from "./tenants.ts";

const open = useTestDatabase();

test("two organizations see their own requirements only", async () => {
  const { database } = open();
  const { a, b } = await createTenants(database);
  const made = await callerFor(database, a.people.member).requirement.create({ name: "Stays on topic" });
  await expect(callerFor(database, b.people.owner).requirement.get({ id: made.id })).rejects.toThrow(
    "no such requirement",
  );
  await expect(callerFor(database, a.people.viewer).requirement.list({})).resolves.toMatchObject({ total: 1 });
});
