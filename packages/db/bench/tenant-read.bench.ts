/** One row by id: inside the tenant transaction, against the plain unprotected prepared query on a pool. */
import { Pool } from "pg";
import { createDatabase } from "../src/database.ts";
import { asAdmin, openBenchDatabase } from "@rhesis/testkit/bench/database";
import { compareRounds, perSecond } from "@rhesis/testkit/bench/rounds";

const organizations = 200;
const perOrganization = 500;
const loops = 16;

const bench = await openBenchDatabase();
await asAdmin(bench.admin_url, "insert into organization (name) select 'o' || n from generate_series(1, $1) n", [
  organizations,
]);
await asAdmin(
  bench.admin_url,
  "insert into requirement (organization_id, name) select o.id, 'r' || n from organization o, generate_series(1, $1) n",
  [perOrganization],
);
await asAdmin(bench.admin_url, "analyze");
const rows = await asAdmin<{ organization_id: string; id: string }>(
  bench.admin_url,
  "select organization_id, id from requirement order by random() limit 5000",
);

let turn = 0;
const next = () => rows[(turn = (turn + 1) % rows.length)] ?? { organization_id: "", id: "" };

const pool = new Pool({ connectionString: bench.admin_url, max: 10 });
const plain = {
  name: "plain",
  text: "select id, name, description, created_at, updated_at, version from requirement where organization_id = $1 and id = $2 and deleted_at is null",
};
const database = createDatabase({ url: bench.app_url, application_name: "bench" });

await compareRounds({
  name: "one row by id, row-level security in force / plain prepared query on a pool",
  unit: "reads/s",
  better: "larger",
  goal: 0.9,
  rounds: 9,
  limit: () =>
    perSecond(1500, loops, () => {
      const row = next();
      return pool.query({ ...plain, values: [row.organization_id, row.id] });
    }),
  ours: () =>
    perSecond(1500, loops, () => {
      const row = next();
      return database.read({ organization_id: row.organization_id, user_id: null }, (tx) =>
        tx
          .selectFrom("requirement")
          .select(["id", "name", "description", "created_at", "updated_at", "version"])
          .where("id", "=", row.id)
          .where("deleted_at", "is", null)
          .executeTakeFirst(),
      );
    }),
});

await pool.end();
await database.close();
await bench.drop();
