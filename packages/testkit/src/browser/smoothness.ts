/** How smoothly something scrolls: the frames of a page while it does, beside those of an empty one. */
import type { Page } from "playwright-core";

/** Of the frames while something scrolls: milliseconds from one to the next, as the median of several rounds. */
export type Frames = { p95: number; longest: number };

const rounds = 5;
const framesPerRound = 80;
/** A turn of the wheel at full speed: three rows. */
const pixelsPerFrame = 132;

/** Scrolls the element that matches, or an empty one over the whole window, and returns the length of each frame. */
function scroll(page: Page, selector: string | null): Promise<number[]> {
  return page.evaluate(
    async ({ chosen, count, pixels }) => {
      const empty = document.createElement("div");
      empty.style.cssText = "position: fixed; inset: 0; z-index: 9999; overflow: auto; background: white";
      empty.append(document.createElement("div"));
      (empty.firstElementChild as HTMLElement).style.height = "1000000px";
      if (chosen === null) document.body.append(empty);
      const target = chosen === null ? empty : document.querySelector(chosen);
      if (target === null) throw new Error(`nothing matches ${chosen}`);
      const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
      const lengths: number[] = [];
      let last = await frame();
      for (let nr = 0; nr < count; nr++) {
        target.scrollBy(0, pixels);
        const now = await frame();
        lengths.push(now - last);
        last = now;
      }
      empty.remove();
      return lengths;
    },
    { chosen: selector, count: framesPerRound, pixels: pixelsPerFrame },
  );
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function summarize(byRound: readonly number[][]): Frames {
  const median = (part: number) =>
    quantile(
      byRound.map((lengths) => quantile(lengths, part)),
      0.5,
    );
  return { p95: median(0.95), longest: median(1) };
}

/** Frames of the element and of an empty one, in turn: what slows the machine slows both. */
export async function scrollFrames(page: Page, selector: string): Promise<{ ours: Frames; empty: Frames }> {
  const ours: number[][] = [];
  const empty: number[][] = [];
  for (let round = 0; round < rounds; round++) {
    empty.push(await scroll(page, null));
    ours.push(await scroll(page, selector));
  }
  return { ours: summarize(ours), empty: summarize(empty) };
}
