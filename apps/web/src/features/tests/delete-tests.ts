import { api, queryClient, trpc } from "../../api/trpc.ts";
import { notifyFailure, offerUndo } from "../../ui/notices.ts";
import { inParts } from "./parse-pasted.ts";

async function forget(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries(trpc.test.pathFilter()),
    queryClient.invalidateQueries(trpc.test_set.pathFilter()),
    queryClient.invalidateQueries(trpc.requirement.pathFilter()),
  ]);
}

/** Deletes tests and offers to take all of it back. What was deleted before a failure is offered too. */
export async function deleteTests(ids: readonly string[]): Promise<void> {
  const deletionIds: string[] = [];
  let failure: unknown = null;
  for (const part of inParts(ids, 20)) {
    const done = await Promise.allSettled(part.map((id) => api.test.delete.mutate({ id })));
    for (const each of done) {
      if (each.status === "fulfilled") deletionIds.push(each.value.deletion_id);
      else failure = each.reason;
    }
  }
  await forget();
  if (failure !== null) notifyFailure(failure);
  if (deletionIds.length === 0) return;
  offerUndo(
    deletionIds.length === 1 ? "The test is deleted." : `${deletionIds.length} tests are deleted.`,
    deletionIds,
  );
}
