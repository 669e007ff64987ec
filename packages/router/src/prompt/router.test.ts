import { beforeAll, describe, expect, test } from "vitest";
import { describeAsset } from "@rhesis/testkit/asset-contract";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();

describeAsset(
  {
    resource: "prompt",
    procedures: (caller) => caller.prompt,
    writer: "member",
    create: (_, label) => ({ name: label, content: "Hello, who are you?" }),
    change: (label) => ({ content: label }),
    refused: [
      { why: "no content", input: () => ({ name: "x", content: "" }), field: "content" },
      {
        why: "an unknown language",
        input: () => ({ name: "x", content: "y", language_code: "!" }),
        field: "language_code",
      },
    ],
  },
  open,
);

async function inputOf(test_id: string | undefined): Promise<unknown> {
  const [row] = await open().admin("select input, version from test where id = $1", [test_id]);
  return row;
}

describe("tests that use a prompt", () => {
  let a: TestOrganization;
  let member: Caller;
  const insert =
    "insert into test (organization_id, project_id, input, prompt_id) values ($1, $2, $3, $4) returning id";
  beforeAll(async () => {
    ({ a } = await createTenants(open().database));
    member = callerFor(open().database, a.people.member);
  });

  async function testOf(prompt_id: string, input: string): Promise<string | undefined> {
    const [row] = await open().admin<{ id: string }>(insert, [a.id, a.project_id, input, prompt_id]);
    return row?.id;
  }

  test("get its new content, others keep theirs", async () => {
    const prompt = await member.prompt.create({ name: "Greeting", content: "Hello" });
    const other = await member.prompt.create({ name: "Farewell", content: "Goodbye" });
    const user = await testOf(prompt.id, "Hello");
    const stranger = await testOf(other.id, "Goodbye");
    await member.prompt.update({ id: prompt.id, content: "Good morning" });
    expect(await inputOf(user)).toEqual({ input: "Good morning", version: 2 });
    expect(await inputOf(stranger)).toEqual({ input: "Goodbye", version: 1 });
    await member.prompt.update({ id: prompt.id, name: "Morning greeting" });
    expect(await inputOf(user)).toEqual({ input: "Good morning", version: 2 });
  });

  test("keep their input when the change is refused", async () => {
    const prompt = await member.prompt.create({ name: "Question", content: "What is covered?" });
    await member.prompt.create({ name: "Taken", content: "x" });
    const user = await testOf(prompt.id, "What is covered?");
    const change = member.prompt.update({ id: prompt.id, name: "Taken", content: "What is not?" });
    await expect(change).rejects.toThrow("A prompt of that name exists already");
    expect(await inputOf(user)).toEqual({ input: "What is covered?", version: 1 });
  });

  test("a list shows how a prompt starts, not all of it", async () => {
    await member.prompt.create({ name: "Long", content: "word ".repeat(1000) });
    const { items } = await member.prompt.list({ q: "Long" });
    expect(items[0]?.excerpt).toHaveLength(200);
    expect(items[0]).not.toHaveProperty("content");
  });
});
