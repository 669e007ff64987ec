import { beforeAll, describe, expect, test } from "vitest";
import { codeOf, describeAsset, tokenOf } from "@rhesis/testkit/asset-contract";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createOrganization, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();

describeAsset(
  {
    resource: "project",
    procedures: (caller) => caller.project,
    writer: "admin",
    create: (_, label) => ({ name: label, description: "chatbots" }),
    change: (label) => ({ name: label }),
    refused: [{ why: "no name", input: () => ({ name: "" }), field: "name" }],
  },
  open,
);

describe("what is in a project", () => {
  let a: TestOrganization;
  let owner: Caller;
  const config = { url: "http://127.0.0.1:9/chat" };

  beforeAll(async () => {
    a = await createOrganization(open().database, "Fabrikam");
    owner = callerFor(open().database, a.people.owner);
  });

  async function projectWithEndpoint(name: string) {
    const project = await owner.project.create({ name });
    const endpoint = await owner.endpoint.create({ project_id: project.id, name: "Bot", config });
    return { project, endpoint };
  }

  test("goes and comes back with it, but for what was deleted before", async () => {
    const { project, endpoint } = await projectWithEndpoint("Claims");
    const earlier = await owner.endpoint.create({ project_id: project.id, name: "Old bot", config });
    const first = await owner.endpoint.delete({ id: earlier.id });
    const { deletion_id } = await owner.project.delete({ id: project.id });
    expect(await codeOf(owner.endpoint.get({ id: endpoint.id }))).toBe("NOT_FOUND");
    expect((await owner.endpoint.list({ project_id: project.id })).total).toBe(0);
    expect(await codeOf(owner.deletion.restore({ deletion_id: first.deletion_id }))).toBe("CONFLICT");
    expect(await owner.deletion.restore({ deletion_id })).toEqual({ restored: 2 });
    expect((await owner.endpoint.list({ project_id: project.id })).items.map(({ id }) => id)).toEqual([endpoint.id]);
    expect(await owner.deletion.restore({ deletion_id: first.deletion_id })).toEqual({ restored: 1 });
  });

  test("is purged with it, with all that was deleted before", async () => {
    const { project, endpoint } = await projectWithEndpoint("Travel");
    const earlier = await owner.endpoint.delete({ id: endpoint.id });
    const { deletion_id } = await owner.project.delete({ id: project.id });
    expect(await owner.deletion.purge({ deletion_id })).toEqual({ purged: 2 });
    expect(await codeOf(owner.deletion.restore({ deletion_id: earlier.deletion_id }))).toBe("NOT_FOUND");
    expect(await open().admin("select id from endpoint where project_id = $1", [project.id])).toEqual([]);
  });

  test("is restored by who may delete a project only", async () => {
    const { project } = await projectWithEndpoint("Health");
    const { deletion_id } = await owner.project.delete({ id: project.id });
    const member = callerFor(open().database, a.people.member);
    expect(await codeOf(member.deletion.restore({ deletion_id }))).toBe("FORBIDDEN");
    expect(await codeOf(callerFor(open().database, a.people.viewer).deletion.restore({ deletion_id }))).toBe(
      "FORBIDDEN",
    );
    expect(await codeOf(callerFor(open().database, null).deletion.list({}))).toBe("UNAUTHORIZED");
    expect(await owner.deletion.restore({ deletion_id })).toEqual({ restored: 2 });
  });

  test("keeps it while a test run is under way", async () => {
    const { project, endpoint } = await projectWithEndpoint("Pets");
    await open().admin(
      `with made as (insert into test_set (organization_id, project_id, name) values ($1, $2, 'Set') returning id)
       insert into test_run (organization_id, project_id, test_set_id, endpoint_id, name, plan)
       select $1, $2, id, $3, 'Run', '{}' from made`,
      [a.id, project.id, endpoint.id],
    );
    await expect(owner.project.delete({ id: project.id })).rejects.toThrow("A test run of this project is under way");
    await expect(owner.endpoint.delete({ id: endpoint.id })).rejects.toThrow(
      "A test run of this endpoint is under way",
    );
    for (const status of ["running", "completed"])
      await open().admin("update test_run set status = $2 where project_id = $1", [project.id, status]);
    const { deletion_id } = await owner.endpoint.delete({ id: endpoint.id });
    await expect(owner.deletion.purge({ deletion_id })).rejects.toThrow("1 test run still refer");
    expect(await codeOf(owner.project.delete({ id: project.id }))).toBe("done");
  });

  test("a token bound to a project sees that one and makes no other", async () => {
    const { project } = await projectWithEndpoint("Bound");
    const token = callerFor(open().database, tokenOf(a.people.owner, null, project.id));
    expect((await token.project.list({})).items.map(({ id }) => id)).toEqual([project.id]);
    expect(await codeOf(token.project.get({ id: a.project_id }))).toBe("NOT_FOUND");
    expect(await codeOf(token.project.update({ id: a.project_id, name: "Mine" }))).toBe("NOT_FOUND");
    expect(await codeOf(token.project.delete({ id: a.project_id }))).toBe("NOT_FOUND");
    expect(await codeOf(token.project.create({ name: "More" }))).toBe("FORBIDDEN");
  });

  test("the last project may go", async () => {
    const solo = await createOrganization(open().database, "Solo");
    const admin = callerFor(open().database, solo.people.admin);
    await admin.project.delete({ id: solo.project_id });
    expect((await admin.project.list({})).total).toBe(0);
  });
});
