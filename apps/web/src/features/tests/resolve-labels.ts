/** Names of labels to their ids; those that do not exist are made. */
import { api } from "../../api/trpc.ts";
import type { PastedTest } from "./parse-pasted.ts";

type Label = "requirement" | "topic" | "category";
type Page = { items: { id: string; name: string }[]; next_cursor: string | null };
type Names = Map<string, string>;

const find = {
  requirement: (input: Ask) => api.requirement.list.query(input),
  topic: (input: Ask) => api.topic.list.query(input),
  category: (input: Ask) => api.category.list.query(input),
};
const make = {
  requirement: (name: string) => api.requirement.create.mutate({ name }),
  topic: (name: string) => api.topic.create.mutate({ name }),
  category: (name: string) => api.category.create.mutate({ name }),
};

type Ask = { limit: number; cursor?: string; q?: string };

async function idOf(label: Label, name: string): Promise<string> {
  let cursor: string | null = null;
  do {
    const page: Page = await find[label]({ limit: 100, q: name, ...(cursor === null ? {} : { cursor }) });
    const found = page.items.find((item) => item.name.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found.id;
    cursor = page.next_cursor;
  } while (cursor !== null);
  return (await make[label](name)).id;
}

async function idsOf(label: Label, rows: readonly PastedTest[]): Promise<Names> {
  const ids: Names = new Map();
  for (const row of rows) {
    const name = row[label];
    if (name !== null && !ids.has(name.toLowerCase())) ids.set(name.toLowerCase(), await idOf(label, name));
  }
  return ids;
}

/** Pasted tests as the server takes them. Case of names is not looked at. */
export async function withLabelIds(rows: readonly PastedTest[]) {
  const [requirements, topics, categories] = await Promise.all([
    idsOf("requirement", rows),
    idsOf("topic", rows),
    idsOf("category", rows),
  ]);
  const idIn = (ids: Names, name: string | null) => (name === null ? null : (ids.get(name.toLowerCase()) ?? null));
  return rows.map(({ input, expected_output, requirement, topic, category }) => ({
    input,
    expected_output,
    requirement_id: idIn(requirements, requirement),
    topic_id: idIn(topics, topic),
    category_id: idIn(categories, category),
  }));
}
