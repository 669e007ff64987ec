/** The people who can sign in on this computer: the ready ones, and those who made an account on the login page. */
import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { KeyValueStore } from "./store.ts";

export type Account = {
  /** Stable subject of the tokens. */
  sub: string;
  email: string;
  name: string;
  /** Shown on the login page so that people know whom they will be; not part of any token. */
  organization?: string;
  picture?: string;
};

/** The two people the demo data belongs to. */
export const readyAccounts: readonly Account[] = [
  { sub: "local|ada", email: "ada@northwind.example", name: "Ada Lovelace", organization: "Northwind Insurance" },
  { sub: "local|grace", email: "grace@contoso.example", name: "Grace Hopper", organization: "Contoso Bank" },
];

/**
 * The password of every local account, shown on the login page. It keeps nobody out: only the loopback interface
 * does. It is there so that signing in by e-mail and password can be tried and tested.
 */
export const localPassword = "rhesis";

export function isLocalPassword(candidate: string): boolean {
  return timingSafeEqual(digest(candidate), digest(localPassword));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

export const newAccount = z.object({
  name: z.string("Enter your name").trim().min(1, "Enter your name").max(200, "Use at most 200 characters"),
  email: z
    .string("Enter your e-mail address")
    .trim()
    .toLowerCase()
    .pipe(z.email("Enter a full e-mail address").max(254)),
});
export type NewAccount = z.infer<typeof newAccount>;

const createdAccounts = z.array(z.object({ sub: z.string(), email: z.string(), name: z.string() }));

export type AccountBook = {
  list(): Promise<Account[]>;
  find(sub: string): Promise<Account | undefined>;
  findByEmail(email: string): Promise<Account | undefined>;
  /** Null when the address belongs to somebody already. */
  create(account: NewAccount): Promise<Account | null>;
};

/** The subject of a created account comes from its address, so that it is the same again after the data is gone. */
function subjectOf(email: string): string {
  return `local|${createHash("sha256").update(email).digest("hex").slice(0, 24)}`;
}

export function openAccountBook(store: KeyValueStore, ready: readonly Account[]): AccountBook {
  const key = "accounts";
  const list = async (): Promise<Account[]> => [...ready, ...createdAccounts.parse((await store.get(key)) ?? [])];
  const findByEmail = async (email: string): Promise<Account | undefined> =>
    (await list()).find((account) => account.email === email.trim().toLowerCase());
  let last: Promise<unknown> = Promise.resolve();
  const add = async ({ name, email }: NewAccount): Promise<Account | null> => {
    if ((await findByEmail(email)) !== undefined) return null;
    const account = { sub: subjectOf(email), email, name };
    await store.set(key, [...createdAccounts.parse((await store.get(key)) ?? []), account]);
    return account;
  };
  return {
    list,
    findByEmail,
    find: async (sub) => (await list()).find((account) => account.sub === sub),
    create: (account) => {
      const created = last.then(() => add(account));
      last = created.catch(() => undefined);
      return created;
    },
  };
}
