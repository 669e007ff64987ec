type Page = { items: readonly { status: string }[] };

const most = 3;

/**
 * Which loaded pages can have changed while a run is at work. Results are worked on in their order, so without a filter
 * it is the first pages that hold unfinished ones. Under a filter rows come in at the end.
 */
export function pagesToRefresh(pages: readonly Page[], isFiltered: boolean): number[] {
  const indices = pages.map((_, index) => index);
  if (isFiltered) return indices.slice(-most);
  return indices
    .filter((index) => pages[index]?.items.some(({ status }) => status === "pending" || status === "running"))
    .slice(0, most);
}
