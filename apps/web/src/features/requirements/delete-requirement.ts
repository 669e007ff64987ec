import { useQueryClient } from "@tanstack/react-query";
import { api, trpc } from "../../api/trpc.ts";
import { notifyFailure, offerUndo } from "../../ui/notices.ts";

/** Deletes a requirement, goes where `then` leads, and offers to take it back. */
export function useDeleteRequirement() {
  const cache = useQueryClient();
  return async ({ id, name }: { id: string; name: string }, then?: () => Promise<void>) => {
    try {
      const { deletion_id } = await api.requirement.delete.mutate({ id });
      await then?.();
      await cache.invalidateQueries({ queryKey: trpc.requirement.pathKey() });
      offerUndo(`“${name}” is deleted.`, deletion_id);
    } catch (error) {
      notifyFailure(error);
    }
  };
}
