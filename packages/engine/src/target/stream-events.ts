/** Takes the text of a response apart into events, however it was cut up on the way. */
import { createParser } from "eventsource-parser";

/** One event of server-sent events, one line of JSON lines, or one message of a WebSocket. */
export type StreamEvent = {
  data: string;
  /** The type that server-sent events name. */
  type?: string | undefined;
  /** Its place in the response: of lines the line, else of events, from 1. */
  number: number;
  /** The response ended before it did. */
  unfinished?: boolean;
};

export type Splitter = {
  feed(text: string): void;
  /** Nothing follows: what is left without an end of its own is an event too. */
  end(): void;
};

export function splitEvents(onEvent: (event: StreamEvent) => void): Splitter {
  let number = 0;
  let unfinished = false;
  const parser = createParser({
    onEvent: ({ data, event }) => onEvent({ data, type: event, number: ++number, unfinished }),
  });
  const end = (): void => {
    unfinished = true;
    parser.feed("\n\n");
  };
  return { feed: (text) => parser.feed(text), end };
}

/** Blank lines hold no event, but count. */
export function splitLines(onEvent: (event: StreamEvent) => void): Splitter {
  let number = 0;
  // Joined when the line is complete: adding each part to a text would take the square of the time.
  let parts: string[] = [];
  const line = (last: string, unfinished: boolean): void => {
    const data = parts.length === 0 ? last : parts.join("") + last;
    parts = [];
    number++;
    if (data.trim() !== "") onEvent({ data, number, unfinished });
  };
  const feed = (text: string): void => {
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      line(text.slice(start, end), false);
      start = end + 1;
    }
    if (start < text.length) parts.push(text.slice(start));
  };
  return { feed, end: () => line("", true) };
}
