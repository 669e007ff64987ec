/** Streams of events that a client can resume: each has an id, and the last one received is sent when it comes back. */
import { isTrackedEnvelope, tracked, type TrackedEnvelope } from "@trpc/server";
import { z } from "zod";
import { asTransportError } from "./error-map.ts";

/** The output of a subscription whose events are `event`s; each is checked as it is sent. */
export function liveEvents<Event extends z.ZodType>(event: Event) {
  return z
    .custom<AsyncIterable<TrackedEnvelope<z.input<Event>>>>(isAsyncIterable, "A subscription gives events")
    .transform(async function* (events): AsyncGenerator<TrackedEnvelope<z.output<Event>>, void> {
      try {
        for await (const envelope of events) {
          if (!isTrackedEnvelope(envelope)) throw new TypeError("an event has no id");
          const [id, data] = envelope;
          yield tracked(id, await event.parseAsync(data));
        }
      } catch (error) {
        // The procedure has returned long ago, so what its events throw is translated here.
        throw asTransportError(error);
      }
    });
}

function isAsyncIterable(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

export type Wakes = {
  /** Waits until something may have changed, but no shorter than the least interval. False when it is over. */
  next(): Promise<boolean>;
  stop(): void;
};

export type WakeOptions = {
  /** Calls back when something may have changed; returns how to stop. */
  subscribe: (wake: () => void) => () => void;
  signal: AbortSignal | undefined;
  least_interval_ms: number;
  /** Looks again after this time even if nobody called: a notification can be lost. */
  most_interval_ms: number;
};

/** Remembers only that something changed, however often it did. */
export function createWakes({ subscribe, signal, least_interval_ms, most_interval_ms }: WakeOptions): Wakes {
  let isDue = false;
  let release: () => void = () => undefined;
  const wake = () => {
    isDue = true;
    release();
  };
  const unsubscribe = subscribe(wake);
  const isOver = () => signal?.aborted === true;
  const stop = () => {
    unsubscribe();
    signal?.removeEventListener("abort", wake);
    release();
  };
  signal?.addEventListener("abort", wake, { once: true });

  const pause = (ms: number, until: () => boolean) =>
    new Promise<void>((resolve) => {
      if (until()) return resolve();
      const timer = setTimeout(resolve, ms);
      release = () => {
        if (!until()) return;
        clearTimeout(timer);
        resolve();
      };
    });

  return {
    async next() {
      await pause(least_interval_ms, isOver);
      await pause(most_interval_ms - least_interval_ms, () => isDue || isOver());
      isDue = false;
      return !isOver();
    },
    stop,
  };
}
