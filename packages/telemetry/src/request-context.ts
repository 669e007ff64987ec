/** What every log line and error report of a piece of work is about, carried along its asynchronous calls. */
import { AsyncLocalStorage } from "node:async_hooks";

export type RequestContext = {
  request_id?: string;
  organization_id?: string;
  user_id?: string;
  job_id?: string;
};

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work` with `context` for it and for all it starts. */
export function runInContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

/** The context of the running work; empty outside of any. */
export function currentContext(): Readonly<RequestContext> {
  return storage.getStore() ?? {};
}

/** Adds what became known only now, such as the organization after the caller was identified. */
export function addToContext(more: RequestContext): void {
  const context = storage.getStore();
  if (context !== undefined) Object.assign(context, more);
}
