/**
 * What a page of tests costs without anything around it: `node:http`, `pg`, two prepared queries on a pool as superuser.
 * No sign-in, no tenant isolation, no limits, no validation, no log. Run as a process of its own, with DATABASE_URL and PORT.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Pool } from "pg";

type Row = { id: string; created_at: Date; updated_at: Date };

const pool = new Pool({ connectionString: process.env["DATABASE_URL"] ?? "", max: 10 });

const page = {
  name: "page",
  text: `select t.id, t.created_at, t.updated_at, t.version, t.project_id, t.kind, t.name,
      t.requirement_id, r.name as requirement_name, t.topic_id, o.name as topic_name, t.category_id, c.name as category_name,
      left(t.input, 500) as input, left(t.expected_output, 500) as expected_output
    from (select * from test where organization_id = $1 and deleted_at is null order by id desc limit 51) t
      left join requirement r on r.organization_id = t.organization_id and r.id = t.requirement_id
      left join topic o on o.organization_id = t.organization_id and o.id = t.topic_id
      left join category c on c.organization_id = t.organization_id and c.id = t.category_id
    order by t.id desc`,
};
const count = {
  name: "count",
  text: `select count(*)::integer as total from
    (select from test where organization_id = $1 and deleted_at is null limit 10001) t`,
};

async function readTests(organization_id: string) {
  const values = [organization_id];
  const [{ rows }, counted] = await Promise.all([
    pool.query<Row>({ ...page, values }),
    pool.query<{ total: number }>({ ...count, values }),
  ]);
  const total = counted.rows[0]?.total ?? 0;
  const items = rows.slice(0, 50);
  const next_cursor =
    rows.length > 50 ? Buffer.from(JSON.stringify([null, items.at(-1)?.id])).toString("base64url") : null;
  return { items, next_cursor, total: Math.min(total, 10_000), total_is_capped: total > 10_000 };
}

function superjsonOf(value: Awaited<ReturnType<typeof readTests>>): object {
  const values: Record<string, string[]> = {};
  for (const at of value.items.keys()) {
    values[`items.${at}.created_at`] = ["Date"];
    values[`items.${at}.updated_at`] = ["Date"];
  }
  return { result: { data: { json: value, meta: { values, v: 1 } } } };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const value = await readTests(String(request.headers["x-organization-id"]));
  const body = JSON.stringify(request.url?.startsWith("/trpc/") === true ? superjsonOf(value) : value);
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}

const server = createServer((request, response) => {
  if (request.url === "/") response.end();
  else void answer(request, response);
});
server.listen(Number(process.env["PORT"]), "127.0.0.1");
process.once("SIGTERM", () => process.exit(0));
