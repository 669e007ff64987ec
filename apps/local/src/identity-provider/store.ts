/** What the identity provider needs to remember things. Values are JSON; an expired value is as good as deleted. */
export type KeyValueStore = {
  /** The value, or undefined when there is none or it has expired. */
  get(key: string): Promise<unknown>;
  /** Sets or replaces a value; without `expires_at` it stays until deleted. */
  set(key: string, value: unknown, expires_at?: Date): Promise<void>;
  delete(key: string): Promise<void>;
};
