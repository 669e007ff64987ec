/** The project that lists are narrowed to. It is in the address, so that a link shows the same to everyone. */
import { useSearch } from "@tanstack/react-router";

/** undefined where all projects are shown. */
export function useProjectId(): string | undefined {
  return useSearch({ strict: false }).project;
}
